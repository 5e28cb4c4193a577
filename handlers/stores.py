"""Stores: everyone sees their own, admins open, change and close them; each has a code to scan."""

import re

from handlers import flow, typed
from handlers.context import Context
from handlers.flow import Answers, Choice, Facts, Flow, Misread, Prompt
from handlers.joining import ROLE_NAMES, STORE_LINK
from handlers.message import Button, Incoming, Reply, clipped
from handlers.pictures import qr
from handlers.roles import ADMINS, LEADERS, NOT_YOURS
from records.people import ADMIN, ROLES, People, Person
from records.stores import Store, Stores

LIST = "门店共 {n} 家。点一家看详情。"
NONE = "您名下还没有门店。"
NONE_AT_ALL = "还没有门店。"
NOT_HERE = "您名下没有这家门店。"
CARD = "**{name}**（{code}）\n\n- 区域：{region}\n- 位置：{place}\n{people}"
NO_PLACE = "还没有"
QR = "{name}（{code}）的二维码。贴在店里，同事扫一扫就能打开这家门店。\n{link}"
ADD, QR_BUTTON, MORE, CHECK = "新增门店", "二维码", "下一页", "检核"
ASK_CODE = "新门店的编号是什么？字母、数字和短横线，例如：SH-021。"
ASK_NAME, ASK_REGION = "门店叫什么名字？", "在哪个区域？例如：华东。"
ASK_PLACE = "门店在哪里？请在店里点发送位置，或发经纬度，例如：31.2304, 121.4737。"
SURE_ADD = "新增门店：\n\n- 编号：{code}\n- 名称：{name}\n- 区域：{region}\n- 位置：{place}\n\n保存吗？"
SURE_CLOSE = "确定关闭 {name}（{code}）吗？以后不再出现在列表里，已有的记录都保留。用同一个编号新增，就会重新开业。"
BAD_CODE = "编号只能用字母、数字和短横线，最多 32 个字符，例如：SH-021。"
TAKEN = "编号 {code} 已经有门店在用，请换一个。"
SAVED, CLOSED = "已保存。", "已关闭 {name}。"
SKIP = "跳过"
_LONGEST = 30
_PAGE = 8
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,31}")
_CHANGES = (("改名称", "name"), ("改区域", "region"), ("改位置", "place"), ("关闭门店", "close"))


