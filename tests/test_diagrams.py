"""Pictures of causes, by geometry: nothing overlaps, nothing leaves the page, no line crosses a card, all is there."""

import html
import io
import random
import re
import string
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from itertools import combinations, pairwise

import pytest
from diagrams_read import nested, of_mermaid
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from knowledge.cause import edit, stop
from knowledge.cause import fishbone as bones
from knowledge.cause.card import Card, Kpi
from knowledge.cause.edit import CannotEdit
from knowledge.cause.fishbone import Fishbone, fishbone
from knowledge.cause.tree import Evidence, Line, State, Tree, open_branches
from knowledge.paper import Breakdown, Item, Mark, Matrix
from reports.diagrams import draw, outline, palette, paper, poster, wrapping
from reports.diagrams.fish import fish
from reports.diagrams.fish_tall import fish_tall
from reports.diagrams.layout import on_page, on_phone, poster_of
from reports.diagrams.mermaid import as_mermaid
from reports.diagrams.of_cause import of_fishbone, of_tree
from reports.diagrams.of_paper import sheet_of
from reports.diagrams.scene import Box, Scene, Shape, Stroke, Text, cut
from reports.diagrams.sheet import Sheet
from reports.diagrams.xmind import FISHBONE, as_xmind
from reports.fonts import drawable

HANZI = "预约流程没有规定每个时段的上限和由谁调整备件到货时间没有反馈给服务顾问质检表没有这一项客户等待"
SIGNS = "，、（）“”：；—％DMS系统SOP-12 30分钟WiFi VIN码LSVAA49J712345678 Kundendienst обслуживание 検査"
ODD = "😀👨‍👩‍👧ประกัน नमस्ते مرحبا \U000f0000 ㍿ \u200b\u0301é ½ <b>&amp;\"'#[]{}|~1."
Layout = Callable[[Sheet], Scene]
TREES: dict[str, Layout] = {"outline": outline.outline, "poster": poster.poster}
FISHES: dict[str, Layout] = {"fish": fish, "fish_tall": fish_tall}


def label(dice: random.Random, least: int, most: int, signs: str = HANZI) -> str:
    """Words of some length, beginning and ending with a letter, so that nothing is stripped."""
    length = dice.randint(least, most)
    return dice.choice(HANZI) + "".join(dice.choice(signs) for _ in range(length - 2)) + dice.choice(HANZI)


def grown(count: int, seed: int, least: int = 2, most: int = 60, signs: str = HANZI) -> Tree:
    """A tree of that many causes, of any shape and in any state."""
    dice = random.Random(seed)
    tree = Tree(Card(label(dice, 2, most, signs), "海淀店 车间", "2026 年 9 月起", kpi=Kpi("返修率", 6.2, 3, "%")))
    lines: list[Line] = ["happened", "escaped", "system"]
    states: list[State] = ["verified", "refuted"]
    while len(tree.causes) < count:
        known = [0, *(one.id for one in tree.causes)]
        parent = dice.choice(known[-3:] if dice.random() < 0.5 else known)
        try:
            tree = edit.add(tree, label(dice, least, most, signs), parent, dice.choice(lines))
        except CannotEdit:
            continue
        if dice.random() < 0.4:
            tree = edit.judge(edit.show(tree, tree.at, Evidence(figure="6.2%")), tree.at, dice.choice(states))
    for one in open_branches(tree):
        tree = stop.close(tree, one.id, dice.choice(["", "root", "part", "beyond"]))
    return tree


def hung(count: int, seed: int, least: int = 2, most: int = 60, signs: str = HANZI) -> Fishbone:
    """A fishbone with that many causes on 2 to 8 bones, and votes."""
    dice = random.Random(seed)
    names = ["人", "机", "料", "法", "环", "测", "客户与政策", "Lieferant"[:6]][: dice.randint(2, 8)]
    hanging = fishbone(Card(label(dice, 2, most, signs), "海淀店"), names)
    while len(hanging.twigs) < count:
        tops = [one.id for one in hanging.twigs if one.parent == 0]
        parent = dice.choice(tops) if tops and dice.random() < 0.4 else 0
        try:
            hanging = bones.put(hanging, dice.choice(names), label(dice, least, most, signs), 1, parent)
        except CannotEdit:
            continue
    for person in range(4):
        for one in dice.sample(hanging.twigs, min(3, count)):
            hanging = bones.vote(hanging, person, one.id)
    return hanging


