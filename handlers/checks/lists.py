"""Lists: leaders see what is checked, admins download, end and bring back a list."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass

from handlers import flow, typed
from handlers.context import Context
from handlers.message import MEDIA, Button, File, Incoming, Reply
from handlers.roles import NOT_YOURS
from knowledge.checklist import Checklist, Item, as_json, from_json
from knowledge.checklist_file import as_yaml
from knowledge.checklist_workbook import template, workbook
from records.checklists import ChecklistRow, Checklists
from records.people import ADMIN

LIST = "检查清单共 {n} 份。点一份看里面查什么。"
FOR_ADMINS = "要改清单：点开一份，下载 Excel 或 YAML，改好后直接把文件发给我。"
NONE = "现在没有启用的检查清单。"
CARD = "**{name}**（{key}）\n{about}{sections} 个分区，{items} 项。{state}"
OFF, AMENDED, BUNDLED = "已停用，检查时选不到它。", "现在是管理员发来的版本。", "现在是自带的版本。"
SECTION = "**{name}** · 占 {share} %{mark}"
LEAST = " · 及格线 {mark:g} 分"
ITEM = "- {name}{kind}{weight}{veto}"
WEIGHT, VETO, NO_SKIP = " · 权重 {weight:g}", " · 一票否决", " · 必查"
KINDS = {"pass": "", "score": " · 0-5 分", "number": " · {bounds}", "text": " · 文字，不计分", "photo": " · 照片"}
BETWEEN, AT_LEAST, AT_MOST = "{low:g} 到 {high:g} {unit}", "至少 {low:g} {unit}", "最多 {high:g} {unit}"
EXACTLY = "应是 {low:g} {unit}"
END, BACK, UNDO = "停用", "启用", "撤销这一版"
EXCEL, YAML, TEMPLATE, MORE = "下载 Excel", "下载 YAML", "下载空白模板", "下一页"
SENT = "{name}，改好后直接发给我。"
ENDED = "已停用“{name}”。已经做过的检查不受影响。"
BACK_AGAIN = "“{name}”又可以用了。"
UNDONE, UNDONE_GONE = "已撤销，“{name}”恢复为原来的版本。", "已撤销，“{name}”不在清单里了。"
CHANGED_SINCE = "“{name}”后来又变过，不能撤销了。"
_PAGE = 10
_ADMIN_DOES = ("off", "on", "undo", "xlsx", "yaml")


@dataclass(frozen=True, slots=True)
class Known:
    """A list, and the version that decides, None where it is as it was bundled."""

    checklist: Checklist
    row: ChecklistRow | None

    @property
    def ended(self) -> bool:
        """Whether it is no longer offered."""
        return self.row is not None and self.row.retired


async def present(context: Context) -> dict[str, Checklist]:
    """The lists a check can be made with now, by key."""
    return {key: one.checklist for key, one in (await known(context)).items() if not one.ended}


async def known(context: Context) -> dict[str, Known]:
    """Every list by key, also those that are ended: the bundled ones, then those that admins added."""
    async with context.database.read() as connection:
        rows = await Checklists(connection).all()
    return merged(context.deployment.checklists, rows)


def merged(bundled: Mapping[str, Checklist], rows: Mapping[str, ChecklistRow]) -> dict[str, Known]:
    """The bundled lists with what admins put in their place."""
    own = {key: Known(from_json(row.payload), row) for key, row in rows.items()}
    return {key: Known(one, None) for key, one in bundled.items()} | own


async def show(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """All lists, to open one."""
    return (await _page(context, 0),)


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """lists:<key>, lists:<key>:<what>, lists:<key>:undo:<version>, lists:-:<offset>, lists:-:template."""
    match incoming.action.split(":"):
        case ["lists", "-", offset] if re.fullmatch(r"[0-9]{1,6}", offset):
            return (await _page(context, int(offset)),)
        case ["lists", "-", "template"]:
            return await _template(context)
        case ["lists", key, *rest]:
            one = (await known(context)).get(key)
            if one is None or (one.ended and context.me.role != ADMIN):
                return (Reply(flow.OVER),)
            return await _do(context, one, rest) if rest else (_card(context, one),)
    return (Reply(flow.OVER),)


async def _do(context: Context, one: Known, rest: list[str]) -> tuple[Reply, ...]:
    if rest[0] not in _ADMIN_DOES:
        return (Reply(flow.OVER),)
    if context.me.role != ADMIN:
        return (Reply(NOT_YOURS),)
    match rest:
        case ["off"]:
            return await _end(context, one.checklist.key)
        case ["on"]:
            return await _bring_back(context, one.checklist.key)
        case ["undo", number]:
            return await _undo(context, one.checklist, number)
        case ["xlsx" | "yaml" as form]:
            return await _send(context, one.checklist, form)
    return (Reply(flow.OVER),)


async def _page(context: Context, offset: int) -> Reply:
    admin = context.me.role == ADMIN
    found = [one for one in (await known(context)).values() if admin or not one.ended]
    rows = [(Button(_title(one), f"lists:{one.checklist.key}"),) for one in found[offset : offset + _PAGE]]
    if offset + _PAGE < len(found):
        rows.append((Button(MORE, f"lists:-:{offset + _PAGE}"),))
    if admin:
        rows.append((Button(TEMPLATE, "lists:-:template"),))
    text = LIST.format(n=len(found)) if found else NONE
    return Reply(f"{text}\n{FOR_ADMINS}" if admin else text, buttons=tuple(rows), replaces=offset > 0)


def _title(one: Known) -> str:
    state = "，已停用" if one.ended else ""
    return f"{typed.inert(one.checklist.name)}（{len(one.checklist.items)} 项{state}）"


def _card(context: Context, one: Known) -> Reply:
    key = one.checklist.key
    buttons: tuple[tuple[Button, ...], ...] = ()
    if context.me.role == ADMIN:
        ways: tuple[Button, ...] = (
            (Button(BACK, f"lists:{key}:on"),) if one.ended else (Button(END, f"lists:{key}:off"),)
        )
        if one.row is not None and not one.ended:
            ways = (*ways, Button(UNDO, f"lists:{key}:undo:{one.row.id}"))
        buttons = (ways, (Button(EXCEL, f"lists:{key}:xlsx"), Button(YAML, f"lists:{key}:yaml")))
    state = OFF if one.ended else BUNDLED if one.row is None else AMENDED
    return Reply(described(one.checklist, state), buttons=buttons)


def described(checklist: Checklist, state: str = "") -> str:
    """A list as people read it: its sections with their share, its items with their weight."""
    head = CARD.format(
        name=typed.inert(checklist.name),
        key=checklist.key,
        about=f"{typed.inert(checklist.description)}\n" if checklist.description else "",
        sections=len(checklist.sections),
        items=len(checklist.items),
        state=state,
    )
    whole = sum(section.weight for section in checklist.sections)
    parts = []
    for section in checklist.sections:
        mark = "" if section.pass_mark is None else LEAST.format(mark=section.pass_mark)
        share = f"{100 * section.weight / whole:.0f}"
        title = SECTION.format(name=typed.inert(section.name), share=share, mark=mark)
        parts.append("\n".join([title, "", *(_item(item) for item in section.items)]))
    return "\n\n".join([head, *parts])


def _item(item: Item) -> str:
    return ITEM.format(
        name=typed.inert(item.name),
        kind=KINDS[item.kind].format(bounds=bounds(item)),
        weight="" if item.kind == "text" else WEIGHT.format(weight=item.weight),
        veto=VETO if item.veto else "" if item.may_skip else NO_SKIP,
    )


def bounds(item: Item) -> str:
    """What a number must be to pass; "" where the item has no bounds."""
    if item.low is None and item.high is None:
        return ""
    form = AT_MOST if item.low is None else AT_LEAST if item.high is None else BETWEEN
    form = EXACTLY if item.low == item.high else form
    return form.format(low=item.low, high=item.high, unit=typed.inert(item.unit)).strip()


async def _end(context: Context, key: str) -> tuple[Reply, ...]:
    checklists = Checklists(await context.write())
    one = merged(context.deployment.checklists, await checklists.all())[key]
    if not one.ended:
        listed = one.checklist
        await checklists.put(
            key, listed.version, listed.name, as_json(listed), context.me.id, context.now(), retired=True
        )
    again = ((Button(BACK, f"lists:{key}:on"),),)
    return (Reply(ENDED.format(name=typed.inert(one.checklist.name)), buttons=again, replaces=True),)


async def _bring_back(context: Context, key: str) -> tuple[Reply, ...]:
    checklists = Checklists(await context.write())
    row = (await checklists.all()).get(key)
    if row is not None and row.retired:
        await checklists.undo(row.id, context.now())
    one = merged(context.deployment.checklists, await checklists.all()).get(key)
    if one is None or one.ended:
        return (Reply(flow.OVER),)
    return (Reply(BACK_AGAIN.format(name=typed.inert(one.checklist.name)), replaces=True),)


async def _undo(context: Context, listed: Checklist, number: str) -> tuple[Reply, ...]:
    checklists, name = Checklists(await context.write()), typed.inert(listed.name)
    row = (await checklists.all()).get(listed.key)
    if row is None or row.retired or str(row.id) != number:
        return (Reply(CHANGED_SINCE.format(name=name)),)
    await checklists.undo(row.id, context.now())
    left = merged(context.deployment.checklists, await checklists.all()).get(listed.key)
    said = UNDONE_GONE if left is None else UNDONE
    return (Reply(said.format(name=name), replaces=True),)


async def _send(context: Context, listed: Checklist, form: str) -> tuple[Reply, ...]:
    content = await asyncio.to_thread(workbook, listed) if form == "xlsx" else as_yaml(listed).encode()
    media = MEDIA["xlsx"] if form == "xlsx" else "application/yaml"
    file = File(f"{listed.key}.{form}", media, await context.files.put(content))
    return (Reply(SENT.format(name=typed.inert(listed.name)), files=(file,)),)


async def _template(context: Context) -> tuple[Reply, ...]:
    if context.me.role != ADMIN:
        return (Reply(NOT_YOURS),)
    return await _send(context, await asyncio.to_thread(template), "xlsx")
