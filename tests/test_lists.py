"""Lists in the chat: an admin sends one, sees what it changes, puts it to use and takes it back; leaders read them."""

from io import BytesIO
from pathlib import Path

import pytest
from conftest import Opens
from openpyxl import load_workbook
from talking import NOON, Clock, Talk

from bot.app import App
from handlers import flow
from handlers.checks import lists
from handlers.checks.listing import SAME, STALE
from handlers.context import Context
from handlers.documents import NOT_ADMIN
from handlers.flow import CANCELLED
from handlers.roles import NOT_YOURS
from knowledge.checklist import Checklist, Item
from knowledge.checklist_columns import ROWS
from knowledge.checklist_file import as_yaml, load_yaml
from knowledge.checklist_sheet import load_sheet
from knowledge.checklist_workbook import template, workbook
from records.checklists import Checklists
from records.database import Database
from records.people import People

NIGHT = """
key: night
name: 夜间巡查
description: 关门前走一圈。
sections:
  - key: lights
    name: 关灯断电
    weight: 3
    pass_mark: 60
    items:
      - {key: lamps, name: 灯已关, weight: 2}
      - {key: gas, name: 气泵已断电, veto: true, may_skip: false, standard: 洗车作业指引 > 没有这一节}
  - key: doors
    name: 门窗
    items:
      - {key: locked, name: 门已锁, kind: score, standard: 洗车 > 水枪压力}
      - {key: warm, name: 室温, kind: number, low: 16, unit: 度}
      - {key: words, name: 说明, kind: text}
""".lstrip()


async def now(app: App) -> dict[str, Checklist]:
    """What a check can be made with."""
    async with app.database.read() as connection:
        rows = await Checklists(connection).all()
    known = lists.merged(app.turns.deployment.checklists, rows)
    return {key: one.checklist for key, one in known.items() if not one.ended}


async def use(chat: Talk, text: str = NIGHT, name: str = "夜间.yaml") -> str:
    await chat.file(name, text.encode())
    return await chat.press("启用")


async def test_a_list_is_shown_before_it_is_put_to_use(admin: Talk, app: App) -> None:
    shown = await admin.file("夜间.yaml", NIGHT.encode())
    assert shown.startswith("**夜间巡查**（night）\n关门前走一圈。\n2 个分区，5 项。")
    assert "**关灯断电** · 占 75 % · 及格线 60 分\n\n- 灯已关 · 权重 2\n- 气泵已断电 · 权重 1 · 一票否决" in shown
    assert "**门窗** · 占 25 %" in shown
    assert "- 门已锁 · 0-5 分 · 权重 1\n- 室温 · 至少 16 度 · 权重 1\n- 说明 · 文字，不计分" in shown
    assert "**这是一份新清单。**" in shown
    assert "手册里找不到下面的标准，检查时就看不到原文。\n- 洗车作业指引 ＞ 没有这一节" in shown
    assert "水枪压力" not in shown
    assert [b.text for b in admin.buttons] == ["启用", "取消"]
    assert "night" not in await now(app)


async def test_confirmed_it_takes_effect_at_once(admin: Talk, app: App) -> None:
    said = await use(admin)
    assert said == "已启用“夜间巡查”，5 项。下次检查就用它；已经做过和正在做的检查不变。"
    assert (await now(app))["night"] == load_yaml(NIGHT.encode(), "夜间.yaml")
    assert list(await now(app)) == [*app.turns.deployment.checklists, "night"]


async def test_called_off_nothing_changes(admin: Talk, app: App) -> None:
    before = await now(app)
    await admin.file("夜间.yaml", NIGHT.encode())
    assert await admin.press("取消") == CANCELLED
    assert await now(app) == before


async def test_a_new_version_says_what_it_changes(admin: Talk, app: App) -> None:
    await use(admin)
    changed = NIGHT.replace("name: 灯已关, weight: 2", "name: 灯全关了, weight: 3").replace("may_skip: false, ", "")
    changed = changed.replace("      - {key: words, name: 说明, kind: text}\n", "      - {key: bin, name: 垃圾已倒}\n")
    shown = await admin.file("夜间.yaml", changed.encode())
    changes = ("新增：垃圾已倒", "去掉：说明", "改动：灯全关了（检查项、权重 2 → 3）", "改动：气泵已断电（可不适用）")
    assert "\n- ".join(("**与现在的版本比**", *changes)) in shown
    await admin.press("启用")
    assert (await now(app))["night"].version == load_yaml(changed.encode(), "").version


