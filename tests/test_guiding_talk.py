"""Every guide walked to its end in talk: its paper, PDF and Word, actions with their dates, going back, a restart."""

import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pypdf
import pytest
from checks import Visit, Visitor, visiting
from conftest import Opens, loaded
from diagrams_read import nested, of_mermaid
from docx import Document
from test_guides import GUIDES
from test_guides import answer as answered

from bot.app import App, opened
from handlers.causes import guide_card, guide_prompt, guiding
from handlers.causes.analysing import NOT_HERE
from handlers.causes.card import OLD
from handlers.causes.guide_change import CHANGED, MEANWHILE, NO_SUCH
from handlers.causes.guide_paper import drawn_in
from handlers.day import day_of
from handlers.flow import BACK, GO_ON, LATER
from handlers.roles import NOT_YOURS
from knowledge.guide import Guide, Step
from knowledge.guide_result import result
from knowledge.guide_walk import Ask, advance, questions, values
from knowledge.paper import Breakdown
from records.actions import Actions, Which
from records.analyses import DONE, Analyses, Analysis, Sought
from records.conversations import Conversations
from reports.diagrams.of_paper import sheet_of

WALKED = {key: one for key, one in GUIDES.items() if key not in ("5-why", "fishbone")}
every = pytest.mark.parametrize("guide", WALKED.values(), ids=list(WALKED))
CAUSES = "备件没有提前准备\n- 预约没有传到备件\n-- 系统里没有这个字段\n交车前没有路试"


@pytest.fixture
async def app(own_home: Path, house: Opens) -> AsyncIterator[App]:
    async with house(own_home) as opened_app:
        yield opened_app


@pytest.fixture
async def visit(app: App) -> Visit:
    visit = await visiting(app)
    await visit.take_away(visit.boss, visit.there)
    return visit


async def kept(app: App) -> list[Analysis]:
    """Every finished guide, the oldest first."""
    async with app.database.read() as connection:
        return sorted(await Analyses(connection).all(Sought(kinds=tuple(WALKED))), key=lambda one: one.id)


async def began(chat: Visitor, guide: Guide) -> str:
    await chat.say("/guides")
    return await chat.press(f"{guide.name}（")


async def say(chat: Visitor, guide: Guide, ask: Ask, longest: bool, seed: int) -> str:
    """What a person sends where this is asked, or taps."""
    said = answered(guide, ask, longest)
    match ask.kind:
        case _ if said is None:
            return await chat.tap(guide_prompt.SKIP)
        case "more":
            return await chat.tap(ask.choices[0] if said else ask.choices[1])
        case "choice":
            return await chat.tap(said)
        case "date":
            return await chat.say("昨天" if ask.step.when == "past" else "11-25")
        case "person":
            return await chat.tap("小李")
        case "photo":
            return await chat.photo(*range(seed, seed + int(ask.step.least or 1)))
        case "causes" | "bones":
            return await chat.say(CAUSES)
    return await chat.say(f"{said:g}" if isinstance(said, int | float) else said)


async def walked(visit: Visit, guide: Guide, longest: bool) -> list[str]:
    """Walk it; every text that was shown."""
    shown, seed = [await began(visit.boss, guide)], 1
    while True:
        [opened_] = await drafts(visit, guide)
        asked = advance(guide, opened_[1:])
        assert asked is not None
        assert asked.text.split("\n")[0] in shown[-1], (guide.key, asked.text)
        shown.append(await say(visit.boss, guide, asked, longest, seed))
        seed += 9
        if guiding.DONE in shown[-1]:
            return shown
        assert len(shown) < 200


async def drafts(visit: Visit, guide: Guide) -> list[list[object]]:
    """The answers of the guides that are not finished."""
    person = await visit.boss.who()
    async with visit.app.database.read() as connection:
        found = await Conversations(connection).drafts(person.id)
    return [one.state["answers"] for one in found if one.flow == "guide"]


