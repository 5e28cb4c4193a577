"""A fishbone with the team: who joins, votes, and what goes on into a 5-Why."""

from collections.abc import Sequence
from dataclasses import replace

from handlers import typed
from handlers.actions import chasing
from handlers.causes import analysing, fish, fish_screen, why
from handlers.causes.analysing import edit_fish
from handlers.causes.fish import Verb, read, twig
from handlers.causes.fish_screen import action, ballot, picking
from handlers.context import Context
from handlers.message import Button, Incoming, Reply, clipped, id_in
from knowledge.cause.edit import CannotEdit
from knowledge.cause.fishbone import NOTHING, VOTES, Fishbone, into_tree, likely, vote
from knowledge.cause.stored import tree_values
from records.analyses import DONE, OPEN, WHY, Analyses, Analysis, Sought
from records.database import Connection
from records.people import People, Person
from records.stores import Stores

TEAM = "一起找原因的有 {n} 人：{names}。\n\n请谁也来？他们会收到一条消息，点“参加”就能在自己的手机上写。"
NOBODY_ELSE = "一起找原因的有 {n} 人：{names}。门店没有别的同事可以请了。"
ASK_ALL, COME = "全部邀请（{n} 位）", "邀请{name}"
ASKED = "已邀请{names}。"
INVITED = "{who}请您一起找原因{where}：{what}\n\n各写各的，写下的都会留着，也看得到别人写的。"
JOIN, WELCOME = "参加", "欢迎参加。"
CALLED = "{who}请您投票：“{what}”最可能的原因是哪几条？每人 {all} 票。"
VOTE, ALL_CALLED = "去投票", "已请还没投票的 {n} 人来投。"
FINISHED = "鱼骨图做完了，记为第 {n} 版。\n\n{best}"
NO_VOTES = "还没有人投票。"
TOLD = "{who}说“{what}”的鱼骨图做完了。\n\n{best}"
OVERTAKEN = "别人刚刚改过，请再看一遍。"
FROM_FISH = "从鱼骨图接着问，先问“{first}”。"
GOES_ON = "这张鱼骨图已经有一份没问完的 5Why。"
ON, ANOTHER = "接着问", "另开一份"
EMPTY = "还没有原因，先写几条。"
_SHOWN = 8


