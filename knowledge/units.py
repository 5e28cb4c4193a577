"""Units of answers: 2 天 is 48 小时, 400000 元 is 40 万元; what is of another kind is no answer."""

from knowledge.numerals import Said

_SECONDS = {
    "秒": 1, "秒钟": 1, "s": 1, "分钟": 60, "min": 60, "小时": 3600, "个小时": 3600, "h": 3600, "钟头": 3600,
    "个钟头": 3600, "天": 86400, "日": 86400, "周": 604800, "星期": 604800, "个星期": 604800, "礼拜": 604800,
}  # fmt: skip
_MONEY = {"元": 1, "块": 1, "块钱": 1, "圆": 1, "人民币": 1, "rmb": 1, "万元": 10_000, "亿元": 100_000_000}
_RATIO = {"%": 1, "percent": 1, "个百分点": 1, "百分点": 1, "个点": 1}
_KINDS: tuple[dict[str, int], ...] = (_SECONDS, _MONEY, _RATIO)
_TIMES = {"万": 10_000, "亿": 100_000_000}


def valued(said: Said, unit: str) -> float | None:
    """The number in `unit`, None where what was typed is of another kind (“90%” where 小时 are asked for)."""
    wanted, given = _kind(unit), _kind(said.unit)
    if said.unit == "分" and unit == "分钟":
        return said.value
    if not said.unit:
        return _bare(said, unit)
    if given is None or said.unit == unit:
        return said.value  # 60 辆 where 台 are asked for
    if wanted is not given or wanted is None:
        return None
    return said.value * given[said.unit] / wanted[unit]


def _kind(unit: str) -> dict[str, int] | None:
    return next((one for one in _KINDS if unit in one), None)


def _bare(said: Said, unit: str) -> float:
    """A number alone: 0.9 where % are asked for is 90, 40万 where 万元 are asked for is 40."""
    if unit == "%" and said.broken:
        return said.value * 100
    times = _TIMES.get(unit[:1])
    return said.value / times if times and said.value >= times else said.value
