"""The commands about people: invites, and those who are there for show; the database is all they need."""

import argparse
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot import demo as show
from bot.app import bot_link, database_url
from bot.config import Settings
from handlers.joining import ROLE_NAMES
from handlers.zones import zone_name
from records.database import Database
from records.invites import Invites
from records.stores import Stores

NO_STORE = "dudao: 没有编号为 {code} 的门店。现有：{codes}"
MADE = "邀请码：{code}\n{how}\n角色：{role}，门店：{store}。只能用一次，{until}（{zone}）前有效。"
BY_LINK, BY_CODE = "链接：{link}", "让对方给机器人发：/start {code}"
ADDED = "已加入演示数据：{people} 人，{stores} 家门店。在本机网页上可以扮演他们；用 dudao demo remove 全部移除。"
REMOVED = "已移除演示数据：{people} 人，{stores} 家门店，以及他们的全部对话。"
NONE = "没有演示人员。用 dudao demo add 加入。"


async def invite(settings: Settings, options: argparse.Namespace) -> int:
    """A one-time code, printed once and kept nowhere."""
    now, lasts = datetime.now(UTC), timedelta(hours=options.hours or settings.people.invite_hours)
    async with _records(settings) as database, database.write() as connection:
        store = await Stores(connection).named(options.store) if options.store else None
        if options.store and (store is None or store.closed_at is not None):
            codes = "、".join(one.code for one in await Stores(connection).all()) or "无"
            print(NO_STORE.format(code=options.store, codes=codes), file=sys.stderr)
            return 1
        code = await Invites(connection).make(options.role, now, lasts, store=store.id if store else None)
    link, until = bot_link(settings.telegram.bot, code), now + lasts
    if options.json:
        values = {"code": code, "link": link, "role": options.role, "store": store.code if store else None}
        print(json.dumps({**values, "expires": until.isoformat()}, ensure_ascii=False))
        return 0
    zone = settings.time_zone
    shown = MADE.format(
        code=code,
        how=BY_LINK.format(link=link) if link else BY_CODE.format(code=code),
        role=ROLE_NAMES[options.role],
        store=store.name if store else "不分门店",
        until=f"{until.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}",
        zone=zone_name(zone, until),
    )
    print(shown)
    return 0


async def demo(settings: Settings, options: argparse.Namespace) -> int:
    """Add, remove or list those who are there for show."""
    async with _records(settings) as database:
        if options.action == "add":
            people, stores = await show.add(settings, database, datetime.now(UTC))
            print(ADDED.format(people=people, stores=stores))
        elif options.action == "remove":
            people, stores = await show.remove(settings, database)
            print(REMOVED.format(people=people, stores=stores))
        else:
            for one in (listed := await show.listed(database)):
                print(f"{one.name}（{ROLE_NAMES[one.role]}）")
            if not listed:
                print(NONE)
    return 0


@asynccontextmanager
async def _records(settings: Settings) -> AsyncIterator[Database]:
    settings.home.mkdir(parents=True, exist_ok=True)
    database = Database(database_url(settings))
    try:
        await database.migrate()
        yield database
    finally:
        await database.close()
