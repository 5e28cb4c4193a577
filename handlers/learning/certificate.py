"""/certificate: one's own as a PDF; anybody's, by its number, to see that it is real."""

import asyncio
import re
import unicodedata
from random import Random

from handlers import flow, typed
from handlers.context import Context
from handlers.learning import assessing
from handlers.learning.assessing import Work
from handlers.learning.school import GRADUATION, today
from handlers.message import File, Incoming, Reply
from records.database import Connection
from records.learning.enrolments import Enrolments
from records.learning.exams import Certificate, Exam, Exams
from reports.certificate import certificate_name, certificate_pdf

NONE = "您还没有证书。通过结业考试后在这里领取。要核对别人的证书，请发 /certificate 加编号。"
YOURS = "您的结业证书，编号 {number}。别人发 /certificate {number} 就能核对。"
REAL = "证书有效：{name} 于 {date} 完成“{course}”，结业考试 {score:g} 分。编号 {number}。"
UNKNOWN = "没有编号为 {number} 的证书，请核对编号。"
MISSING = "结业考试通过了。领证书还差：{works}。在那一天的页面（例如 /today {day}）里交，带教打分通过后在这里领取。"
GONE = "（持有人已离开）"
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: nothing that is read as something else
_ALIKE = str.maketrans("OIL", "011")
_LENGTH = 10


async def show(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """One's own, or the one whose number is said."""
    said = incoming.text.strip().partition(" ")[2] if incoming.text.startswith("/") else ""
    if said.strip():
        async with context.database.read() as connection:
            return (Reply(checked(await Exams(connection).certificate(plain(said)), plain(said))),)
    return await _own(context)


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """certificate:mine, under the result of the last exam."""
    return await _own(context) if incoming.action == "certificate:mine" else (Reply(flow.OVER),)


def new_number(year: int, chance: Random) -> str:
    """A number that nobody can guess, its last sign proving the others."""
    drawn = "".join(chance.choice(_ALPHABET) for _ in range(_LENGTH - 1))
    drawn += _ALPHABET[sum(place * _ALPHABET.index(one) for place, one in enumerate(drawn, 1)) % 31]
    return f"DD{year}-{drawn[:5]}-{drawn[5:]}"


def plain(said: str) -> str:
    """A number as it is kept, however it was typed: small letters, full width, O for 0, without dashes."""
    signs = re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", said).upper())[:24]
    head, rest = signs[:6], signs[6:].translate(_ALIKE)
    return f"{head}-{rest[:5]}-{rest[5:]}"


def checked(one: Certificate | None, number: str) -> str:
    """What is known of a number."""
    if one is None:
        return UNKNOWN.format(number=typed.inert(number)[:24])
    name = typed.inert(one.name) or GONE
    return REAL.format(name=name, date=one.issued_on, course=one.course, score=one.score, number=one.number)


async def _own(context: Context) -> tuple[Reply, ...]:
    async with context.database.read() as connection:
        one = await Exams(connection).certificate_of(context.me.id)
        passed, owed = await _earned(context, connection, context.me.id)
    if one is None:
        if passed is None:
            return (Reply(NONE),)
        if owed:
            return (Reply(MISSING.format(works=assessing.listed(owed), day=owed[0].phase.last)),)
        one = await _issued(context, passed)
    content = await asyncio.to_thread(certificate_pdf, one.number, one.name, one.course, one.score, one.issued_on)
    file = File(certificate_name(one.name, one.number), "application/pdf", await context.files.put(content))
    return (Reply(YOURS.format(number=one.number), files=(file,)),)


async def due(context: Context, connection: Connection, learner: int) -> bool:
    """Whether someone has earned a certificate and has none."""
    passed, owed = await _earned(context, connection, learner)
    return passed is not None and not owed and await Exams(connection).certificate_of(learner) is None


async def _earned(context: Context, connection: Connection, learner: int) -> tuple[Exam | None, tuple[Work, ...]]:
    """The last exam they have passed, and the works that are missing."""
    sat = [one for one in await Exams(connection).of([learner]) if one.key == GRADUATION and one.passed]
    sent = await Enrolments(connection).hand_ins([learner])
    return next(iter(sat), None), assessing.missing(context.deployment.school, sent)


async def _issued(context: Context, passed: Exam) -> Certificate:
    """The certificate of who has passed that exam, dated as the last thing they were judged by."""
    connection, school, now = await context.write(), context.deployment.school, context.now()
    sent = await Enrolments(connection).hand_ins([context.me.id])
    judged = [work.best.judged_at for work in assessing.works(school, sent) if work.best and work.passed]
    moments = [one for one in (passed.handed_in_at, *(judged if school.graded_work else ())) if one is not None]
    day = today(max(moments, default=now), context.deployment.zone)
    number, me = new_number(day.year, context.deployment.chance), context.me
    made = Certificate(number, me.id, me.name, school.course.name, passed.score or 0.0, day, now)
    return await Exams(connection).certify(made)
