"""The bot in Telegram, as supervisors meet it."""

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fake_telegram import FakeTelegram, Fault, Sent, fake_telegram
from PIL import Image
from telegram_house import ASKED, GROUP, LIN, Talk, answering, talking

from bot.telegram.download import LIMIT, NOT_NOW, TOO_LARGE
from handlers.context import Context, Unfetched
from handlers.features import HOUSE
from handlers.joining import STRANGER
from handlers.message import Attachment, Button, File, Incoming, Place, Reply
from records.people import People


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with fake_telegram() as far:
        yield far


@pytest.fixture
async def talk(fake: FakeTelegram, own_home: Path) -> AsyncIterator[Talk]:
    async with talking(fake, own_home) as talk:
        yield talk


def picture(shade: int = 200) -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (60, 40), (shade, shade, 0)).save(kept, "PNG")
    return kept.getvalue()


def in_group(talk: Talk) -> list[Sent]:
    return talk.fake.shown(GROUP)


async def test_a_supervisor_joins_by_the_link_asks_and_opens_the_source(talk: Talk) -> None:
    assert "欢迎，小林" in (await talk.join()).text
    answer = await talk.ask(ASKED)
    assert "25分钟" in answer.text
    assert "出处：《洗车》 v2.1" in answer.text
    talk.fake.press(LIN, answer, "原文")
    shown = await talk.fake.told(LIN, 3)
    assert "精洗须在70分钟内完成" in shown[-1].text


async def test_a_press_is_answered_and_praise_takes_the_place_of_the_buttons(talk: Talk) -> None:
    await talk.join()
    answer = await talk.ask(ASKED)
    talk.fake.press(LIN, answer, "有用")
    edited = (await talk.fake.told(LIN, 3))[-1]
    assert (edited.method, edited.message) == ("editMessageText", answer.message)
    assert "已记下" in edited.text
    assert [one["text"] for row in edited.buttons for one in row] == ["原文"]
    await talk.fake.until(lambda: list(talk.fake.queries.values()) == [1])


async def test_a_stranger_learns_only_how_to_be_invited(talk: Talk) -> None:
    assert (await talk.ask(ASKED)).text == STRANGER
    talk.fake.press_data(LIN, 1, "source:1:0")
    assert (await talk.fake.told(LIN, 2))[-1].text == STRANGER


async def test_the_menu_is_that_of_the_role_and_strangers_see_two_commands(talk: Talk) -> None:
    await talk.fake.until(lambda: "default" in talk.fake.menus)
    assert [one["command"] for one in talk.fake.menus["default"]] == ["start", "help"]
    await talk.ask("你好")
    await talk.join(role="trainee")
    await talk.fake.until(lambda: str(LIN) in talk.fake.menus)
    assert [one["command"] for one in talk.fake.menus[str(LIN)]] == [one.word for one in HOUSE.menu("trainee")]
    await talk.ask(ASKED)
    assert len(talk.fake.called("setMyCommands")) == 2


async def test_a_change_of_role_changes_the_menu_and_leaving_takes_it_away(talk: Talk) -> None:
    await talk.join(role="trainee")
    await talk.fake.until(lambda: str(LIN) in talk.fake.menus)
    async with talk.app.database.write() as connection:
        known = await People(connection).who("telegram", str(LIN))
        assert known is not None
        await People(connection).change(known.id, role="admin")
    await talk.ask("/help")
    admins = [one.word for one in HOUSE.menu("admin")]
    await talk.fake.until(lambda: [one["command"] for one in talk.fake.menus[str(LIN)]] == admins)
    async with talk.app.database.write() as connection:
        await People(connection).leave(known.id, talk.app.turns.now())
    await talk.ask(ASKED)
    await talk.fake.until(lambda: str(LIN) not in talk.fake.menus)


async def test_an_invite_link_names_the_bot_that_was_found(talk: Talk) -> None:
    await talk.fake.until(lambda: "default" in talk.fake.menus)
    assert talk.app.turns.deployment.bot_link("K7QF") == "https://t.me/dudao_test_bot?start=K7QF"


