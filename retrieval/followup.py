"""Completes a question that leans on the one before: "那保养呢", "第二步呢", "为什么"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.text import fold, subject, tokens

_ORDINAL = re.compile(r"第\d+[\u4e00-\u9fff]?")
_OPENING = re.compile(r"^\s*(?:那么|那|然后|还有|另外|再|and|what about|how about)\s*", re.IGNORECASE)
_CLOSING = re.compile(r"(?:呢|怎么样|怎样|咋样)?[\s??。.!!]*$")
_BARE = re.compile(
    r"^(?:那|这)?(?:又|具体|到底)?(?:为什么|为啥|为何|原因呢?|理由呢?|怎么做|怎么办|如何做|多久|多长时间|多少|谁负责|谁来做|什么时候|举例|举个例子|有例子吗|详细(?:点|一点|说说)?|具体(?:点|一点|说说|呢)?|继续|还有(?:吗|呢)?|why|how|when|more)(?:呢|呀|啊|吗|这样|要这样|这么做)*[\s??。.!!]*$",
    re.IGNORECASE,
)
_POINTING = re.compile(r"^(?:它|这个|那个|这|该|其|上面(?:的|说的)?|刚才(?:的|说的)?|前面(?:的|说的)?|这一?步|那一?步)")


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier exchange: what was really searched for, and the heading of the section that answered ("" if none)."""

    searched: str
    heading: str


def complete(question: str, past: Sequence[Past]) -> str:
    """The question as it would be asked alone; itself when it does not lean on anything."""
    if not past:
        return question
    before = past[-1]
    if _BARE.match(question.strip()):
        return f"{_plain(before.searched)} {question}"
    if _POINTING.match(question.strip()):
        return f"{before.heading or _plain(before.searched)} {_POINTING.sub('', question.strip())}"
    if not _leans(question):
        return question
    focus = _CLOSING.sub("", _OPENING.sub("", question)).strip()
    return _exchange(before.searched, focus) if focus else f"{_plain(before.searched)} {question}"


def _leans(question: str) -> bool:
    """"那…呢", "…呢", or a lone ordinal: nothing that is asked stands in it."""
    text = question.strip()
    short = len(tokens(subject(fold(text)))) <= 10
    opened, closed = bool(_OPENING.match(text)), bool(re.search(r"呢[\s??。.!!]*$", text))
    alone = bool(_ORDINAL.fullmatch(fold(_CLOSING.sub("", text))))
    return short and (closed or alone or (opened and len(text) <= 12))


def _exchange(before: str, focus: str) -> str:
    """The earlier question with its own focus exchanged for the new one: an ordinal for an ordinal, else the topic."""
    folded, new = fold(before), fold(focus)
    old, fresh = _ORDINAL.search(folded), _ORDINAL.search(new)
    if old and fresh:
        return folded[: old.start()] + new + folded[old.end() :]
    if fresh:
        return f"{_plain(before)} {focus}"
    aspect = _aspect(folded)
    return f"{focus}{aspect}" if aspect else f"{focus} {before}"


def _aspect(folded: str) -> str:
    """What was asked about the topic: the part after the last 的, or the asking words at the end."""
    _, mark, after = folded.rstrip("??。 ").rpartition("的")
    if mark and 1 < len(after) <= 16:
        return "的" + after
    found = re.search(r"(?:是什么|有哪些|怎么算|怎么做|多久|多少|包括什么|第几天|哪天|什么时候)[^,,]*$", folded.rstrip("??。 "))
    return found.group() if found else ""


def _plain(question: str) -> str:
    return question.strip().rstrip("??。.!!")
