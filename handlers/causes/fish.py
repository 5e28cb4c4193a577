"""The fishbone in talk: bones, probing questions, causes of a whole team; every edit is kept at once."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from handlers import flow, typed
from handlers.causes import analysing, fish_screen
from handlers.causes.analysing import NOT_HERE, NotSeen, edit_fish, seen
from handlers.causes.fish_screen import action
from handlers.checks.report import named
from handlers.context import Context
from handlers.flow import Answers, Facts, Flow, Misread, Prompt
from handlers.message import Button, Incoming, Reply, id_in
from handlers.roles import WORKERS
from knowledge.cause import said
from knowledge.cause.edit import CannotEdit
from knowledge.cause.fishbone import BONE, Fishbone, Twig, mend, move, put_all, take_off, with_bones
from knowledge.cause.probes import probes
from knowledge.cause.stored import fishbone_from
from records.analyses import FISH, Analysis
from records.conversations import Conversations
from records.database import Connection

TITLE = "鱼骨图：{title}"
STAYS = "这张鱼骨图和写下的原因都还在"
WHICH_BONE = "写在哪根骨上？点一根再发，或这样发：{bone}：高峰时人手不够。"
KEPT_ONE, KEPT = "记下了。", "记下 {n} 条。"
MOVED, DROPPED = "移到“{bone}”了。", "已删掉。"
GONE = "这一条已经不在了。"
CANNOT = "这一步做不了：{why}"
_LONGEST = 1200
Verb = Callable[[Context, Incoming, int, list[str]], Awaitable[tuple[Reply, ...]]]


async def begin(context: Context, incoming: Incoming, number: int) -> tuple[Reply, ...]:
    """Go on with a fishbone: its bones where it has none yet, else all of it."""
    _, fish = await read(context, await context.write(), number)
    if not fish.bones:
        return (replace(fish_screen.kinds(fish, number, probes()), replaces=False),)
    return await board(context, incoming, number, fish)


async def read(
    context: Context, connection: Connection, number: int, *, lock: bool = False
) -> tuple[Analysis, Fishbone]:
    """A fishbone this person may see; raises NotSeen."""
    one = await seen(context, connection, number, lock=lock)
    if one.kind != FISH:
        raise NotSeen
    return one, fishbone_from(one.content)


async def board(
    context: Context, incoming: Incoming, number: int, fish: Fishbone, before: str = ""
) -> tuple[Reply, ...]:
    """All bones: a typed “人：……” goes to the bone it names."""
    return await _ask(context, incoming, number, fish, {"mode": "board"}, before)


async def _bone(
    context: Context, incoming: Incoming, number: int, fish: Fishbone, bone: str, before: str = "", offset: int = 0
) -> tuple[Reply, ...]:
    """One bone: what is typed are causes on it."""
    return await _ask(context, incoming, number, fish, {"mode": "bone", "bone": bone, "offset": offset}, before)


async def twig(
    context: Context, incoming: Incoming, number: int, fish: Fishbone, one: Twig, before: str = ""
) -> tuple[Reply, ...]:
    """One cause: what is typed are its sub-causes, or those beside it where it is one."""
    facts = {"mode": "twig", "twig": one.parent if one.parent != BONE else one.id, "shown": one.id}
    return await _ask(context, incoming, number, fish, facts, before)


async def _now(context: Context, facts: Facts) -> Facts:
    """The same place of the fishbone as it is now, whoever wrote on it; all of it where that place is gone."""
    number = facts["analysis"]
    try:
        async with context.database.read() as connection:
            _, fish = await read(context, connection, number)
            names = await named(connection)
    except NotSeen as error:
        raise flow.Gone(NOT_HERE) from error
    there = facts["mode"] != "bone" or facts["bone"] in fish.bones
    try:
        kept = facts if there else facts | {"mode": "board"}
        text, rows = fish_screen.screen(fish, kept, names, context.me.id, number)
    except CannotEdit:
        kept = facts | {"mode": "board"}
        text, rows = fish_screen.screen(fish, kept, names, context.me.id, number)
    return kept | {"title": fish.card.what, "rows": analysing.kept_rows(rows), "say": text}


async def _ask(
    context: Context, incoming: Incoming, number: int, fish: Fishbone, facts: Facts, before: str = ""
) -> tuple[Reply, ...]:
    """Wait for a text about this fishbone, in place of any earlier wait for one."""
    conversations = Conversations(await context.write())
    answered = not incoming.action or incoming.action.startswith("flow:")
    here = context.opened.draft if context.opened and answered else None  # the flow closes that one itself
    for one in await conversations.drafts(context.me.id):
        if one.id != here and one.flow == FISHING.name and one.state["facts"]["analysis"] == number:
            await conversations.drop(one.id)
    text, rows = fish_screen.screen(fish, facts, await named(await context.write()), context.me.id, number)
    kept = {"analysis": number, "title": fish.card.what, "rows": analysing.kept_rows(rows), "say": text}
    [asked] = await flow.start(context, incoming, FISHING, facts | kept)
    return (replace(asked, text=f"{before}\n\n{text}" if before else text),)  # asked again, it has nothing before it


def _asking(facts: Facts, answers: Answers) -> Prompt | None:
    if answers:
        return None
    rows = analysing.rows_of(facts["rows"])
    return Prompt(Reply(facts["say"], buttons=rows), read=typed.lines(_LONGEST), free=True)


async def _said(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    number, answer, mode = facts["analysis"], str(answers[0]), facts["mode"]
    try:
        if mode == "reword":
            _, fish = await edit_fish(context, number, lambda fish: mend(fish, facts["twig"], answer))
            return await twig(context, incoming, number, fish, fish.twig(facts["twig"]))
        if mode == "bones":
            _, fish = await edit_fish(context, number, lambda fish: with_bones(fish, _names(answer)))
            return (replace(fish_screen.places(number, probes()), replaces=False),)
        return await _put(context, incoming, facts, answer)
    except CannotEdit as error:
        raise Misread(str(error)) from error
    except NotSeen:
        return (Reply(NOT_HERE),)


def _names(text: str) -> list[str]:
    for mark in "，,；;/|\n":
        text = text.replace(mark, "、")
    return [typed.inert(one) for one in text.split("、") if one.strip()]


async def _put(context: Context, incoming: Incoming, facts: Facts, answer: str) -> tuple[Reply, ...]:
    """Every line that can be a cause there; what was refused is said, and costs nothing else."""
    number, mode, refused = facts["analysis"], facts["mode"], list[str]()
    before = 0

    def grow(fish: Fishbone) -> Fishbone:
        nonlocal before
        before = len(fish.twigs)
        for bone, lines, parent in _parts(fish, facts, answer):
            fish, why = put_all(fish, bone, lines, context.me.id, parent)
            refused.extend(why)
        if len(fish.twigs) == before:
            raise CannotEdit(refused[0])
        return fish

    _, fish = await edit_fish(context, number, grow)
    made = len(fish.twigs) - before
    head = "\n".join([KEPT_ONE if made == 1 else KEPT.format(n=made), *refused])
    if mode == "board":
        return await board(context, incoming, number, fish, head)
    if mode == "twig":
        return await twig(context, incoming, number, fish, fish.twig(facts["twig"]), head)
    last = max((len(fish.on(facts["bone"])) - 1) // fish_screen.PAGE_SIZE, 0) * fish_screen.PAGE_SIZE
    return await _bone(context, incoming, number, fish, facts["bone"], head, last)


def _parts(fish: Fishbone, facts: Facts, answer: str) -> list[tuple[str, tuple[said.Said, ...], int]]:
    """(bone, lines, parent) as they are meant where the person is."""
    if facts["mode"] == "twig":
        lines = tuple(replace(one, sub=False) for one in said.said(answer))
        return [(fish.twig(facts["twig"]).bone, lines, facts["twig"])]
    parts = said.by_bone(answer, fish.bones)
    if facts["mode"] == "board" and (not parts or not parts[0][0]):
        raise CannotEdit(WHICH_BONE.format(bone=fish.bones[0]))
    return [(bone or facts["bone"], lines, BONE) for bone, lines in parts]


async def press_board(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    """fish:board:<analysis>."""
    return await begin(context, incoming, number)


async def _press_bone(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    _, fish = await read(context, await context.write(), number)
    bone = fish.bones[id_in(rest[0])]
    return await _bone(context, incoming, number, fish, bone, offset=id_in(rest[1]) if rest[1:] else 0)


async def _press_twig(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    _, fish = await read(context, await context.write(), number)
    return await twig(context, incoming, number, fish, fish.twig(id_in(rest[0])))


async def _reword(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    _, fish = await read(context, await context.write(), number)
    one = fish.twig(id_in(rest[0]))
    return await _ask(context, incoming, number, fish, {"mode": "reword", "twig": one.id})


async def _move(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    """fish:move:<analysis>:<twig>, then :<bone>."""
    chosen = id_in(rest[0])
    if not rest[1:]:
        async with context.database.read() as connection:
            _, fish = await read(context, connection, number)
        return (fish_screen.moving(fish, fish.twig(chosen), number),)
    _, fish = await edit_fish(context, number, lambda fish: move(fish, chosen, fish.bones[id_in(rest[1])]))
    one = fish.twig(chosen)
    return await twig(context, incoming, number, fish, one, MOVED.format(bone=typed.inert(one.bone)))


async def _drop(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    """fish:drop:<analysis>:<twig> asks, :yes does it."""
    chosen = id_in(rest[0])
    async with context.database.read() as connection:
        _, fish = await read(context, connection, number)
        one, names = fish.twig(chosen), await named(connection)
    if rest[1:] != ["yes"]:
        return (fish_screen.dropping(fish, one, names, number),)
    _, fish = await edit_fish(context, number, lambda fish: take_off(fish, chosen))
    return await _bone(context, incoming, number, fish, one.bone, DROPPED)


async def _bones(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    async with context.database.read() as connection:
        _, fish = await read(context, connection, number)
    return (fish_screen.kinds(fish, number, probes()),)


async def _kind(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    _, bones = probes().kinds[rest[0]]
    await edit_fish(context, number, lambda fish: with_bones(fish, bones))
    return (fish_screen.places(number, probes()),)


async def _own(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    _, fish = await read(context, await context.write(), number)
    return await _ask(context, incoming, number, fish, {"mode": "bones"})


async def _places(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    async with context.database.read() as connection:
        await read(context, connection, number)
    return (fish_screen.places(number, probes()),)


async def _place(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    place, known = rest[0], probes().places
    if place not in known:
        raise KeyError(place)
    _, fish = await edit_fish(context, number, lambda fish: replace(fish, place=place))
    return await begin(context, incoming, number) if not fish.bones else await board(context, incoming, number, fish)


async def _see(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    async with context.database.read() as connection:
        one, fish = await read(context, connection, number)
    files = await analysing.pictures(context, one)
    text = fish_screen.ranked(fish) or typed.inert(one.title)
    back = (Button(fish_screen.BACK, action("board", number)),)
    return (Reply(text, files=files, buttons=(*analysing.ways(one), back)),)


VERBS: dict[str, Verb] = {
    "board": press_board, "bone": _press_bone, "twig": _press_twig, "reword": _reword, "move": _move, "drop": _drop,
    "bones": _bones, "kind": _kind, "own": _own, "places": _places, "place": _place, "see": _see,
}  # fmt: skip


async def pressed(context: Context, incoming: Incoming, verbs: dict[str, Verb]) -> tuple[Reply, ...]:
    """fish:<verb>:<analysis>:…"""
    _, verb, number, *rest = (*incoming.action.split(":"), "", "")
    found = verbs.get(verb)
    if found is None:
        return (Reply(flow.OVER),)
    try:
        return await found(context, incoming, id_in(number), [one for one in rest if one])
    except NotSeen:
        return (Reply(NOT_HERE),)
    except CannotEdit as error:
        return (Reply(CANNOT.format(why=error)),)
    except (KeyError, IndexError):
        return (Reply(GONE),)


FISHING = Flow(
    "fish", WORKERS, _asking, _said, kept=lambda facts: TITLE.format(title=facts["title"]), fresh=_now, stays=STAYS
)
FLOWS = (FISHING,)
