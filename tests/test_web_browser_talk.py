"""The conversation in a real Chromium: roles, live notices, files, places, commands, replies, login."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal
from uuid import uuid4

import pytest
import pytest_asyncio
from canned_house import Site, add_person, canned, link
from chromium import FAINT, IN_CHROMIUM, SMALL, Chromium, ask, empty, idle
from conftest import free_port
from PIL import Image
from playwright.async_api import BrowserContext, Geolocation, Page, expect

from bot.config import WebSettings
from bot.web import talk
from handlers.context import Context
from handlers.message import Button, File, Incoming, Reply
from records.people import SUPERVISOR

pytestmark = IN_CHROMIUM

SHANGHAI: Geolocation = {"latitude": 31.2304, "longitude": 121.4737}
NOTICE = "李店员提交了整改，请复核。"
STEPS = {
    "score:1": Reply("第 2 项：工具归位", buttons=((Button("合格", "score:2"),),), replaces=True),
    "score:2": Reply("检核完成：2 项都合格。", replaces=True),
}
MANY = (Reply("第一条。"), Reply("第二条。", buttons=((Button("好的", "ok"),),)), Reply("第三条。"))


def say(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    if incoming.action in STEPS:
        return (STEPS[incoming.action],)
    if incoming.attachments:
        names = "、".join(f"{one.name}（{one.kind}）" for one in incoming.attachments)
        return (Reply(f"收到 {names}：{incoming.text}"),)
    if incoming.place:
        return (Reply(f"到店：{incoming.place.latitude}, {incoming.place.longitude}"),)
    word, _, rest = incoming.text.partition(" ")
    match word:
        case "检核":
            return (Reply("第 1 项：地面干净", buttons=((Button("合格", "score:1"),),)),)
        case "到店":
            return (Reply("请在门店里发送位置。", asks_place=True),)
        case "告诉":
            context.notify(int(rest), Reply(NOTICE, about="action:1"))
        case "给我":
            files = [one.split(",") for one in rest.split(" ")]
            return (Reply("在这里。", files=tuple(File(*one) for one in files)),)
        case "三条":
            return MANY
    if incoming.answers:
        return (Reply(f"答复 {incoming.answers}：{incoming.text}"),)
    return (Reply(f"收到：{incoming.text}"),)


@pytest_asyncio.fixture(loop_scope="session")
async def site(migrated: Path, tmp_path: Path) -> AsyncIterator[Site]:
    shutil.copy(migrated, tmp_path / "dudao.db")
    async with canned(tmp_path, say) as (turns, _):
        running = Site(turns, WebSettings(max_megabytes=0.5))
        await running.start()
        yield running
        await running.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def phone(chromium: Chromium) -> AsyncIterator[BrowserContext]:
    async with chromium.phone() as context:
        yield context


@pytest_asyncio.fixture(loop_scope="session")
async def other(chromium: Chromium) -> AsyncIterator[BrowserContext]:
    """Another's phone; of two pages of one phone the hidden one would draw once a second."""
    async with chromium.phone() as context:
        yield context


@pytest_asyncio.fixture(loop_scope="session")
async def page(phone: BrowserContext, site: Site) -> Page:
    return await opened(phone, site)


async def opened(context: BrowserContext, site: Site, played: str = "") -> Page:
    page = await empty(context)
    await page.goto(f"http://127.0.0.1:{site.port}/" + (f"?as={played}" if played else ""))
    await idle(page)
    return page


async def said(site: Site, *texts: str) -> None:
    """What 王督导 says on another device."""

    async def unwatched(text: str) -> None:
        """Nobody watches."""

    for text in texts:
        incoming = Incoming(uuid4().hex, "web", "demo-wang", "demo-wang", site.turns.now(), text)
        assert await site.turns(incoming, unwatched)


def picture(folder: Path, name: str = "车间.png", side: int = 40) -> Path:
    file = folder / name
    Image.effect_noise((side, side), 90).save(file)
    return file


