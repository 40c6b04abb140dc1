"""Messages only: bare JSON, logfmt and wide JSON lines, stored and asked for their fields.

Logpond gets them as lines of one stream, finds their structure itself, and is compared with
`zstd -3` of the same bytes and with the ClickHouse engine's JSON type.
"""

import documents
import loki_push
import measure
import sending
from suite import add_runs, rounded
from engines import loki_api
from engines.chdb_engine import QUERY_SETTINGS, ChDb, literal
from engines.logpond import Logpond
from engines.plain_file import Zstd

QUESTIONS = (documents.COUNT, documents.GROUP, documents.SUM)
TITLES = {documents.COUNT: "status >= 500, count", documents.GROUP: "count by {group}",
          documents.SUM: "sum of duration_ms by {group}"}


class LogpondDocuments(Logpond):
    """Fed with ready-made protobuf through Loki's door, where a message is nothing but its line."""

    def __init__(self, binary, bodies):
        super().__init__(binary)
        self._bodies = bodies

    def ingest(self, work):
        return self.ingest_from(sending.Bodies(self._bodies), loki_push.PATH, loki_push.HEADERS)

    def stored_lines(self, work):
        result, _ = self.ask_series(
            f'sum(count_over_time({{job="{work.kind}"}} [{loki_api.span_of(work)[2]}s]))', work)
        return sum(int(series["value"][1]) for series in result)

    def ask(self, question, work):
        result, cost = self.ask_series(
            work.logql(question, loki_api.span_of(work)[2]), work)
        if question == documents.COUNT:
            return sum(int(series["value"][1]) for series in result), cost
        number = int if question == documents.GROUP else float
        return {series["metric"][work.group]: number(series["value"][1])
                for series in result}, cost


class ChDbDocuments(ChDb):
    """A table of one column of type JSON; lines that are no JSON are not stored."""

    name = query_name = "chdb, JSON type"

    def ingest(self, work):
        self.create("line JSON", "tuple()")
        path = literal(str(work.path.resolve()))
        return self.fill(
            f"SELECT line::JSON FROM file({path}, LineAsString, 'line String') "
            "WHERE isValidJSON(line) SETTINGS type_json_skip_duplicated_paths = 1")

    def stored_lines(self, work):
        """Not compared: what is no JSON is missing."""

    def ask(self, question, work):
        rows, cost = self.run_measured(document_sql(question, work) + QUERY_SETTINGS)
        if question == documents.COUNT:
            return int(rows[0][0]), cost
        number = int if question == documents.GROUP else float
        return {group: number(value) for group, value in rows}, cost


def document_sql(question, work):
    group = f"line.{work.group}.:String"
    if question == documents.COUNT:
        return ("SELECT count() FROM bench.lines WHERE line.status.:Int64 >= 500 "
                "OR toFloat64OrZero(line.status.:String) >= 500")
    value = "coalesce(line.duration_ms.:Float64, toFloat64(line.duration_ms.:Int64))"
    what, only = ("count()", "") if question == documents.GROUP else (
        f"sum({value})", f" AND {value} IS NOT NULL")
    return (f"SELECT {group}, {what} FROM bench.lines "
            f"WHERE {group} IS NOT NULL AND {group} != ''{only} GROUP BY 1")


def _engines(suite, kind, bodies):
    wanted = [("logpond", lambda: LogpondDocuments(suite.options.binary, bodies)),
              ("zstd", Zstd)]
    if kind != "logfmt":
        wanted.append(("chdb", ChDbDocuments))
    return [make() for key, make in wanted if suite.engine(key)]


def steps(suite, corpora):
    asked = sum(bool(suite.engine(key)) for key in ("logpond", "chdb"))
    return len(corpora) * suite.options.repeat * (3 + asked * len(QUESTIONS))


def run(suite, corpora):
    """Kind of lines -> section; `corpora` are documents.Documents."""
    return {work.kind: _run_kind(suite, work) for work in corpora}


def _run_kind(suite, work):
    bodies = suite.fresh(f"documents-{work.kind}.bodies")
    loki_push.write_lines(work.path, bodies, f'{{job="{work.kind}"}}', documents.START_MS,
                          documents.STEP_MS)
    engines = _engines(suite, work.kind, bodies)
    ingest, questions = {}, {
        question: {"title": TITLES[question].format(group=work.group), "systems": {},
                   "logql": work.logql(question, loki_api.span_of(work)[2])}
        for question in QUESTIONS}
    for repetition in range(suite.options.repeat):
        for engine in list(engines):
            suite.progress.step(f"{work.kind} {repetition + 1} of {suite.options.repeat}: "
                                f"{engine.name}")
            folder = suite.folder / f"documents-{engine.key}"
            figures = suite.ingest(engine, work, f"ingest of {work.kind}", folder)
            if figures is None:
                engines.remove(engine)
                continue
            ingest.setdefault(engine.name, []).append(rounded(figures))
            if isinstance(engine, Zstd):
                continue
            for question, section in questions.items():
                suite.progress.step(f"{work.kind}: {section['title']}, {engine.query_name}")
                runs = _ask(suite, engine, work, question, folder)
                add_runs(section["systems"], engine.query_name, runs)
            suite.fresh(folder.name)
    bodies.unlink()
    return {"corpus": work.corpus(), "ingest": ingest, "questions": questions}


def _ask(suite, engine, work, question, folder):
    def action():
        for path in engine.files(folder, work):
            measure.evict_from_page_cache(path)
        engine.start(folder)
        return suite.runs(engine, f"{work.kind}, {question}", lambda: engine.ask(question, work),
                          work.answers[question])
    return suite.attempt(engine, f"{work.kind}, {question}", action)
