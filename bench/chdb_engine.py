"""The ClickHouse engine beside Logpond: chDB, which runs it inside a Python process."""

import json
import os
import pathlib
import subprocess

import measure
import workload

COLUMNS = """timestamp DateTime64(9, 'UTC'){delta}, service LowCardinality(String){codec},
  host LowCardinality(String){codec}, level LowCardinality(String){codec}, message String{codec},
  trace_id String{codec}"""
# Variant -> column codecs. "default" is LZ4, what a user gets who says nothing.
VARIANTS = {
    "default": {"delta": "", "codec": ""},
    "zstd": {"delta": " CODEC(Delta, ZSTD(1))", "codec": " CODEC(ZSTD(3))"},
}

# Else the second run of a query would read only the blocks that the first one found.
QUERY_SETTINGS = " SETTINGS use_query_condition_cache = 0"


class ChDbError(Exception):
    """The engine refused a statement."""


class ChDbEngine:
    """Owns a worker process with one table `bench.lines`; use as a context manager."""

    def __init__(self, python, data):
        self._python, self._data = python, pathlib.Path(data)

    def __enter__(self):
        self._data.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [self._python, pathlib.Path(__file__).with_name("chdb_worker.py"), self._data],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._answer()
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def run(self, sql):
        """The rows of a statement. Raises ChDbError."""
        print(json.dumps(sql), file=self._process.stdin, flush=True)
        return self._answer()

    def _answer(self):
        line = self._process.stdout.readline()
        if not line:
            raise ChDbError("the chDB worker ended")
        answer = json.loads(line)
        if "error" in answer:
            raise ChDbError(answer["error"])
        return answer["rows"]

    def version(self):
        return self.run("SELECT version()")[0][0]

    def ingest(self, path, variant):
        """Reads the file into a fresh MergeTree table, merges, and returns the figures of it."""
        path = os.path.abspath(path).replace("'", "\\'")
        plain = COLUMNS.format(delta="", codec="").replace("'", "\\'")
        self.run("CREATE DATABASE IF NOT EXISTS bench")
        self.run(f"CREATE TABLE bench.lines ({COLUMNS.format(**VARIANTS[variant])}) "
                 "ENGINE = MergeTree ORDER BY (service, timestamp)")
        with measure.measured(self._process.pid) as cost:
            self.run("INSERT INTO bench.lines SELECT * FROM "
                     f"file('{path}', JSONEachRow, '{plain}') "
                     "SETTINGS date_time_input_format = 'best_effort'")
            self.run("OPTIMIZE TABLE bench.lines FINAL")
        disk = self.run("SELECT sum(bytes_on_disk), sum(rows) FROM system.parts "
                        "WHERE active AND database = 'bench'")[0]
        return {"cpu_s": cost.cpu_s, "wall_s": cost.wall_s, "disk_bytes": int(disk[0]),
                "rows": int(disk[1]), "rss_peak_bytes": cost.rss_peak_bytes}

    def ask(self, query, _work=None):
        """(answer, Cost of the worker) of a query."""
        with measure.measured(self._process.pid) as cost:
            rows = self.run(query_text(query) + QUERY_SETTINGS)
        return _answer_of(query, rows), cost


def query_text(query):
    quoted = "'" + query.text.replace("\\", "\\\\").replace("'", "\\'") + "'"
    where = {"trace": f" WHERE trace_id = {quoted}",
             "literal": f" WHERE position(message, {quoted}) > 0",
             "regex": f" WHERE match(message, {quoted})", "all": ""}[query.kind]
    if query.answer_form == workload.ROWS:
        return f"SELECT * FROM bench.lines{where} ORDER BY timestamp DESC LIMIT 5000"
    if query.answer_form == workload.TOTAL:
        return f"SELECT count() FROM bench.lines{where}"
    if query.answer_form == workload.BY_SERVICE:
        return f"SELECT service, count() FROM bench.lines{where} GROUP BY service"
    # The same minutes as LogQL's [1m] with step 60: (t - 60 s, t].
    return ("SELECT lower(level), intDiv(toUnixTimestamp64Milli(timestamp) + 59999, 60000) * 60 "
            "AS minute, count() FROM bench.lines GROUP BY level, minute")


def _answer_of(query, rows):
    if query.answer_form == workload.ROWS:
        return len(rows)
    if query.answer_form == workload.TOTAL:
        return int(rows[0][0])
    if query.answer_form == workload.BY_SERVICE:
        return {service: int(count) for service, count in rows}
    return {(level, int(minute)): int(count) for level, minute, count in rows}
