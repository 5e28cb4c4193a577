"""What is erased of someone who leaves and of those who were there for show, on SQLite and on a real PostgreSQL."""

import asyncio
from datetime import UTC, datetime, timedelta

from handlers.me import last_admin
from records.analyses import WHY, Analyses
from records.conversations import Conversations
from records.database import Connection, Database
from records.inbox import Arrived, Inbox
from records.invites import Invites, Logins
from records.leaving import LEFT, remove_demo
from records.outbox import Outbox, Promised
from records.people import People
from records.questions import QuestionRow, Questions
from records.reminders import Reminder, Reminders
from records.stores import Stores

NOON = datetime(2026, 5, 4, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


def said(message: str, user: str, chat: str) -> Arrived:
    return Arrived("telegram", message, chat, user, NOON, {"text": message}, "")


async def heard(connection: Connection, chat: str, to: int | None = None) -> None:
    await Outbox(connection).add([Promised("telegram", chat, NOON, NOON, {"text": "好"}, inbox_id=to)])


def asked(user: str, chat: str, channel: str = "telegram") -> QuestionRow:
    return QuestionRow(NOON, channel, chat, user, "问题", "问题", False, "不知道", 0.1)


async def joined(connection: Connection, name: str, user: str, *, demo: bool = False) -> int:
    people = People(connection)
    person = await people.add(name, "supervisor", "Asia/Shanghai", NOON, demo=demo)
    await people.connect(person.id, "telegram", user, f"chat-{user}", NOON)
    return person.id


async def told(connection: Connection, chat: str) -> int:
    return len(await Outbox(connection).past("telegram", chat, 0, 0, NOON + HOUR))


async def test_what_someone_said_is_erased_in_their_chat_and_in_groups(database: Database) -> None:
    async with database.write() as connection:
        leaving = await joined(connection, "小林", "u1")
        await joined(connection, "老王", "u2")
        messages = [said("m1", "u1", "chat-u1"), said("m2", "u1", "group"), said("m3", "u2", "group")]
        ids = await Inbox(connection).add(messages)
        await heard(connection, "chat-u1", ids[0])
        await heard(connection, "chat-u1")
        await heard(connection, "group", ids[1])
        await heard(connection, "group", ids[2])
        await Conversations(connection).start("telegram", "group", "u1", "order", {}, NOON)
        await Conversations(connection).start("telegram", "group", "u2", "order", {}, NOON)
    async with database.write() as connection:
        await People(connection).leave(leaving, NOON)
    async with database.read() as connection:
        inbox, conversations = Inbox(connection), Conversations(connection)
        assert [await inbox.find("telegram", name) is None for name in ("m1", "m2", "m3")] == [True, True, False]
        assert (await told(connection, "chat-u1"), await told(connection, "group")) == (0, 1)
        assert await conversations.get("telegram", "group", "u1") is None
        assert await conversations.get("telegram", "group", "u2") is not None


async def test_their_questions_and_verdicts_stay_without_them(database: Database) -> None:
    async with database.write() as connection:
        leaving = await joined(connection, "小林", "u1")
        await People(connection).connect(leaving, "web", "w", "w", NOON)
        questions = Questions(connection)
        mine, theirs, elsewhere = await questions.add(
            [asked("u1", "group"), asked("u2", "group"), asked("u1", "x", "web")]
        )
        for number in (mine, theirs, elsewhere):
            await questions.judge(number, "u1", "wrong", NOON)
        await People(connection).leave(leaving, NOON)
    async with database.write() as connection:
        questions = Questions(connection)
        rows = [await questions.get(number) for number in (mine, theirs, elsewhere)]
        assert [row.person for row in rows if row] == ["", "u2", "u1"]  # u1 on the page is somebody else
        assert len([one for one in await questions.complaints() if one.reason == "wrong"]) == 3
        for number in (mine, elsewhere):
            await questions.judge(number, "u1", "up", NOON)  # a new u1 is not the one who left
        assert len([one for one in await questions.complaints() if one.reason == "wrong"]) == 2


async def test_their_answers_lose_their_name_unless_another_goes_by_it(database: Database) -> None:
    async with database.write() as connection:
        first, second = await joined(connection, "小林", "u1"), await joined(connection, "小林", "u2")
        await Questions(connection).write_faq("问", "答", "小林", NOON)
        await People(connection).leave(first, NOON)
        assert [faq.author for faq in await Questions(connection).faqs()] == ["小林"]
        await People(connection).leave(second, NOON)
        assert [faq.author for faq in await Questions(connection).faqs()] == [LEFT]


async def test_their_analyses_stay_without_them_and_what_was_to_be_asked_of_them_is_asked_of_another(
    database: Database,
) -> None:
    async with database.write() as connection:
        leaving, other = await joined(connection, "小林", "u1"), await joined(connection, "老王", "u2")
        await People(connection).change(other, role="admin")
        store = await Stores(connection).save("S-1", "浦东店", "x")
        analyses, conversations = Analyses(connection), Conversations(connection)
        one = await analyses.add(WHY, store.id, leaving, "返修多", {"causes": []}, NOON)
        await analyses.join(one.id, other)
        await analyses.finish(one, leaving, NOON)
        await conversations.keep(leaving, "why", "分析", {"facts": {"say": "私下写的话"}}, NOON)
        await conversations.keep(other, "why", "分析", {}, NOON)
        await Reminders(connection).put(Reminder("cause:1", leaving, "cause", NOON, payload={"analysis": one.id}))
        await People(connection).leave(leaving, NOON)
    async with database.read() as connection:
        analyses, conversations = Analyses(connection), Conversations(connection)
        assert await analyses.team(one.id) == [other]
        assert [found.content for found in await analyses.versions(one.id)] == [{"causes": []}]
        assert await conversations.drafts(leaving) == []
        assert len(await conversations.drafts(other)) == 1
        assert [found.key for found in await Reminders(connection).of(other) if found.kind == "cause"] == ["cause:1"]


async def test_their_open_codes_logins_and_reminders_go_and_nobody_reports_to_them(database: Database) -> None:
    async with database.write() as connection:
        leaving, other = await joined(connection, "小林", "u1"), await joined(connection, "老王", "u2")
        await People(connection).change(other, reports_to=leaving)
        invites = Invites(connection)
        codes = [
            await invites.make("staff", NOON, HOUR, by=leaving),
            await invites.make("staff", NOON, HOUR, person=leaving),
        ]
        kept = await invites.make("staff", NOON, HOUR, by=other)
        secret = await Logins(connection).link(leaving, NOON)
        await Reminders(connection).put(Reminder("r", leaving, "say", NOON))
        await People(connection).leave(leaving, NOON)
    async with database.write() as connection:
        assert [await Invites(connection).use(code, NOON) for code in codes] == [None, None]
        assert await Invites(connection).use(kept, NOON) is not None
        assert await Logins(connection).open(secret, NOON) is None
        assert await Reminders(connection).of(leaving) == []
        boss = await People(connection).get(other)
        assert boss
        assert boss.reports_to is None


async def test_demo_people_go_with_all_they_said_and_others_stay(database: Database) -> None:
    async with database.write() as connection:
        stores, people = Stores(connection), People(connection)
        shown, real = await stores.save("D-1", "演示", "x", demo=True), await stores.save("R-1", "真", "x")
        actor, other = await joined(connection, "演示", "d", demo=True), await joined(connection, "老王", "u2")
        await people.assign(other, shown.id)
        await people.assign(actor, real.id)
        await people.change(other, reports_to=actor)
        questions = Questions(connection)
        first, second = await questions.add([asked("d", "chat-d"), asked("u2", "chat-u2")])
        await questions.judge(first, "u2", "wrong", NOON)
        await questions.judge(second, "d", "wrong", NOON)
        [number, _] = await Inbox(connection).add([said("m1", "d", "chat-d"), said("m2", "u2", "chat-u2")])
        await heard(connection, "chat-d", number)
        await heard(connection, "chat-u2")
        code = await Invites(connection).make("admin", NOON, HOUR, by=actor)
        await Reminders(connection).put(Reminder("r", actor, "say", NOON))
        analyses = Analyses(connection)
        theirs = [await analyses.add(WHY, place, actor, "演示", {}, NOON) for place in (shown.id, real.id, None)]
        kept = await analyses.add(WHY, real.id, other, "真", {}, NOON, source_id=theirs[1].id)
        await analyses.join(kept.id, actor)
    async with database.write() as connection:
        assert await remove_demo(connection) == (1, 1)
        assert await remove_demo(connection) == (0, 0)
    async with database.write() as connection:
        person = await People(connection).get(other)
        assert person
        assert (person.stores, person.reports_to) == ((), None)
        assert [store.code for store in await Stores(connection).all()] == ["R-1"]
        assert await Questions(connection).get(first) is None
        assert [one.reason for one in await Questions(connection).complaints()] == [""]
        assert await Inbox(connection).find("telegram", "m1") is None
        assert (await told(connection, "chat-d"), await told(connection, "chat-u2")) == (0, 1)
        assert await Invites(connection).use(code, NOON) is None
        assert await Reminders(connection).of(actor) == []
        [left] = await Analyses(connection).all()
        assert (left.id, left.source_id) == (kept.id, None)
        assert await Analyses(connection).team(kept.id) == [other]


async def test_two_admins_who_leave_at_once_do_not_both_go(database: Database) -> None:
    async with database.write() as connection:
        ids = [await joined(connection, "小林", "u1"), await joined(connection, "老王", "u2")]
        for one in ids:
            await People(connection).change(one, role="admin")

    async def left(person_id: int) -> bool:
        async with database.write() as connection:
            people = People(connection)
            person = await people.get(person_id)
            if person is None or await last_admin(people, person):
                return False
            await people.leave(person_id, NOON)
            return True

    assert sorted(await asyncio.gather(*(left(one) for one in ids))) == [False, True]
