"""kill -9 under load, again and again: what was acknowledged is there, once, and batches are whole.

LOGPOND_CRASH_ROUNDS rounds (100), LOGPOND_CRASH_SEED repeats a run. A data directory lives for
several rounds, so that sealing, merging and replaying all are interrupted.
"""

import os
import random
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import requests

from e2e.crash_senders import Batch, Sender, find_faults
from support.loki import Loki
from support.server import Server

ROUNDS = int(os.environ.get("LOGPOND_CRASH_ROUNDS", "100"))
SEED = int(os.environ.get("LOGPOND_CRASH_SEED") or random.SystemRandom().randrange(10**9))
SENDERS = 4
ROUNDS_PER_DIRECTORY = 10

# The smallest head and log files allowed, so that little data makes many parts and segments.
CONFIG = """
[store]
head_bytes_max = "1MiB"
wal_segment_bytes = "1MiB"
[loki]
entries_max = 1000000
"""


def flush_now_and_then(url: str, seed: int, stop: threading.Event) -> None:
    dice = random.Random(seed)
    with suppress(requests.RequestException), requests.Session() as session:
        while not stop.wait(dice.uniform(0.0, 0.15)):
            merge = dice.choice(["", "?merge=1"])
            session.post(f"{url}/api/v1/flush{merge}", timeout=30)


def load_until_killed(server: Server, number: int, dice: random.Random) -> list[Batch]:
    """One round: senders at work, a kill at a random moment. What they sent and know."""
    stop = threading.Event()
    senders = [Sender(server.port, number, i, dice.randrange(10**9)) for i in range(SENDERS)]
    threads = [threading.Thread(target=sender.run, args=(stop,)) for sender in senders]
    if dice.random() < 0.7:
        flushing = (server.url, dice.randrange(10**9), stop)
        threads.append(threading.Thread(target=flush_now_and_then, args=flushing))
    for thread in threads:
        thread.start()
    stop.wait(dice.uniform(0.03, 0.4))  # nothing sets it: the moment is meant to be random
    server.kill()
    stop.set()
    for thread in threads:
        thread.join()
    assert not any(s.refusal for s in senders), [s.refusal for s in senders]
    return [batch for sender in senders for batch in sender.batches]


def start_again(server: Server, dice: random.Random) -> None:
    """Starts on the same data; sometimes it is killed while it reads what it finds there."""
    while dice.random() < 0.15:
        server.begin()
        threading.Event().wait(dice.uniform(0.0, 0.08))
        server.kill()
    server.start()


def check_round(loki: Loki, number: int, batches: list[Batch]) -> None:
    selector = f'{{job="crash", round="{number}"}}'
    found = loki.texts(selector, limit=1000000)
    faults = find_faults(batches, found)
    assert not faults, f"round {number}, seed {SEED}: {faults[:5]} and {len(faults)} in all"
    # A log query might hide a record stored twice; the counting ways must agree with it.
    assert loki.count(selector) == len(found), f"round {number}, seed {SEED}: the count differs"


def test_kill_loses_nothing_acknowledged(make_server: Callable[..., Server]) -> None:
    print(f"seed {SEED}, {ROUNDS} rounds: LOGPOND_CRASH_SEED={SEED} repeats it")
    dice = random.Random(SEED)
    sums: Counter[str] = Counter()
    number = 0
    while number < ROUNDS:
        server = make_server(config=CONFIG).start()
        rounds: dict[int, list[Batch]] = {}
        while number < ROUNDS and len(rounds) < ROUNDS_PER_DIRECTORY:
            rounds[number] = load_until_killed(server, number, dice)
            start_again(server, dice)
            check_round(Loki(server.url), number, rounds[number])
            sums["acknowledged"] += sum(b.is_acknowledged for b in rounds[number])
            sums["sent"] += len(rounds[number])
            number += 1
        loki = Loki(server.url)
        for earlier, batches in rounds.items():
            check_round(loki, earlier, batches)
        loki.flush(merge=True)
        for earlier, batches in rounds.items():
            check_round(loki, earlier, batches)
        server.kill()
    print(f"{sums['acknowledged']} of {sums['sent']} batches were acknowledged")
    assert sums["acknowledged"] > ROUNDS * SENDERS, "the kills came before any work"


def test_the_account_notices_every_kind_of_loss() -> None:
    """What the test above would say of a server that breaks its promises."""
    acknowledged = Batch(["a1", "a2"], is_acknowledged=True)
    unknown = Batch(["u1", "u2"])
    sent = [acknowledged, unknown]
    assert find_faults(sent, ["a1", "a2"]) == []
    assert find_faults(sent, ["a2", "u1", "a1", "u2"]) == []
    assert find_faults(sent, ["a1"]) == ["acknowledged, but 1 lost, as a2"]
    assert find_faults(sent, ["a1", "a2", "u1"]) == ["unacknowledged batch in parts, without u2"]
    assert find_faults(sent, ["a1", "a2", "a1"]) == ["2 times: a1"]
    assert find_faults(sent, ["a1", "a2", "x"]) == ["never sent: x"]


def test_kill_while_nothing_happens_loses_nothing(make_server: Callable[..., Server]) -> None:
    server = make_server().start()
    Loki(server.url).push({"job": "quiet"}, [(1_700_000_000_000_000_000, "one line")])
    server.kill()
    server.start()
    found = Loki(server.url).texts('{job="quiet"}', start="1699999999", end="1700000001")
    assert found == ["one line"]
