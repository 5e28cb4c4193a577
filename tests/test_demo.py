"""Demo people and stores: there once, marked as such, played on this machine, gone with one command."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from conftest import Opens, Ran
from talking import Talk

from bot import demo
from bot.app import KNOWLEDGE, App
from bot.config import PeopleSettings, WebSettings
from bot.local import LOCAL, local_person
from knowledge.demo import MARK, load_demo
from knowledge.faults import BadFile
from records.people import ROLES, People
from records.questions import Questions
from records.stores import Stores

FILE = KNOWLEDGE / "demo.yaml"
PEOPLE = ["演示管理员", "演示督导", "演示学员", "演示店员甲", "演示店员乙"]


@pytest.fixture
async def app(own_home: Path, house: Opens) -> AsyncIterator[App]:
    async with house(own_home) as opened_app:
        await local_person(opened_app, "web", LOCAL)
        yield opened_app


def played(app: App, key: str) -> Talk:
    """Someone of the demo, as the page plays them."""
    return Talk(app, f"demo-{key}", channel="web", person=f"demo-{key}")


async def everyone(app: App) -> list[str]:
    async with app.database.read() as connection:
        return [one.name for one in await People(connection).all()]


async def stores(app: App) -> list[str]:
    async with app.database.read() as connection:
        return [one.code for one in await Stores(connection).all()]


def test_the_shipped_file_has_every_role_and_marks_all() -> None:
    shipped = load_demo(FILE)
    assert [one.code for one in shipped.stores] == ["DEMO-01", "DEMO-02", "DEMO-03"]
    assert [one.name for one in shipped.people] == PEOPLE
    assert {one.role for one in shipped.people} == set(ROLES)
    names = [one.name for one in shipped.stores] + [one.name for one in shipped.people]
    assert all(name.startswith(MARK) for name in names)


async def test_a_new_home_gets_them_once(app: App) -> None:
    assert await demo.first(app)
    assert await everyone(app) == ["本机管理员", *PEOPLE]
    assert await stores(app) == ["DEMO-01", "DEMO-02", "DEMO-03"]
    assert not await demo.first(app)
    assert len(await everyone(app)) == 6


async def test_what_was_removed_stays_away_until_it_is_asked_for(app: App) -> None:
    await demo.first(app)
    assert await demo.remove(app.settings, app.database) == (5, 3)
    assert not await demo.first(app)
    assert (await everyone(app), await stores(app)) == (["本机管理员"], [])
    assert await demo.add(app.settings, app.database, app.turns.now()) == (5, 3)
    assert await demo.add(app.settings, app.database, app.turns.now()) == (0, 0)
    assert len(await everyone(app)) == 6


async def test_they_are_left_out_where_people_have_joined_already(app: App) -> None:
    await Talk(app).be("admin")
    assert not await demo.first(app)
    assert await stores(app) == []


@pytest.mark.parametrize(
    "changes",
    [{"people": PeopleSettings(demo=False)}, {"web": WebSettings(public=True, url="https://x")},
     {"web": WebSettings(enabled=False)}],
)  # fmt: skip
async def test_they_are_left_out_where_they_are_not_wanted(
    own_home: Path, house: Opens, changes: dict[str, object]
) -> None:
    async with house(own_home, **changes) as app:
        assert not await demo.first(app)
        assert await everyone(app) == []


async def test_each_can_be_played(app: App) -> None:
    await demo.first(app)
    assert await demo.roles(app) == [
        ("local", "本机管理员", "admin"),
        ("demo-admin", "演示管理员", "admin"),
        ("demo-supervisor", "演示督导", "supervisor"),
        ("demo-trainee", "演示学员", "trainee"),
        ("demo-staff-1", "演示店员甲", "staff"),
        ("demo-staff-2", "演示店员乙", "staff"),
    ]
    assert "演示·浦东旗舰店" in await played(app, "staff-1").send("/me")
    boss = played(app, "supervisor")
    assert "共 3 家" in await boss.send("/stores")
    await boss.send("/people")
    assert [button.text.partition(" ")[0] for button in boss.buttons] == PEOPLE[1:]
    async with app.database.read() as connection:
        people = People(connection)
        staff, supervisor = await people.who("web", "demo-staff-1"), await people.who("web", "demo-supervisor")
        assert staff
        assert supervisor
        assert staff.reports_to == supervisor.id


async def test_without_them_only_the_machines_admin_can_be_played(app: App) -> None:
    assert await demo.roles(app) == [("local", "本机管理员", "admin")]


async def test_removing_takes_all_they_said_and_leaves_the_others_alone(app: App) -> None:
    await demo.first(app)
    mine = Talk(app)
    await mine.be("admin")
    await mine.say("普通洗车要在多少分钟内完成？")
    acted = played(app, "staff-1")
    await acted.send("火星基地在哪里？")
    await acted.send("普通洗车要在多少分钟内完成？")
    await acted.press("👎")
    await acted.press("过期")
    await acted.send("/me")
    await acted.press("改称呼")
    await demo.remove(app.settings, app.database)
    assert await everyone(app) == ["本机管理员", "小林"]
    assert await acted.told() == []
    assert len(await mine.told()) == 1
    async with app.database.read() as connection:
        questions = Questions(connection)
        assert await questions.complaints() == []
        assert len(await questions.recent("test", "c1", 9)) == 1
        assert await questions.recent("web", acted.name, 9) == []


async def test_a_real_store_of_the_same_code_is_left_as_it_is(app: App) -> None:
    async with app.database.write() as connection:
        await Stores(connection).save("DEMO-01", "真店", "华北")
    await demo.add(app.settings, app.database, app.turns.now())
    async with app.database.read() as connection:
        real = await Stores(connection).named("DEMO-01")
    assert real
    assert (real.name, real.demo) == ("真店", False)
    await demo.remove(app.settings, app.database)
    assert await stores(app) == ["DEMO-01"]


def test_the_command_adds_lists_and_removes_them(dudao: Callable[..., Ran], tmp_path: Path) -> None:
    home = tmp_path / "new"
    assert "没有演示人员" in dudao("--home", home, "demo", "list").out
    assert "5 人，3 家门店" in dudao("--home", home, "demo", "add").out
    assert dudao("--home", home, "demo", "list").lines[1] == "演示督导（督导）"
    assert "5 人，3 家门店" in dudao("--home", home, "demo", "remove").out
    assert "没有演示人员" in dudao("--home", home, "demo", "list").out
    assert dudao("--home", home, "demo", "dance").status == 2


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("role: trainee", "role: boss", "people trainee: role"),
        ("code: DEMO-02", "code: demo 02", "stores demo 02: code"),
        ("code: DEMO-02", "code: DEMO-01", "stores DEMO-01: code: stands twice"),
        ("stores: [DEMO-02]", "stores: [DEMO-09]", "people staff-2: stores: ['DEMO-09']"),
        ("reports_to: admin", "reports_to: chief", "people supervisor: reports_to: 'chief'"),
        ("name: 演示学员", "name: 学员", "people trainee: name: must begin with 演示"),
        ("[23.1247, 113.3612]", "[231, 113]", "stores DEMO-02: place.0"),
        ("region: 华南", "area: 华南", "stores DEMO-02: area"),
        ("key: staff-2", "key: staff-1", "people staff-1: key: stands twice"),
        ("people:", "persons:", "persons"),
        ("stores:\n  -", "stores: {\n  -", "cannot be read as YAML"),
    ],
)
def test_a_bad_file_is_refused_by_file_item_and_key(tmp_path: Path, old: str, new: str, named: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    bad = tmp_path / "demo.yaml"
    bad.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadFile) as raised:
        load_demo(bad)
    assert str(raised.value).startswith(f"{bad}: ")
    assert named in str(raised.value)


@pytest.mark.parametrize("text", ["", "[]", "a", "stores: 3\npeople: x"])
def test_what_is_no_such_file_is_refused(tmp_path: Path, text: str) -> None:
    bad = tmp_path / "demo.yaml"
    bad.write_text(text, encoding="utf-8")
    with pytest.raises(BadFile, match=r"demo\.yaml"):
        load_demo(bad)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be read"):
        load_demo(tmp_path / "none.yaml")
