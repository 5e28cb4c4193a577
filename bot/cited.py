"""What every chat channel shows of a reply beside its text: where it stands, and its buttons."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from handlers.message import Button, Citation, Reply

SOURCE = "原文"
FROM = "出处"
_IN_A_ROW = 4
_LONGEST_BUTTON = 60
Rows = tuple[tuple[Button, ...], ...]


def keyboard(reply: Reply, label: Callable[[str], str], most: int) -> Rows:
    """The reply's buttons and one for each citation, at most so many; `label` makes a text fit to be a button's."""
    cited = {one.action: one for one in reply.citations if one.action}
    known = {button.action for row in reply.buttons for button in row}
    rows = [*reply.buttons]
    if len(cited) > 1:
        rows = [tuple(button for button in row if button.action not in cited) for row in rows]
        numbered = [Button(f"{SOURCE} {one.number or n}", one.action) for n, one in enumerate(cited.values(), 1)]
        rows = [*(tuple(numbered[at : at + _IN_A_ROW]) for at in range(0, len(numbered), _IN_A_ROW)), *rows]
    elif cited and known.isdisjoint(cited):
        rows.insert(0, (Button(SOURCE, next(iter(cited))),))
    left, kept = most, list[tuple[Button, ...]]()
    for row in rows:
        usable = tuple(replace(one, text=_short(label(one.text))) for one in row if one.action)[: min(left, 8)]
        left -= len(usable)
        kept += [usable] if usable else []
    return tuple(kept)


def sources(citations: Sequence[Citation]) -> str:
    """One short line of Markdown for each section that was cited."""
    lines = dict[tuple[str, str], None]()
    for n, cited in enumerate(citations, 1):
        version = f" v{cited.version}" if cited.version else ""
        page = f" 第{cited.page}页" if cited.page else ""
        where = " › ".join(("", *cited.section)) if cited.section else ""
        number = f"[{cited.number or n}] " if len(citations) > 1 else ""
        lines[number, f"《{cited.document}》{version}{where}{page}"] = None
    if len(lines) == 1:
        return f"{FROM}：{escaped(next(iter(lines))[1])}"
    return "\n".join([f"{FROM}：", *(number + escaped(line) for number, line in lines)]) if lines else ""


def escaped(text: str) -> str:
    """One line that no Markdown is read from."""
    marked = "".join(f"\\{one}" if one in "\\`*_|#[]()>~+" else one for one in text)
    return " ".join(marked.split())


def _short(text: str) -> str:
    shown = text or "…"
    return shown if len(shown) <= _LONGEST_BUTTON else shown[: _LONGEST_BUTTON - 1] + "…"
