"""A curated answer is given for its question in other words, and never for another question that looks like it."""

import os
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from conftest import Opens
from numpy.typing import NDArray

import knowledge
from bot.app import opened
from bot.config_file import load
from knowledge.glossary import load_glossary
from records.questions import Complaint, FaqRow, QuestionRow
from retrieval.faq import Faqs
from retrieval.gist import gist
from retrieval.group import grouped
from retrieval.model.build import prepare
from retrieval.model.bundled import BundledEmbeddings
from retrieval.text import Analyzer

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)
SAME = {
    "客户进店多久内要有人接待": [
        "客户进店多久内要有人接待?",
        "请问客户进店多久内要有人接待呢",
        "客戶進店多久內要有人接待",
        "客户进店后多长时间内要有人接待",
        "顾客进店多久内要有人接待",
        "客户进店多久内必须有人接待",
        "客户进店,多久之内要有人来接待?",
    ],
    "首次修复率怎么算": [
        "一次修复率怎么算",
        "FTFR怎么计算",
        "首次修复率的计算公式是什么",
        "首次修复率如何计算?",
        "请问首次修复率是怎么算的呢",
        "首次修復率的公式",
        "怎么算首次修复率",
    ],
    "第2步的目标是什么": ["第二步的目标是什么", "第二步目标是什么呢?", "第 2 步有什么目标"],
    "八步流程有哪些步骤": ["八步流程包括哪些步骤", "八步流程的步骤有哪些", "八步流程分别是哪些步骤?"],
    "Day 12学什么": ["第12天学什么", "day 12 学什么呢", "第十二天学什么内容"],
    "备件缺货怎么办": ["配件缺货怎么办", "备件缺货了怎么处理", "备件缺货的时候应该怎么办", "備件缺貨該怎麼辦?"],
    "门店的代步车怎么借": ["4S店的代步车怎么借", "门店代步车如何借", "怎么借门店的代步车"],
    "投诉要在几小时内回复": [
        "投诉需要在几个小时内回复",
        "投诉要在多少小时内回复?",
        "投诉要几小时内回复",
        "客户投诉要在几小时内回复",
    ],
    "谁负责月度盘点": ["月度盘点谁负责", "月度盘点由谁负责?", "请问月度盘点是谁负责的"],
    "为什么要做神秘客户检核": ["为什么要做神秘顾客检核", "为啥要做神秘客户检核", "为什么做神秘客户检核呢?"],
    "平衡计分卡的权重上限是多少": ["BSC的权重上限是多少", "平衡计分卡权重上限多少", "平衡计分卡的权重上限是多少呀?"],
    "周报什么时候交": ["周报何时交", "什么时候交周报", "周报要什么时候交?"],
    "新员工试用期多长": ["新员工试用期多久", "新员工的试用期有多长时间", "新员工试用期是多久呢"],
    "高压电车辆维修要什么证": ["高压电车辆维修需要什么证"],
    "NPS是什么": ["净推荐值是什么", "NPS是什么意思", "什么是NPS?", "What is NPS"],
    "投诉15%的预留比例指什么": ["投诉15%的预留比例是什么意思"],
    "休息区的杂志多久换一次": ["休息区杂志多长时间换一次", "客休区的杂志多久换一次?", "休息区的杂志多久更换一次"],
    "洗车收费吗": ["洗车收不收费", "洗车要收费吗"],
    "加班调休怎么申请": ["怎么申请加班调休", "加班调休如何申请", "加班调休的申请流程是什么"],
    "门店WiFi密码是多少": ["门店wifi密码是什么", "门店的WIFI密码"],
    "试驾车可以借给客户吗": ["能把试驾车借给客户吗", "試駕車可不可以借給客戶"],
    "夜间救援的电话是多少": ["夜间救援电话多少", "请问夜间救援的电话是什么"],
    "工作服多久发一次": ["工作服多长时间发一次", "多久发一次工作服"],
    "旧件保留几天": ["旧件要保留多少天", "旧件需要保留几天呢?"],
    "客户拒签委托书怎么办": ["客户拒签委托书该如何处理"],
    "谁可以批准工时费打折": ["工时费打折谁可以批准", "工时费打折由谁批准"],
    "考试不及格能补考吗": ["考试不及格可以补考吗", "考试不及格能不能补考"],
    "返修率的公式": ["返修率怎么计算的"],
    "how is rework rate calculated": ["what is the formula for rework rate"],
    "钣喷车间有哪些安全要求": ["钣喷车间的安全要求有哪些", "钣喷车间的安全要求是什么"],
    "保修期内换电池收钱吗": ["保修期内换电池要不要收钱"],
    "5S检查几点开始": ["5S检查什么时候开始"],
    "夏季服务活动的预算上限是多少": ["夏季服务活动预算上限是多少?"],
}
DIFFERENT = {
    "第2步的目标是什么": ["第3步的目标是什么", "第二步的管控要点是什么", "第12步的目标是什么", "第2天的目标是什么"],
    "首次修复率怎么算": [
        "返修率怎么算",
        "准时交车率怎么算",
        "首次修复率的目标是多少",
        "首次修复率怎么提高",
        "首次修复率低怎么办",
        "为什么首次修复率低",
        "首次修复率是什么意思",
        "首次修复台次怎么算",
        "备件满足率怎么算",
    ],
    "客户进店多久内要有人接待": [
        "客户离店多久内要有人回访",
        "客户来电多久内要有人接听",
        "客户进店由谁接待",
        "客户进店为什么要有人接待",
        "预约客户进店多久内要有人接待",
        "客户进店要有几个人接待",
        "客户进店没有人接待怎么办",
        "客户进店多久内不要有人接待",
    ],
    "八步流程有哪些步骤": [
        "八步流程有哪些目标",
        "七步流程有哪些步骤",
        "投诉流程有哪些步骤",
        "八步流程为什么有这些步骤",
    ],
    "Day 12学什么": ["Day 13学什么", "Day 12的作业是什么", "Week 12学什么"],
    "备件缺货怎么办": ["备件积压怎么办", "备件缺货怎么登记", "备件缺货率怎么算", "备件为什么缺货", "备件到货怎么办"],
    "门店的代步车怎么借": ["门店的代步车怎么还", "门店的试驾车怎么借", "门店的代步车谁能借", "门店的代步车能借多久"],
    "投诉要在几小时内回复": ["投诉要在几天内关闭", "投诉要在几小时内上报", "重大投诉要在几小时内回复", "投诉由谁回复"],
    "投诉24小时内要做什么": ["投诉48小时内要做什么", "投诉72小时内要做什么"],
    "一级投诉怎么处理": ["二级投诉怎么处理"],
    "A类备件多久盘点一次": ["B类备件多久盘点一次"],
    "谁负责月度盘点": ["谁负责年度盘点", "月度盘点怎么做", "月度盘点什么时候做", "谁负责月度报表"],
    "为什么要做神秘客户检核": ["怎么做神秘客户检核", "为什么要做客户回访", "多久做一次神秘客户检核"],
    "平衡计分卡的权重上限是多少": [
        "平衡计分卡的权重下限是多少",
        "平衡计分卡的指标上限是多少",
        "平衡计分卡的权重怎么定",
    ],
    "周报什么时候交": ["月报什么时候交", "周报交给谁", "周报怎么写"],
    "新员工试用期多长": ["新员工培训期多长", "新经理试用期多长", "新员工试用期工资多少"],
    "高压电车辆维修要什么证": ["高压电车辆检测要什么证", "钣喷维修要什么证"],
    "NPS是什么": ["CSI是什么", "NPS怎么算", "为什么用NPS"],
    "投诉15%的预留比例指什么": ["投诉25%的预留比例指什么"],
    "休息区的杂志多久换一次": ["休息区的茶水多久换一次", "洗手间多久打扫一次"],
    "洗车收费吗": ["停车收费吗", "洗车收费多少", "为什么洗车收费"],
    "洗车免费吗": ["洗车收费吗"],
    "加班调休怎么申请": ["加班费怎么申请", "加班调休谁审批"],
    "加班调休可以申请吗": ["加班调休不可以申请吗"],
    "门店WiFi密码是多少": ["门店WiFi名称是什么", "系统登录密码是多少"],
    "先行指标有哪些": ["结果指标有哪些"],
    "整理是什么意思": ["整顿是什么意思"],
    "内返怎么统计": ["外返怎么统计"],
    "客户满意度怎么算": ["员工满意度怎么算"],
    "首保怎么提醒": ["定保怎么提醒"],
    "雨天客户没带伞怎么接待": ["雪天客户没带伞怎么接待"],
    "试驾车可以借给客户吗": ["试驾车可以借给员工吗", "试驾车借给客户要什么手续"],
    "夜间救援的电话是多少": ["日间救援的电话是多少", "夜间救援的费用是多少"],
    "工作服多久发一次": ["工作服多久洗一次"],
    "旧件保留几天": ["新件保留几天", "旧件保留在哪里", "索赔旧件保留几天"],
    "客户拒签委托书怎么办": ["客户丢了委托书怎么办"],
    "谁可以批准工时费打折": ["谁可以批准备件打折", "工时费可以打几折"],
    "考试不及格能补考吗": ["考试不及格能补考几次", "考试缺考能补考吗", "考试及格能补考吗"],
    "返修率的公式": ["返修台次的公式"],
    "how is rework rate calculated": ["how is first time fix rate calculated"],
    "钣喷车间有哪些安全要求": ["机修车间有哪些安全要求", "钣喷车间有哪些环保要求"],
    "保修期内换电池收钱吗": ["保修期外换电池收钱吗", "保修期内换轮胎收钱吗"],
    "5S检查几点开始": ["5S检查几点结束"],
    "夏季服务活动的预算上限是多少": ["冬季服务活动的预算上限是多少", "夏季服务活动的人数上限是多少"],
    "员工投诉客户怎么办": ["客户投诉员工怎么办"],
    "内部培训由谁组织": ["外部培训由谁组织"],
    "第一季度目标是多少": ["第二季度目标是多少"],
    "一级门店的标准是什么": ["门店的标准是什么"],
    "上午几点开门": ["下午几点开门"],
    "月度会议谁主持": ["月度会议谁参加", "周例会谁主持"],
    "洗车工能加班吗": ["洗车工不能加班吗"],
    "备件周转率怎么算": ["备件周转天数怎么算"],
    "预约率的目标是多少": ["预约成功率的目标是多少"],
    "先修车后付款吗": ["先付款后修车吗"],
}