def scenes(count: int, seed: int, least: int = 2, most: int = 60, signs: str = HANZI) -> Iterator[tuple[str, Scene]]:
    """Every layout, and each of them fitted to a sheet of paper."""
    tree, hanging = of_tree(grown(count, seed, least, most, signs)), of_fishbone(hung(count, seed, least, most, signs))
    for layouts, sheet in ((TREES, tree), (FISHES, hanging)):
        for name, layout in layouts.items():
            scene = layout(sheet)
            yield name, scene
            yield f"{name} on paper", paper.fitted(scene)
    for of in (broken(count, seed, least, most, signs), sorted_out(count, seed, least, most, signs)):
        name = type(of).__name__
        yield f"{name} on a phone", on_phone(of)
        yield f"{name} in a report", on_page(of, 498, 690)
        yield f"{name} on paper", paper.fitted(poster_of(of))


def broken(count: int, seed: int, least: int = 2, most: int = 60, signs: str = HANZI) -> Breakdown:
    """A question in that many parts, most of them below another."""
    dice = random.Random(seed)
    said: list[tuple[str, Mark]] = [("重点查", "first"), ("先放着", "plain"), ("已排除", "out"), ("", "plain")]
    below: list[list[Item]] = []
    for _ in range(count):
        if not below or (len(below) * 4 < count and dice.random() < 0.4):
            below.append([])
        dice.choice(below).append(Item(label(dice, least, most, signs), *dice.choice(said)))
    items = tuple(Item(label(dice, least, most, signs), below=tuple(some)) for some in below)
    return Breakdown("问题树", label(dice, least, most, signs), (("先查", label(dice, 2, most)),), "按公式组成", items)


def sorted_out(count: int, seed: int, least: int = 2, most: int = 60, signs: str = HANZI) -> Matrix:
    """That many items in four fields, none in some of them where they are few."""
    dice = random.Random(seed)
    said: list[tuple[str, Mark]] = [("支持", "good"), ("反对", "bad"), ("中立", "plain")]
    fields: list[list[Item]] = [[], [], [], []]
    for _ in range(count):
        dice.choice(fields).append(Item(label(dice, least, most, signs), *dice.choice(said)))
    names = ("使其满意", "重点管理", "适当关注", "少做或不做的十个字")
    four = tuple(zip(names, map(tuple, fields), strict=True))
    top = label(dice, least, most, signs)
    return Matrix("利益相关方", top, ("关注度低", "关注度高"), ("影响力高", "影响力低"), four)


def overlap(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


def crosses(stroke: Stroke, box: Box) -> bool:
    """Whether a line comes more than a point into a box."""
    inner = Box(box.x + 1, box.y + 1, box.width - 2, box.height - 2)
    return any(_cuts(a, b, inner) for a, b in pairwise(stroke.points))


def _cuts(a: tuple[float, float], b: tuple[float, float], box: Box) -> bool:
    """Liang-Barsky: a part of the line from a to b is in the box."""
    low, high = 0.0, 1.0
    for start, end, least, most in ((a[0], b[0], box.x, box.right), (a[1], b[1], box.y, box.bottom)):
        step = end - start
        if abs(step) < 1e-9:
            if not least < start < most:
                return False
            continue
        first, last = sorted(((least - start) / step, (most - start) / step))
        low, high = max(low, first), min(high, last)
    return low < high - 1e-9


def judge(name: str, scene: Scene) -> None:
    """Everything that must hold of a layout."""
    for one, other in combinations(scene.boxes, 2):
        assert not overlap(one, other), f"{name}: “{one.label}” and “{other.label}” overlap"
    for shape in scene.shapes:
        for x, y in _corners(shape):
            assert -0.01 <= x <= scene.width + 0.01, f"{name}: {shape} leaves the page"
            assert -0.01 <= y <= scene.height + 0.01, f"{name}: {shape} leaves the page"
    cards = [box for box in scene.boxes if not box.key.startswith("g:")]
    for stroke in scene.strokes:
        for box in cards:
            assert not crosses(stroke, box), f"{name}: a line crosses “{box.label}”"
    for box in cards:
        held = [one for one in scene.shapes if isinstance(one, Text) and box.x < one.x < box.right]
        lines = [one for one in held if box.y < one.y <= box.bottom]
        assert "".join(one.text for one in lines).replace(" ", "").find(_plain(box.label)) >= 0, (name, box.label)
        for line in lines:
            right = line.x + wrapping.width(line.text, line.size)
            assert right <= box.right + 0.01, f"{name}: “{line.text}” leaves its card"


def _plain(text: str) -> str:
    return drawable(text).replace(" ", "")


def _corners(shape: Box | Stroke | Text) -> tuple[tuple[float, float], ...]:
    if isinstance(shape, Stroke):
        return shape.points
    if isinstance(shape, Box):
        return (shape.x, shape.y), (shape.right, shape.bottom)
    return (shape.x, shape.y - shape.size * 0.9), (shape.x + wrapping.width(shape.text, shape.size), shape.y)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 13, 21, 34, 40, 60])
