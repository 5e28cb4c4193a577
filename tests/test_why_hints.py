"""给点提示 with a language model over real HTTP: what it suggests is marked as such, and enters only when tapped."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from checks import Visitor
from conftest import WASH, Opens
from fake_openai import KEY, MODEL, FakeOpenAI, Far, fake_openai, says
from hypothesis import given
from hypothesis import strategies as st
from whys import NPS, Analyst, analysing, walk

from bot.app import App
from knowledge.cause.hints import questions
from retrieval.card import Card
from retrieval.suggesting import carried

GOOD = "1. 精洗时限没有告诉预约员[洗车时限]\n- 水枪压力没有定期检查【水枪压力】\n3、两桶法没有写进作业表[洗车步骤]。"


@pytest.fixture
def far() -> Iterator[FakeOpenAI]:
    with fake_openai() as server:
        yield server
        assert server.bad == []


@pytest.fixture
async def app(own_home: Path, house: Opens, far: FakeOpenAI) -> AsyncIterator[App]:
    llm = {"model": MODEL, "base_url": far.url, "api_key": KEY, "timeout_seconds": 0.5}
    async with house(own_home, llm=llm) as opened_app:
        yield opened_app


@pytest.fixture
async def analyst(app: App) -> Analyst:
    analyst = await analysing(app)
    await analyst.begin(NPS)
    await analyst.boss.say("洗车排队")
    return analyst


def suggested(chat: Visitor) -> list[str]:
    return [one for one in chat.ways if one.startswith("建议：")]


def cited(body: dict[str, Any], text: str) -> str:
    """The text with the headings in its marks made the numbers of the sections that the model was shown."""
    for number, heading in re.findall(r"<资料 编号=(\d)>\n洗车作业指引 / .*?(\S+)\n", body["messages"][0]["content"]):
        text = text.replace(f"[{heading}]", f"[{number}]").replace(f"【{heading}】", f"【{number}】")
    return text


async def hinted(analyst: Analyst, far: FakeOpenAI, answer: Far | str) -> str:
    far.script = lambda body: says(cited(body, answer)) if isinstance(answer, str) else answer
    return await analyst.boss.tap("给点提示")


async def test_what_it_suggests_is_marked_and_enters_only_when_it_is_tapped(analyst: Analyst, far: FakeOpenAI) -> None:
    shown = await hinted(analyst, far, GOOD)
    assert "建议（大模型根据下面的手册章节写的，还没有记下" in shown
    assert "- 精洗时限没有告诉预约员\n- 水枪压力没有定期检查\n- 两桶法没有写进作业表" in shown
    assert "为什么“洗车排队”" in shown
    assert [one.text for one in analyst.boss.buttons if one.action.startswith("section:")]
    assert await analyst.texts() == ["洗车排队"]
    assert "第 2 层" in await analyst.boss.tap("建议：水枪压力没有定期检查")
    cause = await analyst.cause("水枪压力没有定期检查")
    assert (cause.parent, cause.state, cause.evidence) == (1, "open", ())
    assert suggested(analyst.boss) == []


async def test_it_is_asked_with_the_facts_the_chain_and_sections_as_data(analyst: Analyst, far: FakeOpenAI) -> None:
    await hinted(analyst, far, GOOD)
    [body] = far.chats()
    system, human = (one["content"] for one in body["messages"])
    assert "<资料 编号=1>" in system
    assert "洗车时限" in system
    assert "指标：NPS 41 分（目标 52 分）" in human
    assert human.endswith("为何发生：9 月 NPS 从 52 降到 41，因为洗车排队，因为什么？")


async def test_own_words_are_taken_as_well_and_a_tap_on_an_old_one_changes_nothing(
    analyst: Analyst, far: FakeOpenAI
) -> None:
    await hinted(analyst, far, GOOD)
    old = next(one.action for one in analyst.boss.buttons if one.text.startswith("建议："))
    await analyst.boss.say("排班没有按预约量排")
    assert "已经过去了" in await analyst.boss.act(old)
    assert await analyst.texts() == ["洗车排队", "排班没有按预约量排"]


@pytest.mark.parametrize(
    "answer",
    [
        Far(status=500), Far(("精洗",), hangs=True), Far(garbage="<html>"), "不知道", "精洗时限没有告诉预约员",
        "精洗时限没有告诉预约员[9]", "海盗抢走了宝藏[1]", "洗车时限员工粗心[洗车时限]", "洗车排队[洗车步骤]", "",
    ],
    ids=["fails", "hangs", "garbage", "unknown", "uncited", "no-such", "uncarried", "blames", "there", "empty"],
)  # fmt: skip
async def test_where_it_gives_nothing_usable_one_sentence_says_so_and_the_questions_stand(
    analyst: Analyst, far: FakeOpenAI, answer: Far | str
) -> None:
    shown = await hinted(analyst, far, answer)
    assert shown.count("大模型这会儿没有给出能用的建议") == 1
    assert len([line for line in shown.splitlines() if line.startswith("- ") and line.endswith("？")]) == 4
    assert suggested(analyst.boss) == []
    assert await analyst.texts() == ["洗车排队"]
    await walk(analyst.boss, "没有排班")
    assert await analyst.texts() == ["洗车排队", "没有排班"]


async def test_more_than_three_are_cut_to_three(analyst: Analyst, far: FakeOpenAI) -> None:
    await hinted(analyst, far, "\n".join(f"两桶法第{n}步没有标准[洗车步骤]" for n in "一二三四五"))
    assert len(suggested(analyst.boss)) == 3


def card(text: str) -> Card:
    return Card("1", "洗车", "洗车作业指引", "2.1", ("洗车",), text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<think>想一想[1]</think>\n精洗没有时限[1]", ("精洗没有时限",)),
        ("精洗没有时限[1]\n精洗没有时限[1]", ("精洗没有时限",)),
        ("精洗没有时限（[1]）", ("精洗没有时限",)),
        ("* 精洗没有时限【1】", ("精洗没有时限",)),
        ("根据资料：\n精洗没有时限[1][2]", ()),
        ("[1]", ()),
    ],
)
def test_a_line_counts_with_a_section_it_takes_from(text: str, expected: tuple[str, ...]) -> None:
    assert carried(text, [card(WASH)]) == expected


@given(st.text(max_size=200))
def test_whatever_a_model_says_is_no_error(text: str) -> None:
    assert all("[1]" not in one for one in carried(text, [card(WASH)]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("返修率上升 车间 空调异响修两次", "返修"),
        ("客户说等备件等了三天 库存里没有 缺件", "件"),
        ("9 月 NPS 下降 回访 投诉多", "回访"),
        ("", ""),
    ],
)
def test_the_questions_are_of_the_place_that_is_spoken_of(text: str, expected: str) -> None:
    found = questions(text)
    assert len(found) == len(set(found)) == 4
    assert any(expected in one for one in found)
