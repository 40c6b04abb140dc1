"""Takes the pictures of the README: docs/images/dashboard.png (dark) and dashboard-light.png.

Run from the repository's root, after a build with the dashboard:
    PYTHONPATH=tests build/test-venv/bin/python tests/browser/screenshots.py
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect

from browser.dashboard import Dashboard, open_browser
from support.loki import Loki
from support.program import REPOSITORY
from support.server import Server
from support.waiting import eventually

IMAGES = REPOSITORY / "docs/images"
QUERY = '{env="prod"} |= "order" | detected_level=~"info|warn|error"'


def take(browser: Browser, server: Server, theme: str, path: Path) -> None:
    context = browser.new_context(
        viewport={"width": 1400, "height": 900}, color_scheme=theme, timezone_id="UTC"
    )
    page = Dashboard(context.new_page(), server.url).open(query=QUERY)
    expect(page.rows.first).to_be_visible()
    eventually("bars are drawn", lambda: page.painted_pixels("histogram") > 2000)
    page.row("trace=").first.click()  # one of the web server's lines, with its fields
    expect(page.part("record-detail")).to_be_visible()
    page.page.mouse.move(700, 880)
    page.page.screenshot(path=path)
    context.close()
    assert page.faults == [], page.faults


def main() -> int:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, Server(Path(home), "--demo") as server:
        loki = Loki(server.url)
        eventually("sample logs are there", lambda: loki.count('{service_name=~".+"}') > 5000, 60)
        with open_browser() as browser:
            take(browser, server, "dark", IMAGES / "dashboard.png")
            take(browser, server, "light", IMAGES / "dashboard-light.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
