"""The parts of the benchmarks that can be wrong without anyone noticing.

  build/bench-venv/bin/python -m unittest discover -s bench/tests -p '*_test.py'
"""

import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

BENCH = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BENCH))

import logpond_server  # noqa: E402
import measure  # noqa: E402
import report  # noqa: E402
import workload  # noqa: E402


def make_corpus(*options):
    command = [sys.executable, BENCH / "make_corpus.py", *map(str, options)]
    return subprocess.run(command, capture_output=True, check=True).stdout


class CorpusTest(unittest.TestCase):
    def test_equal_seeds_give_equal_bytes_and_others_do_not(self):
        first = make_corpus("--lines", 3000, "--seed", 5)
        self.assertEqual(first, make_corpus("--lines", 3000, "--seed", 5))
        self.assertNotEqual(first, make_corpus("--lines", 3000, "--seed", 6))

    def test_lines_have_the_promised_shape_and_size(self):
        text = make_corpus("--lines", 20_000)
        lines = text.splitlines()
        self.assertEqual(len(lines), 20_000)
        self.assertAlmostEqual(len(text) / len(lines), 176, delta=6)
        records = [json.loads(line) for line in lines]
        traced = sum("trace_id" in record for record in records)
        self.assertAlmostEqual(traced / len(records), 0.2, delta=0.02)
        self.assertGreater(len({record["service"] for record in records}), 20)
        stamps = [record["timestamp"] for record in records]
        self.assertEqual(stamps, sorted(stamps))


class WorkloadTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.path = pathlib.Path(cls.folder.name) / "corpus.ndjson"
        cls.path.write_bytes(make_corpus("--lines", 30_000))
        cls.records = [json.loads(line) for line in cls.path.read_text().splitlines()]
        cls.work = workload.read_workload(cls.path, pathlib.Path(cls.folder.name))

    def query(self, name):
        return next(query for query in self.work.queries if query.name == name)

    def test_answers_are_those_of_a_naive_count(self):
        rare, common = self.query("rare word"), self.query("common word")
        self.assertEqual(rare.answer, sum(rare.text in r["message"] for r in self.records))
        self.assertEqual(common.answer, dict(collections.Counter(
            r["service"] for r in self.records if common.text in r["message"])))
        pattern = self.query("regex")
        self.assertEqual(pattern.answer, sum(
            re.search(pattern.text, r["message"]) is not None for r in self.records))
        self.assertEqual(sum(self.query("counts").answer.values()), len(self.records))
        self.assertEqual(self.query("trace id").answer, 1)

    def test_a_raw_search_gives_the_same_answers(self):
        lines = self.path.read_text().splitlines()
        for name in ("rare word", "substring"):
            query = self.query(name)
            self.assertEqual(sum(query.text in line for line in lines), query.answer)
            self.assertGreater(query.answer, 0)

    def test_an_odd_line_is_refused_with_its_number(self):
        path = pathlib.Path(self.folder.name) / "odd.ndjson"
        path.write_text(self.path.read_text().split("\n", 1)[0] + '\n{"a":1}\n')
        with self.assertRaisesRegex(workload.CorpusError, "line 2"):
            workload.read_workload(path, pathlib.Path(self.folder.name))

    def test_a_record_on_the_minute_belongs_to_the_minute_that_ends(self):
        self.assertEqual(workload.minute_end(60_000), 60)
        self.assertEqual(workload.minute_end(60_001), 120)
        self.assertEqual(workload.milliseconds("1970-01-01T00:01:00.250Z"), 60_250)

    def test_pieces_are_whole_lines_and_the_whole_file(self):
        pieces = []
        with logpond_server._Pieces(self.path) as source:
            while (piece := source.take()) is not None:
                with piece:
                    pieces.append(bytes(piece))
        self.assertGreater(len(pieces), 1)
        self.assertTrue(all(piece.endswith(b"\n") for piece in pieces))
        self.assertEqual(b"".join(pieces), self.path.read_bytes())


class MeasureTest(unittest.TestCase):
    def test_cpu_of_another_process_is_counted_while_it_works(self):
        with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as busy:
            with measure.measured(busy.pid) as cost:
                while measure.process_cpu_s(busy.pid) < 0.05:
                    pass
            busy.kill()
        self.assertGreater(cost.cpu_s, 0)
        self.assertGreater(cost.rss_peak_bytes, 1 << 20)

    def test_peak_memory_of_a_pipeline_is_its_own(self):
        ballast = bytearray(200 << 20)
        cost, _ = measure.run_pipeline([["sleep", "0.3"]])
        self.assertLess(cost.rss_peak_bytes, len(ballast))
        self.assertGreater(cost.rss_peak_bytes, 1 << 18)

    def test_a_failing_program_fails_the_measurement(self):
        with self.assertRaisesRegex(RuntimeError, "status 3"):
            measure.run_pipeline([["sh", "-c", "exit 3"]])
        with self.assertRaisesRegex(RuntimeError, "status 1"):
            measure.run_pipeline([["false"], ["cat"]])
        _, output = measure.run_pipeline([["echo", "ab"], ["tr", "a", "c"]])
        self.assertEqual(output, b"cb\n")


class ReportTest(unittest.TestCase):
    def test_ratios_compare_medians(self):
        runs = {"logpond": [{"cpu_s": c, "disk_bytes": 10} for c in (1.0, 2.0, 9.0)],
                "zstd -3": [{"cpu_s": 4.0, "disk_bytes": 20}]}
        word = {"logpond": {"warm": [{"cpu_s": 0.25}], "cold": []},
                "rg": {"warm": [{"cpu_s": 1.0}], "cold": []}}
        found = report.ratios({"ingest": runs, "queries": {"rare word": {"systems": word}}})
        self.assertEqual([value for _, value, _ in found], [0.5, 0.5, 0.25])
        nothing = report.ratios({"ingest": {}, "queries": {}})
        self.assertEqual([value for _, value, _ in nothing], [None, None, None])

    def test_columns_are_aligned(self):
        lines = report.aligned([["a", "bb"], ["long", "1"]]).splitlines()
        self.assertEqual(lines, ["a     bb", "----  --", "long   1"])


if __name__ == "__main__":
    unittest.main()
