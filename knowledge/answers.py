"""Answers to questions, as people type them, and whether they are right."""

import random
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from knowledge.numerals import said
from knowledge.quiz import Question
from knowledge.units import valued

Answer = tuple[int, ...] | bool | float | str
"""Indexes of options (for order: the steps in the order given), 对 or 错, a number in the question's unit, a word."""

LETTERS = "ABCDEF"
TRUE, FALSE = "对", "错"
HOW = {
    "single": "回一个字母，例如 {first}",
    "multiple": "可选多项，回全部字母，例如 AC",
    "truth": "回“对”或“错”",
    "number": "回一个数字{unit}",
    "order": "按顺序回编号，例如 2-1-3",
    "fill": "回空格里的词",
}
UNIT = "，单位：{unit}"
_TRUE = frozenset({
    "对", "对的", "正确", "是", "是的", "没错", "真", "√", "✓", "✔", "☑", "✅", "⭕", "t", "true", "y", "yes",
    "right", "ok",
})  # fmt: skip
_FALSE = frozenset({
    "错", "错的", "错误", "不对", "不正确", "不是", "否", "假", "×", "✕", "✗", "✘", "✖", "❌", "x", "f", "false",
    "n", "no", "wrong",
})  # fmt: skip
_ALL = frozenset({"全选", "全部", "都选", "全都选", "全对", "都对"})
_BEFORE = re.compile(r"^(?:答案|正确答案|我选择|我选|选择|选|应该|顺序|排序|依次|第|是|为|叫|[:=])+")
_AFTER = re.compile(r"(?:吧|项|个|选项|[。.!;,])+$")
_BLANK = re.compile(r"([^\W_]*)_{2,}([^\W_]*)")
_EXACT = 1e-6  # what floating point may lose on the way
_BETWEEN = re.compile(r"[\s、,;:/|+&.。\-—–>→~()]+|和|与|及")
_ALIKE = str.maketrans("一二两三四五六七八九零〇", "122345678900")
_LETTERED = re.compile(r"[A-F](?![A-Za-z0-9])")


def shown(question: Question, chance: random.Random) -> tuple[int, ...]:
    """The order to show the options in, as indexes: mixed; steps never in the right order.

    Options that are called by letters themselves (A类, B类) stay sorted, so that “B” means one thing only.
    """
    mixed = list(range(len(question.options)))
    if question.kind != "order" and any(_LETTERED.match(one) for one in question.options):
        return tuple(sorted(mixed, key=lambda index: question.options[index]))
    chance.shuffle(mixed)
    if question.kind == "order" and mixed == sorted(mixed):
        mixed = mixed[1:] + mixed[:1]
    return tuple(mixed)


def read(question: Question, text: str, order: Sequence[int] = ()) -> Answer | None:
    """What a typed text answers, None where it cannot be told; `order` is how the options were shown."""
    if question.kind in ("single", "multiple", "order"):
        return _options(question, text, order or range(len(question.options)))
    if question.kind == "truth":
        return truth(text)
    if question.number:
        number, stated = said(text), question.number
        if number and stated.value <= 1:
            number = replace(number, broken=False)  # 0.5 may be meant as it stands
        return None if number is None else valued(number, stated.unit)
    return text.strip() if _word(text) else None


def right(question: Question, answer: Answer) -> bool:
    """Whether that is the right answer, wholly: of several options all and no other."""
    if question.kind == "order":
        return answer == tuple(range(len(question.options)))
    if question.kind in ("single", "multiple"):
        return answer == question.right
    if question.truth is not None:
        return answer is question.truth
    if question.number:
        return (
            isinstance(answer, int | float) and abs(answer - question.number.value) <= question.number.tolerance + 1e-6
        )
    return isinstance(answer, str) and any(_fills(question.ask, _word(answer), _word(one)) for one in question.words)


def right_answer(question: Question) -> Answer:
    """An answer that is right."""
    if question.kind == "order":
        return tuple(range(len(question.options)))
    if question.truth is not None:
        return question.truth
    if question.number:
        return question.number.value
    return question.words[0] if question.words else question.right


