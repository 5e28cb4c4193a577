"""Text as the keyword index sees it: folded, with synonyms made one, cut into Chinese bigrams, words and numbers."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib.resources import files

_CJK = r"㐀-䶿一-鿿豈-﫿"
_ORDINAL_RUN = r"第\d+[天周步条章节级名阶个]?"
_RUN = re.compile(rf"{_ORDINAL_RUN}|[{_CJK}]+?(?=第\d)|[{_CJK}]+|[^\W_{_CJK}]+(?:[.&+'/-][^\W_{_CJK}]+)*%?")
_PIECE = re.compile(r"\d+(?:\.\d+)?%?|[^\W\d_]+")
_ORDINAL = re.compile(r"第([零〇一二两三四五六七八九十百]+)")
_FIELD_ORDINALS = (
    (re.compile(r"(?<![a-z])day\s*0*(\d+)"), r"第\1天"),
    (re.compile(r"(?<![a-z])week\s*0*(\d+)"), r"第\1周"),
    (re.compile(r"(?<![a-z])phase\s*0*(\d+)"), r"第\1阶段"),
    (re.compile(r"第\s*0*(\d+)\s*(?=[天日周章节步条个阶])"), r"第\1"),
    (re.compile(r"第(\d+)日"), r"第\1天"),
)
_ASKING = re.compile(
    "|".join(
        (
            "请问一下|请问|麻烦问下|问一下|我想知道|想知道|想问|告诉我|帮我查一下|帮我查|帮我|查一下|说说|讲讲|介绍一下|能不能|可不可以|可以吗",
            "是什么意思|什么意思|啥意思|是什么|是啥|什么叫|何谓|指的是什么|指什么|分别是什么|分别是|有哪些|有哪几个|有哪几|有哪|都有啥|有啥|有什么",
            "包括哪些|包括什么|包含哪些|是哪些|是哪几个|是哪几|是哪个|是哪|哪几个|哪几|哪些|哪个|哪一|哪里|哪儿|在哪",
            "是多少|有多少|多少个|多少|几个|第几|多久|多长时间|多长|什么时候|何时|什么样|什么|为什么|为啥|怎么样|怎么办|怎么做|怎么|怎样|如何|咋办|咋",
            "要有人|必须|应该|应当|需要|是不是|有没有|对不对|要不要|需要吗|吗|呢|吧|啊|呀|嘛",
            r"\bwhat(?:'s| is| are| does| do)?\b|\bhow (?:many|much|long|often|do|does|is|are|to)\b",
            r"\b(?:how|why|when|where|which|who)\b",
            r"\b(?:is|are|does|do|the|a|an|of|in|to|for|on|me|tell|please|mean|means|meaning|should|be|by|must|can|we|i|you)\b",
        )
    )
)
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}


@cache
def _simplified() -> dict[int, str]:
    """Traditional to simplified, character by character, from OpenCC's own table."""
    table = files("opencc").joinpath("dictionary/TSCharacters.txt").read_text(encoding="utf-8")
    pairs = (line.split() for line in table.splitlines() if line.strip())
    return {ord(pair[0]): pair[1] for pair in pairs if len(pair) > 1 and len(pair[0]) == 1}


def simplify(text: str) -> str:
    """The same text in simplified characters, full width made half width; lengths may change."""
    return unicodedata.normalize("NFKC", text).translate(_simplified())


def fold(text: str) -> str:
    """`simplify`, lower case, ordinals in digits, "day 3" as "第3天", control characters as blanks."""
    text = simplify(text).lower()
    text = "".join(c if c.isprintable() or c == "\n" else " " for c in text)
    text = _ORDINAL.sub(lambda m: f"第{number(m[1])}", text)
    for pattern, replacement in _FIELD_ORDINALS:
        text = pattern.sub(replacement, text)
    return text


