"""Photos: which are known again, which are taken for others, and how long a photo and a look-up take."""

import asyncio
import io
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from bench.scenes import Place, again, photographed, place
from bench.table import show
from bench.tamper import CHANGES
from records.photos.fingerprint import HASHES, WORDS, loaded
from records.photos.inspecting import Inspected, inspected
from records.photos.limits import Limits
from records.photos.nearest import Nearest
from records.photos.quality import BLURRED, DARK
from records.photos.studio import LOOKED_AT, WITHIN, same

SEED, PLACES = 9000, 60  # limits were chosen on seeds 1000 to 1039 and 3000 to 3035
KNOWN = 100_000
VISIBLE, SEEN = 40, 0.03  # grey levels, and the share of a picture that differs by them, for it to be another
WIDTH, HEIGHT = 800, 600
MOMENT = "seconds later from the same spot (not counted)"


@dataclass(frozen=True)
class Shots:
    """A place's photographs: the one that is known, others of the same place, by what is different."""

    known: bytes
    others: dict[str, bytes]


async def photos(folder: Path) -> None:
    """Print all of it."""
    with ProcessPoolExecutor(2) as pool:
        shots = list(await asyncio.to_thread(lambda: list(pool.map(_shots, range(SEED, SEED + PLACES)))))
        found = list(await asyncio.to_thread(lambda: list(pool.map(_known_again, shots, range(PLACES)))))
    _told("known again", [one for one, _ in found], wanted=True)
    _told("taken for another", [one for _, one in found], wanted=False)
    _strangers([one.known for one in shots])
    _flaws([one.known for one in shots[:20]])
    _speed()


def _shots(seed: int) -> Shots:
    here, chance = place(seed), np.random.default_rng(seed)
    later = {
        "camera moved, things moved, other light": _visibly_other(here, chance, 1.0),
        "camera moved by half of that, things moved, other light": _visibly_other(here, chance, 0.5),
        "same spot, things moved, other light": _visibly_other(here, chance, 0.0),
        MOMENT: again(here, chance, steps=0.15, changed=False),
    }
    shot = {name: _jpeg(photographed(one, chance, WIDTH, HEIGHT)) for name, one in later.items()}
    return Shots(_jpeg(photographed(here, chance, WIDTH, HEIGHT)), shot)


def _visibly_other(here: Place, chance: np.random.Generator, steps: float) -> Place:
    """The place another time; drawn again where all that was moved happens to be out of sight."""
    quiet = replace(here, grain=0.0)
    before = np.asarray(photographed(quiet, chance, 200, 150), np.float32)
    while True:
        later = again(here, chance, steps=steps)
        after = np.asarray(photographed(replace(later, grain=0.0), chance, 200, 150), np.float32)
        if (np.abs(after - before).max(axis=2) > VISIBLE).mean() > SEEN:
            return later


def _known_again(one: Shots, number: int) -> tuple[dict[str, bool], dict[str, bool]]:
    known, picture, chance = _look(one.known), _opened(one.known), np.random.default_rng(SEED + number)
    again = {name: _match(_look(_jpeg(change(picture, chance))), known) for name, change in CHANGES.items()}
    return again, {name: _match(_look(shot), known) for name, shot in one.others.items()}


def _match(one: Inspected, known: Inspected) -> bool:
    away = min(int(np.bitwise_count(a ^ b).sum()) for a in one.sought for b in loaded(known.fingerprint))
    return away <= WITHIN and same(one.looks, known.thumb)


def _told(title: str, found: list[dict[str, bool]], *, wanted: bool) -> None:
    rows = [[name, f"{sum(one[name] for one in found)} of {len(found)}"] for name in found[0]]
    counted = [hit for one in found for name, hit in one.items() if name != MOMENT]
    share = 100 * sum(counted) / len(counted)
    rows.append(["all", f"{sum(counted)} of {len(counted)}: {share:.1f} % (goal {'>= 95' if wanted else '<= 2'} %)"])
    show(f"Photos {title}", ["photos", title], rows)


def _strangers(known: list[bytes]) -> None:
    """Every photo against every other place's."""
    looks = [_look(one) for one in known]
    near = sum(_match(a, b) for n, a in enumerate(looks) for b in looks[n + 1 :])
    pairs = len(looks) * (len(looks) - 1) // 2
    print(f"photos of different places taken for each other: {near} of {pairs}\n")


def _flaws(known: list[bytes]) -> None:
    def told(flaw: str, change: Callable[[Image.Image], Image.Image]) -> str:
        return f"{sum(flaw in _look(_jpeg(change(_opened(one)))).flaws for one in known)} of {len(known)}"

    rows = [[f"brightness x {share}", told(DARK, _dimmed(share))] for share in (1, 0.5, 0.3, 0.2)]
    rows += [[f"blurred by {sigma} pixels", told(BLURRED, _smeared(sigma))] for sigma in (0, 1, 2, 3, 5)]
    show("Photos that are of no use", ["photos", "called dark, or blurred"], rows)


def _dimmed(share: float) -> Callable[[Image.Image], Image.Image]:
    return lambda picture: ImageEnhance.Brightness(picture).enhance(share)


def _smeared(sigma: float) -> Callable[[Image.Image], Image.Image]:
    return lambda picture: picture.filter(ImageFilter.GaussianBlur(sigma * picture.width / 960))


def _speed() -> None:
    chance = np.random.default_rng(SEED)
    large = photographed(place(SEED), chance, 1000, 750).resize((4000, 3000), Image.Resampling.BICUBIC)
    grain = chance.normal(0, 4, (3000, 4000, 1))
    large = Image.fromarray((np.asarray(large, np.float32) + grain).clip(0, 255).astype(np.uint8))
    framed = CHANGES["gallery screenshot"](large, chance)
    nearest, known = Nearest(), chance.integers(0, 2**63, (KNOWN, HASHES, WORDS), np.uint64)
    nearest.add([(number + 1, one.tobytes()) for number, one in enumerate(known)])
    rows = []
    for name, data in (("12 megapixels", _jpeg(large)), ("a screenshot of it", _jpeg(framed))):
        look = _look(data)
        timed = [_timed(partial(_look, data)) for _ in range(5)]
        alike = [_timed(partial(same, look.looks, look.thumb)) for _ in range(5)]
        search = [_timed(partial(nearest.search, look.sought, LOOKED_AT, WITHIN)) for _ in range(20)]
        rows.append([name, *(f"{1000 * median(some):.0f} ms" for some in (timed, alike, search))])
    head = ["photo", "all checks (goal 300 ms)", "laid over one", f"found among {KNOWN} (goal 20 ms)"]
    show("The time a photo takes", head, rows)


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _look(data: bytes) -> Inspected:
    return inspected(data, Limits(), UTC)


def _opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def _jpeg(picture: Image.Image) -> bytes:
    kept = io.BytesIO()
    picture.save(kept, "JPEG", quality=92)
    return kept.getvalue()
