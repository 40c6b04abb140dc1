"""A real server on a free port in a directory of its own.

    with Server(tmp_path) as server:
        server.push({"job": "x"}, ["line one", "line two"])
        assert server.lines('{job="x"}') == ["line one", "line two"]
        server.kill()     # as kill -9
        server.start()    # the same directory again
"""

import json
import re
import signal
import subprocess
import threading
import time
from collections import deque
from pathlib import Path

import requests

import program

START_SECONDS = 30
STOP_SECONDS = 30
NS = 1_000_000_000


class Server:
    def __init__(self, directory: Path, *flags: str, config: str | None = None):
        self.directory = Path(directory)
        self.data = self.directory / "data"
        self.flags = list(flags)
        self.config = config
        self.process: subprocess.Popen | None = None
        self.url = ""
        self.log: deque[str] = deque(maxlen=2000)
        self._served = threading.Event()
        self._reader: threading.Thread | None = None
        self._last_ns = 0

    # ---- life ----------------------------------------------------------------------------------

    def start(self) -> "Server":
        self.directory.mkdir(parents=True, exist_ok=True)
        arguments = ["serve", "--http", "127.0.0.1:0", "--data", str(self.data), "--log-format", "json"]
        if self.config is not None:
            file = self.directory / "logpond.toml"
            file.write_text(self.config, encoding="utf-8")
            arguments += ["--config", str(file)]
        self._served.clear()
        self.url = ""
        self.process = subprocess.Popen([program.path(), *arguments, *self.flags], cwd=self.directory,
                                        env=program.environment(), stderr=subprocess.PIPE,
                                        stdout=subprocess.DEVNULL, text=True, errors="replace")
        self._reader = threading.Thread(target=self._read_log, args=(self.process,), daemon=True)
        self._reader.start()
        if not self._served.wait(START_SECONDS) or not self.url:
            self.kill()
            raise AssertionError("the server did not start:\n" + "\n".join(self.log))
        self.wait_ready()
        return self

    def _read_log(self, process: subprocess.Popen) -> None:
        for line in process.stderr:
            self.log.append(line.rstrip("\n"))
            if match := re.search(r'"url":\s*"([^"]+)"', line):
                self.url = match.group(1)
                self._served.set()
        self._served.set()  # the end: whoever waits for the address need not wait longer

    def wait_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                answer = requests.get(self.url + "/ready", timeout=5)
                if answer.status_code == 200:
                    return
                why = answer.text
            except requests.ConnectionError as error:
                why = str(error)
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise AssertionError(f"the server is not ready: {why}\n" + "\n".join(self.log))

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Asks it to end; gives its exit status."""
        self.process.send_signal(how)
        return self._wait()

    def kill(self) -> None:
        """As kill -9."""
        if self.process and self.process.poll() is None:
            self.process.kill()
        if self.process:
            self._wait()

    def restart(self) -> "Server":
        assert self.stop() == 0
        return self.start()

    def _wait(self) -> int:
        try:
            status = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("the server did not stop:\n" + "\n".join(self.log))
        if self._reader:
            self._reader.join(STOP_SECONDS)
        return status

    def __enter__(self) -> "Server":
        return self.start()

    def __exit__(self, *_) -> None:
        self.kill()

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

    def push(self, labels: dict[str, str], lines: list, tenant: str | None = None) -> requests.Response:
        """Pushes lines through Loki's JSON door; a line may be (ns, text) or (ns, text, metadata)."""
        values = []
        for line in lines:
            parts = [str(self.next_ns()), line] if isinstance(line, str) else [str(line[0]), *line[1:]]
            values.append(parts)
        headers = {"Content-Type": "application/json"}
        if tenant:
            headers["X-Scope-OrgID"] = tenant
        answer = requests.post(self.url + "/loki/api/v1/push", headers=headers, timeout=30,
                               data=json.dumps({"streams": [{"stream": labels, "values": values}]}))
        assert answer.status_code == 204, f"{answer.status_code}: {answer.text}"
        return answer

    def query(self, text: str, *, start: int | None = None, end: int | None = None, limit: int = 5000,
              direction: str = "forward", **more) -> dict:
        """`data` of query_range; the last hour up to a minute ahead unless said."""
        now = time.time_ns()
        parameters = {"query": text, "limit": limit, "direction": direction,
                      "start": now - 3600 * NS if start is None else start,
                      "end": now + 60 * NS if end is None else end, **more}
        answer = self.get("/loki/api/v1/query_range", **parameters)
        assert answer.status_code == 200, f"{answer.status_code}: {answer.text}"
        return answer.json()["data"]

    def entries(self, text: str, **more) -> list[tuple[int, str]]:
        """(ns, line) of a log query, ordered by time."""
        found = [(int(v[0]), v[1]) for s in self.query(text, **more)["result"] for v in s["values"]]
        return sorted(found, key=lambda entry: entry[0])

    def lines(self, text: str, **more) -> list[str]:
        return [line for _, line in self.entries(text, **more)]

    def flush(self, merge: bool = False) -> None:
        answer = self.post("/api/v1/flush" + ("?merge=1" if merge else ""))
        assert answer.status_code // 100 == 2, f"{answer.status_code}: {answer.text}"