def number(numeral: str) -> int:
    """The value of a Chinese numeral below one thousand: 三十一 -> 31."""
    total = digit = 0
    for c in numeral:
        if c in "十百":
            total += (digit or 1) * (10 if c == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[c]
    return total + digit


def tokens(folded: str) -> list[str]:
    """Bigrams of Chinese runs (a lone character stays), Latin words and numbers; a number also with what it counts.

    An ordinal is one term: 第60天 is not 60天.
    """
    found: list[str] = []
    for match in _RUN.finditer(folded):
        run = match.group()
        if run[0] == "第" and run[1:2].isdigit():
            found.append(run)
            continue
        if "一" <= run[0] <= "鿿" or "㐀" <= run[0] <= "䶿":
            found += [run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)]
            continue
        found.append(run)
        pieces = _PIECE.findall(run)
        if len(pieces) > 1:
            found += pieces
        following = folded[match.end() : match.end() + 1]
        if pieces and pieces[-1].isdigit() and re.match(rf"[{_CJK}]", following):
            found.append(pieces[-1] + following)
    return found


def subject(folded: str) -> str:
    """The question without its asking words; the question itself where nothing else is left."""
    rest = _ASKING.sub(" ", folded)
    return rest if tokens(rest) else folded


class Phrases:
    """Finds phrases in folded text, the longest at each place; a Latin one only where no longer word holds it."""

    def __init__(self, phrases: Mapping[str, str]) -> None:
        self._phrases = phrases
        self._lengths: dict[str, list[int]] = {}
        for phrase in phrases:
            self._lengths.setdefault(phrase[0], []).append(len(phrase))
        for lengths in self._lengths.values():
            lengths[:] = sorted(set(lengths), reverse=True)

    def replace(self, text: str, unless: Callable[[str], bool] | None = None) -> str:
        """The text with every phrase in its other form; a phrase for which `unless` holds stays."""
        parts: list[str] = []
        at = start = 0
        while at < len(text):
            phrase = self._at(text, at)
            if phrase is None or (unless is not None and unless(phrase)):
                at += len(phrase or " ")
                continue
            parts += (text[start:at], self._phrases[phrase])
            at = start = at + len(phrase)
        return "".join((*parts, text[start:]))

    def _at(self, text: str, at: int) -> str | None:
        for length in self._lengths.get(text[at], ()):
            phrase = text[at : at + length]
            if phrase in self._phrases and not (_word(text[at - 1 : at + 1]) or _word(text[at + length - 1 :][:2])):
                return phrase
        return None


def _word(pair: str) -> bool:
    """Whether two neighbouring characters belong to one Latin word."""
    return len(pair) == 2 and pair.isascii() and pair.isalnum()


class Analyzer:
    """Text to terms, the same way for what is indexed and what is asked.

    `groups` are synonyms, canonical form first; `spoken` are (everyday phrase, standard term) for questions only.
    """

    def __init__(self, groups: Iterable[tuple[str, ...]] = (), spoken: Iterable[tuple[str, str]] = ()) -> None:
        self._synonyms = Phrases({fold(term): fold(group[0]) for group in groups for term in group})
        self._spoken = Phrases({fold(phrase): fold(term) for phrase, term in spoken})

    def canonical(self, text: str) -> str:
        """The text folded, every synonym in its group's first form."""
        return self._synonyms.replace(fold(text))

    def terms(self, text: str) -> list[str]:
        """All terms of a document's text, in order, repeated as they are."""
        return tokens(self.canonical(text))

    def asked(self, question: str) -> str:
        """What a question is about: canonical, without asking words."""
        return subject(self.canonical(question))

    def standard(self, question: str, known: Callable[[str], bool]) -> str:
        """The question simplified, each everyday phrase that the documents do not use said in their words."""
        folded = fold(question)
        standard = self._spoken.replace(folded, lambda phrase: all(map(known, tokens(phrase))))
        return simplify(question) if standard == folded else standard
