"""What the talk keeps, on SQLite and on a real PostgreSQL: people, invites, messages in and out, reminders."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError

from records.conversations import Conversations
from records.database import Connection, Database
from records.inbox import WAITING_IN_A_CHAT, Arrived, Handled, Inbox
from records.invites import LOGIN, SESSION, Invites, Logins
from records.outbox import HELD_UP, Outbox, Promised
from records.people import LEFT, People
from records.questions import QuestionRow, Questions
from records.reminders import Reminder, Reminders
from records.stores import Stores

NOON = datetime(2026, 5, 4, 4, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def arrived(message: str, chat: str = "c", part_of: str = "", at: datetime = NOON) -> Arrived:
    return Arrived("telegram", message, chat, "u", at, {"text": message}, part_of)


def promised(chat: str = "c", due: datetime = NOON, **changes: object) -> Promised:
    return Promised("telegram", chat, NOON, due, {"text": "好"}, **changes)  # type: ignore[arg-type]


async def joined(connection: Connection, name: str = "小林", user: str = "u1") -> int:
    people = People(connection)
    person = await people.add(name, "supervisor", "Asia/Shanghai", NOON)
    await people.connect(person.id, "telegram", user, f"chat-{user}", NOON)
    return person.id


async def test_a_person_is_known_by_each_of_their_accounts(database: Database) -> None:
    async with database.write() as connection:
        person = await joined(connection)
        await People(connection).connect(person, "web", "w", "w", NOON + HOUR)
    async with database.read() as connection:
        people = People(connection)
        for channel, user in (("telegram", "u1"), ("web", "w")):
            found = await people.who(channel, user)
            assert found
            assert (found.id, found.name, found.zone) == (person, "小林", "Asia/Shanghai")
        assert await people.who("telegram", "w") is None
        assert [one.channel for one in await people.accounts(person)] == ["web", "telegram"]


async def test_the_account_used_last_is_written_to_unless_it_is_blocked(database: Database) -> None:
    async with database.write() as connection:
        people = People(connection)
        person = await joined(connection)
        await people.connect(person, "web", "w", "w", NOON)
        await people.used("telegram", "u1", NOON + HOUR)
        assert (await people.accounts(person))[0].channel == "telegram"
        await people.blocked("telegram", "chat-u1", NOON + HOUR)
        assert (await people.accounts(person))[0].channel == "web"
        await people.used("telegram", "u1", NOON + 2 * HOUR)
        assert (await people.accounts(person))[0].blocked_at is None


async def test_one_account_belongs_to_one_person(database: Database) -> None:
    async with database.write() as connection:
        await joined(connection)
    with pytest.raises(IntegrityError):
        async with database.write() as connection:
            await joined(connection, "小王")


async def test_people_are_listed_by_role_and_store(database: Database) -> None:
    async with database.write() as connection:
        people, stores = People(connection), Stores(connection)
        store = await stores.save("bj01", "北京一店", "华北", (39.9, 116.4))
        boss = await people.add("老周", "admin", "Asia/Shanghai", NOON)
        staff = await people.add("小李", "staff", "Asia/Shanghai", NOON, stores=[store.id])
        assert [one.id for one in await people.all()] == [boss.id, staff.id]
        assert [one.id for one in await people.all("staff", "trainee")] == [staff.id]
        [found] = await people.all(store=store.id)
        assert found.stores == (store.id,)
        await people.assign(staff.id, store.id, take_away=True)
        assert await people.all(store=store.id) == []


async def test_a_store_is_changed_by_its_code_and_closed(database: Database) -> None:
    async with database.write() as connection:
        stores = Stores(connection)
        first = await stores.save("bj01", "北京一店", "华北", (39.9, 116.4))
        again = await stores.save("BJ01", "北京朝阳店", "华北")
        assert (again.id, again.name, again.latitude) == (first.id, "北京朝阳店", 39.9)
        await stores.close(first.id, NOON)
        assert await stores.all() == []
        assert (await stores.save("BJ01", "北京朝阳店", "华北")).closed_at is None


async def test_leaving_erases_who_someone_was_and_keeps_what_they_did(database: Database) -> None:
    async with database.write() as connection:
        person = await joined(connection)
        await Inbox(connection).add([Arrived("telegram", "1", "chat-u1", "u1", NOON, {"text": "机密"})])
        await Outbox(connection).add([promised("chat-u1", person_id=person)])
        await Conversations(connection).start("telegram", "chat-u1", "u1", "me", {}, NOON)
        await Reminders(connection).put(Reminder("k", person, "say", NOON))
        row = QuestionRow(NOON, "telegram", "chat-u1", "u1", "洗车多久", "洗车多久", True, "25分钟", 0.1)
        [number] = await Questions(connection).add([row])
        await Questions(connection).judge(number, "u1", "up", NOON)
        await People(connection).leave(person, NOON + HOUR)
    async with database.read() as connection:
        people = People(connection)
        found = await people.get(person)
        assert found
        assert (found.name, found.left_at) == (LEFT, NOON + HOUR)
        assert await people.who("telegram", "u1") is None
        assert await people.all() == []
        assert await Inbox(connection).past("telegram", "chat-u1", 9) == []
        assert await Outbox(connection).unsent() == 0
        assert await Conversations(connection).get("telegram", "chat-u1", "u1") is None
        assert not await Reminders(connection).is_due(NOON + HOUR)
        kept = await Questions(connection).get(number)
        assert kept
        assert (kept.text, kept.person) == ("洗车多久", "")


async def test_an_invite_works_once_and_in_time(database: Database) -> None:
    async with database.write() as connection:
        invites = Invites(connection)
        code = await invites.make("staff", NOON, HOUR)
        late = await invites.make("staff", NOON, HOUR)
    async with database.write() as connection:
        invites = Invites(connection)
        spent = await invites.use(code, NOON + HOUR - SECOND)
        assert spent
        assert spent.role == "staff"
        assert await invites.use(code, NOON) is None
        assert await invites.use(late, NOON + HOUR) is None
        assert await invites.use("nonsense", NOON) is None
        assert await invites.use("\ud800", NOON) is None


async def test_an_invite_that_two_use_at_once_lets_one_in(database: Database) -> None:
    async with database.write() as connection:
        code = await Invites(connection).make("staff", NOON, HOUR)

    async def use() -> bool:
        async with database.write() as connection:
            return await Invites(connection).use(code, NOON) is not None

    assert sorted(await asyncio.gather(*(use() for _ in range(6)))) == [False] * 5 + [True]


async def test_codes_are_not_kept_in_the_clear(database: Database) -> None:
    async with database.write() as connection:
        code = await Invites(connection).make("staff", NOON, HOUR)
        person = await joined(connection)
        secret = await Logins(connection).link(person, NOON)
        rows = [
            str(row) for name in ("invite", "login") for row in await connection.execute(text(f"SELECT * FROM {name}"))
        ]
    assert rows
    assert not [row for row in rows if code in row or secret in row]


async def test_a_login_link_opens_one_session(database: Database) -> None:
    async with database.write() as connection:
        logins, person = Logins(connection), await joined(connection)
        link = await logins.link(person, NOON)
        assert await logins.who(link, NOON) is None
        session = await logins.open(link, NOON + LOGIN - SECOND)
        assert session
        assert await logins.open(link, NOON) is None
        assert await logins.who(session, NOON + SESSION - HOUR) == person
        assert await logins.who(session, NOON + SESSION + HOUR) is None
        await logins.close(session)
        assert await logins.who(session, NOON) is None
        assert await logins.open(await logins.link(person, NOON), NOON + LOGIN) is None


async def test_a_message_delivered_again_is_not_kept_again(database: Database) -> None:
    async with database.write() as connection:
        inbox = Inbox(connection)
        assert len(await inbox.add([arrived("1"), arrived("2"), arrived("1")])) == 2
        assert await inbox.add([arrived("2")]) == []
        assert len(await inbox.add([Arrived("feishu", "1", "c", "u", NOON, {})])) == 1


async def test_a_chats_messages_wait_in_the_order_they_came(database: Database) -> None:
    async with database.write() as connection:
        inbox = Inbox(connection)
        ids = await inbox.add([arrived("1"), arrived("2"), arrived("3", "other")])
        assert [row.message for row in (await inbox.waiting("telegram", "c", NOON)).rows] == ["1"]
        await inbox.handle(ids[:1], NOON)
        assert [row.message for row in (await inbox.waiting("telegram", "c", NOON)).rows] == ["2"]
        assert await inbox.chats(NOON + SECOND) == [("telegram", "c"), ("telegram", "other")]
        assert await inbox.chats(NOON) == []


async def test_the_parts_of_an_album_wait_together_until_their_person_says_something_else(database: Database) -> None:
    async with database.write() as connection:
        inbox = Inbox(connection)
        theirs = [arrived(n, part_of="a") for n in ("1", "2", "4", "6")]
        others = [replace(arrived(n, part_of="a"), user="other") for n in ("3", "7")]
        await inbox.add([*theirs[:2], others[0], theirs[2], arrived("5"), theirs[3], others[1]])
        for album in (["1", "2", "4"], ["3", "7"], ["5"], ["6"]):
            waiting = await inbox.waiting("telegram", "c", NOON)
            assert [row.message for row in waiting.rows] == album
            await inbox.handle([row.id for row in waiting.rows], NOON)


async def test_a_message_is_handled_by_one_transaction_only(database: Database) -> None:
    async with database.write() as connection:
        ids = await Inbox(connection).add([arrived("1")])
    async with database.write() as connection:
        await Inbox(connection).handle(ids, NOON)
    with pytest.raises(Handled):
        async with database.write() as connection:
            await Inbox(connection).handle(ids, NOON)


async def test_what_a_failed_transaction_handled_waits_again(database: Database) -> None:
    async with database.write() as connection:
        ids = await Inbox(connection).add([arrived("1")])
    with pytest.raises(ZeroDivisionError):
        async with database.write() as connection:
            await Inbox(connection).handle(ids, NOON)
            raise ZeroDivisionError
    async with database.read() as connection:
        assert (await Inbox(connection).waiting("telegram", "c", NOON)).rows


async def test_a_users_messages_are_counted_up_to_the_waiting_one_an_album_as_one(database: Database) -> None:
    async with database.write() as connection:
        inbox = Inbox(connection)
        ids = await inbox.add([arrived(str(n), at=NOON + n * SECOND) for n in range(4)])
        await inbox.handle(ids[:2], NOON)
        assert (await inbox.waiting("telegram", "c", NOON - HOUR)).recent == 3
        assert (await inbox.waiting("telegram", "c", NOON)).recent == 2
        await inbox.handle(ids[2:], NOON)
        await inbox.add([arrived(f"part{n}", part_of="a", at=NOON + HOUR) for n in range(3)])
        assert (await inbox.waiting("telegram", "c", NOON - HOUR)).recent == 5
        assert (await inbox.waiting("telegram", "nowhere", NOON)).rows == []


async def test_only_old_and_handled_messages_are_forgotten(database: Database) -> None:
    async with database.write() as connection:
        inbox = Inbox(connection)
        ids = await inbox.add([arrived("old"), arrived("waits"), arrived("new", at=NOON + 2 * HOUR)])
        await inbox.handle([ids[0], ids[2]], NOON)
        await inbox.purge(NOON + HOUR)
        assert [row.message for row in await inbox.past("telegram", "c", 9)] == ["waits", "new"]


async def claim(database: Database, by: str, now: datetime = NOON) -> list[int]:
    async with database.write() as connection:
        return [one.id for one in await Outbox(connection).claim(["telegram"], by, now, now + 30 * SECOND)]


async def test_what_is_due_is_claimed_by_one_process(database: Database) -> None:
    async with database.write() as connection:
        ids = await Outbox(connection).add([promised(f"c{n}") for n in range(20)])
    claimed = await asyncio.gather(*(claim(database, name) for name in ("a", "b", "c")))
    assert sorted(i for one in claimed for i in one) == ids


async def test_what_a_dead_process_had_claimed_is_claimed_again(database: Database) -> None:
    async with database.write() as connection:
        ids = await Outbox(connection).add([promised()])
    assert await claim(database, "dead") == ids
    assert await claim(database, "alive", NOON + 29 * SECOND) == []
    assert await claim(database, "alive", NOON + 31 * SECOND) == ids


async def test_what_is_not_due_yet_waits(database: Database) -> None:
    async with database.write() as connection:
        ids = await Outbox(connection).add([promised(due=NOON + 9 * SECOND), promised("other")])
        assert not await Outbox(connection).is_due(["web"], NOON)
    assert await claim(database, "a") == ids[1:]
    async with database.read() as connection:
        assert not await Outbox(connection).is_due(["telegram"], NOON)
        assert await Outbox(connection).is_due(["telegram"], NOON + 9 * SECOND)
    assert await claim(database, "a", NOON + 9 * SECOND) == ids[:1]


async def test_a_chats_later_messages_wait_for_one_that_is_tried_again(database: Database) -> None:
    async with database.write() as connection:
        outbox = Outbox(connection)
        first, second, other = await outbox.add([promised(), promised(), promised("other")])
        await outbox.postpone(first, NOON + 9 * SECOND)
    assert await claim(database, "a") == [other]
    assert await claim(database, "a", NOON + 9 * SECOND) == [first, second]


async def test_a_chats_later_messages_wait_while_another_process_sends_to_it(database: Database) -> None:
    async with database.write() as connection:
        [first] = await Outbox(connection).add([promised()])
    assert await claim(database, "a") == [first]
    async with database.write() as connection:
        [second] = await Outbox(connection).add([promised()])
    assert await claim(database, "b") == []
    async with database.write() as connection:
        await Outbox(connection).sent([(first, "m1")], NOON)
    assert await claim(database, "b") == [second]


async def test_a_notice_for_later_holds_nothing_up(database: Database) -> None:
    async with database.write() as connection:
        ids = await Outbox(connection).add([promised(due=NOON + HOUR), promised()])
    assert await claim(database, "a") == ids[1:]


async def test_what_was_sent_is_found_by_what_the_channel_calls_it(database: Database) -> None:
    async with database.write() as connection:
        outbox = Outbox(connection)
        one, two = await outbox.add([promised(inbox_id=7), promised(inbox_id=7)])
        await outbox.sent([(one, "m1"), (two, "m2")], NOON)
        found = await outbox.shown("telegram", "c", "m2")
        assert found
        assert (found.id, found.ended_at) == (two, NOON)
        assert await outbox.shown("telegram", "elsewhere", "m2") is None
        assert [row.id for row in await outbox.of(7)] == [one, two]
        assert await outbox.unsent() == 0


async def test_nothing_more_is_sent_to_a_chat_that_is_closed(database: Database) -> None:
    async with database.write() as connection:
        outbox = Outbox(connection)
        ids = await outbox.add([promised(), promised(), promised("other")])
        await outbox.give_up("telegram", "c", "blocked", NOON)
    assert await claim(database, "a") == ids[2:]


async def test_a_reminder_of_the_same_key_takes_the_place_of_the_first(database: Database) -> None:
    async with database.write() as connection:
        person, reminders = await joined(connection), Reminders(connection)
        await reminders.put(Reminder("k", person, "say", NOON, payload={"n": 1}))
        await reminders.put(Reminder("k", person, "say", NOON + HOUR, 510, (0, 4), {"n": 2}))
        [found] = await reminders.of(person)
        assert (found.due_at, found.minute, found.weekdays, found.payload) == (NOON + HOUR, 510, (0, 4), {"n": 2})
        assert await reminders.due(NOON) == []
        await reminders.move(found.id, NOON)
        assert [one.key for one in await reminders.due(NOON)] == ["k"]
        await reminders.drop("k")
        assert await reminders.of(person) == []


async def test_a_conversation_takes_the_place_of_the_one_before(database: Database) -> None:
    async with database.write() as connection:
        conversations = Conversations(connection)
        first = await conversations.start("telegram", "c", "u", "me", {"answers": []}, NOON)
        second = await conversations.start("telegram", "c", "u", "invite", {"answers": ["甲"]}, NOON)
        assert second.id > first.id
        await conversations.go_on(second, {"answers": ["甲", "乙"]}, NOON + HOUR)
        found = await conversations.get("telegram", "c", "u")
        assert found
        assert (found.flow, found.state, found.updated_at) == ("invite", {"answers": ["甲", "乙"]}, NOON + HOUR)
        assert await conversations.get("telegram", "c", "someone else") is None
        assert await conversations.end("telegram", "c", "u")
        assert not await conversations.end("telegram", "c", "u")


async def test_times_come_back_in_utc(database: Database) -> None:
    async with database.write() as connection:
        person = await joined(connection)
        found = await People(connection).get(person)
        assert found
        assert found.joined_at.utcoffset() == timedelta()


@pytest.mark.parametrize("statement, index", [(WAITING_IN_A_CHAT, "ix_inbox_waiting"), (HELD_UP, "ix_outbox_unsent")])
async def test_a_turn_does_not_walk_through_all_that_was_said(tmp_path: Path, statement: Any, index: str) -> None:
    database = Database(f"sqlite:///{tmp_path / 'dudao.db'}")
    await database.migrate()
    asked = str(statement.compile(dialect=sqlite.dialect()))
    with closing(sqlite3.connect(database.file)) as file:
        steps = file.execute(f"EXPLAIN QUERY PLAN {asked}", ["x"] * asked.count("?")).fetchall()
    assert f"USING INDEX {index} (channel=? AND chat=?)" in steps[0][3]
    await database.close()
