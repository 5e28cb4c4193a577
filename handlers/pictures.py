"""Pictures that are made here: a code to scan."""

import io

import segno

from handlers.context import Context
from handlers.message import File

_DOT, _MARGIN = 8, 4  # pixels of a dot, dots of the margin that the standard asks for


async def qr(context: Context, content: str, name: str) -> File:
    """A PNG of a QR code with this content, in the file store; slow work, before the turn's transaction."""
    picture = io.BytesIO()
    segno.make(content, error="m", micro=False).save(picture, kind="png", scale=_DOT, border=_MARGIN)
    return File(f"{name}.png", "image/png", await context.files.put(picture.getvalue()))
