"""Reports in the chat: a finished check as a file, /reports over a period, and who gets what."""

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pypdf
import pytest
from conftest import Opens
from docx import Document
from inspections import FRONT, VETO, marks, photo
from openpyxl import load_workbook
from PIL import Image
from talking import Clock, Talk, store

from bot.app import App
from handlers import flow
from handlers.checks import period, report
from handlers.days import days_of
from handlers.roles import NOT_YOURS
from handlers.wire import load_reply
from knowledge.score import Rules
from records.action import Action
from records.actions import Actions
from records.checks import Check, CheckMark, Checks
from records.people import People
from records.photos.keeping import Photo, Photos
from records.stores import Store
from reports.words import filename

NOON = datetime(2026, 11, 25, 4, 5, tzinfo=UTC)
BAD = CheckMark(VETO, False, False, True, 2, "委托书放在台面上。", ())


@pytest.fixture
async def app(own_home: Path, house: Opens) -> AsyncIterator[App]:
    async with house(own_home) as opened_app:
        opened_app.turns.now = Clock(NOON)
        opened_app.turns.per_minute = 1000
        yield opened_app


@pytest.fixture
async def here(app: App) -> Store:
    return await store(app)


@pytest.fixture
async def boss(app: App, here: Store) -> Talk:
    chat = Talk(app, "boss", person="王督导")
    await chat.be("supervisor", here)
    return chat


@pytest.fixture
async def clerk(app: App, here: Store) -> Talk:
    chat = Talk(app, "clerk", person="李店员")
    await chat.be("staff", here)
    return chat


async def checked(app: App, boss: Talk, where: Store, *, ago: int = 0, photos: int = 0, good: bool = False) -> Check:
    """A finished check with a veto and photos of it, and an action that came of it."""
    when, who = NOON - timedelta(days=ago), (await boss.who()).id
    async with app.database.write() as connection:
        ids = []
        for number in range(photos):
            ref = await app.turns.files.put(photo(number))
            sent = Photo("secret" * 8, ref, ref, where.id, who, when, 1600, 1200)
            ids.append(await Photos(connection).add(replace(sent, ref=f"{number:064d}"), bytes(8)))
        found = marks(FRONT) if good else marks(FRONT, a=replace(BAD, photos=tuple(ids)))
        made = await Checks(connection).add(where.id, who, FRONT, Rules(), found, when - timedelta(minutes=5), when)
        if not good:
            one = Action(where.id, "客户资料与钥匙收好", when + timedelta(hours=4), when, who, "check", made.id, VETO)
            await Actions(connection).make(replace(one, before=tuple(ids)))
    return made


async def content(chat: Talk) -> bytes:
    [file] = [file for reply in chat.replies for file in reply.files]
    return await chat.app.turns.files.get(file.ref)


def name(chat: Talk) -> str:
    [file] = [file for reply in chat.replies for file in reply.files]
    return file.name


