"""Lets the tests import the benchmark's modules, and makes small corpora once."""

import pathlib
import subprocess
import sys

import pytest

BENCH = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BENCH))

import workload  # noqa: E402


@pytest.fixture(scope="session")
def make():
    """Runs a maker of bench/ and returns what it writes."""
    def run(program, *options):
        return subprocess.run([sys.executable, BENCH / program, *map(str, options)],
                              capture_output=True, check=True).stdout
    return run


@pytest.fixture(scope="session")
def work(make, tmp_path_factory):
    """A corpus of 30,000 lines with its queries and answers."""
    folder = tmp_path_factory.mktemp("corpus")
    path = folder / "corpus.ndjson"
    path.write_bytes(make("make_corpus.py", "--lines", 30_000))
    return workload.read_workload(path, folder)
