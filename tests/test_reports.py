"""What reports say: pages, documents, sheets and pictures are read back."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pdfplumber
import pypdf
import pytest
from docx import Document
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st
from inspections import (
    CHINA,
    FRONT,
    LOUNGE,
    NAMES,
    NOON,
    PUDONG,
    VETO,
    check,
    huge,
    marks,
    photo,
    plain,
    usual,
)
from openpyxl import load_workbook
from photographs import exif, jpeg, scene
from PIL import Image

from handlers.actions.card import DID, SOURCE, STATES
from knowledge.checklist import Item
from records.action import ACCEPTED, OPEN, Action
from records.actions import Change
from records.checks import CheckMark
from reports import words
from reports.check import Inspection, filename, report
from reports.check_pdf import check_pdf
from reports.check_word import check_word
from reports.fonts import drawable
from reports.period import Period
from reports.pictures import (
    closing_picture,
    failing_picture,
    ranking_picture,
    repeated_picture,
    trend_picture,
)
from reports.sheets import check_sheets, period_sheets
from reports.shrinking import shrunk
from reports.standings import closing, failing, ranking, repeated, trend

NOT_FIRST = "，。、；：？！）》”’…"


def text(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def squeezed(pdf: bytes) -> str:
    return "".join(text(pdf).split())


def test_the_report_says_who_what_when_and_why() -> None:
    said = squeezed(check_pdf(usual()))
    for one in (
        "浦东金桥店", "5S前台", "SH-01", "华东", "王督导", FRONT.version, "2026-11-2511:59",
        "2026-11-2512:05（UTC+08:00）", "66分", "D级", "不通过",
        "一票否决：客户资料与钥匙收好。有一项不合格，无论得分多少都不通过。",
        "不合格2项：客户资料与钥匙收好（第3次）、客休区干净可用。", "重复问题扣4分，扣分前70分。",
        "A级90分起", "D级70分以下", "第3次不合格", "两份委托书放在台面上，客户能看到姓名和电话。", "不适用",
        "委托书是客户自己放在台面上的，当时正在接待。", "维持原判：台面随时要收好。", "李店员，2026-11-2513:05",
        "已验收", "整改前", "整改后", "已买文件夹，当天起单据全部入夹。", "待验收", "第1页，共",
    ):  # fmt: skip
        assert one in said, one
    for item in FRONT.items:
        assert "".join(item.name.split()) in said, item.name


def test_what_went_well_is_said_in_a_page() -> None:
    made = check_pdf(plain())
    said = squeezed(made)
    assert "100分" in said
    assert "A级·通过" in said.replace("・", "·")
    assert "没有不合格的项。" in said
    assert "门店已确认" in said
    assert "检核人已离职" in said
    assert "整改" not in said
    assert len(pypdf.PdfReader(io.BytesIO(made)).pages) == 1


def test_times_are_the_readers() -> None:
    said = squeezed(check_pdf(replace(usual(), zone=ZoneInfo("Asia/Urumqi"))))
    assert "2026-11-2510:05（UTC+06:00）" in said
    late = replace(usual(), zone=ZoneInfo("Pacific/Auckland"))
    assert filename(late, "pdf") == "检核-浦东金桥店-5S 前台-2026-11-25.pdf"
    assert filename(replace(late, check=replace(late.check, finished_at=NOON + timedelta(hours=12))), "pdf").endswith(
        "2026-11-26.pdf"
    )


@pytest.fixture(scope="module")
def long_one() -> bytes:
    return check_pdf(huge())


def test_nothing_leaves_the_page_however_long_it_is(long_one: bytes) -> None:
    with pdfplumber.open(io.BytesIO(long_one)) as opened:
        assert len(opened.pages) > 5
        for page in opened.pages:
            for one in (*page.chars, *page.images):
                assert page.bbox[0] + 40 < one["x0"], one
                assert one["x1"] < page.bbox[2] - 40, one
                assert one["top"] > 30, one
                assert one["bottom"] < page.bbox[3] - 25, one


def test_no_line_begins_with_a_mark_that_ends_a_phrase_and_no_date_is_torn(long_one: bytes) -> None:
    with pdfplumber.open(io.BytesIO(long_one)) as opened:
        lines = [line["text"] for page in opened.pages for line in page.extract_text_lines()]
    assert len(lines) > 200
    assert [line for line in lines if line[0] in NOT_FIRST] == []
    whole = "\n".join(lines)
    assert whole.count("2026-11-25") > 60
    assert "2026-\n" not in whole
    assert "SERV\n" not in whole


def test_every_page_is_numbered_and_names_store_and_list(long_one: bytes) -> None:
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(long_one)).pages]
    for number, page in enumerate(pages, 1):
        assert f"第{number}页，共{len(pages)}页" in "".join(page.split())
        assert ("门店检核报告" in page) and ("上海浦东新区" in page)


def test_odd_characters_are_drawn_or_told_by_their_code(long_one: bytes) -> None:
    said = squeezed(long_one)
    assert "龘" in said
    assert "〔U+2B740〕" in said
    assert "〔U+E000〕" in said
    assert "#letx=1*粗*$a$<b>\\@x[y]" in said
    fonts = {str(font["/BaseFont"]) for page in pypdf.PdfReader(io.BytesIO(long_one)).pages for font in _fonts(page)}
    assert {one.partition("+")[2][:9] for one in fonts} >= {"NotoSansC", "NotoEmoji"}


def _fonts(page: Any) -> list[Any]:
    return [font.get_object() for font in page["/Resources"]["/Font"].values()]


@given(st.text(max_size=40))
def test_whatever_is_written_is_drawable(said: str) -> None:
    shown = drawable(said)
    assert drawable(shown) == shown
    assert all(one == "\n" or one.isprintable() or one in "\u200d\ufe0f" for one in shown)


def test_thirty_photos_stay_small_upright_and_say_nothing_of_the_camera() -> None:
    seen = huge()
    sent = jpeg(scene(3, 1600, 1200), 92, exif=exif(datetime(2026, 1, 2, 3), (31.2, 121.5), 6))
    many = {number: sent if number == 1 else photo(number) for number in range(1, 31)}
    made = check_pdf(replace(seen, photos=many))
    assert len(made) < 5_000_000
    images = [image for page in pypdf.PdfReader(io.BytesIO(made)).pages for image in page.images]
    assert len(images) >= 27
    assert all(max(image.image.size) <= 640 for image in images if image.image is not None)
    assert b"Exif" not in made
    assert b"Xiaomi" not in made
    small = Image.open(io.BytesIO(shrunk(sent, 640)))
    assert small.size == (480, 640)
    assert not small.getexif()


def test_what_is_no_photo_does_not_cost_the_report() -> None:
    assert "66分" in squeezed(check_pdf(replace(usual(), photos={1: b"", 2: b"\xff\xd8 cut", 3: photo(1)})))
    assert "另有1张照片暂时取不到。" in squeezed(check_pdf(replace(usual(), photos={1: photo(1), 3: photo(1)})))


def test_numbers_scores_and_photo_items_are_said_with_their_units() -> None:
    warm = Item("t", "室温", "number", low=16, high=26, unit="度")
    cases: tuple[tuple[Item, bool | int | float | str | None, bool, str], ...] = (
        (warm, 28.5, True, "28.5 度"),
        (warm, 1234567, True, "1,234,567 度"),
        (Item("s", "礼仪", "score"), 4, False, "4 / 5 分"),
        (Item("p", "合影", "photo"), 3, False, "3 张照片"),
        (Item("p", "合影", "photo"), False, True, "不合格"),
        (Item("w", "说明", "text"), "无", False, "见说明"),
        (Item("w", "说明", "text"), None, False, "未检"),
        (Item("b", "门锁"), True, False, "合格"),
    )
    for item, value, failed, said in cases:
        assert words.found(item, CheckMark(item.key, value, False, failed, 0, "", ())) == said
    assert words.found(warm, None) == "未检"
    assert words.found(warm, CheckMark("t", None, True, False, 0, "", ())) == "不适用"
    assert words.bounds(warm) == "16 到 26 度"


def test_the_words_are_those_of_the_chat() -> None:
    assert words.STATES == STATES
    assert words.SOURCES == SOURCE
    assert words.VERBS == DID


def _docx(seen: Inspection) -> tuple[Any, str]:
    opened = Document(io.BytesIO(check_word(seen)))
    cells = [cell.text for table in opened.tables for row in table.rows for cell in row.cells]
    return opened, "\n".join([*(one.text for one in opened.paragraphs), *cells])


def test_word_says_the_same_with_its_photos() -> None:
    opened, said = _docx(usual())
    for one in (
        "浦东金桥店", "66 分", "D 级 · 不通过", "一票否决：客户资料与钥匙收好。", "第 3 次不合格",
        "李店员，2026-11-25 13:05", "维持原判：台面随时要收好。", "整改前", "整改后",
        *(item.name for item in FRONT.items),
    ):  # fmt: skip
        assert one in said, one
    assert len(opened.inline_shapes) == 3 + 5
    assert all(0 < shape.width <= 4.7 / 2.54 * 914400 for shape in opened.inline_shapes)
    page = opened.sections[0]
    assert (round(page.page_width.cm, 1), round(page.page_height.cm, 1)) == (21.0, 29.7)
    footer = page.footer.paragraphs[0]._p.xml
    assert "PAGE" in footer
    assert "NUMPAGES" in footer
    assert footer.count('w:fldCharType="separate"') == 2  # without it a number has no font of its own
    languages = [one.get(qn("w:eastAsia")) for one in opened.styles.element.iter(qn("w:lang"))]
    assert set(languages) == {"zh-CN"}  # otherwise commas stand in the middle, as in Taiwan
    assert "浦东金桥店" in page.header.paragraphs[0].text


def test_word_repeats_the_heads_of_its_tables_and_takes_anything() -> None:
    opened, said = _docx(huge())
    heads = [table for table in opened.tables if "w:tblHeader" in table.rows[0]._tr.xml]
    assert len(heads) == 1 + 6
    assert "\x07" not in said
    assert "\u202e" not in said
    for table in heads:
        assert sum(column.width.cm for column in table.columns) < 17.5


def test_excel_has_real_dates_and_numbers_and_no_formulas() -> None:
    seen = usual()
    evil = tuple(replace(one, note="=HYPERLINK(1)\x07") if one.item == LOUNGE else one for one in seen.check.marks)
    seen = replace(seen, check=replace(seen.check, marks=evil))
    change = Change(
        31, 2, 2, NOON, "claim", "", {"state": "open", "owner_id": None}, {"state": "claimed", "owner_id": 2}
    )
    book = load_workbook(io.BytesIO(check_sheets(seen, (change,), NOON)))
    assert book.sheetnames == ["说明", "检核", "检核项", "整改", "整改经过"]
    for name in book.sheetnames[1:]:
        sheet = book[name]
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert all(dimension.width >= 8 for dimension in sheet.column_dimensions.values())
        assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    head, first = [[cell.value for cell in row] for row in book["检核"].iter_rows(max_row=2)]
    row = dict(zip(head, first, strict=True))
    assert row["完成时间"] == datetime(2026, 11, 25, 12, 5)
    assert (row["总分"], row["评级"], row["一票否决"], row["不合格项"]) == (66, "D", "客户资料与钥匙收好", 2)
    notes = [row[12].value for row in book["检核项"].iter_rows(min_row=2)]
    assert "=HYPERLINK(1)" in notes
    told = [[cell.value for cell in row[5:9]] for row in book["整改经过"].iter_rows(min_row=2)]
    assert told == [["认领", "状态", "待认领", "整改中"], ["认领", "负责人", "还没有人", "李店员"]]
    front = {row[0].value: row[1].value for row in book["说明"].iter_rows()}
    assert (front["门店"], front["总分"], front["时区"]) == ("浦东金桥店", 66, "Asia/Shanghai")


def period(**changes: Any) -> Period:
    """Three stores: one checked twice, one once, one not at all; three actions."""
    here = {n: replace(PUDONG, id=n, code=f"S{n}", name=name) for n, name in ((1, "甲店"), (2, "乙店"), (3, "丙店"))}
    bad, soft = CheckMark(VETO, False, False, True, 1, "", ()), CheckMark(LOUNGE, False, False, True, 0, "", ())
    found = (
        replace(check(FRONT, marks(FRONT)), id=1, store_id=1, finished_at=NOON),
        replace(check(FRONT, marks(FRONT, a=soft)), id=2, store_id=1, finished_at=NOON - timedelta(days=8)),
        replace(check(FRONT, marks(FRONT, a=bad, b=soft)), id=3, store_id=2, finished_at=NOON - timedelta(days=1)),
    )
    day = timedelta(days=1)
    actions = (
        Action(
            1, "一", NOON - day, NOON - 3 * day, 1, state=ACCEPTED, fixed_at=NOON - 2 * day, closed_at=NOON - day, id=1
        ),
        Action(1, "二", NOON - day, NOON - 3 * day, 1, state=OPEN, id=2),
        Action(2, "三", NOON + day, NOON - day, 1, state=OPEN, id=3),
    )
    made = Period(date(2026, 11, 1), date(2026, 11, 25), "全部门店（3 家）", CHINA, NOON, here, NAMES, found, actions)
    return replace(made, **changes)


def test_stores_are_ranked_by_the_mean_of_their_totals() -> None:
    first, second = ranking(period())
    soft, bad = period().checks[1].total, period().checks[2].total
    assert (first.store, first.checks, first.vetoed) == ("甲店", 2, 0)
    assert first.mean == pytest.approx((100 + soft) / 2, abs=0.06)
    assert (second.store, second.mean, second.vetoed) == ("乙店", bad, 1)


def test_a_trend_is_cut_into_days_weeks_or_months() -> None:
    weeks = trend(period())
    assert [(one.since.day, one.until.day, one.checks) for one in weeks] == [
        (1, 1, 0), (2, 8, 0), (9, 15, 0), (16, 22, 1), (23, 25, 2),
    ]  # fmt: skip
    assert weeks[0].mean is None
    assert weeks[-1].mean == pytest.approx((100 + period().checks[2].total) / 2, abs=0.06)
    assert len(trend(period(since=date(2026, 11, 20)))) == 6
    months = trend(period(since=date(2026, 1, 15)))
    assert [one.since.month for one in months] == list(range(1, 12))
    assert months[0].since.day == 15


def test_a_check_at_night_counts_on_the_readers_day() -> None:
    late = replace(period().checks[0], finished_at=datetime(2026, 11, 24, 17, tzinfo=UTC))
    assert [one.checks for one in trend(period(since=date(2026, 11, 24), checks=(late,)))] == [0, 1]


def test_what_fails_most_and_what_fails_again() -> None:
    name = {one.key: one.name for one in FRONT.items}
    assert [(one.item, one.failed, one.seen) for one in failing(period())] == [(name[LOUNGE], 2, 3), (name[VETO], 1, 3)]
    [again] = repeated(period())
    assert (again.item, again.store, again.nth, again.last) == (name[VETO], "乙店", 2, date(2026, 11, 24))


def test_what_is_closed_is_counted_by_store_the_least_first() -> None:
    counted = closing(period())
    assert (counted.whole.made, counted.whole.closed, counted.whole.late) == (3, 1, 1)
    assert counted.whole.typical == timedelta(days=2)
    assert [(name, one.rate) for name, one in counted.stores] == [("乙店", 0.0), ("甲店", 0.5)]


DRAWN = (ranking_picture, trend_picture, failing_picture, repeated_picture, closing_picture)


@pytest.mark.parametrize("draw", DRAWN)
def test_pictures_are_as_wide_as_a_phone_and_no_longer_than_three(draw: Any) -> None:
    crowd = {n: replace(PUDONG, id=n, name="上海宝山区共康路奔驰授权服务中心第一分店" + str(n)) for n in range(1, 60)}
    bad = [CheckMark(one.key, False, False, True, 3, "", ()) for one in FRONT.items if one.kind == "pass"]
    wrong = check(FRONT, tuple(bad) + tuple(one for one in marks(FRONT) if one.item not in {b.item for b in bad}))
    checks = tuple(replace(wrong, id=n, store_id=n, finished_at=NOON - timedelta(days=n)) for n in crowd)
    actions = tuple(Action(n, "x" * 40, NOON, NOON - timedelta(days=2), 1, id=n) for n in crowd)
    made = draw(period(since=date(2026, 9, 1), stores=crowd, checks=checks, actions=actions))
    picture = Image.open(io.BytesIO(made))
    assert picture.format == "PNG"
    assert picture.width == 1080
    assert 500 < picture.height < 3300
    assert len(made) < 1_000_000
    shown = picture.convert("L")
    margins = (shown.crop((0, 0, 50, picture.height)), shown.crop((1035, 0, 1080, picture.height)))
    assert [margin.getextrema() for margin in margins] == [(255, 255)] * 2


@pytest.mark.parametrize("draw", DRAWN)
def test_where_there_is_nothing_there_is_no_picture(draw: Any) -> None:
    assert draw(period(checks=(), actions=())) is None


@pytest.mark.parametrize("draw", [ranking_picture, trend_picture])
def test_one_check_is_enough_for_a_picture(draw: Any) -> None:
    one = period(since=date(2026, 11, 25), checks=period().checks[:1])
    assert Image.open(io.BytesIO(draw(one))).width == 1080


def test_a_period_has_a_row_for_every_check_item_and_action() -> None:
    book = load_workbook(io.BytesIO(period_sheets(period())))
    rows = {name: list(book[name].iter_rows(min_row=2, values_only=True)) for name in book.sheetnames[1:]}
    assert [len(rows[name]) for name in ("检核", "检核项", "整改")] == [3, 3 * len(FRONT.items), 3]
    assert [(row[4], row[9], row[13], row[19]) for row in rows["整改"]] == [
        ("一", "已验收", "否", 48), ("二", "待认领", "是", None), ("三", "待认领", "否", None),
    ]  # fmt: skip
    front = {row[0]: row[1] for row in book["说明"].iter_rows(values_only=True)}
    assert front["时间"] == "2026-11-01 至 2026-11-25"
    assert front["数量"] == "检核 3 次，整改 3 条"


def test_an_empty_period_is_still_a_workbook() -> None:
    book = load_workbook(io.BytesIO(period_sheets(period(checks=(), actions=()))))
    assert book["检核"].max_row == 1


def test_a_withdrawn_action_is_not_told_of() -> None:
    seen = usual()
    gone = tuple(replace(one, state="withdrawn") for one in seen.actions)
    assert report(replace(seen, actions=gone)).mendings == ()
