"""/causes: which analyses there are, one of them, its versions and files, and the root causes found most often."""

import io
import json
import random
import re
import zipfile
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import Opens
from docx import Document
from findings import CHAIN, WHAT, fished, retold, tree, whyed
from photographs import jpeg, scene
from pypdf import PdfReader
from sqlalchemy import insert
from talking import Clock, Talk, store

from bot.app import App
from handlers import flow
from handlers.causes import browsing as causes
from handlers.causes import card as causes_card
from handlers.causes.analysing import NOT_HERE
from handlers.roles import NOT_YOURS
from knowledge.cause.alike import SAME, alike, heaped
from knowledge.cause.stored import tree_values
from records.action import Action
from records.actions import Actions
from records.analyses import BACK, DONE, WHY, Analyses, Analysis
from records.photos.keeping import Photo, Photos
from records.stores import Store
from records.tables import analysis

NOON = datetime(2026, 5, 4, 4, tzinfo=UTC)


@dataclass
class Shelf:
    """A supervisor of two stores, and a third that is not theirs."""

    app: App
    clock: Clock
    boss: Talk
    here: Store
    there: Store
    far: Store

    async def why(self, made: str = CHAIN[-1], what: str = WHAT, at: Store | None = None, **more: bool) -> Analysis:
        self.clock.on(minutes=1)
        return await whyed(self.app, await self.boss.who(), at or self.here, tree(made, what), **more)


@pytest.fixture
async def shelf(own_home: Path, house: Opens) -> AsyncIterator[Shelf]:
    async with house(own_home) as app:
        clock = app.turns.now = Clock(NOON)
        app.turns.per_minute = 1000
        here, there = await store(app), await store(app, "SH-02", "虹桥店")
        boss = Talk(app, "c1", person="老周")
        await boss.be("supervisor", here, there)
        yield Shelf(app, clock, boss, here, there, await store(app, "BJ-01", "机密店"))


def mending(shelf: Shelf, one: Analysis) -> Action:
    """An action that was made of an analysis."""
    of = {"source": "cause", "source_id": one.id, "measure": "每 80 小时换一次"}
    return Action(shelf.here.id, "把滤棉写进保养计划", NOON + timedelta(days=2), NOON, None, **of)  # type: ignore[arg-type]


def ways(chat: Talk) -> list[str]:
    return [one.text for one in chat.buttons]


async def file_of(chat: Talk) -> bytes:
    [file] = chat.replies[0].files
    return await chat.app.turns.files.get(file.ref)


async def pdf_text(chat: Talk) -> str:
    pages = PdfReader(io.BytesIO(await file_of(chat))).pages
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pages))


# The list


async def test_analyses_of_ones_own_stores_are_listed_the_latest_first(shelf: Shelf) -> None:
    assert await shelf.boss.say("/causes") == causes.NONE.format(scope="您名下 2 家门店", when="", words="")
    await shelf.why(what="NPS 下滑")
    await shelf.why(at=shelf.there, finished=False)
    await shelf.why(what="机密问题", at=shelf.far)
    said = await shelf.boss.say("/causes")
    assert said.splitlines()[0] == "您名下 2 家门店的分析 2 份。"
    assert said.splitlines()[2:] == [
        f"1. **{WHAT}**（虹桥店）· 5Why · 分析中 · 2026-05-04",
        "2. **NPS 下滑**（浦东店）· 5Why · 已完成 · 2026-05-04",
    ]


async def test_the_list_is_narrowed_by_store_and_by_words_of_the_symptom(shelf: Shelf) -> None:
    await shelf.why(what="返修 异响多")
    await shelf.why(what="返修 漏油多", at=shelf.there)
    await shelf.why(what="NPS 下滑", at=shelf.there)
    said = await shelf.boss.say("/causes 返修")
    assert "的分析 2 份，问题里有“返修”的。" in said
    assert "NPS" not in said
    await shelf.boss.press("按门店看")
    assert ways(shelf.boss) == ["浦东店（1）", "虹桥店（1）", "全部门店"]
    said = await shelf.boss.press("虹桥店")
    assert "漏油" in said
    assert "异响" not in said
    await shelf.boss.press("不限症状")
    await shelf.boss.press("按症状找")
    assert "NPS" in await shelf.boss.say("nps 下滑")
    assert "虹桥店的分析 1 份" in shelf.boss.replies[0].text


