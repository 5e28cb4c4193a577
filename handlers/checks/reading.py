"""What is typed during a check, as answers: marks, notes, numbers, exceptions; pure."""

import re
import unicodedata
from typing import Any

from handlers import typed
from handlers.checks.marking import LONGEST, LONGEST_WHY, Found, joined, lacking, mute
from handlers.flow import Misread
from handlers.message import Incoming
from knowledge.checklist import Checklist, Item
from knowledge.score import FULL

NOT_A_NUMBER = "请发一个数字，单位是{unit}。"
NOT_A_NUMBER_BARE = "请发一个数字。"
WHICH = "请点一个按钮。要记一句，发“备注”加内容，例如：备注 灯箱左下角不亮。"
NOT_ITEMS = "没看懂是哪几项。请点按钮，或者发序号，例如：3、5。"
MAY_NOT_SKIP = "这一项必须检查，不能选不适用。"
NOT_DONE = "没问题就点“提交”；要改就发“改”加序号，例如：改4。"
MORE_PHOTOS = "这一项还要 {n} 张照片；拍不了就点“拍不了照”。"
NOTE_FULL = "这句没有记下：一项的备注最多 {most} 个字，现在有 {now} 个，这句有 {more} 个。请说短一点。"
_YES = ("合格", "可以", "没问题", "通过", "好", "ok", "yes", "是", "对", "√", "✓", "1")
_NO = ("不合格", "不行", "不通过", "有问题", "不好", "差", "no", "否", "×", "✗", "x", "0")
_SKIP = ("不适用", "跳过", "没有这项", "n/a", "na")
_ON = ("下一项", "下一个", "没有了", "说完了", "发完了", "好了", "就这些")
_DONE = ("提交", "没问题", "没问题了", "确认")
_OTHERS = ("其余合格", "其他合格", "其它合格", "其余都合格", "其他都合格", "其它都合格", "剩下都合格")
_NOTE = re.compile(r"\s*(?:备注[:\uff1a\s]*|(?:记一下|注)[:\uff1a\s]+)(.+)", re.DOTALL)
_FAILED = re.compile(r"\s*(?:不合格|不行|有问题)[:\uff1a,\uff0c\u3002\s]+(.+)", re.DOTALL)
_NO_CAMERA = r"(?:拍不了照?片?|没法拍照?|无法拍照|不能拍照|没有?照片)"
_BARE = re.compile(rf"\s*{_NO_CAMERA}(?:[:\uff1a,\uff0c\u3002\s]+(.+))?", re.DOTALL)
_NUMBER = re.compile(r"(-?\d{1,9}(?:\.\d{1,6})?)\s*(\S{0,8})")
_ALL = r"(?:其余|其他|其它|剩下的?|别的|全部|全|都)"
_EXCEPT = (
    re.compile(rf"{_ALL}+合格[,、。\s]*(?:(?:除了?|但|不含)[:\s]*(.+?))?(?:以外|之外)?"),
    re.compile(rf"除了?[:\s]*(.+?)(?:以外|之外)?(?:[,、。\s]*{_ALL}+合格)?"),
    re.compile(rf"(.+?)不合格[,、。\s]*{_ALL}+合格"),
)
_ORDINAL = re.compile(r"第?(\d{1,3})(?:项|号)?")
_SINGLE = {one: str(n) for n, one in enumerate("一二三四五六七八九十", 1)}


def read(checklist: Checklist, item: Item, incoming: Incoming) -> dict[str, Any]:
    """What was typed at an unmarked item, as an answer."""
    text = incoming.text.strip()
    plain = _plain(text)
    if item.kind != "text" and (rest := _rest(checklist, plain)):
        return rest
    if noted := _NOTE.fullmatch(text):
        return {"note": item.key, "text": typed.inert(noted[1])}
    if plain in _SKIP:
        return _skip(item)
    said = spoken(text) if item.kind in ("pass", "photo") else None
    if said is not None and not (item.kind == "photo" and said[0]):
        return {"mark": item.key, "value": said[0], "text": said[1]}
    match item.kind:
        case "score" if re.fullmatch(rf"[0-{FULL}] ?分?", plain):
            return {"mark": item.key, "value": int(plain[0])}
        case "number":
            return {"mark": item.key, "value": _number(item, plain)}
        case "text" if text:
            return {"mark": item.key, "value": typed.line(LONGEST)(incoming)}
    raise Misread(WHICH)


def spoken(text: str) -> tuple[bool, str] | None:
    """合格, 不合格, 不合格 and what is wrong: (the mark, the words); None where it is no mark."""
    if said := _FAILED.fullmatch(text):
        return False, typed.inert(said[1])
    plain = _plain(text)
    return (plain in _YES, "") if plain in _YES + _NO else None


