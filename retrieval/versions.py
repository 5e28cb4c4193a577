"""A document before it goes in, and as it was before another took its place."""

import asyncio
import json
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from knowledge.document import Document, Section
from knowledge.reading import read
from records.database import Database
from records.documents import DocumentFacts, DocumentRow, Documents
from retrieval.library import Library, Reading

_LONGEST = 60  # characters of a file's name


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file holds, under the name it would get; `replaces` is what it would take the place of."""

    name: str
    document: Document
    replaces: DocumentRow | None


@asynccontextmanager
async def as_file(name: str, content: bytes) -> AsyncIterator[Path]:
    """A file of that name with this content, gone after the block."""
    folder = await asyncio.to_thread(TemporaryDirectory)
    try:
        path = Path(folder.name) / _safe(name)
        await asyncio.to_thread(path.write_bytes, content)
        yield path
    finally:
        await asyncio.to_thread(folder.cleanup)


async def preview(library: Library, path: Path, reading: Reading) -> Preview:
    """Read a file without putting it in; raises Unreadable."""
    document = await asyncio.to_thread(read, path, max_bytes=reading.max_bytes, ocr=reading.ocr)
    name = await library.name_of(path)
    known = {row.facts.name: row for row in await library.documents()}
    return Preview(name, document, known.get(name))


async def kept(database: Database, name: str) -> bytes | None:
    """A live document as bytes for `restored`; None when there is none of that name."""
    async with database.read() as connection:
        documents = Documents(connection)
        row = next((one for one in await documents.all() if one.facts.name == name), None)
        if row is None:
            return None
        sections = (await documents.sections([row.id]))[row.id]
    facts = {key: value for key, value in asdict(row.facts).items() if key not in ("passages", "added_at")}
    facts["effective"] = row.facts.effective.isoformat() if row.facts.effective else None
    values = {"facts": facts, "sections": [[one.path, one.text, one.page, one.breaks] for one in sections]}
    return json.dumps(values, ensure_ascii=False, sort_keys=True).encode()


async def restored(library: Library, content: bytes) -> DocumentFacts:
    """Put back what `kept` gave; nothing happens when it is live already."""
    values = json.loads(content)
    facts: dict[str, Any] = values["facts"]
    known = {row.facts.name: row.facts for row in await library.documents()}
    live = known.get(facts["name"])
    if live is None or live.digest != facts["digest"]:
        live = await library.put(_document(facts, values["sections"]), bundled=facts["bundled"])
    return live


def _document(facts: dict[str, Any], sections: list[Any]) -> Document:
    return Document(
        name=facts["name"],
        title=facts["title"],
        digest=facts["digest"],
        sections=tuple(
            Section(tuple(path), text, page, tuple((at, to) for at, to in breaks))
            for path, text, page, breaks in sections
        ),
        version=facts["version"],
        effective=date.fromisoformat(facts["effective"]) if facts["effective"] else None,
        audience=tuple(facts["audience"]),
        source=facts["source"],
        warnings=tuple(facts["warnings"]),
    )


def _safe(name: str) -> str:
    """A file name that any disk takes, with the suffix it came with."""
    plain = "".join(" " if unicodedata.category(one).startswith("C") or one in '/\\:*?"<>|' else one for one in name)
    stem, dot, suffix = " ".join(plain.split()).rpartition(".")
    stem, suffix = (stem, suffix) if dot else (suffix, "")
    return (stem.strip(". ")[:_LONGEST] or "文档") + f"{dot}{suffix.strip()[:10]}"