async def test_a_role_is_chosen_at_the_top_and_kept(page: Page, site: Site) -> None:
    roles = page.get_by_label("现在的身份")
    assert await roles.locator("option").all_text_contents() == ["本机管理员", "王督导 · 督导", "李店员 · 门店员工"]
    await expect(roles.locator("optgroup")).to_have_attribute("label", "演示角色")
    await ask(page, "我是管理员")
    await roles.select_option("王督导 · 督导")
    await page.wait_for_url("**/?as=demo-wang")
    await idle(page)
    await expect(page.locator("#who")).to_have_text("演示角色")
    await expect(page.locator(".person")).to_have_count(0)
    await ask(page, "我是督导")
    assert site.bot.seen[-1].person == "demo-wang"
    await page.goto(f"http://127.0.0.1:{site.port}/")  # as from a bookmark
    await page.wait_for_url("**/?as=demo-wang")
    await expect(page.locator(".person .bubble")).to_have_text("我是督导")
    await page.get_by_label("现在的身份").select_option("本机管理员")
    await page.wait_for_url("**/?as=local")
    await expect(page.locator(".person .bubble")).to_have_text("我是管理员")


async def test_what_one_person_does_appears_on_the_others_open_page(
    phone: BrowserContext, other: BrowserContext, site: Site
) -> None:
    wang, li = await opened(phone, site, "demo-wang"), await opened(other, site, "demo-li")
    await ask(li, "告诉 2")
    await expect(wang.locator("article.bot .bubble")).to_have_text(NOTICE)
    await expect(li.get_by_text(NOTICE)).to_have_count(0)
    await wang.reload()
    await idle(wang)
    await expect(wang.locator("article.bot .bubble")).to_have_text(NOTICE)


async def test_a_notice_is_scrolled_to_unless_the_reader_is_elsewhere(
    phone: BrowserContext, other: BrowserContext, site: Site
) -> None:
    await said(site, *(f"第{number}问" for number in range(12)))
    wang, li = await opened(phone, site, "demo-wang"), await opened(other, site, "demo-li")
    await ask(li, "告诉 2")
    await expect(wang.get_by_text(NOTICE)).to_be_in_viewport()
    await wang.locator("#scroll").evaluate("node => new Promise(seen => { node.onscroll = seen; node.scrollTop = 0; })")
    await ask(li, "告诉 2")
    await expect(wang.get_by_text(NOTICE)).to_have_count(2)
    await expect(wang.get_by_text("收到：第0问")).to_be_in_viewport()


async def test_two_pages_of_one_person_show_the_same(phone: BrowserContext, other: BrowserContext, site: Site) -> None:
    first, second = await opened(phone, site, "demo-li"), await opened(other, site, "demo-li")
    await ask(first, "你好")
    await expect(second.locator("article")).to_have_count(2)
    await expect(second.locator(".person .bubble")).to_have_text("你好")
    await expect(second.locator("article.bot .bubble")).to_have_text("收到：你好")
    await expect(first.locator("article")).to_have_count(2)


async def test_a_reply_can_be_answered_and_shows_what_it_answers(
    phone: BrowserContext, other: BrowserContext, site: Site
) -> None:
    wang, li = await opened(phone, site, "demo-wang"), await opened(other, site, "demo-li")
    await ask(li, "告诉 2")
    await wang.get_by_role("button", name="回复", exact=True).click()
    await expect(wang.locator("#replying")).to_contain_text(NOTICE)
    await wang.get_by_label("你的问题").fill("马上去")
    await wang.keyboard.press("Enter")
    await expect(wang.locator("article.bot .bubble").last).to_contain_text("答复")
    answered = site.bot.seen[-1]
    assert (answered.text, answered.answers.isdecimal()) == ("马上去", True)
    await expect(wang.locator("#replying")).to_be_hidden()
    for _ in range(2):
        await expect(wang.locator(".quoted")).to_have_text(f"回复：{NOTICE}")
        await wang.reload()
        await idle(wang)


