"""The dashboard as a person uses it, against a real server with and without sample logs."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from browser.dashboard import Dashboard
from support.loki import HOUR, Loki
from support.server import Server
from support.waiting import eventually

Open = Callable[..., Dashboard]
LINES = 40
ERRORS = 10


@pytest.fixture
def filled(server: Server, loki: Loki) -> Server:
    """40 lines of one service within the last minutes, ten of them errors."""
    now = time.time_ns()
    entries = [
        (
            now - i * 10**9,
            f'level={"error" if i % 4 == 0 else "info"} msg="order {i}"',
            {"trace_id": f"t{i}"},
        )
        for i in range(LINES)
    ]
    loki.push({"service_name": "till", "host": "shop-1"}, entries)
    loki.push({"service_name": "other"}, [(now - 10**9, '{"level":"warn","nested":{"a":1}}')])
    return server


# ---- looking -----------------------------------------------------------------------------------


def test_first_look_shows_flowing_logs(demo: Server, open_dashboard: Open) -> None:
    page = open_dashboard(demo)
    expect(page.rows.first).to_be_visible()
    assert page.lines_in_list() > 100
    expect(page.part("histogram-legend")).to_contain_text(re.compile(r"info\s*[\d,]+"))
    eventually("bars are drawn", lambda: page.painted_pixels("histogram") > 2000)
    expect(page.part("status-line")).to_contain_text("lines")
    expect(page.part("readiness")).to_be_visible()
    assert page.page.title()


def test_query_filters_the_list(filled: Server, open_dashboard: Open) -> None:
    page = open_dashboard(filled)
    expect(page.rows.first).to_be_visible()
    eventually("all lines are listed", lambda: page.lines_in_list() == LINES + 1)
    page.run('{service_name="till"} |= "error"')
    eventually("only errors are listed", lambda: page.lines_in_list() == ERRORS)
    expect(page.part("status-line")).to_contain_text(f"{ERRORS} lines")
    expect(page.part("histogram-legend")).to_contain_text(f"{ERRORS} lines")
    expect(page.rows.first.locator("mark")).to_have_text("error")
    assert "error" in page.page.url, "the address can be shared"
    page.page.go_back()
    eventually("going back shows all again", lambda: page.lines_in_list() == LINES + 1)


def test_shared_address_opens_the_same_view(filled: Server, open_dashboard: Open) -> None:
    page = open_dashboard(filled, query='{service_name="till"} |= "order 7"', limit="100")
    expect(page.part("query-input")).to_have_value('{service_name="till"} |= "order 7"')
    expect(page.rows).to_have_count(1)
    expect(page.rows.first).to_contain_text("order 7")


def test_level_badges_tell_the_level(filled: Server, open_dashboard: Open) -> None:
    page = open_dashboard(filled, query='{service_name="till"}')
    error = page.row('"order 4"').get_by_test_id("level-badge")
    expect(error).to_have_attribute("data-level", "error")
    info = page.row('"order 5"').get_by_test_id("level-badge")
    expect(info).to_have_attribute("data-level", "info")
    assert error.evaluate("e => getComputedStyle(e).color") != info.evaluate(
        "e => getComputedStyle(e).color"
    )


def test_row_opens_and_its_buttons_make_the_query(filled: Server, open_dashboard: Open) -> None:
    page = open_dashboard(filled)
    page.row('"order 4"').click()
    detail = page.part("record-detail")
    expect(detail).to_contain_text("trace_id")
    expect(detail).to_contain_text("t4")
    expect(detail).to_contain_text("shop-1")
    detail.locator('[data-testid="filter-for"][data-name="service_name"]').click()
    expect(page.part("query-input")).to_have_value(re.compile(r'service_name="till"'))
    eventually("only its service is listed", lambda: page.lines_in_list() == LINES)
    page.row('"order 4"').click()
    page.part("record-detail").locator('[data-testid="filter-out"][data-name="trace_id"]').click()
    expect(page.part("query-input")).to_have_value(re.compile(r'trace_id\s*!=\s*"t4"'))
    eventually("this record is gone", lambda: page.lines_in_list() == LINES - 1)


def test_json_lines_are_shown_in_order(filled: Server, open_dashboard: Open) -> None:
    page = open_dashboard(filled, query='{service_name="other"}')
    page.rows.first.click()
    expect(page.part("record-detail")).to_contain_text('"nested": {')


def test_keyboard_moves_and_opens(filled: Server, open_dashboard: Open) -> None:
    page = open_dashboard(filled, query='{service_name="till"}')
    expect(page.rows.first).to_be_visible()
    for key in ("j", "j", "Enter"):
        page.page.keyboard.press(key)
    expect(page.part("record-detail")).to_contain_text("order 1")
    page.page.keyboard.press("/")
    expect(page.part("query-input")).to_be_focused()


def test_legend_narrows_to_one_level(filled: Server, open_dashboard: Open) -> None:
    page = open_dashboard(filled, query='{service_name="till"}')
    page.page.get_by_label("Show only error lines").click()
    eventually("only errors are listed", lambda: page.lines_in_list() == ERRORS)


def test_time_range_changes_what_is_asked(filled: Server, open_dashboard: Open, loki: Loki) -> None:
    loki.push({"service_name": "till"}, [(time.time_ns() - 3 * HOUR, "old line")])
    page = open_dashboard(filled, query='{service_name="till"}')
    eventually("an hour is listed", lambda: page.lines_in_list() == LINES)
    page.part("time-range").click()
    page.page.locator('[data-range="now-6h"], [data-range="6h"]').first.click()
    eventually("six hours are listed", lambda: page.lines_in_list() == LINES + 1)


def test_bad_query_is_explained(filled: Server, open_dashboard: Open) -> None:
    page = open_dashboard(filled)
    expect(page.rows.first).to_be_visible()
    page.run('{service_name="till" | json')
    expect(page.part("error-message")).to_contain_text("parse error at line 1, col 22")
    page.run('{service_name="till"}')
    expect(page.part("error-message")).to_have_count(0)
    eventually("the list is right again", lambda: page.lines_in_list() == LINES)


def test_lines_cannot_smuggle_markup_in(server: Server, loki: Loki, open_dashboard: Open) -> None:
    attack = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>'
    loki.push(
        {"service_name": "evil", "host": "<b>h</b>"}, [(time.time_ns(), attack, {"f": attack})]
    )
    page = open_dashboard(server, query='{service_name="evil"}')
    expect(page.rows.first).to_contain_text("<img src=x")
    page.rows.first.click()
    expect(page.part("record-detail")).to_contain_text("<script>")
    assert page.page.title() != "owned"


def test_metric_query_draws_a_chart(filled: Server, open_dashboard: Open) -> None:
    page = open_dashboard(filled)
    page.run('sum by (service_name) (count_over_time({service_name=~".+"}[1m]))')
    expect(page.part("metric-chart")).to_be_visible()
    expect(page.part("metric-table")).to_contain_text("till")
    expect(page.part("status-line")).to_contain_text("2 series")
    eventually("lines are drawn", lambda: page.painted_pixels("metric-chart") > 500)


def test_theme_can_be_changed_and_stays(filled: Server, open_dashboard: Open) -> None:
    page = open_dashboard(filled)
    root = page.page.locator("html")
    expect(root).to_have_attribute("data-theme", "dark")
    page.part("theme-toggle").click()
    expect(root).to_have_attribute("data-theme", "light")
    page.page.reload()
    expect(root).to_have_attribute("data-theme", "light")


# ---- live --------------------------------------------------------------------------------------


def test_live_tail_shows_what_was_pushed_just_now(
    filled: Server, open_dashboard: Open, loki: Loki
) -> None:
    page = open_dashboard(filled, query='{service_name="till"}')
    page.part("live-toggle").click()
    expect(page.part("live-state")).to_contain_text("Live")
    loki.push({"service_name": "till"}, [(time.time_ns(), "level=warn fresh line")])
    expect(page.row("fresh line")).to_be_visible(timeout=3000)
    expect(page.row("fresh line").get_by_test_id("level-badge")).to_have_attribute(
        "data-level", "warn"
    )
    loki.push({"service_name": "other"}, [(time.time_ns(), "not asked for")])
    loki.push({"service_name": "till"}, [(time.time_ns(), "a second one")])
    expect(page.row("a second one")).to_be_visible(timeout=3000)
    expect(page.row("not asked for")).to_have_count(0)
    expect(page.part("live-rate")).to_contain_text("lines/s")
    page.part("live-toggle").click()
    expect(page.part("live-state")).to_have_count(0)


def test_reading_while_live_collects_new_lines_in_a_pill(
    filled: Server, open_dashboard: Open, loki: Loki
) -> None:
    page = open_dashboard(filled, query='{service_name="till"}', live="1")
    expect(page.part("live-state")).to_contain_text("Live")
    expect(page.rows.first).to_be_visible()
    page.rows.first.click()  # reading: the list stands still
    now = time.time_ns()
    loki.push({"service_name": "till"}, [(now + i, f"news {i}") for i in range(5)])
    expect(page.part("new-lines-pill")).to_contain_text("5 new lines")
    page.part("new-lines-pill").click()
    expect(page.row("news 4")).to_be_visible()


def test_live_tail_comes_back_after_a_restart(make_server, open_dashboard: Open) -> None:
    server = make_server().start()
    port = server.port
    page = open_dashboard(server, query='{service_name="till"}', live="1")
    expect(page.part("live-state")).to_contain_text("Live")
    assert server.stop() == 0
    expect(page.part("live-state")).to_contain_text("Reconnecting")
    page.faults.clear()
    again = make_server("--http", f"127.0.0.1:{port}", data=server.data).start()
    Loki(again.url).push({"service_name": "till"}, [(time.time_ns(), "after the restart")])
    expect(page.row("after the restart")).to_be_visible(timeout=20_000)
    page.faults.clear()  # the browser logs each refused connection


def test_demo_flows_live(demo: Server, open_dashboard: Open) -> None:
    page = open_dashboard(demo, live="1")
    expect(page.part("live-state")).to_contain_text("Live")
    first = page.lines_in_list()
    eventually("lines flow in", lambda: page.lines_in_list() > first + 20)
