"""What Feishu refuses: cards of JSON 2.0 that are not as its pages say, and what comes too fast."""

import html
import json
import re
import time
from collections import defaultdict, deque
from typing import Any

Json = dict[str, Any]
LARGEST_CARD, MOST_ELEMENTS, MOST_TABLES = 30 * 1024, 200, 5
_CODES = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_TABLE = re.compile(r"^\s*\|?[ :]*-{2,}[-| :]*$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]\n]*)\]\([^)\n]*\)")
_TAGS = re.compile(r"<(?!br>|hr>)[A-Za-z/]")
_ELEMENT = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,19}")
_ALL = {"tag", "element_id", "margin"}
_BOX = {"direction", "horizontal_spacing", "horizontal_align", "vertical_spacing", "vertical_align", "padding"}
_ASKS = {"name", "required", "placeholder", "width", "disabled", "behaviors", "confirm", "type"}
_MAY: dict[str, set[str]] = {
    "markdown": {"content", "text_align", "text_size", "icon"},
    "img": {"img_key", "alt", "title", "corner_radius", "scale_type", "size", "transparent", "preview"},
    "button": {"type", "size", "width", "text", "icon", "hover_tips", "disabled", "disabled_tips", "confirm",
               "behaviors", "name", "required", "form_action_type"},
    "column_set": {"columns", "flex_mode", "background_style", "horizontal_spacing", "horizontal_align"},
    "column": {"elements", "width", "weight", "background_style", *_BOX},
    "form": {"name", "elements", "confirm", *_BOX},
    "input": {"default_value", "max_length", "input_type", "rows", "auto_resize", "max_rows", "label", "label_position",
              "show_icon", "value", *_ASKS},
    "select_static": {"options", "initial_index", "initial_option", *_ASKS},
    "multi_select_static": {"options", "selected_values", *_ASKS},
    "hr": set(),
    "plain_text": {"content", "lines", "text_size", "text_align", "text_color"},
}  # fmt: skip
_MUST = {
    "markdown": {"content"}, "img": {"img_key", "alt"}, "button": {"text"}, "column_set": {"columns"},
    "column": {"elements"}, "form": {"name", "elements"}, "input": {"name"}, "select_static": {"name", "options"},
    "multi_select_static": {"name", "options"}, "plain_text": {"content"},
}  # fmt: skip
_CONFIG = {"streaming_mode", "streaming_config", "summary", "locales", "enable_forward", "update_multi", "width_mode",
           "use_custom_translation", "enable_forward_interaction", "style"}  # fmt: skip


class Refusal(Exception):
    """An answer other than yes; `code` is Feishu's number."""

    def __init__(self, code: int, message: str, status: int = 400, reset: float = 0) -> None:
        super().__init__(f"{code} {message}")
        self.code, self.message, self.status, self.reset = code, message, status, reset


def content_error(message: str, inner: int = 200621) -> Refusal:
    """As Feishu refuses a card."""
    return Refusal(230099, f"Failed to create card content, ext=ErrCode: {inner}; ErrMsg: {message}")


def checked(text: Any, pictures: set[str]) -> Json:
    """The card that stands in the text; raises Refusal where it is not as it must be."""
    if not isinstance(text, str):
        raise Refusal(230001, "content is no string")
    if len(text.encode()) > LARGEST_CARD:
        raise Refusal(230025, "The length of the message content reaches its limit")
    try:
        card = json.loads(text)
    except ValueError:
        raise content_error("parse card json err") from None
    if not isinstance(card, dict) or card.get("schema") != "2.0":
        raise content_error("schema must be 2.0")
    _known(card, {"schema", "config", "card_link", "header", "body"}, "card")
    config = card.get("config", {})
    _known(config, _CONFIG, "config")
    if config.get("update_multi") is not True:
        raise Refusal(230099, "update_multi must be true")
    body = card.get("body", {})
    _known(body, {"elements", *_BOX}, "body")
    _Walk(pictures).all(body.get("elements"), root=True)
    return card


