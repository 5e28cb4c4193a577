"""Reading other people's documents: a file in, a `Document` of named sections out."""

import hashlib
from pathlib import Path

from knowledge.document import Document
from knowledge.reading.convert import SUFFIXES, converted
from knowledge.reading.furniture import clear
from knowledge.reading.guard import admitted
from knowledge.reading.mend import mend
from knowledge.reading.plain import opening_title, outlined
from knowledge.reading.problem import Unreadable
from knowledge.reading.raw import Raw, Refused
from knowledge.reading.sections import assemble

__all__ = ["SUFFIXES", "Unreadable", "read"]


def read(path: Path, *, max_bytes: int, ocr: bool = False) -> Document:
    """The document in `path`, a file of at most `max_bytes` bytes; `ocr` reads scanned pages and pictures too.

    Raises Unreadable, whose text is one Chinese line: file name, cause, what to do.
    """
    try:
        data = admitted(path, SUFFIXES, max_bytes)
        document = _document(path, data, _converted(path, data, ocr))
        if not document.sections:
            raise Refused("文件里没有文字", "请确认文件有正文后再导入")
    except Refused as refused:
        raise Unreadable(path, refused.cause, refused.remedy) from refused
    return document


def _converted(path: Path, data: bytes, ocr: bool) -> Raw:
    try:
        return converted(data, path.suffix.lower(), ocr)
    except Refused:
        raise
    except Exception as error:  # parsers raise anything on damaged files, from KeyError to RecursionError
        raise Refused("文件已损坏或不完整", "请用原软件打开检查，另存为新文件后再导入") from error


def _document(path: Path, data: bytes, raw: Raw) -> Document:
    lines, mended = mend(raw.lines)
    cleared = clear(lines)
    lines, laid = outlined(cleared.lines, raw.settled)
    title = cleared.title
    if not raw.untitled:
        title, lines = opening_title(lines, cleared.title)
    return Document(
        name=path.stem,
        title=raw.front.title or title or raw.title or path.stem,
        digest=hashlib.sha256(data).hexdigest(),
        sections=assemble(lines),
        version=raw.front.version,
        effective=raw.front.effective,
        audience=raw.front.audience,
        source=raw.front.source,
        warnings=(*raw.warnings, *mended, *cleared.warnings, *laid),
    )