@pytest.mark.parametrize(("least", "most"), [(2, 4), (30, 30), (60, 60), (2, 60)])
def test_no_cards_overlap_and_all_lie_on_the_page(count: int, least: int, most: int) -> None:
    for seed in range(2):
        for name, scene in scenes(count, seed, least, most):
            judge(name, scene)


@pytest.mark.parametrize(
    "signs", [SIGNS, ODD, string.ascii_letters, "W", "．，"], ids=["mixed", "odd", "word", "W", "，"]
)
def test_mixed_scripts_and_words_without_a_gap_stay_in_their_cards(signs: str) -> None:
    for seed in range(2):
        for name, scene in scenes(40, seed, 20, 60, signs):
            judge(name, scene)


@given(st.integers(1, 60), st.integers(0, 10**6), st.integers(2, 60))
@settings(max_examples=25, deadline=None)
def test_whatever_the_tree_and_the_fishbone(count: int, seed: int, most: int) -> None:
    for name, scene in scenes(count, seed, 2, most, HANZI + SIGNS):
        judge(name, scene)


def test_the_judge_sees_what_is_wrong() -> None:
    card = Box(0, 0, 50, 20, key="c1", label="甲")
    text = Text(5, 12, "甲", 10, "#000000")
    judge("right", Scene(100, 100, (card, text)))
    wrong: dict[str, tuple[Shape, ...]] = {
        "overlap": (card, text, Box(40, 10, 50, 20, key="c2", label="乙")),
        "leaves the page": (card, text, Box(80, 50, 30, 20)),
        "crosses": (card, text, Stroke(((0, 0), (50, 20)), "#000000")),
        "leaves its card": (card, text, Text(30, 12, "甲乙丙", 10, "#000000")),
    }
    for why, shapes in wrong.items():
        with pytest.raises(AssertionError, match=why):
            judge("wrong", Scene(100, 100, shapes))


