"""A Form becomes a form container: what is filled in comes back with one press."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.feishu.markdown import inline, label
from handlers.message import Field, Form

Json = dict[str, Any]
_NAME = "form"
_LONGEST = 60  # characters of an option


def form_of(form: Form, value: Callable[[str], Json]) -> Json:
    """The container; `value` makes what the submit button brings back of its action."""
    submit = {
        "tag": "button",
        "name": "submit",
        "text": {"tag": "plain_text", "content": label(form.submit.text)},
        "type": "primary",
        "width": "fill",
        "form_action_type": "submit",
        "behaviors": [{"type": "callback", "value": value(form.submit.action)}],
    }
    fields = [element for field in form.fields for element in _field(field)]
    return {"tag": "form", "name": _NAME, "elements": [*fields, submit]}


def filled(told: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """What a form brought back, as pairs of a field's name and its value; several choices are lines."""
    found = []
    for name, value in told.items():
        several = value if isinstance(value, list) else [value]
        text = "\n".join(str(one) for one in several if isinstance(one, str | int | float))
        found.append((str(name), text))
    return tuple(found)


def _field(field: Field) -> list[Json]:
    """The field under its own words."""
    words = {"tag": "markdown", "content": inline(label(field.label))}
    common: Json = {"name": field.name, "required": field.required, "width": "fill"}
    if not field.options:
        typed = {"tag": "input", **common, "input_type": "multiline_text" if field.lines > 1 else "text"}
        if field.lines > 1:
            typed["rows"] = field.lines
        if field.hint:
            typed["placeholder"] = {"tag": "plain_text", "content": label(field.hint)}
        return [words, typed]
    options = [
        {"text": {"tag": "plain_text", "content": label(text)[:_LONGEST]}, "value": value}
        for value, text in field.options
    ]
    tag = "multi_select_static" if field.several else "select_static"
    chosen: Json = {"tag": tag, **common, "options": options}
    if field.hint:
        chosen["placeholder"] = {"tag": "plain_text", "content": label(field.hint)}
    if field.value and not field.several:
        chosen["initial_option"] = field.value
    return [words, chosen]