async def show(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """The stores of whoever asks; an admin's are all."""
    return (await _list(context, 0),)


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """stores:<offset>, store:new, store:<id>, store:<id>:<what>."""
    match incoming.action.split(":"):
        case ["stores", offset] if re.fullmatch(r"[0-9]{1,6}", offset):
            return (await _list(context, int(offset)),)
        case ["store", "new"]:
            return await _add(context, incoming)
        case ["store", number]:
            return (await _card_of(context, await _mine(context, number)),)
        case ["store", number, what] if what in ("qr", *(name for _, name in _CHANGES)):
            if context.me.role != ADMIN:
                return (Reply(NOT_YOURS),)
            store = await _mine(context, number)
            if store is None:
                return (Reply(NOT_HERE),)
            return (await _code_of(context, store),) if what == "qr" else await _change(context, incoming, store, what)
    return (Reply(flow.OVER),)


async def linked(context: Context, code: str) -> tuple[Reply, ...]:
    """The store whose link was opened (store_CODE), to its people."""
    async with context.database.read() as connection:
        store = await Stores(connection).named(code.removeprefix(STORE_LINK))
    return (await _card_of(context, store if store and _sees(context.me, store) else None),)


def _sees(person: Person, store: Store) -> bool:
    return store.closed_at is None and (person.role == ADMIN or store.id in person.stores)


async def _mine(context: Context, number: str) -> Store | None:
    """A store that this person may see; any other is as if it did not exist."""
    if not re.fullmatch(r"[0-9]{1,9}", number):
        return None
    async with context.database.read() as connection:
        store = await Stores(connection).get(int(number))
    return store if store and _sees(context.me, store) else None


async def _list(context: Context, offset: int) -> Reply:
    async with context.database.read() as connection:
        stores = [one for one in await Stores(connection).all() if _sees(context.me, one)]
    rows = [
        (Button(clipped(f"{typed.inert(one.name)}（{one.code}）", 40), f"store:{one.id}"),)
        for one in stores[offset : offset + _PAGE]
    ]
    if offset + _PAGE < len(stores):
        rows.append((Button(MORE, f"stores:{offset + _PAGE}"),))
    if context.me.role == ADMIN:
        rows.append((Button(ADD, "store:new"),))
    empty = NONE_AT_ALL if context.me.role == ADMIN else NONE
    return Reply(LIST.format(n=len(stores)) if stores else empty, buttons=tuple(rows), replaces=offset > 0)


async def _card_of(context: Context, store: Store | None, before: str = "") -> Reply:
    if store is None:
        return Reply(NOT_HERE)
    async with context.database.read() as connection:
        people = await People(connection).all(store=store.id)
    names = {role: "、".join(typed.inert(one.name) for one in people if one.role == role) for role in ROLES}
    text = CARD.format(
        name=typed.inert(store.name),
        code=store.code,
        region=typed.inert(store.region) or NO_PLACE,
        place=_place(store.latitude, store.longitude),
        people="\n".join(f"- {ROLE_NAMES[role]}：{some}" for role, some in names.items() if some),
    )
    changes = [Button(text, f"store:{store.id}:{what}") for text, what in _CHANGES]
    code = (Button(QR_BUTTON, f"store:{store.id}:qr"),)
    check = (Button(CHECK, f"check:store:{store.id}"),) if context.me.role in LEADERS else ()
    changing = (tuple(changes[:2]), tuple(changes[2:]), code) if context.me.role == ADMIN else ()
    buttons = tuple(row for row in (check, *changing) if row)
    return Reply(f"{before}\n\n{text.strip()}" if before else text.strip(), buttons=buttons)


async def _code_of(context: Context, store: Store) -> Reply:
    payload = f"{STORE_LINK}{store.code}"
    link = context.deployment.bot_link(payload) or f"/start {payload}"
    picture = await qr(context, link, payload)
    return Reply(QR.format(name=typed.inert(store.name), code=store.code, link=link), files=(picture,))


async def _add(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    if context.me.role != ADMIN:
        return (Reply(NOT_YOURS),)
    async with context.database.read() as connection:
        codes = [one.code for one in await Stores(connection).all()]
    return await flow.start(context, incoming, ADDING, {"codes": codes})


async def _change(context: Context, incoming: Incoming, store: Store, what: str) -> tuple[Reply, ...]:
    facts = {"id": store.id, "what": what, "name": typed.inert(store.name), "code": store.code}
    return await flow.start(context, incoming, CLOSING if what == "close" else CHANGING, facts)


def _add_step(facts: Facts, answers: Answers) -> Prompt | None:
    match len(answers):
        case 0:
            return Prompt(Reply(ASK_CODE), read=lambda incoming: _code(facts, incoming), free=True)
        case 1 | 2:
            asked = ASK_NAME if len(answers) == 1 else ASK_REGION
            return Prompt(Reply(asked), read=typed.line(_LONGEST), free=True)
        case 3:
            return Prompt(Reply(ASK_PLACE, asks_place=True), ((Choice(SKIP, None),),), typed.place)
        case 4:
            code, name, region, place = answers
            shown = SURE_ADD.format(code=code, name=name, region=region, place=_place(*(place or (None, None))))
            return Prompt(Reply(shown), ((Choice("保存", True),),))
    return None


def _code(facts: Facts, incoming: Incoming) -> str:
    code = typed.line(64)(incoming).upper()
    if not _CODE.fullmatch(code):
        raise Misread(BAD_CODE)
    if code in facts["codes"]:
        raise Misread(TAKEN.format(code=code))
    return code


async def _add_it(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    code, name, region, place, _ = answers
    stores = Stores(await context.write())
    known = await stores.named(code)
    if known is not None and known.closed_at is None:
        return (Reply(TAKEN.format(code=code)),)
    saved = await stores.save(code, name, region, (place[0], place[1]) if place else None)
    return (await _card_of(context, saved, SAVED),)


def _change_step(facts: Facts, answers: Answers) -> Prompt | None:
    if answers:
        return None
    if facts["what"] == "place":
        return Prompt(Reply(ASK_PLACE, asks_place=True), read=typed.place)
    asked = ASK_NAME if facts["what"] == "name" else ASK_REGION
    return Prompt(Reply(asked), read=typed.line(_LONGEST), free=True)


async def _change_it(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    stores = Stores(await context.write())
    store = await stores.get(facts["id"])
    if store is None or store.closed_at is not None:
        return (Reply(NOT_HERE),)
    name, region = (answers[0] if facts["what"] == what else kept for what, kept in _texts(store))
    place = (answers[0][0], answers[0][1]) if facts["what"] == "place" else None
    return (await _card_of(context, await stores.save(store.code, name, region, place), SAVED),)


def _texts(store: Store) -> tuple[tuple[str, str], ...]:
    return (("name", store.name), ("region", store.region))


def _close_step(facts: Facts, answers: Answers) -> Prompt | None:
    sure = Reply(SURE_CLOSE.format(name=facts["name"], code=facts["code"]))
    return None if answers else Prompt(sure, ((Choice("关闭门店", True),),))


async def _close_it(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    await Stores(await context.write()).close(facts["id"], context.now())
    return (Reply(CLOSED.format(name=facts["name"])),)


def _place(latitude: float | None, longitude: float | None) -> str:
    return NO_PLACE if latitude is None or longitude is None else f"{latitude:.4f}, {longitude:.4f}"


ADDING = Flow("store_add", ADMINS, _add_step, _add_it)
CHANGING = Flow("store_change", ADMINS, _change_step, _change_it)
CLOSING = Flow("store_close", ADMINS, _close_step, _close_it)
FLOWS = (ADDING, CHANGING, CLOSING)
