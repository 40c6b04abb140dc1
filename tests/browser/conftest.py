"""A browser for all tests of this folder, and a page of its own for each."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from browser.dashboard import Dashboard, open_browser
from support.loki import Loki
from support.server import Server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with sample logs flowing in."""
    with Server(tmp_path_factory.mktemp("demo"), "--demo") as server:
        page = Loki(server.url).get("/").text
        assert "<div id=" in page, f"this program carries no dashboard: build web/ first\n{page}"
        yield server


@pytest.fixture
def open_dashboard(browser: Browser) -> Iterator[Callable[..., Dashboard]]:
    """Opens dashboards of a server; afterwards none of them may have had a script error."""
    opened: list[Dashboard] = []

    def make(server: Server, **state: str) -> Dashboard:
        context = browser.new_context(
            viewport={"width": 1400, "height": 900}, color_scheme="dark", timezone_id="UTC"
        )
        context.set_default_timeout(20_000)
        opened.append(Dashboard(context.new_page(), server.url))
        return opened[-1].open(**state)

    yield make
    for dashboard in opened:
        dashboard.page.context.close()
        assert dashboard.faults == []
