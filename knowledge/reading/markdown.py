"""Markdown: front matter, and lines that know which of them are headings, tables or code."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from knowledge.reading.line import Line

_FENCE = re.compile(r"\A---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_MARKS = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~])|(\*\*|__)(?=\S)(.+?)(?<=\S)\2|!?\[([^\]]*)\]\([^)]*\)")


def _words(value: Any) -> Any:
    return (
        [part.strip() for part in re.split(r"[,\uff0c、;\uff1b]", value) if part.strip()]
        if isinstance(value, str)
        else value
    )


def _text(value: Any) -> Any:
    return "" if value is None else str(value)


class FrontMatter(BaseModel):
    """What a document says of itself between two `---` lines; unknown keys are none of ours."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    title: Annotated[str, BeforeValidator(_text)] = ""
    version: Annotated[str, BeforeValidator(_text)] = ""
    effective: date | None = None
    audience: Annotated[tuple[str, ...], BeforeValidator(_words)] = ()
    source: Annotated[str, BeforeValidator(_text)] = ""


def split_front_matter(text: str) -> tuple[FrontMatter, str, tuple[str, ...]]:
    """The front matter, the text after it, and warnings; a `---` that opens no YAML mapping is ordinary text."""
    import yaml

    found = _FENCE.match(text)
    if found is None:
        return FrontMatter(), text, ()
    try:
        fields = yaml.safe_load(found[1])
        if not isinstance(fields, dict):
            return FrontMatter(), text, ()
        return FrontMatter.model_validate(fields), text[found.end() :], ()
    except (yaml.YAMLError, ValidationError) as error:
        return FrontMatter(), text[found.end() :], (f"文首说明（front matter）读不懂，已略过：{_reason(error)}",)


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "、".join(".".join(str(part) for part in fault["loc"]) for fault in error.errors()) + " 的写法不对"
    return "不是正确的 YAML"


def marked_lines(text: str, page: int | None = None) -> list[Line]:
    """Lines of Markdown; headings lose their marks, tables and code blocks are rigid."""
    from markdown_it import MarkdownIt

    source = text.splitlines()
    lines = [Line(part.rstrip(), page) for part in source]
    dropped: set[int] = set()
    tokens = MarkdownIt("commonmark").enable("table").parse("\n".join(source))
    for position, token in enumerate(tokens):
        if token.map is None or token.level > 0:
            continue
        first, last = token.map
        if token.type == "heading_open":
            lines[first] = Line(plain(tokens[position + 1].content), page, int(token.tag[1]))
            dropped.update(range(first + 1, last))
        elif token.type in ("fence", "table_open"):
            for row in range(first, last):
                lines[row] = Line(lines[row].text, page, rigid=True)
    return [line for row, line in enumerate(lines) if row not in dropped]


def plain(text: str) -> str:
    """A heading's text without emphasis, links and escapes."""
    return _MARKS.sub(lambda found: found[1] or found[3] or found[4] or "", text).replace("`", "").strip()
