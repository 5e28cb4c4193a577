"""What reports cost: `python -m bench.reports`."""

import io
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from PIL import Image

from knowledge.checklist import Checklist, Item, Section
from knowledge.score import Rules
from records.checks import Check, CheckMark
from records.stores import Store
from reports.check import Inspection
from reports.check_pdf import check_pdf
from reports.check_word import check_word
from reports.period import Period
from reports.pictures import ranking_picture
from reports.sheets import period_sheets

NOON = datetime(2026, 11, 25, 4, tzinfo=UTC)
STORE = Store(1, "SH-01", "浦东店", "华东", None, None, False, None)
_ITEMS, _PHOTOS, _CHECKS = 60, 30, 300


def main() -> None:
    """Print time, size and memory of each kind."""
    seen, before = _inspection(), _resident()
    _measured("PDF, first", lambda: check_pdf(seen))
    _measured("PDF", lambda: check_pdf(seen))
    _measured("Word", lambda: check_word(seen))
    stores = {n: replace(STORE, id=n, name=f"门店{n}") for n in range(1, 31)}
    checks = tuple(replace(_small(seen), id=n, store_id=n % 30 + 1) for n in range(_CHECKS))
    day = NOON.date()
    period = Period(day - timedelta(89), day, "全部门店", seen.zone, NOON, stores, {}, checks)
    _measured(f"Excel of {_CHECKS} checks of 10 items", lambda: period_sheets(period))
    _measured("ranking of 30 stores", lambda: ranking_picture(period) or b"")
    for number in range(60):
        check_pdf(replace(seen, store=replace(STORE, name=f"门店{number}"), photos={}))
    print(f"resident\t{before} MB before, {_resident()} MB after 60 more PDFs")


def _measured(name: str, make: Callable[[], bytes]) -> None:
    waits: list[float] = []
    done = threading.Event()
    watch = threading.Thread(target=_beat, args=(done, waits))
    watch.start()
    start = time.perf_counter()
    made = make()
    took = time.perf_counter() - start
    done.set()
    watch.join()
    print(f"{name}\t{took:.2f} s\t{len(made) / 1e6:.2f} MB\tanother thread waited {max(waits) * 1000:.0f} ms at most")


def _beat(done: threading.Event, waits: list[float]) -> None:
    """How long a thread that asks for its turn every millisecond has to wait for it."""
    while not done.is_set():
        start = time.perf_counter()
        time.sleep(0.001)
        waits.append(time.perf_counter() - start - 0.001)


def _inspection() -> Inspection:
    items = tuple(Item(f"i{n}", f"第 {n} 项：地面、墙角、绿植和垃圾桶") for n in range(_ITEMS))
    sections = tuple(Section(f"s{n}", f"第 {n} 区", items[n * 10 : n * 10 + 10]) for n in range(_ITEMS // 10))
    photos = {n: _photo(n) for n in range(_PHOTOS)}
    marks = tuple(
        CheckMark(one.key, n % 2 == 0, False, n % 2 == 1, n % 3, "有水渍，已当场擦干。", (n // 2,) if n % 2 else ())
        for n, one in enumerate(items)
    )
    return Inspection(
        _check(Checklist("long", "六十项", "1", "", sections), marks), STORE, {1: "王督导"}, ZoneInfo("Asia/Shanghai"),
        photos=photos,
    )  # fmt: skip


def _small(seen: Inspection) -> Check:
    """A check of the first section alone."""
    listed = replace(seen.check.checklist, sections=seen.check.checklist.sections[:1])
    return _check(listed, seen.check.marks[:10])


def _check(listed: Checklist, marks: tuple[CheckMark, ...]) -> Check:
    made = Check(
        7, 1, 1, listed, Rules(), NOON - timedelta(minutes=6), NOON, 0.0, "", False, "waiting", None, None, "", None,
        None, "", marks,
    )  # fmt: skip
    came = made.score
    return replace(made, total=came.total, grade=came.grade, passed=came.passed)


def _photo(seed: int) -> bytes:
    """A shown photo of 1600 by 1200, with grain."""
    chance = np.random.default_rng(seed)
    rough = Image.fromarray(chance.integers(30, 225, (9, 12, 3), dtype=np.uint8)).resize((1600, 1200))
    grain = chance.normal(0, 6, (1200, 1600, 1))
    picture = Image.fromarray((np.asarray(rough, np.float32) + grain).clip(0, 255).astype(np.uint8))
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=85)
    return written.getvalue()


def _resident() -> int:
    """Megabytes, as Linux counts them."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 // 1_000_000


if __name__ == "__main__":
    main()
