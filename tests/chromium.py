"""A real Chromium for tests: started quietly, its pages watched for faults."""

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
BROWSER = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")]
IN_CHROMIUM = [*BROWSER, pytest.mark.asyncio(loop_scope="session")]
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "locale": "zh-CN"}


# What can be tapped and is too small for a thumb: [text, box].
SMALL = """[...document.querySelectorAll("button, textarea, select, input, a.file")]
  .filter((node) => node.checkVisibility()).map((node) => [node.textContent, node.getBoundingClientRect()])
  .filter(([, box]) => box.width < 44 || box.height < 44)"""

# What does not fit the phone: buttons too small, words of a button cut off, a page too wide, pictures that are coarse
# where a phone has two pixels for one, or not there at all.
FITS = f"""() => [
  ...{SMALL}.map(([text]) => `small: ${{text}}`),
  ...[...document.querySelectorAll("button")].filter((node) => node.checkVisibility())
    .filter((node) => node.scrollWidth > node.clientWidth || node.getBoundingClientRect().right > innerWidth)
    .map((node) => `cut off: ${{node.textContent}}`),
  ...(document.documentElement.scrollWidth > innerWidth ? ["wide"] : []),
  ...[...document.querySelectorAll(".bot .picture img")].filter((node) => node.naturalWidth < 2 * node.clientWidth)
    .map((node) => `coarse: ${{node.alt}} ${{node.naturalWidth}}`),
]"""

# The text nodes of the page whose colour is too near to what lies behind them: [text, ratio].
FAINT = """() => {
  const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    pen.clearRect(0, 0, 1, 1); pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  const over = ([r, g, b, a], under) => [r, g, b].map((value, i) => (value * a + under[i] * (255 - a)) / 255);
  const behind = (node) => {
    const under = node.parentElement ? behind(node.parentElement) : [255, 255, 255];
    return over(rgba(getComputedStyle(node).backgroundColor), under);
  };
  const linear = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const light = (colour) => colour.map((v) => linear(v / 255))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ratio = (one, other) => {
    const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  while (walk.nextNode()) {
    const node = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !node.checkVisibility() || node.closest("noscript")) continue;
    const back = behind(node);
    const value = ratio(over(rgba(getComputedStyle(node).color), back), back);
    seen += 1;
    if (value < 4.5) found.push([walk.currentNode.data, value]);
  }
  return { seen, found };
}"""


@dataclass
class Chromium:
    """The browser of a session, started when first wanted. Its phones are used again: a new one costs a second."""

    _stack: AsyncExitStack
    _browser: Browser | None = None
    _idle: dict[str, list[BrowserContext]] = field(default_factory=dict)

    @asynccontextmanager
    async def phone(self, script: str = "") -> AsyncIterator[BrowserContext]:
        """A 360 px phone, as new; `script` runs in its pages before all else.

        Whatever its pages ask for must stay on this machine, and no script or policy may fail.
        """
        idle = self._idle.setdefault(script, [])
        context = idle.pop() if idle else await self._made(script)
        hosts, errors = set[str | None](), list[str]()
        hears = {
            "request": lambda request: hosts.add(urlsplit(request.url).hostname),
            "weberror": lambda error: errors.append(str(error.error)),
            "console": lambda said: errors.append(said.text) if "Security Policy" in said.text else None,
        }
        for what, hear in hears.items():
            context.on(what, hear)  # type: ignore[call-overload]  # typed for one literal name at a time
        yield context
        for what, hear in hears.items():
            context.remove_listener(what, hear)
        await _wipe(context)
        idle.append(context)
        assert hosts <= {"127.0.0.1", "localhost", None}
        assert errors == []

    async def _made(self, script: str) -> BrowserContext:
        if self._browser is None:
            playwright = await self._stack.enter_async_context(async_playwright())
            self._browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
            self._stack.push_async_callback(self._browser.close)
        context = await self._browser.new_context(**PHONE)
        context.set_default_timeout(10_000)
        if script:
            await context.add_init_script(script)
        return context


async def _wipe(context: BrowserContext) -> None:
    """Nothing is left of who had it; one empty page stays open, and with it what was costly to start."""
    page, *others = context.pages or [await context.new_page()]
    for other in others:
        await other.close()
    await page.unroute_all()
    if page.url.startswith("http"):
        await page.evaluate("localStorage.clear()")
    await page.goto("about:blank")
    await page.set_viewport_size(PHONE["viewport"])
    await page.emulate_media(color_scheme="null")
    await context.clear_cookies()
    await context.clear_permissions()
    await context.set_geolocation(None)


async def empty(context: BrowserContext) -> Page:
    """A page that shows nothing yet."""
    free = [page for page in context.pages if page.url == "about:blank"]
    return free[0] if free else await context.new_page()


async def idle(page: Page) -> None:
    """Until nothing is under way."""
    await page.wait_for_selector("body[data-state=idle]")


async def ask(page: Page, text: str) -> None:
    """Write and wait for the answer."""
    await page.get_by_label("你的问题").fill(text)
    await page.keyboard.press("Enter")
    await page.wait_for_function(
        "text => [...document.querySelectorAll('.person .bubble')].at(-1)?.textContent === text", arg=text
    )
    await idle(page)
