"""When Telegram is slow, strict or gone: nothing that was said to anyone is lost."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fake_telegram import FakeTelegram, Fault, fake_telegram
from telegram.error import BadRequest, InvalidToken
from telegram_house import ASKED, LIN, Talk, answering, settings, talking

from bot.config import TelegramSettings
from bot.telegram import NoTelegram
from bot.telegram.api import Me, connect
from bot.telegram.intake import Intake
from bot.telegram.polling import CONFLICT, poll
from handlers.context import Context
from handlers.message import Incoming, Reply
from records.database import RecordsError
from records.outbox import Outbox
from records.people import People

NOBODY = Intake(None, None, None, None)  # type: ignore[arg-type]
NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with fake_telegram() as far:
        yield far


@pytest.fixture
async def talk(fake: FakeTelegram, own_home: Path) -> AsyncIterator[Talk]:
    async with talking(fake, own_home) as talk:
        yield talk


async def unsent(talk: Talk) -> int:
    async with talk.app.database.read() as connection:
        return await Outbox(connection).unsent()


async def test_telegrams_wish_to_wait_is_obeyed_and_the_text_arrives(talk: Talk) -> None:
    answering(talk, Reply("标准在这里。"))
    talk.fake.faults.append(Fault("429", "sendMessage", seconds=2))
    talk.fake.say(LIN, "标准")
    [answer] = await talk.fake.told(LIN, 1)
    refused = talk.fake.called("sendMessage")[0]
    assert refused.status == 429
    assert answer.at - refused.at >= 2
    assert len(talk.fake.called("sendMessage")) == 2


@pytest.mark.parametrize("do", ["500", "garbage", "drop"])
@pytest.mark.parametrize("after", [False, True])
async def test_whatever_goes_wrong_on_the_way_the_text_arrives(talk: Talk, do: str, after: bool) -> None:
    answering(talk, Reply("标准**在**这里。"))
    talk.fake.faults.append(Fault(do, "sendMessage", after=after))
    talk.fake.say(LIN, "标准")
    shown = await talk.fake.told(LIN, 2 if after else 1)
    assert {one.text for one in shown} <= {"标准在这里。", "标准**在**这里。"}
    assert talk.fake.called("sendMessage")[0].error.startswith(("fault", "Bad", "Internal"))


@pytest.mark.parametrize("after", [False, True])
async def test_an_answer_that_telegram_never_acknowledges_is_sent_again(
    fake: FakeTelegram, own_home: Path, monkeypatch: pytest.MonkeyPatch, after: bool
) -> None:
    monkeypatch.setattr("bot.telegram.api._PATIENCE", 0.5)
    async with talking(fake, own_home) as talk:
        answering(talk, Reply("标准在这里。"))
        fake.faults.append(Fault("hang", "sendMessage", after=after))
        fake.say(LIN, "标准")
        shown = await fake.told(LIN, 2 if after else 1)
        assert {one.text for one in shown} == {"标准在这里。"}
        fake.closing.set()


async def test_messages_of_a_chat_wait_for_the_one_before(talk: Talk) -> None:
    async def echo(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
        return (Reply(incoming.text),)

    answering(talk, echo)
    talk.fake.faults.append(Fault("500", "sendMessage", times=2, chat=LIN))
    for text in ("一", "二", "三"):
        talk.fake.say(LIN, text)
    talk.fake.say(7002, "另一个人")
    assert [one.text for one in await talk.fake.told(LIN, 3)] == ["一", "二", "三"]
    [other] = talk.fake.shown(7002)
    assert other.at < talk.fake.shown(LIN)[0].at


async def test_html_that_telegram_refuses_goes_as_plain_text(talk: Talk) -> None:
    answering(talk, Reply("标准**在**这里。"))
    talk.fake.faults.append(Fault("400", "sendMessage"))
    talk.fake.say(LIN, "标准")
    [answer] = await talk.fake.told(LIN, 1)
    assert answer.text == "标准在这里。"
    assert "parse_mode" not in talk.fake.called("sendMessage")[1].parameters


async def test_a_long_reply_goes_on_where_it_was_held_up(talk: Talk) -> None:
    answering(talk, Reply("\n\n".join(f"第{n}条。" + "标准" * 400 for n in range(9))))
    held = Fault("500", "sendMessage", times=0)
    talk.fake.faults.append(held)
    talk.fake.say(LIN, "标准")
    await talk.fake.told(LIN, 1)
    held.times = 1
    shown = await talk.fake.told(LIN, 2)
    assert len({one.text for one in shown}) == len(shown)
    assert shown[0].text.startswith("第0条")


async def test_a_block_that_is_met_marks_the_account_and_ends_the_waiting(fake: FakeTelegram, own_home: Path) -> None:
    async with talking(fake, own_home) as talk:
        await talk.put_in(LIN)
        fake.blocked.add(LIN)
        fake.say(LIN, ASKED)
        await fake.until(lambda: fake.called("sendMessage"))
    async with talking(fake, own_home) as again:
        assert await blocked(again, LIN)
        assert await unsent(again) == 0
    assert len(fake.called("sendMessage")) == 1


async def test_a_block_that_telegram_tells_marks_the_account(talk: Talk) -> None:
    await talk.put_in(LIN)
    talk.fake.block(LIN)
    await talk.fake.settled()
    assert await blocked(talk, LIN)
    talk.fake.blocked.discard(LIN)
    await talk.ask(ASKED)
    assert not await blocked(talk, LIN)


async def blocked(talk: Talk, user: int) -> bool:
    async with talk.app.database.read() as connection:
        known = await People(connection).who("telegram", str(user))
        assert known is not None
        [one] = await People(connection).accounts(known.id)
        return one.blocked_at is not None


async def test_an_update_that_comes_twice_takes_effect_once(talk: Talk) -> None:
    heard = answering(talk, Reply("好。"))
    talk.fake.say(LIN, "一", twice=True)
    talk.fake.say(LIN, "二")
    assert [one.text for one in await talk.fake.told(LIN, 2)] == ["好。", "好。"]
    assert [one.text for one in heard] == ["一", "二"]


async def test_an_update_that_nobody_can_read_holds_up_no_other(talk: Talk, caplog: pytest.LogCaptureFixture) -> None:
    answering(talk, Reply("好。"))
    talk.fake.push({"message": {"message_id": 1, "date": "机密", "chat": {"id": 5}, "text": "机密"}})
    assert (await talk.ask("一")).text == "好。"
    assert "is not understood" in caplog.text
    assert "机密" not in caplog.text


async def test_an_update_is_confirmed_only_when_it_is_on_disk(fake: FakeTelegram) -> None:
    kept, tried = list[str](), asyncio.Event()

    async def accept(incomings: Sequence[Incoming]) -> None:
        if not tried.is_set():
            tried.set()
            raise RecordsError("the disk is full")
        kept.extend(one.text for one in incomings)

    async with receiving(fake, accept):
        fake.say(LIN, "一")
        await tried.wait()
        assert len(fake.updates) == 1
        await fake.settled()
    assert kept == ["一"]


@pytest.mark.parametrize("do", ["502", "drop", "garbage", "429", "409"])
async def test_receiving_goes_on_after_a_fault(fake: FakeTelegram, do: str, caplog: pytest.LogCaptureFixture) -> None:
    kept = list[str]()

    async def accept(incomings: Sequence[Incoming]) -> None:
        kept.extend(one.text for one in incomings)

    fake.faults.append(Fault(do, "getUpdates", times=2))
    async with receiving(fake, accept):
        fake.say(LIN, "一")
        await fake.settled()
    assert kept == ["一"]
    assert len([one for one in caplog.records if one.levelno >= logging.WARNING]) == 1
    assert (CONFLICT in caplog.text) == (do == "409")


class receiving:  # read as a word of the test
    """Polls the fake, keeping messages by `accept`."""

    def __init__(self, fake: FakeTelegram, accept: object) -> None:
        self.api = connect(TelegramSettings.model_validate(settings(fake)))
        self.accept = accept

    async def __aenter__(self) -> "receiving":
        me = await self.api.who()
        intake = Intake(self.api, None, self.accept, lambda: NOW)  # type: ignore[arg-type]
        self.task = asyncio.create_task(poll(self.api, intake, me))
        return self

    async def __aexit__(self, *fault: object) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        await self.api.hang_up()


async def test_a_token_that_is_refused_ends_the_service_with_what_to_do(fake: FakeTelegram, own_home: Path) -> None:
    fake.faults.append(Fault("401", "getMe"))
    async with talking(fake, own_home) as talk:
        with pytest.raises(NoTelegram, match="TELEGRAM_BOT_TOKEN"):
            await talk.service.run()


async def test_a_token_that_is_taken_back_ends_the_receiving(fake: FakeTelegram) -> None:
    fake.faults.append(Fault("401", "getUpdates"))
    async with receiving(fake, None) as far:
        with pytest.raises(NoTelegram, match="TELEGRAM_BOT_TOKEN"):
            await far.task


async def test_a_server_that_does_not_wait_is_not_asked_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses, asked = list[float](), list[int]()

    class Hasty:
        """Has no updates, at once, and no webhook to take away."""

        async def delete_webhook(self, **parameters: object) -> bool:
            raise BadRequest("Route not found")

        async def updates(self, offset: int, seconds: int) -> list[object]:
            asked.append(offset)
            if len(asked) > 3:
                raise InvalidToken
            return []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    with pytest.raises(NoTelegram):
        await poll(Hasty(), NOBODY, Me(1, "x"))  # type: ignore[arg-type]
    assert pauses == [0.2] * 3
