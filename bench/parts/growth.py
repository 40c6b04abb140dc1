"""The same figures at 0.5, 5 and 50 million lines: what grows with the data, and what must not."""

import corpora
import workload
from parts import lines


ENGINES = ("logpond", "zstd", "rg")
QUERIES = 10


def steps(suite, _work):
    ingests = 2
    return len(suite.options.sizes) * suite.options.repeat * (ingests + len(ENGINES) * QUERIES)


def run(suite, _work):
    """Number of lines -> the section that parts/lines.py gives, for Logpond, zstd and rg."""
    others = [engine for engine in suite.engines if engine.key not in ENGINES]
    suite.engines = [engine for engine in suite.engines if engine.key in ENGINES]
    sections = {}
    for size in suite.options.sizes:
        work = workload.read_workload(corpora.lines_file(size), suite.folder)
        sections[str(work.lines)] = lines.run(suite, work)
    suite.engines += others
    return sections
