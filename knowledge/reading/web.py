"""HTML -> Markdown lines, for web pages and for what mammoth makes of Word files."""

from dataclasses import replace
from typing import Any

from knowledge.reading.line import Line
from knowledge.reading.markdown import marked_lines, plain
from knowledge.reading.raw import Raw, Refused

_ASIDE = ("script", "style", "noscript", "template", "iframe", "svg", "nav", "aside", "form", "button", "select")
_FRAMES = ("header", "footer")
_TAGS = 200_000
_DEPTH = 300


def read_html(text: str) -> Raw:
    """A web page's main text; menus, forms and scripts stay out. Refused when the page is too large or too deep."""
    page = _soup(text)
    title = page.title.get_text(" ", strip=True) if page.title else ""
    for tag in page.find_all(_ASIDE):
        tag.decompose()
    for tag in page.find_all(_FRAMES):
        if tag.find_parent(("article", "main")) is None:
            tag.decompose()
    body = page.find("main") or page.find("article") or page.body or page
    return Raw(html_lines(body), title=title)


def html_lines(markup: Any) -> list[Line]:
    """Markdown lines of an HTML text or a parsed element."""
    from markdownify import MarkdownConverter

    element = _soup(markup) if isinstance(markup, str) else markup
    for text in element.find_all(string=_bar):
        if text.find_parent(("td", "th")) is not None:
            text.replace_with(text.replace("|", "\\|"))
    converter = MarkdownConverter(
        heading_style="ATX",
        bullets="-",
        strip=["img"],
        escape_asterisks=False,
        escape_underscores=False,
        escape_misc=False,
        table_infer_header=True,
    )
    return [_unlinked(line) for line in marked_lines(converter.convert_soup(element))]


def _unlinked(line: Line) -> Line:
    return replace(line, text=plain(line.text)) if "](" in line.text and not line.rigid else line


def _bar(text: str | None) -> bool:
    return text is not None and "|" in text


def _soup(text: str) -> Any:
    from bs4 import BeautifulSoup

    if text.count("<") > _TAGS:
        raise Refused("网页过大", "请只保留正文，另存后再导入")
    page = BeautifulSoup(text, "html.parser")
    if _too_deep(page):
        raise Refused("网页嵌套过深", "请只保留正文，另存后再导入")
    return page


def _too_deep(page: Any) -> bool:
    depth, element = 0, page
    deepest = 0
    while element is not None:
        following = getattr(element, "contents", None)
        if following:
            element, depth = following[0], depth + 1
            deepest = max(deepest, depth)
            continue
        while element is not None and element.next_sibling is None:
            element, depth = element.parent, depth - 1
        element = element.next_sibling if element is not None else None
    return deepest > _DEPTH
