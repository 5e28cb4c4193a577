"""A question as it is put: its text, its buttons, and what a pressed button or a typed text answers.

What is chosen so far of several options, or of an order, stands in the buttons themselves: any device goes on with it.
"""

from dataclasses import dataclass
from typing import Any

from handlers import typed
from handlers.message import Button, Reply
from knowledge import answers
from knowledge.answers import FALSE, LETTERS, TRUE, Answer
from knowledge.quiz import Question
from records.learning.quizzes import Posed

KINDS = {"single": "单选", "multiple": "多选", "truth": "判断", "number": "填数字", "order": "排序", "fill": "填空"}
CARD = "**{place}** · {kind}\n\n{ask}"
OPTION, STEP = "{letter}. {option}", "{number}. {option}"
HOW_ORDER, HOW_SEVERAL = "按顺序点，点完再点“就这样”。", "可以选多项，选好再点“选好了”。"
SO_FAR = "已排：{steps}"
CHOSEN, READY, ANEW, UNKNOWN = "{letter} ✓", "选好了", "重排", "不会"
DONE = "就这样"
_SHORT = 9  # characters of an option that fits a button


@dataclass(frozen=True, slots=True)
class Pick:
    """Chosen so far, not yet given as the answer."""

    chosen: str


@dataclass(frozen=True, slots=True)
class Given:
    """An answer; None for “不会”."""

    answer: Answer | None


def asked(posed: Posed, prefix: str, place: str, chosen: str = "", more: tuple[tuple[Button, ...], ...] = ()) -> Reply:
    """The question with its buttons, whose actions begin with `prefix`; `chosen` is what is chosen so far."""
    one = posed.question
    lines = [CARD.format(place=place, kind=KINDS[one.kind], ask=typed.inert(one.ask)), *_listed(posed)]
    if one.kind == "order":
        steps = " → ".join(str(posed.order.index(int(step)) + 1) for step in _whole(posed, chosen))
        lines += ["", HOW_ORDER, *([SO_FAR.format(steps=steps)] if steps else [])]
    elif one.kind == "multiple":
        lines += ["", HOW_SEVERAL]
    elif one.kind in ("number", "fill"):
        lines += ["", f"{answers.how(one)}。"]
    return Reply("\n".join(lines), buttons=(*_buttons(posed, prefix, chosen), *more))


def pressed(posed: Posed, what: str) -> Pick | Given | None:
    """What a button of the question says; None for one that is none of its."""
    one, rest = posed.question, what[1:]
    count = len(one.options)
    match what[:1], one.kind:
        case "x", "number" | "fill" if not rest:
            return Given(None)
        case "t", "truth" if rest in ("0", "1"):
            return Given(rest == "1")
        case "s", "single" if rest in map(str, range(count)):
            return Given((int(rest),))
        case "m" | "d", "multiple" if rest in map(str, range(1 << count)):
            if what[0] == "m":
                return Pick(rest)
            return Given(_bits(int(rest), count)) if int(rest) else None
        case "o" | "f", "order" if len(set(rest)) == len(rest) and set(rest) <= set(map(str, range(count))):
            if what[0] == "o":
                return Pick(rest)
            return Given(tuple(map(int, rest))) if len(rest) == count else None
    return None


def read(posed: Posed, text: str) -> Answer | None:
    """What a typed text answers, None where it cannot be told."""
    return answers.read(posed.question, text, posed.order)


def as_json(answer: Answer | None) -> Any:
    """An answer as the records keep it."""
    return list(answer) if isinstance(answer, tuple) else answer


def from_json(given: Any) -> Answer | None:
    """The answer of what the records keep."""
    answer: Answer | None = tuple(given) if isinstance(given, list) else given
    return answer


def right(question: Question, answer: Answer | None) -> bool:
    """Whether it is right; “不会” is not."""
    return answer is not None and answers.right(question, answer)


def worded(posed: Posed, answer: Answer | None) -> str:
    """An answer in words."""
    return UNKNOWN if answer is None else typed.inert(answers.worded(posed.question, answer, posed.order))


def right_worded(posed: Posed) -> str:
    """The right answer in words."""
    return worded(posed, answers.right_answer(posed.question))


def _listed(posed: Posed) -> list[str]:
    """The options, a line each, as they are shown."""
    one = posed.question
    form = STEP if one.kind == "order" else OPTION
    lines = [
        form.format(letter=LETTERS[place], number=place + 1, option=typed.inert(one.options[index]))
        for place, index in enumerate(posed.order)
    ]
    return ["", *(f"{line}  " for line in lines)] if lines else []


def _buttons(posed: Posed, prefix: str, chosen: str) -> tuple[tuple[Button, ...], ...]:
    one = posed.question
    match one.kind:
        case "truth":
            return ((Button(TRUE, f"{prefix}:t1"), Button(FALSE, f"{prefix}:t0")),)
        case "number" | "fill":
            return ((Button(UNKNOWN, f"{prefix}:x"),),)
        case "single":
            return _singles(posed, prefix)
        case "multiple":
            return _several(posed, prefix, int(chosen or 0))
    return _steps(posed, prefix, chosen)


def _singles(posed: Posed, prefix: str) -> tuple[tuple[Button, ...], ...]:
    options = posed.question.options
    short = all(len(option) <= _SHORT for option in options)
    made = [
        Button(f"{LETTERS[place]}. {typed.inert(options[index])}" if short else LETTERS[place], f"{prefix}:s{index}")
        for place, index in enumerate(posed.order)
    ]
    if not short:
        return (tuple(made),)
    return tuple(tuple(made[at : at + 2]) for at in range(0, len(made), 2))


def _several(posed: Posed, prefix: str, mask: int) -> tuple[tuple[Button, ...], ...]:
    row = tuple(
        Button(
            CHOSEN.format(letter=LETTERS[place]) if mask >> index & 1 else LETTERS[place],
            f"{prefix}:m{mask ^ (1 << index)}",
        )
        for place, index in enumerate(posed.order)
    )
    return (row, *([(Button(READY, f"{prefix}:d{mask}"),)] if mask else []))


def _steps(posed: Posed, prefix: str, chosen: str) -> tuple[tuple[Button, ...], ...]:
    """The steps that are not placed yet."""
    chosen = _whole(posed, chosen)
    left = [index for index in posed.order if str(index) not in chosen]
    row = tuple(Button(str(posed.order.index(index) + 1), f"{prefix}:o{chosen}{index}") for index in left)
    anew = (Button(ANEW, f"{prefix}:o"),) if chosen else ()
    if not left:
        return ((Button(DONE, f"{prefix}:f{chosen}"), *anew),)
    return (row, *([anew] if anew else []))


def _whole(posed: Posed, chosen: str) -> str:
    """The steps chosen so far; the last one falls into its place by itself."""
    left = [str(index) for index in posed.order if str(index) not in chosen]
    return chosen + left[0] if len(left) == 1 else chosen


def _bits(mask: int, count: int) -> tuple[int, ...]:
    return tuple(index for index in range(count) if mask >> index & 1)
