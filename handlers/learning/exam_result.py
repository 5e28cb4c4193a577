"""What an exam came to: for who sat it, for their mentor; and what was wrong, one by one."""

from collections import Counter

from handlers import flow, typed
from handlers.context import Context, Notice
from handlers.learning import grading, posing, proof
from handlers.learning.leading import mentors
from handlers.learning.school import GRADUATION, School
from handlers.learning.shut import shut
from handlers.message import Button, Incoming, Reply
from records.database import Connection
from records.learning.enrolments import Enrolments
from records.learning.exams import Exam, Exams
from records.people import Person

RESULT = "**{name}：{score:g} 分，{passed}**（{mark:g} 分及格）\n\n答对 {right}/{all} 题，用时 {minutes} 分钟。"
PASSED, FAILED = "通过", "没通过"
WEAK = "丢分的主题：{topics}。"
LOST = "{topic} {n} 题"
TOMORROW = "明天可以再考，题目重新抽。"
REVIEW, NEXT, CERTIFICATE = "看错题", "下一道错题", "领取证书"
TOLD = "{who}考了“{name}”：{score:g} 分，{passed}。"
WRONG = "**第 {n}/{all} 题**\n{ask}\n\n{given}正确答案：{right}\n\n{why}\n\n出处：{where}"
GIVEN, NOT_GIVEN = "您答的是：{given}\n\n", "您没有作答。\n\n"
NONE_WRONG = "这场考试没有错题。"
OPEN = "看原文"


async def result(connection: Connection, school: School, one: Exam) -> Reply:
    """What it came to, and where points were lost."""
    given = await Exams(connection).answers(one.id)
    right = grading.rights(one, given)
    sitting, ended = school.sitting(one.key), one.handed_in_at or one.ends_at
    minutes = max(1, round((ended - one.begun_at).total_seconds() / 60))
    text = RESULT.format(
        name=typed.inert(sitting.name if sitting else one.key), score=one.score, right=sum(right), all=len(right),
        passed=PASSED if one.passed else FAILED, mark=one.pass_mark, minutes=minutes,
    )  # fmt: skip
    lost = Counter(posed.question.topic for posed, fine in zip(one.posed, right, strict=True) if not fine)
    if lost:
        names = {key: topic.name for key, topic in school.bank.topics.items()}
        topics = "、".join(LOST.format(topic=names.get(key, key), n=n) for key, n in lost.most_common(5))
        text += "\n\n" + WEAK.format(topics=topics)
    text += "" if one.passed else f"\n\n{TOMORROW}"
    ways = [Button(REVIEW, f"exam:{one.id}:r0")] if lost else []
    ways += [Button(CERTIFICATE, "certificate:mine")] if one.passed and one.key == GRADUATION else []
    return Reply(text, buttons=(tuple(ways),) if ways else ())


async def mentors_told(connection: Connection, school: School, learner: Person, one: Exam) -> list[Notice]:
    """What the learner's mentor hears."""
    sitting = school.sitting(one.key)
    name = typed.inert(sitting.name if sitting else one.key)
    text = TOLD.format(
        who=typed.inert(learner.name), name=name, score=one.score, passed=PASSED if one.passed else FAILED
    )
    able = await mentors(connection, learner, await Enrolments(connection).get(learner.id))
    return [Notice(mentor.id, Reply(text)) for mentor in able]


async def review(context: Context, incoming: Incoming, one: Exam, nth: int) -> tuple[Reply, ...]:
    """The n-th wrong answer with the right one, why, and where it stands; not while they sit another exam."""
    if (sits := await shut(context)) is not None:
        return (sits,)
    async with context.database.read() as connection:
        given = await Exams(connection).answers(one.id)
    wrong = [place for place, fine in enumerate(grading.rights(one, given)) if not fine]
    if not wrong:
        return (Reply(NONE_WRONG),)
    if nth >= len(wrong):
        return (Reply(flow.OVER),)
    place = wrong[nth]
    put = one.posed[place]
    answered = GIVEN.format(given=posing.worded(put, posing.from_json(given[place]))) if place in given else NOT_GIVEN
    text = WRONG.format(
        n=place + 1, all=len(one.posed), ask=typed.inert(put.question.ask), given=answered,
        right=posing.right_worded(put), why=typed.inert(put.question.why), where=proof.where(put.question.proof),
    )  # fmt: skip
    ways = [Button(OPEN, f"exam:{one.id}:p{place}")]
    ways += [Button(NEXT, f"exam:{one.id}:r{nth + 1}")] if nth + 1 < len(wrong) else []
    return (Reply(text, buttons=(tuple(ways),)),)
