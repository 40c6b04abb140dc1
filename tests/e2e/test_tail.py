"""Live tails: history and live joined without gap or double, slow readers told, readers back."""

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest
import websocket

from support.event_stream import Event, EventStream
from support.loki import Loki
from support.server import Server
from support.waiting import eventually

SELECTOR = '{job="tail"}'
PUSHERS = 3
BATCHES = 60
BATCH_LINES = 25


def line_name(pusher: int, number: int) -> str:
    return f"pusher {pusher} line {number}"


def push_lines(url: str, pusher: int, seen_enough: threading.Event | None = None) -> None:
    """Pushes its lines in order; `seen_enough` is set in the middle of the work."""
    loki = Loki(url)
    for batch in range(BATCHES):
        now = time.time_ns()
        numbers = range(batch * BATCH_LINES, (batch + 1) * BATCH_LINES)
        entries = [(now + i, line_name(pusher, n)) for i, n in enumerate(numbers)]
        loki.push({"job": "tail", "pusher": str(pusher)}, entries)
        if seen_enough and batch == BATCHES // 3:
            seen_enough.set()


def every_line() -> list[str]:
    count = BATCHES * BATCH_LINES
    return [line_name(pusher, n) for pusher in range(PUSHERS) for n in range(count)]


def check_complete(found: list[str]) -> None:
    """Every line once, and the lines of one pusher in their order."""
    assert sorted(found) == sorted(every_line())
    for pusher in range(PUSHERS):
        own = [text for text in found if text.startswith(f"pusher {pusher} ")]
        assert own == [line_name(pusher, n) for n in range(len(own))], "lines changed their order"


def messages(events: list[Event]) -> list[str]:
    return [event.data["message"] for event in events if event.kind == "record"]


def open_websocket(url: str, query: str = SELECTOR, **options: object) -> websocket.WebSocket:
    """Parameters of the tail, and `header` for the handshake."""
    header = options.pop("header", None)
    path = "/loki/api/v1/tail?" + urlencode({"query": query} | options)
    return websocket.create_connection(
        url.replace("http:", "ws:") + path, timeout=30, header=header
    )


def read_frames(socket: websocket.WebSocket, count: int) -> list[tuple[int, str]]:
    """Times and texts of the next `count` lines."""
    found: list[tuple[int, str]] = []
    while len(found) < count:
        frame = json.loads(socket.recv())
        assert "dropped_entries" not in frame, "nothing may be dropped here"
        for stream in frame["streams"]:
            found += [(int(value[0]), value[1]) for value in stream["values"]]
    return found


# ---- history joined with live ----------------------------------------------------------------


@pytest.mark.parametrize("flushing", [False, True], ids=["", "while sealing and merging"])
def test_event_stream_joins_history_with_live(server: Server, flushing: bool) -> None:
    """Tails open in the middle of pushing; each gets everything from the beginning, once."""
    total = len(every_line())
    middle, done = threading.Event(), threading.Event()
    with ThreadPoolExecutor(PUSHERS + 6) as pool:
        pushes = [pool.submit(push_lines, server.url, p, middle) for p in range(PUSHERS)]
        if flushing:
            pool.submit(flush_until, server.url, done)
        assert middle.wait(60)

        def follow(_: int) -> list[str]:
            with EventStream(server.url, SELECTOR, limit=5000) as stream:
                return messages(stream.take(total))

        found = list(pool.map(follow, range(3)))
        done.set()
        for push in pushes:
            push.result()
    for each in found:
        check_complete(each)


def flush_until(url: str, done: threading.Event) -> None:
    loki = Loki(url)
    while not done.is_set():
        loki.flush(merge=True)


def test_websocket_joins_history_with_live(server: Server) -> None:
    middle = threading.Event()
    with ThreadPoolExecutor(PUSHERS) as pool:
        pushes = [pool.submit(push_lines, server.url, p, middle) for p in range(PUSHERS)]
        assert middle.wait(60)
        socket = open_websocket(server.url, limit=5000)
        found = read_frames(socket, len(every_line()))
        socket.close()
        for push in pushes:
            push.result()
    check_complete([text for _, text in found])


def test_tail_shows_only_what_its_query_keeps(server: Server, loki: Loki) -> None:
    with EventStream(server.url, SELECTOR + ' |= "keep" | logfmt | n > 2', limit=10) as stream:
        now = time.time_ns()
        loki.push({"job": "other"}, [(now, "keep n=9")])
        loki.push(
            {"job": "tail"},
            [(now + n, f"{word} n={n}") for n in range(6) for word in ("keep", "drop")],
        )
        events = stream.take(3)
    assert messages(events) == [f"keep n={n}" for n in (3, 4, 5)]
    assert events[0].data["fields"]["n"] == "3"
    assert events[0].data["labels"]["job"] == "tail"


