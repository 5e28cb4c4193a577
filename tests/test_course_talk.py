"""The course in a chat: begun, the day's page, done, homework judged by the mentor, pauses, who is behind."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from conftest import Opens
from learners import Learner, enrolled, seeded, ticking
from photographs import jpeg, scene
from talking import Clock, Talk, store

from bot.app import App
from handlers import flow
from handlers.learning import absence, heat, homework, learners
from handlers.learning.page import LEARNED, SEND
from handlers.message import Button
from knowledge.workdays import Pause
from records.learning.enrolments import ACCEPTED, RETURNED, SENT, Enrolment, Enrolments, HandIn

NOON = datetime(2026, 5, 6, 4, tzinfo=UTC)  # a Wednesday, 12:00 in Shanghai; the day after the holidays
START = date(2026, 5, 6)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
async def app(own_home: Path, house: Opens, clock: Clock) -> AsyncIterator[App]:
    async with house(own_home) as opened_app:
        opened_app.turns.now = clock
        opened_app.turns.per_minute = 1000
        seeded(opened_app)
        yield opened_app


@pytest.fixture
async def learner(app: App) -> Learner:
    one = Learner(app)
    await one.be("trainee", await store(app))
    return one


@pytest.fixture
async def mentor(app: App, learner: Learner) -> Talk:
    one = Talk(app, "boss", person="王督导")
    await one.be("supervisor", await store(app))
    return one


async def handed(app: App) -> list[HandIn]:
    async with app.database.read() as connection:
        return await Enrolments(connection).hand_ins([1, 2, 3])


async def test_a_learner_begins_today_and_the_mentor_hears_of_it(learner: Learner, mentor: Talk) -> None:
    assert "从哪天开始" in await learner.say("/course")
    said = await learner.press("今天")
    assert "课程从 2026-05-06 开始" in said
    assert "王督导" in said
    assert ["小林从 2026-05-06 开始学" in one for one in await mentor.heard()] == [True]
    assert "第 1 天 · 汽车售后服务行业全景" in await learner.say("/today")


@pytest.mark.parametrize(
    ("text", "date_"), [("下周一", "2026-05-11"), ("5月8日", "2026-05-08"), ("5-12", "2026-05-12")]
)
async def test_a_date_is_taken_as_it_is_typed(learner: Learner, text: str, date_: str) -> None:
    await learner.say("/course")
    assert f"课程从 {date_} 开始" in await learner.say(text)
    assert f"第一天是 {date_}" in await learner.say("/today")
    assert "第 2 天" in await learner.say("/today 2")
    assert "没有第 61 天" in await learner.say("/today 61")


async def test_nonsense_is_no_date(learner: Learner) -> None:
    await learner.say("/course")
    assert "没看懂这个日期" in await learner.say("改天再说")


async def test_a_day_is_done_once_and_progress_is_a_picture(app: App, learner: Learner) -> None:
    await enrolled(app, (await learner.who()).id, START)
    await learner.say("/today")
    action = next(one.action for one in learner.shown if one.text == LEARNED)
    assert "第 1 天已记为学完。一共学完 1 天" in await learner.act(action)
    assert "早就记过了" in await learner.act(action)
    await learner.say("/today")
    assert LEARNED not in [one.text for one in learner.shown]
    said = await learner.say("/course")
    assert "学完 1 / 60 天" in said
    [file] = learner.replies[0].files
    assert (await app.turns.files.get(file.ref)).startswith(b"\x89PNG")


async def test_weekends_holidays_and_the_end_are_told(app: App, learner: Learner, clock: Clock) -> None:
    await enrolled(app, (await learner.who()).id, START)
    clock.now = datetime(2026, 5, 10, 4, tzinfo=UTC)  # a Sunday; Saturday the 9th is worked
    away = await learner.say("/today")
    assert "今天不上课。下一个学习日是 2026-05-11，第 5 天" in away
    assert "还有 4 天没有记为学完：1、2、3、4" in away
    clock.now = datetime(2026, 9, 1, 4, tzinfo=UTC)
    assert "60 天课程都排完了" in await learner.say("/today")
    assert "还有 59 天没有记为学完" in await learner.say("/today")  # day 38 is optional


async def test_homework_is_handed_in_returned_and_accepted(app: App, learner: Learner, mentor: Talk) -> None:
    await enrolled(app, (await learner.who()).id, START)
    await learner.say("/today")
    assert "售后服务业务地图" in await learner.press(SEND)
    assert "文字 1 段" in await learner.say("我画了三层：维修、保养、增值。")
    assert "文件 1 个" in await learner.file("地图.jpg", jpeg(scene(3, 900, 700), 85), kind="photo")
    assert "文件 2 个" in await learner.file("说明.docx", b"PK-not-really")
    assert "王督导" in await learner.press(homework.SEND)
    [one] = await handed(app)
    assert (one.text, one.state, len(one.files)) == ("我画了三层：维修、保养、增值。", SENT, 2)
    [row] = [row for row in await mentor.told() if row.inbox_id is None]
    assert "小林 · 第 1 天作业" in row.payload["text"]
    assert len(row.payload["files"]) == 2
    assert "哪里要改" in await mentor.act(f"work:back:{one.id}")
    assert await mentor.say("缺事故车业务") == homework.JUDGED[RETURNED]
    assert "要修改：\n王督导：缺事故车业务" in (await learner.heard())[-1]
    await learner.act("work:new:1")
    await learner.say("补上了事故车。")
    await learner.press(homework.SEND)
    second = (await handed(app))[-1]
    assert await mentor.act(f"work:ok:{second.id}") == homework.JUDGED[ACCEPTED]
    assert await mentor.act(f"work:ok:{second.id}") == homework.ALREADY
    assert "通过了" in (await learner.heard())[-1]
    await learner.say("/today")
    assert SEND not in [button.text for button in learner.shown]
    assert "（已通过）" in learner.replies[0].text


async def test_what_a_phase_ends_with_is_given_points_against_its_mark(
    app: App, learner: Learner, mentor: Talk
) -> None:
    await enrolled(app, (await learner.who()).id, START)
    assert "阶段考核：售后业务知识测试，80 分及格，发 /exam 参加" in await learner.say("/today 10")
    assert "阶段考核：输出完整的门店检核报告，带教按“完整性+专业性”打分，80 分及格" in await learner.say("/today 22")
    for text, score, told in (("初稿", "７０分", "70 分，没通过"), ("二稿", "85.5", "85.5 分，通过")):
        await learner.act("work:new:22")
        await learner.say(text)
        await learner.press(homework.SEND)
        number = (await handed(app))[-1].id
        card = await mentor.act(f"work:see:{number}")
        assert "评分标准：完整性+专业性，80 分及格" in card
        assert "给多少分" in await mentor.act(f"work:ok:{number}")  # nothing passes without points
        assert "请发 0 到 100 的数字" in await mentor.say("101")
        assert f"{told}。写一句评语" in await mentor.say(score)
        assert f"已记 {told}" in await mentor.say("数据要有来源")
        heard = (await learner.heard())[-1]
        assert f"第 22 天的“门店检核报告”：{told}（80 分及格）。\n王督导：数据要有来源" in heard
        assert told in await learner.say("/today 22")
        assert told in await learner.say("/course")
    assert [(one.state, one.score) for one in await handed(app)] == [(RETURNED, 70), (ACCEPTED, 85.5)]
    assert await mentor.act(f"work:score:{number}") == homework.ALREADY
    assert "第 22 天 门店检核报告：85.5 分，通过（数据要有来源）" in await learner.act("work:mine")
    assert "阶段考核：门店检核报告 85.5 分，通过" in await mentor.act(f"learner:{(await learner.who()).id}")


async def test_only_who_leads_a_learner_sees_and_judges(app: App, learner: Learner, mentor: Talk) -> None:
    await enrolled(app, (await learner.who()).id, START)
    async with app.database.write() as connection:
        one = HandIn((await learner.who()).id, 1, "机密作业", (), NOON)
        number = await Enrolments(connection).hand_in(one)
    other = Talk(app, "c9", person="外人")
    await other.be("supervisor", await store(app, "BJ-1", "朝阳店"))
    fellow = Talk(app, "c8", person="同学")
    await fellow.be("trainee", await store(app))
    for what in ("see", "ok", "back", "praise", "score"):
        for chat in (other, fellow, learner):
            assert await chat.act(f"work:{what}:{number}") == flow.OVER
    assert "小林" not in await other.say("/learners")
    assert await other.act(f"learner:{one.person_id}") == flow.OVER
    assert await fellow.act("work:all") == flow.OVER
    assert "机密作业" in await mentor.act(f"work:see:{number}")
    assert (await handed(app))[0].state == SENT


async def test_a_leader_sees_who_is_behind_and_takes_them_on(
    app: App, learner: Learner, mentor: Talk, clock: Clock
) -> None:
    fellow = Learner(app, "c3", person="小周")
    await fellow.be("trainee", await store(app))
    for one in (learner, fellow):
        await enrolled(app, (await one.who()).id, START)
    clock.on(days=7)
    for day in range(1, 6):
        await fellow.act(f"today:done:{day}")
    said = await mentor.say("/learners")
    assert said.index("小林：第 7 天，学完 0 天，落后 6 天") < said.index("小周：第 7 天，学完 5 天，落后 1 天")
    card = await mentor.press("小林")
    assert "没学完：第 1、2、3、4、5、6 天" in card
    assert "需要帮助：落后 6 天" in card
    assert await mentor.press(learners.TAKE) == learners.TAKEN.format(name="小林")
    assert "带教：王督导" in await mentor.act(f"learner:{(await learner.who()).id}")


async def test_a_pause_moves_what_comes_after_it(app: App, learner: Learner, mentor: Talk, clock: Clock) -> None:
    number = (await learner.who()).id
    await enrolled(app, number, START)
    await mentor.act(f"learner:{number}:pause")
    assert "已由王督导暂停" in (await learner.heard())[-1]
    clock.on(days=5)  # Monday
    assert "课程暂停中" in await learner.say("/today")
    assert "暂停中" in await mentor.say("/learners")
    await mentor.act(f"learner:{number}:on")
    assert "第 1 天" in await learner.say("/today")
    assert await mentor.act(f"learner:{number}:on") == flow.OVER


async def test_days_off_are_asked_for_and_granted_with_one_tap(
    app: App, learner: Learner, mentor: Talk, clock: Clock
) -> None:
    number = (await learner.who()).id
    other = Talk(app, "boss2", person="李督导")
    await other.be("supervisor", await store(app))
    await learner.say("/course")
    await learner.press("今天")
    await learner.say("/course")
    assert "从哪天起请假" in await learner.press(absence.ASK)
    assert "没看懂这个日期" in await learner.say("改天")
    assert "从 2026-05-07 起" in await learner.press(absence.TOMORROW)
    assert "不能早于 2026-05-07" in await learner.say("5-06")
    assert "请假 2026-05-07 至 2026-05-11" in await learner.say("5天")
    assert "王督导、李督导" in await learner.say("家里有事")
    assert "等同意" in await learner.say("请假")
    assert "2026-05-07 至 2026-05-11（等同意）" in await learner.say("/course")
    asked = (await mentor.heard())[-1]
    assert "小林请假" in asked
    assert "4 个学习日。\n原因：家里有事" in asked  # Saturday the 9th is worked
    yes = absence.ways(Enrolment(number, START, NOON, asked=Pause(date(2026, 5, 7), date(2026, 5, 11))))[0].action
    for stranger in (learner, await visitor(app)):
        assert await stranger.act(yes) == flow.OVER
    assert "请假待批" in await mentor.say("/learners")
    assert "已同意小林请假" in await mentor.act(yes)
    assert await other.act(yes) == absence.ALREADY
    assert "王督导同意了您的请假" in (await learner.heard())[-1]
    clock.on(days=1)
    assert "下一个学习日是 2026-05-12，第 2 天" in await learner.say("/today")
    clock.on(days=1)
    assert await learner.act("absence:end") == absence.ENDED
    assert "第 2 天" in await learner.say("/today")
    assert await learner.act("absence:end") == flow.OVER


async def visitor(app: App) -> Talk:
    """A supervisor of another store."""
    one = Talk(app, "c9", person="外人")
    await one.be("supervisor", await store(app, "BJ-1", "朝阳店"))
    return one


async def test_days_off_are_refused_or_taken_back_and_a_weekend_needs_none(
    app: App, learner: Learner, mentor: Talk
) -> None:
    number = (await learner.who()).id
    assert await learner.say("/pause") == absence.NOT_ENROLLED
    await enrolled(app, number, START)

    async def asks(first: str, last: str) -> str:
        await learner.say("/pause")
        await learner.say(first)
        await learner.say(last)
        return await learner.press(absence.NO_WHY)

    assert "本来就不上课" in await asks("5-16", "5-17")
    assert "已交给 王督导" in await asks("昨天", "3天")
    assert await mentor.act(f"absence:no:{number}:2026-05-05:2026-05-08") == absence.ALREADY  # not what was asked
    assert "没有同意" in await mentor.act(f"absence:no:{number}:2026-05-05:2026-05-07")
    assert "没有同意您的请假" in (await learner.heard())[-1]
    await asks("明天", "1天")
    assert await learner.act("absence:back") == absence.TAKEN_BACK
    assert await mentor.act(f"absence:ok:{number}:2026-05-07:2026-05-07") == absence.ALREADY
    assert await mentor.act(f"absence:ok:{number}:x:y") == flow.OVER
    async with app.database.read() as connection:
        found = await Enrolments(connection).get(number)
    assert found is not None
    assert (found.pauses, found.asked) == ((), None)


async def test_a_leader_arranges_the_course_of_a_trainee(app: App, learner: Learner, mentor: Talk) -> None:
    assert "还没开始课程的：小林" in await mentor.say("/learners")
    await mentor.press("安排课程：小林")
    assert "已为小林安排课程" in await mentor.press("今天")
    assert "王督导为您安排了" in (await learner.heard())[-1]


async def test_the_morning_page_comes_at_the_learners_hour_on_workdays_only(
    app: App, learner: Learner, mentor: Talk, clock: Clock
) -> None:
    await learner.say("/course")
    await learner.press("今天")
    ticks, told = ticking(app), []
    until = clock.now + timedelta(days=6)
    while clock.now < until:
        before = len(await learner.heard())
        await ticks.reminders()
        told += [(clock.now + timedelta(hours=8), text) for text in (await learner.heard())[before:]]
        clock.on(minutes=30)
    mornings = [(at.day, at.hour, at.minute) for at, text in told if "早上好" in text]
    assert mornings == [(7, 8, 30), (8, 8, 30), (9, 8, 30), (11, 8, 30), (12, 8, 30)]  # Saturday the 9th is worked
    nudges = [(at.day, at.hour) for at, text in told if "题还没做完" in text]
    assert nudges == [(6, 18), (7, 18), (8, 18), (9, 18), (11, 18)]


async def test_who_has_practised_is_not_nudged(app: App, learner: Learner, clock: Clock) -> None:
    await learner.say("/course")
    await learner.press("今天")
    await learner.practise()
    clock.on(hours=8)
    await ticking(app).reminders()
    assert await learner.heard() == []


async def test_the_ranking_leaves_out_who_does_not_want_to_be_seen(app: App, learner: Learner) -> None:
    fellow = Learner(app, "c3", person="小周")
    await fellow.be("trainee", await store(app))
    for one in (learner, fellow):
        await enrolled(app, (await one.who()).id, START)
        await one.practise()
    assert "小周：对 5 题（100%）" in await learner.act("course:board")
    await fellow.act("course:off")
    assert "小周" not in await learner.act("course:board")
    assert "没有参加排行" in await fellow.act("course:board")


async def test_a_leader_sees_every_topic_by_each_learner_and_the_ranking(
    app: App, learner: Learner, mentor: Talk
) -> None:
    fellow = Learner(app, "c3", person="小周")
    await fellow.be("trainee", await store(app))
    for one in (learner, fellow):
        await enrolled(app, (await one.who()).id, START)
    assert await mentor.act("heat:0") == heat.NONE
    assert heat.SHOW not in [one.text for one in await shown(mentor, "/learners")]
    await learner.practise(lambda question: False)
    await fellow.practise()
    await mentor.say("/learners")
    assert "小周：对 5 题" in await mentor.press("排行榜")
    await mentor.say("/learners")
    await mentor.press(heat.SHOW)
    [file] = mentor.replies[0].files
    assert (await app.turns.files.get(file.ref)).startswith(b"\x89PNG")
    number = (await learner.who()).id
    for reply in (await mentor.act(f"learner:{number}:topics"), await learner.act("course:topics")):
        assert "0%" in reply
    assert [one.name for one in learner.replies[0].files] == ["mastery.png"]
    assert await learner.act("heat:0") != heat.SAID
    assert await mentor.act("heat:99") == heat.NONE
    assert await mentor.act("heat:x") == flow.OVER


async def shown(chat: Talk, text: str) -> list[Button]:
    await chat.say(text)
    return [button for row in chat.replies[-1].buttons for button in row]


async def test_mondays_a_leader_hears_who_needs_help(app: App, learner: Learner, mentor: Talk, clock: Clock) -> None:
    await learner.say("/course")
    await learner.press("今天")
    clock.now = datetime(2026, 5, 18, 0, 31, tzinfo=UTC)
    await ticking(app).reminders()
    said = [one for one in await mentor.heard() if "本周学习情况" in one]
    assert len(said) == 1
    assert "小林（第 10 天）：落后 9 天" in said[0]
