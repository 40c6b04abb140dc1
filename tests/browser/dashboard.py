"""The dashboard in a real browser, and its parts by name."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from playwright.sync_api import Browser, Locator, Page, sync_playwright

CHROMIUM = os.environ.get("LOGPOND_CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def open_browser() -> Iterator[Browser]:
    """The machine's Chromium; nothing is downloaded."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


class Dashboard:
    """One page. Problems of its scripts are kept in `faults`."""

    def __init__(self, page: Page, url: str):
        self.page = page
        self.url = url
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._hear)

    def _hear(self, message) -> None:
        # A refused query is an answer of 400, which the browser logs by itself.
        if message.type == "error" and "status of 400" not in message.text:
            self.faults.append(message.text)

    def open(self, **state: str) -> "Dashboard":
        """Opens it with the state that a shared link would carry."""
        self.page.goto(f"{self.url}/?{urlencode(state)}" if state else f"{self.url}/")
        return self

    def part(self, name: str) -> Locator:
        return self.page.get_by_test_id(name)

    @property
    def rows(self) -> Locator:
        return self.part("log-row")

    def row(self, text: str) -> Locator:
        return self.rows.filter(has_text=text)

    def run(self, query: str) -> None:
        self.part("query-input").fill(query)
        self.part("run-button").click()

    def lines_in_list(self) -> int:
        """How many rows the list has; only those in sight exist as elements."""
        return int(self.part("log-list").get_attribute("aria-rowcount") or 0)

    def painted_pixels(self, chart: str) -> int:
        """Pixels of a chart's canvas that are not empty."""
        return (
            self.part(chart)
            .locator("canvas")
            .first.evaluate(
                """canvas => {
                 const area = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
                 let painted = 0
                 for (let i = 3; i < area.data.length; i += 4) if (area.data[i] > 0) painted++
                 return painted
               }"""
            )
        )
