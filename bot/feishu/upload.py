"""Brings files there: pictures to be seen in a card, everything else as a file."""

from bot.feishu.api import NO_SCOPE, Api, Refusal
from bot.feishu.cards import MISSING, NOT_ALLOWED, REFUSED, TOO_LARGE, Brought
from handlers.message import File

PICTURE_BYTES, FILE_BYTES = 10_000_000, 30_000_000
_KINDS = {".pdf": "pdf", ".doc": "doc", ".docx": "doc", ".xls": "xls", ".xlsx": "xls", ".ppt": "ppt", ".pptx": "ppt"}
_KINDS |= {".mp4": "mp4", ".opus": "opus"}


async def bring(api: Api, file: File, content: bytes | None) -> Brought:
    """The file's key there, or what is said in its place."""
    if not content:
        return Brought(file, note=MISSING)
    if file.picture and len(content) <= PICTURE_BYTES:
        try:
            return Brought(file, await api.picture(file.name, content), picture=True)
        except Refusal as refusal:
            if refusal.code == NO_SCOPE:
                return Brought(file, note=NOT_ALLOWED)
    if len(content) > FILE_BYTES:
        return Brought(file, note=TOO_LARGE)
    try:
        return Brought(file, await api.file(file.name or "file", content, _kind(file.name)))
    except Refusal as refusal:
        return Brought(file, note=NOT_ALLOWED if refusal.code == NO_SCOPE else REFUSED)


def _kind(name: str) -> str:
    return _KINDS.get(name[name.rfind(".") :].lower() if "." in name else "", "stream")
