"""What many streams cost: the same records with a value as a label, and with it as a field.

`client`: about 100,000 streams, the value of each together with service and host. `session`: one
label with up to a million values. Both as ratios, label to field, of Logpond with itself.
"""

import json

import workload
from engines import loki_api
from engines.logpond import STREAM_FIELDS, Logpond
from suite import add_runs, rounded

STREAMS = 100_000
VALUES = 1_000_000
SCATTER = 2_654_435_761  # prime: spreads consecutive numbers over all values
CASES = (("100,000 streams", "client"), ("a label with a million values", "session"))


class LogpondStreams(Logpond):
    """Logpond with the value as label or as field, and with limits that allow the question."""

    def __init__(self, binary, label):
        super().__init__(binary)
        self.stream_fields = STREAM_FIELDS + (f",{label}" if label else "")


def steps(suite, work):
    return len(CASES) * 2 * suite.options.repeat


def run(suite, work):
    if not suite.engine("logpond"):
        return None
    sections = {}
    for title, name in CASES:
        path = suite.fresh(f"streams-{name}.ndjson")
        streams, example = _write(work.path, path, name)
        variant = workload.Workload(
            lines=work.lines, bytes=path.stat().st_size, first_ms=work.first_ms,
            last_ms=work.last_ms, path=path, queries=work.queries)
        sections[title] = {"streams": streams, "lines": work.lines, "bytes": variant.bytes,
                           **_compare(suite, variant, title, name, example)}
        path.unlink()
    return sections


def _write(source, path, name):
    """Writes the corpus with the value in every line; returns (streams, (value, its lines))."""
    with open(path, "w", encoding="utf-8") as out:
        clients = {}  # (service, host) -> its number
        streams, example, count = set(), None, 0
        for number, match in workload.matched_lines(source):
            pair = clients.setdefault(match.group(2, 3), len(clients))
            if name == "session":
                value = f"s{number * SCATTER % VALUES:06x}"
            else:
                value = f"c{number * SCATTER % max(1, STREAMS // 128):05d}"
            streams.add((pair, value))
            example = example or value
            count += value == example
            out.write(f'{match[0][:-1]},"{name}":"{value}"}}\n')
    return len(streams), (example, count)


def _compare(suite, variant, title, name, example):
    """Figures of both ways, {"label": [...], "field": [...]}, and of two queries on each."""
    figures = {"label": [], "field": []}
    queries = {"label": {}, "field": {}}
    word = next(query for query in variant.queries if query.name == "rare word")
    value, count = example
    questions = {
        "label": f'sum(count_over_time({{service=~".+", {name}="{value}"}} [%ds]))',
        "field": f'sum(count_over_time({{service=~".+"}} | {name}={json.dumps(value)} [%ds]))'}
    for repetition in range(suite.options.repeat):
        for way in ("field", "label"):
            suite.progress.step(f"{title}, as {way}, {repetition + 1} of {suite.options.repeat}")
            engine = LogpondStreams(suite.options.binary, name if way == "label" else None)

            def action(engine=engine, way=way):
                engine.start(suite.fresh("streams"))
                figures[way].append(rounded(engine.ingest(variant)))
                runs = suite.runs(engine, f"{title}, {word.name}",
                                  lambda: engine.ask(word, variant), word.answer)
                add_runs(queries[way], "word", runs)
                logql = questions[way] % loki_api.span_of(variant)[2]
                runs = suite.runs(engine, f"{title}, value",
                                  lambda: _total(engine.ask_series(logql, variant)), count)
                add_runs(queries[way], "value", runs)
            suite.attempt(engine, title, action)
            suite.fresh("streams")
    return {"ingest": figures, "queries": queries}


def _total(answer):
    result, cost = answer
    return sum(int(series["value"][1]) for series in result), cost
