"""What happens when a system fails or is wrong, and how costs are measured."""

import argparse
import subprocess
import sys

import pytest

import measure
import suite as suites
from engines.engine import Engine, EngineError


class Peer(Engine):
    """Answers what it was told to, or fails."""

    def __init__(self, key, answer=7):
        self.key = self.name = self.query_name = key
        self._answer, self.stopped = answer, 0

    def stop(self):
        self.stopped += 1

    def ask(self, query, work):
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer, measure.Cost(0.001, 0.002)


@pytest.fixture
def suite(tmp_path, monkeypatch):
    monkeypatch.setattr(suites, "WARM_SECONDS", 0.0)
    monkeypatch.setattr(suites.registry, "all_engines", lambda binary: [])
    options = argparse.Namespace(binary=None, engines=[], skip=[], repeat=1)
    return suites.Suite(options, tmp_path)


def run(suite, peer):
    suite.engines.append(peer)
    return suite.attempt(peer, "question", lambda: suite.runs(
        peer, "question", lambda: peer.ask(None, None), 7))


def test_a_right_answer_is_asked_cold_once_and_warm_again(suite):
    runs = run(suite, peer := Peer("peer"))
    assert runs["right"] and len(runs["cold"]) == 1
    assert len(runs["warm"]) == suites.WARM_RUNS_MIN
    assert peer.stopped == 1 and not suite.failures and not suite.skipped
    table = {}
    suites.add_runs(table, "peer", runs)
    suites.add_runs(table, "peer", runs)
    suites.add_runs(table, "peer", None)
    assert table["peer"]["cold"] == {"cpu_ms": [1.0, 1.0], "wall_ms": [2.0, 2.0]}


def test_a_failing_peer_is_left_out_and_nothing_fails(suite):
    assert run(suite, peer := Peer("peer", EngineError("it fell over"))) is None
    assert suite.skipped == {"peer": "question: it fell over"}
    assert peer not in suite.engines and peer.stopped == 1 and not suite.failures


def test_a_wrong_peer_is_told_and_nothing_fails(suite):
    assert not run(suite, Peer("peer", 8))["right"]
    assert suite.wrong == ["peer, question: got 8, must be 7"] and not suite.failures


@pytest.mark.parametrize("answer", [8, EngineError("it fell over")])
def test_logpond_wrong_or_failing_fails_the_run(suite, answer):
    run(suite, Peer("logpond", answer))
    assert len(suite.failures) == 1


def test_reasons_name_no_folder_of_this_machine(suite):
    run(suite, Peer("peer", EngineError("/home/ann/bin/loki: see /tmp/x/loki.log, GET /ready")))
    assert suite.skipped == {"peer": "question: loki: see loki.log, GET /ready"}


def test_sums_may_differ_by_their_order_only():
    assert suites.same({"a": 0.1 + 0.2}, {"a": 0.3})
    assert not suites.same({"a": 0.31}, {"a": 0.3})
    assert not suites.same({"a": 1}, {"a": 1, "b": 2})
    assert not suites.same(None, 1.0)


def test_a_key_stands_for_its_variants():
    options = argparse.Namespace(engines=[], skip=["chdb"])
    assert suites.left_out(Peer("chdb-text"), options)
    assert not suites.left_out(Peer("duckdb"), options)
    options = argparse.Namespace(engines=["zstd"], skip=[])
    assert not suites.left_out(Peer("zstd-blocks"), options)
    assert suites.left_out(Peer("rg"), options)


def test_cpu_of_another_process_is_counted_while_it_works():
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as busy:
        with measure.measured(busy.pid) as cost:
            while measure.process_cpu_s(busy.pid) < 0.05:
                pass
        busy.kill()
    assert cost.cpu_s > 0
    assert cost.rss_peak_bytes > 1 << 20


def test_peak_memory_of_a_pipeline_is_its_own():
    ballast = bytearray(200 << 20)
    cost, _ = measure.run_pipeline([["sleep", "0.3"]])
    assert 1 << 18 < cost.rss_peak_bytes < len(ballast)


def test_a_failing_program_fails_the_measurement():
    with pytest.raises(RuntimeError, match="status 3"):
        measure.run_pipeline([["sh", "-c", "exit 3"]])
    with pytest.raises(RuntimeError, match="status 1"):
        measure.run_pipeline([["false"], ["cat"]])
    with pytest.raises(RuntimeError, match="status 1"):
        measure.run_pipeline([["false"]])
    assert measure.run_pipeline([["false"]], may_find_nothing=True)[1] == b""
    _, output = measure.run_pipeline([["echo", "ab"], ["tr", "a", "c"]])
    assert output == b"cb\n"