def pairs(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(one, other) for one, others in table.items() for other in others]


def row(number: int, question: str) -> FaqRow:
    return FaqRow(number, question, f"答案{number}", "李督导", NOW, 0)


class Counted:
    """The bundled model, counting what it is asked."""

    def __init__(self) -> None:
        self._model = BundledEmbeddings(prepare(load(os.environ, Path("no such file")).models))
        self.asked: list[str] = []

    def query(self, text: str) -> NDArray[np.float32]:
        self.asked.append(text)
        return self._model.query(text)


@pytest.fixture(scope="module")
def model() -> Counted:
    return Counted()


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    glossary = load_glossary(Path(knowledge.__file__).parent / "glossary.yaml")
    return Analyzer(glossary.groups, glossary.spoken)


@pytest.fixture
def faqs(analyzer: Analyzer, model: Counted) -> Faqs:
    return Faqs(analyzer, model)


@pytest.mark.parametrize(("one", "other"), pairs(SAME))
def test_the_same_question_in_other_words_gets_the_curated_answer(faqs: Faqs, one: str, other: str) -> None:
    for known, asked in ((one, other), (other, one)):
        faqs.load([row(1, known)])
        assert faqs.match(asked) == row(1, known)


@pytest.mark.parametrize(("one", "other"), pairs(DIFFERENT))
def test_a_question_that_only_looks_alike_does_not(faqs: Faqs, one: str, other: str) -> None:
    for known, asked in ((one, other), (other, one)):
        faqs.load([row(1, known)])
        assert faqs.match(asked) is None


