"""What a check asks next, item by item, and its summary."""

from collections.abc import Mapping
from typing import Any

from handlers import typed
from handlers.actions import evidence
from handlers.checks import form as check_form
from handlers.checks import marking as checking
from handlers.checks import reading as check_reading
from handlers.checks.marking import Found, Walk, lacking, marks, mute, settled, walked
from handlers.checks.summary import FAIL, PASS, VETO, findings_of, result_of, sections_of, skipped_of, value_of
from handlers.context import Context
from handlers.flow import Answers, Choice, Facts, Misread, Prompt, Take
from handlers.message import Button, Incoming, Reply
from knowledge.checklist import Checklist, Item, from_json
from knowledge.score import FULL, Rules, Score, score

ITEM = "**{n}/{all} {name}**{marks}\n\n{lines}"
NO_SKIP = "（必查）"
GOOD, NOTE, PHOTOS_SENT = "做到：{good}", "备注：{note}", "已收照片 {n} 张"
AGAIN = "以前有 {n} 次不合格；再不合格就是第{nth}次。"
SKIP, STANDARD = "不适用", "看标准"
ALL_PASS, ALL_BUT, OTHERS = "全部合格", "全部合格，除了…", "其余合格"
SEND_NUMBER, SEND_TEXT, SEND_PHOTO = "发一个数字{unit}。{bounds}", "发一句话。", "发照片，{least} 到 {most} 张。"
BETWEEN, AT_LEAST, AT_MOST = "合格是 {low:g} 到 {high:g}。", "合格是至少 {low:g}。", "合格是最多 {high:g}。"
WRONG = "**{n}/{all} {name}：{what}**\n\n{lines}"
SAY = "说一句哪里不对，也可以发照片。"
SAY_WHY = "说一句为什么没有照片。"
NO_CAMERA, SAY_NO_PHOTO = "拍不了照", "说一句为什么没有照片，报告里会写上；拍到了直接发照片也行。"
SAY_OR_GO = "可以接着补充，或点“下一项”。"
PHOTO_WANTED = "要 {n} 张照片。"
SEND_AND_SAY = "发 {n} 张照片，也可以说一句哪里不对。"
SEND_MORE = "还要 {n} 张照片。"
TOO_MANY = "这一项最多 {most} 张照片，多出的 {n} 张没有记进来。"
NEXT, DONE_CHOOSING = "下一项", "选好了，其余合格"
CHOOSE = "哪几项不合格？点一下选中，再点一下取消；也可以发序号，例如：3、5。"
CHOSEN = "已选 {n} 项：{names}"
MEND = "改哪一项？"
SUBMIT, CHANGE, BACK_TO_SUMMARY = "提交", "改一项", "不改了"
SUMMARY = "**{name}** · {store}\n\n{result}\n\n{sections}{findings}{skipped}{photos}\n\n没问题就点“提交”。"
PHOTOS = "\n\n照片 {n} 张"


def step(facts: Facts, answers: Answers) -> Prompt | None:
    """The next prompt of a check, None once it is submitted."""
    checklist = from_json(facts["list"])
    walk = walked(checklist, answers)
    if walk.done:
        return None
    if walk.choosing is not None:
        return _choosing(checklist, walk)
    if walk.mending:
        return _mending(checklist)
    if walk.at is None:
        return _summary(facts, checklist, walk)
    item = checklist.item(walk.at)
    assert item is not None
    found = walk.found.get(item.key, Found())
    if found.marked and not settled(item, found):
        return _finding(facts, checklist, item, found)
    return _item(facts, checklist, item, found, walk)


def rules_of(facts: Mapping[str, Any]) -> Rules:
    """The rules a check was begun with."""
    kept = facts["rules"]
    return Rules(**{**kept, "bands": tuple((grade, least) for grade, least in kept["bands"])})


def scored(facts: Mapping[str, Any], checklist: Checklist, walk: Walk) -> Score:
    """What a check comes to so far."""
    return score(checklist, marks(checklist, walk), rules_of(facts), facts["times"])


