"""People: who is here, and what an admin changes: role, stores, whom they report to, and taking someone out."""

import re

from handlers import flow, reminding, typed
from handlers.context import Context
from handlers.flow import Answers, Choice, Facts, Flow, Misread, Prompt
from handlers.joining import ROLE_NAMES
from handlers.me import last_admin
from handlers.message import Button, Incoming, Reply
from handlers.roles import ADMINS, NOT_YOURS
from records.invites import Invites
from records.people import ADMIN, ROLES, SUPERVISOR, People, Person
from records.stores import Store, Stores

LIST = "共 {n} 人。点一个看详情；也可以发“/person 名字”查找。"
NOBODY = "还没有别的同事。发 /invite 邀请。"
NOT_FOUND = "没有找到叫这个名字的同事。"
NOT_HERE = "没有这位同事，或者已经离开。"
CARD = "**{name}**（{role}）{demo}\n\n- 门店：{stores}\n- 上级：{boss}\n- 加入：{joined}"
DEMO, NONE, MORE = " · 演示", "没有", "下一页"
ASK_ROLE = "{name}改成什么角色？"
ASK_STORE = "{name}的门店：点一家加上，点带 ✓ 的去掉；门店多时可以直接发编号。"
ASK_BOSS = "{name}的事情升级时告诉谁？"
ASK_REMOVE = "确定移除{name}吗？会删除其称呼、账号连接、聊天记录和提醒；做过的记录保留，但不再带名字。"
LAST_ADMIN = "至少要留一位管理员。请先指定另一位。"
NO_SUCH_STORE = "没有找到这家门店，请点一个，或者发门店编号。"
CHANGED, REMOVED = "已改好。", "已移除{name}。"
TOLD_ROLE = "您的角色已改为{role}。发 /help 看看现在能做什么。"
TOLD_IN, TOLD_OUT = "您已加入门店 {store}。", "您已不在门店 {store}。"
_CHANGES = (("改角色", "role"), ("改门店", "stores"), ("改上级", "boss"), ("移除", "remove"))
_PAGE, _SHOWN = 10, 12


