"""/certificate: one's own as a PDF; anybody's, by its number, to see that it is real."""

import asyncio
import re
import unicodedata
from random import Random

from handlers import flow, typed
from handlers.context import Context
from handlers.learning.school import GRADUATION, today
from handlers.message import File, Incoming, Reply
from records.learning.exams import Certificate, Exams
from reports.certificate import certificate_name, certificate_pdf

NONE = "您还没有证书。通过结业考试后在这里领取。要核对别人的证书，请发 /certificate 加编号。"
YOURS = "您的结业证书，编号 {number}。别人发 /certificate {number} 就能核对。"
REAL = "证书有效：{name} 于 {date} 完成“{course}”，结业考试 {score:g} 分。编号 {number}。"
UNKNOWN = "没有编号为 {number} 的证书，请核对编号。"
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
    if one is None:
        one = await _issued(context)
    if one is None:
        return (Reply(NONE),)
    content = await asyncio.to_thread(certificate_pdf, one.number, one.name, one.course, one.score, one.issued_on)
    file = File(certificate_name(one.name, one.number), "application/pdf", await context.files.put(content))
    return (Reply(YOURS.format(number=one.number), files=(file,)),)


async def _issued(context: Context) -> Certificate | None:
    """The certificate of who has passed the last exam; None for others."""
    connection = await context.write()
    exams = Exams(connection)
    passed = [one for one in await exams.of([context.me.id]) if one.key == GRADUATION and one.passed]
    if not passed:
        return None
    one, now = passed[0], context.now()
    day = today(one.handed_in_at or now, context.deployment.zone)
    number, course = new_number(day.year, context.deployment.chance), context.deployment.school.course.name
    made = Certificate(number, context.me.id, context.me.name, course, one.score or 0.0, day, now)
    return await exams.certify(made)
