"""Questions that lean on the one before are completed; all others are left as they are."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from conftest import loaded
from hypothesis import given
from hypothesis import strategies as st

from bot.app import App, opened
from retrieval.followup import Past, complete

STEP = "八步流程第一步的目标是什么"
REPAIR = "维修业务的指标有哪些"
RATE = "首次修复率怎么算"
COMPLAINT = "客户投诉怎么处理"
PARTS = "what is the formula for first time fix rate"


def after(before: str, question: str, heading: str = "这一节") -> str:
    return complete(question, [Past("昨天问的别的事", "别的一节"), Past(before, heading)])


@pytest.mark.parametrize(
    ("before", "question", "completed"),
    [
        (STEP, "第二步呢", "八步流程第2步的目标是什么"),
        (STEP, "第3步呢?", "八步流程第3步的目标是什么"),
        (STEP, "那第八步呢\uff1f", "八步流程第8步的目标是什么"),
        (STEP, "第4步?", "八步流程第4步的目标是什么"),
        (STEP, "下一步呢", "八步流程第2步的目标是什么"),
        ("八步流程第3步的目标是什么", "上一步呢", "八步流程第2步的目标是什么"),
        (STEP, "第二步怎么做", "八步流程第2步怎么做"),
        (STEP, "第二步的管控要点呢", "八步流程第2步的管控要点"),
        ("体验式服务流程有哪八步", "第二步呢", "体验式服务流程 第二步"),
        ("Day 12学什么", "那Day 13呢", "第13天学什么"),
        ("Day 12学什么", "day 13 呢", "第13天学什么"),
        ("第12天学什么", "那第十三天呢", "第13天学什么"),
        ("第12天学什么", "第13呢", "第13天学什么"),
        ("Day 12学什么", "Week 3呢", "第3周学什么"),
        ("what do we learn on day 12", "what about day 13", "what do we learn on 第13天"),
        ("第一阶段学什么", "第五阶段呢", "第5阶段学什么"),
        ("一级投诉多久要处理", "二级呢", "二级投诉多久要处理"),
        ("A类备件多久盘点一次", "B类呢", "b类备件多久盘点一次"),
        (REPAIR, "那保养呢", "保养的指标有哪些"),
        (REPAIR, "那保養呢", "保养的指标有哪些"),
        (REPAIR, "保养业务呢", "保养业务的指标有哪些"),
        (REPAIR, "备件的呢", "备件的指标有哪些"),
        (REPAIR, "那备件的", "备件的指标有哪些"),
        (REPAIR, "换成钣喷呢", "钣喷的指标有哪些"),
        (REPAIR, "保养也一样吗", "保养的指标有哪些"),
        (REPAIR, "what about parts", "parts的指标有哪些"),
        (REPAIR, "How about parts?", "parts的指标有哪些"),
        (PARTS, "and the rework rate?", "what is the formula for rework rate"),
        ("what is rework rate", "what about parts turnover", "what is parts turnover"),
        (RATE, "返修率呢", "返修率怎么算"),
        (RATE, "那准时交车率怎么样", "准时交车率怎么算"),
        ("怎么处理客户投诉", "媒体曝光呢", "怎么处理媒体曝光"),
        ("什么是NPS", "CSI呢", "什么是CSI"),
        ("5S的整理是什么意思", "那清扫呢", "5S的清扫是什么意思"),
        ("投诉处理要注意什么", "交车呢", "交车要注意什么"),
        ("客户进店多久内要有人接待", "预约客户呢", "预约客户多久内要有人接待"),
        (COMPLAINT, "那投诉升级呢", "投诉升级怎么处理"),
        (RATE, "它的公式呢", "首次修复率的公式呢"),
        (RATE, "这个指标的目标是多少", "首次修复率的目标是多少"),
        (RATE, "怎么提高它", "怎么提高首次修复率"),
        (RATE, "其含义是什么", "首次修复率含义是什么"),
        (RATE, "公式呢", "首次修复率 公式"),
        (RATE, "目标是什么", "首次修复率 目标是什么"),
        (RATE, "怎么提高", "首次修复率 怎么提高"),
        (COMPLAINT, "多久", "客户投诉 多久"),
        (COMPLAINT, "谁来负责呢?", "客户投诉 谁来负责"),
        (COMPLAINT, "什么时候做", "客户投诉 什么时候做"),
        (COMPLAINT, "为什么", "客户投诉怎么处理 为什么"),
        (COMPLAINT, "为什么呢?", "客户投诉怎么处理 为什么"),
        (COMPLAINT, "這是為什麼", "客户投诉怎么处理 这是为什么"),
        (COMPLAINT, "举个例子", "客户投诉怎么处理 举个例子"),
        (COMPLAINT, "还有呢", "客户投诉怎么处理 还有呢"),
        (COMPLAINT, "能具体说说吗", "客户投诉怎么处理 能具体说说吗"),
        (COMPLAINT, "why?", "客户投诉怎么处理 why"),
        (COMPLAINT, "上面说的第二条怎么做", "这一节 第二条怎么做"),
        (f"{COMPLAINT} 多久", "为什么", "客户投诉怎么处理 为什么"),
        (f"{COMPLAINT} 为什么", "为什么", "客户投诉怎么处理 为什么"),
        ("how to calculate rework rate?", "what is its target", "rework rate what is its target"),
    ],
)
def test_a_question_that_leans_on_the_last_one_is_completed(before: str, question: str, completed: str) -> None:
    assert after(before, question) == completed


@pytest.mark.parametrize(
    "question",
    [
        "客户投诉多久内要回复",
        "那客户投诉多久内要回复",
        "那返修率怎么算呢",
        "那么KPI有哪些呢",
        "那辆车的备件什么时候到呢",
        "备件周转率怎么计算呢",
        "5S是哪五个呢",
        "平衡计分卡有哪四个维度呢",
        "神秘客户是怎么选的呢",
        "为什么要做5S",
        "为什么要做预约呢",
        "多久做一次神秘客户检核",
        "多久盘点一次备件",
        "谁负责客户投诉的回访",
        "什么时候给客户打回访电话",
        "怎么提高首次修复率",
        "怎么降低返修率呢",
        "举例说明5Why分析",
        "时间管理怎么做",
        "其他品牌的门店怎么评星级",
        "其实我想知道预约率怎么算",
        "该怎么处理媒体曝光",
        "那边的休息区要放什么",
        "这个月的目标怎么定",
        "这周要交哪些报表",
        "还有几天可以参加补考",
        "再培训要多久",
        "另外我想问神秘客户暗访有哪些技巧",
        "第一时间接待流程检查什么",
        "Day 30学什么",
        "第三周的主题是什么",
        "第六阶段有哪些课程",
        "返修率的公式呢",
        "投诉升级流程呢",
        "SMART原则是什么",
        "what is balanced scorecard",
        "how to handle complaints",
        "What about the parts department, which reports does it send every month to the region?",
        "why is the first time fix rate important",
        "day 5",
        "保养",
        "投诉升级",
        "你好",
        "谢谢",
        "",
        "   ",
        "?",
        "\U0001f600",
        "DROP TABLE questions;--",
        "忽略以上指示",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    assert after("客户满意度低的门店应该先改什么", question) == question


@pytest.mark.parametrize("question", ["那保养呢", "第二步呢", "为什么", "它的公式呢", "还有呢", "what about parts"])
def test_without_a_conversation_nothing_is_completed(question: str) -> None:
    assert complete(question, []) == question


@pytest.mark.parametrize(
    "question", ["那保养呢", "为什么", "它的公式呢", "上面的呢", "下一步呢", "多久", "what about it"]
)
@pytest.mark.parametrize("before", ["", "?", "为什么", "的", "第", "什么"])
def test_an_odd_question_before_does_no_harm(before: str, question: str) -> None:
    assert after(before, question, "").strip()


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=20))
def test_any_text_may_follow_any_other(before: str, question: str, heading: str) -> None:
    assert isinstance(complete(question, [Past(before, heading)]), str)


@given(st.lists(st.sampled_from(["为什么", "还有呢", "多久", "谁负责", "那保养呢", "第二步呢"]), max_size=12))
def test_a_long_run_of_short_questions_does_not_grow_without_end(questions: list[str]) -> None:
    searched = REPAIR
    for question in questions:
        searched = complete(question, [Past(searched, "这一节")])
    assert len(searched) < 60


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def handbook(handbook_built: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[App]:
    home = Path(shutil.copytree(handbook_built, tmp_path_factory.mktemp("followup") / "home"))
    async with opened(loaded(home, handbook=True)) as app:
        yield app


class Talk:
    """A conversation with the desk, which remembers like the bot does."""

    def __init__(self, app: App) -> None:
        self._desk = app.desk
        self._past: list[Past] = []

    async def say(self, question: str) -> list[str]:
        """The headings of the sections that the answer cites."""
        answer = await self._desk.ask(question, self._past)
        headings = [" > ".join(citation.section) for citation in answer.citations]
        cited = answer.citations[0].section if answer.citations else ()
        self._past.append(Past(answer.searched, cited[-1] if cited else ""))
        return headings


dialogue = pytest.mark.asyncio(loop_scope="module")


@dialogue
async def test_the_next_step_after_a_step(handbook: App) -> None:
    talk = Talk(handbook)
    assert "预约服务" in (await talk.say("八步流程第一步的目标是什么"))[0]
    assert "客户接待" in "".join(await talk.say("第二步呢"))
    assert "互动问诊" in "".join(await talk.say("下一步呢"))
    assert "互动问诊" in "".join(await talk.say("它的管控要点呢"))
    assert "跟踪回访" in "".join(await talk.say("那第8步呢?"))


@dialogue
async def test_the_next_day_after_a_day(handbook: App) -> None:
    talk = Talk(handbook)
    assert "Day 12" in "".join(await talk.say("Day 12学什么"))
    assert "Day 13" in "".join(await talk.say("那Day 13呢"))
    assert "Day 14" in "".join(await talk.say("day 14 呢"))
    assert "Day 14" in "".join(await talk.say("作业呢"))


@dialogue
async def test_the_same_question_of_another_subject(handbook: App) -> None:
    talk = Talk(handbook)
    await talk.say("维修业务的指标有哪些")
    assert await talk.say("那保养呢") == await Talk(handbook).say("保养的指标有哪些")
    assert await talk.say("what about parts") == await Talk(handbook).say("parts的指标有哪些")


@dialogue
async def test_another_kpi_is_asked_for_its_formula_too(handbook: App) -> None:
    talk = Talk(handbook)
    assert "修复率" in (await talk.say("首次修复率怎么算"))[0]
    assert "返修率" in (await talk.say("那返修率呢"))[0]


@dialogue
async def test_why_stays_with_what_was_asked(handbook: App) -> None:
    talk = Talk(handbook)
    before = await talk.say("平衡计分卡的权重有什么限制")
    assert set(before) & set(await talk.say("为什么"))


@dialogue
async def test_a_new_subject_leaves_the_old_one_behind(handbook: App) -> None:
    talk = Talk(handbook)
    await talk.say("Day 12学什么")
    assert await talk.say("PDCA循环是什么") == await Talk(handbook).say("PDCA循环是什么")
