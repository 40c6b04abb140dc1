"""The files that are stored and searched: our own, made once, or those that the environment names.

LOGPOND_BENCH_CORPUS names a file like make_corpus.py makes; LOGPOND_BENCH_STRUCTURED names a
folder with json.log, logfmt.log and wide.log.
"""

import os
import pathlib
import subprocess
import sys

BENCH = pathlib.Path(__file__).resolve().parent
CORPUS_VARIABLE, STRUCTURED_VARIABLE = "LOGPOND_BENCH_CORPUS", "LOGPOND_BENCH_STRUCTURED"
KINDS = ("json", "logfmt", "wide")
WIDE_SHARE = 10  # wide lines are about ten times as long: a tenth of the number


def named_lines():
    named = os.environ.get(CORPUS_VARIABLE)
    return pathlib.Path(named) if named else None


def lines_file(lines):
    return _made(f"{lines}.ndjson", ("make_corpus.py", "templates.py"), ["--lines", str(lines)])


def documents_file(kind, lines):
    folder = os.environ.get(STRUCTURED_VARIABLE)
    if folder:
        return pathlib.Path(folder) / f"{kind}.log"
    count = lines // WIDE_SHARE if kind == "wide" else lines
    return _made(f"{kind}-{count}.log",
                 ("make_structured.py", "app_shapes.py", "wide_shapes.py", "values.py"),
                 ["--kind", kind, "--lines", str(count)])


def _made(name, sources, arguments):
    """The file of this name, made anew when its makers have changed since."""
    path = BENCH / "corpus" / name
    maker = b"".join((BENCH / source).read_bytes() for source in sources)
    stamp = path.with_suffix(".made-by")
    if path.exists() and stamp.exists() and stamp.read_bytes() == maker:
        return path
    print(f"making bench/corpus/{name}", file=sys.stderr)
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, BENCH / sources[0], *arguments, "--out", path], check=True)
    stamp.write_bytes(maker)
    return path
