"""The Pareto picture by geometry: nothing overlaps, all lies on the page, bars and shares say what was counted."""

import io
import random
from itertools import combinations, pairwise

import pytest
from PIL import Image

from reports.diagrams.scene import Box, Scene, Stroke, Text
from reports.diagrams.wrapping import width
from reports.pareto import REST, Frequent, pareto, pareto_picture

HANZI = "预约流程没有规定每个时段的上限和由谁调整备件到货时间没有反馈给服务顾问DMS 30 "


def causes(count: int, seed: int, longest: int = 60) -> list[Frequent]:
    """So many of them, those found most first."""
    dice = random.Random(seed)
    made = [
        Frequent(
            "原" + "".join(dice.choice(HANZI) for _ in range(dice.randint(1, longest - 1))),
            dice.randint(1, 40),
            dice.randint(1, 12),
            dice.randint(1, 4),
        )
        for _ in range(count)
    ]
    return sorted(made, key=lambda one: -one.times)


def texts(scene: Scene) -> list[tuple[float, float, float, float]]:
    """Left, top, right, bottom of every line of text."""
    lines = [one for one in scene.shapes if isinstance(one, Text)]
    return [(one.x, one.y - one.size * 0.8, one.x + width(one.text, one.size), one.y + one.size * 0.1) for one in lines]


def bars(scene: Scene) -> list[Box]:
    return [one for one in scene.boxes if one.key.startswith("bar:")]


@pytest.mark.parametrize(("count", "seed"), [(1, 1), (2, 2), (5, 3), (12, 4), (13, 5), (60, 6)])
def test_nothing_overlaps_and_all_lies_on_the_page(count: int, seed: int) -> None:
    scene = pareto(causes(count, seed), "您名下 12 家门店 · 做完的分析 123 份，问题里有“返修”的")
    lines = texts(scene)
    for left, top, right, bottom in lines:
        assert left >= 0
        assert top >= 0
        assert right <= scene.width + 0.5
        assert bottom <= scene.height
    for one, other in combinations(lines, 2):
        across = min(one[2], other[2]) - max(one[0], other[0])
        down = min(one[3], other[3]) - max(one[1], other[1])
        assert across <= 0.01 or down <= 0.01, (one, other)
    for bar in bars(scene):
        for left, top, right, bottom in lines:
            assert left >= bar.right or right <= bar.x or top >= bar.bottom or bottom <= bar.y


def test_bars_are_as_long_as_causes_are_frequent_and_shares_add_up_to_all() -> None:
    found = [Frequent("甲没有", 6, 2), Frequent("乙没有", 3, 1), Frequent("丙没有", 1, 1)]
    scene = pareto(found, "浦东店")
    long = [one.width for one in bars(scene)]
    assert long[1] == pytest.approx(long[0] / 2)
    assert [one.label for one in scene.boxes if one.key.startswith("dot:")] == ["60%", "90%", "100%"]
    (line,) = (one for one in scene.strokes if len(one.points) == 3)
    assert all(first[0] < second[0] and first[1] < second[1] for first, second in pairwise(line.points))
    assert isinstance(line, Stroke)


def test_what_is_not_drawn_is_said() -> None:
    found = causes(15, 7)
    words = [one.text for one in pareto(found, "浦东店").shapes if isinstance(one, Text)]
    assert REST.format(n=3, times=sum(one.times for one in found[12:])) in words
    shown = [one.label for one in scene_bars(found)]
    assert shown == [one.text for one in found[:12]]


def scene_bars(found: list[Frequent]) -> list[Box]:
    return bars(pareto(found, "浦东店"))


def test_the_picture_is_as_wide_as_a_phone() -> None:
    with Image.open(io.BytesIO(pareto_picture(causes(4, 8), "浦东店"))) as picture:
        assert picture.size[0] == 1080
