"""Finished checks as reports see them: the usual one, an empty one, and one with everything too long."""

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from photographs import jpeg, scene

import knowledge
from knowledge.checklist import Checklist, Item, Section, versioned
from knowledge.checklist_file import load_file
from knowledge.score import Rules, fails
from records.action import ACCEPTED, FIXED, Action
from records.checks import CONFIRMED, OBJECTED, SETTLED, Check, CheckMark
from records.stores import Store
from reports.check import Inspection

NOON = datetime(2026, 11, 25, 4, 5, tzinfo=UTC)
CHINA = ZoneInfo("Asia/Shanghai")
PUDONG = Store(1, "SH-01", "浦东金桥店", "华东", None, None, False, None)
NAMES = {1: "王督导", 2: "李店员", 3: "赵主管"}
FRONT = load_file(Path(knowledge.__file__).parent / "checklists" / "5s-front.yaml")
VETO, LOUNGE = "customer-papers", "lounge-clean"


def photo(seed: int, width: int = 1600, height: int = 1200) -> bytes:
    """The shown version of a photo."""
    return jpeg(scene(seed, width, height), 85)


def marks(checklist: Checklist, **failed: CheckMark) -> tuple[CheckMark, ...]:
    """Every item passes, but for these (by key, - as _)."""
    wrong = {one.item: one for one in failed.values()}
    return tuple(
        wrong.get(item.key) or CheckMark(item.key, _good(item), False, False, 0, "", ()) for item in checklist.items
    )


def check(checklist: Checklist, found: tuple[CheckMark, ...], **changes: Any) -> Check:
    """A finished check; what it comes to is worked out."""
    made = Check(
        7, 1, 1, checklist, Rules(), NOON - timedelta(minutes=6), NOON, 0.0, "", False, "waiting", None, None, "",
        None, None, "", found,
    )  # fmt: skip
    came = made.score
    return replace(made, total=came.total, grade=came.grade, passed=came.passed, **changes)


def usual() -> Inspection:
    """5S at the front desk: two failures of which one decides, one N/A, three photos, two actions, an objection."""
    keys = [item.key for item in FRONT.items]
    wrong = CheckMark(VETO, False, False, True, 2, "两份委托书放在台面上，客户能看到姓名和电话。", (1, 2))
    found = {
        VETO: wrong,
        LOUNGE: CheckMark(LOUNGE, False, False, True, 0, "饮水机没有水，共 3 处水渍。", (3,)),
    }
    said = tuple(found.get(one.item, one) for one in marks(FRONT))
    skippable = next(one.key for one in FRONT.items if one.may_skip and one.key not in found)
    said = tuple(CheckMark(one.item, None, True, False, 0, "", ()) if one.item == skippable else one for one in said)
    assert len(keys) == len(said)
    done = Action(
        1, "客户资料与钥匙收好", NOON + timedelta(hours=4), NOON, 1, "check", 7, VETO, 3, ACCEPTED, 2,
        "单据入夹、钥匙入柜，旁人看不到也拿不到。", 3, (1, 2), (4, 5), "已买文件夹，当天起单据全部入夹。", 2,
        NOON + timedelta(hours=2), 1, NOON + timedelta(hours=5), 1, 6, 31,
    )  # fmt: skip
    waiting = Action(
        1, "客休区干净可用", NOON + timedelta(hours=24), NOON, 1, "check", 7, LOUNGE, 1, FIXED, 3, "", 1, (3,), (),
        "饮水机已换水，地面已拖干。", 3, NOON + timedelta(hours=6), id=32,
    )  # fmt: skip
    objected = {
        "state": SETTLED, "replied_by": 2, "replied_at": NOON + timedelta(hours=1),
        "objection": "委托书是客户自己放在台面上的，当时正在接待。", "settled_by": 1,
        "settled_at": NOON + timedelta(hours=2), "settlement": "维持原判：台面随时要收好。",
    }  # fmt: skip
    photos = {number: photo(number, *((1600, 1200) if number % 2 else (1200, 1600))) for number in range(1, 6)}
    return Inspection(check(FRONT, said, **objected), PUDONG, NAMES, CHINA, (done, waiting), photos)


def plain() -> Inspection:
    """Everything passes; no photos, no actions; who checked has left."""
    made = check(FRONT, marks(FRONT), state=CONFIRMED, replied_by=2, replied_at=NOON + timedelta(hours=1))
    return Inspection(replace(made, person_id=9), PUDONG, NAMES, CHINA)


def huge() -> Inspection:
    """Sixty items with names, notes and words that do not fit, thirty photos, characters no font has."""
    long, word = "接待台面与客户休息区交界处的地面、墙角、绿植和垃圾桶" * 2, "https://example.com/" + "a1b2c3" * 40
    sections = tuple(
        Section(
            f"s{n}", f"第{n}分区：{long}", tuple(
                Item(f"i{n}-{m}", f"{long}（第 {m} 项，SERVICE 2026-11-25）", weight=1 + m % 3, veto=m == 9)
                for m in range(10)
            ), weight=1 + n, pass_mark=95.0,
        )
        for n in range(6)
    )  # fmt: skip
    listed = versioned(Checklist("long", "很长很长的检查清单" * 5, "", "", sections))
    notes = {
        0: "地面有水。" * 120,
        1: word,
        2: "👍 ✅ 👨‍👩‍👧 龘 𰻞 𫝀 \ue000 \u202e反\x07 ⑩ ㎡ ℃ é ก",
        3: "#let x = 1 *粗* $a$ <b> \\ @x [y]",
    }
    found = tuple(
        CheckMark(item.key, n % 7 != 0, False, n % 7 == 0, n % 4, notes.get(n // 7, "") if n % 7 == 0 else "",
                  tuple(range(n // 7 * 3 + 1, n // 7 * 3 + 4)) if n % 7 == 0 else ())
        for n, item in enumerate(listed.items)
    )  # fmt: skip
    actions = tuple(
        Action(
            1, long, NOON + timedelta(days=n), NOON, 1, "check", 7, f"i{n}-0", 1, "open", None, word, id=n, before=(n,)
        )
        for n in range(1, 6)
    )
    store = replace(PUDONG, name="上海浦东新区金桥出口加工区奔驰授权服务中心第一分店" * 3)
    kept = jpeg(scene(1, 1600, 1200), 85), jpeg(scene(2, 900, 2000), 85)
    photos = {number: kept[number % 2] for number in range(1, 31) if number != 5}
    made = check(listed, found, state=OBJECTED, objection="不同意。" * 100, replied_by=9, replied_at=NOON)
    return Inspection(made, store, NAMES, CHINA, actions, photos)


def _good(item: Item) -> bool | int | float | str:
    value: bool | int | float | str = True
    match item.kind:
        case "score":
            value = 5
        case "number":
            value = float(item.low or item.high or 0)
        case "text":
            value = "无"
        case "photo":
            value = item.photos.least
    assert not fails(item, value)
    return value


def pages(content: bytes) -> list[Any]:
    """The pages of a PDF as pictures."""
    import pypdfium2  # type: ignore[import-untyped]

    with pypdfium2.PdfDocument(io.BytesIO(content)) as opened:
        return [page.render(scale=1.4).to_pil() for page in opened]
