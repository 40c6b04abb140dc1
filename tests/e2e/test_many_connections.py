"""Ten thousand idle connections, and the end of a server under load."""

import http.client
import itertools
import json
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.loki import Loki, push_body
from support.raw_http import RawConnection, request_bytes
from support.server import Server
from support.waiting import eventually

CONNECTIONS = 10_000
FILES_TO_SPARE = 500


@pytest.fixture
def connection_count() -> Iterator[int]:
    """How many connections this process may hold; raises its limit of open files as far as it goes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    allowed = CONNECTIONS
    if hard != resource.RLIM_INFINITY:
        allowed = min(CONNECTIONS, hard - FILES_TO_SPARE)
    if allowed < CONNECTIONS:
        print(f"the hard limit of {hard} open files allows {allowed} connections only")
    yield allowed
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def seconds_of(action: Callable[[], object]) -> float:
    begin = time.monotonic()
    action()
    return time.monotonic() - begin


def test_idle_connections_do_not_disturb(server: Server, loki: Loki, connection_count: int) -> None:
    """All of them kept alive after a request, as browsers and agents do."""
    idle: list[RawConnection] = []
    try:
        for _ in range(connection_count):
            idle.append(RawConnection(server.port))
            idle[-1].send(request_bytes("GET", "/health"))
        assert all(connection.answer().status == 200 for connection in idle)
        assert server.open_files() > connection_count

        now = time.time_ns()
        entries = [(now + i, f"line {i}") for i in range(1000)]
        pushing = seconds_of(lambda: loki.push({"job": "busy"}, entries))
        querying = seconds_of(lambda: loki.texts('{job="busy"} |= "line"'))
        print(f"{connection_count} idle: push {pushing:.3f} s, query {querying:.3f} s,")
        print(f"{server.rss_bytes() >> 20} MiB resident")
        assert pushing < 1
        assert querying < 1
        assert server.rss_bytes() < 500 << 20

        # They are still good for a request.
        for connection in idle[:: max(1, connection_count // 50)]:
            assert connection.ask(request_bytes("GET", "/ready")).status == 200
    finally:
        for connection in idle:
            connection.socket.close()


def test_connections_beyond_the_limit_are_told(make_server: Callable[..., Server]) -> None:
    server = make_server(config="[server]\nconnections_max = 20\n").start()
    inside = [RawConnection(server.port) for _ in range(20)]
    for connection in inside:
        assert connection.ask(request_bytes("GET", "/health")).status == 200
    with RawConnection(server.port) as outside:
        answer = outside.ask(request_bytes("GET", "/health"))
        assert answer.status == 503
        assert answer.body.strip()
    assert inside[0].ask(request_bytes("GET", "/health")).status == 200
    for connection in inside:
        connection.socket.close()


class Pusher:
    """Pushes until it is refused or cut off; knows what was acknowledged."""

    def __init__(self, port: int, number: int):
        self.port = port
        self.number = number
        self.acknowledged: list[str] = []
        self.broken_answer = ""

    def run(self, working: threading.Event) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            for batch in itertools.count():
                if batch == 20:
                    working.set()
                if not self._push(connection, batch):
                    return
        except (http.client.RemoteDisconnected, ConnectionError):
            pass  # closed between two requests: none was begun
        except http.client.HTTPException as error:
            self.broken_answer = repr(error)
        finally:
            connection.close()

    def _push(self, connection: http.client.HTTPConnection, batch: int) -> bool:
        lines = [f"{self.number}/{batch}/{i}" for i in range(20)]
        body = push_body({"job": "drain"}, [(time.time_ns() + i, x) for i, x in enumerate(lines)])
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/loki/api/v1/push", json.dumps(body), headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status == 204:
            self.acknowledged += lines
        return answer.status == 204 and answer.getheader("Connection") != "close"


def test_stop_under_load_answers_what_was_begun(make_server: Callable[..., Server]) -> None:
    server = make_server(config="[loki]\nentries_max = 1000000\n").start()
    pushers = [Pusher(server.port, n) for n in range(4)]
    working = threading.Event()
    with ThreadPoolExecutor(4) as pool:
        running = [pool.submit(pusher.run, working) for pusher in pushers]
        assert working.wait(30)
        begin = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - begin < 10
        for each in running:
            each.result()
    assert [pusher.broken_answer for pusher in pushers] == [""] * 4
    server.start()
    found = Loki(server.url).texts('{job="drain"}', limit=1000000)
    assert len(found) == len(set(found))
    for pusher in pushers:
        assert set(pusher.acknowledged) <= set(found)


def begin_push(connection: RawConnection, body_bytes: int) -> None:
    """Sends the head of a push and returns when the server has read it."""
    headers = {
        "Content-Type": "application/json",
        "Content-Length": str(body_bytes),
        "Expect": "100-continue",
    }
    assert connection.ask(request_bytes("POST", "/loki/api/v1/push", headers=headers)).status == 100


def test_request_begun_before_the_stop_is_finished(server: Server) -> None:
    """Its head is there when SIGTERM comes; the body follows."""
    body = json.dumps(push_body({"job": "late"}, [(time.time_ns(), "late")])).encode()
    with RawConnection(server.port) as begun, RawConnection(server.port) as idle:
        assert idle.ask(request_bytes("GET", "/health")).status == 200
        begin_push(begun, len(body))
        server.send_signal(signal.SIGTERM)
        assert idle.is_closed_by_peer(), "idle connections are closed"
        begun.send(body[:10])
        begun.send(body[10:])
        answer = begun.answer()
        assert answer.status == 204, answer
    assert server.wait(20) == 0
    server.start()
    assert Loki(server.url).texts('{job="late"}') == ["late"]


def test_second_signal_stops_at_once(server: Server) -> None:
    with RawConnection(server.port) as begun:
        begin_push(begun, 100)
        server.send_signal(signal.SIGTERM)
        eventually("it says that it stops", lambda: b"stopping" in server.said)
        server.send_signal(signal.SIGINT)
        assert server.wait(10) == 1


def test_stop_does_not_wait_for_ever(make_server: Callable[..., Server]) -> None:
    """A body that never comes holds the stop up for drain_timeout, no longer."""
    server = make_server(config='[server]\ndrain_timeout = "1s"\n').start()
    with RawConnection(server.port) as begun:
        begin_push(begun, 100)
        assert server.stop() == 0
