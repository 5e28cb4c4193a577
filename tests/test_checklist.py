"""Lists as files: those that are shipped, those that are refused and why, and the same list in YAML, Excel and JSON."""

import json
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import yaml
from openpyxl import Workbook, load_workbook

import knowledge
from knowledge.checklist import Checklist, Item, Photos, Standard, as_json, from_json
from knowledge.checklist_columns import ABOUT, ITEMS, NAME, ROWS, SECTION
from knowledge.checklist_file import as_yaml, load_folder, load_yaml
from knowledge.checklist_form import ItemForm, SectionForm
from knowledge.checklist_sheet import is_list, load_sheet
from knowledge.checklist_workbook import template, workbook
from knowledge.faults import BadFile
from knowledge.reading import read

FOLDER = Path(knowledge.__file__).parent
FILES = sorted((FOLDER / "checklists").glob("*.yaml"))
SHIPPED = load_folder(FOLDER / "checklists")
NAMES = {
    "5s-front": "5S 前台", "eight-steps": "服务流程八步", "first-contact": "接待首触", "workshop": "车间",
    "parts": "备件", "service-quality": "服务质量 8 维度", "mystery": "神秘客户", "campaign": "活动执行",
}  # fmt: skip
SMALL = """
key: small
name: 小清单
sections:
  - key: desk
    name: 前台
    items:
      - {key: clean, name: 台面干净, weight: 2}
      - {key: smile, name: 有笑容, kind: score}
"""
every = pytest.mark.parametrize("listed", [*SHIPPED.values(), template()], ids=lambda one: one.key)


@pytest.fixture(scope="module")
def headings() -> set[tuple[str, tuple[str, ...]]]:
    """(document, headings down to a section) of the whole handbook."""
    found = [read(file, max_bytes=1_000_000) for file in sorted((FOLDER / "documents").glob("*.md"))]
    return {(one.name, section.path) for one in found for section in one.sections}


def test_the_lists_that_are_promised_are_there() -> None:
    assert {key: one.name for key, one in SHIPPED.items()} == NAMES


@every
def test_every_standard_is_a_section_of_the_handbook(listed: Checklist, headings: set[Any]) -> None:
    stated = [item.standard for item in listed.items if item.standard]
    assert [one for one in stated if (one.document, one.section) not in headings] == []


@pytest.mark.parametrize("listed", SHIPPED.values(), ids=SHIPPED)
def test_every_item_says_how_to_look_what_good_is_and_where_it_is_written(listed: Checklist) -> None:
    for item in listed.items:
        assert len(item.guide) >= 8, item.key
        assert item.good, item.key
        assert item.standard, item.key
        assert item.guide[-1] in "。？", item.key
        assert len(item.name) <= 16, item.key


def test_the_lists_have_a_length_that_is_done() -> None:
    assert len(SHIPPED["5s-front"].items) == 8
    assert {item.kind for item in SHIPPED["5s-front"].items} == {"pass"}
    assert [item.key for item in SHIPPED["5s-front"].items if item.veto] == ["customer-papers"]
    assert all(8 <= len(one.items) <= 15 for one in SHIPPED.values())
    assert len(SHIPPED["eight-steps"].sections) == len(SHIPPED["service-quality"].sections) == 8
    kinds = {item.kind for one in SHIPPED.values() for item in one.items}
    assert kinds == {"pass", "score", "number", "text", "photo"}


def test_what_vetoes_must_be_looked_at() -> None:
    assert [item.key for one in SHIPPED.values() for item in one.items if item.veto and item.may_skip] == []


@every
def test_a_list_reads_the_same_from_yaml_excel_and_json(listed: Checklist) -> None:
    assert load_yaml(as_yaml(listed).encode(), "a.yaml") == listed
    assert load_sheet(workbook(listed), "a.xlsx") == listed
    assert from_json(json.loads(json.dumps(as_json(listed)))) == listed


def test_all_that_an_item_can_say_is_taken_in() -> None:
    said = {
        "key": "hot", "name": "水温", "kind": "number", "weight": 2.5, "guide": "量。", "good": "热。",
        "may_skip": False, "veto": True, "photos": "fail", "photos_least": 3, "photos_most": 3, "due_hours": 6,
        "standard": "5S现场管理 > 5S是什么", "low": 80, "high": 95.5, "unit": "度",
    }  # fmt: skip
    listed = load_yaml(_with(said), "a.yaml")
    assert listed.items == (
        Item("hot", "水温", "number", 2.5, "量。", "热。", False, True, Photos("fail", 3, 3), 6,
             Standard("5S现场管理", ("5S是什么",)), 80, 95.5, "度"),
    )  # fmt: skip
    assert set(said) == set(ItemForm.model_fields)
    assert load_sheet(workbook(listed), "a.xlsx") == listed