def test_there_are_at_least_sixty_pairs_of_both_kinds() -> None:
    assert min(len(pairs(SAME)), len(pairs(DIFFERENT))) >= 60


def test_among_many_curated_questions_each_finds_its_own(faqs: Faqs) -> None:
    questions = list(SAME)
    faqs.load([row(number, question) for number, question in enumerate(questions)])
    found = [(faqs.match(variant), row(questions.index(one), one)) for one, variant in pairs(SAME)]
    assert all(match == wanted for match, wanted in found)


def test_the_very_question_wins_over_one_in_other_words(faqs: Faqs) -> None:
    faqs.load([row(1, "首次修复率怎么算"), row(2, "首次修复率的公式是什么")])
    assert faqs.match("首次修复率的公式是什么?") == row(2, "首次修复率的公式是什么")
    assert faqs.match("首次修复率怎么算") == row(1, "首次修复率怎么算")


def test_without_curated_questions_nothing_matches_and_nothing_is_embedded(faqs: Faqs, model: Counted) -> None:
    model.asked.clear()
    assert faqs.match("首次修复率怎么算") is None
    assert model.asked == []


def test_a_question_is_embedded_only_when_its_words_leave_doubt(faqs: Faqs, model: Counted) -> None:
    faqs.load([row(1, "谁负责月度盘点")])
    model.asked.clear()
    assert faqs.match("请问是谁负责月度盘点?")
    assert faqs.match("返修率怎么算") is None
    assert model.asked == []
    assert faqs.match("月度盘点谁负责")
    assert len(model.asked) == 1


