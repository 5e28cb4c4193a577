"""Who sees whom, what an admin changes, and the stores people stand in."""

import pytest
from talking import NOON, Talk, store

from bot.app import App
from handlers import people, stores
from handlers.flow import OVER
from handlers.joining import STRANGER
from handlers.roles import NOT_YOURS
from records.invites import Invites
from records.people import People, Person
from records.reminders import Reminders
from records.stores import Stores


@pytest.fixture
def admin(app: App) -> Talk:
    return Talk(app)


def colleague(app: App, name: str) -> Talk:
    return Talk(app, f"chat-{name}", person=name)


async def now(app: App, person: Person) -> Person:
    async with app.database.read() as connection:
        found = await People(connection).get(person.id)
    assert found is not None
    return found


async def test_an_admin_sees_everyone_a_supervisor_those_of_their_stores(admin: Talk, app: App) -> None:
    shop, other = await store(app), await store(app, "SH-02", "徐汇店")
    await admin.be("admin")
    boss = colleague(app, "老王")
    await boss.be("supervisor", shop)
    await colleague(app, "小赵").be("staff", shop)
    await colleague(app, "小钱").be("staff", other)
    await admin.say("/people")
    assert [b.text for b in admin.buttons] == ["小林 · 管理员", "老王 · 督导", "小赵 · 门店员工", "小钱 · 门店员工"]
    assert "小钱" not in await boss.say("/people")
    assert [b.text for b in boss.buttons] == ["老王 · 督导", "小赵 · 门店员工"]
    assert "徐汇" not in await boss.press("小赵")
    assert boss.buttons == []


async def test_a_supervisor_learns_nothing_of_others_by_forged_buttons(admin: Talk, app: App) -> None:
    shop = await store(app)
    person = await admin.be("admin")
    boss = colleague(app, "老王")
    await boss.be("supervisor", shop)
    assert await boss.act(f"person:{person.id}") == people.NOT_HERE
    assert await boss.act("person:999") == people.NOT_HERE
    assert await boss.say("/person 小林") == people.NOT_FOUND
    for what in ("role", "stores", "boss", "remove"):
        assert await boss.act(f"person:{person.id}:{what}") == NOT_YOURS


async def test_a_person_is_found_by_a_part_of_their_name(admin: Talk, app: App) -> None:
    await admin.be("admin")
    await colleague(app, "张小明").be("staff")
    await colleague(app, "张大明").be("staff")
    assert "张小明" in await admin.say("/person 小明")
    assert [b.text for b in admin.buttons] == ["改角色", "改门店", "改上级", "移除"]
    await admin.say("/person 张")
    assert [b.text for b in admin.buttons] == ["张小明 · 门店员工", "张大明 · 门店员工"]
    assert await admin.say("/person 李四") == people.NOT_FOUND


async def test_many_people_are_listed_by_pages(admin: Talk, app: App) -> None:
    await admin.be("admin")
    async with app.database.write() as connection:
        for n in range(23):
            await People(connection).add(f"店员{n:02d}", "staff", "Asia/Shanghai", NOON)
    assert "共 24 人" in await admin.say("/people")
    seen = [b.text for b in admin.buttons]
    while seen[-1] == people.MORE:
        await admin.press(people.MORE)
        seen[-1:] = [b.text for b in admin.buttons]
    assert seen == ["小林 · 管理员", *(f"店员{n:02d} · 门店员工" for n in range(23))]


async def test_an_admin_changes_a_role_and_its_person_hears_of_it(admin: Talk, app: App) -> None:
    await admin.be("admin")
    other = colleague(app, "老王")
    person = await other.be("supervisor")
    async with app.database.write() as connection:
        code = await Invites(connection).make("staff", NOON, NOON - NOON.replace(hour=0), by=person.id)
    await admin.say("/person 老王")
    await admin.press("改角色")
    assert "管理员" in await admin.press("管理员")
    assert (await now(app, person)).role == "admin"
    assert await other.heard() == [people.TOLD_ROLE.format(role="管理员")]
    async with app.database.read() as connection:
        assert [one.kind for one in await Reminders(connection).of(person.id)] == ["digest"]
    assert "不能用" in await colleague(app, "新人").send(f"/start {code}")
    await admin.press("改角色")
    await admin.press("学员")
    async with app.database.read() as connection:
        assert await Reminders(connection).of(person.id) == []
    assert await other.say("/people") == NOT_YOURS


