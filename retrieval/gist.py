"""What a question comes down to: of what kind it is, its numbers and its words, without how it is put."""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

Likeness = Literal["same", "turned", "added"]

_UNIT = "秒|分钟|个?小时|天|日|周|个?月|年"
# first come, first served: what one kind has taken is gone for the next
_KINDS = (
    ("why", r"为什么|为何|为啥|凭什么|的?原因|的?理由|\bwhy\b"),
    ("length", rf"多久|多长时间|多长|(?:几|多少)(?:{_UNIT})|\bhow long\b"),
    ("when", r"什么时候|什么时间|何时|啥时候|几点|哪一?天|几号|\bwhen\b"),
    ("who", r"谁|哪个(?:部门|岗位|人)|什么人|\bwho\b"),
    ("where", r"哪里|哪儿|在哪|什么地方|\bwhere\b"),
    ("count", r"(?:几|多少)(?=[个人次台项步条名位家种类级份张])个?|\bhow many\b"),
    (
        "formula",
        r"是?(?:怎么|如何|怎样)(?:来?算|计算)的?|的?计算的?(?:公式|方法)?|的?公式|算法|\bformula\b|\bcalculated?\b",
    ),
    ("how", r"怎么办|怎么处理|如何处理|怎样处理|怎么做|怎么|如何|怎样|咋办|咋|流程(?=是什么|是怎|怎么)|\bhow\b"),
    ("yes", r"吗|是否|(?P<yes>[\u4e00-\u9fff])[不没](?P=yes)|可不可以|能不能|要不要|会不会"),
    ("what", r"是?什么意思|指什么|什么叫|什么|是啥|啥|多少|有?哪些|有?哪几|哪个|包括|\b(?:what|which)\b"),
)
_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)
_PUT = re.compile(
    "请问|麻烦|我?想知道|我?想问|问一下|告诉|帮|查一下|一下|的时候|时候|情况下|需要|必须|应该|应当|可以|能够|进行|内容|一般|通常|到底|究竟|分别|具体"
    "|我们|咱们|大家|客户(?=投诉)|[的了在是有要需应得该会能由把给让来去请之做都就才也我你您呢啊呀吧嘛]"
    r"|\b(?:is|are|does|do|did|the|an?|of|in|to|for|on|me|tell|please|we|i|you|be|can|should|must)\b"
)
_WORD = re.compile(r"[a-z][a-z&'+/-]*|[\u3400-\u9fff]")
_NUMBER = re.compile(r"\d+(?:\.\d+)?%?")
_CONTRAST = re.compile(r"[不没未无非别勿禁前外大小上下高低新旧老一二三四五六七八九十a-z]")
_ADDED = 2


@dataclass(frozen=True, slots=True)
class Gist:
    """`kinds` are what is asked (empty for mere keywords), `words` Latin words and single characters in order."""

    kinds: frozenset[str]
    numbers: tuple[str, ...]
    words: tuple[str, ...]

    def agrees(self, other: "Gist") -> bool:
        """Whether both ask the same kind of thing with the same numbers; mere keywords ask what is or whether."""
        plain = frozenset(("what", "yes"))
        kinds = self.kinds == other.kinds or (self.kinds < plain > other.kinds and not (self.kinds and other.kinds))
        return kinds and self.numbers == other.numbers

    def likeness(self, other: "Gist") -> Likeness | None:
        """Whether the words are the same, the same with their end put first ("turned"), or those of one with a harmless
        word of at most two characters "added"; None when they say something else.
        """
        if self.words == other.words:
            return "same"
        if len(self.words) == len(other.words):
            turns = range(1, len(self.words))
            return "turned" if any(self.words[i:] + self.words[:i] == other.words for i in turns) else None
        short, long = sorted((self.words, other.words), key=len)
        added = "".join((Counter(long) - Counter(short)).elements())
        rest = iter(long)
        within = all(word in rest for word in short)
        return "added" if within and len(added) <= _ADDED and not _CONTRAST.search(added) else None


def gist(canonical: str) -> Gist:
    """The gist of a canonical (folded, synonyms made one) question."""
    text, kinds = canonical, set()
    for kind, pattern in _PATTERNS:
        text, times = pattern.subn(_kept, text)
        if times:
            kinds.add(kind)
    if len(kinds) > 1:
        kinds -= {"what", "yes"}
    if "formula" in kinds:
        kinds -= {"how"}
    numbers = tuple(_NUMBER.findall(text))
    return Gist(frozenset(kinds), numbers, tuple(_WORD.findall(_PUT.sub(" ", text))))


def _kept(match: re.Match[str]) -> str:
    """Of "收不收费" the 收 stays."""
    return (match.re.groups and match["yes"]) or " "
