"""A sheet as Mermaid text, for tools that draw it themselves."""

import re
from collections.abc import Iterator

from reports.diagrams.palette import BONES, DARK, INK, ON_DARK, TONES
from reports.diagrams.sheet import PROBLEM, Node, Sheet
from reports.fonts import drawable

_LISTED = re.compile(r"\d*([.)+-])")


def as_mermaid(sheet: Sheet) -> str:
    """A flowchart from left to right; a cause's text is the first line of its box, its chips the second."""
    lines = ["flowchart LR", f'  {PROBLEM}["{_quoted(sheet.problem)}"]:::toneProblem']
    for number, group in enumerate(sheet.groups):
        lines += [f'  g{number}(["{_quoted(group.name)}"]):::toneGroup', f"  {PROBLEM} --- g{number}"]
        for node in group.nodes:
            lines += _node(node, f"g{number}")
    lines.append(f"  classDef toneProblem fill:{DARK},stroke:{DARK},color:{ON_DARK}")
    lines.append(f"  classDef toneGroup fill:{BONES[0]},stroke:{BONES[0]},color:{ON_DARK}")
    for tone, (fill, _, accent) in TONES.items():
        lines.append(f"  classDef tone{tone.title()} fill:{fill},stroke:{accent},color:{INK}")
    return "\n".join(lines) + "\n"


def _node(node: Node, above: str) -> Iterator[str]:
    chips = f"<br/><small>{_quoted(' · '.join(node.chips))}</small>" if node.chips else ""
    yield f'  {node.key}["{_quoted(node.text)}{chips}"]:::tone{node.tone.title()}'
    yield f"  {above} {'-.-' if node.tone == 'refuted' else '---'} {node.key}"
    for child in node.children:
        yield from _node(child, node.key)


def _quoted(text: str) -> str:
    """Text that Mermaid shows as it is: what it would read as a sign, or as the start of a list, is its number."""
    text = drawable(text)
    listed = _LISTED.match(text)
    if listed:
        return _quoted(text[: listed.start(1)]) + f"#{ord(listed[1])};" + _quoted(text[listed.end(1) :])
    return "".join(f"#{ord(one)};" if one in '"#<>&`\\*_[](){}|~' else one for one in text)
