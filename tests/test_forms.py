"""Forms where the channel has them: a check and a problem card filled in at once, in Feishu."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fake_feishu import fake_feishu
from phone_feishu import FeishuScene, feishu_scene

from handlers.flow import OVER
from records.checks import Check, Checks

BOSS = 7001


@pytest.fixture
async def here(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FeishuScene]:
    async with fake_feishu() as fake, feishu_scene(fake, own_home, monkeypatch) as opened:
        yield opened


async def checked(here: FeishuScene) -> Check:
    async with here.app.database.read() as connection:
        [check] = await Checks(connection).all()
    return check


async def test_a_passing_check_is_two_presses_with_all_items_in_one_card(here: FeishuScene) -> None:
    boss = await here.put_in(BOSS, "supervisor", here.here)
    first = await boss.says("/check 5S 浦东", "1/8")
    shown = await here.fills(boss, first, {}, "总分 100，A 级，通过")
    assert (shown.edited, shown.message) == (True, first.message)
    await boss.taps("提交", "已提交")
    assert boss.said == 3
    assert (await checked(here)).total == 100


async def test_what_fails_in_a_form_is_asked_for_and_what_does_not_apply_is_left_out(here: FeishuScene) -> None:
    boss = await here.put_in(BOSS, "supervisor", here.here)
    first = await boss.says("/check 5S 浦东", "1/8")
    [form] = [one for one in first.raw.card["body"]["elements"] if one["tag"] == "form"]
    wrong, skipped = [one for one in form["elements"] if one["tag"] == "multi_select_static"]
    names = {one["text"]["content"][3:]: one["value"] for one in wrong["options"]}
    may = [one["value"] for one in skipped["options"]]
    failing = next(value for name, value in names.items() if "台面" in name)
    left = next(value for value in may if value != failing)
    await here.fills(boss, first, {"wrong": [failing], "skipped": [left]}, "不合格\n\n发 1 张照片")
    await boss.sends(1, text="台面有私人物品", expected="已收照片 1 张")
    await boss.taps("下一项", "总分")
    await boss.taps("提交", "已提交")
    check = await checked(here)
    assert [mark.note for _, mark in check.failed] == ["台面有私人物品"]
    assert [mark.item for mark in check.marks if mark.skipped] == [left]


async def test_a_form_that_comes_twice_or_late_counts_once(here: FeishuScene) -> None:
    boss = await here.put_in(BOSS, "supervisor", here.here)
    first = await boss.says("/check 5S 浦东", "1/8")
    await here.fills(boss, first, {}, "总分 100", twice=True)
    assert len(await boss.shown()) == 2
    await here.fills(boss, first, {}, OVER)


async def test_the_problem_card_of_a_5_why_is_one_form(here: FeishuScene) -> None:
    boss = await here.put_in(BOSS, "supervisor", here.here)
    await boss.says("/why", "用什么办法找原因")
    card = await boss.taps("5Why：一层层问", "什么问题")
    told = {"what": "9 月 NPS 从 52 降到 41", "where": "交车区", "how_many": "32 条低分评价", "kpi": "NPS"}
    await here.fills(boss, card, told, "NPS 现在是多少")
    made = await boss.says("41，目标 52", "问题卡记好了")
    assert "9 月 NPS 从 52 降到 41" in made.text
    assert "指标：NPS 41 分（目标 52 分）" in made.text
    assert here.refused() == []


async def test_what_is_too_long_for_the_card_is_said_and_nothing_is_lost(here: FeishuScene) -> None:
    boss = await here.put_in(BOSS, "supervisor", here.here)
    await boss.says("/why", "用什么办法找原因")
    card = await boss.taps("5Why：一层层问", "什么问题")
    await here.fills(boss, card, {"what": "太长" * 200}, "太长了")
    await here.fills(boss, card, {"what": "9 月 NPS 从 52 降到 41"}, "问题卡记好了")
