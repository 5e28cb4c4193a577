"""Which stores and which things: the first questions of a spot check and of a weekly plan."""

from typing import Any

from handlers import flow, typed
from handlers.context import Context
from handlers.flow import Answers, Choice, Facts, Flow, Misread, Prompt
from handlers.message import Incoming, Reply
from records.standing import actor
from records.stores import Stores

ASK_STORES = "请哪些门店拍？点一家，或者发名称、编号。"
PICKED = "已选 {n} 家：{names}。还可以再选，选好了点“选好了”。"
ALL, OK = "全部（{n} 家）", "选好了"
NO_SUCH = "您名下没有这家门店，请点一个，或者发完整的名称、编号。"
TOO_MANY = "一次最多 {n} 样，每样 {long} 个字以内。"
LINES_LONGEST, MOST_ITEMS = 30, 8
_SHOWN = 12


async def begin(context: Context, incoming: Incoming, asking: Flow, none: str) -> tuple[Reply, ...]:
    """Ask about the stores a person leads; one alone is picked already, and `none` is said where there is none."""
    async with context.database.read() as connection:
        mine = [one for one in await Stores(connection).all() if actor(context.me, one.id).leads]
    if not mine:
        return (Reply(none),)
    facts = {
        "stores": [[one.id, typed.inert(one.name)] for one in mine],
        "codes": {one.code: one.id for one in mine},
        "zone": context.zone.key,
        "now": context.now().isoformat(),
    }
    return await flow.start(context, incoming, asking, facts, [mine[0].id, "ok"] if len(mine) == 1 else [])


def stores_in(facts: Facts, answers: Answers) -> tuple[list[int], list[Any] | None]:
    """The stores picked so far, and the answers after them; None while stores are still picked."""
    for at, one in enumerate(answers):
        if one == "all":
            return [number for number, _ in facts["stores"]], list(answers[at + 1 :])
        if one == "ok":
            return list(dict.fromkeys(answers[:at])), list(answers[at + 1 :])
    return list(dict.fromkeys(answers)), None


def stores_prompt(facts: Facts, picked: list[int]) -> Prompt:
    """The next store, or that these are all."""
    names = dict(facts["stores"])
    others = [Choice(name, number) for number, name in facts["stores"] if number not in picked]
    rows = [tuple(others[at : at + 2]) for at in range(0, min(len(others), _SHOWN), 2)]
    rows.append((Choice(OK, "ok"),) if picked else (Choice(ALL.format(n=len(names)), "all"),))
    text = PICKED.format(n=len(picked), names="、".join(names[one] for one in picked)) if picked else ASK_STORES
    return Prompt(Reply(text), tuple(rows), lambda incoming: _store(facts, incoming), free=True)


def items_in(incoming: Incoming) -> list[str]:
    """What is to be photographed, a line each."""
    text = typed.lines(1000)(incoming)
    items = list(dict.fromkeys(one for line in text.replace("、", "\n").splitlines() if (one := typed.inert(line))))
    if not items or len(items) > MOST_ITEMS or max(map(len, items)) > LINES_LONGEST:
        raise Misread(TOO_MANY.format(n=MOST_ITEMS, long=LINES_LONGEST))
    return items


def _store(facts: Facts, incoming: Incoming) -> int:
    wanted = typed.line(64)(incoming)
    found = [number for number, name in facts["stores"] if name == wanted]
    code = facts["codes"].get(wanted.upper())
    if code is None and len(found) != 1:
        raise Misread(NO_SUCH)
    return int(found[0] if code is None else code)