async def test_a_change_of_sections_alone_is_told_too(admin: Talk) -> None:
    await use(admin)
    shown = await admin.file("夜间.yaml", NIGHT.replace("weight: 3", "weight: 5").encode())
    assert "**与现在的版本比**\n- 分区、名称或顺序有变化" in shown


async def test_a_bundled_list_can_be_replaced_and_comes_back(admin: Talk, app: App) -> None:
    bundled = app.turns.deployment.checklists["5s-front"]
    changed = as_yaml(bundled).replace("台面只留必需品", "台面干净")
    shown = await admin.file("5s.yaml", changed.encode())
    assert "- 改动：台面干净（检查项）" in shown
    await admin.press("启用")
    assert "台面干净" in [item.name for item in (await now(app))["5s-front"].items]
    assert list(await now(app)) == list(app.turns.deployment.checklists)
    undo = admin.buttons[0].action
    assert await admin.press("撤销") == lists.UNDONE.format(name="5S 前台")
    assert (await now(app))["5s-front"] == bundled
    assert await admin.act(undo) == lists.CHANGED_SINCE.format(name="5S 前台")


async def test_undoing_a_new_list_takes_it_away_and_an_older_version_comes_back(admin: Talk, app: App) -> None:
    await use(admin)
    first = admin.buttons[0].action
    await use(admin, NIGHT.replace("灯已关", "灯全关"))
    assert await admin.act(first) == lists.CHANGED_SINCE.format(name="夜间巡查")
    second = first.rpartition(":")[0] + ":2"
    assert await admin.act(second) == lists.UNDONE.format(name="夜间巡查")
    assert (await now(app))["night"].items[0].name == "灯已关"
    assert await admin.act(first) == lists.UNDONE_GONE.format(name="夜间巡查")
    assert "night" not in await now(app)


async def test_a_list_that_is_in_use_already_is_not_asked_about(admin: Talk) -> None:
    await use(admin)
    assert await admin.file("夜间.yaml", ("# 注\n" + NIGHT).encode()) == SAME.format(name="夜间巡查")
    assert admin.buttons == []


async def test_a_list_that_changed_meanwhile_is_not_put_over(admin: Talk, app: App) -> None:
    other = Talk(app, "c2", person="老王")
    await other.be("admin")
    await admin.file("夜间.yaml", NIGHT.encode())
    await use(other, NIGHT.replace("灯已关", "灯全关"))
    assert await admin.press("启用") == STALE.format(name="夜间巡查")
    assert (await now(app))["night"].items[0].name == "灯全关"


async def test_a_bad_list_is_told_with_file_item_and_key(admin: Talk) -> None:
    bad = NIGHT.replace("weight: 2", "wieght: 2").replace("kind: score", "kind: scroe")
    said = await admin.file("夜间.yaml", bad.encode())
    assert said == (
        "这份检查清单有 2 处要改，改好再发：\n"
        "- 夜间.yaml：分区“关灯断电”：检查项“灯已关”：wieght：不认识的键“wieght”，是不是“weight”？\n"
        "- 夜间.yaml：分区“门窗”：检查项“门已锁”：kind："
        "“scroe”不行，只能是 pass、score、number、text、photo，是不是“score”？"
    )
    assert admin.buttons == []


async def test_a_very_bad_list_is_told_in_one_message_and_its_words_are_no_markup(admin: Talk) -> None:
    items = "\n".join(f"      - {{key: k{n}, name: '**x{n}**', weight: 0}}" for n in range(30))
    text = f"key: bad\nname: 坏\nsections:\n  - key: a\n    name: a\n    items:\n{items}\n"
    said = await admin.file("坏_清单.yaml", text.encode())
    assert said.startswith("这份检查清单有 30 处要改")
    assert said.endswith("- ……（还有 15 处）")
    assert "**" not in said
    assert len(said) < 1500


async def test_excel_is_taken_as_well(admin: Talk, app: App) -> None:
    shown = await admin.file("夜间.xlsx", workbook(load_yaml(NIGHT.encode(), "")))
    assert shown.startswith("**夜间巡查**（night）")
    await admin.press("启用")
    assert (await now(app))["night"].version == load_yaml(NIGHT.encode(), "").version


async def test_a_fault_in_excel_names_row_and_column(admin: Talk) -> None:
    book = load_workbook(BytesIO(workbook(template())))
    book[ROWS]["H3"] = 0
    content = BytesIO()
    book.save(content)
    assert "- 我的.xlsx：第 3 行，列“权重”：必须大于 0" in await admin.file("我的.xlsx", content.getvalue())


