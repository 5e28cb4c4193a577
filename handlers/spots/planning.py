"""Weekly random spot checks: each store once a week, on a day and for a thing that nobody knows before."""

from datetime import timedelta
from random import SystemRandom
from secrets import token_hex
from zoneinfo import ZoneInfo

from handlers import typed
from handlers.clock import minute_of, next_time, shown
from handlers.context import Context, Due, Notice
from handlers.flow import Answers, Choice, Facts, Flow, Misread, Prompt
from handlers.message import Button, Incoming, Reply
from handlers.pace import Pace
from handlers.roles import LEADERS
from handlers.spots import chasing as spot_chase
from handlers.spots import picking as spot_picking
from handlers.spots.picking import items_in, stores_in, stores_prompt
from records.people import Person
from records.reminders import EVERY_DAY, WORKDAYS, Reminder, Reminders
from records.spots import Plan, Plans, Spot, drawn, new_code
from records.standing import actor
from records.stores import Stores

KIND = "spots"
NONE = "还没有每周随机抽查。"
LIST = "每周随机抽查有 {n} 个："
LINE = "- 计划 {id}：{stores}；拍 {items}；{days} {time} 发出，{hours:g} 小时内交"
NEW, STOP = "新增计划", "停止计划 {id}"
STOPPED, NOT_HERE = "已停止，不再发出新的抽查。", "没有这个计划。"
NO_STORE = "您名下还没有门店，不能安排抽查。"
ASK_ITEMS = "从哪些东西里随机抽？几样就写几行，每次抽一样。"
ASK_DAYS = "在哪些日子里随机抽一天？每家门店每周一次。"
DAYS = {WORKDAYS: "周一到周五", EVERY_DAY: "每天", (5, 6): "周末"}
ASK_TIME = "几点发出？点一个，或者直接发，例如：14:30。"
TIMES = ("10:00", "14:00", "16:00")
BAD_TIME = "没看懂这个时间。请这样发：14:30。"
ASK_HOURS = "发出后几小时内交？"
SURE = "**每周随机抽查**\n\n- 门店：{stores}\n- 从这些里抽一样：{items}\n{when}"
WHEN = "- 从{days}里抽一天，{time} 发出，{hours:g} 小时内交，带验证码\n\n开始吗？"
START, STARTED = "开始", "已开始。每家门店每周抽一次，哪天抽、抽什么，谁都事先不知道。"
TASK = "有一条随机抽查。"


async def show(context: Context) -> tuple[Reply, ...]:
    """A person's plans, each with a way to stop it."""
    async with context.database.read() as connection:
        plans, stores = await Plans(connection).of(context.me.id), await Stores(connection).all()
    names = {one.id: typed.inert(one.name) for one in stores}
    rows = [(Button(STOP.format(id=one.id), f"spot:stop:{one.id}"),) for one in plans]
    lines = "\n".join(_line(one, names) for one in plans)
    text = f"{LIST.format(n=len(plans))}\n\n{lines}" if plans else NONE
    leads = any(actor(context.me, one.id).leads for one in stores)
    return (Reply(text, buttons=(*rows, *(((Button(NEW, "spot:plan"),),) if leads else ()))),)


async def begin(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """spot:plan: make one."""
    return await spot_picking.begin(context, incoming, PLANNING, NO_STORE)


async def stop(context: Context, number: int) -> tuple[Reply, ...]:
    """spot:stop:<plan>: it draws no more."""
    connection = await context.write()
    plan = await Plans(connection).get(number)
    if plan is None or plan.created_by != context.me.id:
        return (Reply(NOT_HERE),)
    await Plans(connection).drop(number)
    await Reminders(connection).drop(f"{KIND}:{number}")
    return (Reply(STOPPED, replaces=True),)


async def draw(due: Due) -> list[Notice]:
    """Ask whatever stores the day's draw says, where the plan's owner still leads them."""
    payload = due.reminder.payload or {}
    plan = await Plans(due.connection).get(payload["plan"])
    if plan is None:
        await Reminders(due.connection).drop(due.reminder.key)
        return []
    today = due.now.astimezone(ZoneInfo(due.person.zone)).date()
    open_ = {one.id for one in await Stores(due.connection).all()}
    notices = list[Notice]()
    for store, item in drawn(plan, today):
        if store in open_ and actor(due.person, store).leads:
            by = due.now + timedelta(hours=plan.hours)
            one = Spot(store, (item,), new_code(SystemRandom()), due.person.id, due.now, by)
            notices += await spot_chase.ask(due.connection, one, payload["escalate"], due.now, TASK)
    return notices


def _line(plan: Plan, names: dict[int, str]) -> str:
    return LINE.format(
        id=plan.id,
        stores="、".join(names[one] for one in plan.stores if one in names),
        items="、".join(plan.items),
        days=DAYS.get(plan.weekdays, ""),
        time=shown(plan.minute),
        hours=plan.hours,
    )


def _step(facts: Facts, answers: Answers) -> Prompt | None:
    picked, rest = stores_in(facts, answers)
    if rest is None:
        return stores_prompt(facts, picked)
    match rest:
        case []:
            return Prompt(Reply(ASK_ITEMS), read=items_in, free=True)
        case [_]:
            return Prompt(Reply(ASK_DAYS), tuple((Choice(text, list(days)),) for days, text in DAYS.items()))
        case [_, _]:
            times = tuple(Choice(text, minute_of(text)) for text in TIMES)
            return Prompt(Reply(ASK_TIME), (times,), _minute, free=True)
        case [_, _, _]:
            return Prompt(Reply(ASK_HOURS), (tuple(Choice(f"{n} 小时", n) for n in (1, 2, 4, 8)),))
        case [items, days, minute, hours]:
            names = dict(facts["stores"])
            text = SURE.format(
                stores="、".join(names[one] for one in picked), items="、".join(items),
                when=WHEN.format(days=DAYS[tuple(days)], time=shown(minute), hours=hours),
            )  # fmt: skip
            return Prompt(Reply(text), ((Choice(START, True),),))
    return None


def _minute(incoming: Incoming) -> int:
    minute = minute_of(typed.line(20)(incoming))
    if minute is None:
        raise Misread(BAD_TIME)
    return minute


async def _finish(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    picked, rest = stores_in(facts, answers)
    assert rest is not None
    items, days, minute, hours, _ = rest
    connection, me = await context.write(), context.me
    plan = Plan(me.id, context.now(), tuple(picked), tuple(items), tuple(days), minute, hours, token_hex(8))
    plan = await Plans(connection).add(plan)
    await Reminders(connection).put(_reminder(plan, me, context, context.deployment.pace))
    return (Reply(STARTED),)


def _reminder(plan: Plan, person: Person, context: Context, pace: Pace) -> Reminder:
    due = next_time(context.now(), plan.minute, ZoneInfo(person.zone), plan.weekdays)
    payload = {"plan": plan.id, "escalate": pace.escalate_hours}
    return Reminder(f"{KIND}:{plan.id}", person.id, KIND, due, plan.minute, plan.weekdays, payload)


PLANNING = Flow("spot-plan", LEADERS, _step, _finish)
FLOWS = (PLANNING,)
