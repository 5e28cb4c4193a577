"""Listing: an admin sends a list as YAML or Excel, sees what it holds and changes, and puts it to use."""

import asyncio
from collections.abc import Iterable

from handlers import flow, typed
from handlers.checks.lists import described, known
from handlers.context import Context
from handlers.flow import Answers, Choice, Facts, Flow, Prompt
from handlers.message import Button, Incoming, Reply
from handlers.roles import ADMINS
from knowledge.checklist import Checklist, as_json, from_json
from knowledge.checklist_columns import ITEMS
from knowledge.checklist_file import load_yaml, plain_item
from knowledge.checklist_sheet import is_list, load_sheet
from knowledge.faults import BadFile
from records.checklists import Checklists
from records.documents import Documents

BAD = "这份检查清单有 {n} 处要改，改好再发：\n{problems}"
SAME = "“{name}”和现在用的一样，没有变化。"
NEW, AGAIN = "**这是一份新清单。**", "**这份清单现在停用，确认后重新启用。**"
CHANGES = "**与现在的版本比**\n{lines}"
ADDED, REMOVED, CHANGED, ORDER = (
    "- 新增：{name}",
    "- 去掉：{name}",
    "- 改动：{name}（{what}）",
    "- 分区、名称或顺序有变化",
)
NO_STANDARD = "**请留意**：手册里找不到下面的标准，检查时就看不到原文。\n{lines}"
USE, USED = "启用", "已启用“{name}”，{n} 项。下次检查就用它；已经做过和正在做的检查不变。"
UNDO = "撤销"
STALE = "“{name}”刚才被改过，没有启用。请再发一次，看看现在有什么不同。"
_WARNINGS = 5
_ALSO = {"photos_least": "最少照片", "photos_most": "最多照片"}


async def offered(context: Context, incoming: Incoming, file: str, content: bytes) -> tuple[Reply, ...] | None:
    """What an admin is told of a file that is a list; None when it is none."""
    suffix = file.rpartition(".")[2].lower()
    if suffix not in ("yaml", "yml") and not (suffix == "xlsx" and await asyncio.to_thread(is_list, content)):
        return None
    lists = await known(context)
    keys = {one.checklist.name: key for key, one in lists.items()}
    try:
        if suffix == "xlsx":
            sent = await asyncio.to_thread(load_sheet, content, file, keys)
        else:
            sent = await asyncio.to_thread(load_yaml, content, file)
    except BadFile as error:
        return (Reply(BAD.format(n=len(error.problems), problems=typed.listed(error.problems))),)
    now = lists.get(sent.key)
    if now is not None and not now.ended and now.checklist.version == sent.version:
        return (Reply(SAME.format(name=typed.inert(sent.name))),)
    said = NEW if now is None else _compared(now.checklist, sent)
    parts = [described(sent), AGAIN if now and now.ended else "", said, await _unstated(context, sent)]
    facts = {
        "list": as_json(sent),
        "was": now.row.id if now and now.row else 0,
        "text": "\n\n".join(part for part in parts if part),
    }
    return await flow.start(context, incoming, LISTING, facts)


def _compared(old: Checklist, new: Checklist) -> str:
    """What is added, taken out and changed; "" where nothing is."""
    before, after = ({item.key: item for item in one.items} for one in (old, new))
    lines = [ADDED.format(name=typed.inert(after[key].name)) for key in after if key not in before]
    lines += [REMOVED.format(name=typed.inert(before[key].name)) for key in before if key not in after]
    for key in (key for key in after if key in before and before[key] != after[key]):
        was, now = plain_item(before[key]), plain_item(after[key])
        what = "、".join(_difference(was, now))
        lines.append(CHANGED.format(name=typed.inert(after[key].name), what=what))
    if not lines and old != new:
        lines.append(ORDER)
    return CHANGES.format(lines="\n".join(lines)) if lines else ""


def _difference(was: dict[str, object], now: dict[str, object]) -> Iterable[str]:
    """“权重 2 → 3” for what is short, the column's name for what is long."""
    for name, column in ITEMS.items():
        old, new = was.get(column.key), now.get(column.key)
        if old == new:
            continue
        numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (old, new))
        yield f"{name} {old:g} → {new:g}" if numbers else name


async def _unstated(context: Context, checklist: Checklist) -> str:
    """Which standards are not in the library as it is now."""
    wanted = {item.standard.document for item in checklist.items if item.standard}
    ids = {row.id: row.facts.name for row in await context.desk.documents() if row.facts.name in wanted}
    async with context.database.read() as connection:
        sections = await Documents(connection).sections(ids)
    there = {(ids[number], section.path) for number, some in sections.items() for section in some}
    stated = dict.fromkeys(item.standard for item in checklist.items if item.standard)
    missing = [" > ".join((one.document, *one.section)) for one in stated if (one.document, one.section) not in there]
    return NO_STANDARD.format(lines=typed.listed(missing, _WARNINGS)) if missing else ""


def _step(facts: Facts, answers: Answers) -> Prompt | None:
    return None if answers else Prompt(Reply(facts["text"]), ((Choice(USE, True),),))


async def _finish(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    sent = from_json(facts["list"])
    checklists, name = Checklists(await context.write()), typed.inert(sent.name)
    row = (await checklists.all()).get(sent.key)
    if (row.id if row else 0) != facts["was"]:
        return (Reply(STALE.format(name=name)),)
    added = await checklists.put(sent.key, sent.version, sent.name, facts["list"], context.me.id, context.now())
    undo = ((Button(UNDO, f"lists:{sent.key}:undo:{added}"),),)
    return (Reply(USED.format(name=name, n=len(sent.items)), buttons=undo),)


LISTING = Flow("list", ADMINS, _step, _finish)