@every
async def test_every_guide_is_walked_to_its_paper_and_its_files(visit: Visit, guide: Guide) -> None:
    shown = await walked(visit, guide, longest=False)
    [one] = await kept(visit.app)
    assert (one.kind, one.state, one.store_id) == (guide.key, DONE, visit.here.id)
    paper = result(guide, one.content["answers"])
    assert paper.title in shown[-1].replace("\\", "")
    assert "{" not in shown[-1]
    drawn = drawn_in(paper)
    assert [one.media_type for one in visit.boss.replies[0].files] == (["image/png"] if drawn else [])
    assert await visit.boss.act(f"guide:pdf:{one.id}")
    [pdf] = visit.boss.replies[0].files
    pages = pypdf.PdfReader(io.BytesIO(await visit.app.turns.files.get(pdf.ref))).pages
    assert "".join(paper.title.split()) in "".join("".join(page.extract_text() for page in pages).split())
    await visit.boss.act(f"guide:word:{one.id}")
    [word] = visit.boss.replies[0].files
    texts = [part.text for part in Document(io.BytesIO(await visit.app.turns.files.get(word.ref))).paragraphs]
    assert any(paper.title in text for text in texts)


async def test_an_issue_tree_is_drawn_for_the_phone_for_paper_and_for_other_tools(visit: Visit) -> None:
    guide, boss = WALKED["issue-tree"], visit.boss
    await walked(visit, guide, longest=False)
    [one] = await kept(visit.app)
    drawn = drawn_in(result(guide, one.content["answers"]))
    assert isinstance(drawn, Breakdown)
    assert [item.said for direction in drawn.items for item in direction.below] == ["重点查", "重点查"]
    made: dict[str, bytes] = {}
    for form in ("看图", "PDF 图", "SVG", "XMind", "Mermaid"):
        await boss.tap(form)
        made[form] = await visit.app.turns.files.get(boss.replies[0].files[0].ref)
        await boss.act(f"causes:one:{one.id}")
    assert made["看图"].startswith(b"\x89PNG") and made["XMind"].startswith(b"PK")
    [page] = pypdf.PdfReader(io.BytesIO(made["PDF 图"])).pages
    for text in ("进厂台次减少", "保养客户流失", "按流程先后", "重点查"):
        assert text in page.extract_text().replace("\n", ""), text
        assert text in made["SVG"].decode(), text
    assert of_mermaid(made["Mermaid"].decode()) == nested(sheet_of(drawn))


async def test_a_guide_without_a_picture_has_no_forms_of_one(visit: Visit) -> None:
    await walked(visit, WALKED["scqa"], longest=False)
    assert not {"看图", "SVG"} & {one.text for one in visit.boss.buttons}
    for form in ("see", "svg", "paper"):
        assert await visit.boss.act(f"drawing:{form}:1") == NOT_HERE


async def test_the_longest_way_through_8d_keeps_every_answer(visit: Visit) -> None:
    guide = WALKED["8d"]
    shown = await walked(visit, guide, longest=True)
    [one] = await kept(visit.app)
    assert advance(guide, one.content["answers"]) is None
    assert len(shown) > 30
    assert len(one.content["answers"]) == len(shown) - 1  # an answer to each prompt, and then the paper


async def test_going_back_asks_the_last_again_and_leaves_the_others(visit: Visit) -> None:
    guide, boss = WALKED["pdca"], visit.boss
    first = await began(boss, guide)
    second = await boss.say("客户等待时的进度告知")
    assert await boss.tap(BACK) == first
    assert await boss.say("客户等待时的告知") == second
    [answers] = await drafts(visit, guide)
    assert answers[1:] == ["客户等待时的告知"]


async def test_a_restart_and_a_change_of_device_go_on_where_it_stopped(own_home: Path) -> None:
    guide = WALKED["pdca"]
    async with opened(loaded(own_home)) as first:
        visit = await visiting(first)
        await visit.take_away(visit.boss, visit.there)
        await began(visit.boss, guide)
        asked = await visit.boss.say("客户等待时的进度告知")
    async with opened(loaded(own_home)) as second:
        boss = Visitor(second, "chat-老王", person="老王")
        assert asked in await boss.say(GO_ON)
        await boss.tap(LATER)
        await boss.say(GO_ON)
        assert asked in await boss.press("接着做：PDCA")