def text(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


async def test_a_check_comes_as_pdf_word_and_excel(app: App, boss: Talk, here: Store) -> None:
    made = await checked(app, boss, here, photos=2)
    await boss.act(f"checked:show:{made.id}")
    assert boss.replies[0].buttons[-1] == report.ways(made.id)
    assert [button.text for button in report.ways(made.id)] == ["PDF 报告", "Word", "Excel"]
    for button, ending in zip(report.ways(made.id), ("pdf", "docx", "xlsx"), strict=True):
        assert await boss.act(button.action) == "浦东店“5S 前台”检核的报告。"
        assert name(boss) == f"检核-浦东店-5S 前台-2026-11-25.{ending}"
        shown = await content(boss)
        if ending == "pdf":
            assert "委托书放在台面上。" in text(shown)
            assert len(list(pypdf.PdfReader(io.BytesIO(shown)).pages[0].images)) >= 2
        if ending == "docx":
            said = "".join(
                cell.text for table in Document(io.BytesIO(shown)).tables for row in table.rows for cell in row.cells
            )
            assert "委托书放在台面上。" in said
        if ending == "xlsx":
            book = load_workbook(io.BytesIO(shown))
            assert book["检核"]["B2"].value == datetime(2026, 11, 25, 12, 5)
            assert book["整改经过"].max_row == 2


async def test_the_store_gets_the_pdf_in_its_own_times(app: App, boss: Talk, clerk: Talk, here: Store) -> None:
    made = await checked(app, boss, here)
    await clerk.be("staff", zone="Asia/Tokyo")
    await boss.act(report.ways(made.id)[0].action)
    assert await boss.press("发给门店") == "已发给浦东店的 1 位同事：李店员。"
    [heard] = [load_reply(row.payload) for row in await clerk.told() if row.inbox_id is None]
    assert heard.text == "王督导把浦东店“5S 前台”检核的报告发给您。"
    shown = text(await app.turns.files.get(heard.files[0].ref))
    assert "2026-11-25 13:05（UTC+09:00）" in shown
    assert await boss.act(f"report:send:{made.id}") == "11-25 12:05 已经发给浦东店了。再发一次吗？"
    assert len([row for row in await clerk.told() if row.inbox_id is None]) == 1
    assert await boss.press("再发一次") == "已发给浦东店的 1 位同事：李店员。"
    assert len([row for row in await clerk.told() if row.inbox_id is None]) == 2


async def test_a_store_without_people_is_told_of(app: App, boss: Talk, here: Store) -> None:
    made = await checked(app, boss, here)
    assert await boss.act(f"report:send:{made.id}") == "浦东店还没有别的同事，没有发出。"


async def test_staff_have_their_own_stores_report_and_pass_nothing_on(
    app: App, boss: Talk, clerk: Talk, here: Store
) -> None:
    made = await checked(app, boss, here)
    await clerk.act(f"report:pdf:{made.id}")
    assert name(clerk).endswith(".pdf")
    assert clerk.buttons == []
    assert await clerk.act(f"report:send:{made.id}") == NOT_YOURS


@pytest.mark.parametrize("form", ["pdf", "word", "excel", "send"])
async def test_a_check_of_another_store_is_as_if_it_were_not_there(
    app: App, boss: Talk, here: Store, form: str
) -> None:
    made = await checked(app, boss, here)
    there = await store(app, "SH-02", "虹桥店")
    for role, answer in (("supervisor", report.NOT_HERE), ("staff", report.NOT_HERE), ("trainee", NOT_YOURS)):
        chat = Talk(app, f"{role}-2", person=f"{role}-2")
        await chat.be(role, there)
        for number in (made.id, 99):
            assert await chat.act(f"report:{form}:{number}") == answer
    trainee = Talk(app, "trainee-1", person="trainee-1")
    await trainee.be("trainee", here)
    assert await trainee.act(f"report:{form}:{made.id}") == NOT_YOURS


async def test_who_has_left_is_not_named(app: App, boss: Talk, here: Store) -> None:
    made = await checked(app, boss, here)
    async with app.database.write() as connection:
        await People(connection).leave((await boss.who()).id, NOON)
    admin = Talk(app, "admin", person="老板")
    await admin.be("admin")
    await admin.act(f"report:pdf:{made.id}")
    shown = text(await content(admin))
    assert "已离职" in shown
    assert "王督导" not in shown


async def test_a_photo_that_is_gone_does_not_cost_the_report(app: App, boss: Talk, here: Store) -> None:
    made = await checked(app, boss, here, photos=2)
    async with app.database.read() as connection:
        [first, _] = await Photos(connection).of(made.marks[2].photos)
    kept = app.turns.files._path(first.shown)  # the file is taken away behind its back
    kept[0].rm_file(kept[1])
    await boss.act(f"report:pdf:{made.id}")
    assert "另有 1 张照片暂时取不到。" in text(await content(boss))


async def test_pictures_of_a_period_come_by_one_tap(app: App, boss: Talk, here: Store) -> None:
    for ago in (0, 3, 9):
        await checked(app, boss, here, ago=ago, good=ago == 3)
    shown = await boss.say("/reports")
    assert shown == "**报表**\n\n- 时间：2026-11-01 至 2026-11-25\n- 门店：浦东店\n\n看哪一项？"
    assert "换门店" not in [button.text for button in boss.buttons]
    titles = {
        "排名": "门店排名",
        "趋势": "得分趋势",
        "高频不合格": "高频不合格项",
        "重复问题": "重复问题",
        "整改完成率": "整改完成率",
    }
    for verb, title in titles.items():
        said = await boss.press(verb)
        assert said == f"**{title}** · 2026-11-01 至 2026-11-25 · 浦东店"
        assert name(boss) == f"{title}-浦东店-20261101-20261125.png"
        picture = Image.open(io.BytesIO(await content(boss)))
        assert picture.width == 1080
        assert 300 < picture.height < 3200


async def test_a_period_is_exported_with_its_checks_items_actions_and_changes(
    app: App, boss: Talk, here: Store
) -> None:
    for ago in (0, 40):
        await checked(app, boss, here, ago=ago)
    await boss.say("/reports")
    said = await boss.press("导出 Excel")
    assert said == "2026-11-01 至 2026-11-25 · 浦东店：检核 1 次，整改 1 条。"
    assert name(boss) == "检核整改明细-浦东店-20261101-20261125.xlsx"
    book = load_workbook(io.BytesIO(await content(boss)))
    assert [len(list(book[name].rows)) - 1 for name in ("检核", "检核项", "整改", "整改经过")] == [1, 8, 1, 1]


async def test_the_period_is_chosen_or_typed(app: App, boss: Talk, here: Store) -> None:
    await checked(app, boss, here, ago=40)
    await boss.say("/reports")
    await boss.press("换时间")
    assert "时间：2026-10-01 至 2026-10-31" in await boss.press("上月")
    assert boss.replies[0].replaces
    await boss.press("换时间")
    assert await boss.press("自己写日期") == period.ASK_DAYS
    assert "没看懂" in await boss.say("明年")
    assert "时间：2026-10-10 至 2026-10-20" in await boss.say("10月10日到10月20日")
    await boss.press("排名")
    assert name(boss) == "门店排名-浦东店-20261010-20261020.png"
    await boss.press("换时间或门店")
    assert not boss.replies[0].replaces
    await boss.press("换时间")
    await boss.press("本周")
    for verb, what in (("排名", "rank"), ("趋势", "trend"), ("高频", "fail"), ("重复", "again"), ("完成率", "close")):
        assert await boss.press(verb) == period.NOTHING[what]
    assert await boss.press("导出") == period.NOTHING["sheet"]


async def test_each_leader_adds_up_their_own_stores(app: App, boss: Talk, here: Store) -> None:
    there, third = await store(app, "SH-02", "虹桥店"), await store(app, "SH-03", "嘉定店")
    for where in (here, there, third):
        await checked(app, boss, where)
    await boss.be("supervisor", there)
    assert "全部门店（2 家）" in await boss.say("/reports")
    await boss.press("导出 Excel")
    stores = [str(row[3]) for row in load_workbook(io.BytesIO(await content(boss)))["检核"].iter_rows(values_only=True)]
    assert sorted(stores[1:]) == ["浦东店", "虹桥店"]
    await boss.press("换时间或门店")
    await boss.press("换门店")
    assert [button.text for button in boss.buttons] == ["全部门店", "浦东店", "虹桥店", "返回"]
    assert "门店：虹桥店" in await boss.press("虹桥店")
    forged = boss.buttons[0].action.replace(f":{there.id}:0", f":{third.id}:0")
    assert await boss.act(forged) == flow.OVER
    assert await boss.act(forged.replace(f":{third.id}:0", ":77:0")) == flow.OVER
    admin = Talk(app, "admin", person="老板")
    await admin.be("admin")
    assert "全部门店（3 家）" in await admin.say("/reports")


async def test_buttons_that_were_not_made_here_do_nothing(app: App, boss: Talk) -> None:
    actions = ["", ":rank", ":rank:20261101:20261125", ":rank:20261125:20261101:0:0", ":rank:20261301:20261302:0:0"]
    actions += [":rank:20200101:20261101:0:0", ":x:20261101:20261102:0:0", ":rank:20261101:20261102:x:0", ":pdf:9:9"]
    for action in actions:
        assert await boss.act(f"reports{action}") == flow.OVER
        assert await boss.act(f"report{action}") == flow.OVER


async def test_staff_and_trainees_have_no_reports_over_periods(app: App, clerk: Talk) -> None:
    assert await clerk.say("/reports") == NOT_YOURS
    assert await clerk.act("reports:rank:20261101:20261125:0:0") == NOT_YOURS


async def test_a_leader_without_stores_is_told_so(app: App) -> None:
    chat = Talk(app, "new", person="新督导")
    await chat.be("supervisor")
    assert await chat.say("/reports") == period.NO_STORES


TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("said", "since", "until"),
    [
        ("11-01 到 11-15", date(2026, 11, 1), date(2026, 11, 15)),
        ("11月1日至11月15日", date(2026, 11, 1), date(2026, 11, 15)),
        ("2026-10-01-2026-10-31", date(2026, 10, 1), date(2026, 10, 31)),
        ("2026.10.1 ~ 2026.10.5", date(2026, 10, 1), date(2026, 10, 5)),
        ("20261001 20261005", date(2026, 10, 1), date(2026, 10, 5)),
        ("从12月20日到1月5日", date(2025, 12, 20), date(2026, 1, 5)),
        ("2025年12月", date(2025, 12, 1), date(2025, 12, 31)),
        ("十月", date(2026, 10, 1), date(2026, 10, 31)),
        ("11月", date(2026, 11, 1), TODAY),
        ("11-20 到 12-05", date(2026, 11, 20), TODAY),
        ("11.11", date(2026, 11, 11), date(2026, 11, 11)),
        ("上月", date(2026, 10, 1), date(2026, 10, 31)),
        ("近90天", date(2026, 8, 28), TODAY),
    ],
)
def test_periods_are_read_as_people_type_them(said: str, since: date, until: date) -> None:
    assert days_of(said, TODAY) == (since, until)


@pytest.mark.parametrize(
    "said", ["", "昨天和前天", "13-01 到 13-05", "11-31", "2027-01-01 到 2027-02-01", "1-2-3-4-5-6-7"]
)
def test_what_is_no_period_is_not_taken_for_one(said: str) -> None:
    assert days_of(said, TODAY) is None


def test_a_files_name_has_nothing_that_a_disk_refuses() -> None:
    assert filename("pdf", "检核", 'a/b\\c:*?"<>|\n\x00', "  ", "x" * 99) == f"检核-a-b-c-{'x' * 40}.pdf"