def test_record_event_says_all_of_a_record(server: Server, loki: Loki) -> None:
    with EventStream(server.url, SELECTOR, limit=0) as stream:
        now = time.time_ns()
        loki.push({"job": "tail"}, [(now, "level=error <b> & ü", {"trace": "abc"})])
        (event,) = stream.take(1)
    assert event.kind == "record"
    assert event.id > 0
    assert event.data["timestamp"] == str(now)
    assert event.data["message"] == "level=error <b> & ü"
    assert event.data["level"] == "error"
    assert event.data["fields"] == {"trace": "abc"}
    assert event.data["labels"] == {"job": "tail", "service_name": "tail"}


def test_frames_carry_categorized_labels_when_asked(server: Server, loki: Loki) -> None:
    flags = {"X-Loki-Response-Encoding-Flags": "categorize-labels"}
    socket = open_websocket(server.url, header=flags)
    loki.push({"job": "tail"}, [(time.time_ns(), "one", {"u": "x"})])
    frame = json.loads(socket.recv())
    socket.close()
    assert frame["encodingFlags"] == ["categorize-labels"]
    value = frame["streams"][0]["values"][0]
    assert value[1] == "one"
    assert value[2]["structuredMetadata"]["u"] == "x"
    assert frame["streams"][0]["stream"] == {"job": "tail", "service_name": "tail"}


# ---- readers that come back ------------------------------------------------------------------


