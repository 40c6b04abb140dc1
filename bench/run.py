#!/usr/bin/env python3
"""The side-by-side benchmarks: Logpond and what else can be done with the same logs.

Everything is measured in one run on one machine, one after the other. Every answer is compared
with a count in plain Python. A peer that is missing or fails is reported and left out; Logpond
failing or answering wrongly makes the run fail.

Parts: lines (ingest and ten query shapes), latency (durable batches one at a time), structured
(JSON, logfmt and wide lines), streams (100,000 streams, a million values), growth (several sizes).
"""

import argparse
import os
import pathlib
import shutil
import sys

import corpora
import documents
import report
import suite as suites
import workload
from engines import registry
from parts import growth, latency, lines, streams, structured

ROOT = pathlib.Path(__file__).resolve().parent.parent
BENCH = ROOT / "bench"
PARTS = {"lines": lines, "latency": latency, "structured": structured, "streams": streams,
         "growth": growth}
DEFAULT_PARTS = ("lines", "latency", "structured")
LINES_MIN = 10_000


def comma_list(text):
    return [item.strip() for item in text.split(",") if item.strip()]


def parse_options():
    keys = [engine.key for engine in registry.all_engines(None)]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=5_000_000,
                        help="lines of our own corpus (5000000; 50000000 takes 9 GB and hours)")
    parser.add_argument("--structured-lines", type=int, default=300_000,
                        help="json and logfmt lines, and ten times as many as wide ones (300000)")
    parser.add_argument("--sizes", type=comma_list, default=["500000", "5000000", "50000000"],
                        help="lines of the part growth (500000,5000000,50000000)")
    parser.add_argument("--repeat", type=int, default=3, help="repetitions (3)")
    parser.add_argument("--parts", type=comma_list, default=list(DEFAULT_PARTS),
                        help=f"any of {','.join(PARTS)}, or all ({','.join(DEFAULT_PARTS)})")
    parser.add_argument("--engines", type=comma_list, default=[],
                        help=f"only these: {','.join(keys)}")
    parser.add_argument("--skip", type=comma_list, default=[], help="all but these")
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / "build/release/logpond",
                        help="the program to measure (build/release/logpond)")
    parser.add_argument("--no-save", action="store_true",
                        help="print only: leave bench/results, docs and README.md as they are")
    options = parser.parse_args()
    if options.parts == ["all"]:
        options.parts = list(PARTS)
    for name in options.parts:
        if name not in PARTS:
            parser.error(f'no part is called "{name}": {", ".join(PARTS)} or all')
    for name in options.engines + options.skip:
        if not any(key == name or key.startswith(name + "-") for key in keys):
            parser.error(f'no engine is called "{name}": {", ".join(keys)}')
    try:
        options.sizes = [int(size) for size in options.sizes]
    except ValueError:
        parser.error("--sizes are numbers of lines")
    if options.repeat < 1 or min([options.lines, *options.sizes]) < LINES_MIN:
        parser.error(f"--repeat must be at least 1, and numbers of lines at least {LINES_MIN}")
    options.binary = options.binary.resolve()
    options.command = command_line()
    return options


def command_line():
    """How to do the same again, without the folders of this machine."""
    named = [f"{variable}={pathlib.Path(os.environ[variable]).name}"
             for variable in (corpora.CORPUS_VARIABLE, corpora.STRUCTURED_VARIABLE)
             if os.environ.get(variable)]
    arguments = [pathlib.Path(word).name if word.startswith("/") else word for word in sys.argv[1:]]
    return " ".join(named + ["scripts/run_benchmarks.sh"] + arguments)


def inputs_of(options, work_folder):
    """Part -> what its run() gets. Raises workload.CorpusError and OSError."""
    inputs = {}
    if {"lines", "latency", "streams"} & set(options.parts):
        path = corpora.named_lines() or corpora.lines_file(options.lines)
        work = workload.read_workload(path, work_folder)
        inputs = {"lines": work, "latency": work, "streams": work}
    if "structured" in options.parts:
        read = []
        for kind in corpora.KINDS:
            path = corpora.documents_file(kind, options.structured_lines)
            read.append(suites.remembered(work_folder, documents.cache_name(kind, path),
                                          lambda kind=kind, path=path: documents.read(kind, path)))
        inputs["structured"] = read
    inputs["growth"] = None
    return inputs


def measure_all(suite, inputs):
    """Part -> section. A part that fails as a whole is a failure; the others are kept."""
    parts = suite.options.parts
    for name in parts:
        suite.progress.expect(PARTS[name].steps(suite, inputs[name]))
    sections = {}
    try:
        for name in parts:
            try:
                section = PARTS[name].run(suite, inputs[name])
                if section:
                    sections[name] = section
            except (*suites.FAILURES, workload.CorpusError) as failure:
                suite.failures.append(f"part {name}: {failure!r}")
    finally:
        suite.progress.end()
    return sections


def main():
    options = parse_options()
    if not os.access(options.binary, os.X_OK):
        sys.exit(f"run.py: {options.binary} is not there; run make build first")
    for program in ("zstd", "rg"):
        if not shutil.which(program):
            sys.exit(f"run.py: {program} is not installed; the ratios are against it")
    work_folder = BENCH / "work"
    work_folder.mkdir(parents=True, exist_ok=True)
    machine = report.machine()
    try:
        inputs = inputs_of(options, work_folder)
    except (OSError, workload.CorpusError) as failure:
        sys.exit(f"run.py: {failure}")
    suite = suites.Suite(options, work_folder)
    sections = measure_all(suite, inputs)
    results = report.results_of(suite, sections, machine, ROOT)
    report.print_tables(results)
    for failure in suite.failures:
        print(f"failed: {failure}", file=sys.stderr)
    if not options.no_save:
        print(f"raw results: {report.save(results, BENCH / 'results').relative_to(ROOT)}")
        if results["full"]:
            report.update_pages(ROOT, results)
    return 1 if suite.failures else 0


if __name__ == "__main__":
    sys.exit(main())