async def show(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """Who is here, as far as it is this person's business."""
    return (_list(await _visible(context), 0),)


async def find(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """/person NAME: the one of that name, or those whose names hold it."""
    wanted = typed.inert(incoming.text.strip().partition(" ")[2]).casefold()
    people = await _visible(context)
    found = [one for one in people if wanted in typed.inert(one.name).casefold()]
    if len(found) == 1 and wanted:
        return (await _card(context, found[0]),)
    return (_list(found, 0) if found else Reply(NOT_FOUND if wanted else NOBODY),)


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """people:<offset>, person:<id>, person:<id>:<what>."""
    match incoming.action.split(":"):
        case ["people", offset] if re.fullmatch(r"[0-9]{1,6}", offset):
            return (_list(await _visible(context), int(offset)),)
        case ["person", number]:
            person = await _one(context, number)
            return (await _card(context, person) if person else Reply(NOT_HERE),)
        case ["person", number, what] if what in (name for _, name in _CHANGES):
            if context.me.role != ADMIN:
                return (Reply(NOT_YOURS),)
            person = await _one(context, number)
            return await _start(context, incoming, person, what) if person else (Reply(NOT_HERE),)
    return (Reply(flow.OVER),)


async def _visible(context: Context) -> list[Person]:
    """Everyone to an admin; to a supervisor those of their stores."""
    async with context.database.read() as connection:
        people = await People(connection).all()
    mine = set(context.me.stores)
    return [one for one in people if context.me.role == ADMIN or mine & set(one.stores)]


async def _one(context: Context, number: str) -> Person | None:
    return next((one for one in await _visible(context) if str(one.id) == number), None)


def _list(people: list[Person], offset: int) -> Reply:
    rows = [(Button(f"{_name(one)} · {ROLE_NAMES[one.role]}", f"person:{one.id}"),) for one in people[offset:][:_PAGE]]
    if offset + _PAGE < len(people):
        rows.append((Button(MORE, f"people:{offset + _PAGE}"),))
    return Reply(LIST.format(n=len(people)) if people else NOBODY, buttons=tuple(rows), replaces=offset > 0)


async def _card(context: Context, person: Person, before: str = "") -> Reply:
    async with context.database.read() as connection:
        stores = [await Stores(connection).get(store_id) for store_id in person.stores]
        boss = await People(connection).get(person.reports_to) if person.reports_to else None
    text = CARD.format(
        name=_name(person),
        role=ROLE_NAMES[person.role],
        demo=DEMO if person.demo else "",
        stores="、".join(typed.inert(one.name) for one in stores if one and not one.closed_at) or NONE,
        boss=_name(boss) if boss and boss.left_at is None else NONE,
        joined=person.joined_at.astimezone(context.zone).date().isoformat(),
    )
    changes = [Button(text, f"person:{person.id}:{what}") for text, what in _CHANGES]
    buttons = (tuple(changes[:2]), tuple(changes[2:])) if context.me.role == ADMIN else ()
    return Reply(f"{before}\n\n{text}" if before else text, buttons=buttons)


async def _start(context: Context, incoming: Incoming, person: Person, what: str) -> tuple[Reply, ...]:
    facts: Facts = {"id": person.id, "name": _name(person)}
    async with context.database.read() as connection:
        if what == "stores":
            facts["stores"] = [_row(one, person) for one in await Stores(connection).all()]
        elif what == "boss":
            leaders = await People(connection).all(ADMIN, SUPERVISOR)
            facts["leaders"] = [[one.id, _name(one)] for one in leaders if one.id != person.id]
    return await flow.start(context, incoming, next(one for one in FLOWS if one.name == f"person_{what}"), facts)


def _row(store: Store, person: Person) -> tuple[int, str, str, bool]:
    return store.id, store.code, typed.inert(store.name), store.id in person.stores


def _role_step(facts: Facts, answers: Answers) -> Prompt | None:
    choices = tuple(Choice(ROLE_NAMES[role], role) for role in ROLES)
    return None if answers else Prompt(Reply(ASK_ROLE.format(name=facts["name"])), (choices[:2], choices[2:]))


def _stores_step(facts: Facts, answers: Answers) -> Prompt | None:
    shown = sorted(facts["stores"], key=lambda row: not row[3])[:_SHOWN]
    choices = tuple((Choice(f"✓ {name}" if on else name, [number, not on]),) for number, _, name, on in shown)
    asked = Reply(ASK_STORE.format(name=facts["name"]))
    return None if answers else Prompt(asked, choices, lambda incoming: _store(facts, incoming))


def _store(facts: Facts, incoming: Incoming) -> list[object]:
    wanted = typed.inert(incoming.text).upper()
    for number, code, name, on in facts["stores"]:
        if wanted in (code, name.upper()):
            return [number, not on]
    raise Misread(NO_SUCH_STORE)


def _boss_step(facts: Facts, answers: Answers) -> Prompt | None:
    choices = [(Choice(name, number),) for number, name in facts["leaders"][:_SHOWN]]
    asked = Reply(ASK_BOSS.format(name=facts["name"]))
    return None if answers else Prompt(asked, (*choices, (Choice(NONE, None),)), lambda one: _boss(facts, one))


def _boss(facts: Facts, incoming: Incoming) -> int:
    wanted = typed.inert(incoming.text)
    found = [number for number, name in facts["leaders"] if name == wanted]
    if len(found) != 1:
        raise Misread(NOT_FOUND)
    return int(found[0])


def _remove_step(facts: Facts, answers: Answers) -> Prompt | None:
    sure = Reply(ASK_REMOVE.format(name=facts["name"]))
    return None if answers else Prompt(sure, ((Choice("移除", True),),))


async def _still(context: Context, facts: Facts) -> tuple[People, Person | None]:
    people = People(await context.write())
    person = await people.get(facts["id"])
    return people, person if person and person.left_at is None else None


async def _role_it(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    people, person = await _still(context, facts)
    if person is None:
        return (Reply(NOT_HERE),)
    if answers[0] != ADMIN and await last_admin(people, person):
        return (Reply(LAST_ADMIN),)
    if answers[0] != person.role:
        await people.change(person.id, role=answers[0])
        await Invites(await context.write()).withdraw(person.id)
        context.notify(person.id, Reply(TOLD_ROLE.format(role=ROLE_NAMES[answers[0]])))
    return await _changed(context, people, person)


async def _stores_it(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    people, person = await _still(context, facts)
    store_id, on = answers[0]
    store = await Stores(await context.write()).get(store_id)
    if person is None or store is None:
        return (Reply(NOT_HERE),)
    if on != (store_id in person.stores):
        await people.assign(person.id, store_id, take_away=not on)
        told = TOLD_IN if on else TOLD_OUT
        context.notify(person.id, Reply(told.format(store=typed.inert(store.name))))
    return await _changed(context, people, person)


async def _boss_it(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    people, person = await _still(context, facts)
    boss = await people.get(answers[0]) if answers[0] is not None else None
    if person is None or (boss is not None and boss.left_at is not None):
        return (Reply(NOT_HERE),)
    await people.change(person.id, reports_to=answers[0])
    return await _changed(context, people, person)


async def _remove_it(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    people, person = await _still(context, facts)
    if person is None:
        return (Reply(NOT_HERE),)
    if await last_admin(people, person):
        return (Reply(LAST_ADMIN),)
    await people.leave(person.id, context.now())
    return (Reply(REMOVED.format(name=facts["name"])),)


async def _changed(context: Context, people: People, person: Person) -> tuple[Reply, ...]:
    now = await people.get(person.id)
    assert now is not None
    await reminding.retimed(await context.write(), now, context.now())
    return (await _card(context, now, CHANGED),)


def _name(person: Person) -> str:
    return typed.inert(person.name)


ROLE = Flow("person_role", ADMINS, _role_step, _role_it)
STORES = Flow("person_stores", ADMINS, _stores_step, _stores_it)
BOSS = Flow("person_boss", ADMINS, _boss_step, _boss_it)
REMOVE = Flow("person_remove", ADMINS, _remove_step, _remove_it)
FLOWS = (ROLE, STORES, BOSS, REMOVE)
