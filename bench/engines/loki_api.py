"""Loki's query API: how Logpond and Loki itself are asked."""

import json
import urllib.parse

import loki_push
import measure
import workload

ROWS_MAX = 5000  # the most that either gives in one answer, if nothing is configured
ALL = '{service=~".+"}'


def query_text(query, span_s):
    """The query in LogQL. `span_s` is the length of the corpus in seconds."""
    quoted = json.dumps(query.text)
    what = {"trace": f"{ALL} | trace_id={quoted}", "literal": f"{ALL} |= {quoted}",
            "regex": f"{ALL} |~ {quoted}", "all": ALL}[query.kind]
    if query.answer_form == workload.BY_SERVICE:
        return f"sum by (service) (count_over_time({what} [{span_s}s]))"
    if query.answer_form == workload.TOTAL:
        return f"sum(count_over_time({what} [{span_s}s]))"
    if query.answer_form == workload.BY_LEVEL_MINUTE:
        return f"sum by (detected_level) (count_over_time({what} [1m]))"
    return what


def span_of(work):
    """(first second, second after the last record, their distance)."""
    start, end = work.first_ms // 1000 - 1, work.last_ms // 1000 + 1
    return start, end, end - start


def path_of(query, work):
    start, end, span = span_of(work)
    text = query_text(query, span)
    if query.answer_form in (workload.BY_SERVICE, workload.TOTAL):
        arguments = {"query": text, "time": end}
        return "/loki/api/v1/query?" + urllib.parse.urlencode(arguments)
    limit = workload.NEWEST if query.answer_form == workload.LAST else ROWS_MAX
    arguments = {"query": text, "start": start, "end": end, "limit": limit, "step": 60}
    return "/loki/api/v1/query_range?" + urllib.parse.urlencode(arguments)


def ask(server, query, work):
    """(answer, Cost of the server) of a query, over one kept connection."""
    path = path_of(query, work)
    with measure.measured(server.pid) as cost:
        content = server.call("GET", path)
    return _answer_of(query, json.loads(content)["data"]), cost


def _answer_of(query, data):
    result = data["result"]
    if query.answer_form in (workload.ROWS, workload.LAST):
        rows = [(int(value[0]) // 1_000_000, value[1])
                for stream in result for value in stream["values"]]
        return workload.rows_answer(query, rows)
    if query.answer_form == workload.TOTAL:
        return sum(int(series["value"][1]) for series in result)
    if query.answer_form == workload.BY_SERVICE:
        return {series["metric"]["service"]: int(series["value"][1]) for series in result}
    return {(series["metric"]["detected_level"], int(time_s)): int(value)
            for series in result for time_s, value in series["values"]}


def bodies_of(work):
    """The corpus as bodies for Loki's push API, made once for each corpus."""
    path = work.cache_folder / f"push-{work.sha256[:16]}.bodies"
    if not path.exists():
        part = path.with_suffix(".part")
        loki_push.write_records(work.path, part)
        part.rename(path)
    return path