async def test_other_excel_files_are_documents_as_before(admin: Talk) -> None:
    from openpyxl import Workbook

    book, content = Workbook(), BytesIO()
    assert book.active is not None
    for row in (["项目", "工时", "价格"], ["更换雨刮片", "0.2", "48元"]):
        book.active.append(row)
    book.save(content)
    assert "将以《工时价目》入库" in await admin.file("工时价目.xlsx", content.getvalue())
    assert [b.text for b in admin.buttons] == ["入库", "取消"]


async def test_an_admin_downloads_a_list_changes_it_and_sends_it_back(admin: Talk, app: App) -> None:
    await admin.say("/lists")
    await admin.press("5S 前台")
    await admin.press("下载 Excel")
    [file] = admin.replies[0].files
    assert file.name == "5s-front.xlsx"
    book = load_workbook(BytesIO(await app.turns.files.get(file.ref)))
    assert book[ROWS]["F2"].value == "台面只留必需品"
    book[ROWS]["F2"] = "台面没有杂物"
    content = BytesIO()
    book.save(content)
    assert "- 改动：台面没有杂物（检查项）" in await admin.file("回传.xlsx", content.getvalue())
    await admin.press("启用")
    changed = (await now(app))["5s-front"].items
    assert [item.name for item in changed][:2] == ["台面没有杂物", "物品定位、定量、有标识"]
    assert [item.key for item in changed] == [item.key for item in app.turns.deployment.checklists["5s-front"].items]


async def test_the_yaml_and_the_empty_form_are_files_that_can_be_sent_back(admin: Talk, app: App) -> None:
    await admin.say("/lists")
    await admin.act("lists:mystery:yaml")
    [file] = admin.replies[0].files
    assert (file.name, file.media_type) == ("mystery.yaml", "application/yaml")
    assert load_yaml(await app.turns.files.get(file.ref), "") == app.turns.deployment.checklists["mystery"]
    await admin.say("/lists")
    await admin.press("下载空白模板")
    [file] = admin.replies[0].files
    assert load_sheet(await app.turns.files.get(file.ref), "a.xlsx") == template()


async def test_leaders_read_what_a_list_asks(app: App) -> None:
    chat = Talk(app, "c3", person="督导甲")
    await chat.be("supervisor")
    assert await chat.say("检查清单") == "检查清单共 8 份。点一份看里面查什么。"
    assert [b.text for b in chat.buttons][:2] == ["5S 前台（8 项）", "活动执行（12 项）"]
    shown = await chat.press("接待首触")
    assert "现在是自带的版本。" in shown
    assert "**进大门** · 占 25 %\n\n- 进大门有人指引停车 · 权重 3" in shown
    assert "- 等到接待的时间 · 最多 60 秒 · 权重 3" in shown
    assert chat.buttons == []


async def test_an_ended_list_is_no_longer_offered_and_can_be_brought_back(admin: Talk, app: App) -> None:
    bundled = app.turns.deployment.checklists["parts"]
    await admin.say("/lists")
    await admin.press("备件")
    assert [b.text for b in admin.buttons] == ["停用", "下载 Excel", "下载 YAML"]
    assert await admin.press("停用") == lists.ENDED.format(name="备件")
    assert "parts" not in await now(app)
    back = admin.buttons[0].action
    await admin.act("lists:parts:off")
    await admin.say("/lists")
    assert "备件（12 项，已停用）" in [b.text for b in admin.buttons]
    assert "已停用，检查时选不到它。" in await admin.press("备件")
    assert [b.text for b in admin.buttons] == ["启用", "下载 Excel", "下载 YAML"]
    assert await admin.act(back) == lists.BACK_AGAIN.format(name="备件")
    assert (await now(app))["parts"] == bundled
    assert await admin.act(back) == lists.BACK_AGAIN.format(name="备件")


async def test_leaders_do_not_see_an_ended_list(admin: Talk, app: App) -> None:
    await admin.act("lists:parts:off")
    chat = Talk(app, "c3", person="督导甲")
    await chat.be("supervisor")
    await chat.say("/lists")
    assert not [b for b in chat.buttons if "备件" in b.text]
    assert await chat.act("lists:parts") == flow.OVER


async def test_sending_an_ended_list_again_brings_it_back(admin: Talk, app: App) -> None:
    await admin.act("lists:parts:off")
    shown = await admin.file("备件.yaml", as_yaml(app.turns.deployment.checklists["parts"]).encode())
    assert "**这份清单现在停用，确认后重新启用。**" in shown
    await admin.press("启用")
    assert "parts" in await now(app)
    await admin.press("撤销")
    assert "parts" not in await now(app)


