"""A server under test as a child process on a free port, asked over HTTP."""

import contextlib
import http.client
import pathlib
import signal
import socket
import subprocess
import time

import measure
from engines.engine import EngineError

START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 60
REQUEST_SECONDS_MAX = 600
SETTLE_SECONDS_MAX = 120
SETTLED_SECONDS = 2.0


class Refused(EngineError):
    """The server answered with something else than success: (sentence, status, Retry-After)."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ServerProcess:
    """Owns the process from construction to stop()."""

    def __init__(self, command, port, folder, ready_path, environment=None):
        self.port, self._name = port, pathlib.Path(command[0]).name
        folder.mkdir(parents=True, exist_ok=True)
        self._log = open(folder.parent / f"{folder.name}.log", "ab")
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log,
                cwd=folder.parent, env=environment)
        except OSError as failure:
            self._log.close()
            raise EngineError(f"{command[0]} does not start: {failure}") from failure
        self._connection = self.connect()
        try:
            self._wait_until_ready(ready_path)
        except BaseException:
            self.stop()
            raise

    def _wait_until_ready(self, path):
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline and self._process.poll() is None:
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", path)
                ready = connection.getresponse().status == 200
                connection.close()
                if ready:
                    return
            time.sleep(0.02)
        raise EngineError(f"{self._name} did not become ready; what it says: {self._log.name}")

    @property
    def pid(self):
        return self._process.pid

    def stop(self):
        self._connection.close()
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._log.close()

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=REQUEST_SECONDS_MAX)

    def call(self, method, path, body=None, headers=None, connection=None):
        """The body of a successful answer, over the kept connection or `connection`.

        Raises Refused, and EngineError when the server is gone.
        """
        connection = connection or self._connection
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as failure:
            connection.close()
            raise EngineError(
                f"{self._name}: {method} {path.split('?')[0]}: {failure!r}") from failure
        if answer.status // 100 != 2:
            raise Refused(f"{self._name}: {method} {path.split('?')[0]}: {answer.status} "
                          f"{content[:300].decode(errors='replace')}", answer.status,
                          answer.getheader("Retry-After"))
        return content

    def post_with_patience(self, path, body, headers, connection):
        """Posts as a client does, trying again when told to; returns how often it was told."""
        retries = 0
        while True:
            try:
                self.call("POST", path, body, headers, connection)
                return retries
            except Refused as refusal:
                if refusal.args[1] not in (429, 503):
                    raise
                retries += 1
                time.sleep(float(refusal.args[2] or 0.05))


def wait_until_settled(size, settled_seconds=SETTLED_SECONDS):
    """Waits until size() stays the same for a while: background merges are over."""
    deadline = time.monotonic() + SETTLE_SECONDS_MAX
    last, since = size(), time.monotonic()
    while time.monotonic() < deadline and time.monotonic() - since < settled_seconds:
        time.sleep(0.1)
        now = size()
        if now != last:
            last, since = now, time.monotonic()
    return last


def folder_size(*folders):
    """Apparent bytes of folders that change meanwhile."""
    total = 0
    for folder in folders:
        for file in measure.files_under(folder) if pathlib.Path(folder).exists() else ():
            with contextlib.suppress(FileNotFoundError):
                total += file.stat().st_size
    return total
