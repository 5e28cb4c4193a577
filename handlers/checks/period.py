"""/reports: how stores stand over a period, as pictures, and everything of it as a workbook."""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from handlers import flow, typed
from handlers.checks import report
from handlers.clock import at
from handlers.context import Context
from handlers.days import LONGEST, chosen, days_of
from handlers.flow import Answers, Facts, Flow, Misread, Prompt
from handlers.message import MEDIA, Button, File, Incoming, Reply
from handlers.roles import LEADERS
from records.actions import Actions, Which
from records.checks import Checks, Wanted
from records.people import ADMIN
from records.stores import Store, Stores
from reports import pictures
from reports.period import Period, filename
from reports.sheets import period_sheets

PANEL = "**报表**\n\n- 时间：{days}\n- 门店：{scope}\n\n看哪一项？"
ALL, NO_STORES = "全部门店（{n} 家）", "您名下还没有门店。"
WHEN, WHERE = "看哪段时间？", "看哪家门店？"
TYPED, EVERY, MORE, BACK, OTHER = "自己写日期", "全部门店", "下一页", "返回", "换时间或门店"
ASK_DAYS = "从哪天到哪天？例如：11-01 到 11-15，或者 2026年10月。"
NO_DAYS = "没看懂。请写已经过去的日期，例如：11-01 到 11-15。"
TOO_LONG = "最多一次看一年，请写短一点的时间。"
NOTHING = {
    "rank": "这段时间没有检核，排不了名次。", "trend": "这段时间没有检核，看不出趋势。",
    "fail": "这段时间没有不合格的项。", "again": "这段时间没有重复出现的问题。", "close": "这段时间没有提出整改。",
    "sheet": "这段时间没有检核，也没有整改。",
}  # fmt: skip
SHOWN, EXPORTED = "**{title}** · {days} · {scope}", "{days} · {scope}：检核 {checks} 次，整改 {actions} 条。"
DETAIL = "检核整改明细"
_PAGE = 8
_DATE = re.compile(r"[0-9]{8}")
WHATS: Mapping[str, tuple[str, Callable[[Period], bytes | None]]] = {
    "rank": (pictures.RANKING, pictures.ranking_picture),
    "trend": (pictures.TREND, pictures.trend_picture),
    "fail": (pictures.FAILING, pictures.failing_picture),
    "again": (pictures.REPEATED, pictures.repeated_picture),
    "close": (pictures.CLOSING, pictures.closing_picture),
}
_ROWS = (
    (("排名", "rank"), ("趋势", "trend"), ("高频不合格", "fail")),
    (("重复问题", "again"), ("整改完成率", "close"), ("导出 Excel", "sheet")),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked at: days, both included, and a store, None for all of this person's."""

    since: date
    until: date
    store: int | None = None

    def action(self, what: str, offset: int = 0) -> str:
        """The button that shows this of it."""
        return f"reports:{what}:{self.since:%Y%m%d}:{self.until:%Y%m%d}:{self.store or 0}:{offset}"


async def show(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """This month of all stores, to begin with."""
    since, until = chosen(_today(context))["本月"]
    return (await _panel(context, Asked(since, until)),)


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """reports:<what>:<since>:<until>:<store or 0>:<offset>."""
    asked = _asked(incoming.action)
    if asked is None:
        return (Reply(flow.OVER),)
    what, offset = incoming.action.split(":")[1], int(incoming.action.rpartition(":")[2])
    stores = await _stores(context)
    if asked.store is not None and asked.store not in {one.id for one in stores}:
        return (Reply(flow.OVER),)
    match what:
        case "open":
            return (await _panel(context, asked),)
        case "panel":
            return (replace(await _panel(context, asked), replaces=True),)
        case "times":
            return (_times(context, asked),)
        case "stores":
            return (_choice(asked, stores, offset),)
        case "typed":
            return await flow.start(context, incoming, TYPING, {"store": asked.store, "today": str(_today(context))})
        case "sheet":
            return await _exported(context, asked)
    return await _pictured(context, asked, what) if what in WHATS else (Reply(flow.OVER),)


async def period(context: Context, asked: Asked) -> Period:
    """All that happened then, at the stores of whoever asks."""
    since, until = (at(day, 0, context.zone) for day in (asked.since, asked.until + timedelta(1)))
    async with context.database.read(long=True) as connection:
        mine = report.mine(context, await Stores(connection).all())
        here = [one for one in mine if asked.store in (None, one.id)]
        ids = None if asked.store is None and context.me.role == ADMIN else [one.id for one in here]
        actions = Actions(connection)
        checks = await Checks(connection).all(Wanted(stores=ids, since=since, until=until))
        made = await actions.all(Which(stores=ids, made_since=since, made_until=until))
        changes = await actions.changes([one.id for one in made])
        names = await report.named(connection)
        stores = {one.id: one for one in here}
        for number in ({one.store_id for one in checks} | {one.store_id for one in made}) - set(stores):  # closed
            found = await Stores(connection).get(number)
            stores |= {number: found} if found else {}
    scope = _scope(asked, mine)
    return Period(
        asked.since, asked.until, scope, context.zone, context.now(), stores, names, tuple(checks), tuple(made),
        tuple(changes),
    )  # fmt: skip


async def _pictured(context: Context, asked: Asked, what: str) -> tuple[Reply, ...]:
    found, (title, draw) = await period(context, asked), WHATS[what]
    content = await asyncio.to_thread(draw, found)
    if content is None:
        return (Reply(NOTHING[what], buttons=_buttons(asked)),)
    file = File(filename(found, title, "png"), "image/png", await context.files.put(content))
    text = SHOWN.format(title=title, days=found.days, scope=typed.inert(found.scope))
    return (Reply(text, files=(file,), buttons=_buttons(asked)),)


async def _exported(context: Context, asked: Asked) -> tuple[Reply, ...]:
    found = await period(context, asked)
    if not found.checks and not found.actions:
        return (Reply(NOTHING["sheet"], buttons=_buttons(asked)),)
    content = await asyncio.to_thread(period_sheets, found)
    file = File(filename(found, DETAIL, "xlsx"), MEDIA["xlsx"], await context.files.put(content))
    text = EXPORTED.format(
        days=found.days, scope=typed.inert(found.scope), checks=len(found.checks), actions=len(found.actions)
    )
    return (Reply(text, files=(file,), buttons=_buttons(asked)),)


async def _panel(context: Context, asked: Asked) -> Reply:
    stores = await _stores(context)
    if not stores:
        return Reply(NO_STORES)
    shown = Period(asked.since, asked.until, "", context.zone, context.now(), {}, {})
    text = PANEL.format(days=shown.days, scope=typed.inert(_scope(asked, stores)))
    changes = [Button("换时间", asked.action("times"))]
    changes += [Button("换门店", asked.action("stores"))] if len(stores) > 1 else []
    return Reply(text, buttons=(*_whats(asked), tuple(changes)))


def _times(context: Context, asked: Asked) -> Reply:
    offered = [
        Button(name, replace(asked, since=since, until=until).action("panel"))
        for name, (since, until) in chosen(_today(context)).items()
    ]
    last = (Button(TYPED, asked.action("typed")), Button(BACK, asked.action("panel")))
    return Reply(WHEN, buttons=(tuple(offered[:2]), tuple(offered[2:4]), tuple(offered[4:]), last), replaces=True)


def _choice(asked: Asked, stores: list[Store], offset: int) -> Reply:
    shown = stores[offset : offset + _PAGE]
    rows = [(Button(EVERY, replace(asked, store=None).action("panel")),)]
    rows += [(Button(typed.inert(one.name), replace(asked, store=one.id).action("panel")),) for one in shown]
    last = [Button(MORE, asked.action("stores", offset + _PAGE))] if offset + _PAGE < len(stores) else []
    return Reply(WHERE, buttons=(*rows, (*last, Button(BACK, asked.action("panel")))), replaces=True)


def _whats(asked: Asked) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(Button(text, asked.action(what)) for text, what in row) for row in _ROWS)


def _buttons(asked: Asked) -> tuple[tuple[Button, ...], ...]:
    return (*_whats(asked), (Button(OTHER, asked.action("open")),))


def _scope(asked: Asked, stores: list[Store]) -> str:
    if asked.store is None and len(stores) != 1:
        return ALL.format(n=len(stores))
    return next((one.name for one in stores if asked.store in (None, one.id)), "")


async def _stores(context: Context) -> list[Store]:
    async with context.database.read() as connection:
        return report.mine(context, await Stores(connection).all())


def _asked(action: str) -> Asked | None:
    """What a button asks for; None for one that was not made here."""
    match action.split(":"):
        case ["reports", _, since, until, store, offset] if re.fullmatch(r"[0-9]{1,9}", store):
            if not (_DATE.fullmatch(since) and _DATE.fullmatch(until) and re.fullmatch(r"[0-9]{1,5}", offset)):
                return None
            try:
                asked = Asked(date.fromisoformat(since), date.fromisoformat(until), int(store) or None)
            except ValueError:
                return None
            return asked if 0 <= (asked.until - asked.since).days < LONGEST else None
    return None


def _today(context: Context) -> date:
    return context.now().astimezone(context.zone).date()


def _typing(facts: Facts, answers: Answers) -> Prompt | None:
    def read(incoming: Incoming) -> list[str]:
        found = days_of(incoming.text, date.fromisoformat(facts["today"]))
        if found is None or incoming.attachments:
            raise Misread(NO_DAYS)
        if (found[1] - found[0]).days >= LONGEST:
            raise Misread(TOO_LONG)
        return [str(one) for one in found]

    return None if answers else Prompt(Reply(ASK_DAYS), read=read)


async def _typed(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    since, until = (date.fromisoformat(one) for one in answers[0])
    return (await _panel(context, Asked(since, until, facts["store"])),)


TYPING = Flow("报表日期", LEADERS, _typing, _typed)