async def test_an_admin_puts_a_person_on_stores_and_takes_them_off(admin: Talk, app: App) -> None:
    shop, second = await store(app), await store(app, "SH-02", "徐汇店")
    await admin.be("admin")
    other = colleague(app, "老王")
    person = await other.be("supervisor", shop)
    await admin.say("/person 老王")
    await admin.press("改门店")
    assert [b.text for b in admin.buttons] == ["✓ 浦东店", "徐汇店", "取消"]
    assert "浦东店、徐汇店" in await admin.press("徐汇店")
    assert (await now(app, person)).stores == (shop.id, second.id)
    await admin.press("改门店")
    assert people.NO_SUCH_STORE in await admin.say("SH-09")
    await admin.say("sh-01")
    assert (await now(app, person)).stores == (second.id,)
    assert await other.heard() == ["您已加入门店 徐汇店。", "您已不在门店 浦东店。"]


async def test_an_admin_says_whom_a_person_reports_to(admin: Talk, app: App) -> None:
    me = await admin.be("admin")
    boss = await colleague(app, "老王").be("supervisor")
    person = await colleague(app, "小赵").be("staff")
    await admin.say("/person 小赵")
    await admin.press("改上级")
    assert [b.text for b in admin.buttons] == ["小林", "老王", "没有", "取消"]
    assert "上级：老王" in await admin.say("老王")
    assert (await now(app, person)).reports_to == boss.id
    await admin.press("改上级")
    await admin.press("小林")
    assert (await now(app, person)).reports_to == me.id
    await admin.press("改上级")
    await admin.press("没有")
    assert (await now(app, person)).reports_to is None


async def test_who_is_removed_is_a_stranger(admin: Talk, app: App) -> None:
    await admin.be("admin")
    other = colleague(app, "小赵")
    person = await other.be("staff", await store(app))
    await admin.say("/person 小赵")
    assert "确定移除小赵" in await admin.press("移除")
    assert await admin.press("移除") == people.REMOVED.format(name="小赵")
    assert await other.send("/me") == STRANGER
    gone = await now(app, person)
    assert (gone.name, gone.stores) == ("已离开", ())
    assert await admin.act(f"person:{person.id}") == people.NOT_HERE


async def test_one_admin_always_stays(admin: Talk, app: App) -> None:
    await admin.be("admin")
    await admin.say("/person 小林")
    await admin.press("改角色")
    assert await admin.press("学员") == people.LAST_ADMIN
    await admin.say("/person 小林")
    await admin.press("移除")
    assert await admin.press("移除") == people.LAST_ADMIN
    assert (await admin.who()).role == "admin"


async def test_someone_who_left_meanwhile_is_not_changed(admin: Talk, app: App) -> None:
    await admin.be("admin")
    person = await colleague(app, "小赵").be("staff")
    for what, choice in (("改角色", "督导"), ("改上级", "小林"), ("移除", "移除")):
        async with app.database.write() as connection:
            await People(connection).change(person.id, left_at=None)
        await admin.say("/person 小赵")
        await admin.press(what)
        async with app.database.write() as connection:
            await People(connection).change(person.id, left_at=NOON)
        assert await admin.press(choice) == people.NOT_HERE
    assert (await now(app, person)).role == "staff"


async def test_everyone_sees_their_own_stores_only(admin: Talk, app: App) -> None:
    shop, other = await store(app), await store(app, "SH-02", "徐汇店")
    await admin.be("admin")
    staff = colleague(app, "小赵")
    await staff.be("staff", shop)
    assert "共 1 家" in await staff.say("/stores")
    shown = await staff.press("浦东店")
    assert "SH-01" in shown
    assert "门店员工：小赵" in shown
    assert staff.buttons == []
    assert await staff.act(f"store:{other.id}") == stores.NOT_HERE == await staff.act("store:99")
    for action in (f"store:{other.id}:close", f"store:{shop.id}:name", "store:new", f"store:{shop.id}:qr"):
        assert await staff.act(action) == NOT_YOURS
    assert "共 2 家" in await admin.say("门店")