async def test_a_reply_that_is_not_wanted_after_all_is_a_plain_message(
    phone: BrowserContext, other: BrowserContext, site: Site
) -> None:
    wang, li = await opened(phone, site, "demo-wang"), await opened(other, site, "demo-li")
    await ask(li, "告诉 2")
    await wang.get_by_role("button", name="回复", exact=True).click()
    await wang.get_by_role("button", name="不回复这条").click()
    await ask(wang, "别的事")
    assert site.bot.seen[-1].answers == ""


async def test_steps_take_each_others_place_also_after_a_reload(page: Page) -> None:
    await ask(page, "检核")
    await ask(page, "别的")
    await page.get_by_role("button", name="合格", exact=True).click()
    await expect(page.locator("article.bot").first.locator(".bubble")).to_have_text("第 2 项：工具归位")
    await page.get_by_role("button", name="合格", exact=True).click()
    for _ in range(2):
        texts = page.locator("article.bot .bubble")
        await expect(texts).to_have_text(["检核完成：2 项都合格。", "收到：别的"])
        await expect(page.get_by_role("button", name="合格", exact=True)).to_have_count(0)
        await page.reload()
        await idle(page)


async def test_several_replies_to_one_message_all_appear(page: Page) -> None:
    await ask(page, "三条")
    await expect(page.locator("article.bot .bubble")).to_have_text(["第一条。", "第二条。", "第三条。"])
    await expect(page.get_by_role("button", name="好的")).to_be_visible()


async def test_photos_and_files_are_sent_with_a_message_and_stay(page: Page, site: Site, tmp_path: Path) -> None:
    (tmp_path / "说明.txt").write_text("说明")
    await page.locator("#photo").set_input_files([picture(tmp_path), picture(tmp_path, "前台.png")])
    await page.locator("#file").set_input_files(tmp_path / "说明.txt")
    await expect(page.locator("#tray .item")).to_have_count(3)
    await page.get_by_role("button", name="去掉 前台.png").click()
    await page.get_by_label("你的问题").fill("请看")
    await page.keyboard.press("Enter")
    await expect(page.locator("article.bot .bubble")).to_have_text("收到 车间.png（photo）、说明.txt（file）：请看")
    await expect(page.locator("#tray .item")).to_have_count(0)
    for _ in range(2):
        shown = page.locator(".person .picture img")
        await expect(shown).to_have_attribute("alt", "车间.png")
        await expect(shown).to_have_js_property("naturalWidth", 40)
        async with page.expect_download() as download:
            await page.get_by_role("link", name="说明.txt").click()
        assert (await download.value).suggested_filename == "说明.txt"
        await page.reload()
        await idle(page)


async def test_a_photo_alone_is_a_message(page: Page, tmp_path: Path) -> None:
    await page.locator("#photo").set_input_files(picture(tmp_path))
    await page.get_by_role("button", name="发送", exact=True).click()
    await expect(page.locator("article.bot .bubble")).to_have_text("收到 车间.png（photo）：")


async def test_a_file_that_is_too_large_is_refused_before_it_is_sent(page: Page, tmp_path: Path) -> None:
    (tmp_path / "录像.mp4").write_bytes(b"x" * 600_000)
    await page.locator("#file").set_input_files(tmp_path / "录像.mp4")
    await expect(page.get_by_role("alert")).to_have_text(
        "“录像.mp4”有 0.6 MB，超过 0.5 MB 的上限，请压缩或拆分后再发。"
    )
    await expect(page.locator("#tray .item")).to_have_count(0)


async def test_an_upload_that_fails_keeps_the_message_and_can_be_repeated(
    page: Page, site: Site, tmp_path: Path
) -> None:
    await page.route("**/api/uploads*", lambda route: route.abort())
    await page.locator("#photo").set_input_files(picture(tmp_path))
    await page.get_by_label("你的问题").fill("请看")
    await page.keyboard.press("Enter")
    await expect(page.locator("#tray .item")).to_contain_text("没有传上去")
    assert site.bot.seen == []
    await page.unroute("**/api/uploads*")
    await page.get_by_role("button", name="重试").click()
    await expect(page.locator("#tray .item img")).to_be_visible()
    await page.get_by_role("button", name="发送", exact=True).click()
    await expect(page.locator("article.bot .bubble")).to_have_text("收到 车间.png（photo）：请看")


