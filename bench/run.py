#!/usr/bin/env python3
"""The side-by-side benchmarks: Logpond, the plain file with zstd and rg, and the ClickHouse engine.

Everything is measured in one run on one machine, repetition by repetition and one after the other
(A B C, A B C, ...), so that a slow minute of the machine hits all of them. Every answer is compared
with a count in plain Python; a difference makes the run fail.

The corpus is made by make_corpus.py, or is the file that LOGPOND_BENCH_CORPUS names.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import time

import chdb_engine
import logpond_server
import measure
import raw_file
import report
import workload

ROOT = pathlib.Path(__file__).resolve().parent.parent
BENCH = ROOT / "bench"
WORK = BENCH / "work"
SYSTEMS = ["logpond", "rg", "zstd | rg", "chdb"]
WARM_RUNS_MIN, WARM_RUNS_MAX, WARM_SECONDS = 3, 20, 0.4


class Progress:
    """One line on the terminal that says what is running; silent elsewhere."""

    def __init__(self, steps):
        self._steps, self._done, self._start = steps, 0, time.monotonic()
        self._shown = sys.stderr.isatty()

    def step(self, what):
        self._done += 1
        if self._shown:
            seconds = time.monotonic() - self._start
            width = shutil.get_terminal_size().columns - 1
            text = f"[{self._done}/{self._steps}] {seconds:4.0f} s  {what}"
            print(f"\r\033[K{text[:width]}", end="", file=sys.stderr, flush=True)

    def end(self):
        if self._shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


class Benchmark:
    def __init__(self, options, corpus, work):
        self.options, self.corpus, self.work = options, corpus, work
        self.failures = []
        self.ingest_runs = {}
        self.queries = {
            query.name: {"logql": logpond_server.query_text(query, logpond_server.span_of(work)[2]),
                         "sql": chdb_engine.query_text(query), "hits": self._hits(query),
                         "systems": {}}
            for query in work.queries}
        self.versions = {"zstd": raw_file.version("zstd"), "rg": raw_file.version("rg")}
        self.versions["logpond"] = logpond_server.binary_version(options.binary)
        self.has_chdb = "chdb" not in options.skip
        systems = self._ingest_systems()
        ingests = len(systems) * options.repeat if options.only != "query" else 3
        asks = len(work.queries) * len(SYSTEMS) * options.repeat if options.only != "ingest" else 0
        self.progress = Progress(ingests + asks)

    @staticmethod
    def _hits(query):
        return sum(query.answer.values()) if isinstance(query.answer, dict) else query.answer

    # ------------------------------------------------------------- ingest ----

    def _ingest_systems(self):
        """Name -> function that does one ingest and returns its figures."""
        systems = {"logpond": self._ingest_logpond,
                   "zstd -3": lambda: raw_file.compress(self.corpus, WORK / "corpus.zst"),
                   "zstd -3, 8 MiB blocks":
                       lambda: raw_file.compress_in_blocks(self.corpus, WORK / "blocks.zst")}
        if self.has_chdb:
            for variant in reversed(chdb_engine.VARIANTS):  # "default" last: it stays for queries
                systems[f"chdb, {variant} codecs"] = (
                    lambda variant=variant: self._ingest_chdb(variant))
        return systems

    def ingest(self):
        for repetition in range(self.options.repeat):
            for system, run in self._ingest_systems().items():
                self.progress.step(f"ingest {repetition + 1} of {self.options.repeat}: {system}")
                self.ingest_runs.setdefault(system, []).append(run())

    def prepare_queries(self):
        """What `--only query` needs: each system loaded once, figures thrown away."""
        for system in ("logpond", "zstd -3", "chdb, default codecs"):
            if system in self._ingest_systems():
                self.progress.step(f"load: {system}")
                self._ingest_systems()[system]()

    def _fresh(self, name):
        folder = WORK / name
        shutil.rmtree(folder, ignore_errors=True)
        return folder

    def _ingest_logpond(self):
        with logpond_server.LogpondServer(self.options.binary, self._fresh("logpond")) as server:
            figures = server.ingest(self.corpus)
            everything = workload.Query("stored lines", "all", workload.TOTAL)
            stored, _ = server.ask(everything, self.work)
        self._check("logpond", "stored lines", stored, self.work.lines)
        return figures

    def _ingest_chdb(self, variant):
        with chdb_engine.ChDbEngine(sys.executable, self._fresh("chdb")) as engine:
            figures = engine.ingest(self.corpus, variant)
            self.versions["chdb"] = engine.version()
        self._check("chdb", "stored lines", figures["rows"], self.work.lines)
        return figures

    # ------------------------------------------------------------ queries ----

    def query(self):
        for repetition in range(self.options.repeat):
            for query in self.work.queries:
                for system in SYSTEMS:
                    self.progress.step(f"query {repetition + 1} of {self.options.repeat}: "
                                       f"{query.name}, {system}")
                    self._query_system(system, query)

    def _query_system(self, system, query):
        if system == "logpond":
            measure.evict_from_page_cache(WORK / "logpond")
            with logpond_server.LogpondServer(self.options.binary, WORK / "logpond") as server:
                self._runs(system, query, lambda: server.ask(query, self.work), query.answer)
        elif system == "chdb":
            if self.has_chdb:
                measure.evict_from_page_cache(WORK / "chdb")
                with chdb_engine.ChDbEngine(sys.executable, WORK / "chdb") as engine:
                    self._runs(system, query, lambda: engine.ask(query), query.answer)
        elif raw_file.search_arguments(query):
            packed = system != "rg"
            path = WORK / "corpus.zst" if packed else self.corpus
            measure.evict_from_page_cache(path)
            self._runs(system, query, lambda: raw_file.search(query, path, packed),
                       raw_file.expected(query))

    def _runs(self, system, query, ask, expected):
        """One cold run, then warm ones, each checked."""
        runs = self.queries[query.name]["systems"].setdefault(system, {"cold": [], "warm": []})
        answer, cost = ask()
        self._check(system, query.name, answer, expected)
        runs["cold"].append({"cpu_s": cost.cpu_s, "wall_s": cost.wall_s})
        start, count = time.monotonic(), 0
        while count < WARM_RUNS_MIN or (
                count < WARM_RUNS_MAX and time.monotonic() - start < WARM_SECONDS):
            answer, cost = ask()
            self._check(system, query.name, answer, expected)
            runs["warm"].append({"cpu_s": cost.cpu_s, "wall_s": cost.wall_s})
            count += 1

    def _check(self, system, what, answer, expected):
        if answer == expected:
            return
        message = f"{system}, {what}: got {_short(answer)}, must be {_short(expected)}"
        if isinstance(answer, dict) and isinstance(expected, dict):
            differing = [key for key in {**answer, **expected}
                         if answer.get(key) != expected.get(key)]
            key = min(differing)
            message = (f"{system}, {what}: {len(differing)} groups differ, for example {key}: got "
                       f"{answer.get(key)}, must be {expected.get(key)}")
        if message not in self.failures:
            self.failures.append(message)

    def results(self):
        commit, changed = report.commit(ROOT)
        corpus = {"name": self.corpus.name, "lines": self.work.lines, "bytes": self.work.bytes,
                  "sha256": self.work.sha256}
        results = {
            "date": report.today(), "commit": commit, "changed": changed,
            "command": self.options.command, "repeat": self.options.repeat,
            "machine": self.options.machine,
            "versions": {name: text for name, text in self.versions.items() if text},
            "corpus": corpus, "systems": SYSTEMS,
            "ingest": {system: [report.with_rates(run, corpus) for run in runs]
                       for system, runs in self.ingest_runs.items()},
            "queries": {name: q for name, q in self.queries.items() if q["systems"]},
            "failures": self.failures}
        results["ratios"] = report.ratios(results)
        return results


def _short(value):
    text = str(value)
    return text if len(text) <= 80 else text[:77] + "..."


def corpus_file(options):
    """The corpus that the environment names, or our own, made once for each size and maker."""
    named = os.environ.get("LOGPOND_BENCH_CORPUS")
    if named:
        return pathlib.Path(named)
    path = BENCH / "corpus" / f"{options.lines}.ndjson"
    maker = b"".join((BENCH / name).read_bytes() for name in ("make_corpus.py", "templates.py"))
    stamp = path.with_suffix(".made-by")
    if path.exists() and stamp.exists() and stamp.read_bytes() == maker:
        return path
    print(f"making {options.lines:,} lines in {path.relative_to(ROOT)}", file=sys.stderr)
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, BENCH / "make_corpus.py", "--lines", str(options.lines),
                    "--out", path], check=True)
    stamp.write_bytes(maker)
    return path


def parse_options():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=1_000_000,
                        help="lines of our own corpus (1000000; 5000000 for steadier figures)")
    parser.add_argument("--repeat", type=int, default=3, help="repetitions (3)")
    parser.add_argument("--only", choices=("ingest", "query"), help="only one of the two halves")
    parser.add_argument("--skip", action="append", default=[], choices=("chdb",),
                        help="leave a peer out")
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / "build/release/logpond",
                        help="the program to measure (build/release/logpond)")
    parser.add_argument("--no-save", action="store_true",
                        help="print only: leave bench/results and docs/benchmarks.md as they are")
    options = parser.parse_args()
    if options.repeat < 1 or options.lines < 10_000:
        parser.error("--repeat must be at least 1 and --lines at least 10000")
    named = os.environ.get("LOGPOND_BENCH_CORPUS")
    options.command = " ".join(
        ([f"LOGPOND_BENCH_CORPUS={pathlib.Path(named).name}"] if named else [])
        + ["scripts/run_benchmarks.sh"] + sys.argv[1:])
    options.binary = options.binary.resolve()
    return options


def main():
    options = parse_options()
    for program in ("zstd", "rg"):
        if not shutil.which(program):
            sys.exit(f"run.py: {program} is not installed; the ratios are against it")
    if not os.access(options.binary, os.X_OK):
        sys.exit(f"run.py: {options.binary} is not there; run make build first")
    options.machine = report.machine()
    corpus = corpus_file(options)
    WORK.mkdir(parents=True, exist_ok=True)
    try:
        work = workload.read_workload(corpus, WORK)
    except (OSError, workload.CorpusError) as failure:
        sys.exit(f"run.py: {failure}")

    benchmark = Benchmark(options, corpus, work)
    try:
        if options.only == "query":
            benchmark.prepare_queries()
        else:
            benchmark.ingest()
        if options.only != "ingest":
            benchmark.query()
    finally:
        benchmark.progress.end()
    results = benchmark.results()
    report.print_tables(results)
    for failure in benchmark.failures:
        print(f"wrong answer: {failure}", file=sys.stderr)
    if not options.no_save:
        print(f"raw results: {report.save(results, BENCH / 'results').relative_to(ROOT)}")
        if not benchmark.failures and options.only is None:
            report.update_document(results, ROOT / "docs/benchmarks.md")
    return 1 if benchmark.failures else 0


if __name__ == "__main__":
    sys.exit(main())
