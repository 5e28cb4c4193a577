"""The page of a course day, as its learner gets it in the morning and whenever they ask."""

from collections.abc import Collection

from handlers import typed
from handlers.learning import assessing
from handlers.learning.school import School
from handlers.message import Button, Reply, clipped
from knowledge.course import Day, Phase
from records.database import Connection
from records.learning.enrolments import ACCEPTED, RETURNED, SENT, Enrolments, HandIn

MORNING = "早上好，今天是课程第 {day} 天。"
PAGE = "**第 {day} 天 · {title}**{optional}\n{phase} · 第 {week} 周 {theme}\n\n{lines}"
OPTIONAL = "（选学）"
TESTED = "- 阶段考核：{what}，{mark:g} 分及格，发 /exam 参加"
JUDGED = "- 阶段考核：{what}，带教按“{criteria}”打分，{mark:g} 分及格；另有阶段测验，发 /exam"
SCORED = "（{score:g} 分，{passed}）"
SESSION, PRACTICE, HOMEWORK, HAND_IN = "- {name}：{what}", "- {kind}：{what}", "- 作业：{what}", "- 要交：{what}{state}"
STATES = {SENT: "（已交，等点评）", ACCEPTED: "（已通过）", RETURNED: "（被退回，请修改再交）"}
READ, PRACTISE, LEARNED, SEND = "读：{what}", "开始练习", "学完了", "交作业"
BEHIND = "还有 {n} 天没有记为学完：{days}。发 /today 加天数就能看，例如 /today {first}。"
_LISTED = 8


async def page(connection: Connection, school: School, person_id: int, number: int, *, morning: bool = False) -> Reply:
    """A day's page as its learner sees it."""
    enrolments = Enrolments(connection)
    done = (await enrolments.done([person_id]))[person_id]
    sent = [one for one in await enrolments.hand_ins([person_id]) if one.day == number]
    return shown(school, number, done, sent[-1] if sent else None, morning=morning)


def shown(school: School, number: int, done: Collection[int], sent: HandIn | None, *, morning: bool = False) -> Reply:
    """A day's page, with what was done of it."""
    day, phase, week = school.course.day(number), school.course.phase_of(number), school.course.week_of(number)
    lines = [SESSION.format(name=name, what=typed.inert(what)) for name, what in day.sessions]
    lines += [PRACTICE.format(kind=one.kind, what=typed.inert(one.what)) for one in day.practices]
    lines += [HOMEWORK.format(what=typed.inert(day.homework))] if day.homework else []
    state = _state(sent) if sent else ""
    lines += [HAND_IN.format(what=typed.inert(day.hand_in), state=state)] if day.hand_in else []
    lines += [_assessment(school, phase)] if number == phase.last else []
    text = PAGE.format(
        day=number, title=typed.inert(day.title), optional=OPTIONAL if day.optional else "", phase=phase.name,
        week=week.week, theme=week.name, lines="\n".join(lines),
    )  # fmt: skip
    text = f"{MORNING.format(day=number)}\n\n{text}" if morning else text
    return Reply(text, buttons=_ways(day, done=number in done, sent=sent))


def _assessment(school: School, phase: Phase) -> str:
    form = JUDGED if phase.judged_by == "mentor" else TESTED
    return form.format(
        what=typed.inert(phase.held or phase.assessment), criteria=typed.inert(phase.criteria), mark=school.mark(phase)
    )


def _state(sent: HandIn) -> str:
    if sent.score is None:
        return STATES[sent.state]
    return SCORED.format(score=sent.score, passed=assessing.said(passed=sent.state == ACCEPTED))


def _ways(day: Day, *, done: bool, sent: HandIn | None) -> tuple[tuple[Button, ...], ...]:
    first = [Button(PRACTISE, "quiz:day")]
    first += [] if done else [Button(LEARNED, f"today:done:{day.day}")]
    first += [Button(SEND, f"work:new:{day.day}")] if day.hand_in and (not sent or sent.state != ACCEPTED) else []
    reading = [
        (Button(READ.format(what=clipped(one.section[-1], 20)), f"today:read:{day.day}:{place}"),)
        for place, one in enumerate(day.reading)
    ]
    return (tuple(first), *reading)


def behind_said(days: list[int]) -> str:
    """Which days are not done yet, in a sentence."""
    listed = "、".join(map(str, days[:_LISTED])) + (" 等" if len(days) > _LISTED else "")
    return BEHIND.format(n=len(days), days=listed, first=days[0])
