"""One-time codes: to join, to write from another channel, and to log in to the page."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from records.connection import Connection
from records.tables import invite, login

LOGIN = timedelta(minutes=10)
SESSION = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Invite:
    """What a code was for; `person_id` where it adds a channel to someone who has joined already."""

    id: int
    role: str
    store_id: int | None
    person_id: int | None
    created_by: int | None
    expires_at: datetime


class Invites:
    """Reads and writes within one transaction; only digests of codes are kept."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def make(
        self,
        role: str,
        now: datetime,
        lasts: timedelta,
        *,
        store: int | None = None,
        by: int | None = None,
        person: int | None = None,
        code: str = "",
    ) -> str:
        """Keep a code of `new_code`, a fresh one where none is given; returns it."""
        code = code or new_code()
        values: dict[str, Any] = {"digest": _digest(code), "role": role, "store_id": store, "person_id": person}
        times = {"created_by": by, "created_at": now, "expires_at": now + lasts}
        await self._connection.execute(insert(invite).values(values | times))
        return code

    async def use(self, code: str, now: datetime) -> Invite | None:
        """Spend a code; None when it is unknown, spent or too old."""
        live = (invite.c.digest == _digest(code)) & invite.c.used_at.is_(None) & (invite.c.expires_at > now)
        spent = update(invite).where(live).values(used_at=now).returning(invite)
        row = (await self._connection.execute(spent)).first()
        return Invite(**{name: getattr(row, name) for name in Invite.__dataclass_fields__}) if row else None

    async def used_by(self, invite_id: int, person_id: int) -> None:
        """Note who joined by it."""
        await self._connection.execute(update(invite).where(invite.c.id == invite_id).values(used_by=person_id))

    async def withdraw(self, by: int) -> None:
        """The codes that a person made and nobody has used work no more."""
        theirs = (invite.c.created_by == by) & invite.c.used_at.is_(None)
        await self._connection.execute(delete(invite).where(theirs))

    async def open(self, by: int, now: datetime) -> list[Invite]:
        """The codes of one person that still work."""
        live = (invite.c.created_by == by) & invite.c.used_at.is_(None) & (invite.c.expires_at > now)
        rows = await self._connection.execute(select(invite).where(live).order_by(invite.c.id))
        return [Invite(**{name: getattr(row, name) for name in Invite.__dataclass_fields__}) for row in rows]


class Logins:
    """One-time links to the page and the sessions they open; reads and writes within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def link(self, person_id: int, now: datetime) -> str:
        """A secret for a link; works once, for LOGIN."""
        return await self._new(person_id, now, LOGIN, session=False)

    async def open(self, secret: str, now: datetime) -> str | None:
        """Spend a link's secret; returns the secret of a session of SESSION, None when it does not work."""
        spent = delete(login).where(*self._live(secret, now, session=False)).returning(login.c.person_id)
        person_id = (await self._connection.execute(spent)).scalar_one_or_none()
        return None if person_id is None else await self._new(person_id, now, SESSION, session=True)

    async def who(self, secret: str, now: datetime) -> int | None:
        """The person of a session."""
        query = select(login.c.person_id).where(*self._live(secret, now, session=True))
        found = (await self._connection.execute(query)).scalar_one_or_none()
        return None if found is None else int(found)

    async def close(self, secret: str) -> None:
        """End a session."""
        await self._connection.execute(delete(login).where(login.c.digest == _digest(secret)))

    async def purge(self, now: datetime) -> None:
        """Forget what is over."""
        await self._connection.execute(delete(login).where(login.c.expires_at <= now))

    async def _new(self, person_id: int, now: datetime, lasts: timedelta, *, session: bool) -> str:
        secret = secrets.token_urlsafe(32)
        values = {"digest": _digest(secret), "person_id": person_id, "session": session}
        await self._connection.execute(insert(login).values(values | {"created_at": now, "expires_at": now + lasts}))
        return secret

    def _live(self, secret: str, now: datetime, *, session: bool) -> tuple[Any, ...]:
        return (login.c.digest == _digest(secret), login.c.session.is_(session), login.c.expires_at > now)


def new_code() -> str:
    """16 characters (letters, digits, - and _) that nobody guesses."""
    return secrets.token_urlsafe(12)


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "replace")).hexdigest()
