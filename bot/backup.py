"""`dudao backup FILE` and `dudao restore FILE`: the records and the files in one file that fits every database.

The indexes are not in it: they are made anew from the records.
"""

import argparse
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, SecretStr

from bot.alone import alone
from bot.app import database_url, file_store
from bot.archive import Manifest, Rows, Writer, lines, parts, verified
from bot.config import Settings
from records import dump
from records.database import Database
from records.files import Files

TAKEN = "{file} 已经存在，没有备份。请换一个文件名。"
NOTHING = "{home} 里还没有数据，没有可以备份的内容。"
SAVED = "已备份到 {file}：{rows} 条记录，{files} 个文件，{size:.1f} MB。"
RESTORED = "已恢复 {rows} 条记录和 {files} 个文件（备份于 {made}）。下次启动时会重新建立索引。"
UNFINISHED = "restore-unfinished"  # in the home while a restore is under way, or was when it was killed
_IN_ADDRESS = re.compile(r"(?<=://)[^/\s]*@|(?<=[?&])(?:password|secret|token|key)=[^&\s]*")


class BackupError(Exception):
    """Nothing was backed up; the message says why."""


async def backup(settings: Settings, options: argparse.Namespace) -> int:
    """Write one file, whole or not at all, whether or not the bot runs."""
    target: Path = options.file
    database = _existing(settings)
    try:
        with _whole(target) as raw:
            manifest = await _write(raw, database, file_store(settings), config_text(settings))
            size = raw.tell() / 1e6
    finally:
        await database.close()
    print(SAVED.format(file=target, rows=manifest.rows, files=manifest.files, size=size))
    return 0


async def restore(settings: Settings, options: argparse.Namespace) -> int:
    """Put a backup into an empty home and database, or with --replace in the place of what is there."""
    source: Path = options.file
    manifest = verified(source)
    settings.home.mkdir(parents=True, exist_ok=True)
    database, mark = Database(database_url(settings)), settings.home / UNFINISHED
    try:
        with alone(settings, database):
            await dump.check(database, replace=options.replace)
            mark.write_text(f"{source}\n", encoding="utf-8")
            await _put_files(source, file_store(settings))
            shutil.rmtree(settings.home / "index", ignore_errors=True)
            (settings.home / "handbook").unlink(missing_ok=True)  # the bundled documents are looked at again
            tables = _tables(source)
            await dump.restore(database, manifest.revision, tables, manifest.counters, replace=options.replace)
            mark.unlink()
    finally:
        await database.close()
    made = manifest.made_at.astimezone(ZoneInfo(settings.time_zone)).strftime("%Y-%m-%d %H:%M")
    print(RESTORED.format(rows=manifest.rows, files=manifest.files, made=made))
    return 0


def config_text(settings: Settings) -> str:
    """The settings as a config.yaml, without secrets: those are in the environment."""
    return yaml.safe_dump(_public(settings), allow_unicode=True, sort_keys=False)


def _existing(settings: Settings) -> Database:
    database = Database(database_url(settings))
    if not database.served and not Path(database.file).exists():
        raise BackupError(NOTHING.format(home=settings.home))
    return database


@contextmanager
def _whole(target: Path) -> Iterator[IO[bytes]]:
    """A new file that only its owner reads, for what people wrote is in it; there only once it is whole."""
    if target.exists():
        raise BackupError(TAKEN.format(file=target))
    part = target.with_name(f"{target.name}.part")
    try:
        with part.open("wb") as raw:
            part.chmod(0o600)
            yield raw
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


async def _write(raw: IO[bytes], database: Database, files: Files, config: str) -> Manifest:
    made = datetime.now(UTC)
    async with dump.snapshot(database) as records:
        writer = Writer(raw)
        writer.put("config.yaml", config.encode())
        for ref in await files.refs():  # a file is there before the record that names it
            writer.put(f"files/{ref}", await files.get(ref))
        counts = []
        for table in records.tables:
            rows = await writer.put_lines(f"tables/{table}.jsonl", records.rows(table))
            counts.append(Rows(table=table, rows=rows))
        manifest = Manifest(
            version=version("dudao"), made_at=made, revision=records.revision, tables=counts,
            counters=await records.counters(), parts=writer.parts,
        )  # fmt: skip
        writer.close(manifest)
    return manifest


async def _put_files(source: Path, files: Files) -> None:
    for _, content in parts(source, "files"):
        await files.put(content.read())


def _tables(source: Path) -> Iterator[tuple[str, Iterable[dict[str, Any]]]]:
    for name, content in parts(source, "tables"):
        yield name.removesuffix(".jsonl"), lines(content)


def _public(value: Any) -> Any:
    if isinstance(value, BaseModel):
        known = {name: getattr(value, name) for name in type(value).model_fields}
        return {name: _public(one) for name, one in known.items() if not isinstance(one, SecretStr)}
    if isinstance(value, str):
        return _IN_ADDRESS.sub("", value)
    return str(value) if isinstance(value, Path) else value
