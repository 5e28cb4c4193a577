"""The walk through a guide: from the answers so far to what is asked next. Pure; going back drops the last answer."""

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from knowledge.guide import Guide, Kind, Step

MORE, ENOUGH, AS_IT_IS = "再加一条", "够了", "就这样写"
_NAMED = re.compile(r"\{([a-z0-9-]+)\}")
_BACK: tuple[Kind, ...] = ("repeat", "branch")

Values = dict[str, Any]
"""Answers by the step's key; a repeat's is a list of the same."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked next.

    `kind` is the step's, or `more` after a round of a repeat (True or False), or `doubt` (True lets the answer before
    stand, a text takes its place). `round` counts from 1 in a repeat. `sofar` are the answers a person may see.
    """

    step: Step
    kind: Kind | Literal["more", "doubt"]
    text: str
    choices: tuple[str, ...] = ()
    round: int = 0
    sofar: Mapping[str, Any] | None = None


_Walk = Generator[Ask, Any, None]


class TooMany(Exception):
    """More answers than the guide has questions: they are of another guide, or of another version of it."""


def advance(guide: Guide, answers: Sequence[Any]) -> Ask | None:
    """What is asked after these answers; None where they are complete. Raises TooMany."""
    return _walked(guide, answers)[0][-1]


def questions(guide: Guide, answers: Sequence[Any]) -> list[Ask]:
    """What each of these answers answered. Raises TooMany."""
    return [one for one in _walked(guide, answers)[0][: len(answers)] if one is not None]


def mended(guide: Guide, answers: Sequence[Any], n: int, given: Sequence[Any]) -> list[Any]:
    """A complete walk with the n-th answer another: `given` is that, and then what is asked anew because of it.

    What is asked as it was before keeps its answer; what is not asked any more loses it. Counts from 0.
    """
    left = list(zip(map(_place, questions(guide, answers)), answers, strict=True))[n + 1 :]
    new = list(answers[:n])
    for answer in given:
        new.append(answer)
        while (asked := advance(guide, new)) is not None:
            places = [place for place, _ in left]
            if _place(asked) not in places:
                break
            at = places.index(_place(asked))
            new.append(left[at][1])
            del left[: at + 1]
    return new


def _place(asked: Ask) -> tuple[str, str, int]:
    return asked.step.key, asked.kind, asked.round


def values(guide: Guide, answers: Sequence[Any]) -> Values:
    """The answers by their steps' keys, of a walk that need not be complete."""
    return _walked(guide, answers)[1]


def _walked(guide: Guide, answers: Sequence[Any]) -> tuple[list[Ask | None], Values]:
    """What was asked before each answer and after the last, and the answers by their steps' keys."""
    found: Values = {}
    walk = _steps(guide.steps, found, {}, 0)
    asked = [next(walk, None)]
    for answer in answers:
        if asked[-1] is None:
            raise TooMany(guide.key)
        try:
            asked.append(walk.send(answer))
        except StopIteration:
            asked.append(None)
    return asked, found


def _steps(steps: Sequence[Step], found: Values, outer: Mapping[str, Any], turn: int) -> _Walk:
    for step in steps:
        seen = {**outer, **found}
        if step.kind == "branch":
            chosen = next((case.steps for case in step.cases if seen.get(step.by) in case.values), step.otherwise)
            yield from _steps(chosen, found, outer, turn)
        elif step.kind == "repeat":
            yield from _repeat(step, found, seen)
        else:
            yield from _plain(step, found, seen, turn)


def _plain(step: Step, found: Values, seen: Mapping[str, Any], turn: int) -> _Walk:
    found[step.key] = yield Ask(step, step.kind, filled(step.ask, seen), step.choices, turn, seen)
    said = found[step.key]
    if step.doubt and isinstance(said, str):
        word = next((word for word in step.doubt.words if word in said), "")
        if word:
            text = step.doubt.say.replace("{word}", word)
            better = yield Ask(step, "doubt", filled(text, seen), (AS_IT_IS,), turn, seen)
            found[step.key] = said if better is True else better


def _repeat(step: Step, found: Values, seen: Mapping[str, Any]) -> _Walk:
    """Rounds until enough of them; `least` are asked for without a question, none where the first is declined."""
    rounds: list[Values] = []
    found[step.key] = rounds
    least, most = int(step.least if step.least is not None else 1), int(step.most or 10)
    while len(rounds) < most:
        if len(rounds) >= least:
            choices = (step.more or MORE, step.enough or ENOUGH)
            if not (yield Ask(step, "more", filled(step.ask, seen), choices, len(rounds), seen)):
                return
        rounds.append({})
        yield from _steps(step.steps, rounds[-1], seen, len(rounds))


def filled(template: str, known: Mapping[str, Any]) -> str:
    """The template with answers in place of their keys; what has no answer is left out."""
    return _NAMED.sub(lambda found: shown(known.get(found[1])), template)


def keys(template: str) -> Iterator[str]:
    """The keys a template names."""
    return (found[1] for found in _NAMED.finditer(template))


def shown(value: Any) -> str:
    """An answer as people read it: a person by name, photos by their number."""
    match value:
        case None | True | False:
            return ""
        case {"name": str(name)}:
            return name
        case float():
            return f"{value:,.10g}"
        case [*photos]:
            return f"{len(photos)} 张照片" if photos else ""
    return str(value)
