"""Exams in a chat: timed, without help, resumable, marked once; and certificates."""

import asyncio
import io
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from conftest import Opens, loaded
from learners import Learner, enrolled, seeded, tapped, ticking, typed
from pypdf import PdfReader
from talking import Clock, Talk, store

from bot.app import App, opened
from handlers import flow
from handlers.learning import certificate, exam
from handlers.learning.exam_result import REVIEW
from handlers.learning.school import GRADUATION
from records.learning.enrolments import ACCEPTED, RETURNED, SENT, Enrolments, HandIn
from records.learning.exams import Exam, Exams
from records.learning.quizzes import Quizzes
from records.people import People

NOON = datetime(2026, 5, 20, 4, tzinfo=UTC)  # a Wednesday; who began on 6 May is at day 12
START = date(2026, 5, 6)
SHUT = "您正在考试"


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
async def app(own_home: Path, house: Opens, clock: Clock) -> AsyncIterator[App]:
    async with house(own_home) as opened_app:
        opened_app.turns.now = clock
        opened_app.turns.per_minute = 1000
        seeded(opened_app, questions=4, final_questions=6)
        yield opened_app


@pytest.fixture
async def learner(app: App) -> Learner:
    one = Learner(app)
    await enrolled(app, (await one.be("trainee", await store(app))).id, START)
    return one


async def sat(learner: Learner) -> Exam:
    """The last exam of a learner."""
    async with learner.app.database.read() as connection:
        return (await Exams(connection).of([(await learner.who()).id]))[-1]


async def given(learner: Learner) -> dict[int, object]:
    async with learner.app.database.read() as connection:
        return await Exams(connection).answers((await sat(learner)).id)


async def begin(learner: Learner, name: str = "售后服务业务基础") -> Exam:
    await learner.say("/exam")
    await learner.press(name)
    await learner.press(exam.BEGIN)
    return await sat(learner)


async def answer(learner: Learner, right: bool = True) -> str:
    """Answer the question on the screen."""
    place = int(learner.shown[0].action.split(":")[2])
    one = await sat(learner)
    question = one.posed[place].question
    if question.kind in ("number", "fill"):
        return await learner.say(typed(question, right))
    return await learner.act(f"exam:{one.id}:{place}:{tapped(question, right)}")


async def sit(learner: Learner, *rights: bool) -> str:
    for right in rights:
        await answer(learner, right)
    return await learner.press(exam.HAND_IN)


async def test_a_phase_is_passed_with_the_mark_of_the_plan(learner: Learner) -> None:
    one = await begin(learner)
    assert (len(one.posed), one.pass_mark, one.ends_at - one.begun_at) == (4, 80, timedelta(minutes=30))
    assert {posed.question.day for posed in one.posed} <= set(range(1, 11))
    said = await sit(learner, True, True, True, True)
    assert "售后服务业务基础：100 分，通过" in said
    assert "100 分，通过" in await learner.say("/exam")
    assert "售后服务业务基础" not in [button.text for button in learner.shown]


async def test_what_failed_is_reviewed_and_may_be_sat_again_tomorrow(learner: Learner, clock: Clock) -> None:
    first = await begin(learner)
    said = await sit(learner, True, False, True, True)
    assert "75 分，没通过" in said
    assert "丢分的主题" in said
    wrong = first.posed[1].question
    review = await learner.press(REVIEW)
    assert wrong.why in review
    assert "正确答案" in review
    assert "今天考过了" in await learner.act(f"exam:go:{first.key}")
    clock.on(days=1)
    second = await begin(learner)
    assert second.id != first.id
    assert SHUT in await learner.act(f"exam:{first.id}:r0")  # nor what was right yesterday
    assert [one.question.key for one in second.posed] != [one.question.key for one in first.posed]


async def test_later_phases_wait_for_their_last_day_and_the_last_exam_for_all_phases(learner: Learner) -> None:
    said = await learner.say("/exam")
    assert "门店督导与检核：第 22 天起可以考" in said
    assert "结业考试：第 60 天起可以考" in said
    for key in ("supervising", GRADUATION):
        assert "天起可以考" in await learner.act(f"exam:go:{key}")
    async with learner.app.database.read() as connection:
        assert await Exams(connection).of([(await learner.who()).id]) == []


