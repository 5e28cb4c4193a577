"""A finished guide is changed: one answer is given anew, with what is asked because of it; the rest stands."""

from typing import Any

from handlers import flow, typed
from handlers.causes import analysing
from handlers.causes.guide_card import forms
from handlers.causes.guide_facts import facts_of, fresh
from handlers.causes.guide_paper import drawn_in, guide_of, is_guide
from handlers.causes.guide_prompt import ROUND, prompt
from handlers.context import Context
from handlers.flow import Answers, Choice, Facts, Flow, Misread, Prompt
from handlers.message import Incoming, Reply, clipped
from handlers.roles import LEADERS
from knowledge.guide_result import result
from knowledge.guide_walk import Ask, advance, mended, questions, shown
from knowledge.paper_text import as_markdown
from records.analyses import Analyses

WHICH = "改哪一项？请点编号，或发编号。\n\n{lines}"
LINE, EMPTY, DRAWN = "{n}. {ask}：{answer}", "（空）", "（已画好的原因）"
NO_SUCH = "没有这个编号，请发 1 到 {n}。"
CHANGED = "改好了，这是第 {n} 版，以前的版本都在。"
NOT_HERE = "没有这份文件。"
MEANWHILE = "这份文件刚被别人改过，这次没有改。请再打开它看一看。"
_ASK, _ANSWER = 20, 24
_A_ROW, _MOST_TAPPED = 5, 40


async def change(context: Context, incoming: Incoming, number: int) -> tuple[Reply, ...]:
    """guide:change:<analysis>: which answer is another."""
    async with context.database.read() as connection:
        try:
            one = await analysing.seen(context, connection, number)
        except analysing.NotSeen:
            return (Reply(NOT_HERE),)
    if not is_guide(one):
        return (Reply(NOT_HERE),)
    facts = await facts_of(context, one.kind, one.content["yaml"])
    facts |= {"analysis": one.id, "version": one.version, "store": one.store_id or 0, "was": one.content["answers"]}
    return await flow.start(context, incoming, CHANGING, facts)


def _step(facts: Facts, answers: Answers) -> Prompt | None:
    guide = guide_of(facts["yaml"], facts["guide"])
    if not answers:
        return _which(questions(guide, facts["was"]), facts["was"])
    asked = advance(guide, mended(guide, facts["was"], answers[0], answers[1:]))
    return None if asked is None else prompt(facts, facts["store"], asked)


def _which(asked: list[Ask], was: Answers) -> Prompt:
    """The answers by number; where a list ended, it can go on."""
    those = [
        (n, one)
        for n, one in enumerate(asked)
        if one.kind not in ("doubt", "more") or (one.kind == "more" and was[n] is False)
    ]
    lines = [
        LINE.format(n=number, ask=clipped(_label(one), _ASK), answer=clipped(_said(one, was[n]), _ANSWER))
        for number, (n, one) in enumerate(those, 1)
    ]
    choices = [Choice(str(number), n) for number, (n, _) in enumerate(those, 1)]
    tapped = choices if len(choices) <= _MOST_TAPPED else []
    rows = tuple(tuple(tapped[at : at + _A_ROW]) for at in range(0, len(tapped), _A_ROW))

    def read(incoming: Incoming) -> int:
        text = incoming.text.strip()
        found = next((one.value for one in choices if one.text == text), None)
        if found is None:
            raise Misread(NO_SUCH.format(n=len(choices)))
        return int(found)

    return Prompt(Reply(WHICH.format(lines="\n".join(lines))), rows, read=read)


def _label(asked: Ask) -> str:
    place = ROUND.format(n=asked.round) if asked.round and asked.kind != "more" else ""
    return place + typed.inert(asked.text).partition("？")[0].rstrip("。：")


def _said(asked: Ask, answer: Any) -> str:
    if asked.kind == "more":
        return asked.choices[1]
    if asked.kind in ("causes", "bones"):
        return DRAWN if answer else EMPTY
    return typed.inert(shown(answer)) or EMPTY


async def _finish(context: Context, incoming: Incoming, facts: Facts, answers: Answers) -> tuple[Reply, ...]:
    guide = guide_of(facts["yaml"], facts["guide"])
    given = mended(guide, facts["was"], answers[0], answers[1:])
    paper = result(guide, given)
    of = drawn_in(paper)
    files = await analysing.painted(context, of, facts["name"]) if of else ()
    connection = await context.write()
    analyses = Analyses(connection)
    try:
        one = await analysing.seen(context, connection, facts["analysis"], lock=True)
    except analysing.NotSeen:
        return (Reply(NOT_HERE),)
    content = {**one.content, "answers": given}
    if one.version != facts["version"] or not await analyses.change(one, content, paper.title, context.now()):
        return (Reply(MEANWHILE),)
    changed = await analysing.seen(context, connection, one.id)
    await analyses.finish(changed, context.me.id, context.now(), one.ask_at)
    done = CHANGED.format(n=len(await analyses.versions(one.id)))
    return (Reply(f"{done}\n\n{as_markdown(paper)}", files=files, buttons=forms(changed)),)


CHANGING = Flow("guide-change", LEADERS, _step, _finish, fresh=fresh)
