"""The life of records after they came in: deletion, compaction, verification, backup, restore."""

import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from support.loki import HOUR, Loki
from support.program import run_program
from support.server import Server
from support.waiting import eventually

Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def run_in_home(*arguments: str | Path, to: Server | None = None, status: int = 0) -> str:
        more = {"LOGPOND_ADDR": to.url} if to else {}
        result = run_program(*arguments, home=tmp_path, **more)
        said = result.stdout.decode() + result.stderr.decode()
        assert result.returncode == status, (arguments, result.returncode, said)
        return result.stdout.decode() if status == 0 else said

    return run_in_home


def push_numbers(loki: Loki, count: int, app: str = "life", word: str = "line") -> list[str]:
    now = time.time_ns() - count * 1000
    lines = [f"{word} {i}" for i in range(count)]
    loki.push({"app": app}, [(now + i * 1000, line) for i, line in enumerate(lines)])
    return lines


def flush(loki: Loki, merge: bool = False) -> None:
    answer = loki.post("/api/v1/flush" + ("?merge=1" if merge else ""))
    assert answer.status_code == 200, answer.text


def query_directory(run: Run, directory: Path, selector: str = '{app="life"}') -> list[str]:
    asked = ["query", selector, "--data", directory, "-o", "raw", "--forward", "--limit", "0"]
    return run(*asked).splitlines()


def one_part(directory: Path) -> Path:
    return sorted((directory / "parts").glob("*/*.part"))[0]


def flip_a_bit(path: Path, offset: int) -> None:
    data = bytearray(path.read_bytes())
    data[offset] ^= 1
    path.write_bytes(data)


# ---- deletion


def test_deletion_hides_at_once_survives_kill_and_leaves_the_disk(
    run: Run, server: Server, loki: Loki
) -> None:
    push_numbers(loki, 20, word="keep")
    push_numbers(loki, 20, word="card")
    flush(loki)
    deletion = run("delete", '{app="life"} |= "card"', "--since", "1h", to=server).strip()
    assert re.fullmatch(r"[0-9a-f]{8}", deletion)
    assert len(loki.texts('{app="life"}', limit=1000)) == 20
    assert loki.count('{app="life"}') == 20
    listed = run("delete", "--list", to=server)
    assert deletion in listed and "received" in listed and '|= "card"' in listed

    server.kill()
    server.start()
    again = Loki(server.url)
    assert len(again.texts('{app="life"}', limit=1000)) == 20

    run("compact", to=server)
    assert "processed" in run("delete", "--list", to=server)
    assert again.get("/api/v1/stats").json()["records"] == 20
    late = run("delete", "--cancel", deletion, to=server, status=1)
    assert "already processed is not allowed" in late


def test_a_deletion_taken_back_shows_its_records_again(
    run: Run, server: Server, loki: Loki
) -> None:
    push_numbers(loki, 3)
    deletion = run("delete", '{app="life"}', "--since", "1h", to=server).strip()
    assert loki.texts('{app="life"}') == []
    push_numbers(loki, 2, word="later")
    assert len(loki.texts('{app="life"}')) == 2, "records that came later stay"
    run("delete", "--cancel", deletion, to=server)
    assert len(loki.texts('{app="life"}')) == 5


def test_delete_refuses_what_it_cannot_do(run: Run, server: Server) -> None:
    assert "--since or --from" in run("delete", '{app="life"}', to=server, status=2)
    assert "--list or --cancel" in run("delete", to=server, status=2)
    refused = run("delete", '{app="life"} | json', "--since", "1h", to=server, status=1)
    assert "invalid query expression" in refused


# ---- compact, verify


def test_compact_works_without_a_server_and_not_beside_one(
    run: Run, server: Server, loki: Loki
) -> None:
    for _ in range(4):
        push_numbers(loki, 5)
        flush(loki)
    assert "in use by another logpond" in run("compact", "--data", server.data, status=1)
    assert server.stop() == 0
    said = run("compact", "--data", server.data)
    assert "20 records in 1 parts" in said and "before: 4 parts" in said
    assert len(query_directory(run, server.data)) == 20


def test_verify_finds_flipped_bits(run: Run, server: Server, loki: Loki) -> None:
    push_numbers(loki, 100)
    flush(loki)
    push_numbers(loki, 10)
    said = run("verify", "--data", server.data)
    assert said.startswith("sound: 100 records in 1 parts"), said
    server.kill()
    part = one_part(server.data)
    flip_a_bit(part, 100)
    said = run("verify", "--data", server.data, status=1)
    assert f"parts/{part.parent.name}/{part.name}: " in said and "1 damage in" in said
    flip_a_bit(part, 100)
    assert run("verify", "--data", server.data).startswith("sound")
    flip_a_bit(server.data / "MANIFEST", 40)
    assert "MANIFEST: " in run("verify", "--data", server.data, status=1)
    assert "no MANIFEST" in run("verify", "--data", server.home / "nowhere", status=1)


