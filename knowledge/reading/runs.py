"""Lines that lost their line ends: PART marks, headings and items run together in one line are put on their own."""

import re
from collections.abc import Iterator
from dataclasses import replace

from knowledge.reading.line import Line, fold

_LONG = 200
_CN = "一二三四五六七八九十"
_PART = re.compile(r"(?=PART\s*\d{1,2}(?!\d))")
_CONTENTS = re.compile(r"(目录|CATALOGUE|CONTENTS|Contents)(?=\d|CATALOGUE|CONTENTS|$)")
_ENTRY = re.compile(r"(0[1-9])(?=[^\d\s])")
_FIELDS = re.compile(r"^(?:(?:演讲人|汇报人|主讲人|日期|时间|部门):\s*)+(?=\S)")
_SHUFFLED = re.compile(r"(?<!\d)(?:0[1-9]){3,}(?!\d)")
_DASH = re.compile(r"(?<=[。;])\s+(?=[-•·]\s)")
_ITEM = re.compile(r"(?<![\d.第])(\d{1,2})[.、](?!\d)|\((\d{1,2})\)")
_NOUN = (
    "目的|目标|内容|方法|方式|形式|安排|评估|周期|对象|计划|考核|时间|地点|要求|原则|流程|标准|职责|范围|概述|背景|"
    "意义|措施|步骤|总结|方案|策略|机制|体系|制度|说明|建议|预算|资源|分工|进度|效果"
)
_GOES_ON = r"(?!是|为(?!了)|可以|应|要|需要|包括|由|有|采用|如下|在于|将|的|和|与|及|、|以|,|:|。|;)"
_CN_HEAD = re.compile(rf"([{_CN}]{{1,3}})、([^\s,。;:、(]{{0,10}}?(?:{_NOUN})(?:(?:与|和|及)[^\s,。;:、(]{{0,6}}?(?:{_NOUN}))?){_GOES_ON}")


def untangle(lines: list[Line]) -> list[Line]:
    """The lines with run-together parts, headings and lists on lines of their own, in the same order."""
    result: list[Line] = []
    number = 0
    for line in lines:
        if line.rigid or line.level:
            result.append(line)
            continue
        if not line.text.strip():
            result.append(line)
            continue
        pieces, number = _pieces(line.text, number)
        result += [replace(line, text=piece) for piece in pieces]
    return _without_echoes(result)


def _pieces(text: str, number: int) -> tuple[list[str], int]:
    pieces: list[str] = []
    for part in _at_parts(text):
        for stretch in _split(part, _DASH):
            heads, number = _at_headings(stretch, number)
            for head in heads:
                pieces += _at_items(head)
    return pieces, number


def _split(text: str, pattern: re.Pattern[str]) -> list[str]:
    cuts = [0, *(found.start() for found in pattern.finditer(fold(text))), len(text)]
    return [text[start:end].strip() if start else text[start:end] for start, end in zip(cuts, cuts[1:], strict=False) if end > start]


def _at_parts(text: str) -> Iterator[str]:
    """A long line at its PART marks; its list of contents entry by entry."""
    if len(text) <= _LONG or len(_PART.findall(fold(text))) < 2:
        yield text
        return
    text = _FIELDS.sub("", fold(text)) and text[_FIELDS.match(fold(text)).end() if _FIELDS.match(fold(text)) else 0 :]
    for part in _split(text, _PART):
        found = _CONTENTS.search(fold(part))
        if found is None:
            yield from _numberless(part)
            continue
        yield part[: found.start()]
        yield part[found.start() : found.end()]
        yield from _split(part[found.end() :], _ENTRY)


def _numberless(text: str) -> Iterator[str]:
    """Without the shuffled layout numbers (02040301) a slide's boxes leave behind."""
    kept, start = "", 0
    for found in _SHUFFLED.finditer(fold(text)):
        numbers = sorted(int(found[0][place : place + 2]) for place in range(0, len(found[0]), 2))
        if numbers == list(range(1, len(numbers) + 1)):
            kept += text[start : found.start()]
            start = found.end()
    yield kept + text[start:]


def _at_headings(text: str, number: int) -> tuple[list[str], int]:
    """Cut around the headings that carry on the count 一、 二、 三、; a heading's words end with a heading's noun."""
    same = fold(text)
    pieces, start = [], 0
    for found in _CN_HEAD.finditer(same):
        value = _value(found[1])
        if value != 1 and value != number + 1 or not same[found.end() :].strip():
            continue
        number = value
        pieces += [text[start : found.start()].strip(), text[found.start() : found.end()]]
        start = found.end()
    return [piece for piece in [*pieces, text[start:] if not start else text[start:].strip()] if piece], number


def _value(numeral: str) -> int:
    tens, _, ones = numeral.rpartition("十")
    if "十" not in numeral:
        return _CN.index(numeral[0]) + 1 if len(numeral) == 1 else 0
    return (_CN.index(tens[0]) + 1 if tens else 1) * 10 + (_CN.index(ones[0]) + 1 if ones else 0)


def _at_items(text: str) -> list[str]:
    """A line that counts 1. 2. 3. (or (1) (2) (3)) becomes one line for each item."""
    for group in (1, 2):
        marks = [found for found in _ITEM.finditer(fold(text)) if found[group]]
        run: list[re.Match[str]] = []
        for found in marks:
            if int(found[group]) == len(run) + 1:
                run.append(found)
        if len(run) >= 3:
            cuts = [0, *(found.start() for found in run), len(text)]
            return [part.strip() for part in (text[a:b] for a, b in zip(cuts, cuts[1:], strict=False)) if part.strip()]
    return [text]


def _without_echoes(lines: list[Line]) -> list[Line]:
    """A heading line that the next line repeats as its beginning stays once, as a heading of the highest rank."""
    result = list(lines)
    filled = [row for row, line in enumerate(result) if line.text.strip()]
    for row, following in zip(filled, filled[1:], strict=False):
        head, text = result[row].text.strip(), result[following].text.strip()
        if 4 <= len(head) <= 40 and text.startswith(head) and len(text) > len(head) and not result[following].rigid:
            if text.startswith(head * 2) or not re.match(r"[\w]", fold(text)[len(head)]) or text.count(head) > 0:
                result[following] = replace(result[following], text=text[len(head) :].strip())
    return result