async def test_long_words_and_many_analyses_stay_within_what_buttons_hold(shelf: Shelf) -> None:
    for number in range(11):
        await shelf.why(what=f"返修率高得很厉害的第{number}个问题")
    await shelf.boss.say("/causes " + "返修率高得很厉害的第" * 3)
    await shelf.boss.say("/causes 返修率高得很厉害的第")
    assert "1. " in shelf.boss.replies[0].text
    said = await shelf.boss.press("下一页")
    assert "9. **返修率高得很厉害的第2个问题**" in said
    assert "下一页" not in ways(shelf.boss)
    assert "1. **" in await shelf.boss.press("上一页")


# One of them


async def test_a_card_says_what_was_found_and_leads_to_everything_made_of_it(shelf: Shelf) -> None:
    one = await shelf.why()
    async with shelf.app.database.write() as connection:
        await Actions(connection).make(mending(shelf, one))
    await shelf.boss.say("/causes")
    said = await shelf.boss.press("1. 9 月返修率")
    for words in ("门店：浦东店", "状态：已完成", f"根因：{CHAIN[-1]}（根因，已证实）", "没问完：1 处", "做完过：1 次"):
        assert words in said
    assert "整改：把滤棉写进保养计划（待认领）" in said
    assert {"看图", "再打开", "PDF 报告", "XMind", "看以前的版本", "整改：把滤棉写进保养计划"} <= set(ways(shelf.boss))
    assert "把滤棉写进保养计划" in await shelf.boss.press("整改：")
    await shelf.boss.act(f"causes:one:{one.id}")
    assert "为什么" in await shelf.boss.press("再打开")


async def test_a_fishbone_and_the_5_why_that_came_of_it_lead_to_each_other(shelf: Shelf) -> None:
    fish = await fished(shelf.app, await shelf.boss.who(), shelf.here)
    await shelf.boss.act(f"fish:into:{fish.id}:1,2")
    said = await shelf.boss.act(f"causes:one:{fish.id}")
    assert "最可能：完工后没有路试（1 票）" in said
    await shelf.boss.press("5Why：")
    assert "办法：5Why" in shelf.boss.replies[0].text
    await shelf.boss.press("鱼骨图：")
    assert "办法：鱼骨图" in shelf.boss.replies[0].text


async def test_finished_versions_are_seen_as_they_were(shelf: Shelf) -> None:
    one = await shelf.why()
    shelf.clock.on(days=3)
    await retold(shelf.app, one, "滤棉没有库存")
    await shelf.boss.act(f"causes:one:{one.id}")
    await shelf.boss.press("看以前的版本")
    assert ways(shelf.boss)[:2] == ["第 2 版 · 2026-05-07 12:01", "第 1 版 · 2026-05-04 12:01"]
    assert "第 1 版" in await shelf.boss.press("第 1 版")
    assert shelf.boss.replies[0].files[0].media_type == "image/png"
    await shelf.boss.press("Mermaid")
    assert CHAIN[-1] in (await file_of(shelf.boss)).decode()
    await shelf.boss.act(f"drawing:mmd:{one.id}")
    assert "滤棉没有库存" in (await file_of(shelf.boss)).decode()
    assert await shelf.boss.act(f"causes:was:{one.id}:77") == NOT_HERE
    assert await shelf.boss.act(f"drawing:paper:{one.id}:77") == NOT_HERE


async def test_a_filled_in_guide_is_listed_and_read_again(shelf: Shelf) -> None:
    await shelf.boss.say("/guides")
    await shelf.boss.press("SCQA")
    for _ in range(40):
        choice = next(
            (
                one
                for one in shelf.boss.buttons
                if one.action.startswith("flow:") and one.text not in ("先放下", "上一步")
            ),
            None,
        )
        if any(one.action.startswith("guide:") for one in shelf.boss.buttons):
            break
        await (shelf.boss.act(choice.action) if choice else shelf.boss.say("九月返修率从 3% 升到 6.2%，客户抱怨增多。"))
    await shelf.boss.say("/causes")
    assert "SCQA" in shelf.boss.replies[0].text
    await shelf.boss.press("1. ")
    assert "九月返修率" in shelf.boss.replies[0].text
    assert {"PDF", "Word"} <= set(ways(shelf.boss))


