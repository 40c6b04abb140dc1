"""What the embedded SQL engines share: a worker process with one table `lines`."""

import importlib.util
import json
import os
import pathlib
import select
import subprocess
import sys

import measure
import workload
from engines.engine import Engine, EngineError

STATEMENT_SECONDS_MAX = 900


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


class SqlEngine(Engine):
    """Subclasses say how the table is made and how their SQL looks."""

    package = ""  # of PyPI

    def __init__(self):
        self._process = None

    def unavailable(self):
        if importlib.util.find_spec(self.package) is None:
            return f"the Python package {self.package} is not installed"
        return None

    def start(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, pathlib.Path(__file__).with_name("sql_worker.py"), self.package,
             folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            stderr=subprocess.DEVNULL)
        try:
            self._answer()
        except EngineError:
            self.stop()
            raise

    def stop(self):
        if not self._process:
            return
        try:
            self._process.stdin.close()
            self._process.wait(60)
        except (OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._process = None

    @property
    def pid(self):
        return self._process.pid

    def run(self, sql):
        """The rows of a statement. Raises EngineError."""
        try:
            print(json.dumps(sql), file=self._process.stdin, flush=True)
        except OSError as failure:
            raise EngineError(f"the {self.package} worker ended") from failure
        return self._answer()

    def _answer(self):
        ready, _, _ = select.select([self._process.stdout], [], [], STATEMENT_SECONDS_MAX)
        line = self._process.stdout.readline() if ready else ""
        if not line:
            raise EngineError(f"the {self.package} worker "
                              + ("ended" if ready else "does not answer"))
        answer = json.loads(line)
        if "error" in answer:
            raise EngineError(f"{self.package}: {answer['error'][:300]}")
        return answer["rows"]

    def run_measured(self, sql):
        """(rows, Cost of the worker)."""
        with measure.measured(self.pid) as cost:
            rows = self.run(sql)
        return rows, cost

    def ask(self, query, work):
        rows, cost = self.run_measured(self.query_text(query))
        return self._answer_of(query, rows), cost

    def stored_lines(self, work):
        return int(self.run(f"SELECT count(*) FROM {self.table}")[0][0])

    def _answer_of(self, query, rows):
        if query.answer_form in (workload.ROWS, workload.LAST):
            return workload.rows_answer(query, [(int(row[0]), row[1]) for row in rows])
        if query.answer_form == workload.TOTAL:
            return int(rows[0][0])
        if query.answer_form == workload.BY_SERVICE:
            return {service: int(count) for service, count in rows}
        return {(level, int(minute)): int(count) for level, minute, count in rows}

    # -------------------------------------------------- what differs ----

    table = ""
    stamp_ms = ""  # an expression: milliseconds since 1970

    def query_text(self, query):
        """The query in SQL. Every column is fetched where rows are wanted, as a log reader does."""
        where = self.where(query)
        if query.answer_form in (workload.ROWS, workload.LAST):
            limit = workload.NEWEST if query.answer_form == workload.LAST else workload.ROWS_MAX
            return (f"SELECT {self.stamp_ms}, message, service, host, level, trace_id "
                    f"FROM {self.table}{where} ORDER BY timestamp DESC LIMIT {limit}")
        if query.answer_form == workload.TOTAL:
            return f"SELECT count(*) FROM {self.table}{where}"
        if query.answer_form == workload.BY_SERVICE:
            return f"SELECT service, count(*) FROM {self.table}{where} GROUP BY service"
        # The same minutes as LogQL's [1m] with step 60: (t - 60 s, t].
        return f"SELECT lower(level), {self.minute} AS minute, count(*) " \
               f"FROM {self.table}{where} GROUP BY level, minute"

    def where(self, query):
        raise NotImplementedError


def absolute(path):
    return quoted(os.path.abspath(path))
