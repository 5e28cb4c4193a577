"""A number written on paper, read from a photograph: proof that it was taken after the number was given."""

import io
import threading
from importlib.util import find_spec
from typing import Any

from PIL import Image, ImageOps

from knowledge.reading.ocr import engine

_ALIKE = str.maketrans("OoQDIl|!SsZzB", "0000111155228")
_EDGE = 1280  # pixels; larger ones are slower to read, and no better


def installed() -> bool:
    """Whether pictures can be read here (the extra `ocr`)."""
    return find_spec("rapidocr") is not None


class Codes:
    """Loads its models at the first photo; used from worker threads, one photo at a time."""

    def __init__(self) -> None:
        self._engine: Any = None
        self._lock = threading.Lock()

    def __call__(self, jpeg: bytes, code: str) -> bool:
        """Whether the code stands in the picture, on a line of its own or among other words."""
        with Image.open(io.BytesIO(jpeg)) as opened:
            picture = opened.convert("RGB")
        picture.thumbnail((_EDGE, _EDGE))
        with self._lock:
            self._engine = self._engine or engine()
            return any(holds(self._texts(one), code) for one in (picture, ImageOps.autocontrast(picture, cutoff=1)))

    def _texts(self, picture: Image.Image) -> list[str]:
        import numpy

        result = self._engine(numpy.asarray(picture)[:, :, ::-1])
        return [] if result.boxes is None else [str(text) for text in result.txts]


def holds(texts: list[str], code: str) -> bool:
    """Whether a code is among the numbers in these texts: as a whole number, not as a part of a longer one."""
    for text in texts:
        plain = text.replace(" ", "").replace("-", "").replace(".", "")
        for read in (plain, plain.translate(_ALIKE)):
            numbers = "".join(letter if letter.isascii() and letter.isdecimal() else " " for letter in read).split()
            if code in numbers:
                return True
    return False
