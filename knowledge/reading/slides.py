"""Text that was slides once: lists of contents, PART marks over several lines, bare layout numbers."""

import re
from dataclasses import replace

from knowledge.reading.headings import title_like
from knowledge.reading.line import Line, fold, folded

_CONTENTS = re.compile(r"目\s*录|CATALOGUE|CONTENTS?|TABLE OF CONTENTS|目录\s*(?:CATALOGUE|CONTENTS?)", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,2}")
_DECORATION = re.compile(r"0\d|\d{4}")
_PART_ALONE = re.compile(r"PART|PART\s*\d{1,2}|第[一二三四五六七八九十\d]{1,3}[章节篇部分]{1,2}", re.IGNORECASE)
_FIELD = re.compile(r"(?:演讲人|汇报人|主讲人|日期|时间|部门|姓名):?")
_ENTRY = re.compile(
    r"^(?:[-*+•]\s+)?(?:(?:PART\s*)?\d{1,2}(?:\.\d{1,2})*[.、]?\s*)?(.*?)[\s.·…]*\d{0,3}$", re.IGNORECASE
)


def tidy(lines: list[Line]) -> tuple[list[Line], tuple[str, ...]]:
    """The lines without contents lists that later headings repeat, without layout numbers, PART marks joined."""
    lines, contents = _without_contents(lines)
    lines = _joined(lines)
    lines, numbers = _without_numbers(lines)
    warnings = [f"已去掉目录 {contents} 行（后文有同名标题）"] if contents else []
    if numbers:
        warnings.append(f"已去掉 {numbers} 行排版序号与空白栏目")
    return lines, tuple(warnings)


def _without_contents(lines: list[Line]) -> tuple[list[Line], int]:
    """Drop a list of contents whose entries all come again as headings; keep one that says more, as a section."""
    texts = folded(lines)
    start = next((row for row, text in enumerate(texts) if _CONTENTS.fullmatch(text)), None)
    if start is None:
        return lines, 0
    end, entries = _contents_end(lines, texts, start)
    named = [row for row in entries if any(_heads(text, _entry(texts[row])) for text in texts[end:])]
    if len(named) < 2:
        return lines, 0
    if len(named) == len(entries):
        return lines[:start] + lines[end:], sum(1 for text in texts[start:end] if text)
    listed = [replace(lines[row], text="- " + lines[row].text.strip()) for row in entries]
    return [*lines[:start], replace(lines[start], level=lines[start].level or 20), *listed, *lines[end:]], 0


def _contents_end(lines: list[Line], texts: list[str], start: int) -> tuple[int, list[int]]:
    """Where the list of contents that begins at `start` ends, and the rows of its entries."""
    entries: list[int] = []
    numbered = False
    for row in range(start + 1, len(lines)):
        if not texts[row] or _CONTENTS.fullmatch(texts[row]):
            continue
        if _NUMBER.fullmatch(texts[row]):
            numbered = True
            continue
        entry = _entry(texts[row])
        known = any(_heads(text, entry) for text in texts[row + 1 :])
        again = any(entry == _entry(texts[old]) for old in entries)
        if again or lines[row].level or _PART_ALONE.fullmatch(texts[row]) or not title_like(entry):
            return row, entries
        if not known and not numbered:
            return row, entries
        entries.append(row)
        numbered = False
    return len(lines), entries


def _entry(text: str) -> str:
    return _ENTRY.sub(r"\1", text).strip()


def _heads(text: str, entry: str) -> bool:
    """Whether a later line is the heading that an entry of the contents names."""
    return len(text) <= len(entry) + 16 and _entry(text).endswith(entry)


def _joined(lines: list[Line]) -> list[Line]:
    """A PART mark, its number and its title on lines of their own become one line."""
    result: list[Line] = []
    row = 0
    while row < len(lines):
        line, row = lines[row], row + 1
        if not line.rigid and _PART_ALONE.fullmatch(fold(line.text).strip()):
            words, used = _continued(lines[row : row + 8])
            line = replace(line, text=" ".join([line.text.strip(), *words]))
            row += used
        result.append(line)
    return result


def _continued(rest: list[Line]) -> tuple[list[str], int]:
    """The number and the title after a PART mark, and how many lines they take."""
    words: list[str] = []
    for row, line in enumerate(rest):
        text = fold(line.text).strip()
        if not text:
            continue
        if _NUMBER.fullmatch(text) and not words:
            words.append(text)
            continue
        return ([*words, line.text.strip()], row + 1) if title_like(text, 30) else (words, row)
    return words, len(words)


def _without_numbers(lines: list[Line]) -> tuple[list[Line], int]:
    texts = folded(lines)
    if not slide_like(texts):
        return lines, 0
    gone = {
        row
        for row, text in enumerate(texts)
        if not lines[row].rigid and (_NUMBER.fullmatch(text) or _DECORATION.fullmatch(text) or _FIELD.fullmatch(text))
    }
    return [line for row, line in enumerate(lines) if row not in gone], len(gone)


def slide_like(texts: list[str]) -> bool:
    """Whether bare two-digit numbers (01, 02, ...) stand on lines of their own so often that they are layout."""
    return sum(1 for text in texts if re.fullmatch(r"0[1-9]", text)) >= 4