# Files


async def test_the_report_says_all_there_is_in_pdf_and_word(shelf: Shelf) -> None:
    async with shelf.app.database.write() as connection:
        ref = await shelf.app.turns.files.put(jpeg(scene(1)))
        photo = Photo(ref, ref, ref, shelf.here.id, None, NOON, 800, 600)
        number = await Photos(connection).add(photo, b"\0" * 8)
    one = await whyed(shelf.app, await shelf.boss.who(), shelf.here, tree(photos=(number,)))
    async with shelf.app.database.write() as connection:
        await Actions(connection).make(mending(shelf, one))
    await shelf.boss.act(f"causes:one:{one.id}")
    await shelf.boss.press("PDF 报告")
    expected = (
        WHAT, "车间钣喷", "返修率 6.2%（目标 3%）", f"{CHAIN[-1]}（根因，已证实，证据 1 份）",
        f"因为{CHAIN[-1]}，因此{CHAIN[1]}。", f"因为{CHAIN[0]}，因此{WHAT}。", "保养计划里查不到滤棉，照片 1 张",
        "油漆批次不良", "换批次后仍有颗粒", "已排除", "质检表没有漆面颗粒一项", "为何没发现", "把滤棉写进保养计划",
        "每 80 小时换一次", "待认领", "老周", "浦东店", "2026-05-04 12:00", "第 1 版",
    )  # fmt: skip
    text = await pdf_text(shelf.boss)
    for words in expected:
        assert words.replace(" ", "") in text, words
    pages = PdfReader(io.BytesIO(await file_of(shelf.boss))).pages
    assert sum(len(page.images) for page in pages) == 1
    assert shelf.boss.replies[0].files[0].name == "5Why-浦东店-9 月返修率从 3% 升到 6.2%-2026-05-04.pdf"
    await shelf.boss.act(f"drawing:word:{one.id}")
    word = Document(io.BytesIO(await file_of(shelf.boss)))
    written = "\n".join(node.text or "" for node in word.element.body.iter("{*}t"))
    flat = re.sub(r"\s", "", written)
    for words in expected:
        assert words.replace(" ", "") in flat, words
    assert len(word.inline_shapes) >= 2


async def test_a_fishbone_has_its_forms_and_its_report(shelf: Shelf) -> None:
    fish = await fished(shelf.app, await shelf.boss.who(), shelf.here)
    for form, kind in (
        ("pdf", "application/pdf"),
        ("svg", "image/svg+xml"),
        ("xmind", "application/vnd.xmind.workbook"),
    ):
        await shelf.boss.act(f"drawing:{form}:{fish.id}")
        assert shelf.boss.replies[0].files[0].media_type == kind
    workbook = zipfile.ZipFile(io.BytesIO(await file_of(shelf.boss)))
    assert "工序卡没有写" in json.dumps(json.loads(workbook.read("content.json")), ensure_ascii=False)
    await shelf.boss.act(f"drawing:paper:{fish.id}")
    text = await pdf_text(shelf.boss)
    for words in ("完工后没有路试（法，1票）", "└工序卡没有写", "质检员少", "鱼骨图分析报告"):
        assert words in text, words
    assert await shelf.boss.act(f"drawing:exe:{fish.id}") == flow.OVER


# What recurs


