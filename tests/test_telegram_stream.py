"""An answer shows while it is written, and arrives whole whatever happens on the way."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from fake_openai import KEY, MODEL, fake_openai, says
from fake_telegram import FakeTelegram, Fault, fake_telegram
from telegram_house import ASKED, GROUP, LIN, Talk, answering, talking

from handlers.context import Context
from handlers.message import Button, Incoming, Reply

GAP = 1.2  # seconds
WRITTEN = [f"第{n}句。" for n in range(1, 40)]
ANSWER = "普通洗车须在25分钟内完成[{0}]。精洗须在70分钟内完成[{0}]。"


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with fake_telegram() as far:
        yield far


@pytest.fixture
async def talk(fake: FakeTelegram, own_home: Path) -> AsyncIterator[Talk]:
    async with talking(fake, own_home) as talk:
        yield talk


def writing(talk: Talk, pause: float) -> None:
    """The house writes its answer sentence by sentence; the whole one has a button."""

    async def write(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        for n in range(1, len(WRITTEN)):
            await context.partial("".join(WRITTEN[:n]))
            await asyncio.sleep(pause)  # a model takes its time
        return (Reply("".join(WRITTEN), buttons=((Button("原文", "source:1:0"),),)),)

    answering(talk, write)


async def whole(talk: Talk, chat: int = LIN) -> None:
    await talk.fake.until(lambda: any(one.text == "".join(WRITTEN) for one in talk.fake.shown(chat)))


async def test_an_answer_grows_in_one_message_and_never_too_fast(talk: Talk) -> None:
    writing(talk, 0.1)
    talk.fake.say(LIN, "全部")
    await whole(talk)
    shown = talk.fake.shown(LIN)
    assert len(shown) >= 4
    assert [one.method for one in shown] == ["sendMessage"] + ["editMessageText"] * (len(shown) - 1)
    assert {one.message for one in shown} == {shown[0].message}
    gaps = [later.at - earlier.at for earlier, later in pairwise(shown)]
    assert min(gaps) >= GAP
    assert all(one.text.endswith(" …") and not one.buttons for one in shown[:-1])
    assert shown[-1].button("原文")


@pytest.mark.parametrize(
    ("fault", "messages"),
    [
        (Fault("429", "editMessageText", seconds=1, times=2), 1),
        (Fault("500", "editMessageText", times=3), 1),
        (Fault("drop", "editMessageText", times=2), 1),
        (Fault("429", "sendMessage", seconds=1), 1),
        (Fault("500", "sendMessage"), 1),
        (Fault("403", "sendChatAction", times=9), 1),
    ],
    ids=lambda value: f"{value.do}-{value.method}" if isinstance(value, Fault) else "",
)
async def test_what_goes_wrong_while_it_is_written_does_not_keep_the_answer(
    talk: Talk, fault: Fault, messages: int
) -> None:
    talk.fake.faults.append(fault)
    writing(talk, 0.05)
    talk.fake.say(LIN, "全部")
    await whole(talk)
    assert len({one.message for one in talk.fake.shown(LIN)}) == messages


async def test_an_answer_that_was_deleted_while_it_was_written_is_sent_anew(talk: Talk) -> None:
    async def write(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        await context.partial("第1句。")
        del talk.fake.messages[LIN, talk.fake.shown(LIN)[0].message]
        return (Reply("第1句。第2句。"),)

    answering(talk, write)
    talk.fake.say(LIN, "全部")
    first, second = await talk.fake.told(LIN, 2)
    assert (second.method, second.text) == ("sendMessage", "第1句。第2句。")
    assert second.message != first.message


async def test_in_a_group_it_grows_as_an_answer_to_the_question(talk: Talk) -> None:
    writing(talk, 0.01)
    talk.fake.say(LIN, "@dudao_test_bot 全部", chat=GROUP)
    await whole(talk, GROUP)
    assert talk.fake.shown(GROUP)[0].reply_to is not None


async def test_a_turn_that_takes_its_time_shows_that_the_bot_types(talk: Talk) -> None:
    async def think(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        await talk.fake.until(lambda: talk.fake.called("sendChatAction"))
        return (Reply("想好了。"),)

    answering(talk, think)
    assert (await talk.ask("难题")).text == "想好了。"
    assert len(talk.fake.called("sendChatAction")) == 1


async def test_a_quick_turn_shows_no_typing(talk: Talk) -> None:
    answering(talk, Reply("好。"))
    for _ in range(3):
        await talk.ask("一")
    assert talk.fake.called("sendChatAction") == []


async def test_a_models_answer_takes_the_place_of_what_was_shown(fake: FakeTelegram, own_home: Path) -> None:
    with fake_openai() as far:
        far.script = lambda body: says(ANSWER.format(number(body)))
        llm = {"model": MODEL, "base_url": far.url, "api_key": KEY, "timeout_seconds": 5}
        async with talking(fake, own_home, llm=llm) as talk:
            await talk.put_in(LIN)
            fake.say(LIN, ASKED)
            first, last = await fake.told(LIN, 2)
    assert far.bad == []
    assert (first.method, last.method, last.message) == ("sendMessage", "editMessageText", first.message)
    assert "25分钟" in first.text
    assert "70分钟" in last.text
    assert "出处" in last.text
    assert last.button("原文")


def number(body: dict[str, Any]) -> str:
    """The number of the section that the model was shown for 洗车时限."""
    parts = body["messages"][0]["content"].split("<资料 编号=")[1:]
    [found] = [part.partition(">")[0] for part in parts if "洗车时限" in part]
    return str(found)