def test_what_goes_without_saying() -> None:
    [item] = load_yaml(_with({"key": "a", "name": "a"}), "a.yaml").items
    assert item == Item("a", "a")
    [photo] = load_yaml(_with({"key": "a", "name": "a", "kind": "photo"}), "a.yaml").items
    assert photo.photos == Photos("always", 1, 9)


def test_the_version_changes_with_what_the_list_says_and_with_nothing_else() -> None:
    one = load_yaml(SMALL.encode(), "a.yaml")
    assert load_yaml(("# 注\n" + SMALL.replace("weight: 2", "weight: 2.0")).encode(), "b.yaml") == one
    other = load_yaml(SMALL.replace("weight: 2", "weight: 3").encode(), "a.yaml")
    assert (other.version != one.version, len(one.version)) == (True, 12)


def _with(item: dict[str, Any]) -> bytes:
    values = {"key": "small", "name": "小", "sections": [{"key": "s", "name": "前台", "items": [item]}]}
    return yaml.safe_dump(values, allow_unicode=True).encode()


def problems(text: str | bytes) -> list[str]:
    with pytest.raises(BadFile) as raised:
        load_yaml(text if isinstance(text, bytes) else text.encode(), "坏.yaml")
    assert all(one.startswith("坏.yaml：") for one in raised.value.problems)
    return [one.removeprefix("坏.yaml：") for one in raised.value.problems]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("weight: 2", "wieght: 2", "分区“前台”：检查项“台面干净”：wieght：不认识的键“wieght”，是不是“weight”？"),
        ("weight: 2", "weight: 0", "分区“前台”：检查项“台面干净”：weight：必须大于 0"),
        ("weight: 2", "weight: -1", "分区“前台”：检查项“台面干净”：weight：必须大于 0"),
        ("weight: 2", "weight: 101", "分区“前台”：检查项“台面干净”：weight：不能大于 100"),
        ("weight: 2", "weight: .inf", "分区“前台”：检查项“台面干净”：weight：应是普通的数字"),
        ("weight: 2", "weight: 重", "分区“前台”：检查项“台面干净”：weight：应是数字"),
        ("weight: 2", "veto: 1", "分区“前台”：检查项“台面干净”：veto：应是 true 或 false"),
        ("weight: 2", "due_hours: 0", "分区“前台”：检查项“台面干净”：due_hours：不能小于 1"),
        ("weight: 2", "due_hours: 1.5", "分区“前台”：检查项“台面干净”：due_hours：应是整数"),
        ("weight: 2", "photos: allways",
         "分区“前台”：检查项“台面干净”：photos：“allways”不行，只能是 never、fail、always，是不是“always”？"),
        ("weight: 2", "photos_most: 2", "分区“前台”：检查项“台面干净”：photos_most：没有要求照片，不能写张数"),
        ("weight: 2", "photos: fail, photos_least: 3, photos_most: 2",
         "分区“前台”：检查项“台面干净”：photos_most：最多张数 2 小于最少张数 3"),
        ("weight: 2", "photos: fail, photos_least: 0", "分区“前台”：检查项“台面干净”：photos_least：不能小于 1"),
        ("weight: 2", "kind: photo, photos: fail",
         "分区“前台”：检查项“台面干净”：photos：照片项一定要照片，这里只能是 always（必须）"),
        ("weight: 2", "low: 3", "分区“前台”：检查项“台面干净”：low：只有数值项才有这个键"),
        ("weight: 2", "unit: 台", "分区“前台”：检查项“台面干净”：unit：只有数值项才有这个键"),
        ("weight: 2", "kind: number", "分区“前台”：检查项“台面干净”：low：数值项要有下限 low 或上限 high"),
        ("weight: 2", "kind: number, low: 3, high: 2", "分区“前台”：检查项“台面干净”：low：下限 3 大于上限 2"),
        ("weight: 2", "kind: text, weight: 2", "分区“前台”：检查项“台面干净”：weight：文字项不计分，不能写权重"),
        ("weight: 2", "kind: text, veto: true", "分区“前台”：检查项“台面干净”：veto：文字项不会不合格，不能一票否决"),
        ("weight: 2", "standard: 手册",
         "分区“前台”：检查项“台面干净”：standard：应是“文件名 > 标题”，例如：5S现场管理 > 5S的五个要素"),
        ("weight: 2", "standard: 手册 > > 节",
         "分区“前台”：检查项“台面干净”：standard：应是“文件名 > 标题”，例如：5S现场管理 > 5S的五个要素"),
        ("weight: 2", "guide: " + "长" * 201, "分区“前台”：检查项“台面干净”：guide：太长，最多 200 个字"),
        ("kind: score", "kind: scor",
         "分区“前台”：检查项“有笑容”：kind：“scor”不行，只能是 pass、score、number、text、photo，是不是“score”？"),
        ("key: smile", "key: clean", "分区“前台”：检查项“有笑容”：key：编号“clean”用了两次"),
        ("name: 有笑容", "name: 台面干净", "分区“前台”：检查项“台面干净”：name：名称“台面干净”用了两次"),
        ("name: 有笑容", "name: ''", "分区“前台”：检查项“smile”：name：不能为空"),
        ("name: 有笑容", "name: '  '", "分区“前台”：检查项“smile”：name：不能为空"),
        ("name: 有笑容, ", "", "分区“前台”：检查项“smile”：name：缺少这一项"),
        ("key: smile, name: 有笑容, ", "key: 笑容, ", "分区“前台”：检查项“笑容”：name：缺少这一项"),
        ("name: 有笑容", "name: 5", "分区“前台”：检查项“5”：name：应是文字，请加引号"),
        ("name: 有笑容", "name: " + "长" * 25, f"分区“前台”：检查项“{'长' * 24}”：name：太长，最多 24 个字"),
        ("    name: 前台", "    nam: 前台", "分区“desk”：nam：不认识的键“nam”，是不是“name”？"),
        ("    name: 前台", "    name: 前台\n    pass_mark: 101", "分区“前台”：pass_mark：不能大于 100"),
        ("    name: 前台", "    name: 前台\n    weight: 0", "分区“前台”：weight：必须大于 0"),
        ("key: small", "key: Small", "key：只能用小写字母、数字和短横线，以字母或数字开头，最多 32 个字符"),
        ("name: 小清单", "nmae: 小清单", "nmae：不认识的键“nmae”，是不是“name”？"),
        ("sections:", "section:", "section：不认识的键“section”，是不是“sections”？"),
        ("name: 小清单", "name: 小清单\nname: 大清单", "第 4 行的键“name”写了两次，请留一个"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_file_item_and_key(old: str, new: str, told: str) -> None:
    assert SMALL.count(old) == 1
    assert told in problems(SMALL.replace(old, new))


def test_every_fault_is_told_at_once() -> None:
    bad = SMALL.replace("weight: 2", "weight: 0").replace("kind: score", "kind: no").replace("name: 小清单", "naem: x")
    assert len(problems(bad)) == 4


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "最外层应是 key、name、sections 这几个键"),
        ("[]", "最外层应是 key、name、sections 这几个键"),
        ("只是一句话", "最外层应是 key、name、sections 这几个键"),
        ("key: [", "不是能读的 YAML（第 2 行附近），请检查缩进和冒号"),
        ("key: a\n\tname: b", "不是能读的 YAML（第 2 行附近），请检查缩进和冒号"),
        ("key: !!python/object:os.system x", "不是能读的 YAML（第 1 行附近），请检查缩进和冒号"),
        ("? [a]\n: b", "不是能读的 YAML（第 1 行附近），请检查缩进和冒号"),
        ("a: &x 1\nb: *x", "第 1 行用了 YAML 的引用（&、*），请把内容写出来"),
        ("[" * 90_000, "第 1 行一层套一层太多，请检查缩进和括号"),
        ("- " * 90_000, "第 1 行一层套一层太多，请检查缩进和括号"),
        ("a" * 200_001, "太大，最多 20 万个字"),
        ("key: a\nname: b\nsections: []", "sections：不能为空，至少要有一条"),
        ("key: a\nname: b\nsections: [{key: a, name: b, items: []}]", "分区“b”：items：不能为空，至少要有一条"),
        ("key: a\nname: b\nsections: [x]", "分区“第 1 个”：应是一组“键: 值”"),
        ("key: a\nname: b\nsections: x", "sections：应是列表，每一条以“- ”开头"),
        ("key: a\nname: b\nsections: [{key: a, name: b, items: [{key: t, name: t, kind: text}]}]",
         "sections：没有计分的检查项，至少要有一项不是文字"),
        ("key: a\nname: b\nsections: [{key: a, name: b, items: [{key: t, name: t}]}, "
         "{key: a, name: c, items: [{key: u, name: u}]}]", "分区“c”：key：编号“a”用了两次"),
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused_in_one_sentence(text: str, told: str) -> None:
    assert problems(text) == [told]


