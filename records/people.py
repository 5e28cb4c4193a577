"""People, the channels they write from, and leaving."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from records.connection import Connection
from records.leaving import LEFT as LEFT
from records.leaving import erase, hand_over
from records.tables import account, membership, person

ADMIN, SUPERVISOR, TRAINEE, STAFF = ROLES = ("admin", "supervisor", "trainee", "staff")
_DEMO = select(person.c.id).where(person.c.demo.is_(True)).scalar_subquery()


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who has joined; `quiet_from`, `quiet_to` and `reminder_at` are minutes of the day in their `zone`.

    `stores` are store ids; `reports_to` is the person things are escalated to.
    """

    id: int
    name: str
    role: str
    zone: str
    quiet_from: int
    quiet_to: int
    reminder_at: int
    reports_to: int | None
    demo: bool
    joined_at: datetime
    left_at: datetime | None
    stores: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """How a person is reached: `user` writes from a channel, and is written to in `chat`."""

    channel: str
    user: str
    chat: str
    person_id: int
    used_at: datetime
    blocked_at: datetime | None


_PEOPLE = (
    select(person, membership.c.store_id)
    .outerjoin(membership, membership.c.person_id == person.c.id)
    .order_by(person.c.id, membership.c.store_id)
)
_WHO = _PEOPLE.join(account, account.c.person_id == person.c.id).where(
    account.c.channel == bindparam("of_channel"), account.c.user == bindparam("of_user")
)

_USED = (
    update(account)
    .where(account.c.channel == bindparam("of_channel"), account.c.user == bindparam("of_user"))
    .values(used_at=bindparam("used_at"), blocked_at=None)
)


class People:
    """Reads and writes within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def who(self, channel: str, user: str) -> Person | None:
        """Who writes from this account; None for a stranger."""
        found = await self._read(_WHO, {"of_channel": channel, "of_user": user})
        return found[0] if found else None

    async def get(self, person_id: int) -> Person | None:
        """One person, also one who has left."""
        found = await self._read(_PEOPLE.where(person.c.id == person_id))
        return found[0] if found else None

    async def several(self, people: Iterable[int]) -> dict[int, Person]:
        """Those of these people that there are, by id, also who has left."""
        return {one.id: one for one in await self._read(_PEOPLE.where(person.c.id.in_(sorted(set(people)))))}

    async def all(self, *roles: str, store: int | None = None, demo: bool | None = None) -> list[Person]:
        """Those who are here, oldest first, of these roles (any when none is named), of this store."""
        query = _PEOPLE.where(person.c.left_at.is_(None))
        if roles:
            query = query.where(person.c.role.in_(roles))
        if store is not None:
            here = select(membership.c.person_id).where(membership.c.store_id == store)
            query = query.where(person.c.id.in_(here.scalar_subquery()))
        if demo is not None:
            query = query.where(person.c.demo.is_(demo))
        return await self._read(query)

    async def admins(self) -> list[Person]:
        """Every admin, held until the transaction ends, so that no two of them leave as each other's last but one."""
        here = _PEOPLE.where(person.c.left_at.is_(None), person.c.role == ADMIN)
        return await self._read(here.with_for_update(of=person))

    async def played(self, channel: str) -> list[tuple[Person, Account]]:
        """The demo people of a channel with their accounts there, oldest first."""
        query = select(account).where(account.c.channel == channel, account.c.person_id.in_(_DEMO))
        accounts = {row.person_id: _account(row) for row in await self._connection.execute(query)}
        return [(one, accounts[one.id]) for one in await self.all(demo=True) if one.id in accounts]

    async def account(self, channel: str, user: str) -> Account | None:
        """The account of that name."""
        query = select(account).where(account.c.channel == channel, account.c.user == user)
        row = (await self._connection.execute(query)).first()
        return _account(row) if row else None

    async def add(
        self, name: str, role: str, zone: str, now: datetime, *, demo: bool = False, stores: Iterable[int] = ()
    ) -> Person:
        """A new person."""
        values = {"name": name, "role": role, "zone": zone, "demo": demo, "joined_at": now}
        times = {"quiet_from": 22 * 60, "quiet_to": 8 * 60, "reminder_at": 8 * 60 + 30}
        added = await self._connection.execute(insert(person).values(values | times).returning(person.c.id))
        person_id = int(added.scalar_one())
        for store_id in stores:
            await self.assign(person_id, store_id)
        found = await self.get(person_id)
        assert found is not None
        return found

    async def change(self, person_id: int, **values: Any) -> None:
        """Change fields of a person, named as in Person."""
        await self._connection.execute(update(person).where(person.c.id == person_id).values(values))

    async def assign(self, person_id: int, store_id: int, *, take_away: bool = False) -> None:
        """Put a person on a store, or take them off it."""
        here = (membership.c.person_id == person_id) & (membership.c.store_id == store_id)
        await self._connection.execute(delete(membership).where(here))
        if not take_away:
            await self._connection.execute(insert(membership).values(person_id=person_id, store_id=store_id))

    async def connect(self, person_id: int, channel: str, user: str, chat: str, now: datetime) -> None:
        """Let a person write from this account from now on; it must belong to nobody."""
        values = {"channel": channel, "user": user, "chat": chat, "person_id": person_id}
        await self._connection.execute(insert(account).values(values | {"added_at": now, "used_at": now}))

    async def moved(self, channel: str, user: str, chat: str) -> None:
        """The account is written to in another chat from now on."""
        here = (account.c.channel == channel) & (account.c.user == user)
        await self._connection.execute(update(account).where(here).values(chat=chat))

    async def used(self, channel: str, user: str, now: datetime) -> None:
        """The account was written from just now: it works, and it is where its person is."""
        values = {"of_channel": channel, "of_user": user, "used_at": now}
        await self._connection.execute(_USED, values)

    async def blocked(self, channel: str, chat: str, now: datetime) -> None:
        """The person has blocked the bot there."""
        here = (account.c.channel == channel) & (account.c.chat == chat)
        await self._connection.execute(update(account).where(here).values(blocked_at=now))

    async def accounts(self, person_id: int) -> list[Account]:
        """The accounts of a person: those that work first, the one used last before the others."""
        return (await self.accounts_of([person_id]))[person_id]

    async def accounts_of(self, people: Iterable[int]) -> dict[int, list[Account]]:
        """The accounts of each of these people, in the same order."""
        found: dict[int, list[Account]] = {number: [] for number in people}
        query = select(account).where(account.c.person_id.in_(sorted(found))).order_by(account.c.used_at.desc())
        for row in await self._connection.execute(query):
            found[row.person_id].append(_account(row))
        return {
            number: sorted(several, key=lambda one: one.blocked_at is not None) for number, several in found.items()
        }

    async def leave(self, person_id: int, now: datetime) -> None:
        """Erase what says who someone was; what they did stays, done by someone who has left."""
        await hand_over(self._connection, person_id, now)
        await erase(self._connection, person_id)
        await self.change(person_id, name=LEFT, left_at=now)

    async def _read(self, query: Any, values: Mapping[str, Any] | None = None) -> list[Person]:
        """People with their stores, which come one a row."""
        names = [name for name in Person.__dataclass_fields__ if name != "stores"]
        found: dict[int, Person] = {}
        for row in await self._connection.execute(query, values):
            known = found.get(row.id) or Person(**{name: getattr(row, name) for name in names})
            stores = () if row.store_id is None else (row.store_id,)
            found[row.id] = replace(known, stores=known.stores + stores)
        return list(found.values())


def _account(row: Any) -> Account:
    return Account(**{name: getattr(row, name) for name in Account.__dataclass_fields__})
