"""Servers that leave out what Telegram always sends, with answers as such an emulator gives them."""

from datetime import UTC, datetime

import pytest

from bot.telegram.api import Me
from bot.telegram.lenient import filled, shown
from bot.telegram.parse import parse

ME = Me(1, "dudao_test_bot")
NOW = datetime(2026, 5, 4, 4, tzinfo=UTC)


def test_a_sparse_message_is_understood() -> None:
    raw = {"update_id": 3, "message": {"message_id": 2, "text": "你好", "from": {"id": 7}, "chat": {"id": 7}}}
    incoming = parse(filled(raw), ME, NOW)
    assert incoming
    assert (incoming.text, incoming.chat, incoming.person, incoming.private) == ("你好", "7", "7", True)


def test_a_sparse_press_is_understood() -> None:
    message = {"message_id": 5, "chat": {"id": 7}}
    raw = {"update_id": 4, "callback_query": {"from": {"id": 7}, "data": "source:1:0", "message": message}}
    incoming = parse(filled(raw), ME, NOW)
    assert incoming
    assert (incoming.action, incoming.pressed, incoming.chat) == ("source:1:0", "5", "7")


def test_what_is_there_stays() -> None:
    raw = {"message": {"from": {"id": 7, "is_bot": True, "first_name": "机"}, "chat": {"id": -5, "type": "group"}}}
    known = filled(raw)["message"]
    assert known["from"] == {"id": 7, "is_bot": True, "first_name": "机"}
    assert known["chat"] == {"id": -5, "type": "group"}


@pytest.mark.parametrize(
    ("result", "number"), [({"messageId": 9, "message": {}}, 9), ({"message_id": 8, "date": 3}, 8), ({}, 0)]
)
def test_a_sparse_answer_still_names_its_message(result: object, number: int) -> None:
    assert shown(result, "7")["message_id"] == number
    assert shown([result], "7")[0]["chat"]["id"]


def test_an_edit_answered_with_nothing_has_been_made() -> None:
    assert shown(None, "7") is True
