"""Markdown becomes text with spans of bold and code, and is cut into messages of Telegram's size.

The reading is the page's (bot/web/static/markdown.js): by lines, so that no text, however odd, loses a word.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST, MOST_SPANS = 4096, 100  # of a message; characters count as UTF-16 units, as Telegram counts
CAPTION = 1024
_HEADING = re.compile(r"#{1,6}[ \t]+(.*)")
_ITEM = re.compile(r"([ \t]*)[-*+•][ \t]+(.*)")
_QUOTE = re.compile(r"^[ \t]*>[ \t>]*")
_FENCE = re.compile(r"[ \t]*```")
_RULE = re.compile(r"(?:-{3,}|\*{3,}|_{3,})[ \t]*")
_SEPARATOR = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_INLINE = re.compile(r"\\([\\`*_|#\[\]()>~+.-])|`([^`\n]+)`|\*\*([^\n]+?)\*\*")
_CELL = re.compile(r"(?<!\\)\|")
_UNSEEN = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\uffff\ud800-\udfff\r]")
_INVISIBLE = re.compile("[\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u205f-\u206f"
                        "\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]+")  # fmt: skip
_ENDS = ("\n\n", "\n", "。", "；", "，", " ")  # where to cut, best first
_LINE = "————————"


@dataclass(frozen=True, slots=True)
class Styled:
    """Text with spans (start, end, tag), apart from each other and in order."""

    text: str
    spans: tuple[tuple[int, int, str], ...] = ()

    @property
    def html(self) -> str:
        """As Telegram reads it in its HTML mode."""
        parts, at = list[str](), 0
        for start, end, tag in self.spans:
            inner = html.escape(self.text[start:end], quote=False)
            parts += [html.escape(self.text[at:start], quote=False), f"<{tag}>{inner}</{tag}>"]
            at = end
        return "".join([*parts, html.escape(self.text[at:], quote=False)])

    @property
    def visible(self) -> bool:
        """Whether there is anything to see; Telegram takes no message without."""
        return bool(_INVISIBLE.sub("", self.text))

    def cut(self, start: int, end: int) -> "Styled":
        """A part of it."""
        inside = ((max(a, start), min(b, end), tag) for a, b, tag in self.spans if a < end and b > start)
        return Styled(self.text[start:end], tuple((a - start, b - start, tag) for a, b, tag in inside))


def units(text: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(text) + sum(character > "\uffff" for character in text)


def plain(text: str) -> str:
    """One line of it as it is, without what cannot be seen; "" where nothing can."""
    line = " ".join(_UNSEEN.sub("", text).split())
    return line if Styled(line).visible else ""


def styled(markdown: str) -> Styled:
    """Markdown as it is read in a chat."""
    text, spans, at = "", list[tuple[int, int, str]](), 0
    lines = list(_lines(_UNSEEN.sub("", markdown.replace("\r\n", "\n").replace("\r", "\n")).expandtabs(4)))
    for number, line in enumerate(lines):
        text += ("\n" if number else "") + line.text
        at = len(text) - len(line.text)
        spans += [(at + start, at + end, tag) for start, end, tag in line.spans]
    return _trimmed(Styled(text, tuple(spans)))


def pieces(whole: Styled, longest: int = LONGEST) -> list[Styled]:
    """Messages that hold the whole text, cut at the ends of paragraphs where there are any."""
    found, at = list[Styled](), 0
    while at < len(whole.text):
        end = _end(whole, at, longest)
        piece = _trimmed(whole.cut(at, end))
        if piece.visible:
            found.append(piece)
        at = end
    return found


def _end(whole: Styled, start: int, longest: int) -> int:
    """Where the message that begins at `start` ends."""
    text, size, end = whole.text, 0, start
    while end < len(text) and size + 1 + (text[end] > "\uffff") <= longest:
        size += 1 + (text[end] > "\uffff")
        end += 1
    later = [span for span in whole.spans if span[1] > start]
    if len(later) > MOST_SPANS and later[MOST_SPANS][0] < end:
        end = later[MOST_SPANS][0]
    if end == len(text):
        return end
    for mark in _ENDS:
        found = text.rfind(mark, start, end)
        if found > start + (end - start) // 4:
            return found + len(mark)
    return end


def _trimmed(one: Styled) -> Styled:
    start = len(one.text) - len(one.text.lstrip())
    spans = one.cut(start, len(one.text.rstrip()))
    return Styled(spans.text, tuple(span for span in spans.spans if spans.text[span[0] : span[1]].strip()))


def _lines(text: str) -> Iterator[Styled]:
    """The lines as they are shown; at most one empty line between two paragraphs."""
    lines, at, code, empty = text.split("\n"), 0, False, True
    while at < len(lines):
        line = lines[at]
        at += 1
        if not code and not line.strip():
            if not empty:
                yield Styled("")
            empty = True
            continue
        empty = False
        if _FENCE.match(line):
            code = not code
            if rest := line.strip().lstrip("`"):
                yield Styled(rest)
        elif code:
            yield Styled(line)
        elif at < len(lines) and "|" in line and "|" in lines[at] and _SEPARATOR.fullmatch(lines[at]):
            end = next((n for n in range(at + 1, len(lines)) if "|" not in lines[n]), len(lines))
            yield from _table([_cells(one) for one in (line, *lines[at + 1 : end])])
            at = end
        else:
            yield _line(line)


def _line(line: str) -> Styled:
    line = _QUOTE.sub("", line)
    if _RULE.fullmatch(line):
        return Styled(_LINE)
    if heading := _HEADING.fullmatch(line):
        return _bold(_inline(heading[1].strip()))
    if item := _ITEM.fullmatch(line):
        return _joined(Styled(item[1] + "• "), _inline(item[2]))
    return _inline(line.rstrip())


def _table(rows: list[list[str]]) -> Iterator[Styled]:
    """The headings, then one line a row: its first cell, and every other one with its heading."""
    heads = rows[0]
    yield _bold(_inline(" / ".join(head for head in heads if head)))
    for row in rows[1:]:
        told = [
            f"{heads[n]} {cell}" if len(heads) > 2 and n < len(heads) and heads[n] else cell
            for n, cell in enumerate(row[1:], 1)
            if cell
        ]
        first = row[0] if row else ""
        yield _joined(Styled("• "), _inline("：".join(part for part in (first, "，".join(told)) if part)))


def _cells(line: str) -> list[str]:
    inner = line.strip()
    inner = inner[1:] if inner.startswith("|") else inner
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [cell.strip() for cell in _CELL.split(inner)]


def _inline(text: str) -> Styled:
    parts, at = list[Styled](), 0
    for match in _INLINE.finditer(text):
        escaped, code, bold = match.groups()
        parts.append(Styled(text[at : match.start()]))
        if escaped:
            parts.append(Styled(escaped))
        elif code:
            parts.append(Styled(code, ((0, len(code), "code"),)))
        else:
            parts.append(_bold(_inline(bold)))
        at = match.end()
    return _joined(*parts, Styled(text[at:]))


def _bold(one: Styled) -> Styled:
    return Styled(one.text, ((0, len(one.text), "b"),) if one.text.strip() else ())


def _joined(*parts: Styled) -> Styled:
    text, spans = "", list[tuple[int, int, str]]()
    for part in parts:
        spans += [(len(text) + start, len(text) + end, tag) for start, end, tag in part.spans]
        text += part.text
    return Styled(text, tuple(spans))
