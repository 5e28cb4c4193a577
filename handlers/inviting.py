"""Invites: one-time codes by which others join, or by which a person writes from another channel."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers import flow, typed
from handlers.context import Context
from handlers.flow import Answers, Choice, Facts, Flow, Misread, Prompt
from handlers.joining import ROLE_NAMES
from handlers.message import Incoming, Reply
from handlers.pictures import qr
from handlers.roles import LEADERS
from handlers.zones import zone_name
from records.invites import Invites, new_code
from records.people import ADMIN, ROLES, STAFF, TRAINEE, Person
from records.stores import Store, Stores

ASK_ROLE = "邀请什么角色的同事？"
ASK_STORE = "加入哪家门店？点一个，或者直接发门店编号。"
ASK_SURE = "邀请一位{role}加入{store}，{hours}小时内有效，只能用一次。生成邀请吗？"
NO_STORE = "不分门店"
NO_SUCH_STORE = "没有找到这家门店，请点一个，或者发门店编号。"
STORELESS = "您名下还没有门店，所以不能邀请。请让管理员先把门店分给您。"
NOT_ANY_MORE = "这个邀请现在不能生成了：您的角色或门店有变化。请发 /invite 重新开始。"
MADE = "邀请已生成：{role}，{store}。只能用一次，{until}前有效。\n\n{how}"
BY_LINK = "把下面的链接或二维码发给对方，点开即可加入：\n{link}\n\n打不开链接时，让对方给我发：/start {code}"
BY_CODE = "把二维码或下面这一行发给对方，对方把这一行发给我即可加入：\n/start {code}"
ANOTHER = "在另一个渠道里，用这个连接码就能接着用您的账号。只能用一次，{until}前有效，不要转给别人。\n\n{how}"
ITSELF = "点开链接或扫二维码：\n{link}\n\n打不开链接时，在那边给我发：/start {code}"
ITSELF_CODE = "在那边给我发：\n/start {code}"
_SHOWN = 8  # stores offered as buttons; every other by its code
_CONNECT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Code:
    """A new code, and how long it works."""

    code: str
    until: datetime


async def invite(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """Start to invite someone."""
    roles, stores = _roles(context.me), await _stores(context)
    if context.me.role != ADMIN and not stores:
        return (Reply(STORELESS),)
    facts = {
        "roles": roles,
        "stores": [[one.id, one.code, typed.inert(one.name)] for one in stores],
        "any": context.me.role == ADMIN,
        "hours": context.deployment.invite_hours,
    }
    return await flow.start(context, incoming, INVITING, facts)


async def connect(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """A code by which the same person writes from another channel."""
    me, now = context.me, context.now()
    made = Code(new_code(), now + _CONNECT)
    link = context.deployment.bot_link(made.code)
    picture = await qr(context, link or made.code, "connect")
    await Invites(await context.write()).make(me.role, now, _CONNECT, by=me.id, person=me.id, code=made.code)
    how = (ITSELF if link else ITSELF_CODE).format(link=link, code=made.code)
    return (Reply(ANOTHER.format(until=_until(context, made.until), how=how), files=(picture,)),)


def _roles(person: Person) -> list[str]:
    return list(ROLES) if person.role == ADMIN else [TRAINEE, STAFF]


async def _stores(context: Context) -> list[Store]:
    """The stores that a person may invite to."""
    async with context.database.read() as connection:
        stores = await Stores(connection).all()
    return [one for one in stores if context.me.role == ADMIN or one.id in context.me.stores]


def _step(facts: Facts, answers: Answers) -> Prompt | None:
    if not answers:
        roles = [Choice(ROLE_NAMES[role], role) for role in facts["roles"]]
        return Prompt(Reply(ASK_ROLE), (tuple(roles[:2]), tuple(roles[2:])) if len(roles) > 2 else (tuple(roles),))
    if len(answers) == 1:
        shown = [(Choice(f"{name}（{code}）", number),) for number, code, name in facts["stores"][:_SHOWN]]
        none = ((Choice(NO_STORE, None),),) if facts["any"] else ()
        return Prompt(Reply(ASK_STORE), (*shown, *none), lambda incoming: _store(facts, incoming))
    if len(answers) == 2:
        role, store = ROLE_NAMES[answers[0]], _named(facts, answers[1])
        return Prompt(
            Reply(ASK_SURE.format(role=role, store=store, hours=f"{facts['hours']:g}")), ((Choice("生成邀请", True),),)
        )
    return None


def _store(facts: Facts, incoming: Incoming) -> int:
    text = typed.inert(incoming.text).upper()
    for number, code, name in facts["stores"]:
        if text in (code, name.upper()):
            return int(number)
    raise Misread(NO_SUCH_STORE)


def _named(facts: Facts, store_id: int | None) -> str:
    return next((name for number, _, name in facts["stores"] if number == store_id), NO_STORE)


async def _finish(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    role, store_id = answers[0], answers[1]
    mine = {one.id for one in await _stores(context)} | ({None} if context.me.role == ADMIN else set())
    if role not in _roles(context.me) or store_id not in mine:
        return (Reply(NOT_ANY_MORE),)
    now, lasts = context.now(), timedelta(hours=context.deployment.invite_hours)
    made = Code(new_code(), now + lasts)
    link = context.deployment.bot_link(made.code)
    picture = await qr(context, link or made.code, "invite")
    await Invites(await context.write()).make(role, now, lasts, store=store_id, by=context.me.id, code=made.code)
    how = (BY_LINK if link else BY_CODE).format(link=link, code=made.code)
    told = MADE.format(role=ROLE_NAMES[role], store=_named(facts, store_id), until=_until(context, made.until), how=how)
    return (Reply(told, files=(picture,)),)


def _until(context: Context, moment: datetime) -> str:
    """A moment in the person's zone: 11月24日 08:30，北京时间 UTC+8."""
    local = moment.astimezone(context.zone)
    return f"{local.month}月{local.day}日 {local:%H:%M}（{zone_name(context.zone.key, moment)}）"


INVITING = Flow("invite", LEADERS, _step, _finish)