async def test_the_measures_become_actions_with_the_dates_that_were_typed(visit: Visit) -> None:
    guide, boss = WALKED["smart"], visit.boss
    shown = await walked(visit, guide, longest=False)
    assert shown
    assert "浦东店有" in await boss.tap(guide_card.ACTIONS)
    await boss.press("全部建")
    async with visit.app.database.read() as connection:
        made = await Actions(connection).all(Which())
    assert made
    assert {one.due_at.astimezone(visit.clock.now.tzinfo).strftime("%m-%d %H:%M") for one in made} == {"11-25 10:00"}
    assert {(one.source, one.source_id) for one in made} == {("cause", 1)}


async def test_a_date_in_any_words_is_read_and_what_is_none_is_asked_again(visit: Visit) -> None:
    guide, boss = WALKED["smart"], visit.boss
    await began(boss, guide)
    while True:
        [answers] = await drafts(visit, guide)
        asked = advance(guide, answers[1:])
        assert asked is not None
        if asked.kind == "date":
            break
        await say(boss, guide, asked, longest=False, seed=1)
    days = ("今天 05-04", "明天 05-05", "本周五 05-08", "一周后 05-11", "两周后 05-18", "月底 05-31", "下月底 06-30")
    assert tuple(boss.ways[: len(days)]) == days
    assert guide_prompt.NO_DATE in await boss.say("尽快")
    await boss.say("下周五")
    [after] = await drafts(visit, guide)
    assert after[:-1] == answers
    assert after[-1] == "2026-05-15"
    await boss.tap(BACK)
    visit.clock.on(days=1)
    await boss.say(GO_ON)
    await boss.tap("今天 05-05")
    [after] = await drafts(visit, guide)
    assert after[-1] == "2026-05-05"
    await boss.tap(BACK)
    await boss.say("今天")  # elsewhere the day's course
    [after] = await drafts(visit, guide)
    assert after[-1] == "2026-05-05"
    await boss.tap(BACK)
    await boss.say("我的门店")
    assert any("浦东店" in way for way in boss.ways)


@pytest.mark.parametrize(
    ("today", "when", "named"),
    [
        ("2026-05-04", "past", "今天 05-04，昨天 05-03，前天 05-02，上周五 05-01"),
        ("2026-05-09", "future", "今天 05-09，明天 05-10，一周后 05-16，两周后 05-23，月底 05-31，下月底 06-30"),
        ("2026-12-30", "future", "今天 12-30，明天 12-31，本周五 01-01，一周后 01-06，两周后 01-13，下月底 01-31"),
        ("2026-05-31", "any", "昨天 05-30，今天 05-31，明天 06-01，一周后 06-07"),
    ],
)
def test_the_usual_days_are_offered_each_once_and_none_that_would_be_refused(today: str, when: Any, named: str) -> None:
    asked = Ask(Step("day", "date", when=when), "date", "哪天？")
    shown = guide_prompt.prompt({"zone": "Asia/Shanghai", "today": today}, 0, asked)
    assert "，".join(choice.text for row in shown.choices for choice in row) == named


NOW = datetime(2026, 5, 4, 4, tzinfo=UTC)  # a Monday


@pytest.mark.parametrize(
    ("said", "past", "day"),
    [
        ("今天", True, "2026-05-04"), ("昨天", True, "2026-05-03"), ("前天", True, "2026-05-02"),
        ("上周五", True, "2026-05-01"), ("上上周日", True, "2026-04-26"), ("周三", True, "2026-04-29"),
        ("5-1", True, "2026-05-01"), ("11-25", True, "2025-11-25"), ("2026-11-25", True, "2026-11-25"),
        ("11-25", False, "2026-11-25"), ("昨天", False, "2026-05-03"), ("周三", False, "2026-05-06"),
        ("2月29日", True, None), ("尽快", True, None),
    ],
)  # fmt: skip
def test_days_are_read_as_people_say_them(said: str, past: bool, day: str | None) -> None:
    found = day_of(said, NOW, ZoneInfo("Asia/Shanghai"), past=past)
    assert (found.isoformat() if found else None) == day


