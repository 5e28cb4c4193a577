"""Takes the phone picture of the web chat: python docs/screenshot.py URL QUESTION OUTPUT [--dark] (needs Chromium)."""

import argparse
import shutil

from playwright.sync_api import Page, sync_playwright

NO_CHROMIUM = "Chromium not found: install it (apt-get install chromium fonts-noto-cjk fonts-noto-color-emoji)."
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--disable-quic")


def shoot(page: Page, url: str, question: str, output: str) -> None:
    """Asks `question` (none when empty) and saves what a phone shows once the answer is whole."""
    page.goto(url)
    page.wait_for_selector("body[data-state=idle]")
    if question:
        page.fill("#text", question)
        page.press("#text", "Enter")
        page.wait_for_selector("article.bot", timeout=120_000)
        page.wait_for_selector("body[data-state=idle]", timeout=120_000)
        page.evaluate("document.activeElement.blur()")
    page.screenshot(path=output)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("question")
    parser.add_argument("output")
    parser.add_argument("--dark", action="store_true")
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit(NO_CHROMIUM)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        page = browser.new_page(
            viewport={"width": 390, "height": 844},
            device_scale_factor=2,
            is_mobile=True,
            has_touch=True,
            color_scheme="dark" if given.dark else "light",
        )
        shoot(page, given.url, given.question, given.output)
        browser.close()


if __name__ == "__main__":
    main()
