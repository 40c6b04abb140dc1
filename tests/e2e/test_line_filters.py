"""Line filters find exactly the lines that grep finds, whatever the store does meanwhile."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from e2e.line_patterns import filters
from e2e.sample_files import SampleFile, make_samples
from support.loki import Loki
from support.program import run_program
from support.server import Server

CONFIG = """
[loki]
entries_max = 1000000
"""


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[SampleFile]:
    return make_samples(tmp_path_factory.mktemp("samples"))


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory, samples: list[SampleFile]) -> Iterator[Server]:
    """A server that every sample was pushed to by `logpond push`."""
    home = tmp_path_factory.mktemp("filters")
    with Server(home, config=CONFIG) as server:
        for sample in samples:
            pushed = run_program(
                *("push", sample.path, "--to", server.url, "--label", f"file={sample.name}"),
                home=home,
            )
            assert pushed.returncode == 0, pushed.stderr.decode()
        yield server


def compare_one(loki: Loki, sample: SampleFile, line_filter: str, grep: list[str]) -> list[str]:
    """Sentences about where the server and grep differ."""
    query = f'{{file="{sample.name}"}} {line_filter}'
    expected = Counter(sample.grep(*grep))
    counted = loki.count(query)
    faults = []
    if counted != expected.total():
        faults.append(f"{query} counts {counted}, grep {grep} {expected.total()}")
    found = Counter(loki.texts(query, limit=1000000))
    if found != expected:
        extra, missing = found - expected, expected - found
        faults.append(
            f"{query} returns {found.total()}, grep {grep} {expected.total()};"
            f" too many: {[t[:80] for t in list(extra)[:2]]},"
            f" missing: {[t[:80] for t in list(missing)[:2]]}"
        )
    return faults


def compare(server: Server, samples: list[SampleFile], seed: int, share: float = 1.0) -> None:
    """Every filter on every sample; each seed tries other pieces of the lines."""

    def compare_sample(sample: SampleFile) -> list[str]:
        loki = Loki(server.url)
        return [
            fault
            for line_filter, grep in filters(sample, seed, share)
            for fault in compare_one(loki, sample, line_filter, grep)
        ]

    with ThreadPoolExecutor(2) as pool:
        faults = [fault for each in pool.map(compare_sample, samples) for fault in each]
    assert not faults, f"{len(faults)} differences:\n" + "\n".join(faults[:10])


def test_every_line_is_there(stored: Server, samples: list[SampleFile]) -> None:
    loki = Loki(stored.url)
    for sample in samples:
        query = f'{{file="{sample.name}"}}'
        found = loki.texts(query, limit=1000000)
        assert found == sample.lines, f"{sample.name}: order and lines as in the file"
        assert loki.count(query) == len(sample.lines)


# One test for the whole course: the states follow from each other.
def test_filters_agree_with_grep_in_every_state(stored: Server, samples: list[SampleFile]) -> None:
    compare(stored, samples, seed=1)  # in memory
    stored.restart()
    compare(stored, samples, seed=2, share=0.3)  # replayed from the log, or sealed at the stop
    Loki(stored.url).flush()
    compare(stored, samples, seed=3)  # in parts
    Loki(stored.url).flush(merge=True)
    compare(stored, samples, seed=4)  # in merged parts
    stored.restart()
    compare(stored, samples, seed=5, share=0.3)


def keep_flushing(url: str, stop: threading.Event, done: Counter[str]) -> None:
    """Pushes other lines, seals them and merges, without a pause."""
    loki = Loki(url)
    while not stop.is_set():
        loki.push({"job": "noise"}, [(1_700_000_000_000_000_000 + done["flushes"], "noise")])
        loki.flush(merge=done["flushes"] % 3 == 2)
        done["flushes"] += 1


def test_filters_agree_with_grep_while_merging(stored: Server, samples: list[SampleFile]) -> None:
    stop = threading.Event()
    done: Counter[str] = Counter()
    flushing = threading.Thread(target=keep_flushing, args=(stored.url, stop, done))
    flushing.start()
    try:
        compare(stored, samples, seed=6, share=0.3)
    finally:
        stop.set()
        flushing.join()
    assert done["flushes"] > 3, "there was hardly any flush meanwhile"
    assert (
        Loki(stored.url).count('{job="noise"}', "9000h", 1_700_000_100_000_000_000)
        == done["flushes"]
    )
