"""Numbers as people type them: 90, ９０％, 1,200, 九十, 百分之九十, 九成, 三点五, 半, 1.5万."""

import re
import unicodedata
from dataclasses import dataclass

_DIGITS = {"〇": 0, "两": 2, **{one: number for number, one in enumerate("零一二三四五六七八九")}}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10_000, "亿": 100_000_000}
_AROUND = (
    r"(?:答案|结果|大约|大概|约|应该|应|不超过|不低于|不少于|不多于|超过|最多|最少|至少|共有|共|一共|等于|是|为|要|在"
    r"|[:=≤≥<>~¥])*"
)
_AFTER = r"(?:左右|上下|以内|之内|以上|以下|以后|内|吧|了)?"
_NUMBER = r"[-+]?\d+(?:,\d{3})*(?:\.\d+)?(?:/\d+)?|\.\d+|[零〇一二两三四五六七八九十百千万亿点半]+"
_SAID = re.compile(
    rf"{_AROUND}(?P<ratio>百分之)?(?P<number>{_NUMBER})(?P<times>[千万亿]?)(?P<unit>[^\W\d]*?|%){_AFTER}",
)


@dataclass(frozen=True, slots=True)
class Said:
    """A number someone typed and the unit behind it, as typed; `broken` is a fraction of one: 0.9, 9/10."""

    value: float
    unit: str
    broken: bool = False


def said(text: str) -> Said | None:
    """The one number a text consists of, None where it is not one number."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).lower().rstrip("。.!;,")
    found = _SAID.fullmatch(plain.replace("、", ","))
    if found is None:
        return None
    value = _value(found["number"])
    if value is None or found["unit"][:1] in {*_DIGITS, *_PLACES}:
        return None
    unit = "%" if found["ratio"] else found["unit"]
    if found["times"]:
        value *= {"千": 1000, **_LARGE}[found["times"]]
    if found["unit"] == "成":
        value, unit = value * 10, "%"
    return Said(value, unit, 0 < value <= 1 and ("." in found["number"] or "/" in found["number"]))


def _value(text: str) -> float | None:
    if text[0] in "+-.0123456789":
        upper, _, lower = text.replace(",", "").partition("/")
        if lower and not float(lower):
            return None
        return float(upper) / float(lower) if lower else float(upper)
    return _chinese(text)


def _chinese(text: str) -> float | None:
    """三百二十, 九十点五, 一万二, 半."""
    if text == "半":
        return 0.5
    whole, point, part = text.partition("点")
    value = _whole(whole)
    if value is None or (point and (not part or any(one not in _DIGITS for one in part))):
        return None
    return value + (float("0." + "".join(str(_DIGITS[one]) for one in part)) if point else 0)


def _whole(text: str) -> float | None:
    if not text or "半" in text or "点" in text:
        return None
    if all(one in _DIGITS for one in text):  # 九零, digit by digit
        return float("".join(str(_DIGITS[one]) for one in text))
    total, part, digit, place = 0, 0, 0, 1
    for one in text:
        if one in _DIGITS:
            digit = _DIGITS[one]
        elif one in _PLACES:
            part, digit, place = part + (digit or 1) * _PLACES[one], 0, _PLACES[one]
        else:
            total, part, digit, place = (total + part + digit) * _LARGE[one], 0, 0, _LARGE[one]
    if digit and place > 10 and not text[-2:].startswith(("零", "〇")):  # 一百二 is 120
        digit *= place // 10
    return float(total + part + digit)
