"""Events as Feishu tells them become what the house understands, or nothing."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.feishu.api import Me
from bot.feishu.content import forwarded
from bot.feishu.parse import Heard, parse, private, target_of
from handlers.message import Attachment, Incoming, Place

RECORDED = Path(__file__).parent / "data" / "feishu"
SAID = datetime.fromtimestamp(1795000000, UTC)
NOW = SAID + timedelta(minutes=7)
ME = Me("ou_84aad35d084aa403a838cf73ee18467", "督导助手")
LIN = "ou_7d8a6e6df7621556ce0d21922b676706"
SHOP = "oc_5ad11d72b830411d72b836c20"
MESSAGE = "om_5ce6d572455d361153b7cb51da133945"


def recorded(name: str) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    return raw


def heard(name: str) -> Heard:
    found = parse(recorded(name), ME, NOW)
    assert found is not None
    return found


def understood(name: str) -> Incoming:
    return heard(name).incoming


def test_a_text_has_all_that_the_house_asks_for() -> None:
    assert heard("text") == Heard(
        Incoming(
            id=MESSAGE,
            channel="feishu",
            chat=LIN,
            person=LIN,
            received=SAID,
            text="洗车多久？",
            message=MESSAGE,
        )
    )


def test_a_time_that_cannot_be_is_taken_for_the_nearest_that_can() -> None:
    for told, taken in ((10**30, NOW), (-(10**30), datetime.fromtimestamp(0, UTC))):
        raw = recorded("text")
        raw["event"]["message"]["create_time"] = str(told)
        found = parse(raw, ME, NOW)
        assert found is not None
        assert found.incoming.received == taken


def test_a_reply_names_what_it_answers() -> None:
    assert understood("reply").answers == "om_parent"


def test_in_a_group_the_bots_name_is_left_out_and_others_are_named() -> None:
    said = understood("group")
    assert (said.text, said.chat, said.private) == ("洗车 @老陈 多久？", SHOP, False)


def test_what_is_said_to_others_in_a_group_is_not_heard() -> None:
    assert parse(recorded("group_unnamed"), ME, NOW) is None
    assert parse(recorded("group_everyone"), ME, NOW) is None


def test_a_reply_in_a_group_is_heard_where_it_answers_the_bot() -> None:
    raw = recorded("group_unnamed")
    raw["event"]["message"]["parent_id"] = "om_parent"
    found = parse(raw, ME, NOW)
    assert found is not None
    assert (found.addressed, found.incoming.answers) == (False, "om_parent")


def test_a_topic_is_a_chat_of_its_own_and_its_group_is_where_to_send() -> None:
    said = understood("topic")
    assert (said.text, said.chat) == ("/help", f"{SHOP}:omt_d4be107c616aed9c1da8ed8068570a9f")
    assert (target_of(said.chat), private(said.chat)) == (("chat_id", SHOP), False)
    assert (target_of(LIN), private(LIN)) == (("open_id", LIN), True)


def test_a_post_is_its_words_and_its_pictures_each_once() -> None:
    said = understood("post")
    assert said.text == "整改\n地面标准 https://a.cn/x\nx"
    assert [(one.kind, one.ref) for one in said.attachments] == [
        ("photo", f"{MESSAGE}/image/img_v2_1"),
        ("file", f"{MESSAGE}/file/file_v2_2"),
    ]


def test_files_of_every_kind_can_be_fetched() -> None:
    found = {kind: understood(kind).attachments for kind in ("image", "file", "audio", "media", "sticker")}
    picture = f"{MESSAGE}/image/img_v2_041b28e3-5680-48c2-9af2-497ace79333g"
    assert found["image"] == (Attachment("photo-da133945-1.jpg", "image/jpeg", picture, kind="photo"),)
    assert found["file"] == (Attachment("标准.pdf", "application/octet-stream", f"{MESSAGE}/file/file_v2_1"),)
    assert [found[kind][0].media_type for kind in ("audio", "media", "sticker")] == [
        "audio/ogg", "video/mp4", "image/webp",
    ]  # fmt: skip


def test_pictures_are_joined_with_those_that_answer_the_same() -> None:
    raw = recorded("image")
    alone = parse(raw, ME, NOW)
    raw["event"]["message"]["parent_id"] = "om_parent"
    answering = parse(raw, ME, NOW)
    assert alone is not None and answering is not None
    assert (alone.incoming.group, answering.incoming.group) == ("image:", "image:om_parent")
    assert (alone.incoming.received, understood("post").group, understood("file").group) == (NOW, "", "")


def test_a_location_is_read_from_its_text_and_put_back_where_it_is() -> None:
    assert understood("location").place == Place(31.251996, 121.495551)
    assert understood("location_broken").place is None


def test_messages_forwarded_as_one_are_still_to_be_fetched() -> None:
    assert heard("merge_forward").forwarded


def test_what_was_forwarded_is_read_as_words() -> None:
    def item(name: str, kind: str, content: str) -> dict[str, Any]:
        return {"message_id": name, "msg_type": kind, "body": {"content": content}}

    items = [
        item("om_0", "merge_forward", "Merged and Forwarded Message"),
        item("om_1", "text", '{"text": "洗车超时"}'),
        item("om_2", "image", '{"image_key": "img_1"}'),
        item("om_3", "file", '{"file_key": "f", "file_name": "标准.pdf"}'),
        {"message_id": "om_4", "deleted": True},
        {"message_id": "om_5", "msg_type": "text", "body": None},
    ]
    assert forwarded(items, "om_0") == "洗车超时\n[图片]\n[文件] 标准.pdf"


def test_what_has_no_words_is_heard_without_any() -> None:
    said = understood("share_user")
    assert (said.text, said.attachments, said.place) == ("", (), None)


def test_apps_are_nobody_and_what_was_read_is_no_message() -> None:
    assert parse(recorded("app"), ME, NOW) is None
    assert parse(recorded("read"), ME, NOW) is None


def test_a_press_is_known_by_its_event_and_names_card_and_message() -> None:
    pressed = understood("click")
    assert (pressed.id, pressed.action, pressed.chat) == ("5e3702a84e847582be8db7fb73283c02", "source:1:0", LIN)
    assert (pressed.message, pressed.pressed) == (
        "om_574d639e4a44e4dd646eaf628e2",
        "om_574d639e4a44e4dd646eaf628e2#7355372766134157313",
    )


def test_a_press_in_a_group_stays_in_its_topic() -> None:
    pressed = understood("click_group")
    assert (pressed.person, pressed.chat, pressed.private, pressed.pressed) == ("ou_chen", "oc_5:omt_1", False, "om_9")


def test_a_form_brings_all_its_fields() -> None:
    assert dict(understood("click_form").form) == {"wrong": "a\nb", "note": "有水", "grade": "1"}


def test_a_value_that_is_no_object_is_nothing() -> None:
    assert parse(recorded("click_string"), ME, NOW) is None


def test_a_choice_of_the_menu_is_a_command() -> None:
    chosen = understood("menu")
    assert (chosen.text, chosen.chat, chosen.name) == ("/check", "ou_chen", "老陈")


def test_what_a_database_cannot_hold_is_left_out() -> None:
    raw = recorded("text")
    raw["event"]["message"]["content"] = json.dumps({"text": "洗\0车\ud800"})
    found = parse(raw, ME, NOW)
    assert found is not None
    assert found.incoming.text == "洗车"


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


@given(name=st.sampled_from(["text", "post", "location", "click", "menu"]), junk=_JSON, data=st.data())
def test_no_event_however_odd_does_more_than_not_be_understood(name: str, junk: Any, data: st.DataObject) -> None:
    raw = recorded(name)
    inner = raw["event"]
    inner = inner.get("message") or inner.get("action") or inner
    inner[data.draw(st.sampled_from(sorted(inner)))] = junk
    with suppress(ValidationError):
        found = parse(raw, ME, NOW)
        assert found is None or found.incoming.channel == "feishu"
