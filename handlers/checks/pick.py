"""Where a check is made and by which list: what a person said, tapped or shared, and what is only one; pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from handlers import flow, typed
from handlers.flow import Answers, Choice, Facts, Misread, Prompt
from handlers.message import Incoming, Reply
from records.photos.exif import metres

WHERE = "检核哪家门店？点一家，或者发店名、编号；发送位置就从最近的开始。"
NEAREST = "离您最近的在最前面。"
WHICH = "{store}，用哪份清单？"
NOT_FOUND = "没有找到“{text}”。请发店名或编号里的几个字，或点一家。"
MANY = "“{text}”有 {n} 家，请点一家。"
BEGUN = "{store}的{name}做到一半：{when}开始，已查 {n} 项，共 {all} 项。接着做，还是重新开始？"
GO_ON, AFRESH = "接着做", "重新开始"
MORE = "更多门店（还有 {n} 家）"
_SHOWN, _RECENT = 8, 3


def known(facts: Facts, words: Sequence[str], store: int | None) -> list[dict[str, Any]]:
    """The answers that need not be asked for: what was said, and what there is only one of."""
    answers: list[dict[str, Any]] = []
    stores, lists_ = facts["stores"], facts["lists"]
    for word in words:
        named = [one for one in lists_ if word.lower() in (one["key"], one["name"].lower())]
        named = named or [one for one in lists_ if word.lower() in one["name"].lower()]
        answers += [{"list": named[0]["key"]}] if len(named) == 1 else []
        found = [] if named else _searched(facts, word)
        answers += [{"store": found[0]["id"]}] if len(found) == 1 else [{"find": word}] if found else []
    if store is not None and any(one["id"] == store for one in stores):
        answers.append({"store": store})
    if len(stores) == 1:
        answers.append({"store": stores[0]["id"]})
    return answers


def picked_of(facts: Facts, answers: Answers) -> dict[str, Any]:
    picked: dict[str, Any] = {"store": None, "list": None, "near": None, "find": "", "draft": None, "more": 0}
    for answer in answers:
        picked |= answer if "more" in answer else {"find": "", "more": 0, **answer}
    return picked


def step(facts: Facts, answers: Answers) -> Prompt | None:
    picked = picked_of(facts, answers)
    if picked["store"] is None:
        return _where(facts, picked)
    if picked["list"] is None:
        name = next(one["name"] for one in facts["stores"] if one["id"] == picked["store"])
        used = [key for store, key in facts["recent"] if store == picked["store"]]
        order = {key: place for place, key in enumerate(dict.fromkeys(used))}
        lists_ = sorted(facts["lists"], key=lambda one: order.get(one["key"], len(order)))
        rows = tuple((Choice(f"{one['name']}（{one['n']} 项）", {"list": one["key"]}),) for one in lists_)
        return Prompt(Reply(WHICH.format(store=name)), rows, read=lambda incoming: _read_list(facts, incoming))
    begun = _begun(facts, picked)
    if begun is None or picked["draft"] is not None:
        return None
    return Prompt(
        Reply(BEGUN.format(**begun)), ((Choice(GO_ON, {"draft": begun["id"]}), Choice(AFRESH, {"draft": 0})),)
    )


def _begun(facts: Facts, picked: Mapping[str, Any]) -> Any:
    """The draft of a check of this store by this list, the latest first, if there is one."""
    return next((one for one in facts["begun"] if (one["of"], one["list"]) == (picked["store"], picked["list"])), None)


def _where(facts: Facts, picked: Mapping[str, Any]) -> Prompt:
    stores = _searched(facts, picked["find"]) if picked["find"] else facts["stores"]
    text = WHERE
    if picked["find"]:
        text = MANY.format(text=picked["find"], n=len(stores))
    elif picked["near"]:
        stores = sorted(stores, key=lambda one: _away(one, picked["near"]))
        text = f"{NEAREST}\n\n{WHERE}"
    page = picked["more"]
    rows = [] if picked["find"] or picked["near"] or page else _combined(facts)
    shown, left = stores[page * _SHOWN : (page + 1) * _SHOWN], len(stores) - (page + 1) * _SHOWN
    rows += [(Choice(_store_line(one, picked["near"]), {"store": one["id"]}),) for one in shown]
    rows += [(Choice(MORE.format(n=left), {"more": page + 1}),)] if left > 0 else []
    return Prompt(Reply(text, asks_place=True), tuple(rows), read=lambda incoming: _read_store(facts, incoming))


def _combined(facts: Facts) -> list[tuple[Choice, ...]]:
    """What was checked last, store and list with one tap."""
    stores = {one["id"]: one["name"] for one in facts["stores"]}
    lists_ = {one["key"]: one["name"] for one in facts["lists"]}
    pairs = [(store, key) for store, key in facts["recent"] if store in stores and key in lists_][:_RECENT]
    return [(Choice(f"{lists_[key]} · {stores[store]}", {"store": store, "list": key}),) for store, key in pairs]


def _store_line(store: Mapping[str, Any], near: list[float] | None) -> str:
    away = _away(store, near) if near else float("inf")
    far = f" · {away / 1000:.1f} 公里" if 1000 <= away < float("inf") else f" · {away:.0f} 米" if away < 1000 else ""
    return f"{store['name']}（{store['code']}）{far}"


def _away(store: Mapping[str, Any], near: Sequence[float]) -> float:
    if not store["place"]:
        return float("inf")
    return metres((near[0], near[1]), (store["place"][0], store["place"][1]))


def _read_store(facts: Facts, incoming: Incoming) -> dict[str, Any]:
    if incoming.place is not None:
        return {"near": [incoming.place.latitude, incoming.place.longitude]}
    text = typed.inert(incoming.text)[:40]
    if not text:
        raise Misread(typed.NO_TEXT)
    found = _searched(facts, text)
    if not found:
        raise Misread(NOT_FOUND.format(text=text))
    return {"store": found[0]["id"]} if len(found) == 1 else {"find": text}


def _searched(facts: Facts, text: str) -> list[Any]:
    plain = text.lower()
    exact = [one for one in facts["stores"] if plain in (one["code"].lower(), one["name"].lower())]
    return exact or [one for one in facts["stores"] if plain in one["name"].lower() or plain in one["code"].lower()]


def _read_list(facts: Facts, incoming: Incoming) -> dict[str, Any]:
    text = typed.inert(incoming.text)[:40]
    named = [one for one in facts["lists"] if text and text.lower() in one["name"].lower()]
    if len(named) != 1:
        raise Misread(flow.WRONG)
    return {"list": named[0]["key"]}
