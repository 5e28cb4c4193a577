"""When Feishu is slow, strict or gone: nothing that was said to anyone is lost, and nothing is said twice."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fake_feishu import APP, SECRET, FakeFeishu, Fault, fake_feishu
from feishu_house import ASKED, CHEN, LIN, Talk, answering, settings, talking

from bot.config import FeishuSettings
from bot.feishu import NoFeishu
from bot.feishu.api import Api, Busy, Refusal, connect
from bot.feishu.callback import Callback
from bot.feishu.connection import Connection
from bot.feishu.intake import NOT_TAKEN, Intake
from handlers.context import Context
from handlers.message import Button, Incoming, Reply
from records.database import RecordsError
from records.outbox import Outbox
from records.people import People


@pytest.fixture
async def fake() -> AsyncIterator[FakeFeishu]:
    async with fake_feishu() as far:
        yield far


@pytest.fixture
async def talk(fake: FakeFeishu, own_home: Path) -> AsyncIterator[Talk]:
    async with talking(fake, own_home) as talk:
        yield talk


@pytest.fixture
async def api(fake: FakeFeishu) -> AsyncIterator[Api]:
    api = connect(FeishuSettings.model_validate(settings(fake)))
    yield api
    await api.hang_up()


async def test_a_token_is_asked_for_once_however_many_call(fake: FakeFeishu, api: Api) -> None:
    await asyncio.gather(*(api.me() for _ in range(9)))
    assert fake.token_asked == 1


async def test_a_token_is_renewed_before_its_end_and_after_it(fake: FakeFeishu, api: Api) -> None:
    await api.me()
    fake.expire()
    await asyncio.gather(*(api.me() for _ in range(5)))
    assert fake.token_asked == 2
    api._until = 0.0
    await api.me()
    assert fake.token_asked == 3


@pytest.mark.parametrize("do", ["500", "502", "garbage", "drop", "429"])
async def test_what_passes_is_tried_again(fake: FakeFeishu, api: Api, do: str) -> None:
    fake.faults.append(Fault(do, "info", times=2, seconds=1))
    assert (await api.me()).name == "督导助手"
    assert len(fake.called("info")) == 3


async def test_what_does_not_pass_is_raised_with_how_long_to_wait(fake: FakeFeishu, api: Api) -> None:
    fake.faults.append(Fault("429", "info", seconds=40))
    with pytest.raises(Busy) as raised:
        await api.me()
    assert (raised.value.seconds, len(fake.called("info"))) == (40, 1)
    fake.has_bot = False
    with pytest.raises(Refusal, match="11205"):
        await api.me()


async def test_feishus_wish_to_wait_is_obeyed_and_the_text_arrives(talk: Talk) -> None:
    answering(talk, Reply("标准在这里。"))
    talk.fake.faults.append(Fault("429", "send", seconds=4))
    talk.fake.say(LIN, "标准")
    [answer] = await talk.fake.told(LIN, 1)
    refused = talk.fake.called("send")[0]
    assert refused.code == 99991400
    assert answer.at - refused.at >= 4


@pytest.mark.parametrize("do", ["500", "garbage", "drop"])
@pytest.mark.parametrize("after", [False, True])
async def test_whatever_goes_wrong_on_the_way_the_text_arrives_once(talk: Talk, do: str, after: bool) -> None:
    answering(talk, Reply("标准在这里。"))
    talk.fake.faults.append(Fault(do, "send", after=after))
    talk.fake.say(LIN, "标准")
    await talk.fake.until(lambda: len(talk.fake.called("send")) == 2)
    assert [one.text for one in await talk.fake.told(LIN, 1)] == ["标准在这里。"]


async def test_more_than_feishu_takes_in_a_second_arrives_in_order(talk: Talk) -> None:
    async def several(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        return tuple(Reply(f"第{n}条") for n in range(9))

    answering(talk, several)
    talk.fake.say(LIN, "标准")
    assert [one.text for one in await talk.fake.told(LIN, 9)] == [f"第{n}条" for n in range(9)]
    assert not [one.error for one in talk.fake.calls if one.error]


async def test_messages_of_a_chat_wait_for_the_one_before(talk: Talk) -> None:
    async def echo(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        return (Reply(incoming.text),)

    answering(talk, echo)
    talk.fake.faults.append(Fault("500", "send", times=4))
    for text in ("一", "二", "三"):
        talk.fake.say(LIN, text)
        await talk.fake.settled()
    assert [one.text for one in await talk.fake.told(LIN, 3)] == ["一", "二", "三"]


async def test_a_person_out_of_reach_is_marked_and_not_written_to(fake: FakeFeishu, own_home: Path) -> None:
    async with talking(fake, own_home) as talk:
        await talk.put_in(LIN)
        fake.away.add(LIN)
        fake.say(LIN, ASKED)
        await fake.until(lambda: fake.called("send"))
    async with talking(fake, own_home) as again, again.app.database.read() as connection:
        known = await People(connection).who("feishu", LIN)
        assert known is not None
        [account] = await People(connection).accounts(known.id)
        assert account.blocked_at is not None
        assert await Outbox(connection).unsent() == 0
    assert len(fake.called("send")) == 1


async def test_an_event_is_acknowledged_before_its_work_is_done(talk: Talk) -> None:
    done = asyncio.Event()

    async def slowly(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        await done.wait()
        return (Reply("好。"),)

    answering(talk, slowly)
    talk.fake.say(LIN, "一")
    talk.fake.press_value(LIN, "om_1", {"action": "ok", "chat": LIN})
    await talk.fake.settled()
    assert (talk.fake.shown(LIN), talk.fake.slow, len(talk.fake.toasts)) == ([], 0, 1)
    done.set()
    await talk.fake.told(LIN, 2)


async def test_an_event_that_comes_again_takes_effect_once(talk: Talk) -> None:
    heard = answering(talk, Reply("好。", buttons=((Button("好", "ok"),),)))
    talk.fake.say(LIN, "一", twice=True)
    [first] = await talk.fake.told(LIN, 1)
    talk.fake.press(LIN, first, "好", twice=True)
    talk.fake.say(CHEN, "二")
    await talk.fake.told(CHEN, 1)
    await talk.fake.settled()
    assert [one.text or one.action for one in heard] == ["一", "ok", "二"]


async def test_an_event_that_could_not_be_kept_comes_again_and_a_press_says_so(talk: Talk) -> None:
    heard, accept, failing = answering(talk, Reply("好。")), talk.service.intake._accept, [True, True]

    async def full(incomings: Sequence[Incoming]) -> None:
        if failing:
            failing.pop()
            raise RecordsError("the disk is full")
        await accept(incomings)

    talk.service.intake._accept = full
    talk.fake.press_value(LIN, "om_1", {"action": "ok", "chat": LIN})
    await talk.fake.settled()
    talk.fake.say(LIN, "一")
    assert [one.text for one in await talk.fake.told(LIN, 1)] == ["好。"]
    assert [one.text for one in heard] == ["一"]
    assert talk.fake.toasts == [{"type": "error", "content": NOT_TAKEN}]
    assert talk.fake.refused_deliveries == [503]


async def test_an_event_that_nobody_can_read_holds_up_no_other(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    answering(talk, Reply("好。"))
    talk.fake.push("im.message.receive_v1", {"sender": "机密", "message": {"content": "机密"}})
    talk.fake.push("im.message.message_read_v1", {"reader": {}})
    assert (await talk.ask("一")).text == "好。"
    await talk.fake.settled()
    assert "is not understood" in caplog.text
    assert "机密" not in caplog.text


async def test_only_feishu_is_let_in(talk: Talk) -> None:
    event = {"schema": "2.0", "header": {"event_type": "x", "token": "fake-verification"}, "event": {}}
    assert (await talk.fake.bring(event))[0] == 200
    assert (await talk.fake.bring(event, sign="another"))[0] == 403
    assert (await talk.fake.bring(event, key="another"))[0] == 403
    event["header"] = {"event_type": "x", "token": "another"}
    assert (await talk.fake.bring(event))[0] == 403


async def test_the_challenge_is_answered(talk: Talk) -> None:
    asked = {"type": "url_verification", "challenge": "c-1", "token": "fake-verification"}
    assert await talk.fake.bring(asked) == (200, {"challenge": "c-1"})
    assert (await talk.fake.bring({**asked, "token": "another"}))[0] == 403


async def test_without_a_key_nothing_may_come_in() -> None:
    with pytest.raises(NoFeishu, match="FEISHU_ENCRYPT_KEY"):
        Callback("/feishu", "", "", _nothing)


async def _nothing(raw: dict[str, Any]) -> dict[str, Any]:
    return {}


class connected:  # read as a word of the test
    """The long connection to the fake; `take` is told of every event."""

    def __init__(self, fake: FakeFeishu, take: Any, secret: str = SECRET) -> None:
        self.fake, self.take, self.secret = fake, take, secret

    async def __aenter__(self) -> "asyncio.Task[None]":
        connection = Connection(self.fake.url, APP, self.secret, self.take)
        self.task = asyncio.create_task(connection.run())
        return self.task

    async def __aexit__(self, *fault: object) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def test_the_connection_acknowledges_only_what_is_kept(fake: FakeFeishu) -> None:
    kept = list[str]()

    async def take(raw: dict[str, Any]) -> dict[str, Any]:
        text = json.loads(raw["event"]["message"]["content"])["text"]
        kept.append(text)
        if kept.count(text) == 1:
            raise RecordsError("the disk is full")
        return {}

    async with connected(fake, take):
        fake.say(LIN, "一")
        await fake.settled()
    assert kept == ["一", "一"]
    assert not fake.lost


async def test_one_slow_event_does_not_hold_up_the_others(fake: FakeFeishu) -> None:
    slow, kept = asyncio.Event(), list[str]()

    async def take(raw: dict[str, Any]) -> dict[str, Any]:
        person = raw["event"]["sender"]["sender_id"]["open_id"]
        if person == LIN:
            await slow.wait()
        kept.append(person)
        return {}

    async with connected(fake, take):
        fake.say(LIN, "一")
        fake.say(CHEN, "二")
        await fake.until(lambda: kept)
        slow.set()
        await fake.settled()
    assert kept == [CHEN, LIN]


async def test_a_connection_that_is_cut_is_made_again(fake: FakeFeishu) -> None:
    kept = list[str]()

    async def take(raw: dict[str, Any]) -> dict[str, Any]:
        kept.append(raw["header"]["event_id"])
        return {}

    fake.faults.append(Fault("500", "endpoint"))
    async with connected(fake, take):
        await fake.until(lambda: fake.lines)
        for _ in range(2):
            [line] = fake.lines
            await fake.drop()
            await fake.until(lambda: fake.lines and line not in fake.lines)  # noqa: B023 - awaited within the loop
        fake.say(LIN, "一")
        await fake.settled()
    assert len(kept) == 1


async def test_a_secret_that_is_refused_ends_the_connection_with_what_to_do(fake: FakeFeishu) -> None:
    async with connected(fake, _nothing, "wrong") as running:
        with pytest.raises(NoFeishu, match="FEISHU_APP_SECRET"):
            await running


async def test_a_secret_that_is_taken_back_ends_the_connection(
    fake: FakeFeishu, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with connected(fake, _nothing) as running:
        await fake.until(lambda: fake.lines)
        fake.secret = "another"
        await fake.drop()
        with pytest.raises(NoFeishu, match="FEISHU_APP_SECRET"):
            await running


async def test_the_events_of_a_chat_stay_in_order_though_the_first_asks_feishu(fake: FakeFeishu, api: Api) -> None:
    kept = list[str]()

    async def accept(incomings: Sequence[Incoming]) -> None:
        kept.extend(one.text for one in incomings)

    intake = Intake(api, None, accept, lambda: datetime.now(UTC))  # type: ignore[arg-type]
    intake._unknown = _never  # type: ignore[method-assign]
    fake.latency = 0.2
    fake.forward(LIN, ("text", {"text": "一"}))
    fake.say(LIN, "二")
    events = [one.event for one in fake.deliveries]
    fake.deliveries.clear()
    await asyncio.gather(*(intake.take(one) for one in events))
    assert kept == ["一", "二"]


async def _never(person: str) -> bool:
    return False


async def test_too_many_connections_end_it_with_what_to_do(fake: FakeFeishu) -> None:
    fake.full = True
    async with connected(fake, _nothing) as running:
        with pytest.raises(NoFeishu, match="50"):
            await running