def _light(colour: str) -> float:
    """Relative luminance, as WCAG defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_word_stands_out_from_what_is_behind_it() -> None:
    for name, scene in scenes(40, 1):
        for at, text in enumerate(scene.shapes):
            if not isinstance(text, Text):
                continue
            x, y = text.x + text.size / 4, text.y - text.size / 3
            boxes = [one for one in scene.shapes[:at] if isinstance(one, Box) and one.fill]
            behind = [one.fill for one in boxes if one.x <= x <= one.right and one.y <= y <= one.bottom]
            bright, dark = sorted((_light(text.colour), _light([palette.PAPER, *behind][-1])), reverse=True)
            assert (bright + 0.05) / (dark + 0.05) >= 4.5, (name, text, behind[-1:])


@pytest.mark.parametrize("count", [1, 8, 40, 60])
def test_a_phone_scrolls_down_only(count: int) -> None:
    assert (
        outline.outline(of_tree(grown(count, 1))).width == outline.PHONE == fish_tall(of_fishbone(hung(count, 1))).width
    )


@pytest.mark.parametrize("count", [12, 40, 60])
def test_two_columns_are_cut_into_pages_as_well(count: int) -> None:
    for seed in range(5):
        for whole in (fish_tall(of_fishbone(hung(count, seed))), on_phone(sorted_out(count, seed))):
            pages = cut(whole, 640)
            assert max(page.height for page in pages) <= 640
            assert sorted(box.key for page in pages for box in page.boxes) == sorted(box.key for box in whole.boxes)


@pytest.mark.parametrize("count", [12, 40, 60])
def test_a_tall_picture_is_cut_into_pages_where_no_card_is(count: int) -> None:
    whole = outline.outline(of_tree(grown(count, 2)))
    pages = cut(whole, 640)
    assert all(page.height <= 640 for page in pages)
    assert [box.key for page in pages for box in page.boxes] == [box.key for box in whole.boxes]
    for page in pages:
        for box in page.boxes:
            assert 0 <= box.y <= box.bottom <= page.height


def test_a_small_picture_is_one_page() -> None:
    whole = outline.outline(of_tree(grown(3, 1, 2, 8)))
    assert cut(whole, 640) == (whole,)


def test_paper_is_the_smallest_on_which_it_can_be_read() -> None:
    assert _sheet(poster.poster(of_tree(grown(3, 1, 2, 8)))) == {595, 842}
    assert _sheet(poster.poster(of_tree(grown(40, 1, 30, 30)))) == {1191, 1684}
    for count in (1, 8, 40):
        page = paper.fitted(poster.poster(of_tree(grown(count, 1, 30, 30))))
        sizes = [one.size for one in page.shapes if isinstance(one, Text)]
        assert min(sizes) > 4.5
        assert (page.width, page.height) in {size for one in paper.SHEETS.values() for size in (one, one[::-1])}


def _sheet(scene: Scene) -> set[float]:
    page = paper.fitted(scene)
    return {page.width, page.height}


# What is exported reads back the same.


def of_xmind(content: bytes, folder: str) -> object:
    from xmindparser import xmind_to_dict

    file = f"{folder}/a.xmind"
    with open(file, "wb") as written:  # noqa: PTH123
        written.write(content)

    def read(topic: dict[str, object]) -> object:
        below = topic.get("topics", [])
        assert isinstance(below, list)
        return (topic["title"], [read(one) for one in below])

    (sheet,) = xmind_to_dict(file)
    return [read(one) for one in sheet["topic"].get("topics", [])]


CASES = [(1, 1, HANZI), (8, 2, SIGNS), (40, 3, HANZI + SIGNS), (60, 4, ODD)]


@pytest.mark.parametrize(("count", "seed", "signs"), CASES)
def test_mermaid_and_xmind_read_back_the_same_causes(count: int, seed: int, signs: str, tmp_path: object) -> None:
    for of in (grown, hung, broken, sorted_out):
        sheet = sheet_of(of(count, seed, 2, 60, signs))
        assert of_mermaid(as_mermaid(sheet)) == nested(sheet)
        assert of_xmind(as_xmind(sheet, FISHBONE), str(tmp_path)) == nested(sheet)
        assert as_xmind(sheet) == as_xmind(sheet)


@pytest.mark.parametrize(("count", "seed", "signs"), CASES)
def test_svg_reads_back_every_label_and_draws_every_line_of_it(count: int, seed: int, signs: str) -> None:
    scene = outline.outline(of_tree(grown(count, seed, 2, 60, signs)))
    root = ET.fromstring(draw.as_svg(scene))
    space = "{http://www.w3.org/2000/svg}"
    labels = {
        one.get("data-key"): one.findtext(f"{space}title") for one in root.iter(f"{space}rect") if one.get("data-key")
    }
    assert labels == {box.key: drawable(box.label) for box in scene.boxes}
    assert [one.text for one in root.iter(f"{space}text")] == [
        drawable(one.text) for one in scene.shapes if isinstance(one, Text)
    ]


def test_a_pdf_is_one_page_of_its_size_whose_text_can_be_searched() -> None:
    tree = grown(12, 5, 8, 30)
    scene = paper.fitted(poster.poster(of_tree(tree)))
    (page,) = PdfReader(io.BytesIO(draw.as_pdf(scene))).pages
    assert (page.mediabox.width, page.mediabox.height) == pytest.approx((scene.width, scene.height), abs=0.5)
    text = re.sub(r"\s", "", page.extract_text())
    for one in tree.causes:
        assert re.sub(r"\s", "", one.text) in text, one.text


def test_a_png_is_three_pixels_a_point_and_what_is_drawn_lies_in_its_card() -> None:
    scene = outline.outline(of_tree(grown(6, 5, 8, 30)))
    with Image.open(io.BytesIO(draw.as_png(scene))) as picture:
        assert picture.size == pytest.approx((scene.width * 3, scene.height * 3), abs=2)
        for box in scene.boxes:
            left, top, right, bottom = (round(one * 3) for one in (box.x + 2, box.y + 2, box.right - 2, box.bottom - 2))
            colours = picture.convert("RGB").crop((left, top, right, bottom)).getcolors(1 << 20)
            assert colours and len(colours) > 20, box.label


def test_what_a_label_would_do_to_markup_is_text() -> None:
    tree = edit.add(Tree(Card("<script>&'\"")), '1. "#quot;</text>] -->|x| y')
    svg = draw.as_svg(outline.outline(of_tree(tree)))
    assert "<script>" not in svg
    assert html.unescape(svg).count("</text>]") >= 1
    assert of_mermaid(as_mermaid(of_tree(tree))) == [("为何发生", [('1. "#quot;</text>] -->|x| y', [])])]