def test_what_is_not_utf_8_is_refused() -> None:
    assert problems("key: 清单".encode("gb18030")) == ["不是 UTF-8 文字，请用 UTF-8 另存"]


def test_a_mark_of_byte_order_does_no_harm() -> None:
    assert load_yaml(b"\xef\xbb\xbf" + SMALL.encode(), "a.yaml").key == "small"


def test_a_folder_tells_the_faults_of_all_its_files(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "bad.yaml").write_text(SMALL.replace("weight: 2", "weight: 0"), encoding="utf-8")
    with pytest.raises(BadFile) as raised:
        load_folder(tmp_path)
    assert raised.value.problems == (
        "bad.yaml：分区“前台”：检查项“台面干净”：weight：必须大于 0",
        "other.yaml：key：应与文件名一样，是“other”",
    )


def test_every_key_of_a_list_has_its_column() -> None:
    assert {one.key for one in ITEMS.values()} == set(ItemForm.model_fields)
    assert {one.key for one in SECTION.values()} == set(SectionForm.model_fields) - {"items"}


def edited(change: Callable[[Any, Callable[[str], int]], None], listed: Checklist | None = None) -> bytes:
    """The template as a workbook in which someone has changed cells; `change` gets the book and a column's number."""
    book = load_workbook(BytesIO(workbook(listed or template())))
    names = [cell.value for cell in book[ROWS][1]]
    change(book, lambda name: names.index(name) + 1)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def told_of(content: bytes) -> list[str]:
    with pytest.raises(BadFile) as raised:
        load_sheet(content, "改.xlsx")
    return list(raised.value.problems)