async def test_the_most_frequent_root_causes_are_drawn_and_said(shelf: Shelf) -> None:
    assert "还没有根因" in await shelf.boss.act("causes:top:0:0:")
    for root, at in (
        ("滤棉更换没有写进保养计划", shelf.here),
        ("滤棉更换没写进保养计划", shelf.there),
        ("路试没有要求", shelf.here),
        ("滤棉更换没有写进保养计划", shelf.here),
    ):
        await shelf.why(root, at=at)
    await shelf.why("机密根因", at=shelf.far)
    await shelf.why("没做完的根因", finished=False)
    await shelf.boss.say("/causes")
    said = await shelf.boss.press("高频根因")
    assert "做完的分析 4 份，根因 2 种" in said
    assert "1. 滤棉更换没有写进保养计划：3 次\n2. 路试没有要求：1 次" in said
    assert shelf.boss.replies[0].files[0].media_type == "image/png"
    assert "根因 1 种" in await shelf.boss.act(f"causes:top:{shelf.there.id}:0:")


def test_one_analysis_counts_once_in_however_many_wordings() -> None:
    [counted] = causes_card.frequent([(1, 7, "滤棉更换没有写进保养计划"), (1, 7, "滤棉更换没写进保养计划")])
    assert (counted.times, counted.stores, counted.wordings) == (1, 1, 2)


async def test_the_list_and_the_causes_are_of_a_period(shelf: Shelf) -> None:
    shelf.clock.now = datetime(2025, 12, 30, 4, tzinfo=UTC)
    await shelf.why("滤棉没进保养计划", what="去年的问题")
    shelf.clock.now = datetime(2026, 1, 20, 4, tzinfo=UTC)
    late = await shelf.why("路试没有要求", what="一月的问题", finished=False)
    shelf.clock.now = datetime(2026, 3, 20, 4, tzinfo=UTC)
    await shelf.why("备件岗位没排班", what="三月的问题")
    shelf.clock.now = datetime(2026, 4, 30, 16, tzinfo=UTC)  # the first of May in Shanghai
    await shelf.why("洗车没有看板", what="五月的问题")
    shelf.clock.now = NOON
    async with shelf.app.database.write() as connection:
        assert await Analyses(connection).finish(late, late.person_id or 0, NOON)
    assert "的分析 4 份" in await shelf.boss.say("/causes")
    for period, n in {"本月": 1, "近三个月": 2, "今年": 3}.items():
        assert f"您名下 2 家门店{period}开始的分析 {n} 份" in await shelf.boss.press(period)
        assert period not in ways(shelf.boss)
    assert "您名下 2 家门店的分析 4 份" in await shelf.boss.press("不限时间")
    await shelf.boss.press("本月")
    await shelf.boss.press("按门店看")
    await shelf.boss.press("浦东店（1）")
    await shelf.boss.press("按症状找")
    assert "浦东店本月开始的分析 1 份，问题里有“五月”的" in await shelf.boss.say("五月")
    await shelf.boss.press("不限症状")
    said = await shelf.boss.press("高频根因")
    assert "浦东店本月做完的分析 2 份，根因 2 种" in said
    assert "根因 4 种" in await shelf.boss.press("不限时间")
    assert "路试没有要求" in await shelf.boss.press("本月")
    assert "备件岗位没排班" not in shelf.boss.replies[0].text
    assert "本月开始的分析" in await shelf.boss.press("回到列表")
    shelf.clock.now = datetime(2026, 6, 2, 4, tzinfo=UTC)
    assert "浦东店本月还没有分析" in await shelf.boss.act(f"causes:list:{shelf.here.id}:0:m:")


async def test_all_are_counted_however_many_there_are(shelf: Shelf) -> None:
    person = await shelf.boss.who()
    made = tree_values(tree("滤棉更换没有写进保养计划"))
    async with shelf.app.database.write() as connection:
        for number in range(620):
            row = {
                "kind": WHY, "store_id": shelf.here.id, "person_id": person.id, "title": f"第{number}个",
                "content": made, "state": DONE, "version": 2, "created_at": NOON, "updated_at": NOON, "done_at": NOON,
            }  # fmt: skip
            await connection.execute(insert(analysis).values(row))
    assert "的分析 620 份" in await shelf.boss.say("/causes")
    await shelf.boss.act("causes:list:0:616::")
    assert "617. **第" in shelf.boss.replies[0].text
    assert "下一页" not in ways(shelf.boss)
    await shelf.boss.act("causes:stores:0:0::")
    assert ways(shelf.boss) == ["浦东店（620）", "全部门店"]
    said = await shelf.boss.act("causes:top:0:0::")
    assert "做完的分析 620 份，根因 1 种" in said
    assert "滤棉更换没有写进保养计划：620 次" in said