async def test_files_can_be_dropped_and_pasted(page: Page) -> None:
    drop = """([type, target]) => {
      const data = new DataTransfer();
      data.items.add(new File([type], `${type}.csv`, {type: "text/csv"}));
      const Kind = type === "drop" ? DragEvent : ClipboardEvent;
      const how = type === "drop" ? {dataTransfer: data} : {clipboardData: data};
      document.querySelector(target).dispatchEvent(new Kind(type, {bubbles: true, cancelable: true, ...how}));
    }"""
    await page.evaluate(drop, ["drop", "#log"])
    await page.evaluate(drop, ["paste", "#text"])
    await expect(page.locator("#tray .ready")).to_have_count(2)
    await page.get_by_role("button", name="发送", exact=True).click()
    await expect(page.locator("article.bot .bubble")).to_have_text("收到 drop.csv（file）、paste.csv（file）：")


async def test_pictures_from_the_bot_are_seen_and_files_are_saved(page: Page, site: Site, tmp_path: Path) -> None:
    seen = await site.turns.files.put(picture(tmp_path, side=64).read_bytes())
    saved = await site.turns.files.put(b"%PDF report")
    await ask(page, f"给我 鱼骨图.png,image/png,{seen} 月报.pdf,application/pdf,{saved}")
    shown = page.get_by_role("img", name="鱼骨图.png")
    await expect(shown).to_have_js_property("naturalWidth", 64)
    async with page.expect_download() as download:
        await page.get_by_role("link", name="月报.pdf").click()
    await (await download.value).save_as(tmp_path / "月报.pdf")
    assert (tmp_path / "月报.pdf").read_bytes() == b"%PDF report"
    await ask(page, f"给我 坏的.jpg,image/jpeg,{saved}")
    await expect(page.get_by_role("link", name="坏的.jpg")).to_be_visible()
    await expect(page.get_by_role("img", name="坏的.jpg")).to_have_count(0)


async def test_a_location_is_shared_by_the_device(phone: BrowserContext, site: Site) -> None:
    await phone.grant_permissions(["geolocation"])
    await phone.set_geolocation({"latitude": 31.23041234, "longitude": 121.47371234})
    page = await opened(phone, site, "demo-wang")
    await ask(page, "到店")
    await page.locator("article.bot").get_by_role("button", name="发送我的位置").click()
    await expect(page.locator("article.bot .bubble").last).to_have_text("到店：31.230412, 121.473712")
    await expect(page.locator(".person .bubble").last).to_have_text("位置 31.230412, 121.473712")


async def test_where_the_device_may_not_tell_coordinates_can_be_typed(page: Page) -> None:
    await ask(page, "到店")
    answer = page.locator("article.bot").last
    await answer.get_by_role("button", name="发送我的位置").click()
    await expect(answer.get_by_role("status")).to_contain_text("没有允许")
    box = answer.get_by_label("坐标：纬度,经度")
    await expect(box).to_be_focused()
    for wrong in ("上海", "91,0", "31.2"):
        await box.fill(wrong)
        await answer.get_by_role("button", name="发送坐标").click()
        await expect(answer.get_by_role("status")).to_contain_text("例如 31.2304,121.4737")
    await box.fill("31.2304， 121.4737")
    await box.press("Enter")
    await expect(page.locator("article.bot .bubble").last).to_have_text("到店：31.2304, 121.4737")


async def test_a_location_can_be_sent_at_any_time(phone: BrowserContext, site: Site) -> None:
    await phone.grant_permissions(["geolocation"])
    await phone.set_geolocation(SHANGHAI)
    page = await opened(phone, site, "demo-wang")
    await page.get_by_role("button", name="更多").click()
    await page.get_by_role("button", name="位置", exact=True).click()
    await page.get_by_role("button", name="发送我的位置").click()
    await expect(page.locator("article.bot .bubble")).to_have_text("到店：31.2304, 121.4737")
    await expect(page.locator("#panel")).to_be_hidden()