class _Walk:
    """Through a card, element by element."""

    def __init__(self, pictures: set[str]) -> None:
        self.pictures, self.count, self.tables = pictures, 0, 0
        self.ids, self.names = set[str](), set[str]()

    def all(self, elements: Any, *, root: bool = False, form: bool = False) -> None:
        """A list of elements."""
        if not isinstance(elements, list) or not elements:
            raise content_error("elements must be a list, and not empty")
        for one in elements:
            self.one(one, root, form)

    def one(self, one: Any, root: bool, form: bool) -> None:
        """One element with everything in it."""
        tag = one.get("tag") if isinstance(one, dict) else None
        if tag not in _MAY:
            raise content_error(f"not support tag: {tag}")
        _known(one, _MAY[tag] | _ALL, tag)
        if missing := _MUST.get(tag, set()) - set(one):
            raise content_error(f"{tag} lacks {sorted(missing)}")
        self.count += 1
        if self.count > MOST_ELEMENTS:
            raise content_error("card element number over limit", 11310)
        self._named(one)
        match tag:
            case "markdown":
                self._markdown(one["content"])
            case "plain_text" if not isinstance(one["content"], str):
                raise content_error("plain_text without a text")
            case "img":
                if one["img_key"] not in self.pictures:
                    raise content_error("invalid image key", 11247)
                self.one(one["alt"], False, False)
            case "column_set":
                self.all(one["columns"], form=form)
            case "column":
                self.all(one["elements"], form=form)
            case "form":
                self._form(one, root)
            case "button":
                self._button(one, form)
            case "input" | "select_static" | "multi_select_static":
                self._asks(one, form)

    def _named(self, one: Json) -> None:
        for key, known in (("element_id", self.ids), ("name", self.names)):
            if key in one:
                if one[key] in known or (key == "element_id" and not _ELEMENT.fullmatch(str(one[key]))):
                    raise content_error(f"{key} {one[key]!r} is not unique, or not allowed")
                known.add(one[key])

    def _markdown(self, content: Any) -> None:
        if not isinstance(content, str) or not content.strip():
            raise content_error("markdown without a text")
        bare = _CODES.sub("", content)
        if _TAGS.search(bare):
            raise AssertionError(f"a tag in a card: {content!r}")  # Feishu would read it; the bot has none to send
        self.tables += len(_TABLE.findall(bare))
        if self.tables > MOST_TABLES:
            raise content_error("card table number over limit", 11310)

    def _form(self, one: Json, root: bool) -> None:
        if not root:
            raise content_error("form must be at the root")
        self.all(one["elements"], form=True)
        if not any(inner.get("form_action_type") == "submit" for inner in within(one)):
            raise content_error("form without a submit button")

    def _button(self, one: Json, form: bool) -> None:
        self.one(one["text"], False, False)
        if not one["text"]["content"].strip():
            raise content_error("button without a text")
        for behavior in one.get("behaviors", []):
            _known(behavior, {"type", "value", "default_url", "pc_url", "ios_url", "android_url"}, "behavior")
            if behavior.get("type") == "callback" and not isinstance(behavior.get("value"), dict):
                raise content_error("callback value must be an object")
        if "form_action_type" in one and not (form and one.get("name")):
            raise content_error("a form's button needs a name, and stands in a form")
        if "form_action_type" not in one and not one.get("behaviors"):
            raise content_error("a button that does nothing")

    def _asks(self, one: Json, form: bool) -> None:
        if not form:
            raise content_error(f"{one['tag']} outside of a form")
        if "placeholder" in one:
            self.one(one["placeholder"], False, False)
        options = one.get("options", [])
        for option in options:
            _known(option, {"text", "icon", "value"}, "option")
            self.one(option["text"], False, False)
        values = [option["value"] for option in options]
        if len(set(values)) != len(values) or (one["tag"] != "input" and not values):
            raise content_error("options must differ")
        if "initial_option" in one and one["initial_option"] not in values:
            raise content_error("initial_option is no option")


def within(element: Json) -> list[Json]:
    """An element and all that stand in it."""
    inner = [*element.get("elements", []), *element.get("columns", [])]
    return [element, *(one for each in inner for one in within(each))]


def elements_of(card: Json) -> list[Json]:
    """All elements of a card."""
    return [one for each in card.get("body", {}).get("elements", []) for one in within(each)]


def seen(card: Json) -> str:
    """What a person reads in a card."""
    texts = [one["content"] for one in elements_of(card) if one["tag"] == "markdown"]
    return "\n\n".join(_shown(text) for text in texts)


def _shown(markdown: str) -> str:
    plain = _LINK.sub(r"\1", markdown).replace("**", "").replace("\u200b", "")
    return html.unescape(plain)


def _known(told: Any, may: set[str], where: str) -> None:
    if not isinstance(told, dict):
        raise content_error(f"{where} is no object")
    if unknown := set(told) - may:
        raise content_error(f"unknown property, property: {sorted(unknown)[0]}, path: {where}")


class Flood:
    """Limits of speed, multiplied by `factor`; 0 is none."""

    def __init__(self) -> None:
        self.factor = 1.0
        self._times = defaultdict[str, deque[float]](deque)

    def take(self, key: str, most: int, seconds: float) -> float:
        """Seconds that are missing, 0 where there is room."""
        if not self.factor:
            return 0
        times, now = self._times[key], time.monotonic()
        while times and times[0] <= now - seconds:
            times.popleft()
        if len(times) >= most * self.factor:
            return times[0] + seconds - now
        times.append(now)
        return 0
