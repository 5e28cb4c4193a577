"""Says what is configured, reachable and missing, and how to mend it."""

import argparse
import asyncio
import json
import platform
import shutil
import socket
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from bot import checkup
from bot.app import build_desk, build_embedder, database_url
from bot.config import Settings
from bot.config_file import BadConfig
from bot.finding import BAD, GOOD, MISSING, Finding
from bot.progress import say
from handlers.learning.school import today
from records.database import REVISION, Database, RecordsError
from records.documents import Documents
from retrieval.chat_model import writer
from retrieval.desk import Desk
from retrieval.model.types import Embedder, ModelError
from retrieval.text import Analyzer
from retrieval.vectors import VectorsError

_ENOUGH = 500_000_000  # bytes
_PATIENCE = 5.0  # seconds
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # what is near needs no proxy
_NO_EXTRA = "需要时在项目文件夹里运行 .venv/bin/pip install -e '.[{extra}]'"


async def doctor(settings: Settings, options: argparse.Namespace) -> int:
    """Every finding, one a line; 1 when something that is configured does not work."""
    found = []
    async for finding in findings(settings, options.config or Path("config.yaml")):
        found.append(finding)
        if not options.json:
            _show(finding)
    if options.json:
        print(_json(found))
    return 1 if any(finding.state == BAD for finding in found) else 0


def unreadable(error: BadConfig, options: argparse.Namespace) -> int:
    """The one finding there is when the settings cannot be read."""
    finding = Finding("配置", BAD, str(error), "按上面的提示修改后再运行 dudao doctor")
    print(_json([finding])) if options.json else _show(finding)
    return 1


def _show(finding: Finding) -> None:
    mend = f"\n    → {finding.mend}" if finding.mend else ""
    print(f"[{finding.state}] {finding.check}：{finding.detail}{mend}", flush=True)


def _json(found: list[Finding]) -> str:
    ok = all(finding.state != BAD for finding in found)
    return json.dumps({"ok": ok, "findings": [asdict(finding) for finding in found]}, ensure_ascii=False)


async def findings(settings: Settings, file: Path) -> AsyncIterator[Finding]:
    """From the ground up: machine, settings, home, database, model, index, then what is optional."""
    yield Finding("Python", GOOD, f"{platform.python_version()}（{sys.executable}）")
    yield _config(file)
    yield Finding("时区", GOOD, settings.time_zone)
    yield checkup.workdays(settings, today(datetime.now(UTC), settings.time_zone))
    for finding in _home(settings.home):
        yield finding
    if killed := checkup.unfinished(settings):
        yield killed
    database, embedder = None, None
    try:
        database = Database(database_url(settings))
        yield await _database(database)
    except RecordsError as error:
        yield Finding("数据库", BAD, str(error), "修好后再运行 dudao doctor")
    try:
        embedder = await asyncio.to_thread(build_embedder, settings.embedder, settings.models, say)
        yield await asyncio.to_thread(_embedder, settings, embedder)
    except (ModelError, ImportError) as error:
        yield Finding("检索模型", BAD, f"{settings.embedder.kind}：{error}", "检查 config.yaml 的 embedder 一节")
    if database is not None:
        async for finding in _index(settings, database, embedder):
            yield finding
        async for finding in _talk(settings, database):
            yield finding
        await database.close()
    yield await checkup.files(settings)
    yield await checkup.telegram(settings)
    yield await checkup.feishu(settings)
    yield await _llm(settings)
    yield _extra("ocr", "rapidocr", "扫描件和图片文字识别", settings.ingest.ocr)
    needed = settings.embedder.kind == "sentence-transformers" or bool(settings.embedder.reranker)
    yield _extra("sentence-transformers", "sentence_transformers", "其他检索模型和重排模型", needed)
    yield await asyncio.to_thread(_web, settings)


def _config(file: Path) -> Finding:
    if file.exists():
        return Finding("配置", GOOD, f"已读取 {file.resolve()}")
    return Finding("配置", MISSING, f"没有 {file.resolve()}，使用默认设置", "需要改设置时，在这里放一份 config.yaml")


def _home(home: Path) -> list[Finding]:
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home) as probe:
            probe.write(b"dudao")
    except OSError as error:
        mend = "换一个可写的文件夹（--home 或 DUDAO_HOME），或修改权限"
        return [Finding("数据文件夹", BAD, f"{home.absolute()} 不可写：{error.strerror}", mend)]
    free = shutil.disk_usage(home).free
    state, mend = (GOOD, "") if free >= _ENOUGH else (BAD, "清理磁盘，或用 --home 换一个磁盘")
    return [
        Finding("数据文件夹", GOOD, f"{home.absolute()} 可写"),
        Finding("磁盘", state, f"剩余 {free / 1e9:.1f} GB", mend),
    ]


async def _database(database: Database) -> Finding:
    found = await database.revision()
    if found == REVISION:
        kind = "PostgreSQL" if database.served else "SQLite"
        return Finding("数据库", GOOD, f"{kind}，{database.url}，版本 {found}")
    if found is None:
        return Finding("数据库", MISSING, f"{database.url} 还是空的", "首次使用时会自动建立")
    if found > REVISION:
        detail = f"{database.url} 的版本 {found} 比本程序认识的 {REVISION} 新"
        return Finding("数据库", BAD, detail, "升级 dudao")
    return Finding("数据库", MISSING, f"{database.url} 的版本是 {found}", f"下次使用时会自动升级到 {REVISION}")


