"""Learning, in Telegram, in Feishu and on the page: the course's day, homework, the daily quiz, an exam."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from chromium import Chromium
from learners import enrolled, seeded, typed
from phones import CHANNELS, Phone, Scene, Shown, far, scene

from handlers.learning import exam, homework, quiz
from handlers.learning.page import LEARNED, SEND
from handlers.learning.posing import DONE, READY
from handlers.learning.rounds import daily_key
from knowledge.answers import FALSE, LETTERS, TRUE
from records.learning.enrolments import ACCEPTED, Enrolments, HandIn
from records.learning.exams import Exam, Exams
from records.learning.quizzes import Posed, Quizzes
from records.people import People

pytestmark = pytest.mark.asyncio(loop_scope="session")

LEARNER, MENTOR = 7001, 7002
SEVEN = datetime(2026, 5, 5, 23, tzinfo=UTC)  # a Wednesday, 7:00 in Shanghai; the day after the holidays
START = date(2026, 5, 6)
ASKED = "普通洗车要在多少分钟内完成？"


@dataclass
class Moved:
    """A clock that goes on from where it is put."""

    ahead: timedelta

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def put(self, to: datetime) -> None:
        """It is `to`."""
        self.ahead = to - datetime.now(UTC)


@pytest.fixture
def clock() -> Moved:
    return Moved(SEVEN - datetime.now(UTC))


@pytest_asyncio.fixture(params=CHANNELS, loop_scope="session")
async def here(
    request: pytest.FixtureRequest, own_home: Path, monkeypatch: pytest.MonkeyPatch, chromium: Chromium, clock: Moved
) -> AsyncIterator[Scene]:
    async with (
        far(request.param, chromium) as end,
        scene(request.param, end, own_home, monkeypatch, clock) as opened,
    ):
        seeded(opened.app, questions=4)
        yield opened
        assert opened.refused() == []


async def answers(phone: Phone, posed: Posed, expected: str) -> Shown:
    """Answer the question on the screen rightly, by what is on the screen; what is shown then."""
    one = posed.question
    match one.kind:
        case "truth":
            return await phone.taps(TRUE if one.truth else FALSE, expected)
        case "single":
            letter = LETTERS[posed.order.index(one.right[0])]
            [option] = [text for row in (await phone.asked()).rows for text in row if text[0] == letter]
            return await phone.taps(option, expected)
        case "multiple":
            for index in one.right:
                await phone.taps(LETTERS[posed.order.index(index)], one.ask[:8])
            return await phone.taps(READY, expected)
        case "order":
            for step in range(len(one.options) - 1):  # the last one falls into its place by itself
                await phone.taps(str(posed.order.index(step) + 1), one.ask[:8])
            return await phone.taps(DONE, expected)
    return await phone.says(typed(one, True), expected)


async def hand_ins(here: Scene, learner: Phone) -> tuple[set[int], list[HandIn]]:
    """The days a learner has done, and the homework they have handed in."""
    person = await here.who(learner)
    async with here.app.database.read() as connection:
        enrolments = Enrolments(connection)
        return (await enrolments.done([person.id]))[person.id], await enrolments.hand_ins([person.id])


async def test_the_days_page_comes_at_the_learners_hour_and_its_homework_is_accepted(here: Scene, clock: Moved) -> None:
    learner = await here.put_in(LEARNER, "trainee", here.here)
    mentor = await here.put_in(MENTOR, "supervisor", here.here)
    async with here.app.database.write() as connection:
        await People(connection).change((await here.who(learner)).id, reminder_at=7 * 60 + 40)
    await learner.says("/course", "从哪天开始")
    begun = await learner.taps("今天", "课程从 2026-05-06 开始，每天 07:40", twice=True)
    assert mentor.name in begun.text
    await mentor.sees(f"{learner.name}从 2026-05-06 开始学")
    clock.put(SEVEN + timedelta(minutes=40))
    morning = await learner.sees("早上好，今天是课程第 1 天")
    assert "第 1 天 · 汽车售后服务行业全景" in morning.text
    page = await learner.says("/today", "第 1 天 · 汽车售后服务行业全景")
    await learner.taps(LEARNED, "第 1 天已记为学完。一共学完 1 天", on=page, twice=True)
    await learner.taps(SEND, "售后服务业务地图", on=page)
    await learner.says("我画了三层：维修、保养、增值。", "文字 1 段", twice=True)
    await learner.sends(3, expected="文件 1 个")
    await learner.taps(homework.SEND, f"已交给 {mentor.name}", twice=True)
    card = await mentor.sees(f"{learner.name} · 第 1 天作业")
    assert "我画了三层" in card.text
    assert [one.files for one in await mentor.shown() if one.files] == [1]
    await mentor.taps(homework.ACCEPT, homework.JUDGED[ACCEPTED], on=card, twice=True)
    await learner.sees("第 1 天的作业“售后服务业务地图”通过了")
    done, [one] = await hand_ins(here, learner)
    assert (done, one.text, one.state, len(one.files)) == ({1}, "我画了三层：维修、保养、增值。", ACCEPTED, 1)
    assert len([told for told in await learner.shown() if "早上好" in told.text]) == 1
    again = await learner.says("/today", "（已通过）")
    assert not {LEARNED, SEND} & {text for row in again.rows for text in row}


async def test_five_questions_of_the_day_are_answered_and_each_is_explained(here: Scene) -> None:
    learner = await here.put_in(LEARNER, "trainee", here.here)
    person = await here.who(learner)
    await enrolled(here.app, person.id, START)
    await learner.says("/quiz", "第 1/5 题", twice=True)
    async with here.app.database.read() as connection:
        round_ = await Quizzes(connection).keyed(person.id, daily_key(START))
    assert round_ is not None
    for place, posed in enumerate(round_.posed, 1):
        before = len(await learner.shown())
        await answers(learner, posed, f"第 {place + 1}/5 题" if place < 5 else "今天的 5 题做完了，答对 5 题")
        explained = await learner.sees("答对了", before)
        assert posed.question.why[:20] in explained.text
        assert f"《{posed.question.proof.document}》" in explained.text
        assert explained.rows == [[quiz.READ]]
    await learner.sees("已连续 1 天")


async def test_an_exam_is_sat_without_help_handed_in_once_and_told_to_the_mentor(here: Scene, clock: Moved) -> None:
    learner = await here.put_in(LEARNER, "trainee", here.here)
    mentor = await here.put_in(MENTOR, "supervisor", here.here)
    person = await here.who(learner)
    await enrolled(here.app, person.id, START)
    clock.put(SEVEN + timedelta(days=14))  # the 12th day of the course
    await learner.says("/exam", "可以考")
    await learner.taps("售后服务业务基础", "4 题，限时 30 分钟，80 分及格")
    await learner.taps(exam.BEGIN, "第 1/4 题", twice=True)

    async def sat() -> list[Exam]:
        async with here.app.database.read() as connection:
            return await Exams(connection).of([person.id])

    [one] = await sat()
    asked = await learner.says(ASKED, "考试中不能提问")
    assert "25分钟" not in asked.text
    await learner.comes_back()
    for place, posed in enumerate(one.posed, 1):
        await answers(learner, posed, f"第 {place + 1}/4 题" if place < 4 else "4 题都答完了")
    await learner.taps(exam.HAND_IN, "100 分，通过", twice=True)
    await mentor.sees(f"{learner.name}考了“售后服务业务基础”：100 分，通过")
    [handed] = await sat()
    assert (handed.score, handed.passed) == (100, True)
    assert len([told for told in await mentor.shown() if "考了" in told.text]) == 1
