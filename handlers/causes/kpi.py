"""The figure that shows a problem: which ones are usual, and what people type of it."""

import re
import unicodedata

from handlers import typed
from knowledge.cause.card import Kpi

KPIS = {
    "NPS": "分", "客户满意度": "分", "一次修复率": "%", "返修率": "%", "准时交车率": "%", "客户流失率": "%",
    "投诉率": "%", "备件满足率": "%",
}  # fmt: skip
NO_KPI = ("没有指标", "没有", "无", "跳过")
_FIGURE = re.compile(r"(?<![\d.])-?\d+(?:\.\d+)?")
_BEFORE = re.compile(_FIGURE.pattern + r"\s*[%分天]?\s*(?:下|上)?(?:掉|降|跌|落|升|涨|变)(?:低|高)?(?:到|成|为|至)")
_LONGEST = 20


def unit_of(name: str) -> str:
    """What a KPI of that name is measured in."""
    return KPIS.get(name, "%" if name.endswith("率") else "")


def figures_in(text: str) -> tuple[float, float | None] | None:
    """What it is and is to be; None where there are no figures or more. What it was (52 in 52掉到41) is left out."""
    found = [float(one) for one in _FIGURE.findall(_BEFORE.sub("", unicodedata.normalize("NFKC", text)))]
    if not 1 <= len(found) <= 2:
        return None
    return found[0], found[1] if len(found) > 1 else None


def kpi_in(text: str, old: Kpi | None) -> Kpi | None:
    """“返修率 6.2 3” as a KPI, without a name the old one's; None where there are no figures or no name."""
    figures, said = figures_in(text), re.split(r"[\d：:，,\s-]", typed.inert(text).strip(), maxsplit=1)[0]
    name = said[:_LONGEST] or (old.name if old else "")
    if figures is None or not name:
        return None
    unit = old.unit if old and old.name == name else unit_of(name)
    return Kpi(name, *figures, unit)