async def test_a_long_reply_arrives_in_order_with_its_buttons_last(talk: Talk) -> None:
    paragraphs = [f"第{n}条。" + "标准" * 200 for n in range(40)]
    answering(talk, Reply("\n\n".join(paragraphs), buttons=((Button("好", "ok"),),)))
    talk.fake.say(LIN, "全部标准")
    shown = await talk.fake.told(LIN, 4)
    assert [part for one in shown for part in one.text.split("\n\n")] == paragraphs
    assert [bool(one.buttons) for one in shown] == [False, False, False, True]


async def test_an_album_is_one_message_and_answered_once(talk: Talk) -> None:
    heard = answering(talk, Reply("收到。"))
    for n in range(3):
        talk.fake.photo(LIN, picture(n), "整改前" if n == 0 else "", album="a1")
    talk.fake.say(LIN, "好了")
    shown = await talk.fake.told(LIN, 2)
    assert [one.text for one in shown] == ["收到。", "收到。"]
    assert [(len(one.attachments), one.text) for one in heard] == [(3, "整改前"), (0, "好了")]


async def test_a_place_a_photo_and_a_file_reach_the_house(talk: Talk) -> None:
    kept = list[bytes]()

    async def keep(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        kept.extend([await context.fetch(one) for one in incoming.attachments])
        return (Reply("收到。"),)

    heard = answering(talk, keep)
    talk.fake.place(LIN, 31.25, 121.5)
    talk.fake.photo(LIN, picture())
    talk.fake.file(LIN, "标准".encode(), "标准.txt", "新版")
    await talk.fake.told(LIN, 3)
    assert heard[0].place == Place(31.25, 121.5)
    assert [one.kind for one in heard[1].attachments + heard[2].attachments] == ["photo", "file"]
    assert (heard[2].text, heard[2].attachments[0].name) == ("新版", "标准.txt")
    assert kept == [picture(), "标准".encode()]


@pytest.mark.parametrize(
    ("size", "told"), [(LIMIT + 1, LIMIT + 1), (LIMIT + 1, 0), (30, LIMIT + 1)], ids=["known", "met", "said"]
)
async def test_a_file_too_large_is_refused_with_one_sentence(talk: Talk, size: int, told: int) -> None:
    async def keep(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        try:
            await context.fetch(incoming.attachments[0])
        except Unfetched as error:
            return (Reply(str(error)),)
        return (Reply("收到。"),)

    answering(talk, keep)
    talk.fake.file(LIN, b"0" * size, "大.bin", size=told)
    assert (await talk.fake.told(LIN, 1))[0].text == TOO_LARGE


@pytest.mark.parametrize("fault", [Fault("drop", "download"), Fault("500", "getFile"), Fault("drop", "getFile")])
async def test_a_file_that_does_not_come_says_so_and_the_next_one_comes(talk: Talk, fault: Fault) -> None:
    name = talk.fake.keep(b"0" * 500)
    talk.fake.faults.append(fault)
    channel = talk.app.channels["telegram"]
    with pytest.raises(Unfetched, match=NOT_NOW):
        await channel.fetch(Attachment("a.bin", "text/plain", name))
    assert await channel.fetch(Attachment("a.bin", "text/plain", name)) == b"0" * 500


async def test_pictures_go_as_an_album_and_a_document_by_itself(talk: Talk) -> None:
    refs = [await talk.app.turns.files.put(content) for content in (picture(1), picture(2), b"%PDF-1.7")]
    names = (("前.png", "image/png"), ("后.png", "image/png"), ("报告.pdf", "application/pdf"))
    files = tuple(File(name, kind, ref) for (name, kind), ref in zip(names, refs, strict=True))
    answering(talk, Reply("整改**完成**", files=files, buttons=((Button("确认", "ok"),),)))
    talk.fake.say(LIN, "整改")
    shown = await talk.fake.told(LIN, 4)
    assert [one.method for one in shown] == ["sendMediaGroup", "sendMediaGroup", "sendDocument", "sendMessage"]
    assert [one.files for one in shown[:3]] == [["前.png"], ["后.png"], ["报告.pdf"]]
    assert (shown[3].text, shown[3].button("确认")) == ("整改完成", "ok")


async def test_a_picture_with_buttons_is_edited_in_place(talk: Talk) -> None:
    ref = await talk.app.turns.files.put(picture())

    async def answer(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        if incoming.action:
            return (Reply("已确认", replaces=True),)
        return (Reply("根因图", files=(File("图.png", "image/png", ref),), buttons=((Button("确认", "ok"),),)),)

    answering(talk, answer)
    [first] = (talk.fake.say(LIN, "图"), await talk.fake.told(LIN, 1))[1]
    talk.fake.press(LIN, first, "确认")
    edited = (await talk.fake.told(LIN, 2))[1]
    assert (edited.method, edited.message, edited.text) == ("editMessageCaption", first.message, "已确认")


async def test_a_message_that_cannot_be_edited_is_sent_anew(talk: Talk) -> None:
    answering(talk, Reply("已确认", replaces=True))
    talk.fake.press_data(LIN, 99, "ok")
    assert [one.method for one in await talk.fake.told(LIN, 1)] == ["sendMessage"]


async def test_an_edit_that_changes_nothing_is_done(talk: Talk) -> None:
    answering(talk, Reply("第一步", replaces=True, buttons=((Button("好", "ok"),),)))
    talk.fake.say(LIN, "开始")
    [first] = await talk.fake.told(LIN, 1)
    talk.fake.press(LIN, first, "好")
    await talk.fake.until(lambda: talk.fake.called("editMessageText"))
    talk.fake.say(LIN, "再来")
    assert [one.method for one in await talk.fake.told(LIN, 2)] == ["sendMessage", "sendMessage"]


async def test_the_place_is_asked_for_with_telegrams_own_button(talk: Talk) -> None:
    answering(talk, Reply("您在哪家门店？", asks_place=True))
    talk.fake.say(LIN, "到店")
    [asked] = await talk.fake.told(LIN, 1)
    assert asked.markup is not None
    assert asked.markup["keyboard"][0][0]["request_location"] is True
    assert asked.markup["one_time_keyboard"] is True


async def test_in_a_group_only_commands_mentions_and_replies_are_answered(talk: Talk) -> None:
    heard = answering(talk, Reply("在。"))
    for text in ("今天人真多", "/help@other_bot", "@dudao_test_bot2 你好", "mail@dudao_test_bot.com"):
        talk.fake.say(LIN, text, chat=GROUP)
    asked = talk.fake.say(LIN, "@dudao_test_bot 洗车多久？", chat=GROUP)
    [answer] = (asked, await talk.fake.told(GROUP, 1))[1]
    talk.fake.say(LIN, "那精洗呢", chat=GROUP, reply_to=answer.message)
    talk.fake.say(LIN, "/help@dudao_test_bot", chat=GROUP)
    await talk.fake.told(GROUP, 3)
    assert [one.text for one in heard] == ["洗车多久？", "那精洗呢", "/help"]
    assert [one.private for one in heard] == [False] * 3
    assert [one.reply_to for one in in_group(talk)] == [int(one.message) for one in heard]


async def test_a_stranger_in_a_group_is_told_nothing(talk: Talk) -> None:
    await talk.put_in(7002)
    talk.fake.say(LIN, "@dudao_test_bot 洗车多久？", chat=GROUP)
    talk.fake.say(7002, f"@dudao_test_bot {ASKED}", chat=GROUP)
    [answer] = await talk.fake.told(GROUP, 1)
    assert "25分钟" in answer.text
    assert answer.reply_to == talk.fake._message - 1


async def test_a_topic_is_answered_in_the_topic(talk: Talk) -> None:
    answering(talk, Reply("在。"))
    topic = {"message_thread_id": 7, "is_topic_message": True, "text": "/help"}
    talk.fake.say(LIN, content=topic, chat=GROUP)
    await talk.fake.told(GROUP, 1)
    assert talk.fake.called("sendMessage")[0].parameters["message_thread_id"] == "7"


async def test_hostile_text_comes_back_as_it_was(talk: Talk) -> None:
    async def echo(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        return (Reply(incoming.text),)

    answering(talk, echo)
    text = "<b>& &lt; <script>alert('x')</script> [a](b) _c_"
    assert (await talk.ask(text)).text == text