def _item(facts: Facts, checklist: Checklist, item: Item, found: Found, walk: Walk) -> Prompt:
    lines = [item.guide, GOOD.format(good=item.good) if item.good else "", _wants(item), *_so_far(facts, item, found)]
    name = VETO if item.veto else "" if item.may_skip else NO_SKIP
    text = ITEM.format(**_place(checklist, item), marks=name, lines="\n".join(one for one in lines if one))
    rows = [*_ways(item, found), *_shortcuts(checklist, walk)]
    first = not walk.begun
    return Prompt(
        Reply(text),
        tuple(row for row in rows if row),
        form=check_form.fields(checklist) if first else (),
        fill=(lambda incoming: check_form.filled(checklist, incoming)) if first else None,
        read=lambda incoming: check_reading.fitting(found, check_reading.read(checklist, item, incoming)),
        take=_taking(facts, item, found),
        free=item.kind == "text",
        beside=_standard(item),
    )


def _ways(item: Item, found: Found) -> list[tuple[Choice, ...]]:
    """Rows of marks, with 不适用 where it may be said."""
    skip = (Choice(SKIP, {"skip": item.key}),) if item.may_skip else ()
    failing = Choice(FAIL, {"mark": item.key, "value": False})
    match item.kind:
        case "pass":
            return [(Choice(PASS, {"mark": item.key, "value": True}), failing, *skip)]
        case "photo":
            ready = (Choice(NEXT, {"next": item.key}),) if len(found.photos) >= item.photos.least else ()
            return [(*ready, failing, *skip)]
        case "score":
            return [tuple(Choice(str(one), {"mark": item.key, "value": one}) for one in range(FULL + 1)), skip]
    return [skip]


def _shortcuts(checklist: Checklist, walk: Walk) -> list[tuple[Choice, ...]]:
    """Everything else at once: only what is merely right or wrong."""
    left = [one for one in checklist.items if one.kind == "pass" and not walk.found.get(one.key, Found()).marked]
    if len(left) < 2:
        return []
    if any(one.marked for one in walk.found.values()):
        return [(Choice(OTHERS, {"rest": []}),)]
    return [(Choice(ALL_PASS, {"rest": []}), Choice(ALL_BUT, {"choose": True}))]


def _wants(item: Item) -> str:
    match item.kind:
        case "number":
            unit = f"，单位 {item.unit}" if item.unit else ""
            return SEND_NUMBER.format(unit=unit, bounds=_bounds(item))
        case "text":
            return SEND_TEXT
        case "photo":
            return SEND_PHOTO.format(least=item.photos.least, most=item.photos.most)
    return PHOTO_WANTED.format(n=item.photos.least) if item.photos.when == "always" else ""


def _bounds(item: Item) -> str:
    if item.low is not None and item.high is not None:
        return BETWEEN.format(low=item.low, high=item.high)
    if item.low is not None:
        return AT_LEAST.format(low=item.low)
    return AT_MOST.format(high=item.high) if item.high is not None else ""


def _so_far(facts: Facts, item: Item, found: Found) -> list[str]:
    times = facts["times"].get(item.key, 0)
    return [
        AGAIN.format(n=times, nth=times + 1) if times else "",
        NOTE.format(note=note) if (note := checking.remark(item, found)) else "",
        PHOTOS_SENT.format(n=len(found.photos)) if found.photos else "",
    ]


def _finding(facts: Facts, checklist: Checklist, item: Item, found: Found) -> Prompt:
    """What is wrong, in words and photos, before the check goes on."""
    lines = [*_so_far(facts, item, found), _asked(item, found)]
    text = WRONG.format(
        **_place(checklist, item), what=value_of(item, found.value), lines="\n".join(one for one in lines if one)
    )
    ways: tuple[tuple[Choice, ...], ...] = ()
    if lacking(item, found):
        ways = ((Choice(NO_CAMERA, {"bare": item.key, "why": ""}),),) if found.bare is None else ()
    elif not mute(item, found):
        ways = ((Choice(NEXT, {"next": item.key}),),)
    return Prompt(
        Reply(text),
        ways,
        read=lambda incoming: check_reading.fitting(found, check_reading.read_finding(item, found, incoming)),
        take=_taking(facts, item, found),
        free=True,
        beside=_standard(item),
    )


