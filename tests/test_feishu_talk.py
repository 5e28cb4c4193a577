"""The bot in Feishu, as supervisors meet it."""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fake_feishu import FakeFeishu, Fault, fake_feishu
from feishu_house import ASKED, CHEN, GROUP, LIN, Talk, answering, talking
from PIL import Image

from bot.feishu.cards import ASK_PLACE
from bot.feishu.cards import NOT_ALLOWED as NOT_ALLOWED_THERE
from bot.feishu.content import FORWARDED
from bot.feishu.download import NOT_ALLOWED, NOT_NOW
from bot.feishu.intake import TAKEN
from handlers.context import Context, Unfetched
from handlers.joining import STRANGER
from handlers.message import Button, Field, File, Form, Incoming, Place, Reply


@pytest.fixture
async def fake() -> AsyncIterator[FakeFeishu]:
    async with fake_feishu() as far:
        yield far


@pytest.fixture
async def talk(fake: FakeFeishu, own_home: Path) -> AsyncIterator[Talk]:
    async with talking(fake, own_home) as talk:
        yield talk


def picture(shade: int = 200) -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (60, 40), (shade, shade, 0)).save(kept, "PNG")
    return kept.getvalue()


async def test_a_supervisor_joins_by_code_asks_and_opens_the_source(talk: Talk) -> None:
    assert "欢迎，小林" in (await talk.join()).text
    answer = await talk.ask(ASKED)
    assert "25分钟" in answer.text
    assert "出处：《洗车》 v2.1" in answer.text
    talk.fake.press(LIN, answer, "原文")
    shown = await talk.fake.told(LIN, 3)
    assert "精洗须在70分钟内完成" in shown[-1].text
    assert talk.fake.toasts == [{"type": "info", "content": TAKEN}]


async def test_the_code_alone_lets_in_too(talk: Talk) -> None:
    assert "欢迎，小林" in (await talk.ask(await talk.invite("trainee"))).text


async def test_praise_takes_the_place_of_the_buttons(talk: Talk) -> None:
    await talk.join()
    answer = await talk.ask(ASKED)
    talk.fake.press(LIN, answer, "有用")
    edited = (await talk.fake.told(LIN, 3))[-1]
    assert (edited.how, edited.message) == ("edit", answer.message)
    assert "已记下" in edited.text
    assert [one["text"]["content"] for one in edited.buttons] == ["原文"]


async def test_a_stranger_learns_only_how_to_be_invited(talk: Talk) -> None:
    assert (await talk.ask(ASKED)).text == STRANGER
    talk.fake.press_value(LIN, "om_1", {"action": "source:1:0", "chat": LIN})
    assert (await talk.fake.told(LIN, 2))[-1].text == STRANGER


async def test_without_the_right_to_read_names_one_joins_as_a_new_colleague(talk: Talk) -> None:
    talk.fake.scopes.discard("contact:contact.base:readonly")
    assert "欢迎，新同事" in (await talk.join()).text
    assert "欢迎，新同事" in (await talk.join(CHEN, "trainee")).text
    assert len(talk.fake.called("contact")) == 1  # who was refused does not ask again at once


async def test_a_choice_of_the_menu_is_its_command(talk: Talk) -> None:
    heard = answering(talk, Reply("好。"))
    for key in ("help", "/check"):
        talk.fake.choose(LIN, key)
    await talk.fake.told(LIN, 2)
    assert [(one.text, one.chat, one.private) for one in heard] == [("/help", LIN, True), ("/check", LIN, True)]


async def test_a_long_reply_arrives_in_order_with_its_buttons_last(talk: Talk) -> None:
    paragraphs = [f"第{n}条。" + "标准" * 200 for n in range(40)]
    answering(talk, Reply("\n\n".join(paragraphs), buttons=((Button("好", "ok"),),)))
    talk.fake.say(LIN, "全部标准")
    await talk.fake.until(lambda: talk.fake.shown(LIN) and talk.fake.shown(LIN)[-1].buttons)
    shown = talk.fake.shown(LIN)
    told = [part for one in shown for part in one.text.split("\n\n")]
    assert told == paragraphs
    assert [bool(one.buttons) for one in shown] == [*[False] * (len(shown) - 1), True]


async def test_more_buttons_than_a_card_takes_go_on_further_cards(talk: Talk) -> None:
    rows = tuple((Button(f"甲{n}", f"a:{n}"), Button(f"乙{n}", f"b:{n}")) for n in range(50))
    answering(talk, Reply("选。", buttons=rows))
    talk.fake.say(LIN, "选")
    shown = await talk.fake.told(LIN, 3)
    assert [one["text"]["content"] for card in shown for one in card.buttons] == [b.text for row in rows for b in row]


