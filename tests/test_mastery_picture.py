"""The picture of mastery: what stands in its cells, on which tone, and under which names."""

from typing import Any

import pytest

from reports import typesetting
from reports.mastery import Known, cohort_picture, own_picture

LIN = [Known("整改", 0.595, 4, 18), Known("备件管理", 0.9, 2, 10)]
ZHOU = [Known("备件管理", 0.799, 6, 10)]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The values that are set, each time a picture is drawn for good."""
    seen = list[dict[str, Any]]()

    def png(template: str, values: dict[str, Any]) -> bytes:
        seen.append(values)
        return typesetting.png(template, values)

    monkeypatch.setattr("reports.mastery.png", png)
    return seen


def cells(values: dict[str, Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    return [(row["name"], [(one["text"], one["tone"]) for one in row["cells"]]) for row in values["rows"]]


def test_a_column_for_each_person_and_the_weakest_topic_first(drawn: list[dict[str, Any]]) -> None:
    people = [("小林", LIN), ("小周", ZHOU), ("新人", [])]
    assert cohort_picture("三位学员", people).startswith(b"\x89PNG")
    assert drawn[0]["columns"] == ["小林", "小周", "新人"]
    assert cells(drawn[0]) == [
        ("全部", [("70", "fair"), ("80", "good"), ("·", "blank")]),
        ("整改", [("60", "fair"), ("·", "blank"), ("·", "blank")]),
        ("备件管理", [("90", "best"), ("80", "good"), ("·", "blank")]),
    ]


def test_ones_own_says_how_much_was_asked(drawn: list[dict[str, Any]]) -> None:
    assert own_picture("小林", [*LIN, Known("报告", 0.2, 1, 36)]).startswith(b"\x89PNG")
    assert cells(drawn[0]) == [
        ("全部", [("63", "fair"), ("7 / 64", "plain")]),
        ("报告", [("20", "weak"), ("1 / 36", "plain")]),
        ("整改", [("60", "fair"), ("4 / 18", "plain")]),
        ("备件管理", [("90", "best"), ("2 / 10", "plain")]),
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [("王小林", "王小林"), ("欧阳娜娜", "欧阳\n娜娜"), ("阿依古丽·买买提", "阿依古\n丽·…"), ("Li", "Li")],
)
def test_a_long_name_stands_in_two_lines_over_its_column(drawn: list[dict[str, Any]], name: str, said: str) -> None:
    cohort_picture("六位学员", [(name, LIN), *(("小林", LIN),) * 5])
    assert drawn[0]["columns"][0] == said