def _asked(item: Item, found: Found) -> str:
    """What is still wanted of an item that has its mark."""
    said = found.note or found.photos
    if more := lacking(item, found):
        if found.bare is not None:
            return SAY_NO_PHOTO
        bare = not said and checking.failed(item, found)
        return (SEND_AND_SAY if bare else SEND_MORE).format(n=more)
    return SAY_OR_GO if said else SAY_WHY if item.kind == "photo" else SAY


def _taking(facts: Facts, item: Item, found: Found) -> Take:
    async def take(context: Context, incoming: Incoming) -> tuple[dict[str, Any], tuple[Reply, ...]]:
        sent, notes = await evidence.take_photos(context, incoming, facts["store"])
        over = len(found.photos) + len(sent["photos"]) - item.photos.most
        if over > 0:
            notes = (*notes, Reply(TOO_MANY.format(most=item.photos.most, n=over)))
        said = check_reading.spoken(sent["text"]) if item.kind == "pass" and not found.marked else None
        text = typed.inert(sent["text"]) if said is None else said[1]
        marked = {} if said is None else {"value": said[0]}
        answer = {"photos": item.key, "ids": sent["photos"], "text": text, **marked}
        try:
            return check_reading.fitting(found, answer), notes
        except Misread as error:
            return {**answer, "text": ""}, (*notes, Reply(str(error)))

    return take


def _choosing(checklist: Checklist, walk: Walk) -> Prompt:
    chosen = walk.choosing or ()
    items = [one for one in checklist.items if one.kind == "pass"]
    rows = [
        (Choice(f"{'✓ ' if one.key in chosen else ''}{_number(checklist, one)} {one.name}", {"except": one.key}),)
        for one in items
    ]
    names = "、".join(one.name for one in items if one.key in chosen)
    text = f"{CHOOSE}\n\n{CHOSEN.format(n=len(chosen), names=names)}" if chosen else CHOOSE
    rows.append((Choice(DONE_CHOOSING if chosen else ALL_PASS, {"rest": list(chosen)}),))
    return Prompt(Reply(text), tuple(rows), read=lambda incoming: check_reading.read_exceptions(checklist, incoming))


def _mending(checklist: Checklist) -> Prompt:
    rows = [(Choice(f"{_number(checklist, one)} {one.name}", {"goto": one.key}),) for one in checklist.items]
    return Prompt(Reply(MEND), (*rows, (Choice(BACK_TO_SUMMARY, {"mend": False}),)))


def _summary(facts: Facts, checklist: Checklist, walk: Walk) -> Prompt:
    came = scored(facts, checklist, walk)
    photos = sum(len(one.photos) for one in walk.found.values())
    text = SUMMARY.format(
        name=checklist.name,
        store=facts["named"],
        result=result_of(came),
        sections=sections_of(came),
        findings=findings_of(checklist, walk.found, came),
        skipped=skipped_of(checklist, came),
        photos=PHOTOS.format(n=photos) if photos else "",
    )
    ways = (Choice(SUBMIT, {"done": True}), Choice(CHANGE, {"mend": True}))
    return Prompt(Reply(text), (ways,), read=lambda incoming: check_reading.read_summary(checklist, incoming))


def _standard(item: Item) -> tuple[Button, ...]:
    return (Button(STANDARD, f"standard:{item.key}"),) if item.standard else ()


def _place(checklist: Checklist, item: Item) -> dict[str, Any]:
    return {"n": _number(checklist, item), "all": len(checklist.items), "name": item.name}


def _number(checklist: Checklist, item: Item) -> int:
    return checklist.items.index(item) + 1