def test_event_stream_goes_on_after_the_last_event_id(server: Server) -> None:
    """The connection is cut again and again under load; the pieces make the whole."""
    total = len(every_line())
    found: list[Event] = []
    with ThreadPoolExecutor(PUSHERS) as pool:
        pushes = [pool.submit(push_lines, server.url, p) for p in range(PUSHERS)]
        while len(found) < total:
            last = found[-1].id if found else None
            with EventStream(server.url, SELECTOR, last, limit=5000) as stream:
                found += stream.take(min(total - len(found), total // 7))
        for push in pushes:
            push.result()
    check_complete(messages(found))


def test_event_stream_goes_on_after_a_restart_of_the_server(server: Server) -> None:
    Loki(server.url).push({"job": "tail"}, [(time.time_ns(), "before one")])
    with EventStream(server.url, SELECTOR, limit=10) as stream:
        (first,) = stream.take(1)
    Loki(server.url).push({"job": "tail"}, [(time.time_ns(), "before two")])
    server.restart()
    Loki(server.url).push({"job": "tail"}, [(time.time_ns(), "after")])
    with EventStream(server.url, SELECTOR, first.id) as stream:
        assert messages(stream.take(2)) == ["before two", "after"]


def test_reader_who_was_away_for_long_misses_nothing_unsaid(server: Server, loki: Loki) -> None:
    """More lines than one query may return were pushed meanwhile: all come, or their number."""
    loki.push({"job": "tail"}, [(time.time_ns(), "first")])
    with EventStream(server.url, SELECTOR, limit=1) as stream:
        (first,) = stream.take(1)
    away = 12_000
    for begin in range(0, away, 1000):
        now = time.time_ns()
        loki.push({"job": "tail"}, [(now + i, f"missed {begin + i}") for i in range(1000)])
    with EventStream(server.url, SELECTOR, first.id) as stream:
        loki.push({"job": "tail"}, [(time.time_ns(), "last")])
        records, dropped = read_until(stream, "last")
    assert len(records) - 1 + dropped == away
    assert len(set(records)) == len(records)


def read_until(stream: EventStream, last: str) -> tuple[list[str], int]:
    """Texts up to and with `last`, and how many lines the server says were dropped."""
    texts: list[str] = []
    dropped = 0
    for event in stream:
        if event.kind == "dropped":
            dropped += event.data["count"]
            continue
        texts.append(event.data["message"])
        if texts[-1] == last:
            return texts, dropped
    raise AssertionError(f"the tail ended after {len(texts)} lines without {last!r}")


# ---- readers that are too slow ---------------------------------------------------------------

SLOW_LINES = 600
SLOW_BYTES = 100_000


def push_much(loki: Loki) -> None:
    for n in range(SLOW_LINES):
        loki.push({"job": "tail"}, [(time.time_ns(), f"line {n} " + "x" * SLOW_BYTES)])


def push_last_until(loki: Loki, is_done: Callable[[], bool]) -> int:
    """Pushes the line `last`, which may itself not fit, until somebody saw it: how many it took."""
    pushed = 0

    def push_one() -> bool:
        nonlocal pushed
        if is_done():
            return True
        pushed += 1
        loki.push({"job": "tail"}, [(time.time_ns(), "last")])
        return False

    eventually("the reader caught up", push_one, seconds=60, pause=0.2)
    return pushed


def test_slow_reader_is_told_how_much_he_missed(server: Server, loki: Loki) -> None:
    """60 MB come while he reads nothing: what fits in the buffers comes, the rest is counted."""
    with EventStream(server.url, SELECTOR, limit=0) as stream, ThreadPoolExecutor(1) as pool:
        push_much(loki)
        reading = pool.submit(read_until, stream, "last")
        lasts = push_last_until(loki, reading.done)
        texts, dropped = reading.result()
    numbers = [int(text.split()[1]) for text in texts[:-1]]
    print(f"{len(numbers)} lines came, {dropped} were dropped")
    assert numbers == sorted(set(numbers)), "in order and none twice"
    assert dropped > 0
    assert SLOW_LINES <= len(numbers) + dropped < SLOW_LINES + lasts


def test_slow_websocket_reader_gets_dropped_entries(server: Server, loki: Loki) -> None:
    socket = open_websocket(server.url)
    push_much(loki)
    loki.push({"job": "tail"}, [(time.time_ns(), "last")])
    frames = []

    def dropped() -> list[dict]:
        frames.append(json.loads(socket.recv()))
        return frames[-1].get("dropped_entries", [])

    entries = eventually("the frame that tells of the loss", dropped, seconds=60, pause=0)
    socket.close()
    assert entries[0]["labels"] == {"job": "tail", "service_name": "tail"}
    assert int(entries[0]["timestamp"]) > 0
    assert len(entries) <= 1000


def test_slow_reader_holds_up_nobody(server: Server, loki: Loki) -> None:
    with (
        EventStream(server.url, SELECTOR, limit=0),
        EventStream(server.url, '{job="quick"}', limit=0) as quick,
    ):
        push_much(loki)
        begin = time.monotonic()
        loki.push({"job": "quick"}, [(time.time_ns(), "hello")])
        assert messages(quick.take(1)) == ["hello"]
        assert time.monotonic() - begin < 5
        assert server.rss_bytes() < 500 << 20


# ---- refusals and ends -----------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/loki/api/v1/tail", "/api/v1/tail"])
@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ('{job="tail"', "parse error at line 1, col 12"),
        ("", "parse error"),
        ('sum(rate({a="b"}[1m]))', ""),
        ('{job=~".*"}', "queries require at least one regexp or equality matcher"),
    ],
)
def test_bad_tail_is_refused_in_words(loki: Loki, path: str, query: str, sentence: str) -> None:
    answer = loki.get(path, query=query)
    assert answer.status_code == 400
    assert answer.text.strip()
    assert sentence in answer.text


def test_tail_without_upgrade_and_with_bad_delay(loki: Loki) -> None:
    plain = loki.get("/loki/api/v1/tail", query=SELECTOR)
    assert (plain.status_code, plain.text.strip()) == (400, "Bad Request")
    slow = loki.get("/loki/api/v1/tail", query=SELECTOR, delay_for="9")
    assert (slow.status_code, slow.text) == (400, "delay_for can't be greater than 5")


def test_too_many_tails_are_refused(make_server: Callable[..., Server]) -> None:
    server = make_server(config="[loki]\ntails_max = 3\n").start()
    sockets = [open_websocket(server.url) for _ in range(3)]
    refused = Loki(server.url).get("/loki/api/v1/tail", query=SELECTOR)
    assert refused.status_code == 400
    assert "max concurrent tail requests limit exceeded, count > limit (4 > 3)" in refused.text
    for socket in sockets:
        socket.close()

    def open_again() -> bool:
        try:
            open_websocket(server.url).close()
            return True
        except websocket.WebSocketBadStatusException:
            return False

    eventually("closed tails give their places back", open_again)


def test_tails_end_when_the_server_stops(server: Server) -> None:
    socket = open_websocket(server.url)
    with EventStream(server.url, SELECTOR, limit=0) as stream:
        assert server.stop() == 0
        assert [event.kind for event in stream] in ([], ["failed"])
    opcode, frame = socket.recv_data()
    assert opcode == websocket.ABNF.OPCODE_CLOSE
    assert int.from_bytes(frame[:2], "big") in (1001, 1011)