def test_whatever_is_said_heaps_are_those_that_comparing_all_gives() -> None:
    dice = random.Random(5)
    words = ["滤棉", "更换", "没有", "写进", "保养", "计划", "备件", "岗位", "排班", "质检", "培训", "新人", "3", ""]
    said = [("".join(dice.choices(words, k=dice.randint(1, 5))), dice.randint(1, 40)) for _ in range(400)]
    heads: dict[str, set[int]] = {}
    for text, _ in Counter(text for text, _ in said).most_common():
        best = max(heads, key=lambda head: alike(head, text), default=None)
        mine = best if best is not None and alike(best, text) >= SAME else text
        heads.setdefault(mine, set()).update(of for one, of in said if one == text)
    assert {heap.text: set(heap.of) for heap in heaped(said)} == heads


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("预约信息没有传到备件岗位", "预约信息没传到备件岗", True),
        ("没有培训计划", "没有培训", True),
        ("滤棉更换没有写进保养计划", "滤棉更换没写进保养计划", True),
        ("备件岗位没有排班", "质检岗位没有排班", False),
        ("新人没有培训", "新人没有考核", False),
        ("备件没有库存", "备件没有盘点", False),
    ],
)
def test_other_words_for_the_same_cause_are_told_from_other_causes(one: str, other: str, same: bool) -> None:
    assert (len(heaped([(one, 1), (other, 2)])) == 1) == same


# Whose it is


@pytest.mark.parametrize("role", ["supervisor", "staff", "trainee"])
async def test_nobody_of_another_store_learns_of_an_analysis(shelf: Shelf, role: str) -> None:
    why = await shelf.why("机密根因", what="机密问题")
    fish = await fished(shelf.app, await shelf.boss.who(), shelf.here)
    other = Talk(shelf.app, "c9", person="外店")
    await other.be(role, shelf.far)
    actions = [f"causes:{verb}:{one.id}" for verb in ("one", "versions") for one in (why, fish)]
    actions += [f"causes:was:{why.id}:1", f"causes:list:{shelf.here.id}:0:", f"causes:top:{shelf.here.id}:0:"]
    actions += [
        f"drawing:{form}:{one.id}" for form in ("pdf", "svg", "xmind", "mmd", "paper", "word") for one in (why, fish)
    ]
    actions += [
        f"{kind}:{verb}:{why.id}" for kind in ("why", "fish") for verb in ("see", "done", "board", "at", "finish")
    ]
    actions += [f"cause:go:{one.id}" for one in (why, fish)]
    for action in actions:
        said = await other.act(action)
        assert said in (NOT_HERE, NOT_YOURS, causes.NO_STORES, "这一条已经不在了。", flow.OVER), action
        assert "机密" not in said
        assert other.replies[0].files == ()
    if role == "supervisor":
        assert await other.say("/causes") == causes.NONE.format(scope="机密店", when="", words="")


async def test_staff_of_the_team_take_files_but_do_not_read_the_list(shelf: Shelf) -> None:
    why = await shelf.why()
    staff = Talk(shelf.app, "c8", person="小李")
    me = await staff.be("staff", shelf.here)
    assert await staff.act(f"drawing:mmd:{why.id}") == NOT_HERE
    async with shelf.app.database.write() as connection:
        await Analyses(connection).join(why.id, me.id)
    await staff.act(f"drawing:mmd:{why.id}")
    assert CHAIN[-1] in (await file_of(staff)).decode()
    assert await staff.say("/causes") == NOT_YOURS
    assert await staff.act(f"causes:one:{why.id}") == NOT_YOURS


async def test_what_came_back_is_said(shelf: Shelf) -> None:
    one = await shelf.why()
    async with shelf.app.database.write() as connection:
        assert await Analyses(connection).state(one, BACK, NOON)
    assert "状态：又发生了" in await shelf.boss.act(f"causes:one:{one.id}")
    assert "接着做" in ways(shelf.boss)
