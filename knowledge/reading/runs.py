"""Lines that lost their line ends: PART marks, headings and items run together in one line get lines of their own."""

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from knowledge.reading.captions import split_captions
from knowledge.reading.line import WORK, Line, fold

_DIGITS = "一二三四五六七八九"
_PART = re.compile(r"(?=PART\s*\d{1,2}(?!\d))")
_CONTENTS = re.compile(r"(?:目录\s*)?(?:CATALOGUE|CONTENTS|Contents|目录)(?=0[1-9])")
_ENTRY = re.compile(r"(?=0[1-9](?!\d))")
_FIELDS = re.compile(r"(?:(?:演讲人|汇报人|主讲人|日期|时间|部门):\s*){2,}")
_SHUFFLED = re.compile(r"(?<!\d)(?:0[1-9]){3,}(?!\d)")
_BARE_BULLET = re.compile(r"\s*[-*+•·]\s*")
_DASH = re.compile(r"(?<=[。;])\s+(?=[-•·]\s)")
_ITEM = re.compile(r"(?<![\d.第])(?:(\d{1,2})[.、](?!\d)|\((\d{1,2})\))")
_NOUN = (
    "(?:目的|目标|内容|方法|方式|形式|安排|评估|周期|对象|计划|考核|时间|地点|要求|原则|流程|标准|职责|范围|概述|背景|"
    "意义|措施|步骤|总结|方案|策略|机制|体系|制度|说明|建议|预算|资源|分工|进度|效果)"
)
_WORDS = r"[^\s,。;:、(]"
_GOES_ON = r"(?!是|为(?!了)|可以|应|要|需要|包括|由|有|采用|如下|在于|将|的|和|与|及|、|以|,|:|。|;)"
_HEAD = re.compile(rf"([{_DIGITS}十]{{1,3}})、({_WORDS}{{0,10}}?{_NOUN}(?:[与和及]{_WORDS}{{0,6}}?{_NOUN})?){_GOES_ON}")
_BEGINS = re.compile(r"一、|1[.、]|第一|\(一\)")


def untangle(lines: list[Line]) -> list[Line]:
    """The lines with run-together parts, headings and lists on lines of their own, in the same order."""
    lines = _without_echoes([line for line in lines if not _BARE_BULLET.fullmatch(line.text)])
    result: list[Line] = []
    number = 0
    for row, line in enumerate(lines):
        if line.rigid or line.level or not line.text.strip():
            result.append(line)
            number = 0 if line.level == WORK else number
            continue
        following = next((later.text for later in lines[row + 1 : row + 3] if later.text.strip()), "")
        pieces, number = _pieces(line.text, number)
        pieces[-1:] = _at_first_item(pieces[-1], following)
        result += [replace(line, text=piece) for piece in pieces]
    return result


def _at_first_item(text: str, following: str) -> list[str]:
    """An item numbered 1 that runs on behind a heading or a colon, when the next line is the item numbered 2."""
    second = re.match(r"2[.、]|\(2\)", fold(following).strip())
    if second is None:
        return [text]
    first = second[0].replace("2", "1")
    found = re.search(r"(?<=[\u3400-\u9fff:)])" + re.escape(first) + r"(?!\d)", fold(text))
    return _between(text, [found.start()]) if found else [text]


def _without_echoes(lines: list[Line]) -> list[Line]:
    """A title whose words begin the next line again, right before its first heading or sentence, stays once."""
    result = list(lines)
    filled = [row for row, line in enumerate(result) if line.text.strip() and not line.rigid]
    for row, following in pairwise(filled):
        title, text = result[row].text.strip(), result[following].text.strip()
        rest = text.removeprefix(title)
        if 4 <= len(title) <= 40 and rest and rest != text and (_BEGINS.match(fold(rest)) or rest[:4] == title[:4]):
            result[row] = replace(result[row], text=title, level=result[row].level or WORK)
            result[following] = replace(result[following], text=rest)
    return result


