"""Our Markdown becomes Feishu's, and is cut into cards: nothing a person wrote may name, link or style anything.

The reading is the page's (bot/web/static/markdown.js): by lines, so that no text, however odd, loses a word.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LONGEST, MOST_TABLES = 16_000, 4  # bytes of a card's text; Feishu takes 5 tables in a card
_HEADING = re.compile(r"#{1,6}[ \t]+(.*)")
_ITEM = re.compile(r"([ \t]*)[-*+•][ \t]+(.*)")
_QUOTE = re.compile(r"^[ \t]*>[ \t>]*")
_FENCE = re.compile(r"[ \t]*```")
_RULE = re.compile(r"(?:-{3,}|\*{3,}|_{3,})[ \t]*")
_SEPARATOR = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")
_INLINE = re.compile(
    r"\\([\\`*_|#\[\]()>~+.-])|`([^`\n]+)`|\*\*([^\n]+?)\*\*|(https?://[^\s<>\"'`|，。；：？（）“”【】《》]+)"
)
_CELL = re.compile(r"(?<!\\)\|")
_UNSEEN = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\uffff\ud800-\udfff\r]")
_MEANS = re.compile(r"[<>*_~\[\]`\\$]|&(?=#?\w+;)|:(?=[A-Za-z_]+:)|(?<=\])\(|^[#=+-]")
_WORD = re.compile(r"\w")
_ENDS = "。；，, "
_LINE = 1_500  # characters of a line; longer ones are cut
_JOIN = "\u200b"  # between ** and punctuation: without it Markdown reads no bold beside Chinese letters
_UNLINKED = {"(": "%28", ")": "%29", "[": "%5B", "]": "%5D"}


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that belong together."""

    text: str
    table: bool = False

    @property
    def size(self) -> int:
        """Bytes, with the end of its line."""
        return len(self.text.encode()) + 1


def pieces(markdown: str, longest: int = LONGEST) -> list[str]:
    """The whole text in Feishu's Markdown, in as many parts as it needs; cut between paragraphs where there are any."""
    found, held, tables = list[list[Block]](), list[Block](), 0
    size = 0
    for block in _blocks(markdown):
        if held and (size + block.size > longest or tables + block.table > MOST_TABLES):
            rest = _cut(held)
            found.append(held[: len(held) - len(rest)])
            held, size, tables = rest, sum(one.size for one in rest), sum(one.table for one in rest)
        held.append(block)
        size, tables = size + block.size, tables + block.table
    texts = ("\n".join(block.text for block in part).strip("\n") for part in [*found, held])
    return [text for text in texts if text.strip()]


def inline(text: str) -> str:
    """One line, with its bold, its code and its addresses."""
    parts, at = list[str](), 0
    for match in _INLINE.finditer(text):
        marked, code, bold, address = match.groups()
        parts.append(plain(text[at : match.start()], start=not at and not match.start()))
        if marked:
            parts.append(f"&#{ord(marked)};")
        elif code:
            parts.append(f"`{code}`")
        elif address:
            parts.append(_link(address))
        else:
            parts.append(_bold(inline(bold.strip())) if bold.strip() else plain(match[0]))
        at = match.end()
    return "".join([*parts, plain(text[at:], start=not at)])


def plain(text: str, start: bool = False) -> str:
    """Text that no Markdown, tag or emoji is read from; `start` says that it begins a line."""

    def shown(one: re.Match[str]) -> str:
        begins = one[0] in "#=+-"
        return one[0] if begins and (one.start() or not start) else f"&#{ord(one[0])};"

    return _MEANS.sub(shown, text)


def label(text: str) -> str:
    """One line of it as it is, without what cannot be seen."""
    return " ".join(_UNSEEN.sub("", text).split())


