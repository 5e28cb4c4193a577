"""What to look into where nobody knows on: the probing questions of the trade that are nearest to what was said."""

from knowledge.cause.probes import probes

_PLACES = {
    "reception": ("接待", "前台", "预约", "到店", "等候", "登记", "解释", "估价"),
    "workshop": (
        "车间",
        "维修",
        "返修",
        "技师",
        "工位",
        "质检",
        "洗车",
        "施工",
        "保养",
        "故障",
        "修复",
        "路试",
        "异响",
        "诊断",
        "喷漆",
        "钣金",
        "工单",
    ),
    "parts": ("备件", "配件", "库存", "缺件", "等件", "订货", "到货"),
    "contact": ("回访", "投诉", "NPS", "满意", "流失", "邀约", "电话", "推荐"),
}


def questions(text: str, most: int = 4) -> tuple[str, ...]:
    """At most one of each bone, of the place that the text speaks of; those with the most in common first."""
    place = max(_PLACES, key=lambda key: sum(word in text for word in _PLACES[key]))
    _, bones = next(iter(probes().kinds.values()))
    best = [max(probes().at(place, bone), key=lambda one: _common(one, text)) for bone in bones]
    return tuple(sorted(best, key=lambda one: -_common(one, text))[:most])


def _common(one: str, other: str) -> int:
    return len({one[at : at + 2] for at in range(len(one) - 1)} & {other[at : at + 2] for at in range(len(other) - 1)})
