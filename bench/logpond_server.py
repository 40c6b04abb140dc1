"""Logpond under test: a server of its own on a free port, fed and asked over HTTP."""

import contextlib
import http.client
import json
import mmap
import pathlib
import signal
import socket
import subprocess
import threading
import time
import urllib.parse

import measure
import workload

INSERT = ("/insert/jsonline?_msg_field=message&_time_field=timestamp"
          "&_stream_fields=service,host")
PIECE_BYTES = 4 << 20
SENDERS = 2
ROWS_MAX = 5000  # the most that the server gives in one answer
ALL = '{service=~".+"}'
START_SECONDS_MAX = 30
STOP_SECONDS_MAX = 60
REQUEST_SECONDS_MAX = 300


class Refused(Exception):
    """The server answered with something else than success."""


class LogpondServer:
    """Owns a server process; use as a context manager."""

    def __init__(self, binary, data):
        self._binary, self._data = binary, pathlib.Path(data)
        self._process = self._log = None

    def __enter__(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._data.mkdir(parents=True, exist_ok=True)
        self._log = open(self._data.parent / f"{self._data.name}.log", "ab")
        self._process = subprocess.Popen(
            [self._binary, "serve", "--http", f"127.0.0.1:{self.port}", "--data", self._data],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, cwd=self._data.parent)
        try:
            self._wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        self._connection = self.connect()
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._log.close()

    def _wait_until_ready(self):
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/ready")
                if connection.getresponse().status == 200:
                    return
            time.sleep(0.02)
        raise RuntimeError(f"logpond did not become ready; its diagnostics: {self._log.name}")

    @property
    def pid(self):
        return self._process.pid

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=REQUEST_SECONDS_MAX)

    def call(self, connection, method, path, body=None):
        """The body of a successful answer. Raises Refused."""
        connection.request(method, path, body,
                           {"Content-Type": "application/stream+json"} if body else {})
        answer = connection.getresponse()
        content = answer.read()
        if answer.status // 100 != 2:
            raise Refused(f"{method} {path.split('?')[0]}: {answer.status} "
                          f"{content[:300].decode(errors='replace')}", answer.status,
                          answer.getheader("Retry-After"))
        return content

    # ------------------------------------------------------------- ingest ----

    def ingest(self, path):
        """Sends the file, lets the server seal and merge, and returns the figures of it."""
        sender = measure.OwnCpu()
        with measure.measured(self.pid) as sending:
            retries = []
            with _Pieces(path) as pieces:
                measure.in_parallel([lambda: self._send(pieces, retries)] * SENDERS)
        sender_cpu_s = sender.stop()
        with measure.measured(self.pid) as flush:
            self.call(self._connection, "POST", "/api/v1/flush?merge=1")
        return {
            "cpu_s": sending.cpu_s + flush.cpu_s,
            "cpu_sending_s": sending.cpu_s,
            "cpu_flush_s": flush.cpu_s,
            "wall_s": sending.wall_s + flush.wall_s,
            "wall_sending_s": sending.wall_s,
            "sender_cpu_s": sender_cpu_s,
            "retries": len(retries),
            "rss_peak_bytes": flush.rss_peak_bytes,
            **self._disk(),
        }

    def _send(self, pieces, retries):
        connection = self.connect()
        while (piece := pieces.take()) is not None:
            with piece:
                while True:
                    try:
                        self.call(connection, "POST", INSERT, piece)
                        break
                    except Refused as refusal:
                        if refusal.args[1] not in (429, 503):
                            raise
                        retries.append(refusal)
                        time.sleep(float(refusal.args[2] or 0.05))
        connection.close()

    def _disk(self):
        wal = measure.bytes_on_disk(self._data / "wal") if (self._data / "wal").is_dir() else 0
        parts = measure.bytes_on_disk(self._data / "parts")
        manifest = self._data / "MANIFEST"
        manifest_bytes = manifest.stat().st_size if manifest.exists() else 0
        return {"disk_bytes": parts + manifest_bytes, "wal_bytes": wal}

    # ------------------------------------------------------------ queries ----

    def ask(self, query, work):
        """(answer, Cost of the server) of a query, over one kept connection."""
        path = _path_of(query, work)
        with measure.measured(self.pid) as cost:
            content = self.call(self._connection, "GET", path)
        return _answer_of(query, json.loads(content)["data"]), cost


class _Pieces:
    """Hands out the file in pieces of whole lines, to several threads."""

    def __init__(self, path):
        self._path, self._start = path, 0
        self._lock = threading.Lock()

    def __enter__(self):
        with open(self._path, "rb") as file:
            self._text = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        self._view = memoryview(self._text)
        return self

    def __exit__(self, *_):
        self._view.release()
        self._text.close()

    def take(self):
        """The next piece, or None at the end. The caller releases it."""
        with self._lock:
            start = self._start
            if start >= len(self._text):
                return None
            end = self._text.rfind(b"\n", start, start + PIECE_BYTES) + 1
            if end == 0:  # a line longer than a piece
                end = (self._text.find(b"\n", start) + 1) or len(self._text)
            self._start = end
            return self._view[start:end]


def query_text(query, span_s):
    """The query in LogQL. `span_s` is the length of the corpus in seconds."""
    quoted = json.dumps(query.text)
    what = {"trace": f"{ALL} | trace_id={quoted}", "literal": f"{ALL} |= {quoted}",
            "regex": f"{ALL} |~ {quoted}", "all": ALL}[query.kind]
    if query.answer_form == workload.BY_SERVICE:
        return f"sum by (service) (count_over_time({what} [{span_s}s]))"
    if query.answer_form == workload.TOTAL:
        return f"sum(count_over_time({what} [{span_s}s]))"
    if query.answer_form == workload.BY_LEVEL_MINUTE:
        return f"sum by (detected_level) (count_over_time({what} [1m]))"
    return what


def span_of(work):
    """(first second, second after the last record, their distance)."""
    start, end = work.first_ms // 1000 - 1, work.last_ms // 1000 + 1
    return start, end, end - start


def _path_of(query, work):
    start, end, span = span_of(work)
    text = query_text(query, span)
    if query.answer_form in (workload.BY_SERVICE, workload.TOTAL):
        arguments = {"query": text, "time": end}
        return "/loki/api/v1/query?" + urllib.parse.urlencode(arguments)
    arguments = {"query": text, "start": start, "end": end, "limit": ROWS_MAX, "step": 60}
    return "/loki/api/v1/query_range?" + urllib.parse.urlencode(arguments)


def _answer_of(query, data):
    result = data["result"]
    if query.answer_form == workload.ROWS:
        return sum(len(stream["values"]) for stream in result)
    if query.answer_form == workload.TOTAL:
        return sum(int(series["value"][1]) for series in result)
    if query.answer_form == workload.BY_SERVICE:
        return {series["metric"]["service"]: int(series["value"][1]) for series in result}
    return {(series["metric"]["detected_level"], int(time_s)): int(value)
            for series in result for time_s, value in series["values"]}


def binary_version(binary):
    """Version and commit as the program itself says them."""
    answer = subprocess.run([binary, "version"], capture_output=True, text=True, check=True)
    said = dict(line.split(None, 1) for line in answer.stdout.splitlines() if " " in line)
    return f"{said.get('logpond', 'unknown')} ({said.get('commit', 'unknown commit')})"
