"""Cuts a model's stream into sentences with their citations, however the model writes those: always [n] in the end."""

import re
from collections.abc import AsyncGenerator, AsyncIterator

_OPEN, _CLOSE = "\\[\u3010\uff3b\u3014", "\\]\u3011\uff3d\u3015"
_ONE = r"(?:资料|编号|来源|文献|\^|[#\uff03\u2116])*\s*[=\uff1d:\uff1a]?\s*\d{1,2}"
_GROUP = rf"[{_OPEN}]\s*{_ONE}(?:\s*[-~\uff5e\uff0c\uff1b,;、\u2013]\s*{_ONE})*\s*(?:\u2020[^{_CLOSE}]*)?[{_CLOSE}]"
_MARK = re.compile(rf"[ \t]*(?:[(\uff08]\s*(?:{_GROUP}[\s,\uff0c、]*)+[)\uff09]|{_GROUP})")
_RANGE = re.compile(r"(\d{1,2})\s*[-~\uff5e\u2013]\s*\D*(\d{1,2})")
_STOP = r"(?:[。!?\uff01\uff1f]+|(?<!\d)\.(?=\s))[”’」』)\uff09*]*"
_SENTENCE = re.compile(rf"(?:(?!{_STOP})[^\n])*(?:{_STOP}(?:\s*{_MARK.pattern})*[ \t]*\n*|\n+)")
_MAYBE_MARK = "[\u3010\uff3b\u3014(\uff08"
_LONGEST_MARK = 24
_THINK, _THOUGHT = "<think>", "</think>"

CITED = re.compile(r"\[(\d{1,2})\]")


def plain(text: str) -> str:
    """The text with every citation as [1][2]: from [1,2], [1-3], 【1】, （[1]）, [资料1]."""
    return _MARK.sub(lambda mark: "".join(f"[{n}]" for n in _numbers(mark.group())), text)


def _numbers(mark: str) -> list[int]:
    """The numbers of a mark, each once, a range with all between (an absurd one with its ends)."""
    mark = re.sub(r"\u2020[^\u3011\]]*", "", mark)
    found: list[int] = []
    for first, last in _RANGE.findall(mark):
        found += range(int(first), int(last) + 1)
    found += map(int, re.findall(r"\d{1,2}", mark))
    return sorted(set(found))


async def sentences(stream: AsyncIterator[str]) -> AsyncGenerator[str]:
    """Whole sentences, list items and lines, each with the citations that follow it; joined, the whole text."""
    buffer = ""
    async for piece in stream:
        buffer += piece
        while (match := _SENTENCE.match(buffer)) and _settled(buffer[match.end() :]):
            yield plain(match.group())
            buffer = buffer[match.end() :]
    at = 0
    while match := _SENTENCE.match(buffer, at):
        yield plain(match.group())
        at = match.end()
    if buffer[at:]:
        yield plain(buffer[at:])


def _settled(rest: str) -> bool:
    """Whether what has come after a stop cannot be a citation of the sentence before it."""
    rest = rest.lstrip()
    return bool(rest) and (rest[0] not in _MAYBE_MARK or len(rest) > _LONGEST_MARK)


async def spoken(stream: AsyncIterator[str]) -> AsyncGenerator[str]:
    """The stream without the thoughts that some models think aloud first, between <think> and </think>."""
    head: str | None = ""
    async for piece in stream:
        if head is None:
            yield piece
            continue
        head += piece
        begun = head.lstrip()
        if begun.startswith(_THINK):
            _, thought, rest = begun.partition(_THOUGHT)
            if not thought:
                continue
            head = begun = rest.lstrip()
        if _THINK.startswith(begun):
            continue
        yield begun
        head = None
    if head and not head.lstrip().startswith(_THINK):
        yield head