def _blocks(markdown: str) -> Iterator[Block]:
    lines = _UNSEEN.sub("", markdown.replace("\r\n", "\n").replace("\r", "\n")).expandtabs(4).split("\n")
    at, empty = 0, True
    while at < len(lines):
        line = lines[at]
        at += 1
        if not line.strip():
            if not empty:
                yield Block("")
            empty = True
            continue
        if _FENCE.match(line):
            end = next((n for n in range(at, len(lines)) if _FENCE.match(lines[n])), len(lines))
            yield from _code(lines[at:end])
            at = end + 1
        elif at < len(lines) and "|" in line and "|" in lines[at] and _SEPARATOR.fullmatch(lines[at]):
            end = next((n for n in range(at + 1, len(lines)) if "|" not in lines[n]), len(lines))
            if not empty:
                yield Block("")
            yield from _table([_cells(one) for one in (line, *lines[at + 1 : end])])
            at = end
        else:
            for part in _short(line):
                yield Block(_line(part, empty))
        empty = False


def _line(line: str, first: bool) -> str:
    if _RULE.fullmatch(line):
        return "---" if first else "\n---"
    if heading := _HEADING.fullmatch(line):
        return _bold(inline(heading[1].strip()))
    if item := _ITEM.fullmatch(line):
        return f"{' ' * (len(item[1]) // 2 * 4)}- {inline(item[2])}"
    if quote := _QUOTE.match(line):
        return f"> {inline(line[quote.end() :])}"
    return inline(line.strip())


def _table(rows: Sequence[Sequence[str]]) -> Iterator[Block]:
    """A table whose rows are as wide as its first; a long one is cut, with its headings on every part."""
    wide = max(1, len(rows[0]))
    head = [_row(rows[0], wide), "|" + " --- |" * wide]
    held, size = list[str](), 0
    for row in rows[1:]:
        line = _row(row, wide)
        if held and size + len(line.encode()) > LONGEST // 2:
            yield Block("\n".join([*head, *held]) + "\n", table=True)
            held, size = [], 0
        held.append(line)
        size += len(line.encode())
    yield Block("\n".join([*head, *held]) + "\n", table=True)


def _row(cells: Sequence[str], wide: int) -> str:
    filled = [*cells, *[""] * wide][:wide]
    return "|" + "|".join(f" {inline(cell).replace('|', '&#124;')} " for cell in filled) + "|"


def _code(lines: Sequence[str]) -> Iterator[Block]:
    """Code as it is; a long one is cut."""
    held, size = list[str](), 0
    for line in (part for one in lines for part in _short(one) or [""]):
        if held and size + len(line.encode()) > LONGEST // 2:
            yield Block("\n".join(["```", *held, "```"]))
            held, size = [], 0
        held.append(line.replace("```", "`` `"))
        size += len(line.encode())
    yield Block("\n".join(["```", *held, "```"]))


def _cells(line: str) -> list[str]:
    inner = line.strip()
    inner = inner[1:] if inner.startswith("|") else inner
    inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
    return [cell.strip() for cell in _CELL.split(inner)]


def _short(line: str) -> list[str]:
    """A line in parts that are not too long."""
    found = []
    while len(line) > _LINE:
        end = max(line.rfind(mark, _LINE // 2, _LINE) for mark in _ENDS) + 1 or _LINE
        found.append(line[:end])
        line = line[end:]
    return [*found, line]


def _bold(text: str) -> str:
    """Bold, whatever stands beside it."""
    if not text:
        return ""
    left = "" if _WORD.match(text[0]) else _JOIN
    right = "" if _WORD.match(text[-1]) else _JOIN
    return f"**{left}{text}{right}**"


def _link(address: str) -> str:
    end = len(address.rstrip(".,;:!?"))
    while address[:end].endswith(")") and address.count(")", 0, end) > address.count("(", 0, end):
        end -= 1
    address, rest = address[:end], address[end:]
    shut = "".join(_UNLINKED.get(one, one) for one in address)
    return f"[{plain(address)}]({shut}){plain(rest)}"


def _cut(held: Sequence[Block]) -> list[Block]:
    """What goes on to the next part: what stands after the last empty line, if that is not the most of it."""
    for at in range(len(held) - 1, len(held) // 2, -1):
        if not held[at].text:
            return list(held[at + 1 :])
    return []