def test_a_damaged_group_does_not_stop_merging(run: Run, server: Server, loki: Loki) -> None:
    for word in ("first", "second", "third"):
        push_numbers(loki, 5, word=word)
        flush(loki)
    assert server.stop() == 0
    part = one_part(server.data)
    flip_a_bit(part, 12)
    server.start()
    again = Loki(server.url)
    flush(again, merge=True)
    assert len(again.texts('{app="life"}')) == 10
    assert (part.parent / (part.name + ".damaged")).exists()
    assert "logpond_damaged_parts 1" in again.get("/metrics").text
    assert run("verify", "--data", server.data).startswith("sound")


# ---- backup, restore


def test_backup_of_a_running_server_restores_to_the_same_records(
    run: Run, make_server: Callable[..., Server], server: Server, loki: Loki, tmp_path: Path
) -> None:
    lines = push_numbers(loki, 50)
    flush(loki)
    lines += push_numbers(loki, 10, word="in memory")
    backup = tmp_path / "backup"
    run("backup", backup, to=server)
    push_numbers(loki, 5, word="too late")
    assert query_directory(run, backup) == lines
    part = one_part(backup)
    assert part.stat().st_nlink >= 2, "a part of a backup is a hard link"
    assert "not empty" in run("backup", backup, to=server, status=1)

    restored = tmp_path / "restored"
    assert "restored: " in run("restore", backup, "--data", restored)
    assert "not empty" in run("restore", backup, "--data", restored, status=1)
    other = make_server(data=restored).start()
    assert loki_lines(other) == sorted(lines)
    Loki(other.url).push({"app": "life"}, [(time.time_ns(), "new")])
    assert len(loki_lines(other)) == len(lines) + 1
    assert query_directory(run, backup) == lines, "the backup stays as it was"


def loki_lines(server: Server) -> list[str]:
    return sorted(Loki(server.url).texts('{app="life"}', limit=5000))


def test_backup_of_a_directory_and_across_file_systems(
    run: Run, server: Server, loki: Loki, tmp_path: Path
) -> None:
    lines = push_numbers(loki, 50)
    flush(loki)
    lines += push_numbers(loki, 10, word="in memory")
    run("backup", "--data", server.data, tmp_path / "beside")
    assert query_directory(run, tmp_path / "beside") == lines
    elsewhere = Path("/dev/shm") / f"logpond-{tmp_path.name}-{server.pid}"
    try:
        run("backup", "--data", server.data, elsewhere)
        assert query_directory(run, elsewhere) == lines
        assert run("verify", "--data", elsewhere).startswith("sound")
    finally:
        shutil.rmtree(elsewhere, ignore_errors=True)


def test_restore_verifies_first(run: Run, server: Server, loki: Loki, tmp_path: Path) -> None:
    push_numbers(loki, 50)
    backup = tmp_path / "backup"
    run("backup", backup, to=server)
    part = one_part(backup)
    shutil.copy(part, tmp_path / "copy")  # the link would damage the server's part too
    part.unlink()
    shutil.copy(tmp_path / "copy", part)
    flip_a_bit(part, 100)
    said = run("restore", backup, "--data", tmp_path / "restored", status=1)
    assert "nothing was restored" in said and part.name in said
    assert not (tmp_path / "restored").exists()
    (tmp_path / "empty").mkdir()
    said = run("restore", tmp_path / "empty", "--data", tmp_path / "restored", status=1)
    assert "no MANIFEST" in said


# ---- a directory read beside its server


def test_query_reads_a_directory_while_its_server_is_busy(
    run: Run, make_server: Callable[..., Server]
) -> None:
    config = '[store]\nhead_bytes_max = "1MiB"\nwal_segment_bytes = "1MiB"\n'
    server = make_server(config=config).start()
    stop = threading.Event()
    acknowledged = 0
    base = time.time_ns() - 2 * HOUR
    failures: list[Exception] = []

    def write() -> None:
        nonlocal acknowledged
        loki = Loki(server.url)
        try:
            while not stop.wait(0.005):
                first = acknowledged
                entries = [(base + i, f"{i} " + "x" * 2000) for i in range(first, first + 50)]
                loki.push({"app": "life"}, entries)
                acknowledged = first + 50
                if (first // 50) % 7 == 0:
                    loki.post("/api/v1/flush?merge=1")
        except Exception as error:  # told to the test's thread
            failures.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        eventually("some records", lambda: acknowledged > 1000, seconds=30)
        for _ in range(8):
            before = acknowledged
            asked = ["query", '{app="life"}', "--data", server.data, "-o", "raw", "--forward"]
            found = run(*asked, "--limit", "0", "--since", "4h").splitlines()
            assert len(found) >= before
            numbers = [int(line.split()[0]) for line in found]
            assert numbers == list(range(len(numbers))), "each once, up to one moment"
            assert run("verify", "--data", server.data).startswith("sound")
    finally:
        stop.set()
        writer.join()
    assert not failures