def _pieces(text: str, number: int) -> tuple[list[str], int]:
    pieces: list[str] = []
    for part in _at_parts(text):
        for stretch in _cut(part, _DASH):
            heads, number = _at_headings(stretch, number)
            pieces += [item for head in heads for item in _at_items(head)]
    return pieces, number


def _cut(text: str, pattern: re.Pattern[str]) -> list[str]:
    return _between(text, (found.start() for found in pattern.finditer(fold(text))))


def _between(text: str, cuts: Iterable[int]) -> list[str]:
    """The text in pieces at these offsets; only the first piece keeps the white space it begins with."""
    pieces = [text[start:end] for start, end in pairwise((0, *cuts, len(text)))]
    return [piece if not place else piece.strip() for place, piece in enumerate(pieces) if piece.strip()]


def _at_parts(text: str) -> list[str]:
    """A line with several PART marks, cut there; its list of contents entry by entry; its captions on their own."""
    parts = _cut(text, _PART)
    if len(parts) < 3:
        return [text]
    opening = parts[0][_fields_end(parts[0]) :]
    found = _CONTENTS.search(fold(opening))
    if found is None:
        return [opening, *(piece for part in parts[1:] for piece in _slide(part, ()))]
    entries = _cut(opening[found.end() :], _ENTRY)
    titles = tuple(fold(entry)[2:].strip() for entry in entries)
    head = [piece for piece in (opening[: found.start()], found[0]) if piece]
    return [*head, *entries, *(piece for part in parts[1:] for piece in _slide(part, titles))]


def _fields_end(text: str) -> int:
    """Where the empty fields of a slide template (speaker, date) end."""
    found = _FIELDS.match(fold(text))
    return found.end() if found else 0


def _slide(text: str, titles: tuple[str, ...]) -> list[str]:
    """One PART: its title, known from the list of contents, then captions and sentences."""
    text = _without_shuffled(text)
    mark = re.match(r"PART\s*\d{1,2}\s*", fold(text))
    start = mark.end() if mark else 0
    title = next((title for title in titles if fold(text).startswith(title, start)), "")
    if not mark or not title:
        return [text]
    end = start + len(title)
    return [f"{text[:start].strip()} {text[start:end]}", *split_captions(text[end:])]


def _without_shuffled(text: str) -> str:
    """Without the shuffled layout numbers (02040301) that a slide's boxes leave behind."""
    kept, start = "", 0
    for found in _SHUFFLED.finditer(text):
        numbers = sorted(int(found[0][place : place + 2]) for place in range(0, len(found[0]), 2))
        if numbers == list(range(1, len(numbers) + 1)):
            kept += text[start : found.start()]
            start = found.end()
    return kept + text[start:]


def _at_headings(text: str, number: int) -> tuple[list[str], int]:
    """Cut around headings that carry on the count from one to the next and end with a heading's noun."""
    same = fold(text)
    cuts: list[int] = []
    for found in _HEAD.finditer(same):
        value = _value(found[1])
        if value in (1, number + 1) and same[found.end() :].strip():
            number = value
            cuts += [found.start(), found.end()]
    return _between(text, cuts), number


def _value(numeral: str) -> int:
    tens, ten, ones = numeral.rpartition("十")
    if not ten:
        return _DIGITS.index(numeral) + 1 if len(numeral) == 1 else 0
    return (_DIGITS.find(tens) + 1 if tens else 1) * 10 + (_DIGITS.find(ones) + 1 if ones else 0)


def _at_items(text: str) -> list[str]:
    """A line that counts 1. 2. 3. or (1) (2) (3) becomes one line for each item."""
    for group in (1, 2):
        cuts: list[int] = []
        for found in _ITEM.finditer(fold(text)):
            if found[group] and int(found[group]) == len(cuts) + 1:
                cuts.append(found.start())
        if len(cuts) >= 3:
            return _between(text, cuts)
    return [text]
