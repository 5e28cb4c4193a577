"""The course as it is shipped, and what a wrong file is told."""

import json
import re
from pathlib import Path

import pytest

import knowledge
from knowledge.course import Day
from knowledge.course_file import load_course
from knowledge.faults import BadFile
from knowledge.reading import read

FOLDER = Path(knowledge.__file__).parent
FILE = FOLDER / "course.yaml"
COURSE = load_course(FILE)
PLAN = (FOLDER / "documents" / "60天培训课程.md").read_text(encoding="utf-8")
DAY = re.compile(r"### Day (\d+)（第\d+天）：(.*)\n.*\n((?:- .*\n?)+)")


@pytest.fixture(scope="module")
def headings() -> set[tuple[str, tuple[str, ...]]]:
    """(document, headings down to a section) of the whole handbook."""
    found = [read(file, max_bytes=1_000_000) for file in sorted((FOLDER / "documents").glob("*.md"))]
    return {(one.name, section.path) for one in found for section in one.sections}


def test_there_are_sixty_days_in_six_phases() -> None:
    assert len(COURSE) == 60
    assert [(one.first, one.last) for one in COURSE.phases] == [
        (1, 10),
        (11, 22),
        (23, 34),
        (35, 46),
        (47, 54),
        (55, 60),
    ]
    assert [one.week for one in COURSE.weeks] == [*map(str, range(1, 11)), "11-12"]


def test_the_first_phase_is_passed_with_eighty_and_the_plan_gives_no_other_mark() -> None:
    assert [one.pass_mark for one in COURSE.phases] == [80, None, None, None, None, None]
    assert COURSE.phase_of(10).assessment == "售后业务知识测试"
    assert COURSE.phase_of(11).criteria == "完整性+专业性"


@pytest.mark.parametrize("day", COURSE.days, ids=lambda one: str(one.day))
def test_every_section_to_read_stands_in_the_handbook(day: Day, headings: set[tuple[str, tuple[str, ...]]]) -> None:
    assert [one for one in (*day.reading, *day.more) if (one.document, one.section) not in headings] == []


def test_each_day_says_what_the_plan_says() -> None:
    plan = {int(number): (title, said) for number, title, said in DAY.findall(PLAN)}
    assert list(plan) == [one.day for one in COURSE.days]
    for day in COURSE.days:
        title, said = plan[day.day]
        assert day.title == title.removesuffix("（可选）")
        assert day.optional is title.endswith("（可选）")
        lines = [line[2:] for line in said.strip().splitlines() if "考核" not in line.partition("：")[0]]
        homework = [f"作业：{day.homework}"] if day.homework else []
        told = [f"{name}：{what}" for name, what in day.sessions]
        assert sorted(lines) == sorted([*told, *homework, *(f"{one.kind}：{one.what}" for one in day.practices)])


def test_each_week_has_the_theme_of_the_plan() -> None:
    for one in COURSE.weeks[:-1]:
        assert f"- Week {one.week}（第{one.week}周，Day {one.first}-{one.last}）：{one.name}\n" in PLAN
    assert f"- Week 11-12（第11-12周，Day 55-60）：{COURSE.weeks[-1].name}\n" in PLAN


def test_what_is_homework_and_what_is_assessed_is_handed_in() -> None:
    assert [one.day for one in COURSE.days if one.homework] == [1, 5, 13, 17, 24, 33, 37, 39, 43, 50]
    assert [one.day for one in COURSE.days if one.homework and not one.hand_in] == []
    by_mentor = COURSE.phases[1:]
    assert [one.judged_by for one in COURSE.phases] == ["test", *["mentor"] * 5]
    assert [COURSE.day(one.last).hand_in for one in by_mentor] == [one.assessment for one in by_mentor]
    assert [day.day for day in COURSE.days if COURSE.assessed(day.day)] == [22, 34, 46, 54, 60]
    assert COURSE.day(10).hand_in == ""
    said = [one.held.replace("输出", "交出") for one in by_mentor[:-1]]
    assert [f"- 阶段考核：{held}（" in PLAN for held in said] == [True] * 4
    assert by_mentor[-1].held == "毕业答辩"
    assert [one.day for one in COURSE.days if one.optional] == [38]


@pytest.mark.parametrize("number", [0, 61, -1])
def test_there_is_no_other_day(number: int) -> None:
    with pytest.raises(IndexError):
        COURSE.day(number)


def small() -> dict[str, object]:
    """A course of two days."""
    day = {"title": "题", "subjects": ["甲"], "morning": "讲", "reading": ["手册 > 节"]}
    return {
        "name": "课",
        "phases": [{"key": "a", "name": "一", "first": 1, "last": 2, "assessment": "测试", "criteria": "对"}],
        "weeks": [{"week": "1", "first": 1, "last": 2, "name": "周"}],
        "days": [{"day": 1, **day}, {"day": 2, **day}],
    }


def told(tmp_path: Path, values: object) -> str:
    """What is said of a file with these values."""
    file = tmp_path / "course.yaml"
    file.write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(BadFile) as caught:
        load_course(file)
    return str(caught.value)


def test_a_small_course_is_read(tmp_path: Path) -> None:
    file = tmp_path / "course.yaml"
    file.write_text(json.dumps(small()), encoding="utf-8")
    assert load_course(file).day(2).sessions == (("上午", "讲"),)


def test_every_fault_is_told_with_its_place(tmp_path: Path) -> None:
    values = small()
    days = [{"day": 1, "title": "题", "subjects": ["甲"], "mornings": "讲", "reading": ["手册 > 节"]}, {"day": "2"}]
    said = told(tmp_path, {**values, "days": days})
    assert "course.yaml：days 第 1 个 mornings：不认识的键“mornings”，是不是“morning”？" in said
    assert "course.yaml：days 第 2 个 day：应是整数" in said
    assert "course.yaml：days 第 2 个 title：缺少这一项" in said


def test_days_phases_and_sections_that_do_not_fit_are_told(tmp_path: Path) -> None:
    values = small()
    days = [{"day": 1, "title": "题", "subjects": ["甲"], "reading": ["手册"]}, *values["days"]]  # type: ignore[misc]
    said = told(tmp_path, {**values, "days": days})
    assert "days 第 1 个：至少要有 morning、afternoon、whole_day、evening 之一" in said
    assert "days 第 1 个 reading 第 1 个：应是“文件名 > 标题”" in said
    assert "days 第 2 个 day：应是第 2 天，天数要从 1 起一天不缺" in said
    assert "phases：排到第 2 天，课程却有 3 天" in said


def test_phases_follow_each_other(tmp_path: Path) -> None:
    phase = {
        "key": "a",
        "name": "一",
        "first": 2,
        "last": 1,
        "assessment": "测试",
        "criteria": "对",
        "judged_by": "mentor",
    }
    said = told(tmp_path, {**small(), "phases": [phase]})
    assert "phases 第 1 个 first：应从第 1 天开始，各段要首尾相接" in said
    assert "phases 第 1 个 last：last 小于 first" in said
    assert "phases 第 1 个 judged_by：由带教打分，这个阶段的最后一天就要有 hand_in" in said


def test_what_is_no_yaml_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "course.yaml"
    file.write_text("name: 课\nname: 课\n", encoding="utf-8")
    with pytest.raises(BadFile, match="第 2 行的键“name”写了两次"):
        load_course(file)
