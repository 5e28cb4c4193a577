"""A store check on a phone's browser: one thumb, real taps, photos from the camera roll."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from canned_house import Site, add_person
from checks import picture
from chromium import IN_CHROMIUM, SMALL, ask, idle, started, watched
from conftest import loaded
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect
from talking import store

from bot.app import App, opened
from bot.config import WebSettings
from records.checks import Checks
from records.people import STAFF, SUPERVISOR, People

pytestmark = IN_CHROMIUM
CUT = """[...document.querySelectorAll("button")].filter((node) => node.checkVisibility())
  .filter((node) => node.scrollWidth > node.clientWidth || node.getBoundingClientRect().right > innerWidth)
  .map((node) => node.textContent)"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with started() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def app(own_home: Path) -> AsyncIterator[App]:
    async with opened(loaded(own_home)) as app:
        app.turns.per_minute = 1000
        here = await store(app)
        await store(app, "SH-02", "虹桥店")
        boss = await add_person(app.turns, "王督导", SUPERVISOR, "demo-wang", demo=True)
        hand = await add_person(app.turns, "李店员", STAFF, "demo-li", demo=True)
        async with app.database.write() as connection:
            for person in (boss, hand):
                await People(connection).assign(person.id, here.id)
        yield app


@pytest_asyncio.fixture(loop_scope="module")
async def site(app: App) -> AsyncIterator[Site]:
    running = Site(app.turns, WebSettings())
    await running.start()
    yield running
    await running.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def phone(chromium: Browser) -> AsyncIterator[BrowserContext]:
    async with watched(chromium) as context:
        yield context


async def come(phone: BrowserContext, site: Site, who: str) -> Page:
    page = await phone.new_page()
    await page.goto(f"http://127.0.0.1:{site.port}/?as={who}")
    await idle(page)
    return page


def last(page: Page) -> Locator:
    return page.locator("article.bot").last


async def tap(page: Page, name: str, then: str) -> None:
    """Tap a button of the last message; `then` stands in the last message."""
    await last(page).get_by_role("button", name=name, exact=True).click()
    await expect(last(page)).to_contain_text(then)
    await idle(page)
    await fits(page)


async def send(page: Page, folder: Path, *seeds: int, text: str = "", then: str) -> None:
    """Send photos with words."""
    files = [folder / f"{seed}.jpg" for seed in seeds]
    for file, seed in zip(files, seeds, strict=True):
        file.write_bytes(picture(seed))
    await page.locator("#photo").set_input_files(files)
    await expect(page.locator("#tray .item")).to_have_count(len(seeds))
    await page.get_by_label("你的问题").fill(text)
    await page.keyboard.press("Enter")
    await expect(last(page)).to_contain_text(then)
    await idle(page)
    await fits(page)


async def fits(page: Page) -> None:
    """Nothing is wider than the phone, no word of a button is cut off, and every button is large enough."""
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await page.evaluate(CUT) == []
    assert await page.evaluate(SMALL) == []


async def test_a_full_check_with_a_veto_two_failures_and_three_photos(
    phone: BrowserContext, site: Site, app: App, tmp_path: Path
) -> None:
    page = await come(phone, site, "demo-wang")
    await ask(page, "/check")
    await tap(page, "浦东店（SH-01）", "用哪份清单") if await page.get_by_text("检核哪家门店").count() else None
    await tap(page, "5S 前台（8 项）", "1/8 台面只留必需品")
    await tap(page, "合格", "2/8")
    await tap(page, "合格", "3/8 客户资料与钥匙收好")
    await tap(page, "不合格", "发 1 张照片")
    await send(page, tmp_path, 1, 2, text="委托书摊在台面上", then="已收照片 2 张")
    await tap(page, "下一项", "4/8")
    await send(page, tmp_path, 3, text="不合格，门口有水", then="已收照片 1 张")
    await tap(page, "下一项", "5/8")
    await tap(page, "不适用", "6/8")
    await tap(page, "其余合格", "总分 68，D 级，不通过")  # as worked out in test_check_talk
    await expect(last(page)).to_contain_text("一票否决：客户资料与钥匙收好。68 分也判 D 级")
    await tap(page, "改一项", "改哪一项")
    await tap(page, "不改了", "总分 68")
    li = await come(phone, site, "demo-li")
    await tap(page, "提交", "有 2 项要整改")
    await tap(page, "全部建 2 条", "已建 2 条整改")
    card = li.locator("article.bot", has_text="刚做完一次检核")
    await card.get_by_role("button", name="确认", exact=True).click()
    await expect(card).to_have_count(0)
    await expect(li.get_by_text("门店已确认（李店员）")).to_be_visible()
    await fits(li)
    async with app.database.read() as connection:
        [check] = await Checks(connection).all()
    assert (check.total, check.grade, check.state) == (68, "D", "confirmed")
    assert [len(mark.photos) for _, mark in check.failed] == [2, 1]


async def test_all_but_some_is_chosen_with_the_thumb(phone: BrowserContext, site: Site, app: App) -> None:
    page = await come(phone, site, "demo-wang")
    await ask(page, "/check 5S 浦东")
    await tap(page, "全部合格，除了…", "哪几项不合格")
    await tap(page, "8 员工说得出自己的5S责任", "已选 1 项：员工说得出自己的5S责任")
    await tap(page, "选好了，其余合格", "说一句哪里不对")
    await ask(page, "问了两位，都说不出")
    await tap(page, "下一项", "总分 80")
    await page.reload()
    await idle(page)
    await tap(page, "提交", "有 1 项要整改")
    await fits(page)
