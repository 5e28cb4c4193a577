"""The fishbone in talk: bones, questions, causes of several phones, votes, and the way on into a 5-Why."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import Opens, loaded
from talking import Clock, Talk, store

from bot.app import App, opened
from handlers.causes import fish, fish_screen, fish_team
from handlers.causes.analysing import NOT_HERE
from handlers.causes.fish_screen import BOARD
from knowledge.cause.card import Card
from knowledge.cause.edit import MOST_TEXT
from knowledge.cause.fishbone import MOST_TWIGS, NO_VOTES, Fishbone
from knowledge.cause.probes import probes
from knowledge.cause.stored import fishbone_from, fishbone_values, tree_from
from records.analyses import DONE, FISH, OPEN, WHY, Analyses, Analysis, Sought
from records.stores import Store

NOON = datetime(2026, 5, 4, 4, tzinfo=UTC)
WHAT = "9 月返修率从 3% 升到 6.2%"


@dataclass
class Bones:
    """A store with its people, and a fishbone about it."""

    app: App
    here: Store
    boss: Talk
    li: Talk
    wang: Talk
    number: int

    async def one(self) -> Analysis:
        """The fishbone as it is kept."""
        async with self.app.database.read() as connection:
            found = await Analyses(connection).get(self.number)
        assert found is not None
        return found

    async def fish(self) -> Fishbone:
        """What is on it."""
        return fishbone_from((await self.one()).content)

    async def texts(self) -> set[str]:
        """Every cause on it."""
        return {one.text for one in (await self.fish()).twigs}

    async def team(self) -> list[int]:
        async with self.app.database.read() as connection:
            return await Analyses(connection).team(self.number)

    async def begin(self) -> None:
        """Choose the usual bones and the workshop."""
        await self.boss.act(f"cause:go:{self.number}")
        await self.boss.press("人机料法环测")
        await self.boss.press("车间")

    async def invite(self, *who: Talk) -> None:
        for one in who:
            await self.boss.act(f"fish:ask:{self.number}:{(await one.who()).id}")
            await one.act(f"fish:join:{self.number}")
        await self.boss.act(f"fish:board:{self.number}")


async def gathered(app: App) -> Bones:
    """People of a store, and a fishbone that has no bones yet."""
    here = await store(app)
    boss, li, wang = (Talk(app, f"c-{name}", person=name) for name in ("老周", "小李", "小王"))
    me = await boss.be("supervisor", here)
    await li.be("staff", here)
    await wang.be("staff", here)
    async with app.database.write() as connection:
        content = fishbone_values(Fishbone(Card(WHAT), ()))
        made = await Analyses(connection).add(FISH, here.id, me.id, WHAT, content, app.turns.now())
    return Bones(app, here, boss, li, wang, made.id)


@pytest.fixture
async def bones(own_home: Path, house: Opens) -> AsyncIterator[Bones]:
    async with house(own_home) as app:
        app.turns.now, app.turns.per_minute = Clock(NOON), 1000
        yield await gathered(app)


def ways(chat: Talk) -> list[str]:
    return [one.text for one in chat.buttons]


async def test_bones_are_chosen_and_each_asks_the_questions_of_its_place(bones: Bones) -> None:
    boss = bones.boss
    assert WHAT.replace("%", "%") in await boss.act(f"cause:go:{bones.number}")
    assert ways(boss) == ["人机料法环测", "人员·流程·政策·场所", "自己定"]
    await boss.press("人机料法环测")
    assert ways(boss) == ["接待", "车间", "备件", "客户联系"]
    said = await boss.press("备件")
    assert said == BOARD.format(what=WHAT, bones="\n".join(f"- **{one}**：还没有" for one in "人机料法环测"), bone="人")
    said = await boss.press("料")
    for question in probes().at("parts", "料"):
        assert question in said
    assert (await bones.fish()).place == "parts"


async def test_causes_are_typed_several_at_once_with_sub_causes(bones: Bones) -> None:
    await bones.begin()
    await bones.boss.press("法")
    said = await bones.boss.say("1. 完工后没有路试\n- 路试要求没写进工序卡\n2. 加急单跳过质检。")
    assert "记下 3 条。" in said
    assert "1. 完工后没有路试（老周）\n    - 路试要求没写进工序卡（老周）\n2. 加急单跳过质检（老周）" in said
    fish_ = await bones.fish()
    assert [(one.bone, one.parent, one.text) for one in fish_.twigs] == [
        ("法", 0, "完工后没有路试"), ("法", 1, "路试要求没写进工序卡"), ("法", 0, "加急单跳过质检"),
    ]  # fmt: skip
    await bones.boss.press("下一根：环")
    assert "车间" not in await bones.boss.say("下午照明不足")
    assert (await bones.fish()).on("环")[0].text == "下午照明不足"


async def test_on_the_board_a_line_names_its_bone(bones: Bones) -> None:
    await bones.begin()
    assert fish.WHICH_BONE.format(bone="人") in await bones.boss.say("照明不足")
    said = await bones.boss.say("人：质检员自己检自己\n带教人排满了\n机: 定位仪没校准")
    assert "记下 3 条。" in said
    assert "- **人**：质检员自己检自己；带教人排满了\n- **机**：定位仪没校准" in said
    assert "人 2" in ways(bones.boss)


async def test_a_refused_line_costs_no_other(bones: Bones) -> None:
    await bones.begin()
    await bones.boss.say("人：带教人排满了")
    await bones.boss.press("人 1")
    long = "长" * (MOST_TEXT + 1)
    said = await bones.boss.say(f"带教人排满了\n{long}\n质检员少")
    assert "记下了。" in said
    assert "已经有“带教人排满了”" in said
    assert "太长了" in said
    assert await bones.texts() == {"带教人排满了", "质检员少"}
    assert "已经有“质检员少”" in await bones.boss.say("质检员少")
    assert len(await bones.texts()) == 2


async def test_a_cause_is_reworded_moved_grown_and_removed(bones: Bones) -> None:
    boss = bones.boss
    await bones.begin()
    await boss.say("人：定位仪没校准")
    await boss.press("人 1")
    await boss.press("1. 定位仪没校准")
    await boss.say("校准证过期\n没人管校准")
    await boss.press("改说法")
    assert "四轮定位仪没有按期校准" in await boss.say("四轮定位仪没有按期校准")
    await boss.press("移到别的骨")
    assert "移到“机”了。" in await boss.press("机")
    assert {(one.bone, one.text) for one in (await bones.fish()).twigs} == {
        ("机", "四轮定位仪没有按期校准"), ("机", "校准证过期"), ("机", "没人管校准"),
    }  # fmt: skip
    assert "和它下面的 2 条" in await boss.press("删掉")
    await boss.press("留着")
    await boss.press("- 没人管校准")
    await boss.press("删掉")
    assert "已删掉。" in await boss.press("确定删掉")
    assert await bones.texts() == {"四轮定位仪没有按期校准", "校准证过期"}
    await boss.act(f"fish:drop:{bones.number}:1:yes")
    assert await bones.texts() == set()
    assert "已经不在了" in await boss.act(f"fish:twig:{bones.number}:1")


async def test_own_bones_are_named_and_used_ones_stay(bones: Bones) -> None:
    boss = bones.boss
    await boss.act(f"cause:go:{bones.number}")
    await boss.press("自己定")
    assert "2 到 8 根" in await boss.say("班组")
    await boss.say("人员、派工，备件")
    await boss.press("接待")
    said = await boss.press("派工")
    assert "“派工”里最近有什么变了？" in said
    await boss.say("派工只看谁有空")
    assert "先移走" in await boss.act(f"fish:kind:{bones.number}:service")
    assert (await bones.fish()).bones == ("人员", "派工", "备件")


async def test_colleagues_are_invited_once_and_write_from_their_own_phones(bones: Bones) -> None:
    boss, li, wang = bones.boss, bones.li, bones.wang
    await bones.begin()
    assert await li.act(f"fish:board:{bones.number}") == NOT_HERE
    await boss.press("邀请同事")
    assert "邀请小李" in ways(boss)
    await boss.press("全部邀请（2 位）")
    assert fish_team.NOBODY_ELSE.format(n=3, names="老周、小李、小王") in boss.replies[0].text
    [invited] = await li.heard()
    assert "老周请您一起找原因（浦东店）" in invited
    assert fish_team.WELCOME in await li.act(f"fish:join:{bones.number}")
    await li.say("人：夜班没有质检员")
    await wang.act(f"fish:join:{bones.number}")
    said = await wang.press("人 1")
    assert "夜班没有质检员（小李）" in said
    await wang.say("新人没考过")
    await boss.act(f"fish:ask:{bones.number}:all")
    assert "夜班没有质检员；新人没考过" in await boss.act(f"fish:board:{bones.number}")
    for one in (boss, li, wang):
        assert len(await one.heard()) == (0 if one is boss else 1)


async def test_an_old_screen_puts_a_cause_where_the_fishbone_is_now(bones: Bones) -> None:
    boss, li = bones.boss, bones.li
    await bones.begin()
    await bones.invite(li)
    await boss.say("人：带教人排满了")
    await li.act(f"fish:twig:{bones.number}:1")
    await boss.act(f"fish:drop:{bones.number}:1:yes")
    await boss.say("机：定位仪没校准")
    assert "已经不在了" in await li.say("带教没有时间表")
    await li.act(f"fish:board:{bones.number}")
    await li.say("法：带教没有时间表")
    assert await bones.texts() == {"定位仪没校准", "带教没有时间表"}


async def test_taken_up_again_it_shows_what_others_have_written_meanwhile(bones: Bones) -> None:
    boss, li = bones.boss, bones.li
    await bones.begin()
    await bones.invite(li)
    await boss.press("法")
    await boss.press("先放下")
    await li.say("法：完工后没有路试")
    await boss.say("继续")
    assert "1. 完工后没有路试（小李）" in await boss.press("接着做")
    await boss.press("1. 完工后")
    await boss.press("先放下")
    await li.act(f"fish:drop:{bones.number}:1:yes")
    await boss.say("继续")
    assert "点一根骨写原因" in await boss.press("接着做")
    await boss.press("先放下")
    assert "写下的原因都还在" in await boss.press("删掉")


async def test_words_typed_at_the_same_moment_are_all_kept(bones: Bones) -> None:
    await bones.begin()
    await bones.invite(bones.li, bones.wang)
    everyone = (bones.boss, bones.li, bones.wang)
    for turn in range(4):
        await asyncio.gather(*(one.say(f"法：{one.person}的第{turn}条") for one in everyone))
    assert await bones.texts() == {f"{one.person}的第{turn}条" for one in everyone for turn in range(4)}
    assert len({one.id for one in (await bones.fish()).twigs}) == 12


async def test_two_houses_on_one_postgresql_lose_no_word_and_no_vote(
    own_home: Path, tmp_path: Path, postgres: str
) -> None:
    here, there = (loaded(home, database={"url": postgres}) for home in (own_home, tmp_path / "second"))
    async with opened(here) as first, opened(there) as second:
        bones = await gathered(first)
        second.channels.update(first.channels)
        for app in (first, second):
            app.turns.now, app.turns.per_minute = Clock(NOON), 1000
        bones.li.app = second
        await bones.begin()
        await bones.invite(bones.li)
        for turn in range(6):
            said = await asyncio.gather(bones.boss.say(f"人：督导第{turn}条"), bones.li.say(f"人：顾问第{turn}条"))
            assert all("记下了。" in one for one in said)
        same = await asyncio.gather(bones.boss.say("料：批次不良"), bones.li.say("料：批次不良"))
        assert sorted("记下了。" in one for one in same) == [False, True]
        assert sum("已经有“批次不良”" in one for one in same) == 1
        assert len((await bones.fish()).twigs) == 13
        ids = [one.id for one in (await bones.fish()).twigs][:3]
        for number in ids:
            await asyncio.gather(*(one.act(f"fish:vote:{bones.number}:{number}:0") for one in (bones.boss, bones.li)))
        assert dict((await bones.fish()).tally) == dict.fromkeys(ids, 2)


async def test_a_cause_is_still_there_after_a_crash_in_the_middle(own_home: Path, house: Opens) -> None:
    async with house(own_home) as app:
        app.turns.now = Clock(NOON)
        before = await gathered(app)
        await before.begin()
        await before.boss.press("料")
        await before.boss.say("刹车片批次不良")
    async with house(own_home) as app:
        app.turns.now = Clock(NOON)
        boss = Talk(app, before.boss.name, person=before.boss.person)
        assert "2. 旧件没有核对（老周）" in await boss.say("旧件没有核对")
        await boss.say("取消")
        await boss.say("继续")
        assert "刹车片批次不良" in await boss.press("鱼骨图")


async def test_votes_are_counted_taken_back_and_limited(bones: Bones) -> None:
    boss = bones.boss
    await bones.begin()
    await boss.say("人：一\n二\n三\n四")
    await boss.press("投票")
    for text in ("投：一", "投：二", "投：三"):
        said = await boss.press(text)
    assert "您还有 0 票" in said
    assert NO_VOTES in await boss.act(f"fish:vote:{bones.number}:4:0")
    await boss.act(f"fish:votes:{bones.number}")
    await boss.press("收回：三")
    said = await boss.press("投：四")
    assert "- 四（人，1 票）" in said
    assert "三（" not in said


async def test_only_those_who_have_not_voted_are_asked_to(bones: Bones) -> None:
    await bones.begin()
    await bones.invite(bones.li, bones.wang)
    await bones.boss.say("人：一\n二")
    await bones.li.act(f"fish:vote:{bones.number}:1:0")
    await bones.boss.press("投票")
    assert fish_team.ALL_CALLED.format(n=1) in await bones.boss.press("请大家投票")
    assert len(await bones.li.heard()) == 1
    assert "老周请您投票" in (await bones.wang.heard())[-1]
    await bones.wang.act(f"fish:votes:{bones.number}")
    assert "投：二" in ways(bones.wang)
    await bones.wang.press("投：二")
    await bones.boss.act(f"fish:votes:{bones.number}")
    assert "请大家投票" not in ways(bones.boss)


async def test_the_likely_causes_go_on_into_a_5_why_of_the_same_team(bones: Bones) -> None:
    boss, li = bones.boss, bones.li
    await bones.begin()
    await bones.invite(li)
    await boss.say("法：完工后没有路试\n- 工序卡没写\n加急跳过质检\n人：质检员少")
    for one in (boss, li):
        await one.act(f"fish:vote:{bones.number}:2:0")
    await li.act(f"fish:vote:{bones.number}:3:0")
    await boss.act(f"fish:board:{bones.number}")
    said = await boss.press("接着问为什么")
    assert "- 工序卡没写（法）\n- 加急跳过质检（法）" in said
    await boss.press("不选：加急跳过质检")
    await boss.press("选：质检员少")
    said = await boss.press("开始问（2 条）")
    assert "为什么" in said
    async with bones.app.database.read() as connection:
        [why] = await Analyses(connection).all(Sought(kinds=(WHY,)))
        assert await Analyses(connection).team(why.id) == await bones.team()
    tree = tree_from(why.content)
    above = {one.id: one.text for one in tree.causes}
    assert {(above.get(one.parent, ""), one.text) for one in tree.causes} == {
        ("", "完工后没有路试"), ("", "质检员少"), ("完工后没有路试", "工序卡没写"),
    }  # fmt: skip
    assert (why.source_id, why.store_id, why.state) == (bones.number, bones.here.id, OPEN)
    assert (await bones.one()).state == DONE
    assert await boss.act(f"fish:into:{bones.number}:2") == fish_team.GOES_ON
    await boss.press("接着问")
    async with bones.app.database.read() as connection:
        assert len(await Analyses(connection).all(Sought(kinds=(WHY,)))) == 1


async def test_a_finished_fishbone_is_shown_told_to_who_took_part_and_opens_again(bones: Bones) -> None:
    boss, li, wang = bones.boss, bones.li, bones.wang
    await bones.begin()
    await bones.invite(li, wang)
    await li.say("法：完工后没有路试")
    await boss.act(f"fish:board:{bones.number}")
    said = await boss.press("做完了")
    assert "第 1 版" in said
    assert [one.media_type for one in boss.replies[0].files] == ["image/png"]
    assert (await bones.one()).state == DONE
    assert "做完了" in (await li.heard())[-1]
    assert len(await wang.heard()) == 1
    await boss.act(f"fish:done:{bones.number}")
    assert len(await li.heard()) == 2
    await li.act(f"fish:board:{bones.number}")
    await li.say("人：质检员少")
    assert (await bones.one()).state == OPEN
    assert "第 2 版" in await li.act(f"fish:done:{bones.number}")


async def test_a_question_in_between_is_answered_and_the_fishbone_goes_on(bones: Bones) -> None:
    await bones.begin()
    await bones.boss.press("法")
    assert "25分钟" in await bones.boss.say("普通洗车要在多少分钟内完成？")
    await bones.boss.say("完工后没有路试")
    assert await bones.texts() == {"完工后没有路试"}


async def test_screens_leave_one_draft_however_often_they_are_opened(bones: Bones) -> None:
    await bones.begin()
    for _ in range(3):
        await bones.boss.press("法")
        await bones.boss.press("全部骨")
    await bones.boss.say("取消")
    await bones.boss.say("继续")
    assert ways(bones.boss) == [f"接着做：鱼骨图：{WHAT}"]


async def test_people_of_other_stores_learn_nothing(bones: Bones) -> None:
    other = Talk(bones.app, "c-other", person="外店")
    await other.be("supervisor", await store(bones.app, "SH-02", "虹桥店"))
    await bones.begin()
    await bones.boss.say("法：完工后没有路试")
    verbs = [f"fish:{verb}:{bones.number}{rest}" for verb in fish_team.VERBS for rest in ("", ":1", ":1:0", ":all")]
    for action in verbs:
        said = await other.act(action)
        assert said in (NOT_HERE, fish.GONE), action
        assert other.buttons == []
    assert await bones.texts() == {"完工后没有路试"}
    assert await bones.team() == [(await bones.boss.who()).id]


async def test_a_full_fishbone_is_shown_page_by_page_within_what_buttons_hold(bones: Bones) -> None:
    boss = bones.boss
    await bones.begin()
    await boss.press("料")
    for first in range(0, MOST_TWIGS, 20):
        await boss.say("\n".join(f"原因{'很长' * 20}{number}" for number in range(first, first + 20)))
    assert len(await bones.texts()) == MOST_TWIGS
    assert "已经有 60 条原因" in await boss.say("第六十一条")
    await boss.act(f"fish:bone:{bones.number}:2")
    seen = 0
    while True:
        seen += sum(one.action.startswith("fish:twig:") for one in boss.buttons)
        if fish_screen.PAGE not in ways(boss):
            break
        await boss.press(fish_screen.PAGE)
    assert seen == MOST_TWIGS
    await boss.act(f"fish:pick:{bones.number}:55,56,57,58,59,60,1")
    assert "开始问（6 条）" in ways(boss)
    await boss.act(f"fish:see:{bones.number}")
    assert boss.replies[0].files