async def test_nothing_is_answered_until_it_is_handed_in(app: App, learner: Learner) -> None:
    await learner.say("/exam")
    asked = "普通洗车要在多少分钟内完成？"
    assert "25分钟" in await learner.say(asked)
    source = next(button.action for button in learner.buttons if button.action.startswith("source:"))
    one = await begin(learner)
    assert "25分钟" not in await learner.say(asked)
    assert "考试中不能提问" in learner.replies[0].text
    other = Learner(app, "c2", person=learner.person)
    assert SHUT in await other.say(asked)
    for action in (source, "section:x", "quiz:day", "quiz:more", "today:read:1:0"):
        assert SHUT in await other.act(action), action
    assert SHUT in await other.say("考考我 5S")
    assert SHUT in await other.say("/quiz")
    await other.say("/me")
    await other.press("改称呼")
    assert SHUT in await other.say(asked)
    await other.say("取消")
    await learner.act(f"exam:{one.id}:sure")
    assert "25分钟" in await other.say(asked)


async def test_answers_may_be_changed_until_it_is_handed_in_and_not_after(learner: Learner) -> None:
    one = await begin(learner)
    await answer(learner, False)
    await learner.act(f"exam:{one.id}:0:n")
    assert "您的答案：" in learner.replies[0].text
    await answer(learner, True)
    for _ in range(3):
        await answer(learner, True)
    assert "4 题都答完了" in learner.replies[0].text
    assert "100 分" in await learner.press(exam.HAND_IN)
    assert await learner.act(f"exam:{one.id}:0:t0") == exam.OVER
    assert await learner.act(f"exam:{one.id}:sure") == exam.OVER
    assert (await sat(learner)).score == 100


async def test_what_is_not_answered_is_wrong_and_one_is_warned(learner: Learner) -> None:
    await begin(learner)
    await answer(learner, True)
    assert "还有 3 题没答" in await learner.say("交卷")
    assert "25 分，没通过" in await learner.press(exam.HAND_IN)


async def test_it_goes_on_after_a_crash_within_its_time(own_home: Path, learner: Learner, clock: Clock) -> None:
    await begin(learner)
    await answer(learner, True)
    await answer(learner, True)
    async with opened(loaded(own_home)) as after:
        after.turns.now = clock
        clock.on(minutes=10)
        seeded(after, 99, questions=4)
        again = Learner(after, "c2", person=learner.person)
        assert "第 3/4 题 · 已答 2 · 还剩 20 分钟" in await again.say("/exam")
        await answer(again, True)
        await answer(again, True)
        assert "100 分，通过" in await again.press(exam.HAND_IN)
        async with after.database.read() as connection:
            assert len(await Exams(connection).of([(await again.who()).id])) == 1


async def test_when_time_is_over_it_is_handed_in_as_it_is(app: App, learner: Learner, clock: Clock) -> None:
    boss = Talk(app, "boss", person="王督导")
    await boss.be("supervisor", await store(app))
    await begin(learner)
    await answer(learner, True)
    clock.on(minutes=30)
    await ticking(app).reminders()
    assert "考试时间到，已自动交卷" in (await learner.heard())[-1]
    assert "25 分，没通过" in (await learner.heard())[-1]
    assert "小林考了“售后服务业务基础”：25 分" in (await boss.heard())[-1]
    assert (await sat(learner)).handed_in_at == NOON + timedelta(minutes=30)
    before = len(await learner.heard())
    await ticking(app).reminders()
    assert len(await learner.heard()) == before


@pytest.mark.parametrize("how", ["press", "type", "command"])
async def test_no_answer_counts_after_the_time(learner: Learner, clock: Clock, how: str) -> None:
    one = await begin(learner)
    await answer(learner, True)
    place = int(learner.shown[0].action.split(":")[2])
    clock.on(minutes=31)
    if how == "press":
        said = await learner.act(f"exam:{one.id}:{place}:t1")
    else:
        said = await learner.say("A" if how == "type" else "/exam")
    assert "25 分，没通过" in said
    assert list(await given(learner)) == [0]


async def test_two_devices_that_begin_at_once_sit_the_same_exam(app: App, learner: Learner) -> None:
    boss = Talk(app, "boss", person="王督导")
    await boss.be("supervisor", await store(app))
    other = Learner(app, "c2", person=learner.person)
    await asyncio.gather(*(one.act("exam:go:basics") for one in (learner, other, learner, other)))
    async with app.database.read() as connection:
        assert len(await Exams(connection).of([(await learner.who()).id])) == 1
    one = await sat(learner)
    said = await asyncio.gather(*(chat.act(f"exam:{one.id}:sure") for chat in (learner, other)))
    assert all("0 分，没通过" in text or text == exam.OVER for text in said)
    assert len([text for text in await boss.heard() if "小林考了" in text]) == 1
    async with app.database.read() as connection:
        assert await Quizzes(connection).recent((await learner.who()).id, 9) == []


