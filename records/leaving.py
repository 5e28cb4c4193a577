"""What is erased of someone who leaves, and of those who were there for show."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update

from records.action import LEAVE, OWED, left
from records.actions import Actions, Which
from records.connection import Connection
from records.documents import Documents
from records.tables import (
    account,
    analysis,
    analyst,
    card,
    certificate,
    conversation,
    day_done,
    draft,
    enrolment,
    exam,
    faq,
    hand_in,
    inbox,
    invite,
    login,
    membership,
    outbox,
    person,
    photo,
    question,
    quiz_round,
    reminder,
    store,
    streak,
    upload,
    verdict,
)

LEFT = "已离开"
_LEARNING = (enrolment, day_done, hand_in, quiz_round, card, streak, exam)  # answers stay, for the questions' sake


async def erase(connection: Connection, person_id: int) -> None:
    """Take away all that says who a person was; what they did stays, done by someone who has left."""
    for number, (channel, user, chat) in enumerate(await _accounts(connection, [person_id])):
        await _erase_words(connection, channel, user, chat)
        left = f"left-{person_id}-{number}"
        asked = (question.c.channel == channel) & (question.c.person == user)
        there = select(question.c.id).where(question.c.channel == channel).scalar_subquery()
        judged = (verdict.c.person == user) & verdict.c.question_id.in_(there)
        await connection.execute(update(verdict).where(judged).values(person=left))
        await connection.execute(update(question).where(asked).values(person="", chat=left))
    await _unsign(connection, person_id)
    for table in (account, reminder, login, membership, draft, analyst, *_LEARNING):
        await connection.execute(delete(table).where(table.c.person_id == person_id))
    bare: dict[str, Any] = {"exif": {}, "camera": "", "software": "", "latitude": None, "longitude": None}
    await connection.execute(update(photo).where(photo.c.person_id == person_id).values(bare))
    theirs = or_(invite.c.created_by == person_id, invite.c.person_id == person_id)
    await connection.execute(delete(invite).where(theirs, invite.c.used_at.is_(None)))
    await connection.execute(update(person).where(person.c.reports_to == person_id).values(reports_to=None))
    await connection.execute(update(enrolment).where(enrolment.c.mentor_id == person_id).values(mentor_id=None))
    await connection.execute(update(certificate).where(certificate.c.person_id == person_id).values(name=""))


async def hand_over(connection: Connection, person_id: int, now: datetime) -> None:
    """What a person had taken on is open to others again; an admin hears what they would have been reminded of."""
    actions = Actions(connection)
    for one in await actions.all(Which(states=OWED, owners=(person_id,))):
        await actions.save(one, left(one), LEAVE, None, now)
    here = person.c.left_at.is_(None) & (person.c.id != person_id)
    heir = select(person.c.id).where(here, person.c.role == "admin").order_by(person.c.id).limit(1)
    if (found := (await connection.execute(heir)).scalar_one_or_none()) is not None:
        theirs = (reminder.c.person_id == person_id) & reminder.c.kind.in_(("action", "cause"))
        await connection.execute(update(reminder).where(theirs).values(person_id=found))


async def remove_demo(connection: Connection) -> tuple[int, int]:
    """Take out every demo person and store with all they said and did; returns how many of each."""
    shown = select(person.c.id).where(person.c.demo.is_(True))
    for channel, user, chat in await _accounts(connection, (await connection.execute(shown)).scalars().all()):
        await _erase_words(connection, channel, user, chat)
        await connection.execute(delete(question).where(question.c.channel == channel, question.c.person == user))
        there = select(question.c.id).where(question.c.channel == channel).scalar_subquery()
        judged = (verdict.c.person == user) & verdict.c.question_id.in_(there)
        await connection.execute(delete(verdict).where(judged))
    made = invite.c.created_by.in_(shown.scalar_subquery()) & invite.c.used_at.is_(None)
    await connection.execute(delete(invite).where(made))
    for table in (photo, analysis):
        await connection.execute(delete(table).where(table.c.person_id.in_(shown.scalar_subquery())))
    people = await connection.execute(delete(person).where(person.c.demo.is_(True)))
    stores = await connection.execute(delete(store).where(store.c.demo.is_(True)))
    return people.rowcount, stores.rowcount


async def _accounts(connection: Connection, ids: Iterable[int]) -> list[tuple[str, str, str]]:
    """(channel, user, chat) of these people."""
    rows = await connection.execute(select(account).where(account.c.person_id.in_(list(ids))).order_by(account.c.id))
    return [(row.channel, row.user, row.chat) for row in rows]


async def _erase_words(connection: Connection, channel: str, user: str, chat: str) -> None:
    """What was said from an account and what it was told, in its own chat and in groups."""
    said = (inbox.c.channel == channel) & or_(inbox.c.chat == chat, inbox.c.user == user)
    answers = outbox.c.inbox_id.in_(select(inbox.c.id).where(said).scalar_subquery())
    await connection.execute(delete(outbox).where(outbox.c.channel == channel, or_(outbox.c.chat == chat, answers)))
    await connection.execute(delete(inbox).where(said))
    there = (conversation.c.channel == channel) & or_(conversation.c.chat == chat, conversation.c.user == user)
    await connection.execute(delete(conversation).where(there))
    await connection.execute(delete(upload).where(upload.c.channel == channel, upload.c.chat == chat))


async def _unsign(connection: Connection, person_id: int) -> None:
    """The answers a person wrote stay without their name, unless another goes by it too."""
    name = (await connection.execute(select(person.c.name).where(person.c.id == person_id))).scalar_one_or_none()
    same = select(person.c.id).where(person.c.name == name, person.c.id != person_id, person.c.left_at.is_(None))
    if name is None or (await connection.execute(same.limit(1))).first() is not None:
        return
    signed = await connection.execute(update(faq).where(faq.c.author == name).values(author=LEFT))
    if signed.rowcount:
        await Documents(connection).advance()
