"""The web chat in a real Chromium: asking, pressing, failing, the keyboard, a narrow phone, readable colours."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from canned_house import Site, canned
from chromium import FAINT, IN_CHROMIUM, SMALL, Chromium, ask, empty, idle
from playwright.async_api import Page, Route, expect

from handlers.context import Context
from handlers.message import Button, Citation, Incoming, Reply

pytestmark = IN_CHROMIUM

RATE = ((Button("👍", "up:1"), Button("👎", "down:1")), (Button("原文", "source:7"),))
SOURCE = Citation("接待流程", "1.0", ("接待流程", "第二步", "控制点"), 3, "一分钟内有人问候", "source:7", 1)
TABLE = "| 指标 | 公式 | 目标 | 频次 | 负责人 |\n|---|---|--:|---|---|\n" + (
    "| 一次修复率 | 一次修好的台次 ÷ 维修的总台次 × 100% | ≥ 95% | 每月一次 | 技术经理和车间主任 |\n" * 3
)
EVIL = (
    "<script>window.hit=1</script> <img src=x onerror='window.hit=1'> [点](javascript:window.hit=1)\n\n"
    "**<b>粗</b>** `<i>码</i>`\n\n- <svg onload=window.hit=1>\n\n> <u>引</u>\n\n"
    "| <a href=x>甲</a> | 乙 |\n|--|--|\n| <hr> | 丙 |"
)
ANSWERS = {
    "多久内接待": Reply("**1 分钟内**要有人上前 [1],见 [2]。", (SOURCE,), RATE),
    "列表": Reply("# 分两步\n\n1. 先听\n   - 记原话\n   - 复述\n2. 再答\n\n> 引文\n\n`码`", (SOURCE,), RATE),
    "表格": Reply(TABLE, (SOURCE,), RATE),
    "不知道": Reply("文件里没有写,我不知道。", (), ((Button("投诉的分级", "s:1"),),)),
    "注入": Reply(
        EVIL, (Citation("<i>名</i>", "<b>", ("<u>",), None, '"><script>', "s:2"),), ((Button("<b>按</b>", "x"),),)
    ),
    "长": Reply("\n\n".join(f"第 {number} 段,检查三件套和里程表。" for number in range(60))),
    "url": Reply("https://example.com/" + "a" * 300),
}
PRESSED = {
    "up:1": Reply("谢谢,记下了。", (), ((Button("撤回", "undo:1"),),), replaces=True),
    "source:7": Reply("> 原文:一分钟内有人上前问候。"),
}


def say(context: Context, incoming: Incoming) -> tuple[Reply, ...]:
    return (PRESSED.get(incoming.action) or ANSWERS.get(incoming.text) or Reply(f"收到：{incoming.text}"),)


@pytest_asyncio.fixture(loop_scope="session")
async def site(migrated: Path, tmp_path: Path) -> AsyncIterator[Site]:
    shutil.copy(migrated, tmp_path / "dudao.db")
    async with canned(tmp_path, say) as (turns, _):
        running = Site(turns)
        await running.start()
        yield running
        await running.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def page(chromium: Chromium, site: Site) -> AsyncIterator[Page]:
    async with chromium.phone() as context:
        page = await empty(context)
        await page.goto(f"http://127.0.0.1:{site.port}/")
        await idle(page)
        yield page


async def lose(route: Route) -> None:
    await route.fetch()  # it arrives, its answer does not
    await route.abort()


async def test_a_question_brings_the_answer_with_its_source(page: Page) -> None:
    await ask(page, "多久内接待")
    answer = page.locator("article.bot").last
    await expect(answer.locator("strong")).to_have_text("1 分钟内")
    await expect(answer.locator(".source")).to_have_text("看原文：[1] 《接待流程》 第二步 › 控制点 · 第3页 · v1.0")
    assert await answer.locator("sup").all_text_contents() == ["[1]"]


async def test_an_example_asks_itself(page: Page, site: Site) -> None:
    examples = page.get_by_role("list", name="可以这样问").get_by_role("button")
    await expect(examples).to_have_count(4)
    await examples.first.click()
    await expect(page.locator(".person .bubble")).to_have_text("客户进店多久内要有人接待？")
    await idle(page)
    assert [incoming.text for incoming in site.bot.seen] == ["客户进店多久内要有人接待？"]


async def test_a_source_brings_the_original_below(page: Page, site: Site) -> None:
    await ask(page, "多久内接待")
    await page.get_by_role("button", name="《接待流程》").click()
    await expect(page.locator("article.bot blockquote")).to_have_text("原文:一分钟内有人上前问候。")
    await expect(page.locator("article.bot")).to_have_count(2)
    await expect(page.get_by_role("button", name="有帮助")).to_be_enabled()
    assert site.bot.seen[-1].action == "source:7"


async def test_a_reply_that_replaces_takes_the_place_and_the_focus_of_the_pressed_one(page: Page) -> None:
    await ask(page, "多久内接待")
    await ask(page, "列表")
    first = page.locator("article.bot").first
    await first.get_by_role("button", name="有帮助").press("Enter")
    await expect(first.locator(".bubble")).to_have_text("谢谢,记下了。")
    await expect(first).to_be_focused()
    await expect(page.locator("article.bot")).to_have_count(2)
    await expect(first.get_by_role("button")).to_have_text(["撤回"])


async def test_the_working_sign_and_the_growing_text_give_way_to_the_reply(page: Page, site: Site) -> None:
    await page.get_by_label("你的问题").fill("慢")
    await page.get_by_role("button", name="发送").click()
    await expect(page.get_by_role("status").filter(has_text="正在查找")).to_be_visible()
    await expect(page.locator("article.bot .bubble")).to_have_text("**正在")
    site.bot.open.set()
    await expect(page.locator("article.bot .bubble")).to_have_text("收到：慢")
    await expect(page.get_by_text("正在查找")).to_have_count(0)


async def test_the_keyboard_alone_is_enough(page: Page, site: Site) -> None:
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="跳到输入框")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("你的问题")).to_be_focused()
    await page.keyboard.type("第一行")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("第二行")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")
    await expect(page.locator("article.bot .bubble")).to_have_text("收到：第一行\n第二行", use_inner_text=True)
    await ask(page, "多久内接待")
    names = []
    for _ in range(6):
        await page.keyboard.press("Shift+Tab")
        names.append(await page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent"))
    assert names[:4] == ["更多：照片、文件、位置、命令", "原文", "没帮助", "有帮助"]
    assert "《接待流程》" in names[4]


async def test_an_input_method_keeps_its_enter(page: Page, site: Site) -> None:
    box = page.get_by_label("你的问题")
    await box.fill("jiedai")
    for composing in ({"isComposing": True}, {"keyCode": 229}):
        await box.evaluate(
            "(box, how) => box.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', cancelable: true, ...how}))",
            composing,
        )
    await expect(box).to_have_value("jiedai")
    assert site.bot.seen == []


async def test_nothing_is_wider_than_a_narrow_phone_and_every_target_fits_a_thumb(page: Page) -> None:
    for question in [*ANSWERS, "长" * 300, "w" * 300]:
        await ask(page, question)
        for name in ("html", "main"):
            assert await page.locator(name).evaluate("node => node.scrollWidth <= node.clientWidth")
    frame = page.get_by_role("region", name="表格").first
    assert await frame.evaluate("frame => frame.scrollWidth > frame.clientWidth")
    await page.get_by_role("button", name="更多").click()
    await page.get_by_role("button", name="位置", exact=True).click()
    await page.get_by_role("button", name="输入坐标").click()
    small = await page.evaluate(SMALL)
    assert small == []


async def test_markup_in_an_answer_is_text(page: Page) -> None:
    await ask(page, "注入")
    answer = page.locator("article.bot").last
    assert await answer.locator("script, img, svg, b, i, u, a, .bubble hr").count() == 0
    text = await answer.inner_text()
    for part in (
        "<script>window.hit=1</script>",
        "<img src=x onerror=",
        "[点](javascript:",
        "<svg onload",
        "<b>按</b>",
    ):
        assert part in text
    assert await page.evaluate("window.hit") is None


async def test_lists_tables_and_headings_are_drawn(page: Page) -> None:
    await ask(page, "列表")
    answer = page.locator("article.bot").last
    await expect(answer.get_by_role("heading")).to_have_text("分两步")
    assert await answer.locator("ol > li > ul > li").all_text_contents() == ["记原话", "复述"]
    assert await answer.locator(".bubble > ol > li").count() == 2
    await ask(page, "表格")
    answer = page.locator("article.bot").last
    await expect(answer.get_by_role("columnheader")).to_have_count(5)
    await expect(answer.get_by_role("row")).to_have_count(4)


async def test_a_failed_send_stays_and_can_be_sent_again(page: Page, site: Site) -> None:
    await site.stop()
    await ask(page, "多久内接待")
    await expect(page.locator(".person .failed")).to_contain_text("未送达")
    await site.start()
    await page.get_by_role("button", name="重发").click()
    await expect(page.locator("article.bot strong")).to_have_text("1 分钟内")
    await expect(page.get_by_text("未送达")).to_have_count(0)
    await expect(page.locator(".person")).to_have_count(1)


async def test_a_failed_press_can_be_sent_again(page: Page, site: Site) -> None:
    await ask(page, "多久内接待")
    await site.stop()
    await page.get_by_role("button", name="有帮助").click()
    await expect(page.locator(".bot .failed")).to_contain_text("未送达")
    await site.start()
    await page.get_by_role("button", name="重发").click()
    await expect(page.locator("article.bot .bubble")).to_have_text("谢谢,记下了。")


async def test_an_answer_lost_on_the_way_is_found_by_sending_again_under_the_same_id(page: Page, site: Site) -> None:
    await page.route("**/api/news*", lambda route: route.abort())
    await page.route("**/api/messages", lose)
    await ask(page, "多久内接待")
    await page.unroute("**/api/messages")
    await page.get_by_role("button", name="重发").click()
    await expect(page.locator("article.bot strong")).to_have_text("1 分钟内")
    await expect(page.locator(".person")).to_have_count(1)
    assert len(site.bot.seen) == 1


async def test_an_answer_lost_on_the_way_comes_by_itself(page: Page, site: Site) -> None:
    await page.route("**/api/messages", lose)
    await ask(page, "多久内接待")
    await expect(page.locator("article.bot strong")).to_have_text("1 分钟内")
    await expect(page.get_by_text("未送达")).to_have_count(0)
    await expect(page.locator(".person")).to_have_count(1)
    assert len(site.bot.seen) == 1


async def test_the_conversation_is_there_after_a_reload(page: Page) -> None:
    await ask(page, "多久内接待")
    await ask(page, "不知道")
    await page.reload()
    await idle(page)
    await expect(page.locator(".person .bubble")).to_have_text(["多久内接待", "不知道"])
    await expect(page.get_by_role("button", name="投诉的分级")).to_be_in_viewport()


async def test_a_long_answer_is_read_from_its_start(page: Page) -> None:
    await ask(page, "多久内接待")
    await ask(page, "长")
    await expect(page.get_by_text("第 0 段")).to_be_in_viewport()
    await expect(page.get_by_text("第 59 段")).not_to_be_in_viewport()


async def test_the_box_grows_to_five_lines_and_counts_near_the_limit(page: Page) -> None:
    box = page.get_by_label("你的问题")
    heights = []
    for lines in (1, 3, 5, 9):
        await box.fill("\n".join("长" * lines))
        heights.append(await box.evaluate("box => box.offsetHeight"))
    assert heights[0] < heights[1] < heights[2] == heights[3]
    await expect(page.locator("#count")).to_be_empty()
    await box.fill("长" * 1850)
    await expect(page.locator("#count")).to_have_text("1,850 / 2,000 字")


async def test_a_text_too_large_to_send_says_so_and_stays(page: Page, site: Site) -> None:
    await ask(page, "长" * 50_000)
    await expect(page.locator(".failed")).to_contain_text("太长")
    assert site.bot.seen == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_text_is_readable(page: Page, site: Site, scheme: str) -> None:
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for question in ANSWERS:
        await ask(page, question)
    await page.get_by_label("你的问题").fill("长" * 1900)
    await site.stop()
    await page.get_by_role("button", name="投诉的分级").click()
    await page.get_by_role("button", name="重发").wait_for()
    await idle(page)
    checked = await page.evaluate(FAINT)
    assert checked["seen"] > 40
    assert checked["found"] == []
    await site.start()


async def test_a_screen_reader_finds_names_and_roles(page: Page) -> None:
    await ask(page, "多久内接待")
    await expect(page).to_have_title("督导助手")
    await expect(page.get_by_role("heading", level=1)).to_have_text("督导助手")
    await expect(page.get_by_role("log", name="对话")).to_be_visible()
    await expect(page.get_by_role("textbox", name="你的问题")).to_be_visible()
    assert await page.locator("html").get_attribute("lang") == "zh-CN"
    unnamed = await page.evaluate(
        """[...document.querySelectorAll("button, a, textarea, img")].filter(n => !(n.ariaLabel || n.textContent.trim()
        || n.labels?.length || n.alt === "")).map(n => n.outerHTML)"""
    )
    assert unnamed == []
    assert await page.evaluate("document.querySelector('#working').role ?? ''") == "status"


async def test_a_wide_screen_keeps_one_narrow_column(page: Page) -> None:
    await page.set_viewport_size({"width": 1280, "height": 800})
    await ask(page, "长")
    answer = await page.locator("article.bot").bounding_box()
    assert answer is not None
    assert answer["width"] <= 760
    assert abs(answer["x"] + answer["width"] / 2 - 640) < 12
