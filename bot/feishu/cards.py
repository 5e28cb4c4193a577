"""A Reply becomes cards of JSON 2.0 and files: a pure function."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot import cited
from bot.cited import Rows
from bot.feishu.forms import form_of
from bot.feishu.markdown import label, pieces
from handlers.message import File, Form, Reply

ASK_PLACE = "请点输入框旁的“＋”，选“位置”，把您的位置发给我。"
CHOOSE = "请选择："
NOTHING = "（没有内容）"
MISSING = "（文件“{name}”现在取不到。）"
REFUSED = "（文件“{name}”飞书不收，请在网页里下载。）"
NOT_ALLOWED = "（文件“{name}”发不了：请告诉管理员，给飞书应用开通“获取与上传图片或文件资源”权限。）"
TOO_LARGE = "（文件“{name}”超过 30 MB，飞书发不了，请在网页里下载。）"
TEXT = "text"  # the element that is streamed
LARGEST = 28_000  # bytes; Feishu takes 30 KB
_MOST_BUTTONS, _BUTTONS_OF_A_CARD, _PICTURES_OF_A_CARD, _SUMMARY = 100, 40, 10, 60
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Brought:
    """A file that is at Feishu under a key, as a picture or as a file; "" where it is not, and `note` says why."""

    file: File
    key: str = ""
    picture: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One message: a card, or the file of this key. `edits` is the message whose place it takes, "" for a new one."""

    text: str = ""
    pictures: tuple[Brought, ...] = ()
    buttons: Rows = ()
    form: Form | None = None
    edits: str = ""
    file: str = ""

    def card(self, chat: str, entity: str = "") -> Json:
        """The card for this chat; `entity` is its CardKit id, where it has one."""
        return card([*self._elements(chat, entity)], self.text)

    def _elements(self, chat: str, entity: str) -> Iterator[Json]:
        if self.text:
            yield {"tag": "markdown", "element_id": TEXT, "content": self.text}
        for one in self.pictures:
            alt = {"tag": "plain_text", "content": label(one.file.name)}
            yield {"tag": "img", "img_key": one.key, "alt": alt}
        if self.form is not None:
            yield form_of(self.form, lambda action: value(action, chat, entity))
        for row in self.buttons:
            made = [_button(one.text, value(one.action, chat, entity)) for one in row]
            yield made[0] if len(made) == 1 else _side_by_side(made)


def render(reply: Reply, files: Sequence[Brought] = (), *, edits: str = "", chat: str = "") -> list[Call]:
    """The calls, in order; never none. The last card is the one people speak of, and the one that is edited later."""
    alone = not chat.startswith("oc_")
    notes = [one.note.format(name=cited.escaped(one.file.name)) for one in files if one.note]
    place = ASK_PLACE if reply.asks_place and alone else ""
    parts = (reply.text, place, cited.sources(reply.citations), *notes)
    texts = pieces("\n\n".join(part for part in parts if part.strip()))
    pictures = [one for one in files if one.key and one.picture]
    others = [Call(file=one.key) for one in files if one.key and not one.picture]
    rows = cited.keyboard(reply, label, _MOST_BUTTONS)
    if not texts and not pictures and (rows or reply.form or edits or not others):
        texts = [CHOOSE if rows or reply.form else NOTHING]
    cards = [Call(text) for text in texts]
    groups = [tuple(pictures[at : at + _PICTURES_OF_A_CARD]) for at in range(0, len(pictures), _PICTURES_OF_A_CARD)]
    if cards and groups:
        cards[-1] = replace(cards[-1], pictures=groups[0])
    cards += [Call(pictures=group) for group in (groups[1:] if cards else groups)]
    if reply.form is not None:
        cards = _added(cards, Call(CHOOSE, form=reply.form), chat)
    for group in _grouped(rows):
        cards = _added(cards, Call(CHOOSE, buttons=group), chat)
    if cards:
        cards[0] = replace(cards[0], edits=edits)
    return [*others, *cards]


def streaming(text: str) -> Json:
    """A card whose text is being written."""
    made = card([{"tag": "markdown", "element_id": TEXT, "content": text}], text)
    made["config"] |= {"streaming_mode": True}
    return made


def partly(text: str) -> str:
    """An answer that is being written; "" while there is nothing to see."""
    found = pieces(text)
    return found[0] + " …" if found else ""


def card(elements: Sequence[Json], summary: str) -> Json:
    """A card; `summary` is what the list of chats shows of it."""
    line = label(summary.replace("**", "").replace("\u200b", ""))[:_SUMMARY]
    config: Json = {"update_multi": True, **({"summary": {"content": line}} if line else {})}
    return {"schema": "2.0", "config": config, "body": {"elements": list(elements)}}


def value(action: str, chat: str, entity: str) -> Json:
    """What comes back with a press: never a plain string, which breaks the SDK."""
    return {"action": action, "chat": chat} | ({"card": entity} if entity else {})


def dumped(card: Json) -> str:
    """As it travels."""
    return json.dumps(card, ensure_ascii=False, separators=(",", ":"))


def _added(cards: list[Call], more: Call, chat: str) -> list[Call]:
    """The buttons or the form on the last card if they fit there, else on a card of their own."""
    if cards:
        last = cards[-1]
        joined = replace(last, buttons=more.buttons, form=more.form or last.form)
        room = not last.buttons and (last.form is None or more.form is None)
        if room and len(dumped(joined.card(chat, "0" * 20)).encode()) <= LARGEST:
            return [*cards[:-1], joined]
    return [*cards, more]


def _grouped(rows: Rows) -> Iterator[Rows]:
    """As many buttons as a card may have."""
    held, count = list[Any](), 0
    for row in rows:
        if held and count + len(row) > _BUTTONS_OF_A_CARD:
            yield tuple(held)
            held, count = [], 0
        held.append(row)
        count += len(row)
    if held:
        yield tuple(held)


def _button(text: str, value: Json) -> Json:
    return {
        "tag": "button",
        "text": {"tag": "plain_text", "content": text},
        "type": "default",
        "width": "fill",
        "behaviors": [{"type": "callback", "value": value}],
    }


def _side_by_side(buttons: Sequence[Json]) -> Json:
    columns = [{"tag": "column", "width": "weighted", "weight": 1, "elements": [one]} for one in buttons]
    return {"tag": "column_set", "flex_mode": "none", "horizontal_spacing": "8px", "columns": columns}
