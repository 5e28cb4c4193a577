"""What the page asks of the records, on SQLite and on a real PostgreSQL: history, news, uploads, people to play."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from handlers.message import File, Reply
from handlers.wire import dump_reply
from records.database import Connection, Database
from records.inbox import Arrived, Inbox
from records.outbox import Outbox, Promised
from records.people import People
from records.uploads import Upload, Uploads

NOON = datetime(2026, 5, 4, 4, tzinfo=UTC)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
REF, OTHER = "ab" * 32, "cd" * 32


def promised(text: str = "好", chat: str = "c", at: datetime = NOON, **changes: object) -> Promised:
    row = Promised("web", chat, at, at, dump_reply(Reply(text)), ended_at=at)
    return replace(row, **changes)  # type: ignore[arg-type]


def uploaded(ref: str = REF, name: str = "a.png", chat: str = "c", at: datetime = NOON) -> Upload:
    return Upload("web", chat, ref, name, "image/png", 3, "photo", at)


async def asked(connection: Connection, number: int, chat: str = "c") -> int:
    row = Arrived("web", f"{chat}/{number}", chat, "u", NOON + number * SECOND, {"text": f"{number}"})
    [inbox_id] = await Inbox(connection).add([row])
    return inbox_id


def texts(rows: list[Promised]) -> list[str]:
    return [row.payload["text"] for row in rows]


async def test_what_need_not_be_sent_is_called_by_its_id(database: Database) -> None:
    async with database.write() as connection:
        outbox = Outbox(connection)
        read, waits = await outbox.add([promised(), promised(ended_at=None)])
        found = await outbox.shown("web", "c", str(read))
        assert found
        assert (found.id, found.sent_as) == (read, str(read))
        assert await outbox.shown("web", "c", str(waits)) is None
        assert await outbox.shown("web", "d", str(read)) is None


async def test_a_page_of_the_history_ends_where_the_next_begins(database: Database) -> None:
    async with database.write() as connection:
        inbox, outbox = Inbox(connection), Outbox(connection)
        await outbox.add([promised("通知0")])
        ids = []
        for number in range(4):
            ids.append(await asked(connection, number))
            await asked(connection, number, "d")
            await outbox.add([promised(f"答{number}", inbox_id=ids[-1]), promised(f"通知{number + 1}")])
        assert [row.id for row in await inbox.past("web", "c", 2, ids[2])] == ids[:2]
        now = NOON + HOUR
        assert texts(await outbox.past("web", "c", ids[2], 0, now)) == ["答2", "通知3", "答3", "通知4"]
        assert texts(await outbox.past("web", "c", ids[1], ids[2], now)) == ["答1", "通知2"]
        assert texts(await outbox.past("web", "c", 0, ids[1], now)) == ["通知0", "答0", "通知1"]
        assert len(await outbox.past("web", "c", 0, 0, now)) == 9


async def test_news_are_what_became_due_since(database: Database) -> None:
    async with database.write() as connection:
        outbox = Outbox(connection)
        later = promised("推迟的", due_at=NOON + HOUR)
        await outbox.add(
            [promised("旧的"), later, promised("新的", at=NOON + SECOND), promised("别人的", "d", NOON + SECOND)]
        )
        assert texts(await outbox.since("web", "c", NOON, NOON + 2 * SECOND, 9)) == ["新的"]
        assert texts(await outbox.since("web", "c", NOON, NOON + HOUR, 9)) == ["新的", "推迟的"]
        assert texts(await outbox.since("web", "c", NOON - SECOND, NOON + HOUR, 1)) == ["旧的"]


async def test_the_newest_are_seen_across_chats_but_not_across_channels(database: Database) -> None:
    async with database.write() as connection:
        outbox = Outbox(connection)
        assert await outbox.last() == 0
        first, second, third = await outbox.add([promised(), promised(chat="d"), promised(channel="telegram")])
        assert await outbox.newest("web", first) == [(second, "d")]
        assert await outbox.last() == third


async def test_a_file_is_found_in_the_chat_it_was_sent_to(database: Database) -> None:
    async with database.write() as connection:
        outbox = Outbox(connection)
        report = dump_reply(Reply("在这里", files=(File("月报.pdf", "application/pdf", REF),)))
        [number, _] = await outbox.add([promised(payload=report), promised()])
        assert [row.id for row in await outbox.was_sent("web", "c", REF)] == [number]
        assert await outbox.was_sent("web", "c", OTHER) == []
        assert await outbox.was_sent("web", "d", REF) == []


async def test_what_was_for_one_chat_can_go_to_another(database: Database) -> None:
    async with database.write() as connection:
        outbox, people = Outbox(connection), People(connection)
        person = await people.add("管理员", "admin", "Asia/Shanghai", NOON)
        await people.connect(person.id, "web", "local", "local", NOON)
        await outbox.add([promised("给管理员", "local"), promised("给别人", "d")])
        await people.moved("web", "local", "browser")
        await outbox.readdress("web", "local", "browser")
        account = await people.account("web", "local")
        assert account
        assert account.chat == "browser"
        assert texts(await outbox.past("web", "browser", 0, 0, NOON)) == ["给管理员"]
        assert await people.account("web", "nobody") is None


async def test_messages_are_found_by_their_ids(database: Database) -> None:
    async with database.write() as connection:
        first, second = await asked(connection, 1), await asked(connection, 2)
        found = await Inbox(connection).get({first, second, 999})
        assert {number: row.payload["text"] for number, row in found.items()} == {first: "1", second: "2"}
        assert await Inbox(connection).get(set()) == {}


async def test_an_upload_belongs_to_its_chat_and_is_as_it_came_last(database: Database) -> None:
    async with database.write() as connection:
        uploads = Uploads(connection)
        for one in (uploaded(), uploaded(OTHER, "b.png"), uploaded(name="c.png"), uploaded(chat="d")):
            await uploads.add(one)
        assert [one.name for one in await uploads.of("web", "c", [OTHER, REF])] == ["b.png", "c.png"]
        assert await uploads.of("web", "d", [OTHER]) == []
        assert await uploads.of("telegram", "c", [REF]) == []
        assert await uploads.count("web", "c", NOON - SECOND) == 3
        assert await uploads.count("web", "c", NOON) == 0
        await uploads.purge(NOON + SECOND)
        assert await uploads.of("web", "c", [REF]) == []


async def test_only_demo_people_with_an_account_there_are_played(database: Database) -> None:
    async with database.write() as connection:
        people = People(connection)
        for name, demo, channel in (("王", True, "web"), ("李", False, "web"), ("陈", True, "telegram")):
            person = await people.add(name, "staff", "Asia/Shanghai", NOON, demo=demo)
            await people.connect(person.id, channel, name, f"chat-{name}", NOON)
        assert [(one.name, account.chat) for one, account in await people.played("web")] == [("王", "chat-王")]
        wang = await people.who("web", "王")
        assert wang
        await people.leave(wang.id, NOON)
        assert await people.played("web") == []


async def test_whoever_leaves_takes_their_uploads_along(database: Database) -> None:
    async with database.write() as connection:
        people, uploads = People(connection), Uploads(connection)
        person = await people.add("林", "staff", "Asia/Shanghai", NOON)
        await people.connect(person.id, "web", "u", "c", NOON)
        await uploads.add(uploaded())
        await people.leave(person.id, NOON)
        assert await uploads.of("web", "c", [REF]) == []
