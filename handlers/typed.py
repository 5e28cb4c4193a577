"""What people type, as answers to prompts."""

import re
import unicodedata
from collections.abc import Callable, Sequence

from handlers.flow import Misread
from handlers.message import Incoming

NO_TEXT = "请发文字。"
TOO_LONG = "太长了，请在 {n} 个字以内。"
NO_PLACE = "没看懂。请点发送位置，或发经纬度，例如：31.2304, 121.4737。"
AND_MORE = "- ……（还有 {n} 处）"
LONGEST_NAME = 20
_MARKS = str.maketrans("*_`[]<>#|~\\", "＊＿｀［］＜＞＃｜～＼")
_PLACE = re.compile(r"\s*(-?\d{1,2}(?:\.\d+)?)\s*[,，\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*")


def inert(text: str) -> str:
    """A person's words in one line, with nothing in them that Markdown would take for a mark."""
    shown = "".join(" " if unicodedata.category(one).startswith(("C", "Z")) else one for one in text)
    return " ".join(shown.translate(_MARKS).split())


def listed(faults: Sequence[str], most: int = 15) -> str:
    """What is wrong with a file that a person sent, a line each; those over `most` are only counted."""
    rest = [AND_MORE.format(n=len(faults) - most)] if len(faults) > most else []
    return "\n".join([*(f"- {inert(one)}" for one in faults[:most]), *rest])


def line(longest: int) -> Callable[[Incoming], str]:
    """Reads one line of at most that many characters."""

    def read(incoming: Incoming) -> str:
        text = inert(incoming.text)
        if not text or incoming.attachments:
            raise Misread(NO_TEXT)
        if len(text) > longest:
            raise Misread(TOO_LONG.format(n=longest))
        return text

    return read


def lines(longest: int) -> Callable[[Incoming], str]:
    """Reads a text of several lines, as Markdown."""

    def read(incoming: Incoming) -> str:
        kept = (one for one in incoming.text if one == "\n" or not unicodedata.category(one).startswith("C"))
        text = "".join(kept).strip()
        if not text or incoming.attachments:
            raise Misread(NO_TEXT)
        if len(text) > longest:
            raise Misread(TOO_LONG.format(n=longest))
        return text

    return read


def place(incoming: Incoming) -> list[float]:
    """Reads a shared location, or degrees as they are typed: latitude, longitude."""
    if incoming.place is not None:
        return [incoming.place.latitude, incoming.place.longitude]
    found = _PLACE.fullmatch(incoming.text)
    if not found or abs(float(found[1])) > 90 or abs(float(found[2])) > 180:
        raise Misread(NO_PLACE)
    return [float(found[1]), float(found[2])]
