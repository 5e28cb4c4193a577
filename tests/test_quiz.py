"""Files of questions: what is read, what is refused and why, and the same questions in YAML and Excel."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

import knowledge
from knowledge.checklist_sheet import is_list
from knowledge.checklist_workbook import template as list_template
from knowledge.checklist_workbook import workbook as list_workbook
from knowledge.document import Reference
from knowledge.faults import BadFile
from knowledge.quiz import Number, Topic, merged
from knowledge.quiz_columns import EVERY, ROWS
from knowledge.quiz_file import as_yaml, is_quiz, load_folder, load_yaml
from knowledge.quiz_sheet import is_questions, load_sheet
from knowledge.quiz_workbook import template, workbook
from knowledge.workbook import NOTES

FOLDER = Path(knowledge.__file__).parent / "quizzes"
BANK = load_folder(FOLDER)
HEAD = "topic: t\nname: 题\nquestions:\n"
GOOD = {
    "key": "t-001", "day": "1", "kind": "single", "ask": "问的是什么？", "options": "[甲, 乙, 丙]", "right": "[0]",
    "why": "因为如此。", "proof": "手册 > 节",
}  # fmt: skip


def one(**changes: str | None) -> str:
    """A file of one question; None leaves a key out."""
    values = {**GOOD, **changes}
    lines = [f"{key}: {value}" for key, value in values.items() if value is not None]
    return HEAD + "  - " + "\n    ".join(lines) + "\n"


def loaded(text: str) -> Topic:
    return load_yaml(text.encode(), "t.yaml")


def told(text: str) -> str:
    """What is said of a file that is refused."""
    with pytest.raises(BadFile) as caught:
        loaded(text)
    return str(caught.value)


def test_a_question_is_read_with_all_it_says() -> None:
    question = loaded(one(difficulty="2")).questions[0]
    assert (question.key, question.topic, question.day, question.difficulty) == ("t-001", "t", 1, 2)
    assert (question.options, question.right) == (("甲", "乙", "丙"), (0,))
    assert question.proof == Reference("手册", ("节",))


def test_each_kind_has_its_own_right_answer() -> None:
    kinds = {question.kind: question for question in template().questions}
    assert kinds["multiple"].right == (0, 1, 2)
    assert kinds["truth"].truth is False
    assert kinds["number"].number == Number(24, 0, "小时")
    assert kinds["order"].options == ("培训", "定标准", "考核", "优化")
    assert kinds["fill"].words == ("因果", "因果图")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"day": "61"}, "t.yaml：题目 t-001：day：不能大于 60"),
        ({"day": "'1'"}, "t.yaml：题目 t-001：day：应是整数"),
        (
            {"kind": "singel"},
            "kind：“singel”不行，只能是 single、multiple、truth、number、order、fill，是不是“single”？",
        ),
        ({"ask": None, "asks": "问的是什么？"}, "不认识的键“asks”，是不是“ask”？"),
        ({"why": None}, "t.yaml：题目 t-001：why：缺少这一项"),
        ({"key": "x-001"}, "t.yaml：题目 t-001".replace("t-001", "x-001") + "：key：题号要以“t-”开头"),
        ({"key": None}, "t.yaml：第 1 题：key：缺少这一项"),
        ({"proof": "手册"}, "proof：应是“文件名 > 标题”"),
        ({"options": "[甲, 乙]"}, "options：要有 3-5 个选项"),
        ({"options": "[甲, 乙, 甲]"}, "options：选项“甲”写了两次"),
        ({"right": None}, "right：缺少答案"),
        ({"right": "[3]"}, "right：应是选项的序号，从 0 数起，最大 2"),
        ({"right": "[-1]"}, "right：应是选项的序号"),
        ({"right": "0"}, "right：应是选项的序号"),
        ({"right": "[true]"}, "right：应是选项的序号"),
        ({"right": "[0, 1]"}, "right：单选只有一个答案"),
        ({"kind": "multiple"}, "right：多选至少有两个答案"),
        ({"kind": "truth", "options": None}, "right：判断题的答案是 true 或 false"),
        ({"kind": "truth", "right": "true"}, "options：只有单选、多选、排序才有选项"),
        ({"kind": "number", "options": None}, "right：数字题的答案写成"),
        ({"kind": "number", "options": None, "right": "{value: 9, tolerance: -1}"}, "right：数字题的答案写成"),
        ({"kind": "fill", "options": None, "right": "[]"}, "right：填空题的答案是一列可以接受的词"),
        ({"kind": "fill", "options": None, "right": "[1]"}, "right：填空题的答案是一列可以接受的词"),
        ({"kind": "order"}, "right：排序题不写答案"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(changes: dict[str, str | None], problem: str) -> None:
    assert problem in told(one(**changes))


def test_every_fault_is_told_at_once() -> None:
    said = told(one(day="0", difficulty="4", why=None))
    assert [line.split("：")[2] for line in said.splitlines()] == ["day", "difficulty", "why"]


def test_a_key_stands_once_in_a_file_and_once_in_a_folder(tmp_path: Path) -> None:
    assert "题目 t-001：key：编号“t-001”用了两次" in told(one() + one().removeprefix(HEAD))
    for name in ("t.yaml", "t-2.yaml"):
        (tmp_path / name).write_text(one(), encoding="utf-8")
    with pytest.raises(BadFile, match="编号“t-001”用了两次"):
        load_folder(tmp_path)


def test_files_of_one_topic_are_merged(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(one(), encoding="utf-8")
    (tmp_path / "t-2.yaml").write_text(one(key="t-002", day="2"), encoding="utf-8")
    bank = load_folder(tmp_path)
    assert sorted(question.key for question in bank.topics["t"].questions) == ["t-001", "t-002"]
    assert [question.key for question in bank.of_day(2)] == ["t-002"]
    assert bank.of_day(3) == ()
    assert bank.question("t-001") in bank.questions
    assert bank.question("t-003") is None


def test_the_faults_of_all_files_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(one(day="0"), encoding="utf-8")
    (tmp_path / "b.yaml").write_text("- 1", encoding="utf-8")
    with pytest.raises(BadFile) as caught:
        load_folder(tmp_path)
    assert [line.split("：")[0] for line in caught.value.problems] == ["a.yaml", "b.yaml"]


def test_an_admins_question_replaces_a_bundled_one() -> None:
    bundled, own = loaded(one()), loaded(one(ask="换过的题目？"))
    assert [question.ask for question in merged([bundled, own]).questions] == ["换过的题目？"]


def test_a_mended_question_is_another_version_and_a_moved_one_is_not() -> None:
    question = loaded(one()).questions[0]
    assert replace(question, ask="别的？").version != question.version
    assert replace(question, right=(1,)).version != question.version
    assert replace(question, day=2, difficulty=3, why="换个说法。").version == question.version


def test_yaml_of_questions_is_told_from_other_yaml() -> None:
    assert is_quiz(one().encode())
    assert not is_quiz(b"key: a\nsections: []\n")
    assert not is_quiz(b"[")


@pytest.mark.parametrize("topic", [*BANK.topics.values(), template()], ids=lambda topic: topic.key)
def test_what_is_written_reads_the_same(topic: Topic) -> None:
    assert load_yaml(as_yaml(topic).encode(), "x.yaml") == topic
    assert load_sheet(workbook([topic]), "x.xlsx") == (topic,)


def test_several_topics_stand_in_one_workbook() -> None:
    topics = tuple(BANK.topics.values())[:2]
    assert load_sheet(workbook(topics), "x.xlsx") == topics


def test_a_workbook_of_questions_is_told_from_one_of_a_list() -> None:
    questions, checks = workbook([template()]), list_workbook(list_template())
    assert (is_questions(questions), is_list(questions)) == (True, False)
    assert (is_questions(checks), is_list(checks)) == (False, True)
    assert not is_questions(b"nothing")


def test_a_workbook_says_what_each_column_wants() -> None:
    book = load_workbook(BytesIO(workbook([template()])))
    assert [cell.value for cell in book[ROWS][1]] == list(EVERY)
    assert [row[0].value for row in book[NOTES].iter_rows(min_row=2)] == list(EVERY)


ROW = {"主题": "本店", "天": 3, "题型": "单选", "题目": "问的是什么？", "选项A": "甲", "选项B": "乙", "选项C": "丙",
       "答案": "B", "解析": "因为如此。", "出处": "手册 > 节"}  # fmt: skip


def sheet(*rows: dict[str, Any], names: tuple[str, ...] = ()) -> bytes:
    """A workbook with these rows under their column names."""
    columns = [*dict.fromkeys([*names, *(name for row in rows for name in row)])]
    book = Workbook()
    page = book.active
    assert page is not None
    page.append(columns)
    for row in rows:
        page.append([row.get(name) for name in columns])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def faults(*rows: dict[str, Any]) -> str:
    """What is said of a workbook that is refused."""
    with pytest.raises(BadFile) as caught:
        load_sheet(sheet(*rows), "题.xlsx")
    return str(caught.value)


def test_a_row_is_a_question_and_needs_no_keys() -> None:
    (topic,) = load_sheet(sheet(ROW, {**ROW, "主题": None, "题目": "又问什么？", "答案": "C"}), "题.xlsx")
    assert topic.name == "本店"
    assert [question.right for question in topic.questions] == [(1,), (2,)]
    again = load_sheet(sheet(ROW), "改名.xlsx")[0]
    assert again.questions[0].key == topic.questions[0].key  # the same words, the same question


def test_a_topic_is_known_by_its_name() -> None:
    assert load_sheet(sheet(ROW), "题.xlsx", {"本店": "own"})[0].key == "own"


@pytest.mark.parametrize(
    ("cells", "right"),
    [
        ({"题型": "多选题", "答案": "a、c"}, (0, 2)),
        ({"答案": "乙"}, (1,)),
        ({"题型": "判断", "答案": "√"}, True),
        ({"题型": "判断", "答案": False}, False),
        ({"题型": "数字", "答案": 0.9, "单位": "%"}, Number(90, 0, "%")),
        ({"题型": "数字", "答案": "九十", "单位": "%", "允许误差": 1}, Number(90, 1, "%")),
        ({"题型": "数字", "答案": 24, "单位": "小时"}, Number(24, 0, "小时")),
        ({"题型": "填空", "答案": "因果|因果图"}, ("因果", "因果图")),
    ],
)
def test_answers_are_written_as_people_write_them(cells: dict[str, Any], right: object) -> None:
    no_options = {"选项A": None, "选项B": None, "选项C": None}
    row = {**ROW, **cells} if cells.get("题型", "多选题") == "多选题" else {**ROW, **no_options, **cells}
    question = load_sheet(sheet(row), "题.xlsx")[0].questions[0]
    found = {"truth": question.truth, "number": question.number, "fill": question.words}
    assert found.get(question.kind, question.right) == right


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"答案": "D"}, "题.xlsx：第 2 行，列“答案”：应是选项的序号，从 0 数起，最大 2"),
        ({"答案": "好"}, "题.xlsx：第 2 行，列“答案”：应是选项的字母，例如 B 或 AC"),
        ({"答案": None}, "题.xlsx：第 2 行，列“答案”：缺少答案"),
        ({"天": "三"}, "题.xlsx：第 2 行，列“天”：应是数字"),
        ({"题型": "单项"}, "题.xlsx：第 2 行，列“题型”：“单项”不行，只能是 单选、多选、判断、数字、排序、填空"),
        ({"选项B": None, "选项D": "丁"}, "题.xlsx：第 2 行，列“选项A”：前面的选项空着"),
        ({"选项C": None}, "题.xlsx：第 2 行，列“选项A”：要有 3-5 个选项"),
        ({"选项C": "长" * 61}, "题.xlsx：第 2 行，列“选项C”：太长，最多 60 个字"),
        ({"题型": "判断", "答案": "也许"}, "列“答案”：应是“对”或“错”"),
        ({"题型": "数字", "答案": "多"}, "列“答案”：应是一个数字"),
        ({"出处": "手册"}, "题.xlsx：第 2 行，列“出处”：应是“文件名 > 标题”"),
        ({"主题": None}, "题.xlsx：第 2 行，列“主题”：第一道题要写主题"),
        ({"题号": "a b"}, "列“题号”：只能用小写字母、数字和短横线"),
        ({"难易": 1}, "题.xlsx：第 1 行，不认识的列“难易”，是不是“难度”？"),
    ],
)
def test_what_is_wrong_in_a_row_is_told_with_row_and_column(cells: dict[str, Any], problem: str) -> None:
    assert problem in faults({**ROW, **cells})


def test_a_column_that_is_missing_is_told() -> None:
    assert "题.xlsx：第 1 行，缺少列“解析”" in faults({key: value for key, value in ROW.items() if key != "解析"})


def test_a_workbook_without_questions_is_told() -> None:
    with pytest.raises(BadFile, match=r"题\.xlsx：列名下面没有题目"):
        load_sheet(sheet(names=tuple(ROW)), "题.xlsx")
    with pytest.raises(BadFile, match=r"题\.xlsx"):
        load_sheet(b"nothing", "题.xlsx")