def worded(question: Question, answer: Answer, order: Sequence[int] = ()) -> str:
    """An answer in words, options under the letters or numbers they were shown with."""
    if isinstance(answer, bool):
        return TRUE if answer else FALSE
    if isinstance(answer, tuple):
        places = list(order or range(len(question.options)))
        if question.kind == "order":
            return " → ".join(question.options[one] for one in answer)
        lettered = sorted((LETTERS[places.index(one)], question.options[one]) for one in answer)
        return "，".join(f"{letter}. {option}" for letter, option in lettered)
    if question.number:
        unit = question.number.unit
        return f"{answer:g}{unit if unit == '%' or not unit else ' ' + unit}"
    return str(answer)


def how(question: Question) -> str:
    """One line that says how to answer by typing."""
    unit = question.number.unit if question.number else ""
    return HOW[question.kind].format(first=LETTERS[0], unit=UNIT.format(unit=unit) if unit else "")


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().lower()


def _stripped(text: str) -> str:
    return _AFTER.sub("", _BEFORE.sub("", text)).strip()


def _options(question: Question, text: str, order: Sequence[int]) -> tuple[int, ...] | None:
    """The indexes a text names: by letter or number as shown, or by the options' own words."""
    plain = _plain(text)
    found = _by_words(question, plain) or _by_signs(_stripped(plain), order) or _by_both(question, plain, order)
    if not found and question.kind == "multiple" and _stripped(plain) in _ALL:
        found = list(order)
    if not found:
        return None
    if question.kind == "order":
        return tuple(found) if sorted(found) == list(range(len(question.options))) else None
    chosen = tuple(sorted(set(found)))
    return chosen if question.kind == "multiple" or len(chosen) == 1 else None


def _by_words(question: Question, plain: str) -> list[int]:
    known = {_word(one): index for index, one in enumerate(question.options)}
    for several in ([plain], [_stripped(plain)], re.split(r"[、,;/|\n>→]+|\s+", plain)):
        words = [_word(one) for one in several if one.strip()]
        if words and all(one in known for one in words):
            return [known[one] for one in words]
    return []


def _by_signs(plain: str, order: Sequence[int]) -> list[int]:
    """AC, a,c, 1 3, ①③, 二 by where the options were shown."""
    signs = _BETWEEN.sub("", plain).translate(_ALIKE)
    letters = LETTERS[: len(order)].lower()
    digits = "123456"[: len(order)]
    for known in (letters, digits):
        if signs and all(one in known for one in signs):
            return [order[known.index(one)] for one in signs]
    return []


def _by_both(question: Question, plain: str, order: Sequence[int]) -> list[int]:
    """“A. 整理”, as copied from what was shown."""
    found = re.match(r"([a-f1-6])[\s.、:)]+(\S.*)$", plain)
    if not found:
        return []
    place = "abcdef".find(found[1]) if found[1].isalpha() else int(found[1]) - 1
    if place >= len(order) or _word(question.options[order[place]]) != _word(found[2]):
        return []
    return [order[place]]


def truth(text: str) -> bool | None:
    """Whether a text says 对 or 错, None where it says neither."""
    plain = re.sub(r"[\s。.!,的]+$", "", _stripped_truth(_plain(text)))
    return True if plain in _TRUE else False if plain in _FALSE else None


def _stripped_truth(plain: str) -> str:
    """Without “答案是” and the like, where something is left."""
    return re.sub(r"^(?:答案|我觉得|我认为|应该|这是|是(?=[对错正]))+[:=]?(?:是(?=[对错正]))?", "", plain) or plain


def _fills(ask: str, given: str, word: str) -> bool:
    """Whether that is the word, alone or with what stands around the blank: 三级检验 for “执行____检验”."""
    blank = _BLANK.search(ask)
    before, after = (_word(one) if one else "" for one in blank.groups()) if blank else ("", "")
    head, found, tail = given.partition(word)
    return bool(found) and before.endswith(head) and after.startswith(tail)


def _word(text: str) -> str:
    """A word for comparison: width, case, spaces, quotes and 三 for 3 make no difference."""
    plain = _stripped(_plain(text)) or _plain(text)
    return re.sub(r"[^\w%]+|_", "", plain).translate(_ALIKE)
