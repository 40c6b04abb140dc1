"""A full disk: pushes are refused in a sentence, reads go on, and room heals it."""

import os
import random
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.loki import Loki
from support.server import Server
from support.waiting import eventually

MEGABYTE = 1 << 20
DISK_MEGABYTES = 48
FILLER_MEGABYTES = 24
SELECTOR = '{job="full"}'
CONFIG = """
[store]
head_bytes_max = "4MiB"
wal_segment_bytes = "2MiB"
[loki]
entries_max = 1000000
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 48 MB of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    size = f"size={DISK_MEGABYTES}m"
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", place], capture_output=True, check=False
    )
    if made.returncode != 0:
        pytest.fail(
            f"cannot mount a small disk for this test: {made.stderr.decode().strip()}; run as root"
        )
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def disk_use(folder: Path) -> str:
    """Room on the disk, and what takes it."""
    return subprocess.run(
        f"df -k {folder}; find {folder} -type f -printf '%k KB %P\\n'",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    ).stdout


class Writer:
    """Pushes lines that do not compress, and knows which of them were acknowledged."""

    def __init__(self, loki: Loki):
        self.loki = loki
        self.dice = random.Random(7)
        self.acknowledged: list[str] = []
        self.number = 0

    def push(self) -> tuple[int, str]:
        """One batch of about 100 KB: status and text of the answer."""
        lines = [f"{self.number + i} {self.dice.randbytes(500).hex()}" for i in range(100)]
        now = 1_700_000_000_000_000_000 + self.number * 1_000_000
        self.number += len(lines)
        entries = [(now + i, line) for i, line in enumerate(lines)]
        answer = self.loki.try_push({"job": "full"}, entries)
        if answer.status_code == 204:
            self.acknowledged += lines
        return answer.status_code, answer.text

    def push_until_refused(self) -> tuple[int, str]:
        for _ in range(DISK_MEGABYTES * 20):
            status, text = self.push()
            if status != 204:
                return status, text
        raise AssertionError("more went in than the disk can hold")


def check_stored(loki: Loki, acknowledged: list[str]) -> None:
    found = loki.texts(SELECTOR, start="1699999999", end="1700100000", limit=1000000)
    assert sorted(found) == sorted(set(found)), "some lines came back twice"
    missing = set(acknowledged) - set(found)
    assert not missing, f"{len(missing)} of {len(acknowledged)} acknowledged lines are missing"


needs_disk = pytest.mark.skipif(
    os.environ.get("LOGPOND_NO_MOUNT") == "1", reason="LOGPOND_NO_MOUNT=1: no disk of its own"
)


@needs_disk
def test_full_disk_refuses_then_recovers(
    small_disk: Path, make_server: Callable[..., Server]
) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(bytes(FILLER_MEGABYTES * MEGABYTE))
    server = make_server(config=CONFIG, data=small_disk / "data").start()
    loki = Loki(server.url)
    writer = Writer(loki)

    status, text = writer.push_until_refused()
    assert status in (503, 507), f"{status} {text}"
    assert "space" in text or "full" in text, (
        f"the sentence should say that the disk is full: {text}"
    )
    assert writer.acknowledged, "nothing went in at all"
    print(f"{len(writer.acknowledged)} lines acknowledged, then {status} {text.strip()}")

    for _ in range(5):  # it stays so, harmlessly
        status, _text = writer.push()
        assert status in (503, 507, 204)
    check_stored(loki, writer.acknowledged)
    assert loki.get("/health").status_code == 200

    filler.unlink()
    # One may go into what room the head has left; that all do shows that it is sealed again.
    eventually(
        f"pushes are taken again\n{disk_use(small_disk)}",
        lambda: all(writer.push()[0] == 204 for _ in range(20)),
        seconds=20,
    )
    assert loki.get("/ready").status_code == 200
    check_stored(loki, writer.acknowledged)

    server.restart()
    check_stored(Loki(server.url), writer.acknowledged)


@needs_disk
def test_killed_on_a_full_disk_starts_again(
    small_disk: Path, make_server: Callable[..., Server]
) -> None:
    filler = small_disk / "filler"
    filler.write_bytes(bytes(FILLER_MEGABYTES * MEGABYTE))
    server = make_server(config=CONFIG, data=small_disk / "data").start()
    writer = Writer(Loki(server.url))
    writer.push_until_refused()
    server.kill()

    server.start()  # the disk is still full: it reads at least
    check_stored(Loki(server.url), writer.acknowledged)
    filler.unlink()
    writer.loki = Loki(server.url)
    eventually("pushes are taken again", lambda: writer.push()[0] == 204, seconds=20)
    server.restart()
    check_stored(Loki(server.url), writer.acknowledged)
