"""Wrong input of every kind: one clear answer, nothing stored of it, and a server that lives on.

One server takes it all; the last tests look at its memory and health.
"""

import json
import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from e2e.wrong_pushes import (
    JSON_TYPE,
    NOW,
    Push,
    jsonline_pushes,
    loki_json_pushes,
    loki_protobuf_pushes,
    truncations,
)
from support.loki import HOUR, Loki, push_body
from support.raw_http import RawConnection, request_bytes
from support.server import Server
from support.waiting import eventually

MEGABYTE = 1 << 20
# The largest body (64 MiB) may be held packed, unpacked and decoded at once, by two workers.
RSS_BOUND = 700 * MEGABYTE
LOKI_PUSH = "/loki/api/v1/push"


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("wrong")) as server:
        yield server
        assert server.is_running(), server.said.decode(errors="replace")[-2000:]
        assert server.rss_peak_bytes() < RSS_BOUND


@pytest.fixture
def client(target: Server) -> Loki:
    return Loki(target.url)


PUSHES = loki_json_pushes() + loki_protobuf_pushes() + jsonline_pushes()


def stored_lines(client: Loki) -> int:
    """Lines that came with the pushes of wrong_pushes.py, whatever their time."""
    return client.count('{job="wrong"}', "9000h")


@pytest.mark.parametrize("push", PUSHES, ids=lambda push: push.name)
def test_wrong_push(client: Loki, push: Push) -> None:
    before = stored_lines(client)
    answer = client.session.post(
        client.url + push.path, data=push.body, headers=push.headers, timeout=60
    )
    assert (answer.status_code, push.sentence in answer.text) == (push.status, True), answer.text
    if push.status >= 400:
        assert answer.text.strip(), "a refusal says why"
        assert "\n" not in answer.text.strip(), f"one sentence, not {answer.text!r}"
        assert answer.headers["Content-Type"].startswith("text/plain")
    assert answer.headers["X-Request-Id"]
    assert stored_lines(client) == before, "something of a wrong push was stored"


def test_truncated_json_is_refused_at_every_byte(client: Loki) -> None:
    before = stored_lines(client)
    for body in truncations():
        answer = client.post(LOKI_PUSH, body, Content_Type="application/json")
        assert answer.status_code == 400, f"{body!r}: {answer.status_code} {answer.text}"
    assert stored_lines(client) == before


def test_random_bytes_are_refused(client: Loki) -> None:
    dice = random.Random(3)
    for i in range(300):
        body = dice.randbytes(dice.randrange(1, 2000))
        kind = ("application/json", "application/x-protobuf")[i % 2]
        answer = client.post(LOKI_PUSH, body, Content_Type=kind)
        assert answer.status_code in (400, 413, 422), f"{body!r}: {answer.status_code}"


def test_good_lines_of_a_partly_wrong_push_are_kept(client: Loki) -> None:
    entries = [(NOW + HOUR, "from the future"), (NOW, "good one"), (NOW + 1, "x" * (2 * MEGABYTE))]
    body = push_body({"job": "partly"}, entries)
    body["streams"] += push_body({"bad-name": "x"}, [(NOW, "lost")])["streams"]
    body["streams"] += push_body({"job": "partly", "n": "2"}, [(NOW, "good two")])["streams"]
    answer = client.session.post(client.url + LOKI_PUSH, json=body, timeout=60)
    assert answer.status_code == 400
    for sentence in ("has timestamp too new", "max entry size", "couldn't parse labels"):
        assert sentence in answer.text
    assert sorted(client.texts('{job="partly"}')) == ["good one", "good two"]


def test_good_lines_of_a_partly_wrong_jsonline_push_are_kept(client: Loki) -> None:
    rows = ['{"_msg":"one","job":"rows"}', "broken{", '{"_msg":"two","job":"rows"}', "[]", ""]
    answer = client.post("/insert/jsonline?_stream_fields=job", "\n".join(rows).encode())
    assert answer.status_code == 200, answer.text
    assert sorted(client.texts('{job="rows"}')) == ["one", "two"]


@pytest.mark.parametrize(
    ("name", "sent", "kept"),
    [
        ("nul", r"a\u0000b", "a\0b"),
        ("utf8", b"bad \xff\xfe bytes".decode("latin-1"), "bad \ufffd\ufffd bytes"),
        ("overlong", b"bad \xc0\xaf slash".decode("latin-1"), None),
        ("surrogates", r"fire \ud83d\udd25", "fire \U0001f525"),
        ("lone", r"lone \ud83d surrogate", None),
        ("escapes", r"\"\\\/\b\f\n\r\t", '"\\/\b\f\n\r\t'),
    ],
)
def test_odd_text_is_kept_or_repaired(client: Loki, name: str, sent: str, kept: str | None) -> None:
    body = f'{{"streams":[{{"stream":{{"odd":"{name}"}},"values":[["{NOW}","{sent}"]]}}]}}'
    answer = client.post(LOKI_PUSH, body.encode("latin-1"), Content_Type="application/json")
    if name == "lone":
        assert answer.status_code in (204, 400)
        return
    assert answer.status_code == 204, answer.text
    (line,) = client.texts(f'{{odd="{name}"}}')
    assert line == kept if kept else "\ufffd" in line