async def _tick(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    """fish:tick:<analysis>:<twig>: vote where one looks at the cause."""
    _, now = await edit_fish(context, number, lambda one: vote(one, context.me.id, id_in(rest[0])))
    return await twig(context, incoming, number, now, now.twig(id_in(rest[0])))


async def _vote(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    """fish:vote:<analysis>:<twig>:<offset>."""
    _, now = await edit_fish(context, number, lambda one: vote(one, context.me.id, id_in(rest[0])))
    return (await _ballot(context, await context.write(), number, now, id_in(rest[1])),)


async def _votes(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    """fish:votes:<analysis>, or :<offset>."""
    async with context.database.read() as connection:
        _, now = await read(context, connection, number)
        if not now.twigs:
            raise CannotEdit(EMPTY)
        return (await _ballot(context, connection, number, now, id_in(rest[0]) if rest else 0),)


async def _ballot(context: Context, connection: Connection, number: int, now: Fishbone, offset: int) -> Reply:
    waiting = await _waiting(context, connection, number, now)
    return ballot(now, context.me.id, number, offset if offset < len(now.twigs) else 0, len(waiting))


async def _waiting(context: Context, connection: Connection, number: int, now: Fishbone) -> list[int]:
    """Those of the team who have not voted, but for who asks."""
    voters = {person for person, _ in now.votes} | {context.me.id}
    return [one for one in await Analyses(connection).team(number) if one not in voters]


async def _call(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    """Ask those who have not voted to vote."""
    async with context.database.read() as connection:
        one, now = await read(context, connection, number)
        waiting = await _waiting(context, connection, number, now)
    who, what = typed.inert(context.me.name), typed.inert(one.title)
    text = CALLED.format(who=who, what=what, all=VOTES)
    for person in waiting:
        context.notify(person, Reply(text, buttons=((Button(VOTE, action("votes", number)),),)))
    back = (Button(fish_screen.BACK, action("board", number)),)
    return (Reply(ALL_CALLED.format(n=len(waiting)), buttons=(back,), replaces=True),)


async def _team(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    """Who works on it, and who else of the store can be asked."""
    async with context.database.read() as connection:
        one, _ = await read(context, connection, number)
        return (await _panel(connection, one),)


async def _panel(connection: Connection, one: Analysis) -> Reply:
    team, others = await _people(connection, one)
    names = "、".join(typed.inert(person.name) for person in team)
    ways = [
        (Button(COME.format(name=clipped(typed.inert(who.name), 12)), action("ask", one.id, who.id)),) for who in others
    ]
    every = [(Button(ASK_ALL.format(n=len(others)), action("ask", one.id, "all")),)] if len(others) > 1 else []
    back = (Button(fish_screen.BACK, action("board", one.id)),)
    text = (TEAM if others else NOBODY_ELSE).format(n=len(team), names=names)
    return Reply(text, buttons=(*every, *ways[:_SHOWN], back), replaces=True)


async def _people(connection: Connection, one: Analysis) -> tuple[list[Person], list[Person]]:
    """The team, and who else of the store could join it."""
    people = People(connection)
    found = [await people.get(number) for number in await Analyses(connection).team(one.id)]
    team = [person for person in found if person is not None and person.left_at is None]
    if one.store_id is None:
        return team, []
    there = [*await chasing.staff(connection, one.store_id), *await chasing.leaders(connection, one.store_id)]
    known = {person.id for person in team}
    return team, [person for person in there if person.id not in known]


async def _ask(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    """fish:ask:<analysis>:<person>, or :all: they are of the team from now on, and hear so once."""
    connection = await context.write()
    one, _ = await read(context, connection, number, lock=True)
    _, others = await _people(connection, one)
    asked = [who for who in others if rest[0] in ("all", str(who.id))]
    for who in asked:
        await Analyses(connection).join(number, who.id)
        context.notify(who.id, await _invitation(context, connection, one))
    shown = await _panel(connection, one)
    names = "、".join(typed.inert(who.name) for who in asked)
    return (replace(shown, text=f"{ASKED.format(names=names)}\n\n{shown.text}" if asked else shown.text),)


async def _invitation(context: Context, connection: Connection, one: Analysis) -> Reply:
    store = await Stores(connection).get(one.store_id) if one.store_id is not None else None
    where = f"（{typed.inert(store.name)}）" if store else ""
    text = INVITED.format(who=typed.inert(context.me.name), where=where, what=typed.inert(one.title))
    return Reply(text, buttons=((Button(JOIN, action("join", one.id)),),))


async def _join(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    _, now = await read(context, await context.write(), number)
    if not now.bones:
        return await fish.begin(context, incoming, number)
    return tuple(replace(one, replaces=False) for one in await fish.board(context, incoming, number, now, WELCOME))


async def _pick(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    """fish:pick:<analysis>, then :<twigs>: which causes go on; at first the likely ones."""
    async with context.database.read() as connection:
        _, now = await read(context, connection, number)
    if not now.twigs:
        raise CannotEdit(EMPTY)
    first = [one.id for one in likely(now)][: fish_screen.MOST_PICKED]
    return (picking(now, _known(now, rest[0]) if rest else first, number),)


def _known(now: Fishbone, ids: str) -> list[int]:
    there = {one.id for one in now.twigs}
    return [number for one in ids.split(",") if (number := id_in(one)) in there][: fish_screen.MOST_PICKED]


async def _into(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    """fish:into:<analysis>:<twigs>, then :new: a 5-Why of them, worked on by the same team."""
    connection = await context.write()
    one, now = await read(context, connection, number, lock=True)
    analyses = Analyses(connection)
    chosen = _known(now, rest[0])
    if not chosen:
        raise CannotEdit(NOTHING)
    begun = await analyses.all(Sought(kinds=(WHY,), states=(OPEN,), source_id=number))
    if begun and rest[1:] != ["new"]:
        ways = (Button(ON, f"cause:go:{begun[0].id}"), Button(ANOTHER, action("into", number, rest[0], "new")))
        return (Reply(GOES_ON, buttons=(ways,), replaces=True),)
    tree = into_tree(now, chosen)
    made = await analyses.add(
        WHY, one.store_id, context.me.id, one.title, tree_values(tree), context.now(), source_id=number
    )
    for person in await analyses.team(number):
        await analyses.join(made.id, person)
    if one.state == OPEN:
        await analyses.finish(one, context.me.id, context.now())
    before = FROM_FISH.format(first=typed.inert(tree.causes[0].text))
    return await why.screen(context, incoming, made.id, tree, tree.at, before=before)


async def _done(context: Context, incoming: Incoming, number: int, rest: list[str]) -> tuple[Reply, ...]:
    """Keep this version, show it, and tell once who took part."""
    async with context.database.read() as connection:
        one, now = await read(context, connection, number)
    if not now.twigs:
        raise CannotEdit(EMPTY)
    files = await analysing.pictures(context, one)
    connection = await context.write()
    analyses = Analyses(connection)
    if one.state != DONE:
        if not await analyses.finish(one, context.me.id, context.now()):
            return (Reply(OVERTAKEN, buttons=((Button(fish_screen.SEE, action("see", number)),),)),)
        _tell(context, one, now, await analyses.team(number))
    text = FINISHED.format(n=len(await analyses.versions(number)), best=fish_screen.ranked(now) or NO_VOTES)
    on = (Button(fish_screen.ON, action("pick", number)),)
    return (Reply(text, files=files, buttons=(on, *analysing.ways(one))),)


def _tell(context: Context, one: Analysis, now: Fishbone, team: Sequence[int]) -> None:
    part = {twig.by for twig in now.twigs} | {person for person, _ in now.votes}
    text = TOLD.format(
        who=typed.inert(context.me.name), what=typed.inert(one.title), best=fish_screen.ranked(now) or NO_VOTES
    )
    see = ((Button(fish_screen.SEE, action("see", one.id)),),)
    for person in team:
        if person in part and person != context.me.id:
            context.notify(person, Reply(text, buttons=see))


VERBS: dict[str, Verb] = {
    **fish.VERBS, "tick": _tick, "vote": _vote, "votes": _votes, "call": _call, "team": _team, "ask": _ask,
    "join": _join, "pick": _pick, "into": _into, "done": _done,
}  # fmt: skip


async def press(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    """fish:<verb>:<analysis>:…"""
    return await fish.pressed(context, incoming, VERBS)
