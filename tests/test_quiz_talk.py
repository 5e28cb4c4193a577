"""The daily quiz in a chat: asked, answered by tap or by word, explained, counted once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from conftest import Opens
from learners import Learner, enrolled, seeded, tapped
from talking import Clock, Talk

from bot.app import App
from handlers import flow
from handlers.learning import formulas, quiz
from handlers.learning.posing import ANEW, DONE, READY, UNKNOWN
from records.learning.quizzes import DAILY, FREE, Posed, Quizzes, Round

NOON = datetime(2026, 5, 6, 4, tzinfo=UTC)  # a Wednesday, 12:00 in Shanghai; the day after the holidays
START = date(2026, 5, 6)


@pytest.fixture
async def app(own_home: Path, house: Opens) -> AsyncIterator[App]:
    async with house(own_home) as opened_app:
        opened_app.turns.now = Clock(NOON)
        opened_app.turns.per_minute = 1000
        seeded(opened_app)
        yield opened_app


@pytest.fixture
async def learner(app: App) -> Learner:
    one = Learner(app)
    await enrolled(app, (await one.be("trainee")).id, START)
    return one


async def asks(learner: Learner, key: str, order: tuple[int, ...] = ()) -> Posed:
    """A free round of one question is on the screen."""
    person, bank = await learner.who(), learner.app.turns.deployment.school.bank
    posed = Posed(bank.by_key[key], order or tuple(range(len(bank.by_key[key].options))))
    async with learner.app.database.write() as connection:
        made = Round(person.id, DAILY + ":2026-05-06", DAILY, START, (posed,), NOON)
        await Quizzes(connection).begin(made)
    await learner.say("/quiz")
    return posed


def of(app: App, kind: str) -> str:
    """The key of a question of that kind."""
    return next(one.key for one in app.turns.deployment.school.bank.questions if one.kind == kind)


async def test_five_questions_of_the_day_are_asked_one_after_the_other_and_the_streak_begins(learner: Learner) -> None:
    asked = await learner.practise()
    assert [one.day for one in asked] == [1] * 5
    assert len({one.key for one in asked}) == 5
    assert "今天的 5 题做完了，答对 5 题" in learner.replies[-1].text
    assert "已连续 1 天" in learner.replies[-1].text
    assert "今天的 5 题已经做完，答对 5 题" in await learner.say("/quiz")


async def test_a_right_answer_is_explained_at_once_and_the_next_question_follows(learner: Learner) -> None:
    await learner.say("/quiz")
    question = (await learner.posed()).question
    said = await learner.answer()
    assert "答对了" in learner.replies[0].text
    assert question.why in learner.replies[0].text
    assert f"出处：《{question.proof.document}》" in learner.replies[0].text
    assert "第 2/5 题" in said
    assert [one.text for row in learner.replies[0].buttons for one in row] == [quiz.READ]


async def test_a_wrong_answer_says_both_and_goes_to_the_wrong_ones(learner: Learner) -> None:
    await learner.practise(lambda question: False)
    assert "答对 0 题" in learner.replies[-1].text
    assert "错题本里有 5 题" in learner.replies[-1].text
    first = await learner.press(quiz.PRACTISE_WRONG)
    assert "第 1/5 题" in first
    assert (await learner.round()).kind == FREE


@pytest.mark.parametrize(
    ("kind", "answers"),
    [
        ("single", ("b", "Ｂ", "选B", "2", "②")),
        ("truth", ("对", "正确", "√", "是的")),
        ("multiple", ("AC", "a,c", "ａ，ｃ", "1 3", "A和C")),
    ],
)
async def test_what_is_typed_is_taken_as_an_answer(app: App, kind: str, answers: tuple[str, ...]) -> None:
    for number, text in enumerate(answers):
        learner = Learner(app, f"c{number}", person=f"甲{number}")
        await learner.be("trainee")
        posed = await asks(learner, of(app, kind))
        said = await learner.say(text)
        given = (await attempts(learner))[0].given
        assert given == {"single": [1], "truth": True, "multiple": [0, 2]}[kind]
        assert ("答对了" in said) == ((await attempts(learner))[0].right)
        assert posed.question.why in said


async def attempts(learner: Learner) -> list:  # type: ignore[type-arg]
    async with learner.app.database.read() as connection:
        return await Quizzes(connection).recent((await learner.who()).id, 50)


@pytest.mark.parametrize("form", ["{}", "{}.0", "约{}", "{}{unit}"])
async def test_a_number_is_taken_with_its_unit_and_in_full_width(learner: Learner, form: str) -> None:
    bank = learner.app.turns.deployment.school.bank
    one = next(one for one in bank.questions if one.number and one.number.value == int(one.number.value))
    assert one.number
    await asks(learner, one.key)
    text = form.format(int(one.number.value), unit=one.number.unit)
    wide = text.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    assert "答对了" in await learner.say(wide)


async def test_several_are_chosen_one_by_one_and_taken_back(learner: Learner) -> None:
    posed = await asks(learner, of(learner.app, "multiple"))
    await learner.press("A")
    await learner.press("B")
    assert [one.text for one in learner.shown][:2] == ["A ✓", "B ✓"]
    for place in range(len(posed.order)):
        letter = "ABCDE"[place]
        chosen = f"{letter} ✓" in [one.text for one in learner.shown]
        if chosen != (place in posed.question.right):
            await learner.press(letter)
    assert "答对了" in await learner.press(READY)


async def test_an_order_is_tapped_step_by_step_and_begun_anew(learner: Learner) -> None:
    posed = await asks(learner, of(learner.app, "order"))
    steps = len(posed.question.options)
    await learner.press("2")
    assert "已排：2" in learner.replies[0].text
    await learner.press(ANEW)
    for step in range(1, steps):
        await learner.press(str(step))
    assert "已排：" + " → ".join(map(str, range(1, steps + 1))) in learner.replies[0].text
    assert "答对了" in await learner.press(DONE)


async def test_who_does_not_know_says_so_and_is_told(learner: Learner) -> None:
    posed = await asks(learner, of(learner.app, "number"))
    said = await learner.press(UNKNOWN)
    assert "正确答案：" in said
    assert "答错了" not in said
    assert posed.question.why in said


async def test_a_question_in_between_is_answered_and_the_quiz_goes_on(learner: Learner) -> None:
    await asks(learner, of(learner.app, "single"))
    said = await learner.say("普通洗车要在多少分钟内完成？")
    assert "25分钟" in said
    assert "第 1/1 题" in learner.replies[-1].text
    assert "没看懂" in await learner.say("嗯哼哈哈")
    assert "小林" in await learner.say("/me")
    await learner.say("/quiz")
    assert "答对了" in await learner.answer()


async def test_it_is_put_down_and_taken_up(learner: Learner) -> None:
    await learner.say("/quiz")
    await learner.answer()
    assert await learner.say("取消") == quiz.STOPPED
    assert "第 2/5 题" in await learner.say("/quiz")


async def test_two_taps_count_once_and_the_first_answer_stands(learner: Learner) -> None:
    await learner.say("/quiz")
    posed = await learner.posed()
    while posed.question.kind in ("number", "fill"):
        await learner.answer()
        posed = await learner.posed()
    prefix = learner.shown[0].action.rpartition(":")[0]
    wrong, right = (f"{prefix}:{tapped(posed.question, way)}" for way in (False, True))
    assert "答错了" in await learner.act(wrong)
    assert await learner.act(right) == quiz.ANSWERED
    given = [one for one in await attempts(learner) if one.question == posed.question.key]
    assert [one.right for one in given] == [False]


async def test_two_devices_that_answer_at_once_make_one_attempt(app: App, learner: Learner) -> None:
    await learner.say("/quiz")
    posed = await learner.posed()
    while posed.question.kind in ("number", "fill"):
        await learner.answer()
        posed = await learner.posed()
    action = f"{learner.shown[0].action.rpartition(':')[0]}:{tapped(posed.question, True)}"
    other = Learner(app, "c2", person=learner.person)
    said = await asyncio.gather(learner.act(action), other.act(action), learner.act(action), other.act(action))
    assert sum(one == quiz.ANSWERED for one in said) == 3
    assert len([one for one in await attempts(learner) if one.question == posed.question.key]) == 1


@pytest.mark.parametrize(("late", "streak"), [(1, 1), (3, 0)])
async def test_an_old_set_is_done_for_its_own_day_and_makes_up_for_no_missed_one(
    app: App, learner: Learner, late: int, streak: int
) -> None:
    await learner.say("/quiz")
    for _ in range(4):
        await learner.answer()
    clock = app.turns.now
    assert isinstance(clock, Clock)
    day = clock.now.date().isoformat()
    clock.on(days=late)
    assert f"{day} 的 5 题做完了，答对 5 题" in await learner.answer()
    async with app.database.read() as connection:
        kept = await Quizzes(connection).streak((await learner.who()).id)
    assert (kept.days if kept else 0) == streak


async def test_another_device_goes_on_with_the_same_questions(app: App, learner: Learner) -> None:
    await learner.say("/quiz")
    await learner.answer()
    other = Learner(app, "c2", person=learner.person)
    await other.say("/quiz")
    assert await other.round() == await learner.round()
    await other.answer()
    assert "第 3/5 题" in other.replies[-1].text
    assert await learner.act(f"quiz:{(await other.round()).id}:1:x") in (quiz.ANSWERED, flow.OVER)
    assert len(await attempts(learner)) == 2


async def test_another_persons_button_is_nobodys(app: App, learner: Learner) -> None:
    await learner.say("/quiz")
    action = learner.shown[0].action
    stranger = Talk(app, "c9", person="老王")
    await stranger.be("trainee")
    assert await stranger.act(action) == flow.OVER
    for forged in (
        "quiz:1:9:s0",
        "quiz:1:0:zz",
        "quiz:1:0:s9",
        "quiz:999:0:s0",
        "quiz:x:0:s0",
        "quiz:",
        "quiz:1:0:o00",
    ):
        assert await learner.act(forged) == flow.OVER, forged
    assert await attempts(learner) == []


async def test_a_topic_is_asked_for_in_words(learner: Learner) -> None:
    assert "第 1/5 题" in await learner.say("考考我 5S")
    assert {one.question.topic for one in (await learner.round()).posed} == {"5s"}
    assert "第 1/10 题" in await learner.say("练 10 题 备件")
    assert {one.question.topic for one in (await learner.round()).posed} == {"parts"}
    assert "第 1/3 题" in await learner.say("练三题")
    assert "现有的主题" in await learner.say("考考我量子力学")
    assert "第 1/5 题" in await learner.say("/quiz 5s")
    assert await learner.say("练错题") == quiz.NO_WRONG


async def test_free_rounds_count_for_no_streak(learner: Learner) -> None:
    await learner.say("考考我 5S")
    while any(one.action.count(":") == 3 for one in learner.shown):
        await learner.answer()
    assert "自由练习不计入连续天数" in learner.replies[-1].text
    async with learner.app.database.read() as connection:
        assert await Quizzes(connection).streak((await learner.who()).id) is None
    assert "第 1/5 题" in await learner.press(quiz.AGAIN)


async def test_the_original_section_is_shown(handbook_home: Path, house: Opens) -> None:
    async with house(handbook_home, handbook=True) as app:
        app.turns.now = Clock(NOON)
        seeded(app)
        learner = Learner(app)
        await learner.be("trainee")
        posed = await asks(learner, "5s-002")
        await learner.answer()
        shown = await learner.act(f"quiz:{(await keyed(learner)).id}:0:read")
        assert posed.question.proof.section[-1] in shown
        assert "整理" in shown


async def test_formulas_are_recalled_and_judged_by_oneself(handbook_home: Path, house: Opens) -> None:
    async with house(handbook_home, handbook=True) as app:
        clock = app.turns.now = Clock(NOON)
        seeded(app)
        learner = Learner(app)
        await learner.be("trainee")
        said = await learner.say("KPI 公式")
        count = int(said.split("一共 ")[1].split(" 张")[0])
        assert count >= 15
        assert "=" not in said
        assert " = " in await learner.press(formulas.SHOW)
        first = learner.shown[0].action
        await learner.press(formulas.FORGOT)
        assert f"今天还有 {count - 1} 张" in learner.replies[-1].text
        name = first.rpartition(":")[0]
        clock.on(days=1)
        await learner.say("公式卡")
        assert learner.shown[0].action == f"{name}:show"  # what was forgotten comes first the next day
        assert "没有关于" in await learner.say("考考我没有的主题")


async def keyed(learner: Learner) -> Round:
    async with learner.app.database.read() as connection:
        found = await Quizzes(connection).keyed((await learner.who()).id, "daily:2026-05-06")
    assert found
    return found
