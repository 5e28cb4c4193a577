"""The fonts that what leaves is set in: Noto, of every weight, out of packages."""

import threading
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typst
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

FAMILY = "Noto Sans CJK SC"
UNDRAWN = "〔U+{code:04X}〕"
_SIMPLIFIED = 2  # which of the collection's faces draws hanzi as they are written in China
_NO_CHARACTER = chr(0x10FFFE)  # for ever unassigned: drawn as the box that stands for what a font lacks
_JOINS = "\u200d\ufe0f"  # make one picture out of several
_one_at_a_time = threading.Lock()  # FreeType's faces are not to be shared by threads


@cache
def fonts() -> "typst.Fonts":
    """These fonts and no others, for setting pages: the same on every machine."""
    import typst

    folders = [str(files("manimgx_fonts_cjk")), str(files("manimgx_fonts"))]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def drawable(text: str) -> str:
    """The text without what is invisible, and with a code in place of every character that no font draws."""
    return "".join(_drawn(one) for one in unicodedata.normalize("NFC", text.replace("\r\n", "\n")))


def _drawn(one: str) -> str:
    if one in "\n" or one in _JOINS or " " <= one <= "~" or "一" <= one <= "龥" or "！" <= one <= "～":
        return one
    kind = unicodedata.category(one)
    if kind[0] == "Z" or one == "\t":
        return " "
    if kind in ("Cc", "Cf"):
        return ""
    return one if kind != "Co" and _known(one) else UNDRAWN.format(code=ord(one))


@lru_cache(4096)
def _known(one: str) -> bool:
    with _one_at_a_time:
        return any(_shape(face, one) != _shape(face, _NO_CHARACTER) for face in _faces())


def _shape(face: "FreeTypeFont", one: str) -> tuple[tuple[int, int], bytes]:
    mask = face.getmask(one)
    return mask.size, bytes(mask)


@cache
def _faces() -> "tuple[FreeTypeFont, ...]":
    from PIL import ImageFont

    plain = [Path(str(one)) for one in files("manimgx_fonts").iterdir() if one.name.endswith("[wght].ttf")]
    chinese = Path(str(files("manimgx_fonts_cjk"))) / "NotoSansCJK-VF.otf.ttc"
    found = [(chinese, _SIMPLIFIED), *((one, 0) for one in sorted(plain))]
    return tuple(ImageFont.truetype(path, 16, index, layout_engine=ImageFont.Layout.BASIC) for path, index in found)


@lru_cache(8192)
def advance(one: str) -> float:
    """How wide a character is in bold, in ems, in the first font that draws it; plain ones are hardly wider."""
    with _one_at_a_time:
        for plain, bold in zip(_faces(), _bold_faces(), strict=True):
            if one == " " or _shape(plain, one) != _shape(plain, _NO_CHARACTER):
                return bold.getlength(one) / bold.size
    return 1.0


def lettered(drawing: "ImageDraw", place: tuple[int, int], text: str, size: int, colour: tuple[int, int, int]) -> None:
    """Chinese words in bold on a picture of Pillow's, `size` in pixels."""
    with _one_at_a_time:
        face = _bold_faces()[0].font_variant(size=size)
        face.set_variation_by_axes([700] * len(face.get_variation_axes()))
        drawing.text(place, text, colour, face)


@cache
def _bold_faces() -> "tuple[FreeTypeFont, ...]":
    faces = tuple(face.font_variant(size=64) for face in _faces())
    for face in faces:
        face.set_variation_by_axes([700] * len(face.get_variation_axes()))
    return faces
