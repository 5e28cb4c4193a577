"""A 5-Why on a phone's browser: one thumb, real taps, the picture in the chat."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from canned_house import Site, add_person
from chromium import IN_CHROMIUM, ask, idle, started, watched
from conftest import loaded
from playwright.async_api import Browser, BrowserContext, expect
from talking import store
from test_check_browser import come, fits, last, send, tap

from bot.app import App, opened
from bot.config import WebSettings
from knowledge.cause.stored import tree_from
from records.analyses import Analyses
from records.people import SUPERVISOR, People

pytestmark = IN_CHROMIUM


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with started() as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="module")
async def app(own_home: Path) -> AsyncIterator[App]:
    async with opened(loaded(own_home)) as app:
        app.turns.per_minute = 1000
        here = await store(app)
        boss = await add_person(app.turns, "王督导", SUPERVISOR, "demo-wang", demo=True)
        async with app.database.write() as connection:
            await People(connection).assign(boss.id, here.id)
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


async def test_a_rising_rate_of_repairs_to_its_root_and_picture(
    phone: BrowserContext, site: Site, app: App, tmp_path: Path
) -> None:
    page = await come(phone, site, "demo-wang")
    await ask(page, "/why 返修率从 3% 升到 6.2%")
    await tap(page, "5Why：一层层问", "在哪里")
    for then in ("什么时候", "差多少", "影响谁", "哪个指标"):
        await tap(page, "先跳过", then)
    await tap(page, "返修率", "返修率现在是多少")
    await ask(page, "6.2 3")
    await expect(last(page)).to_contain_text("指标：返修率 6.2%（目标 3%）")
    await fits(page)
    await page.screenshot(path=tmp_path / "card.png")
    await ask(page, "没有路试就交车\n诊断仪没有升级")
    await expect(last(page)).to_contain_text("记下 2 条")
    await ask(page, "没有办法")
    await expect(last(page)).to_contain_text("先记着")
    await ask(page, "路试没有写进派工单")
    await fits(page)
    await page.screenshot(path=tmp_path / "why.png")
    await tap(page, "给点提示", "可以先查查这些")
    await page.screenshot(path=tmp_path / "hint.png")
    await tap(page, "问到底了", "能着手改吗")
    await tap(page, "能改", "能解释手上的事实吗")
    await tap(page, "能解释", "有什么证据")
    await send(page, tmp_path, 1, text="派工单没有这一栏", then="照片 1 张")
    await tap(page, "已证实", "接着问哪一处")
    await page.screenshot(path=tmp_path / "places.png")
    await page.reload()
    await idle(page)
    await tap(page, "没问完：诊断仪没有升级", "第 1 层")
    await tap(page, "做完了", "还差这些")
    await page.screenshot(path=tmp_path / "gaps.png")
    await tap(page, "就这样结束", "有 1 项要整改")
    drawn = page.locator("article.bot .picture img").last
    await expect(drawn).to_be_visible()
    await drawn.scroll_into_view_if_needed()
    assert await drawn.evaluate("node => node.naturalWidth") > 600
    await page.screenshot(path=tmp_path / "drawn.png")
    await tap(page, "全部建 1 条", "已建 1 条整改")
    await fits(page)
    async with app.database.read() as connection:
        one = await Analyses(connection).get(1)
    assert one is not None
    causes = tree_from(one.content).causes
    assert [(cause.text, cause.end, cause.state) for cause in causes if cause.end] == [
        ("路试没有写进派工单", "root", "verified")
    ]
    assert len(causes) == 4
