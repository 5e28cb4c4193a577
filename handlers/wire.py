"""The neutral words as JSON-able values and back, as the inbox, the outbox and the page carry them."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from handlers.message import Attachment, Button, Citation, Field, File, Form, Incoming, Place, Reply


def dump_incoming(incoming: Incoming) -> dict[str, Any]:
    """All of a message but empty fields."""
    values = {name: value for name, value in asdict(incoming).items() if value not in ("", (), None)}
    return {**values, "received": incoming.received.isoformat()}


def load_incoming(values: dict[str, Any]) -> Incoming:
    """The inverse of `dump_incoming`."""
    place = values.get("place")
    typed = {
        "received": datetime.fromisoformat(values["received"]),
        "attachments": tuple(Attachment(**one) for one in values.get("attachments", ())),
        "place": Place(**place) if place else None,
        "form": tuple((name, value) for name, value in values.get("form", ())),
    }
    return Incoming(**{**values, **typed})


def dump_reply(reply: Reply) -> dict[str, Any]:
    """All of a reply but empty fields."""
    return {name: value for name, value in asdict(reply).items() if value not in ("", (), False, None)} | {
        "text": reply.text
    }


def load_reply(values: dict[str, Any]) -> Reply:
    """The inverse of `dump_reply`."""
    typed = {
        "citations": tuple(
            Citation(**{**one, "section": tuple(one["section"])}) for one in values.get("citations", ())
        ),
        "buttons": tuple(tuple(Button(**one) for one in row) for row in values.get("buttons", ())),
        "files": tuple(File(**one) for one in values.get("files", ())),
        "form": _load_form(values["form"]) if values.get("form") else None,
    }
    return Reply(**{**values, **typed})


def _load_form(values: dict[str, Any]) -> Form:
    fields = tuple(
        Field(**{**one, "options": tuple((value, text) for value, text in one.get("options", ()))})
        for one in values["fields"]
    )
    return Form(fields, Button(**values["submit"]))