def test_old_times_are_kept(client: Loki) -> None:
    for time_ns in (0, 1, -1, -(10**18)):
        client.push({"job": "old"}, [(time_ns, f"at {time_ns}")])
    near = {"start": "1969-12-31T00:00:00Z", "end": "1970-01-02T00:00:00Z"}
    assert client.texts('{job="old"}', **near) == ["at -1", "at 0", "at 1"]
    far = {"start": "1938-04-24T00:00:00Z", "end": "1938-04-25T00:00:00Z"}
    assert client.texts('{job="old"}', **far) == [f"at {-(10**18)}"]


@pytest.mark.parametrize("path", [LOKI_PUSH, "/insert/jsonline"])
def test_body_of_100_megabytes_is_refused(target: Server, path: str) -> None:
    size = 100 * MEGABYTE
    with RawConnection(target.port) as connection:
        head = request_bytes("POST", path, headers={"Content-Length": str(size)} | JSON_TYPE)
        connection.send(head)
        for _ in range(size // MEGABYTE):
            connection.send(b" " * MEGABYTE)
        answer = connection.answer()
        assert answer.status == 413, answer
        assert b"67108864 bytes" in answer.body
        assert not answer.is_open
        assert connection.is_closed_by_peer()


def test_chunked_body_of_100_megabytes_is_refused(target: Server) -> None:
    block = b"100000\r\n" + b" " * MEGABYTE + b"\r\n"
    with RawConnection(target.port) as connection:
        head = {"Transfer-Encoding": "chunked", "Content-Type": "application/json"}
        lines = [f"POST {LOKI_PUSH} HTTP/1.1", "Host: test"] + [
            f"{n}: {v}" for n, v in head.items()
        ]
        connection.send("\r\n".join(lines).encode() + b"\r\n\r\n")
        for _ in range(100):
            connection.send(block)
        assert connection.answer().status == 413


REQUESTS = {
    "garbage": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x99" * 200, {400}),
    "no words": (b"\r\n\r\n\r\n\r\nhello\r\n\r\n", {400}),
    "zero bytes": (b"\0" * 3000, {400}),
    "HTTP/2 preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {400, 505}),
    "HTTP/9.9": (b"GET /ready HTTP/9.9\r\nHost: x\r\n\r\n", {400, 505}),
    "head of 1 MB": (b"GET /ready HTTP/1.1\r\nHost: x\r\nX: " + b"y" * MEGABYTE, {431}),
    "10,000 headers": (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 10_000 + b"\r\n", {431}),
    "bad length": (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n", {400}),
    "negative length": (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", {400}),
    "two lengths": (
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        {400},
    ),
    "length and chunks": (
        b"POST " + LOKI_PUSH.encode() + b" HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        {400},
    ),
    "bad chunk": (
        b"POST "
        + LOKI_PUSH.encode()
        + b" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"zz\r\n",
        {400},
    ),
    "unknown transfer coding": (
        b"POST " + LOKI_PUSH.encode() + b" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n",
        {400, 501},
    ),
    "control byte in a header": (b"GET /ready HTTP/1.1\r\nHost: x\r\nA: b\x01c\r\n\r\n", {400}),
    "space before the colon": (b"GET /ready HTTP/1.1\r\nHost : x\r\n\r\n", {400}),
    "unknown path": (request_bytes("GET", "/no/such/path"), {404}),
    "path with dots": (request_bytes("GET", "/../../etc/passwd"), {400, 404}),
    "hidden dots": (request_bytes("GET", "/assets/%2e%2e/%2e%2e/etc/passwd"), {400, 404}),
    "bad percent": (request_bytes("GET", "/loki/api/v1/labels?query=%zz"), {200, 400}),
    "NUL in the path": (request_bytes("GET", "/a%00b"), {400, 404}),
    "GET on push": (request_bytes("GET", LOKI_PUSH), {405}),
    "DELETE on labels": (request_bytes("DELETE", "/loki/api/v1/labels"), {405}),
    "unknown method": (request_bytes("BREW", LOKI_PUSH), {400, 405, 501}),
}

# Well-formed, but for nobody: the connection stays open.
GOOD_HTTP = {
    "unknown path",
    "path with dots",
    "hidden dots",
    "bad percent",
    "NUL in the path",
    "GET on push",
    "DELETE on labels",
    "unknown method",
}


@pytest.mark.parametrize("name", REQUESTS)
def test_wrong_request(target: Server, client: Loki, name: str) -> None:
    content, statuses = REQUESTS[name]
    with RawConnection(target.port) as connection:
        answer = connection.ask(content)
        assert answer.status in statuses, answer
        if name not in GOOD_HTTP:
            assert connection.is_closed_by_peer(), "after nonsense the connection is no use"
        if answer.status == 405:
            assert answer.headers["allow"]
        if answer.status == 404 and name == "unknown path":
            assert answer.body == b"404 page not found\n"
    assert client.get("/ready").status_code == 200


def test_unknown_path_of_ours_is_json(client: Loki) -> None:
    answer = client.get("/api/v1/nothing")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


def test_requests_in_one_go_are_answered_in_order(target: Server) -> None:
    with RawConnection(target.port) as connection:
        wrong = request_bytes("POST", LOKI_PUSH, b"no", JSON_TYPE)
        connection.send(request_bytes("GET", "/health") + wrong + request_bytes("GET", "/ready"))
        assert [connection.answer().status for _ in range(3)] == [200, 400, 200]


def test_client_that_leaves_in_the_middle_stores_nothing(target: Server, client: Loki) -> None:
    body = json.dumps(push_body({"job": "left"}, [(NOW, "never whole")])).encode()
    for cut in range(1, len(body), 9):
        whole = request_bytes("POST", LOKI_PUSH, body, JSON_TYPE)
        with RawConnection(target.port) as connection:
            connection.send(whole[: len(whole) - cut])
    client.push({"job": "left", "n": "2"}, [(NOW, "whole")])
    assert client.texts('{job="left"}') == ["whole"]


def drip(port: int, head: bytes, stop: threading.Event) -> int:
    """Sends a byte now and then until the server has enough; the status it closes with."""
    with RawConnection(port, seconds=60) as connection:
        connection.socket.settimeout(0.3)
        for i in range(10_000):
            connection.send(head[i : i + 1] or b"x")
            try:
                answer = connection.answer()
                return answer.status
            except TimeoutError:
                if stop.is_set():
                    break
    return -1


def test_slow_and_silent_clients_are_sent_away(target: Server, client: Loki) -> None:
    """Slow heads and stopped bodies end with 408, and hold nobody up meanwhile."""
    stop = threading.Event()
    slow_head = b"GET /ready HTTP/1.1\r\nHost: test\r\nX-Slow: " + b"y" * 5000
    half_body = request_bytes("POST", LOKI_PUSH, b"", {"Content-Length": "100"} | JSON_TYPE) + b"{"
    half_open = [RawConnection(target.port, seconds=60) for _ in range(200)]
    stopped = RawConnection(target.port, seconds=60)
    stopped.send(half_body)
    try:
        with ThreadPoolExecutor(4) as pool:
            drips = [pool.submit(drip, target.port, slow_head, stop) for _ in range(3)]
            ending = pool.submit(stopped.answer)
            for i in range(20):
                client.push({"job": "meanwhile"}, [(NOW + i, f"line {i}")])
            assert client.count('{job="meanwhile"}') == 20
            assert [each.result(40) for each in drips] == [408] * 3
            assert ending.result(60).status == 408
    finally:
        stop.set()
        stopped.socket.close()
        for each in half_open:
            each.socket.close()


def test_half_open_connections_give_their_files_back(target: Server) -> None:
    before = target.open_files()
    many = [RawConnection(target.port) for _ in range(500)]
    for connection in many:
        connection.send(b"POST /loki/api/v1/push HTTP/1.1\r\n")
    for connection in many:
        connection.socket.close()
    eventually("no file is left open", lambda: target.open_files() <= before + 5, seconds=20)


def test_large_bodies_at_once_stay_within_memory(target: Server, client: Loki) -> None:
    """Six bodies of 60 MB at a time, all wrong at their end, and then the server's memory."""
    body = b'{"streams":[' + b" " * (60 * MEGABYTE)

    def push(_: int) -> int:
        return Loki(target.url).post(LOKI_PUSH, body, Content_Type="application/json").status_code

    with ThreadPoolExecutor(6) as pool:
        statuses = set(pool.map(push, range(12)))
    assert statuses <= {400, 503}, statuses
    print(f"peak of resident memory: {target.rss_peak_bytes() // MEGABYTE} MiB")
    assert target.rss_peak_bytes() < RSS_BOUND
    client.push({"job": "after"}, [(NOW, "alive")])
    assert client.texts('{job="after"}') == ["alive"]