async def test_what_an_admin_sent_can_be_taken_back_from_its_card(admin: Talk, app: App) -> None:
    await use(admin)
    await admin.say("/lists")
    assert "现在是管理员发来的版本。" in await admin.press("夜间巡查")
    assert await admin.press("撤销这一版") == lists.UNDONE_GONE.format(name="夜间巡查")
    assert "night" not in await now(app)


async def test_many_lists_come_in_pages(admin: Talk) -> None:
    for n in range(4):
        await use(admin, NIGHT.replace("key: night", f"key: night-{n}").replace("夜间巡查", f"夜间{n}"))
    assert "检查清单共 12 份" in await admin.say("/lists")
    assert len(admin.buttons) == 12
    await admin.press("下一页")
    assert [b.text for b in admin.buttons] == ["夜间2（5 项）", "夜间3（5 项）", "下载空白模板"]


@pytest.mark.parametrize("what", ["off", "on", "xlsx", "yaml", "undo:1"])
async def test_a_supervisor_changes_and_takes_away_nothing(app: App, what: str) -> None:
    chat = Talk(app, "c3", person="督导甲")
    await chat.be("supervisor")
    before = await now(app)
    assert await chat.act(f"lists:parts:{what}") == NOT_YOURS
    assert await chat.act("lists:-:template") == NOT_YOURS
    assert await chat.file("夜间.yaml", NIGHT.encode()) == NOT_ADMIN
    assert await now(app) == before


@pytest.mark.parametrize(
    "action",
    ["lists:", "lists:none", "lists:parts:x", "lists:parts:undo", "lists:parts:off:1", "lists:-:", "lists:-:-1"],
)
async def test_a_forged_press_does_nothing(admin: Talk, app: App, action: str) -> None:
    before = await now(app)
    assert await admin.act(action) == flow.OVER
    assert await admin.act("lists:parts:undo:1") == lists.CHANGED_SINCE.format(name="备件")
    assert await admin.act("lists:none:on") == flow.OVER
    assert await now(app) == before


async def test_confirming_twice_puts_it_in_once(admin: Talk, app: App) -> None:
    await admin.file("夜间.yaml", NIGHT.encode())
    action = admin.buttons[0].action
    await admin.act(action)
    assert await admin.act(action) == flow.OVER
    async with app.database.read() as connection:
        rows = await Checklists(connection).all()
    assert [row.id for row in rows.values()] == [1]


async def test_the_lists_outlast_the_process(own_home: Path, house: Opens) -> None:
    async with house(own_home) as first:
        first.turns.now = Clock(NOON)
        chat = Talk(first)
        await chat.be("admin")
        await use(chat)
    async with house(own_home) as second:
        assert (await now(second))["night"] == load_yaml(NIGHT.encode(), "")


async def test_a_check_asks_which_lists_there_are(admin: Talk, app: App) -> None:
    await use(admin)
    await admin.act("lists:parts:off")
    turns = app.turns
    context = Context(
        desk=app.desk, database=app.database, files=turns.files, now=turns.now, deployment=turns.deployment,
        partial=None, write=None, fetch=None,  # type: ignore[arg-type]
    )  # fmt: skip
    assert await lists.present(context) == await now(app)


async def test_every_version_is_kept_and_the_last_decides_on_both_databases(database: Database) -> None:
    async with database.write() as connection:
        author = await People(connection).add("老王", "admin", "Asia/Shanghai", NOON)
        checklists = Checklists(connection)
        ids = [await checklists.put("a", str(n), "清单", {"n": n}, author.id, NOON) for n in range(3)]
        await checklists.put("b", "1", "另一份", {}, author.id, NOON, retired=True)
    async with database.read() as connection:
        found = await Checklists(connection).all()
    assert (found["a"].payload, found["a"].added_by, found["a"].added_at) == ({"n": 2}, author.id, NOON)
    assert (found["a"].retired, found["b"].retired) == (False, True)
    async with database.write() as connection:
        await Checklists(connection).undo(ids[2], NOON)
        await Checklists(connection).undo(ids[0], NOON)
    async with database.read() as connection:
        found = await Checklists(connection).all()
    assert found["a"].version == "1"


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (Item("a", "a", "number", low=1, high=2.5, unit="台"), "1 到 2.5 台"),
        (Item("a", "a", "number", low=5, high=5, unit="台"), "应是 5 台"),
        (Item("a", "a", "number", low=5), "至少 5"),
        (Item("a", "a", "number", high=60, unit="秒"), "最多 60 秒"),
        (Item("a", "a"), ""),
    ],
)
def test_bounds_are_said_in_words(item: Item, said: str) -> None:
    assert lists.bounds(item) == said
