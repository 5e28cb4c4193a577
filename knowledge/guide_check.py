"""What the parts of a guide say of each other: keys, choices, templates, and what each kind of step needs."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from knowledge.document import reference
from knowledge.faults import TWICE, Where, near
from knowledge.guide import Block, Guide, Kind, Lines, Parts, Step, inside
from knowledge.guide_walk import keys

NEEDS, NOT_FOR = "“{kind}”步骤缺少这一项", "“{kind}”步骤没有这个键"
CROSSED = "least {least:g} 大于 most {most:g}"
NO_STEP = "没有叫“{key}”的步骤{near}"
NOT_A = "“{key}”不是{what}步骤"
NO_CHOICE = "“{on}”没有“{value}”这个选项{near}"
CHOICE_TWICE = "选项“{choice}”写了两次"
ONE_PART = "每一块只能有一项，这里有 {n} 项"
NO_CARD = "问题卡缺少叫“what”的步骤"
NO_WORD = "doubt 的 say 里要有 {word}"
BAD_STANDARD = "应是“文件名 > 标题”，例如：根因分析与整改 > 5Why分析法"
_NEED: dict[Kind, tuple[str, ...]] = {
    "choice": ("choices",), "repeat": ("ask", "steps"), "branch": ("by", "cases"),
}  # fmt: skip
_OWN: dict[str, tuple[Kind, ...]] = {
    "least": ("text", "number", "photo", "repeat"),
    "most": ("text", "number", "photo", "repeat"),
    "unit": ("number",),
    "when": ("date",),
    "choices": ("choice",),
    "doubt": ("text",),
    "more": ("repeat",),
    "enough": ("repeat",),
    "steps": ("repeat",),
    "by": ("branch",),
    "cases": ("branch",),
    "otherwise": ("branch",),
}
_ASKED: tuple[Kind, ...] = ("text", "choice", "number", "date", "person", "photo", "causes", "bones")
_Fault = tuple[Where, str]


def across(guide: Guide, standard: str, values: Any) -> Iterator[_Fault]:
    """Every fault, where it stands in `values`, the YAML the guide was made of."""
    if standard and reference(standard) is None:
        yield ("standard",), BAD_STANDARD
    yield from _walked(guide.steps, ("steps",), {}, values["steps"], set())
    known = {step.key: step for step in inside(guide.steps) if step.key}
    yield from _templates(guide.result.title, ("result", "title"), known)
    yield from _templates(guide.result.summary, ("result", "summary"), known)
    for number, block in enumerate(guide.result.blocks):
        given = values["result"]["blocks"][number]
        yield from _block(block, ("result", "blocks", number), guide, len(given))


def _walked(
    steps: Sequence[Step], where: Where, before: Mapping[str, Step], values: Any, keys_seen: set[str]
) -> Iterator[_Fault]:
    """Faults of steps that follow one another; `before` are those whose answers are known there."""
    known = dict(before)
    for number, step in enumerate(steps):
        here, given = (*where, number), values[number]
        yield from (((*here, *place), why) for place, why in _alone(step, given, keys_seen))
        if step.key and step.key in keys_seen:
            yield (*here, "key"), TWICE.format(key=step.key)
        keys_seen.add(step.key)
        for key in ("ask", "hint"):
            yield from _templates(getattr(step, key), (*here, key), known)
        yield from _below(step, here, known, given, keys_seen)
        known |= {one.key: one for one in (inside((step,)) if step.kind == "branch" else (step,)) if one.key}


def _below(step: Step, here: Where, known: Mapping[str, Step], given: Any, keys_seen: set[str]) -> Iterator[_Fault]:
    yield from _walked(step.steps, (*here, "steps"), known, given.get("steps", []), keys_seen)
    yield from _walked(step.otherwise, (*here, "otherwise"), known, given.get("otherwise", []), keys_seen)
    for number, case in enumerate(step.cases):
        at = (*here, "cases", number)
        yield from _walked(case.steps, (*at, "steps"), known, given["cases"][number]["steps"], keys_seen)
        chosen = known.get(step.by)
        if chosen and chosen.kind == "choice":
            for value in case.values:
                if value not in chosen.choices:
                    yield (*at, "is"), NO_CHOICE.format(on=step.by, value=value, near=near(value, chosen.choices))
    if step.kind == "branch" and step.by:
        if step.by not in known:
            yield (*here, "by"), NO_STEP.format(key=step.by, near=near(step.by, list(known)))
        elif known[step.by].kind != "choice":
            yield (*here, "by"), NOT_A.format(key=step.by, what="选择")


def _alone(step: Step, given: Mapping[str, Any], keys_seen: set[str]) -> Iterator[_Fault]:
    """What a step's own keys say of each other."""
    needed = (
        *_NEED.get(step.kind, ()),
        *(("key", "ask") if step.kind in _ASKED else ("key",) * (step.kind == "repeat")),
    )
    yield from (((key,), NEEDS.format(kind=step.kind)) for key in needed if not getattr(step, key))
    for key, kinds in _OWN.items():
        if key in given and step.kind not in kinds:
            yield (key,), NOT_FOR.format(kind=step.kind)
    if step.least is not None and step.most is not None and step.least > step.most:
        yield ("least",), CROSSED.format(least=step.least, most=step.most)
    for choice in sorted({one for one in step.choices if step.choices.count(one) > 1}):
        yield ("choices",), CHOICE_TWICE.format(choice=choice)
    if step.kind in ("causes", "bones") and "what" not in keys_seen:
        yield ("kind",), NO_CARD
    if step.doubt and "{word}" not in step.doubt.say:
        yield ("doubt", "say"), NO_WORD


