"""Photos small enough for a page."""

import io

from PIL import Image, ImageOps

_QUALITY = 78


def shrunk(content: bytes, side: int) -> bytes:
    """A JPEG of the picture, upright, without what the camera noted, its longer side at most so many pixels.

    What cannot be read comes as a plain grey square: a report is not lost over a photo.
    """
    try:
        with Image.open(io.BytesIO(content)) as opened:
            opened.draft("RGB", (side, side))
            upright = ImageOps.exif_transpose(opened).convert("RGB")
            upright.thumbnail((side, side), Image.Resampling.BILINEAR, reducing_gap=2)
    except (OSError, ValueError):
        upright = Image.new("RGB", (side, side), (225, 225, 225))
    upright.info.clear()
    written = io.BytesIO()
    upright.save(written, "JPEG", quality=_QUALITY)
    return written.getvalue()