@pytest.mark.parametrize(
    ("row", "column", "value", "told"),
    [
        (2, "权重", -1, "改.xlsx：第 2 行，列“权重”：必须大于 0"),
        (2, "权重", "很重", "改.xlsx：第 2 行，列“权重”：应是数字"),
        (2, "类型", "合格不合各", "改.xlsx：第 2 行，列“类型”：“合格不合各”不行，只能是 "
         "合格/不合格、0-5分、数值、文字、照片，是不是“合格/不合格”？"),
        (3, "一票否决", "对", "改.xlsx：第 3 行，列“一票否决”：“对”不行，只能是 是、否"),
        (3, "照片", "不合格", "改.xlsx：第 3 行，列“照片”：“不合格”不行，只能是 "
         "不要、不合格时、必须，是不是“不合格时”？"),
        (3, "检查项", None, "改.xlsx：第 3 行，列“检查项”：缺少这一项"),
        (3, "检查项", "地面干净", "改.xlsx：第 3 行，列“检查项”：名称“地面干净”用了两次"),
        (3, "编号", "floor", "改.xlsx：第 3 行，列“编号”：编号“floor”用了两次"),
        (3, "分区权重", 9, "改.xlsx：第 3 行，列“分区权重”：同一个分区里要一样，或只在第一行写"),
        (2, "分区及格线", 200, "改.xlsx：第 2 行，列“分区及格线”：不能大于 100"),
        (2, "分区权重", "高", "改.xlsx：第 2 行，列“分区权重”：应是数字"),
        (3, "整改时限（小时）", 4.5, "改.xlsx：第 3 行，列“整改时限（小时）”：应是整数"),
        (6, "上限", None, "改.xlsx：第 6 行，列“下限”：数值项要有下限 low 或上限 high"),
        (1, "单位", "单位符", "改.xlsx：第 1 行，不认识的列“单位符”，是不是“单位”？"),
        (1, "单位", "权重", "改.xlsx：第 1 行，列“权重”有两个"),
        (1, "检查项", None, "改.xlsx：第 1 行，缺少列“检查项”"),
    ],
)  # fmt: skip
def test_a_fault_in_excel_is_told_with_row_and_column(row: int, column: str, value: Any, told: str) -> None:
    def change(book: Any, number: Callable[[str], int]) -> None:
        book[ROWS].cell(row, number(column)).value = value

    assert told in told_of(edited(change))


def test_a_fault_in_the_sheet_that_names_the_list_is_told() -> None:
    def change(book: Any, number: Callable[[str], int]) -> None:
        book[ABOUT]["B1"] = "我的 清单"

    assert told_of(edited(change)) == [
        "改.xlsx：“清单”页，“清单编号”：只能用小写字母、数字和短横线，以字母或数字开头，最多 32 个字符"
    ]


def own(*rows: list[Any], title: str = "Sheet") -> bytes:
    """A workbook as someone makes it without a template."""
    book = Workbook()
    assert book.active is not None
    book.active.title = title
    for row in rows:
        book.active.append(row)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


