"""A real server on a free port in a directory of its own.

    with Server(tmp_path) as server:
        server.push({"job": "x"}, ["line one", "line two"])
        assert server.lines('{job="x"}') == ["line one", "line two"]
        server.kill()     # as kill -9
        server.start()    # the same directory again
"""

import os
import re
import signal
import subprocess
import threading
import time
from collections import deque
from pathlib import Path

import requests

import program
from loki import Loki

START_SECONDS = 30
STOP_SECONDS = 40


class Server:
    """`data` may lie elsewhere than in `directory`; `config` is the text of its configuration."""

    def __init__(self, directory: Path, *flags: str, config: str | None = None, data: Path | None = None):
        self.directory = Path(directory)
        self.data = data or self.directory / "data"
        self.flags = list(flags)
        self.config = config
        self.process: subprocess.Popen | None = None
        self.url = ""
        self.log: deque[str] = deque(maxlen=2000)
        self._served = threading.Event()
        self._reader: threading.Thread | None = None
        self._last_ns = 0

    # ---- life ----------------------------------------------------------------------------------

    def begin(self) -> None:
        """Starts the process and returns at once."""
        assert not self.is_running(), "the server runs already"
        self.directory.mkdir(parents=True, exist_ok=True)
        arguments = ["serve", "--http", "127.0.0.1:0", "--data", str(self.data), "--log-format", "json"]
        if self.config is not None:
            self.config_file.write_text(self.config, encoding="utf-8")
            arguments += ["--config", str(self.config_file)]
        self._served.clear()
        self.url = ""
        self.log.clear()
        self.process = subprocess.Popen([program.path(), *arguments, *self.flags], cwd=self.directory,
                                        env=program.environment(self.directory), stdin=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                        text=True, errors="replace")
        self._reader = threading.Thread(target=self._read_log, args=(self.process,), daemon=True)
        self._reader.start()

    def start(self) -> "Server":
        """Starts the process and waits until it serves."""
        self.begin()
        if not self._served.wait(START_SECONDS) or not self.url:
            self.kill()
            raise AssertionError("the server did not start:\n" + self.said())
        return self

    def _read_log(self, process: subprocess.Popen) -> None:
        for line in process.stderr:
            self.log.append(line.rstrip("\n"))
            # It says its address when everything is ready.
            if match := re.search(r'"url":\s*"([^"]+)"', line):
                self.url = match.group(1)
                self._served.set()
        process.stderr.close()
        self._served.set()  # the end: whoever waits for the address need not wait longer

    def said(self) -> str:
        """What it wrote since its start, its last 2000 lines."""
        return "\n".join(list(self.log))

    def send_signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Asks it to end; gives its exit status."""
        self.send_signal(how)
        return self.wait()

    def kill(self) -> None:
        """As kill -9. Harmless when nothing runs."""
        if self.is_running():
            self.process.kill()
        if self.process:
            self.wait()

    def restart(self) -> "Server":
        assert self.stop() == 0, "a clean stop ends with 0:\n" + self.said()
        return self.start()

    def wait(self, seconds: float = STOP_SECONDS) -> int:
        """Its exit status, when it ends within `seconds`."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("the server did not stop:\n" + self.said()) from None
        if self._reader:
            self._reader.join(STOP_SECONDS)
        return status

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def __enter__(self) -> "Server":
        return self.start()

    def __exit__(self, *_) -> None:
        self.kill()

    # ---- looking at it -------------------------------------------------------------------------

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    @property
    def config_file(self) -> Path:
        return self.directory / "server.toml"

    def rss_bytes(self) -> int:
        """Resident memory now."""
        return self._status_bytes("VmRSS")

    def rss_peak_bytes(self) -> int:
        """The most resident memory since its start."""
        return self._status_bytes("VmHWM")

    def open_files(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def _status_bytes(self, field: str) -> int:
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{field}:\s+(\d+) kB", text)[1]) * 1024

    # ---- talking to it -------------------------------------------------------------------------

    def cli(self, *arguments: str, **more) -> subprocess.CompletedProcess:
        """A client subcommand, asked to talk to this server."""
        env = {"LOGPOND_ADDR": self.url, **more.pop("env", {})}
        return program.run(*arguments, env=env, **more)

    def get(self, path: str, **parameters) -> requests.Response:
        return requests.get(self.url + path, params=parameters, timeout=30)

    def post(self, path: str, **more) -> requests.Response:
        return requests.post(self.url + path, timeout=30, **more)

    def next_ns(self) -> int:
        """Now, and later than every time given before."""
        self._last_ns = max(self._last_ns + 1, time.time_ns())
        return self._last_ns

    def push(self, labels: dict[str, str], lines: list, tenant: str | None = None) -> None:
        """Pushes lines through Loki's JSON door; a line may be (ns, text) or (ns, text, metadata)."""
        entries = [(self.next_ns(), line) if isinstance(line, str) else line for line in lines]
        Loki(self.url, tenant).push(labels, entries)

    def query(self, text: str, **more) -> dict:
        """`data` of query_range, oldest lines first; the last hour and the next unless said."""
        return Loki(self.url).range_data(text, **{"direction": "forward", **more})

    def entries(self, text: str, **more) -> list[tuple[int, str]]:
        """(ns, line) of a log query, ordered by time."""
        return [(line.timestamp, line.text) for line in Loki(self.url).lines(text, **more)]

    def lines(self, text: str, **more) -> list[str]:
        return [line for _, line in self.entries(text, **more)]

    def flush(self, merge: bool = False) -> None:
        Loki(self.url).flush(merge)
