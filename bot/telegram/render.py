"""A Reply becomes the calls that show it: a pure function."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from PIL import Image

from bot import cited
from bot.cited import Rows
from bot.telegram.markdown import CAPTION, Styled, pieces, plain, styled, units
from handlers.message import File, Reply

SHARE_PLACE = "发送我的位置"
ASK_PLACE = "请点下面的“发送我的位置”。"
CHOOSE = "请选择："
NOTHING = "（没有内容）"
MISSING = "（文件“{name}”现在取不到。）"
TOO_LARGE = "（文件“{name}”超过 50 MB，Telegram 发不了，请在网页里下载。）"
PHOTO_BYTES, FILE_BYTES = 10_000_000, 50_000_000
_PHOTO_SIDES, _PHOTO_RATIO = 10_000, 20  # width and height together, and the one by the other
_ALBUM = 10
_SILENT = Styled("")
_MOST_BUTTONS = 100


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file to send with its bytes; None where they cannot be had."""

    file: File
    content: bytes | None

    @property
    def photo(self) -> bool:
        """Whether Telegram takes it as a picture to look at."""
        if not self.file.picture or self.content is None or len(self.content) > PHOTO_BYTES:
            return False
        try:
            with Image.open(io.BytesIO(self.content)) as picture:
                width, height = picture.size
        except (OSError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
            return False
        return width + height <= _PHOTO_SIDES and max(width, height) <= _PHOTO_RATIO * min(width, height)


@dataclass(frozen=True, slots=True)
class Call:
    """One message to send: text, or files (several are an album) with the text as their caption.

    `edits` is the message whose place it takes, "" for a new one; `asks_place` shows the button that shares a location.
    """

    text: Styled = _SILENT
    files: tuple[Loaded, ...] = ()
    buttons: Rows = ()
    edits: str = ""
    asks_place: bool = False


def render(reply: Reply, files: Sequence[Loaded] = (), *, edits: str = "", private: bool = True) -> list[Call]:
    """The calls, in order; never none. The last one with text or buttons is the one people speak of."""
    notes = [_note(one) for one in files if not _sendable(one)]
    sent = [one for one in files if _sendable(one)]
    whole = styled("\n\n".join(part for part in (reply.text, cited.sources(reply.citations), *notes) if part.strip()))
    texts, rows = pieces(whole), keyboard(reply)
    asks = reply.asks_place and private
    if len(sent) == 1 and len(texts) <= 1 and units(whole.text) <= CAPTION and not edits and not asks:
        return [Call(whole, tuple(sent), rows)]
    albums = list(_albums(sent))
    if not rows and not edits and not asks and len(albums) == 1 and len(texts) == 1 and units(whole.text) <= CAPTION:
        return [Call(whole, albums[0])]
    if not texts and (rows or edits or asks or not sent):
        texts = [Styled(ASK_PLACE if asks else CHOOSE if rows else NOTHING)]
    calls = [Call(files=album) for album in albums]
    calls += [Call(text, edits="" if number else edits) for number, text in enumerate(texts)]
    if rows:
        calls[-1] = replace(calls[-1], buttons=rows)
    if asks and not rows and not calls[-1].edits:
        calls[-1] = replace(calls[-1], asks_place=True)
    elif asks:
        calls.append(Call(Styled(ASK_PLACE), asks_place=True))
    return calls


def keyboard(reply: Reply) -> Rows:
    """The reply's buttons and one for each citation, within what Telegram takes."""
    return cited.keyboard(reply, plain, _MOST_BUTTONS)


def partly(text: str) -> Styled | None:
    """An answer that is being written, as one message; None while there is nothing to see."""
    found = pieces(styled(text), 4000)
    return Styled(found[0].text + " …", found[0].spans) if found else None


def _sendable(one: Loaded) -> bool:
    return one.content is not None and 0 < len(one.content) <= FILE_BYTES


def _note(one: Loaded) -> str:
    return (TOO_LARGE if one.content else MISSING).format(name=cited.escaped(one.file.name))


def _albums(files: Sequence[Loaded]) -> Iterator[tuple[Loaded, ...]]:
    """Pictures by up to ten, everything else alone."""
    pictures, others = list[Loaded](), list[Loaded]()
    for one in files:
        (pictures if one.photo else others).append(one)
    for at in range(0, len(pictures), _ALBUM):
        yield tuple(pictures[at : at + _ALBUM])
    for one in others:
        yield (one,)
