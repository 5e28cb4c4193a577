"""Before and after, side by side in one picture."""

import io
from collections.abc import Sequence

from PIL import Image, ImageOps

_SIDE, _GAP = 720, 12  # pixels of a photo's square, and between them
_ROWS = 4
_GROUND = (255, 255, 255)


def side_by_side(before: Sequence[bytes], after: Sequence[bytes]) -> bytes:
    """A JPEG: the photos before on the left, those after on the right, a row for each pair (of at most four)."""
    rows = min(max(len(before), len(after)), _ROWS)
    step = _SIDE + _GAP
    sheet = Image.new("RGB", (2 * step - _GAP, rows * step - _GAP), _GROUND)
    for column, photos in enumerate((before, after)):
        for row, content in enumerate(photos[:rows]):
            with Image.open(io.BytesIO(content)) as opened:
                opened.draft("RGB", (_SIDE, _SIDE))
                fitted = ImageOps.pad(opened.convert("RGB"), (_SIDE, _SIDE), Image.Resampling.BILINEAR, _GROUND)
            sheet.paste(fitted, (column * step, row * step))
    written = io.BytesIO()
    sheet.save(written, "JPEG", quality=82)
    return written.getvalue()