async def test_the_commands_of_the_role_are_a_tap_away(phone: BrowserContext, site: Site) -> None:
    page = await opened(phone, site, "demo-wang")
    await page.get_by_role("button", name="更多").click()
    commands = page.get_by_role("list", name="命令").get_by_role("button")
    await expect(commands).to_have_text(["/help能做什么", "/stores我的门店"])
    await commands.last.click()
    await expect(page.locator("article.bot .bubble")).to_have_text("都在这里。")
    await expect(page.locator("#panel")).to_be_hidden()
    assert site.bot.seen[-1].text == "/stores"


async def test_a_slash_suggests_commands_and_the_keyboard_picks_one(phone: BrowserContext, site: Site) -> None:
    page = await opened(phone, site, "demo-wang")
    box = page.get_by_label("你的问题")
    await box.press_sequentially("/")
    commands = page.get_by_role("list", name="命令").get_by_role("button")
    await expect(commands).to_have_count(2)
    await box.press_sequentially("st")
    await expect(commands).to_have_text(["/stores我的门店"])
    await box.press("ArrowUp")
    await expect(commands).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("#panel")).to_be_hidden()
    await expect(box).to_be_focused()
    await box.press_sequentially("o")
    await box.press("ArrowUp")
    await page.keyboard.press("Enter")
    await expect(page.locator("article.bot .bubble")).to_have_text("都在这里。")
    await expect(box).to_have_value("")


async def test_earlier_messages_are_brought_when_asked_for(phone: BrowserContext, site: Site) -> None:
    page = await opened(phone, site, "demo-wang")
    await ask(page, "检核")
    await said(site, *(f"第{number}问" for number in range(talk.PAGE + 3)))
    await expect(page.get_by_text(f"收到：第{talk.PAGE + 2}问")).to_be_visible()
    await page.locator("article.bot").first.get_by_role("button", name="合格", exact=True).click()
    await idle(page)
    await page.reload()
    await idle(page)
    await expect(page.locator(".person .bubble").first).not_to_have_text("检核")
    await page.get_by_role("button", name="更早的").click()
    await expect(page.locator(".person .bubble").first).to_have_text("检核")
    await expect(page.get_by_role("button", name="更早的")).to_be_hidden()
    texts = await page.locator("article .bubble").all_text_contents()
    expected = [text for number in range(talk.PAGE + 3) for text in (f"第{number}问", f"收到：第{number}问")]
    assert texts == ["检核", *expected, "第 2 项：工具归位"]  # the first step is over: its place is where it went on


async def test_a_page_that_lost_the_server_says_so_and_finds_it_again(page: Page, site: Site) -> None:
    await site.stop()
    await expect(page.locator("#offline")).to_have_text("连不上督导助手，正在重试…", timeout=15_000)
    await site.start()
    await expect(page.locator("#offline")).to_be_empty(timeout=15_000)
    await ask(page, "你好")
    await expect(page.locator("article.bot .bubble")).to_have_text("收到：你好")