def _block(block: Block, where: Where, guide: Guide, parts: int) -> Iterator[_Fault]:
    known = {step.key: step for step in inside(guide.steps) if step.key}
    if parts != 1:
        yield where, ONE_PART.format(n=parts)
    yield from _templates(block.heading, (*where, "heading"), known)
    yield from _templates(block.text, (*where, "text"), known)
    for name, template in block.facts:
        yield from _templates(template, (*where, "facts", name), known)
    for name, kinds, what in (
        ("photos", ("photo",), "照片"), ("picture", ("causes", "bones"), "原因"), ("chain", ("causes",), "5Why "),
    ):  # fmt: skip
        yield from _step_of(getattr(block, name), kinds, what, (*where, name), known)
    if block.lines:
        yield from _lines(block.lines, (*where, "lines"), known)
    if block.breakdown:
        for name in ("top", "name"):
            yield from _templates(getattr(block.breakdown, name), (*where, "breakdown", name), known)
        for name, template in block.breakdown.facts:
            yield from _templates(template, (*where, "breakdown", "facts", name), known)
        yield from _parts(block.breakdown.parts, (*where, "breakdown", "parts"), known)
    if block.matrix:
        yield from _templates(block.matrix.top, (*where, "matrix", "top"), known)
        yield from _parts(block.matrix.parts, (*where, "matrix", "parts"), known)
        for name, axis in (("across", block.matrix.across), ("down", block.matrix.down)):
            yield from _choices(axis.by, axis.values, (*where, "matrix", name), known)
    if block.grid:
        yield from _rounds(block.grid.of, block.grid.where, (*where, "grid"), known)
        for name, template in block.grid.columns:
            yield from _templates(template, (*where, "grid", "columns", name), known)


def _lines(lines: Lines, where: Where, known: Mapping[str, Step]) -> Iterator[_Fault]:
    yield from _rounds(lines.of, lines.where, where, known)
    yield from _templates(lines.item, (*where, "item"), known)
    if lines.below:
        yield from _lines(lines.below, (*where, "below"), known)


def _parts(parts: Parts, where: Where, known: Mapping[str, Step]) -> Iterator[_Fault]:
    yield from _rounds(parts.of, (), where, known)
    yield from _templates(parts.item, (*where, "item"), known)
    yield from _choices(parts.by, [value for value, _ in parts.marks], (*where, "by"), known)
    if parts.below:
        yield from _parts(parts.below, (*where, "parts"), known)


def _rounds(of: str, chosen: Iterable[tuple[str, str]], where: Where, known: Mapping[str, Step]) -> Iterator[_Fault]:
    """A list's or a table's repeat, and the choices by which its rounds are picked."""
    yield from _step_of(of, ("repeat",), "重复", (*where, "of"), known)
    for key, value in chosen:
        yield from _choices(key, (value,), (*where, "where"), known)


def _choices(key: str, values: Iterable[str], where: Where, known: Mapping[str, Step]) -> Iterator[_Fault]:
    """A choice, and values that it must have."""
    yield from _step_of(key, ("choice",), "选择", where, known)
    step = known.get(key)
    for value in values:
        if step and step.choices and value not in step.choices:
            yield where, NO_CHOICE.format(on=key, value=value, near=near(value, step.choices))


def _step_of(key: str, kinds: Sequence[str], what: str, where: Where, known: Mapping[str, Step]) -> Iterator[_Fault]:
    if not key:
        return
    if key not in known:
        yield where, NO_STEP.format(key=key, near=near(key, list(known)))
    elif known[key].kind not in kinds:
        yield where, NOT_A.format(key=key, what=what)


def _templates(template: str, where: Where, known: Mapping[str, Step]) -> Iterator[_Fault]:
    for key in keys(template):
        if key not in known:
            yield where, NO_STEP.format(key=key, near=near(key, list(known)))