async def test_more_tables_than_a_card_takes_go_on_further_cards(talk: Talk) -> None:
    table = "| 项目 | 工时 |\n| --- | --- |\n| 更换雨刮片 | 0.2 |"
    answering(talk, Reply("\n\n".join(f"表{n}\n\n{table}" for n in range(9))))
    talk.fake.say(LIN, "表")
    shown = await talk.fake.told(LIN, 3)
    assert "".join(one.text for one in shown).count("更换雨刮片") == 9


async def test_a_place_a_photo_a_file_and_a_post_reach_the_house(talk: Talk) -> None:
    kept = list[bytes]()

    async def keep(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        kept.extend([await context.fetch(one) for one in incoming.attachments])
        return (Reply("收到。"),)

    heard = answering(talk, keep)
    talk.fake.place(LIN, 31.25, 121.5)
    talk.fake.picture(LIN, picture(1))
    talk.fake.file(LIN, "标准".encode(), "标准.txt")
    talk.fake.post(LIN, "整改", "地面有水", picture(2), picture(3))
    await talk.fake.told(LIN, 4)
    assert heard[0].place == Place(31.25, 121.5)
    assert [one.kind for one in heard[1].attachments + heard[2].attachments] == ["photo", "file"]
    assert heard[2].attachments[0].name == "标准.txt"
    assert (heard[3].text, len(heard[3].attachments)) == ("整改\n地面有水", 2)
    assert kept == [picture(1), "标准".encode(), picture(2), picture(3)]


async def test_pictures_sent_one_after_the_other_are_answered_as_one_whatever_comes_twice(talk: Talk) -> None:
    heard = answering(talk, Reply("收到。"))
    for shade in (1, 2, 3):
        talk.fake.picture(LIN, picture(shade), twice=True)
        await talk.fake.settled()
    talk.fake.say(LIN, "好了")
    await talk.fake.told(LIN, 2)
    assert [(len(one.attachments), one.text) for one in heard] == [(3, ""), (0, "好了")]


async def test_messages_forwarded_as_one_are_read_together(talk: Talk) -> None:
    heard = answering(talk, Reply("好。"))
    talk.fake.forward(
        LIN, ("text", {"text": "洗车超时"}), ("image", {"image_key": "img_1"}), ("text", {"text": "怎么办"})
    )
    await talk.fake.told(LIN, 1)
    assert heard[0].text == "洗车超时\n[图片]\n怎么办"
    talk.fake.faults.append(Fault("hang", "read", times=9))
    talk.fake.forward(LIN, ("text", {"text": "又超时"}))
    await talk.fake.told(LIN, 2)
    assert heard[1].text == FORWARDED
    assert talk.fake.slow == 0


async def test_a_command_in_reply_to_what_someone_wrote_is_about_their_words(talk: Talk) -> None:
    heard, fake = answering(talk, Reply("好。")), talk.fake
    theirs = fake.say(CHEN, "前台地面\n有水", chat=GROUP)
    fake.say(LIN, "/action", chat=GROUP, mention=True, reply_to=theirs)
    [answer] = await fake.told(GROUP, 1)
    fake.say(LIN, "/action", chat=GROUP, mention=True, reply_to=answer.message)
    await fake.told(GROUP, 2)
    fake.scopes = {"im:message:send_as_bot"}
    fake.say(LIN, "/action", chat=GROUP, mention=True, reply_to=theirs)
    await fake.told(GROUP, 3)
    assert [one.text for one in heard] == ["/action 前台地面 有水", "/action", "/action"]


async def test_a_file_that_does_not_come_says_so(talk: Talk) -> None:
    heard = answering(talk, Reply("好。"))
    talk.fake.picture(LIN, picture())
    await talk.fake.told(LIN, 1)
    channel, [sent] = talk.app.channels["feishu"], heard[0].attachments
    talk.fake.faults.append(Fault("drop", "resource"))
    assert await channel.fetch(sent) == picture()
    talk.fake.expire()
    assert await channel.fetch(sent) == picture()
    talk.fake.faults.append(Fault("500", "resource", times=3))
    with pytest.raises(Unfetched, match=NOT_NOW):
        await channel.fetch(sent)
    talk.fake.scopes.discard("im:message")
    with pytest.raises(Unfetched, match=NOT_ALLOWED):
        await channel.fetch(sent)


async def test_pictures_stand_in_the_card_and_a_document_by_itself(talk: Talk) -> None:
    refs = [await talk.app.turns.files.put(content) for content in (picture(1), picture(2), b"%PDF-1.7")]
    names = (("前.png", "image/png"), ("后.png", "image/png"), ("报告.pdf", "application/pdf"))
    files = tuple(File(name, kind, ref) for (name, kind), ref in zip(names, refs, strict=True))
    answering(talk, Reply("整改**完成**", files=files, buttons=((Button("确认", "ok"),),)))
    talk.fake.say(LIN, "整改")
    document, card = await talk.fake.told(LIN, 2)
    assert (document.kind, document.file) == ("file", "报告.pdf")
    assert [talk.fake.pictures[key] for key in card.pictures] == [picture(1), picture(2)]
    assert (card.text, card.button("确认")["action"]) == ("整改完成", "ok")
    talk.fake.say(LIN, "再来")
    await talk.fake.told(LIN, 4)
    assert len(talk.fake.called("image")) == 2  # what is there already is not brought again


async def test_a_picture_that_may_not_be_brought_is_named_and_the_rest_arrives(talk: Talk) -> None:
    ref = await talk.app.turns.files.put(picture())
    answering(talk, Reply("整改", files=(File("前.png", "image/png", ref),)))
    talk.fake.scopes.discard("im:resource")
    assert NOT_ALLOWED_THERE.format(name="前.png") in (await talk.ask("整改")).text
    talk.fake.scopes.add("im:resource")
    assert (await talk.ask("整改")).pictures


async def test_a_card_older_than_its_life_is_sent_anew(talk: Talk) -> None:
    answering(talk, Reply("第一步", buttons=((Button("好", "ok"),),), replaces=True))
    [first] = (talk.fake.say(LIN, "开始"), await talk.fake.told(LIN, 1))[1]
    talk.fake.press(LIN, first, "好")
    assert [one.how for one in await talk.fake.told(LIN, 2)] == ["send", "edit"]
    talk.fake.press(LIN, first, "好")
    talk.fake.age(first.message, 15)  # between the press and its answer
    assert [one.how for one in await talk.fake.told(LIN, 3)] == ["send", "edit", "send"]
    talk.fake.press(LIN, first, "好")
    assert talk.fake.shown_errors == [200740]


async def test_the_place_is_asked_for_in_words(talk: Talk) -> None:
    answering(talk, Reply("您在哪家门店？", asks_place=True))
    assert ASK_PLACE in (await talk.ask("到店")).text


async def test_a_form_is_filled_in_and_comes_back_at_once(talk: Talk) -> None:
    fields = (
        Field("wrong", "哪几项不合格？", (("a", "地面"), ("b", "工服")), several=True),
        Field("grade", "评分", (("1", "好"), ("2", "差")), value="1"),
        Field("note", "备注", lines=3, hint="可不填"),
    )
    heard = answering(talk, Reply("快速检查", form=Form(fields, Button("提交", "flow:1:0:form"))))
    card = await talk.ask("检查")
    talk.fake.fill(LIN, card, {"wrong": ["a", "b"], "note": "有水"})
    await talk.fake.told(LIN, 2)
    assert heard[1].action == "flow:1:0:form"
    assert dict(heard[1].form) == {"wrong": "a\nb", "grade": "1", "note": "有水"}


async def test_in_a_group_only_mentions_and_replies_are_answered(talk: Talk) -> None:
    heard = answering(talk, Reply("在。"))
    talk.fake.say(LIN, "今天人真多", chat=GROUP)
    theirs = talk.fake.say(CHEN, "是啊", chat=GROUP)
    talk.fake.say(LIN, "那当然", chat=GROUP, reply_to=theirs)
    talk.fake.say(LIN, "洗车多久？", chat=GROUP, mention=True)
    [answer] = await talk.fake.told(GROUP, 1)
    await talk.fake.settled()
    talk.fake.say(LIN, "那精洗呢", chat=GROUP, reply_to=answer.message)
    shown = await talk.fake.told(GROUP, 2)
    assert [one.text for one in heard] == ["洗车多久？", "那精洗呢"]
    assert [(one.private, one.chat) for one in heard] == [(False, GROUP)] * 2
    assert [(one.how, one.reply_to) for one in shown] == [("reply", one.message) for one in heard]


async def test_a_topic_of_a_group_is_a_talk_of_its_own(talk: Talk) -> None:
    answering(talk, Reply("在。", buttons=((Button("好", "ok"),),)))
    asked = talk.fake.say(LIN, "在吗", chat=GROUP, mention=True, thread="omt_7")
    [answer] = await talk.fake.told(GROUP, 1)
    assert (answer.how, answer.reply_to) == ("reply", asked)
    assert answer.button("好")["chat"] == f"{GROUP}:omt_7"


async def test_an_answer_to_what_was_taken_back_is_said_all_the_same(talk: Talk) -> None:
    async def late(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        talk.fake.messages[incoming.message]["gone"] = True
        return (Reply("在。"),)

    answering(talk, late)
    talk.fake.say(LIN, "在吗", chat=GROUP, mention=True)
    assert [one.how for one in await talk.fake.told(GROUP, 1)] == ["send"]


async def test_a_press_in_a_group_counts_for_whoever_pressed(talk: Talk) -> None:
    heard = answering(talk, Reply("在。", buttons=((Button("好", "ok"),),)))
    talk.fake.say(LIN, "在吗", chat=GROUP, mention=True)
    [answer] = await talk.fake.told(GROUP, 1)
    talk.fake.press(CHEN, answer, "好")
    await talk.fake.told(GROUP, 2)
    assert (heard[1].person, heard[1].chat, heard[1].private) == (CHEN, GROUP, False)


async def test_nobody_speaks_in_the_chat_of_another(talk: Talk) -> None:
    heard = answering(talk, Reply("好。"))
    talk.fake.press_value(CHEN, "om_1", {"action": "ok", "chat": LIN})
    await talk.fake.told(CHEN, 1)
    assert (heard[0].person, heard[0].chat) == (CHEN, CHEN)


async def test_an_answer_is_written_into_one_card_and_ends_with_its_buttons(talk: Talk) -> None:
    async def written(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        for end in (5, 10, 15):
            await context.partial("普通洗车须在25分钟内完成"[:end])
            await asyncio.sleep(0.5)  # as a model takes its time
        return (Reply("普通洗车须在**25分钟**内完成", buttons=((Button("有用", "ok"),),)),)

    answering(talk, written)
    talk.fake.say(LIN, ASKED)
    shown = await talk.fake.told(LIN, 2)
    assert [one.how for one in shown] == ["send", "update"]
    assert len({one.message for one in shown}) == 1
    assert [one for one in talk.fake.sent if one.how == "write"]
    assert (shown[1].text, [one["text"]["content"] for one in shown[1].buttons]) == (
        "普通洗车须在25分钟内完成",
        ["有用"],
    )
    talk.fake.press(LIN, shown[1], "有用")
    await talk.fake.told(LIN, 4)
    assert not [one.error for one in talk.fake.calls if one.error]


async def test_without_the_right_to_write_cards_the_answer_comes_whole(talk: Talk) -> None:
    async def written(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        await context.partial("普通洗车")
        return (Reply("普通洗车须在25分钟内完成"),)

    talk.fake.scopes.discard("cardkit:card:write")
    answering(talk, written)
    assert (await talk.ask(ASKED)).text == "普通洗车须在25分钟内完成"


async def test_while_an_answer_takes_its_time_a_sign_stands_on_what_was_said(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.feishu.signs._FIRST", 0.05)
    done = asyncio.Event()

    async def slowly(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        if incoming.text != "好":
            await done.wait()
        return (Reply("好。", buttons=((Button("好", "ok"),),)),)

    heard, fake = answering(talk, slowly), talk.fake
    await talk.ask("好")
    said = fake.say(LIN, ASKED)
    await fake.until(lambda: fake.reactions)
    assert [*fake.reactions.values()] == [(said, "Typing")]
    done.set()
    shown = await fake.told(LIN, 2)
    await fake.until(lambda: not fake.reactions)
    done.clear()
    fake.press(LIN, shown[1], "好")
    await fake.until(lambda: len(heard) == 3)
    done.set()
    await fake.told(LIN, 3)
    assert fake.reacted == [said]  # what is quick, or pressed, needs none


async def test_without_the_right_to_show_it_a_slow_answer_comes_all_the_same(
    talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.feishu.signs._FIRST", 0.0)
    talk.fake.scopes -= {"im:message"}
    talk.fake.scopes |= {"im:message:send_as_bot", "im:message:readonly"}

    async def slowly(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        await talk.fake.until(lambda: talk.fake.called("react"))
        return (Reply("好。"),)

    answering(talk, slowly)
    assert [(await talk.ask(text)).text for text in ("一", "二")] == ["好。", "好。"]
    assert len(talk.fake.called("react")) == 1  # what was refused is not tried again at once


async def test_hostile_text_comes_back_as_it_was(talk: Talk) -> None:
    async def echo(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        return (Reply(incoming.text),)

    answering(talk, echo)
    text = "<at id=all></at> <b>& &lt; <script>alert('x')</script> [a](b) _c_ ~~d~~ :OK: $e$"
    assert (await talk.ask(text)).text == text
