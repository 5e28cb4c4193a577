"""Phones that open the page in Chromium: 360 px wide, real taps, logged in by the link, all that is shown fits."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from canned_house import Site, link
from chromium import FITS, Chromium, empty, idle
from conftest import free_port
from phone import Scene, Shown
from playwright.async_api import Page, Response, Route
from talking import store
from telegram_house import Now, at_home

from bot.app import App
from bot.metrics import Metrics
from bot.serving import _delivering
from records.people import Person
from records.stores import Store

# Keeps what is shown, in order, as the fakes do: a reply that takes another's place is an edit of that message.
WATCHING = """
window.shown = [];
const waiting = new Set();
const seen = (node) => ({
  text: node.querySelector(".bubble").innerText,
  message: node.dataset.shown,
  rows: [...node.querySelectorAll(".row")].map(
    (row) => [...row.querySelectorAll("button.key:not(.quiet)")].map((key) => key.textContent)
  ).filter((row) => row.length),
  files: node.querySelectorAll(".files a").length,
});
new MutationObserver((records) => {
  for (const { target, addedNodes, removedNodes } of records) {
    if (target.id !== "log") continue;
    for (const node of addedNodes) {
      if (!node.matches?.("article.bot") || node.ariaLive === "off") continue; // "off": it is still being written
      const old = [...removedNodes].find((one) => one.dataset?.shown);
      node.dataset.shown = old?.dataset.shown ?? String(shown.length);
      shown.push({ ...seen(node), edited: Boolean(old) });
    }
  }
  for (const look of waiting) look();
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-state"] });
document.addEventListener("load", () => waiting.forEach((look) => look()), true);
window.awaited = ([expected, since]) => new Promise((resolve) => {
  const look = () => {
    const found = shown.slice(since).filter((one) => one.text.includes(expected));
    const there = [...document.querySelectorAll("#log img")].every((picture) => picture.complete);
    if (!found.length || !there || document.body.dataset.state !== "idle") return;
    waiting.delete(look);
    resolve(found.at(-1));
  };
  waiting.add(look);
  look();
});
"""
PATIENCE = 20  # seconds


class Pages:
    """The open pages of everyone, and what the server refused them; they stay when the house goes down."""

    def __init__(self, chromium: Chromium, stack: AsyncExitStack) -> None:
        self._chromium, self._stack = chromium, stack
        self.port, self.of, self.refused = free_port(), dict[int, Page](), list[str]()

    @property
    def url(self) -> str:
        """Where the page is; a name of this machine, for its cookies are only for secure places."""
        return f"http://localhost:{self.port}"

    async def open(self, number: int, address: str) -> None:
        """Someone opens the link to log in, and presses its button."""
        context = await self._stack.enter_async_context(self._chromium.phone(WATCHING))
        context.on("response", self._heard)
        self._stack.callback(context.remove_listener, "response", self._heard)
        page = self.of[number] = await empty(context)
        await page.goto(address)
        await page.get_by_role("button", name="登录").tap()
        await idle(page)

    def _heard(self, response: Response) -> None:
        if response.status >= 400:
            self.refused.append(f"{response.status} {response.url}")


@asynccontextmanager
async def pages(chromium: Chromium) -> AsyncIterator[Pages]:
    """Nobody has opened one yet."""
    async with AsyncExitStack() as stack:
        yield Pages(chromium, stack)


class BrowserScene(Scene):
    """Everyone has a browser of their own."""

    channel = "web"
    source = "看原文：\n《{document}》 {section} · v{version}"

    def __init__(self, app: App, here: Store, pages: Pages) -> None:
        super().__init__(app, here)
        self.pages = pages

    async def enter(self, number: int, known: Person) -> None:
        """They ask for the link in another channel."""
        address, *_ = (await link(self.app.turns, known, f"c{number}")).split("\n")
        await self.pages.open(number, address)

    async def say(self, number: int, text: str, twice: bool) -> None:
        """Typed, and sent by the key."""
        page = self.pages.of[number]
        await self._twice(page, twice)
        await page.get_by_label("你的问题").fill(text)
        await page.keyboard.press("Enter")

    async def press(self, number: int, one: Shown, button: str, twice: bool) -> None:
        """A tap."""
        page = self.pages.of[number]
        await self._twice(page, twice)
        node = page.locator(f"article[data-shown='{one.message}']")
        await node.get_by_role("button", name=button, exact=True).tap()

    async def send(self, number: int, photos: Sequence[bytes], text: str) -> None:
        """Chosen from the camera roll."""
        page = self.pages.of[number]
        named = [(f"{n}.jpg", content) for n, content in enumerate(photos, 1)]
        files = [{"name": name, "mimeType": "image/jpeg", "buffer": content} for name, content in named]
        await page.locator("#photo").set_input_files(files)  # type: ignore[arg-type]
        await page.get_by_label("你的问题").fill(text)
        await page.get_by_role("button", name="发送", exact=True).tap()

    async def shown(self, number: int) -> list[Shown]:
        """Replies, and what took their place; of what was there before the page was opened anew, only the last."""
        return [Shown(**one) for one in await self.pages.of[number].evaluate("shown")]

    async def awaited(self, number: int, expected: str, since: int) -> Shown:
        """Once it is there, nothing is under way, and everything fits the phone and the thumb."""
        page = self.pages.of[number]
        async with asyncio.timeout(PATIENCE):
            one = await page.evaluate("awaited", [expected, since])
        assert await page.evaluate(FITS) == []
        return Shown(**one)

    def refused(self) -> list[str]:
        """Requests of the pages that the server would not take."""
        return self.pages.refused

    async def come_back(self, number: int) -> None:
        """The page is loaded anew."""
        await self.pages.of[number].reload()
        await idle(self.pages.of[number])

    async def _twice(self, page: Page, twice: bool) -> None:
        async def bring(route: Route) -> None:
            await route.fetch()  # it arrives, its answer does not
            await route.continue_()

        if twice:
            await page.route("**/api/messages", bring, times=1)


@asynccontextmanager
async def browser_scene(pages: Pages, home: Path, now: Now | None = None) -> AsyncIterator[Scene]:
    """The house with its page open to whoever has a link."""
    async with at_home(home, now, web={"public": True, "url": pages.url}) as app, _delivering(app, Metrics()):
        app.turns.per_minute = 1000
        site = Site(app.turns, app.settings.web)
        site.port = pages.port
        await site.start()
        try:
            yield BrowserScene(app, await store(app), pages)
        finally:
            await site.stop()