PLAIN = own(
    ["2026年第一季度检查表"],
    [],
    ["分区", "检查项", "类型", "权 重", "一票否决", "整改时限(小时)"],
    ["前台", "台面干净", "合格", 2, "是", 8],
    [None, "有笑容", "打分", "1.5", None, None],
    [],
    ["车间", "等待", "文字", None, None, None],
)


def test_a_list_someone_made_without_a_template_is_read_too() -> None:
    listed = load_sheet(PLAIN, "季度检查.xlsx")
    assert (listed.name, [one.name for one in listed.sections]) == ("季度检查", ["前台", "车间"])
    clean, smile, words = listed.items
    assert (clean.weight, clean.veto, clean.due_hours, clean.kind) == (2, True, 8, "pass")
    assert (smile.weight, smile.kind, words.kind) == (1.5, "score", "text")


def test_what_has_no_key_gets_the_same_one_for_the_same_name() -> None:
    first, again = load_sheet(PLAIN, "季度检查.xlsx"), load_sheet(PLAIN, "季度检查.xlsx")
    assert first == again
    assert load_sheet(PLAIN, "季度检查.xlsx", {"季度检查": "quarter"}).key == "quarter"
    assert load_sheet(PLAIN, "别的.xlsx", {"季度检查": "quarter"}).key not in ("quarter", first.key)
    assert load_yaml(as_yaml(first).encode(), "a.yaml") == first


def test_a_text_that_looks_like_a_formula_stays_a_text() -> None:
    listed = load_yaml(_with({"key": "a", "name": "=1+1", "guide": "=HYPERLINK(1)"}), "a.yaml")
    assert load_sheet(workbook(listed), "a.xlsx") == listed


def test_only_a_header_of_a_list_makes_a_workbook_a_list() -> None:
    assert is_list(PLAIN)
    assert is_list(workbook(template()))
    assert not is_list(own(["项目", "工时", "价格"], ["更换雨刮片", 0.2, "48元"]))
    assert not is_list(own(["检查项", "结果", "备注"], ["地面", "好", ""]))
    assert not is_list(own(*[["x"]] * 12, ["分区", "检查项", "类型", "权重"]))
    assert not is_list(b"PK\x03\x04 not a workbook")
    assert not is_list(b"")


def test_a_workbook_that_misstates_its_size_is_read_wholly() -> None:
    """Some programs write a dimension of one cell."""
    content = BytesIO()
    with ZipFile(BytesIO(workbook(template()))) as sent, ZipFile(content, "w") as short:
        for name in sent.namelist():
            part = sent.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part, whole = re.sub(rb'<dimension ref="[^"]+"', b'<dimension ref="A1:A1"', part), part
                assert part != whole
            short.writestr(name, part)
    assert load_sheet(content.getvalue(), "a.xlsx") == template()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"PK\x03\x04 cut off", "坏.xlsx：文件已损坏或不完整，请用原软件打开检查，另存为新文件后再导入"),
        (own(["分区", "检查项", "类型"]), "坏.xlsx：列名下面没有检查项"),
        (own(["分区", "检查项", "类型"], *[[None, f"第{n}项", "合格"] for n in range(600)]),
         "坏.xlsx：行数太多，最多 500 行"),
    ],
)  # fmt: skip
def test_a_workbook_that_is_no_use_is_refused(content: bytes, told: str) -> None:
    with pytest.raises(BadFile) as raised:
        load_sheet(content, "坏.xlsx")
    assert told in raised.value.problems


def test_the_workbook_says_which_list_it_is_and_offers_the_choices() -> None:
    book = load_workbook(BytesIO(workbook(SHIPPED["5s-front"])))
    assert [row[0].value for row in book[ABOUT].iter_rows()] == [*NAME.values()]
    assert book[ABOUT]["B1"].value == "5s-front"
    offered = {str(one.formula1) for one in book[ROWS].data_validations.dataValidation}
    assert offered == {'"合格/不合格,0-5分,数值,文字,照片"', '"是,否"', '"不要,不合格时,必须"'}
    assert book[ROWS].freeze_panes == "A2"
    assert [book[ROWS].cell(row, 3).value for row in (2, 3, 4, 5, 6)] == [2, 2, None, 2, None]


def test_a_list_is_written_in_the_order_people_write_it() -> None:
    written = as_yaml(SHIPPED["5s-front"])
    assert written.startswith("key: 5s-front\nname: 5S 前台\ndescription: ")
    assert "- key: sort\n  name: 整理\n  weight: 2.0\n  items:\n  - key: desk-needed-only\n    name: " in written