async def test_an_admin_opens_a_store_step_by_step(admin: Talk, app: App) -> None:
    await admin.be("admin")
    assert await admin.say("/stores") == stores.NONE_AT_ALL
    await admin.press("新增门店")
    assert stores.BAD_CODE in await admin.say("浦东 1 号")
    await admin.say("sh-021")
    await admin.say("浦东店")
    await admin.say("华东")
    assert admin.replies[0].asks_place
    assert "没看懂" in await admin.say("浦东南路")
    assert "31.2304, 121.4737" in await admin.share(31.2304, 121.4737)
    assert "已保存" in await admin.press("保存")
    async with app.database.read() as connection:
        saved = await Stores(connection).named("SH-021")
    assert saved
    assert (saved.name, saved.region, saved.latitude, saved.longitude) == ("浦东店", "华东", 31.2304, 121.4737)


async def test_a_code_in_use_is_refused_at_once(admin: Talk, app: App) -> None:
    await store(app)
    await admin.be("admin")
    await admin.say("/stores")
    await admin.press("新增门店")
    assert stores.TAKEN.format(code="SH-01") in await admin.say("SH-01")
    assert "叫什么名字" in await admin.say("SH-02")


@pytest.mark.parametrize(
    ("what", "typed", "shown"),
    [
        ("改名称", "新浦东店", "**新浦东店**"),
        ("改区域", "上海", "区域：上海"),
        ("改位置", "31.2, 121.5", "31.2000, 121.5000"),
    ],
)
async def test_an_admin_changes_a_store(admin: Talk, app: App, what: str, typed: str, shown: str) -> None:
    await store(app)
    await admin.be("admin")
    await admin.say("/stores")
    await admin.press("浦东店")
    await admin.press(what)
    assert shown in await admin.say(typed)


async def test_a_closed_store_is_offered_no_more_and_can_open_again(admin: Talk, app: App) -> None:
    shop = await store(app)
    await admin.be("admin")
    staff = colleague(app, "小赵")
    await staff.be("staff", shop)
    await admin.act(f"store:{shop.id}:close")
    assert await admin.press("关闭门店") == stores.CLOSED.format(name="浦东店")
    assert await staff.say("/stores") == stores.NONE
    assert await staff.act(f"store:{shop.id}") == stores.NOT_HERE
    await admin.say("/stores")
    await admin.press("新增门店")
    for text in ("SH-01", "浦东新店", "华东"):
        await admin.say(text)
    await admin.press("跳过")
    await admin.press("保存")
    assert "浦东新店" in await staff.act(f"store:{shop.id}")


async def test_a_stores_link_shows_it_to_its_people(admin: Talk, app: App) -> None:
    shop = await store(app)
    await admin.be("admin")
    await admin.act(f"store:{shop.id}:qr")
    [reply] = admin.replies
    assert reply.files[0].picture
    assert "/start store_SH-01" in reply.text
    staff, outsider = colleague(app, "小赵"), colleague(app, "小钱")
    await staff.be("staff", shop)
    await outsider.be("supervisor")
    assert "浦东店" in await staff.say("/start store_SH-01")
    assert "浦东店" in await admin.say("/start store_sh-01")
    assert await outsider.say("/start store_SH-01") == stores.NOT_HERE == await outsider.say("/start store_NONE")
    assert await colleague(app, "路人").send("/start store_SH-01") == STRANGER


@pytest.mark.parametrize("action", ["person:", "person:x", "person:1:king", "people:-1", "people:x", "person:1:role:2"])
async def test_buttons_that_never_were_say_so(admin: Talk, action: str) -> None:
    await admin.be("admin")
    assert await admin.act(action) in (OVER, people.NOT_HERE)