async def test_a_finished_guide_is_changed_in_one_place_and_the_versions_stay(visit: Visit) -> None:
    boss = visit.boss
    await walked(visit, WALKED["scqa"], longest=False)
    [before] = await kept(visit.app)
    answers = before.content["answers"]
    said = await boss.tap(guide_card.CHANGE)
    assert "1. " in said
    assert NO_SUCH.format(n=len(answers)) in await boss.say("99")
    await boss.say("2")
    changed = await boss.say("返修的客户里，一半是同一种异响")
    assert CHANGED.format(n=2) in changed
    assert "一半是同一种异响" in changed
    [after] = await kept(visit.app)
    assert (after.id, after.state) == (before.id, DONE)
    assert after.content["answers"] == [answers[0], "返修的客户里，一半是同一种异响", *answers[2:]]
    await boss.act(f"causes:one:{before.id}")
    assert "2 次" in await boss.tap(OLD)
    was = await boss.press("第 1 版")
    assert "一半是同一种异响" not in was
    assert str(answers[1])[:10] in was


async def test_what_a_changed_answer_makes_necessary_is_asked_and_the_rest_stands(visit: Visit) -> None:
    boss = visit.boss
    await walked(visit, WALKED["smart"], longest=False)
    [before] = await kept(visit.app)
    guide, given = WALKED["smart"], list(before.content["answers"])
    asked_before = questions(guide, given)
    at = next(n for n, one in enumerate(asked_before) if (one.step.key, one.kind) == ("measures", "more"))
    said = await boss.tap(guide_card.CHANGE)
    more = next(line for line in said.split("\n") if line.endswith(f"：{asked_before[at].choices[1]}"))
    await boss.say(more.split(".")[0])
    await boss.tap(asked_before[at].choices[0])
    new = [*given[:at], True]
    while CHANGED.format(n=2) not in boss.replies[0].text:
        asked = advance(guide, new)
        assert asked is not None
        await say(boss, guide, asked, longest=False, seed=1)
        new.append(answered(guide, asked, False))
    [after] = await kept(visit.app)
    rounds = values(guide, after.content["answers"])["measures"]
    assert len(rounds) == len(values(guide, given)["measures"]) + 1
    assert after.content["answers"][-len(given[at + 1 :]) :] == given[at + 1 :]


async def test_of_two_who_change_a_guide_at_once_the_second_is_told(visit: Visit) -> None:
    await walked(visit, WALKED["scqa"], longest=False)
    desk = await visit.desk(visit.boss)
    for chat in (visit.boss, desk):
        await chat.act("guide:change:1")
        await chat.say("1")
    assert CHANGED.format(n=2) in await visit.boss.say("先改的人说的")
    assert await desk.say("后改的人说的") == MEANWHILE
    [one] = await kept(visit.app)
    assert one.content["answers"][0] == "先改的人说的"


async def test_a_store_that_is_lost_in_the_middle_gets_no_paper(visit: Visit) -> None:
    guide, boss = WALKED["scqa"], visit.boss
    await began(boss, guide)
    await visit.take_away(boss, visit.here)
    said = ""
    for _ in range(30):
        [answers] = await drafts(visit, guide) or [[]]
        asked = advance(guide, answers[1:]) if answers else None
        if asked is None:
            break
        said = await say(boss, guide, asked, longest=False, seed=1)
    assert said == guiding.NOT_YOURS_NOW
    assert await kept(visit.app) == []


async def test_guides_are_for_leaders_and_their_papers_for_those_of_the_store(visit: Visit) -> None:
    assert await visit.hand.say("/guides") == NOT_YOURS
    await walked(visit, WALKED["scqa"], longest=False)
    for what in ("pdf", "word", "change", "actions"):
        assert await visit.other.act(f"guide:{what}:1") == guiding.NOT_HERE
        assert await visit.other.act(f"guide:{what}:77") == guiding.NOT_HERE
        assert await visit.hand.act(f"guide:{what}:1") == NOT_YOURS
    await visit.take_away(visit.boss, visit.here)
    assert await visit.boss.say("/guides")
    assert await visit.boss.press("SCQA") == guiding.NO_STORE
