"""Updates as Telegram sends them become what the house understands, or nothing."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.telegram.api import Me, completed
from bot.telegram.parse import left, parse, place_of, query_of
from handlers.message import Attachment, Incoming, Place

RECORDED = Path(__file__).parent / "data" / "telegram"
SAID = datetime.fromtimestamp(1795000000, UTC)
NOW = SAID + timedelta(minutes=7)
ME = Me(123456789, "dudao_test_bot")
GROUP = "-1001234567890"


def recorded(name: str) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    return raw


def read(name: str) -> Incoming | None:
    return parse(recorded(name), ME, NOW)


def understood(name: str) -> Incoming:
    incoming = read(name)
    assert incoming is not None
    return incoming


def test_a_text_has_all_that_the_house_asks_for() -> None:
    assert understood("text") == Incoming(
        id="840000001",
        channel="telegram",
        chat="7001",
        person="7001",
        received=SAID,
        text="普通洗车要多久？",
        name="小林 林晓",
        private=True,
        message="11",
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("start_with_payload", "/start K7QF-2M9X"),
        ("command_to_me", "/help 洗车"),
        ("contact", ""),
        ("unstorable", "洗车多久"),
        ("group_mention", "普通洗车要多久？"),
        ("group_mention_inside", "请问 洗车分几步"),
        ("group_mention_in_caption", "这样对吗"),
        ("group_text_mention", "督导助手 洗车分几步"),
        ("group_command", "/help"),
        ("group_command_to_me", "/help"),
        ("group_reply_to_me", "那精洗呢"),
        ("group_topic", "/help"),
    ],
)
def test_what_is_said_to_the_bot_is_taken_without_its_name(name: str, text: str) -> None:
    assert understood(name).text == text


@pytest.mark.parametrize(
    "name",
    [
        "command_to_another_bot", "edited", "channel_post", "from_a_bot", "anonymous_admin", "blocked", "unblocked",
        "group_chatter", "group_mention_of_a_longer_name", "group_command_to_another_bot", "group_reply_to_another",
        "group_topic_chatter", "new_member", "pinned", "unknown_kind", "callback_without_message",
    ],
)  # fmt: skip
def test_what_is_not_said_to_the_bot_is_left_alone(name: str) -> None:
    assert read(name) is None


@pytest.mark.parametrize("name", sorted(path.stem for path in RECORDED.glob("group_*.json")))
def test_a_group_is_never_private(name: str) -> None:
    incoming = read(name)
    assert incoming is None or not incoming.private


def test_every_recorded_update_is_read_without_a_fault() -> None:
    names = [path.stem for path in RECORDED.glob("*.json")]
    assert len(names) > 40
    for name in names:
        read(name)
        left(recorded(name))
        query_of(recorded(name))


@pytest.mark.parametrize(
    ("name", "attachment"),
    [
        ("photo", Attachment("photo-15.jpg", "image/jpeg", "AgAC-x", 181433, "photo")),
        ("document_without_name", Attachment("file-18", "application/octet-stream", "BQAC-n")),
        ("voice", Attachment("voice-19", "audio/ogg", "AwAC-v", 9012)),
        ("video", Attachment("video-20", "video/mp4", "BAAC-v", 901200)),
        ("sticker", Attachment("sticker-21", "image/webp", "CAAC-s", 20000)),
    ],
)
def test_files_carry_what_is_known_of_them(name: str, attachment: Attachment) -> None:
    assert understood(name).attachments == (attachment,)


def test_a_document_keeps_its_name_and_caption() -> None:
    incoming = understood("document")
    assert (incoming.attachments[0].name, incoming.text) == ("洗车标准.docx", "新版标准")


def test_a_place_is_taken() -> None:
    assert understood("location").place == Place(31.230416, 121.473701)


def test_the_parts_of_an_album_share_a_group_and_count_from_now() -> None:
    part = understood("album_part")
    assert (part.group, part.received) == ("13901234567890123", NOW)


def test_a_reply_names_the_message_it_answers() -> None:
    assert understood("reply").answers == "10"
    assert understood("group_topic").answers == ""


@pytest.mark.parametrize(("name", "pressed"), [("callback", "25"), ("callback_on_an_old_message", "26")])
def test_a_press_names_the_message_and_waits_for_its_answer(name: str, pressed: str) -> None:
    incoming = understood(name)
    assert (incoming.action, incoming.pressed, incoming.received) == ("source:1:0", pressed, NOW)
    assert query_of(recorded(name)).startswith("3008")


def test_a_topic_is_a_chat_of_its_own() -> None:
    assert understood("group_topic").chat == f"{GROUP}:7"
    assert place_of(f"{GROUP}:7") == (int(GROUP), 7)
    assert place_of("7001") == (7001, None)


@pytest.mark.parametrize(
    ("name", "chat"), [("blocked", "7001"), ("unblocked", ""), ("removed_from_group", ""), ("text", "")]
)
def test_only_a_person_who_blocks_the_bot_has_left(name: str, chat: str) -> None:
    assert left(recorded(name)) == chat


def test_a_message_from_the_future_is_from_now() -> None:
    incoming = parse(recorded("text"), ME, SAID - timedelta(minutes=1))
    assert incoming is not None
    assert incoming.received == SAID - timedelta(minutes=1)


@pytest.mark.parametrize(
    "update",
    [
        {"message": {"message_id": 5, "from": {"id": 7}, "chat": {"id": 7}, "text": "你好"}},
        {"callback_query": {"id": "1", "from": {"id": 7}, "message": {"chat": {"id": 7}, "text": "x"}, "data": "a"}},
        {
            "callback_query": {
                "id": "1",
                "from": {"id": 7},
                "message": {"message_id": 5, "chat": {"id": 7}},
                "data": "a",
            }
        },
    ],
)
def test_a_server_that_tells_only_the_needful_is_understood(update: dict[str, Any]) -> None:
    incoming = parse(completed({"update_id": 1, **update}), ME, NOW)
    assert incoming is not None
    assert (incoming.chat, incoming.person, incoming.private) == ("7", "7", True)
    assert (incoming.text, incoming.action) in (("你好", ""), ("", "a"))


def test_what_telegram_tells_in_full_is_left_as_it_is() -> None:
    for path in RECORDED.glob("*.json"):
        raw = recorded(path.stem)
        whole = completed(raw)
        if path.stem not in ("callback_without_message", "unknown_kind"):
            assert whole == raw
