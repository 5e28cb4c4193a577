"""The handbook and its glossary as they are shipped: complete, in small sections, without foreign brands."""

import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

import knowledge
from knowledge.document import Document
from knowledge.faults import BadFile
from knowledge.glossary import load_glossary
from knowledge.reading import read
from retrieval.text import fold

FOLDER = Path(knowledge.__file__).parent
FILES = sorted((FOLDER / "documents").glob("*.md"))
AUDIENCES = {"督导", "学员", "店员", "管理者"}
BRANDS = re.compile(
    "宝马|奔驰|奥迪|丰田|本田|别克|雪佛兰|比亚迪|特斯拉|蔚来|小鹏|吉利|奇瑞|红旗|雷克萨斯|沃尔沃|保时捷|路虎|捷豹|凯迪拉克|马自达|斯巴鲁|三菱"
    r"|\b(?:BMW|MINI|Mercedes|Benz|Audi|Toyota|Honda|Nissan|Buick|Tesla|BYD|Lexus|Volvo|Porsche|Ford)\b",
    re.IGNORECASE,
)
FURNITURE = re.compile(r"版权|转载|下载|道客巴巴|百度文库|豆丁|相关文档|https?://|www\.")
LONGEST, SHORTEST = 550, 15

documents = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def parsed(file: Path) -> Document:
    return read(file, max_bytes=1_000_000)


def front(file: Path) -> dict[str, Any]:
    matter = yaml.safe_load(file.read_text(encoding="utf-8").split("---\n")[1])
    assert isinstance(matter, dict)
    return matter


def test_there_is_a_document_for_each_subject() -> None:
    assert len(FILES) >= 14
    text = "".join(file.read_text(encoding="utf-8") for file in FILES)
    subjects = "八个步骤 5S 备件 首次修复率 平衡计分卡 投诉 神秘客户 根因 整改 服务活动 闭环 项目管理 忠诚 新能源 述职"
    assert [subject for subject in subjects.split() if subject not in text] == []


@documents
def test_its_front_matter_is_complete(file: Path) -> None:
    matter = front(file)
    assert set(matter) == {"title", "version", "effective", "audience", "source"}
    assert matter["title"] == file.stem
    assert isinstance(matter["version"], str)
    assert isinstance(matter["effective"], date)
    assert matter["audience"]
    assert set(matter["audience"]) <= AUDIENCES
    assert matter["source"].strip()


@documents
def test_it_is_read_as_its_front_matter_says(file: Path) -> None:
    document, matter = parsed(file), front(file)
    assert (document.title, document.version) == (matter["title"], matter["version"])
    assert (document.effective, list(document.audience)) == (matter["effective"], matter["audience"])
    assert document.warnings == ()


@documents
def test_its_sections_fit_a_phone(file: Path) -> None:
    sizes = {section.path: len(section.text.strip()) for section in parsed(file).sections}
    assert {path: size for path, size in sizes.items() if not SHORTEST <= size <= LONGEST} == {}


@documents
def test_no_heading_stands_in_it_twice(file: Path) -> None:
    headings = Counter(section.path[-1] for section in parsed(file).sections if section.path)
    assert {heading for heading, times in headings.items() if times > 1} == set()


@documents
def test_its_headings_are_as_deep_as_the_text_says(file: Path) -> None:
    body = file.read_text(encoding="utf-8").split("---\n", 2)[2]
    marks = [len(mark) for mark in re.findall(r"(?m)^(#+) ", body)]
    assert marks[0] == 1
    assert marks.count(1) == 1
    assert max(marks) <= 3


@documents
def test_no_maker_is_named_and_no_site_furniture_is_left(file: Path) -> None:
    body = file.read_text(encoding="utf-8").split("---\n", 2)[2]
    assert BRANDS.findall(body) == []
    assert FURNITURE.findall(body) == []


@documents
def test_its_lists_and_tables_are_well_formed(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    tables = [line for line in lines if line.startswith("|")]
    assert [line for line in tables if not line.endswith("|")] == []
    rules = [i for i, line in enumerate(lines) if re.fullmatch(r"\|(?:\s*:?-+:?\s*\|)+", line)]
    for i in rules:
        rows = [lines[i - 1]]
        for line in lines[i:]:
            if not line.startswith("|"):
                break
            rows.append(line)
        assert len({row.replace("\\|", "").count("|") for row in rows}) == 1, rows
    assert [line for line in lines if re.search(r"<[a-z/]|!\[|\]\(", line)] == []


def test_every_group_of_the_glossary_loads_and_is_written_simplified() -> None:
    glossary = load_glossary(FOLDER / "glossary.yaml")
    assert len(glossary.groups) >= 90
    terms = [term for group in glossary.groups for term in group]
    assert [
        term for term in terms if fold(term) != term.lower() and not re.search(r"第|day|week|phase", term.lower())
    ] == []


def _alone(phrase: str) -> str:
    """A Latin phrase stands alone, a Chinese one anywhere."""
    bound = r"(?<![a-z0-9]){}(?![a-z0-9])" if phrase.isascii() else "{}"
    return bound.format(re.escape(phrase))


def test_no_spoken_phrase_is_a_term_of_the_documents() -> None:
    spoken = load_glossary(FOLDER / "glossary.yaml").spoken
    text = fold("\n".join(file.read_text(encoding="utf-8").split("---\n", 2)[2] for file in FILES))
    assert len(spoken) >= 100
    assert [phrase for phrase, _ in spoken if re.search(_alone(fold(phrase)), text)] == []


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ("groups:\n  - [备件]\n", "at least two terms"),
        ("groups:\n  - [备件, ' ']\n", "none of them empty"),
        ("groups:\n  - [备件, 配件]\n  - [零件, 配件]\n", "配件"),
        ("groups: 备件\n", "cannot be read"),
        ("grups: []\n", "grups"),
        ("spoken:\n  - [没人理]\n", "没人理"),
        ("a: [\n", "cannot be read"),
    ],
)
def test_a_glossary_that_cannot_be_used_names_the_place(tmp_path: Path, content: str, named: str) -> None:
    file = tmp_path / "glossary.yaml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(BadFile, match=named) as caught:
        load_glossary(file)
    assert "glossary.yaml" in str(caught.value)


def test_the_questions_that_no_handbook_answers_are_many_and_different() -> None:
    probes = yaml.safe_load((FOLDER / "probes.yaml").read_text(encoding="utf-8"))["questions"]
    assert len(set(probes)) == len(probes) >= 20
