"""What the records hold after a soak, for bench/soak.py to judge."""

import json
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select

from records.database import Connection, Database
from records.tables import (
    account,
    action_change,
    analysis,
    check_mark,
    inbox,
    outbox,
    person,
    photo,
    question,
    store_check,
)


@dataclass(frozen=True, slots=True)
class Seen:
    """Counts and orders.

    `questions`: (user, text) -> how often it was logged, in the order of the log; `names`: user -> what they are called
    now; `claims`: action -> the users who claimed it, in order; `checks`: user -> what was noted in each of their
    checks, with how many photos, in order; `photos`: (how many there are, how many in checks); `whys`: user -> the
    problem and the causes of each of their analyses, in order; `doubled`: messages that got the very same reply twice;
    `sent`: chat -> what the far end calls its replies, in order.
    """

    unhandled: int
    unsent: int
    questions: dict[tuple[str, str], int]
    names: dict[str, str]
    claims: dict[int, list[str]]
    checks: dict[str, list[tuple[str, int]]]
    photos: tuple[int, int]
    whys: dict[str, list[tuple[str, ...]]]
    doubled: list[int]
    sent: dict[str, list[str]]


async def seen(database: Database, channel: str) -> Seen:
    """Look at everything at once, of one channel."""
    async with database.read() as connection:
        waiting = select(func.count()).select_from(inbox).where(inbox.c.handled_at.is_(None))
        unsent = select(func.count()).select_from(outbox).where(outbox.c.ended_at.is_(None))
        unhandled, unanswered = [int((await connection.execute(q)).scalar_one()) for q in (waiting, unsent)]
        questions: dict[tuple[str, str], int] = {}
        for row in await connection.execute(select(question.c.person, question.c.text).order_by(question.c.id)):
            questions[row.person, row.text] = questions.get((row.person, row.text), 0) + 1
        called = select(account.c.user, person.c.name).join(person, person.c.id == account.c.person_id)
        names = {row.user: row.name for row in await connection.execute(called.where(account.c.channel == channel))}
        claims: dict[int, list[str]] = {}
        had = select(action_change.c.action_id, account.c.user).join_from(
            action_change, account, account.c.person_id == action_change.c.person_id
        )
        had = had.where(action_change.c.verb == "claim", account.c.channel == channel)
        for row in await connection.execute(had.order_by(action_change.c.id)):
            claims.setdefault(row.action_id, []).append(row.user)
        checks, photos = await _checks(connection, channel)
        whys = await _whys(connection, channel)
        sent: dict[str, list[str]] = {}
        replies: Counter[tuple[int, str]] = Counter()
        for row in await connection.execute(select(outbox).where(outbox.c.channel == channel).order_by(outbox.c.id)):
            if row.inbox_id is not None:
                replies[row.inbox_id, json.dumps(row.payload)] += 1
            if row.ended_at is not None and not row.edits:
                sent.setdefault(row.chat, []).append(row.sent_as)
    doubled = sorted({message for (message, _), times in replies.items() if times > 1})
    return Seen(unhandled, unanswered, questions, names, claims, checks, photos, whys, doubled, sent)


async def _whys(connection: Connection, channel: str) -> dict[str, list[tuple[str, ...]]]:
    """What each user's analyses hold."""
    query = select(account.c.user, analysis.c.title, analysis.c.content)
    query = query.join_from(analysis, account, account.c.person_id == analysis.c.person_id)
    found: dict[str, list[tuple[str, ...]]] = {}
    for row in await connection.execute(query.where(account.c.channel == channel).order_by(analysis.c.id)):
        found.setdefault(row.user, []).append((row.title, *(one["text"] for one in row.content["causes"])))
    return found


async def _checks(connection: Connection, channel: str) -> tuple[dict[str, list[tuple[str, int]]], tuple[int, int]]:
    """What each user's checks found, and how many photos there are, and are in checks."""
    query = select(account.c.user, check_mark.c.note, check_mark.c.photos).join_from(
        check_mark, store_check, store_check.c.id == check_mark.c.check_id
    )
    query = query.join(account, account.c.person_id == store_check.c.person_id).where(check_mark.c.failed)
    checks: dict[str, list[tuple[str, int]]] = {}
    used = set[int]()
    for row in await connection.execute(query.where(account.c.channel == channel).order_by(store_check.c.id)):
        checks.setdefault(row.user, []).append((row.note, len(row.photos)))
        used |= set(row.photos)
    kept = int((await connection.execute(select(func.count()).select_from(photo))).scalar_one())
    return checks, (kept, len(used))
