"""Before and after, side by side in one picture."""

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageOps

from reports.fonts import lettered

BEFORE, AFTER = "整改前", "整改后"
_SIDE, _GAP, _HEAD = 720, 12, 64  # pixels of a photo's longer side, between photos, and of what they are called
_ROWS = 4
_GROUND, _INK = (255, 255, 255), (31, 41, 51)


def side_by_side(before: Sequence[bytes], after: Sequence[bytes]) -> bytes:
    """A JPEG: the photos before on the left, those after on the right, a row for each pair (of at most four)."""
    columns = [[_fitted(one) for one in photos[:_ROWS]] for photos in (before, after)]
    tall = [max(one.height for one in row) for row in _rows(columns)]
    sheet = Image.new("RGB", (2 * _SIDE + _GAP, _HEAD + sum(tall) + _GAP * (len(tall) - 1)), _GROUND)
    for at, (name, photos) in enumerate(zip((BEFORE, AFTER), columns, strict=True)):
        left, top = at * (_SIDE + _GAP), _HEAD
        lettered(ImageDraw.Draw(sheet), (left + _GAP, _GAP), name, _HEAD - 3 * _GAP, _INK)
        for photo, high in zip(photos, tall, strict=False):
            sheet.paste(photo, (left + (_SIDE - photo.width) // 2, top))
            top += high + _GAP
    written = io.BytesIO()
    sheet.save(written, "JPEG", quality=82)
    return written.getvalue()


def _rows(columns: Sequence[Sequence[Image.Image]]) -> list[list[Image.Image]]:
    count = max(len(one) for one in columns)
    return [[one[row] for one in columns if row < len(one)] for row in range(count)]


def _fitted(content: bytes) -> Image.Image:
    with Image.open(io.BytesIO(content)) as opened:
        opened.draft("RGB", (_SIDE, _SIDE))
        return ImageOps.contain(opened.convert("RGB"), (_SIDE, _SIDE), Image.Resampling.BILINEAR)