def test_only_new_curated_questions_are_embedded_on_loading(faqs: Faqs, model: Counted) -> None:
    faqs.load([row(1, "谁负责月度盘点")])
    model.asked.clear()
    faqs.load([row(1, "谁负责月度盘点"), row(2, "周报什么时候交")])
    assert model.asked == ["周报什么时候交"]


def test_a_forgotten_question_matches_no_more(faqs: Faqs) -> None:
    faqs.load([row(1, "谁负责月度盘点")])
    faqs.load([])
    assert faqs.match("谁负责月度盘点") is None


@pytest.mark.parametrize("known", ["为什么", "?", "怎么办", "什么是"])
@pytest.mark.parametrize("asked", ["怎么做", "为什么呢", "多少", "!", "什么"])
def test_questions_of_asking_words_alone_match_only_themselves(faqs: Faqs, known: str, asked: str) -> None:
    faqs.load([row(1, known)])
    assert faqs.match(known)
    assert faqs.match(f"{asked}备件缺货") is None


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("首次修复率怎么算", {"formula"}),
        ("周报何时交", {"when"}),
        ("谁负责", {"who"}),
        ("收不收费", {"yes"}),
        ("为什么要做5s", {"why"}),
        ("投诉要在几小时内回复", {"length"}),
        ("八步流程有哪些步骤", {"what"}),
        ("首次修复率", set()),
    ],
)
def test_what_kind_of_question_it_is(question: str, kinds: set[str]) -> None:
    assert gist(question).kinds == kinds


async def test_a_curated_answer_is_live_at_once_and_says_who_wrote_it(tmp_path: Path) -> None:
    async with opened(load(os.environ, Path("no such file"), home=tmp_path, handbook=False)) as app:
        assert not (await app.desk.ask("旧件保留几天")).answered
        await app.desk.write_faq("旧件保留几天", "30天,客户要求带走的除外。", "李督导", NOW)
        answer = await app.desk.ask("请问旧件要保留多少天呢?")
        assert (answer.answered, answer.text, answer.citations) == (True, "30天,客户要求带走的除外。", ())
        assert answer.faq is not None
        assert (answer.faq.author, answer.faq.written_at) == ("李督导", NOW)
        assert not (await app.desk.ask("新件保留几天")).answered
        assert await app.desk.forget_faq(answer.faq.id)
        assert not (await app.desk.ask("旧件保留几天")).answered


async def test_questions_that_ask_the_same_are_put_together(house: Opens, own_home: Path) -> None:
    asked = ["第2步的目标是什么", "精洗要多久", "第3步的目标是什么", "精洗需要多长时间?", "门店几点开门", "精洗要多久"]
    asked.append("第二步目标是什么")
    async with house(own_home) as app:
        groups = grouped(app.desk.answerer.search, [Complaint(logged(text), "") for text in asked])
    assert [[one.question.text for one in group] for group in groups] == [
        ["精洗要多久", "精洗需要多长时间?", "精洗要多久"],
        ["第2步的目标是什么", "第二步目标是什么"],
        ["第3步的目标是什么"],
        ["门店几点开门"],
    ]


def logged(text: str) -> QuestionRow:
    return QuestionRow(NOW, "cli", "cli", "小林", text, text, False, "不知道", 0.1)