async def test_anothers_exam_and_forged_buttons_are_nobodys(app: App, learner: Learner) -> None:
    one = await begin(learner)
    other = Learner(app, "c2", person="老王")
    await enrolled(app, (await other.be("trainee")).id, START)
    for rest in ("0:t1", "sure", "hand", "r0", "0:n"):
        assert await other.act(f"exam:{one.id}:{rest}") == flow.OVER
    for rest in ("9:t1", "0:zz", "x", "", "0:s9", "-1:n"):
        assert await learner.act(f"exam:{one.id}:{rest}") == flow.OVER
    assert await learner.act("exam:go:none") == flow.OVER
    assert (await sat(learner)).handed_in_at is None


async def graduated(app: App, learner: Learner, clock: Clock) -> None:
    """All phases passed, and the last exam."""
    clock.now = datetime(2026, 9, 1, 4, tzinfo=UTC)
    person = await learner.who()
    async with app.database.write() as connection:
        for phase in app.turns.deployment.school.course.phases:
            one = await Exams(connection).begin(
                Exam(person.id, phase.key, START, (), 80, NOON, NOON + timedelta(hours=1))
            )
            await Exams(connection).hand_in(one.id, 90, True, NOON)
    await begin(learner, "结业考试")
    assert "结业考试：100 分，通过" in await sit(learner, *[True] * 6)


async def works_done(app: App, learner: Learner, score: float, *, but: int = 0) -> None:
    """What phases end with is handed in and judged, but for that of one day."""
    async with app.database.write() as connection:
        enrolments, person = Enrolments(connection), (await learner.who()).id
        for day in {22, 34, 46, 54, 60} - {but}:
            number = await enrolments.hand_in(HandIn(person, day, "报告", (), app.turns.now()))
            state = ACCEPTED if score >= 80 else RETURNED
            await enrolments.judge(number, state, "", person, app.turns.now(), score)


async def test_the_certificate_wants_what_phases_end_with_too(app: App, learner: Learner, clock: Clock) -> None:
    boss = Talk(app, "boss", person="王督导")
    await boss.be("supervisor", await store(app))
    await graduated(app, learner, clock)
    await works_done(app, learner, 90, but=60)
    said = await learner.press("领取证书")
    assert "领证书还差：区域运营改进方案 还没打分。" in said
    assert "/today 60" in said
    assert "阶段考核：门店检核报告 90 分，通过；" in await learner.say("/course")
    await learner.act("work:new:60")
    await learner.say("方案如下。")
    await learner.press("交上去")
    clock.on(days=2)
    async with app.database.read() as connection:
        number = (await Enrolments(connection).hand_ins([(await learner.who()).id], SENT))[0].id
    await boss.act(f"work:score:{number}")
    await boss.press("85")
    assert await boss.press("不写评语") == "已记 85 分，通过，发给学员了。"
    assert "85 分，通过（80 分及格）" in (await learner.heard())[-1]
    assert "您的结业证书" in await learner.act("certificate:mine")
    async with app.database.read() as connection:
        one = await Exams(connection).certificate_of((await learner.who()).id)
    assert one is not None
    assert one.issued_on == date(2026, 9, 3)


async def test_who_passes_the_last_exam_has_a_certificate_that_can_be_checked(
    app: App, learner: Learner, clock: Clock
) -> None:
    assert await learner.say("/certificate") == certificate.NONE
    await graduated(app, learner, clock)
    seeded(app, graded_work=False)
    said = await learner.press("领取证书")
    [file] = learner.replies[0].files
    content = await app.turns.files.get(file.ref)
    text = PdfReader(io.BytesIO(content)).pages[0].extract_text()
    number = said.split("编号 ")[1].split("。")[0]
    assert number in text
    assert "小林" in text
    assert number in await learner.say("/certificate")
    other = Talk(app, "c2", person="老王")
    await other.be("staff")
    for way in (number, number.lower(), number.replace("-", ""), f" {number[:6]} {number[7:]}"):
        assert "证书有效：小林 于 2026-09-01 完成" in await other.say(f"/certificate {way}")
    assert "没有编号为" in await other.say("/certificate DD2026-00000-00000")


async def test_a_certificate_outlives_who_left_without_their_name(app: App, learner: Learner, clock: Clock) -> None:
    await Talk(app, "boss", person="老板").be("admin")
    await graduated(app, learner, clock)
    await works_done(app, learner, 80)
    number = (await learner.press("领取证书")).split("编号 ")[1].split("。")[0]
    person = await learner.who()
    async with app.database.write() as connection:
        await People(connection).leave(person.id, clock.now)
        assert await Enrolments(connection).get(person.id) is None
        assert await Quizzes(connection).cards(person.id) == {}
        assert len(await Quizzes(connection).firsts()) == 6
    other = Talk(app, "c2", person="老王")
    await other.be("staff")
    assert "持有人已离开" in await other.say(f"/certificate {number}")
