"""Me: what is kept of a person, changed one thing at a time, and leaving."""

from handlers import clock, flow, reminding, typed
from handlers.context import Context
from handlers.flow import Answers, Choice, Facts, Flow, Misread, Prompt
from handlers.joining import ROLE_NAMES
from handlers.message import Button, Incoming, Reply
from handlers.roles import EVERYONE
from handlers.zones import COMMON, zone_name, zone_of
from records.people import ADMIN, People, Person
from records.stores import Stores

CARD = "**{name}**（{role}）\n\n- 门店：{stores}\n- 时区：{zone}\n- 安静时段：{quiet}\n- 每天提醒：{hour}"
NO_STORES, NO_QUIET = "没有", "没有，随时可以打扰"
ASK_NAME = "以后怎么称呼您？发一个名字，{n} 个字以内。"
ASK_ZONE = "您在哪个时区？点一个，或者直接发城市名，例如：成都；也可以发 Asia/Urumqi 这样的写法。"
ASK_QUIET = "什么时候不要打扰您？点一个，或者直接发时段，例如：22:00-08:00。急事除外，其他消息会等到安静时段结束再发。"
ASK_HOUR = "每天几点提醒您？点一个，或者直接发时间，例如：8点半。"
NO_ZONE = "没认出这个时区。请发城市名，例如：成都；或者发 Asia/Urumqi 这样的写法。"
NO_SPAN = "没看懂这个时段。请这样发：22:00-08:00；不需要就发：不要安静时段。"
NO_HOUR = "没看懂这个时间。请这样发：8点半，或者 08:30。"
CHANGED = "已改好。"
ASK_LEAVE = (
    "确定退出吗？\n\n"
    "会删除：您的称呼、账号连接、和我的聊天记录、提醒、未用的邀请。\n"
    "会保留：您做过的记录（提问、检查等），但不再带您的名字。\n\n"
    "退出后要重新邀请才能再用。"
)
LEFT = "已退出，您的个人信息已删除。以后想再用，请向管理员或督导要一个新的邀请。"
LAST_ADMIN = "您是最后一位管理员，不能退出。请先邀请或指定另一位管理员。"
NONE_WANTED = ("不要安静时段", "不要", "没有", "无", "关闭", "不需要", "取消安静时段")
_SPANS = ("22:00-08:00", "21:00-07:00", "23:00-09:00")
_HOURS = ("08:00", "08:30", "09:00", "18:00")
_CHANGES = (("改称呼", "name"), ("改时区", "zone"), ("改安静时段", "quiet"), ("改提醒时间", "hour"))


async def show(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """What is kept of the person who asks."""
    return (await _card(context, context.me),)


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """me:<what>: start to change it."""
    what = incoming.action.partition(":")[2]
    found = next((one for one in CHANGING if one.name == f"me_{what}"), None)
    return (Reply(flow.OVER),) if found is None else await flow.start(context, incoming, found)


async def leave(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """Ask whether they mean it."""
    async with context.database.read() as connection:
        if await last_admin(People(connection), context.me):
            return (Reply(LAST_ADMIN),)
    return await flow.start(context, incoming, LEAVING)


async def last_admin(people: People, person: Person) -> bool:
    """Whether nobody could let others in without this person; demo people do not count for real ones."""
    if person.role != ADMIN:
        return False
    return not any(one.id != person.id and (person.demo or not one.demo) for one in await people.admins())


async def _card(context: Context, person: Person, before: str = "") -> Reply:
    async with context.database.read() as connection:
        stores = [await Stores(connection).get(store_id) for store_id in person.stores]
    quiet = f"{clock.shown(person.quiet_from)}-{clock.shown(person.quiet_to)}"
    text = CARD.format(
        name=typed.inert(person.name),
        role=ROLE_NAMES[person.role],
        stores="、".join(typed.inert(one.name) for one in stores if one and not one.closed_at) or NO_STORES,
        zone=zone_name(person.zone, context.now()),
        quiet=NO_QUIET if person.quiet_from == person.quiet_to else quiet,
        hour=clock.shown(person.reminder_at),
    )
    buttons = [Button(text, f"me:{what}") for text, what in _CHANGES]
    return Reply(f"{before}\n\n{text}" if before else text, buttons=(tuple(buttons[:2]), tuple(buttons[2:])))


def _row(texts: tuple[str, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(text, text) for text in texts)


def _name_step(facts: Facts, answers: Answers) -> Prompt | None:
    asked = Reply(ASK_NAME.format(n=typed.LONGEST_NAME))
    return None if answers else Prompt(asked, read=typed.line(typed.LONGEST_NAME), free=True)


def _zone_step(facts: Facts, answers: Answers) -> Prompt | None:
    choices = [Choice(name, zone) for name, zone in COMMON]
    return None if answers else Prompt(Reply(ASK_ZONE), (tuple(choices[:3]), tuple(choices[3:])), _zone)


def _zone(incoming: Incoming) -> str:
    zone = zone_of(incoming.text)
    if zone is None:
        raise Misread(NO_ZONE)
    return zone


def _quiet_step(facts: Facts, answers: Answers) -> Prompt | None:
    spans = tuple(Choice(text, clock.span_of(text)) for text in _SPANS)
    choices = (spans, (Choice(NONE_WANTED[0], (0, 0)),))
    return None if answers else Prompt(Reply(ASK_QUIET), choices, _quiet)


def _quiet(incoming: Incoming) -> tuple[int, int]:
    span = (0, 0) if incoming.text.strip() in NONE_WANTED else clock.span_of(incoming.text)
    if span is None:
        raise Misread(NO_SPAN)
    return span


def _hour_step(facts: Facts, answers: Answers) -> Prompt | None:
    choices = tuple(Choice(text, clock.minute_of(text)) for text in _HOURS)
    return None if answers else Prompt(Reply(ASK_HOUR), (choices,), _hour)


def _hour(incoming: Incoming) -> int:
    minute = clock.minute_of(incoming.text)
    if minute is None:
        raise Misread(NO_HOUR)
    return minute


def _leave_step(facts: Facts, answers: Answers) -> Prompt | None:
    return None if answers else Prompt(Reply(ASK_LEAVE), ((Choice("退出并删除", "leave"),),))


async def _changed(context: Context, values: dict[str, object]) -> tuple[Reply, ...]:
    connection = await context.write()
    people = People(connection)
    await people.change(context.me.id, **values)
    person = await people.get(context.me.id)
    assert person is not None
    await reminding.retimed(connection, person, context.now())
    return (await _card(context, person, CHANGED),)


async def _name_it(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    return await _changed(context, {"name": answers[0]})


async def _zone_it(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    return await _changed(context, {"zone": answers[0]})


async def _quiet_it(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    start, end = answers[0]
    return await _changed(context, {"quiet_from": start, "quiet_to": end})


async def _hour_it(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    return await _changed(context, {"reminder_at": answers[0]})


async def _leave_it(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    people = People(await context.write())
    if await last_admin(people, context.me):
        return (Reply(LAST_ADMIN),)
    await people.leave(context.me.id, context.now())
    return (Reply(LEFT),)


CHANGING = (
    Flow("me_name", EVERYONE, _name_step, _name_it),
    Flow("me_zone", EVERYONE, _zone_step, _zone_it),
    Flow("me_quiet", EVERYONE, _quiet_step, _quiet_it),
    Flow("me_hour", EVERYONE, _hour_step, _hour_it),
)
LEAVING = Flow("leave", EVERYONE, _leave_step, _leave_it)