async def test_a_menu_that_opens_does_not_hide_the_last_message(phone: BrowserContext, site: Site) -> None:
    await said(site, *(f"第{number}问" for number in range(12)))
    page = await opened(phone, site, "demo-wang")
    await expect(page.get_by_text("收到：第11问")).to_be_in_viewport()
    await page.get_by_role("button", name="更多").click()
    await expect(page.get_by_text("收到：第11问")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everything_that_is_sent_and_shown_is_readable_and_fits_a_thumb(
    phone: BrowserContext, other: BrowserContext, site: Site, tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    ref = await site.turns.files.put(b"%PDF report")
    (tmp_path / "录像.mp4").write_bytes(b"x" * 600_000)
    page, li = await opened(phone, site, "demo-wang"), await opened(other, site, "demo-li")
    await page.emulate_media(color_scheme=scheme)
    await ask(page, f"给我 月报.pdf,application/pdf,{ref}")
    await page.locator("#photo").set_input_files(picture(tmp_path))
    await page.get_by_role("button", name="发送", exact=True).click()
    await expect(page.locator("article.bot")).to_have_count(2)
    await idle(page)
    await ask(page, "到店")
    await page.locator("article.bot").last.get_by_role("button", name="发送我的位置").click()
    await page.locator("article.bot").last.get_by_label("坐标").wait_for()
    await ask(li, "告诉 2")
    for _ in range(2):
        await page.get_by_role("button", name="回复", exact=True).click()
        await page.get_by_label("你的问题").fill("马上去")
        await page.keyboard.press("Enter")
        await idle(page)
    await page.get_by_role("button", name="回复", exact=True).click()
    await page.locator("#file").set_input_files(tmp_path / "录像.mp4")
    await page.route("**/api/uploads*", lambda route: route.abort())
    await page.get_by_role("button", name="更多").click()
    await page.get_by_role("button", name="位置", exact=True).click()
    checked = await page.evaluate(FAINT)
    assert checked["seen"] > 25
    assert checked["found"] == []
    assert await page.evaluate(SMALL) == []
    await page.locator("#photo").set_input_files(picture(tmp_path))
    await page.get_by_role("button", name="重试").wait_for()
    assert (await page.evaluate(FAINT))["found"] == []
    for name in ("html", "main", "#composer"):
        assert await page.locator(name).evaluate("node => node.scrollWidth <= node.clientWidth")


async def test_a_screen_reader_finds_a_name_for_everything(page: Page, tmp_path: Path) -> None:
    await ask(page, "到店")
    await page.locator("#photo").set_input_files(picture(tmp_path))
    await page.get_by_role("button", name="更多").click()
    unnamed = await page.evaluate(
        """[...document.querySelectorAll("button, a, textarea, input, select, img")].filter(n => !(n.ariaLabel
        || n.textContent.trim() || n.labels?.length || n.hasAttribute("alt"))).map(n => n.outerHTML)"""
    )
    assert unnamed == []
    await expect(page.get_by_role("button", name="更多")).to_have_attribute("aria-expanded", "true")


async def test_logging_in_by_the_link_and_out_again(chromium: Chromium, tmp_path: Path) -> None:
    port = free_port()
    async with canned(tmp_path, say, page=f"http://localhost:{port}") as (turns, _):
        site = Site(turns, WebSettings(public=True, url=f"http://localhost:{port}"))
        site.port = port
        await site.start()
        lin = await add_person(turns, "小林", SUPERVISOR)
        async with chromium.phone() as context:
            page = await empty(context)
            await page.goto(f"http://localhost:{port}/")
            await expect(page.locator("main")).to_contain_text("发 /web")
            await expect(page.get_by_role("textbox")).to_have_count(0)
            address = (await link(turns, lin, "lin")).split("\n")[0]
            await page.goto(address)
            await page.get_by_role("button", name="登录").click()
            await idle(page)
            await expect(page.locator("#who")).to_have_text("小林 · 督导")
            await expect(page.get_by_label("现在的身份")).to_have_count(0)
            await ask(page, "你好")
            await expect(page.locator("article.bot .bubble")).to_have_text("收到：你好")
            await page.locator("#photo").set_input_files(picture(tmp_path))
            await expect(page.locator("#tray .item img")).to_have_js_property("naturalWidth", 40)
            [cookie] = await context.cookies()
            assert (cookie["name"], cookie["secure"], cookie["httpOnly"]) == ("__Host-dudao", True, True)
            await page.goto(address)  # a link works once
            await page.get_by_role("button", name="登录").click()
            await expect(page.locator("main")).to_contain_text("不能用")
            await page.goto(f"http://localhost:{port}/")
            await idle(page)
            other = await context.new_page()
            await other.goto(f"http://localhost:{port}/")
            await idle(other)
            await page.get_by_role("button", name="退出").click()
            await expect(page.locator("main")).to_contain_text("发 /web")
            await other.get_by_label("你的问题").fill("还在吗")
            await other.keyboard.press("Enter")
            await expect(other.locator(".failed")).to_contain_text("还没有登录")
        await site.stop()
