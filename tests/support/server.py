"""A real `logpond serve` on a free port of loopback."""

import os
import re
import signal
import subprocess
import threading
from pathlib import Path

from support.program import clean_environment, program_path

_LISTENING = re.compile(rb"https?://[\w.\[\]:]+?:(\d+)")


class Server:
    """Starts, stops, kills and starts again, always on the same data directory.

    Everything the process says on stderr is kept in `said`. Use as a context manager: leaving it
    kills what still runs.
    """

    def __init__(self, home: Path, *flags: str, data: Path | None = None, config: str = ""):
        self.home = home
        self.data = data or home / "data"
        self.flags = flags
        self.port = 0
        self.said = b""
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._spoke = threading.Condition()
        home.mkdir(parents=True, exist_ok=True)
        (home / "server.toml").write_text(config)

    def __enter__(self) -> "Server":
        return self if self._process else self.start()

    def __exit__(self, *_) -> None:
        self.kill()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None, "the server was never started"
        return self._process.pid

    def begin(self) -> "Server":
        """Starts the process and returns at once."""
        assert not self.is_running(), "the server runs already"
        self.said, self.port = b"", 0
        self._process = subprocess.Popen(
            [program_path(), "serve", "--config", self.home / "server.toml", "--data", self.data]
            + ["--http", "127.0.0.1:0", *self.flags],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=self.home,
            env=clean_environment(self.home),
        )
        self._reader = threading.Thread(target=self._listen, args=(self._process,), daemon=True)
        self._reader.start()
        return self

    def start(self, seconds: float = 20) -> "Server":
        """Starts the process and waits until it says where it listens."""
        self.begin()
        with self._spoke:
            done = self._spoke.wait_for(lambda: self.port or not self._listens, timeout=seconds)
        if not done or not self.port:
            self.kill()
            raise AssertionError(f"the server did not start:\n{self.said.decode(errors='replace')}")
        return self

    def restart(self) -> "Server":
        assert self.stop() == 0, f"a stop ends with 0:\n{self.said.decode(errors='replace')}"
        return self.start()

    def stop(self, seconds: float = 40) -> int:
        """SIGTERM, then the exit status."""
        self.send_signal(signal.SIGTERM)
        return self.wait(seconds)

    def send_signal(self, number: signal.Signals) -> None:
        assert self._process is not None, "the server was never started"
        self._process.send_signal(number)

    def wait(self, seconds: float) -> int:
        assert self._process is not None and self._reader is not None
        status = self._process.wait(seconds)
        self._reader.join()
        return status

    def kill(self) -> None:
        """SIGKILL: no chance to say good-bye. Harmless when nothing runs.

        Fails when the process ended before by itself: a server that crashed is never fine.
        """
        if self._process is None:
            return
        by_itself = self._process.poll() if self._process.returncode is None else None
        assert by_itself is None, f"ended by itself with {by_itself}:\n{self.said.decode()[-5000:]}"
        if self._process.poll() is None:
            self._process.kill()
        self.wait(30)

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def rss_bytes(self) -> int:
        """Resident memory now."""
        return self._status_bytes("VmRSS")

    def rss_peak_bytes(self) -> int:
        """The most resident memory since the start, or since forget_rss_peak()."""
        return self._status_bytes("VmHWM")

    def forget_rss_peak(self) -> None:
        Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def open_files(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def _status_bytes(self, field: str) -> int:
        text = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(rf"{field}:\s+(\d+) kB", text)
        assert found is not None, f"no {field} in the status of process {self.pid}"
        return int(found[1]) * 1024

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        self._listens = True
        assert process.stderr is not None
        for line in process.stderr:
            with self._spoke:
                self.said += line
                found = _LISTENING.search(line)
                if found and not self.port:
                    self.port = int(found[1])
                    self._spoke.notify_all()
        process.stderr.close()
        with self._spoke:
            self._listens = False
            self._spoke.notify_all()

    _listens = True
