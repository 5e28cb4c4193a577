"""What is known while a guide is walked: the stores, people and trees of who walks it, and what day it is."""

from zoneinfo import ZoneInfo

from handlers import typed
from handlers.causes.guide_paper import called
from handlers.context import Context
from handlers.flow import Facts
from records.analyses import WHY, Analyses, Sought
from records.people import People
from records.standing import actor
from records.stores import Stores


async def facts_of(context: Context, key: str, text: str) -> Facts:
    """The facts of a walk through the guide `key`, whose YAML is `text`."""
    async with context.database.read() as connection:
        stores = [one for one in await Stores(connection).all() if actor(context.me, one.id).leads]
        people = [one for one in await People(connection).all() if one.left_at is None]
        sought = Sought(stores=[one.id for one in stores], kinds=(WHY,))
        trees = await Analyses(connection).all(sought, limit=5)
    mine = {one.id for one in stores}
    near = [one for one in people if one.id == context.me.id or mine & set(one.stores)]
    return {
        "guide": key,
        "name": called(key),
        "yaml": text,
        "zone": context.zone.key,
        "today": _today(context, context.zone),
        "stores": [{"id": one.id, "name": typed.inert(one.name)} for one in stores],
        "people": [{"id": one.id, "name": typed.inert(one.name), "stores": list(one.stores)} for one in near],
        "trees": [{"name": typed.inert(one.title), "tree": one.content} for one in trees],
    }


async def fresh(context: Context, facts: Facts) -> Facts:
    """The days on the buttons are those of the day on which they are shown."""
    return facts | {"today": _today(context, ZoneInfo(facts["zone"]))}


def _today(context: Context, zone: ZoneInfo) -> str:
    return context.now().astimezone(zone).date().isoformat()
