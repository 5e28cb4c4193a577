"""Joining by invite: the only thing a stranger can do."""

import re

from handlers import reminding
from handlers.context import Context
from handlers.message import Incoming, Reply
from handlers.typed import LONGEST_NAME, inert
from records.invites import Invite, Invites
from records.people import ADMIN, STAFF, SUPERVISOR, TRAINEE, People
from records.stores import Stores

ROLE_NAMES = {ADMIN: "管理员", SUPERVISOR: "督导", TRAINEE: "学员", STAFF: "门店员工"}
STRANGER = (
    "您好，我是督导助手，只为受邀的同事服务。请向您的管理员或督导要一个邀请链接，点开即可加入；"
    "拿到的是邀请码，就把它发给我。"
)
NO_GOOD = "这个邀请码不能用：可能已经用过、过期，或者抄错了。请向给您邀请的人要一个新的。"
JOINED = (
    "欢迎，{name}。您已作为{role}加入{store}。\n"
    "直接提问即可，例如：客户进店多久内要有人接待？发 /help 看全部功能，/me 改称呼和提醒时间。"
)
ANOTHER = "您好，{name}。这个渠道已经连上您的账号。"
ALREADY = "您已经加入了，不用再用邀请码。"
INVITED = "{name}（{role}）用您的邀请加入了。"
NEW = "新同事"
_BARE = re.compile(r"[A-Za-z0-9_-]{16,64}")
STORE_LINK = "store_"  # what the payload of a store's link begins with; it lets nobody in


async def stranger(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """`/start <code>`, or the code alone, joins; all else learns only how to ask for an invite, in groups nothing."""
    plain = incoming.text.strip()
    code = code_of(plain) or (plain if _BARE.fullmatch(plain) else "")
    if not incoming.private:
        return ()
    if not code or code.startswith(STORE_LINK):
        return (Reply(STRANGER),)
    connection = await context.write()
    spent = await Invites(connection).use(code, context.now())
    if spent is None:
        return (Reply(NO_GOOD),)
    people = People(connection)
    if spent.person_id is not None:
        known = await people.get(spent.person_id)
        if known is None or known.left_at is not None:
            return (Reply(NO_GOOD),)
        await people.connect(known.id, incoming.channel, incoming.person, incoming.chat, context.now())
        return (Reply(ANOTHER.format(name=known.name)),)
    return await _join(context, incoming, spent)


async def _join(context: Context, incoming: Incoming, spent: Invite) -> tuple[Reply, ...]:
    connection = await context.write()
    people, zone = People(connection), context.deployment.zone.key
    stores = () if spent.store_id is None else (spent.store_id,)
    name = inert(incoming.name)[:LONGEST_NAME].strip() or NEW
    joined = await people.add(name, spent.role, zone, context.now(), stores=stores)
    await people.connect(joined.id, incoming.channel, incoming.person, incoming.chat, context.now())
    await Invites(connection).used_by(spent.id, joined.id)
    if spent.created_by is not None:
        await people.change(joined.id, reports_to=spent.created_by)
        context.notify(spent.created_by, Reply(INVITED.format(name=name, role=ROLE_NAMES[spent.role])))
    await reminding.retimed(connection, joined, context.now())
    store = await Stores(connection).get(spent.store_id) if spent.store_id is not None else None
    where = store.name if store else "督导助手"
    return (Reply(JOINED.format(name=name, role=ROLE_NAMES[spent.role], store=where)),)


def code_of(text: str) -> str:
    """The code in "/start CODE"; "" when there is none."""
    word, _, code = text.strip().partition(" ")
    return code.strip()[:64] if word.lower().partition("@")[0] in ("/start", "/join") else ""