async def _talk(settings: Settings, database: Database) -> AsyncIterator[Finding]:
    try:
        if await database.revision() == REVISION:
            async for finding in checkup.talk(settings, database):
                yield finding
    except RecordsError:
        return  # told already


def _embedder(settings: Settings, embedder: Embedder) -> Finding:
    dimensions = len(embedder.query("服务"))
    return Finding("检索模型", GOOD, f"{settings.embedder.kind}（{embedder.name}），{dimensions} 维，可用")


async def _index(settings: Settings, database: Database, embedder: Embedder | None) -> AsyncIterator[Finding]:
    where = settings.index.url or str(settings.home / "index")
    if embedder is None:
        yield Finding("索引", MISSING, f"{where}：检索模型不可用，没有检查", "先修好检索模型")
        return
    try:
        if await database.revision() != REVISION:
            yield Finding("索引", MISSING, f"{where} 还没有建立", "首次使用时会自动建立")
            return
        async with database.read() as connection:
            uid, _ = await Documents(connection).library()
            rows = await Documents(connection).all()
        desk = await asyncio.to_thread(build_desk, settings, database, uid, embedder, None)
    except RecordsError:
        return
    except (VectorsError, OSError, ValueError) as error:
        yield Finding("索引", BAD, str(error), "先修好它；文档都在数据库里，索引删掉后会自动重建")
        return
    sections, passages = sum(row.sections for row in rows), sum(row.facts.passages for row in rows)
    own = sum(not row.facts.bundled for row in rows)
    yield Finding("文档", GOOD, f"{len(rows)} 份（自有 {own} 份），{sections} 节，{passages} 段")
    yield await asyncio.to_thread(_vectors, desk, where, {row.id: row.revision for row in rows})


def _vectors(desk: Desk, where: str, truth: dict[int, int]) -> Finding:
    library = desk.library
    place = f"服务器 {where}" if "://" in where else f"进程内，{where}"
    try:
        lost, stray = library.upkeep.gaps(library.vectors.ids())
    except VectorsError as error:
        return Finding("索引", BAD, str(error))
    finally:
        library.vectors.close()
    if library.keywords.state() != truth:
        return Finding("索引", MISSING, f"{place}，关键词索引落后于数据库", "下次提问时会自动补上")
    if lost or stray:
        detail = f"{place}，缺 {len(lost)} 段的向量，多 {len(stray)} 段"
        return Finding("索引", MISSING, detail, "下次启动时会自动补齐")
    return Finding("索引", GOOD, f"{place}，{library.keywords.passages} 段都有向量")


async def _llm(settings: Settings) -> Finding:
    llm = settings.llm
    if not llm.model:
        return Finding(
            "大模型", MISSING, "没有配置，回答取自原文", "需要时设 config.yaml 的 llm.model 和环境变量 LLM_API_KEY"
        )
    where, key = f"{llm.model}（{llm.base_url or llm.provider}）", llm.api_key.get_secret_value()
    try:
        written = await asyncio.to_thread(
            writer, Analyzer((), ()), model=llm.model, provider=llm.provider, base_url=llm.base_url, api_key=key,
            timeout_seconds=llm.timeout_seconds,
        )  # fmt: skip
        assert written is not None
        async with asyncio.timeout(llm.timeout_seconds):
            await written.model.ainvoke("只回复一个字：好")
    except Exception as error:  # a far end may fail in any way
        cause = f"{type(error).__name__}：{error}"
        cause = cause.replace(key, "***") if key else cause
        return Finding(
            "大模型", BAD, f"{where} 用不了：{cause}", "检查 llm.base_url、llm.model 和 LLM_API_KEY；其间回答取自原文"
        )
    return Finding("大模型", GOOD, f"{where} 有应答")


def _extra(extra: str, module: str, what: str, needed: bool) -> Finding:
    if find_spec(module):
        return Finding(f"附加组件 {extra}", GOOD, f"已安装（{what}）")
    return Finding(
        f"附加组件 {extra}", BAD if needed else MISSING, f"没有安装（{what}）", _NO_EXTRA.format(extra=extra)
    )


def _web(settings: Settings) -> Finding:
    from bot.web.server import WebError, listen

    host, port = settings.web.host, settings.web.port
    if not settings.web.enabled:
        return Finding("网页", MISSING, "没有启用", "需要时把 web.enabled 设为 true")
    try:
        listen(host, port).close()
    except WebError as error:
        state = _ours(host, port)
        if not state:
            return Finding("网页", BAD, str(error))
        where = f"dudao 正在 http://{host}:{port} 运行"
        if state == "ok":
            return Finding("网页", GOOD, where)
        return Finding("网页", BAD, f"{where}，但状态是 {state}", f"看 http://{host}:{port}/healthz 和它的日志")
    public = f"，对外地址 {settings.web.url}" if settings.web.public else ""
    return Finding("网页", GOOD, f"{host}:{port} 可用{public}")


def _ours(host: str, port: int) -> str:
    """The state of a dudao that listens there, "" when it is something else; the page's guard wants an address."""
    try:
        known = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0]
        near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(str(known), str(known))  # noqa: S104 - compared, not bound
        at = f"[{near}]" if ":" in near else near
        with _OPENER.open(f"http://{at}:{port}/healthz", timeout=_PATIENCE) as answer:
            told = json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            told = _read(error.read(100_000))
    except (OSError, ValueError):
        return ""
    return str(told.get("status", "")) if isinstance(told, dict) and "checks" in told else ""


def _read(content: bytes) -> object:
    try:
        return json.loads(content)
    except ValueError:
        return None