def read_finding(item: Item, found: Found, incoming: Incoming) -> dict[str, Any]:
    """Words about a finding, or about a photo; or that it was none, or that there is no more to say."""
    text, plain = typed.inert(incoming.text), _plain(incoming.text)
    if not text:
        raise Misread(typed.NO_TEXT)
    if plain in _SKIP:
        return _skip(item)
    if item.kind == "pass" and plain in ("合格", "不合格"):
        return {"mark": item.key, "value": plain == "合格"}
    if (bare := _BARE.fullmatch(text)) and lacking(item, found):
        return _bare(item, typed.inert(bare[1] or ""))
    if found.bare == "" and plain not in (*_ON, *_OTHERS):
        return _bare(item, text)
    if plain not in (*_ON, *_OTHERS):
        return {"note": item.key, "text": text}
    if more := lacking(item, found):
        raise Misread(MORE_PHOTOS.format(n=more))
    if mute(item, found):
        raise Misread(typed.NO_TEXT)
    return {"next": item.key} if plain in _ON else {"rest": [], "from": item.key}


def _bare(item: Item, why: str) -> dict[str, Any]:
    if len(why) > LONGEST_WHY:
        raise Misread(typed.TOO_LONG.format(n=LONGEST_WHY))
    return {"bare": item.key, "why": why}


def fitting(found: Found, answer: dict[str, Any]) -> dict[str, Any]:
    """An answer whose words still go into the item's note; raises Misread."""
    if (more := answer.get("text", "")) and len(joined(found.note, more)) > LONGEST:
        raise Misread(NOTE_FULL.format(most=LONGEST, now=len(found.note), more=len(more)))
    return answer


def read_exceptions(checklist: Checklist, incoming: Incoming) -> dict[str, Any]:
    """Which items are not as they should be, typed by number or by name."""
    plain = _plain(incoming.text)
    rest = _rest(checklist, plain)
    if rest is not None:
        return rest
    keys = _named(checklist, re.sub(r"(?:都|全)?不合格$", "", plain))
    if not keys:
        raise Misread(NOT_ITEMS)
    return {"rest": keys}


def read_summary(checklist: Checklist, incoming: Incoming) -> dict[str, Any]:
    """That it is to be submitted, or which item is to be changed."""
    plain = _plain(incoming.text)
    if plain in _DONE:
        return {"done": True}
    changed = _named(checklist, plain.removeprefix("改")) if plain.startswith("改") else []
    if len(changed) != 1:
        raise Misread(NOT_DONE)
    return {"goto": changed[0]}


def _skip(item: Item) -> dict[str, Any]:
    if not item.may_skip:
        raise Misread(MAY_NOT_SKIP)
    return {"skip": item.key}


def _number(item: Item, plain: str) -> float:
    found, unit = _NUMBER.fullmatch(plain), _plain(item.unit)
    if not found or found[2] not in ("", unit, "个", "度" if unit.endswith("c") else unit):
        raise Misread(NOT_A_NUMBER.format(unit=item.unit) if item.unit else NOT_A_NUMBER_BARE)
    return float(found[1])


def _rest(checklist: Checklist, plain: str) -> dict[str, Any] | None:
    """全部合格 · 全部合格,除了3和5 · 除了地面,其余合格 · 3、5不合格,其余合格."""
    found = next((match for form in _EXCEPT if (match := form.fullmatch(plain))), None)
    if found is None:
        return None
    keys = _named(checklist, found[1]) if found[1] else []
    if found[1] and not keys:
        raise Misread(NOT_ITEMS)
    return {"rest": keys}


def _named(checklist: Checklist, plain: str) -> list[str]:
    """The items whose numbers or names are said; [] when any of it is no item's."""
    keys: list[str] = []
    for chunk in (one for one in re.split(r"[\s,、;.。]+", plain) if one):
        found = _one(checklist, chunk)
        for part in [] if found else re.split(r"[和与及跟]", chunk):
            found = [*found, *(_one(checklist, part) or [""])]
        keys += found
    return [] if "" in keys else list(dict.fromkeys(keys))


def _one(checklist: Checklist, chunk: str) -> list[str]:
    """Those of a run of numbers (第3项第5项), or the one whose name holds these words."""
    items, digits = checklist.items, _SINGLE.get(re.sub(r"第|项|号", "", chunk), chunk)
    if re.fullmatch(rf"(?:{_ORDINAL.pattern})+", digits):
        numbers = [int(one) for one in _ORDINAL.findall(digits)]
        return [items[one - 1].key for one in numbers] if all(1 <= one <= len(items) for one in numbers) else []
    named = [one.key for one in items if chunk and chunk in _plain(one.name)]
    return named if len(named) == 1 else []


def _plain(text: str) -> str:
    """As it is compared: one width, small letters, no mark at the end."""
    return unicodedata.normalize("NFKC", text).strip().lower().rstrip("。.!~ ")
