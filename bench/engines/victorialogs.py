"""VictoriaLogs, where LOGPOND_BENCH_VICTORIALOGS names its binary. Tried with 1.52.2."""

import json
import urllib.parse

import measure
import sending
import workload
from engines import loki_api, server_process
from engines.logpond import JSON_HEADERS, JSON_LINES, STREAM_FIELDS
from engines.named_binary import NamedServer

# What it holds in memory goes to disk every five seconds.
SETTLED_SECONDS = 7.0


class VictoriaLogs(NamedServer):
    key = name = query_name = "victorialogs"
    variable = "LOGPOND_BENCH_VICTORIALOGS"
    version_arguments = ("-version",)
    ready_path = "/health"

    def command(self, folder, port):
        return [self._binary, f"-storageDataPath={folder}", f"-httpListenAddr=127.0.0.1:{port}",
                "-retentionPeriod=100y", "-futureRetention=100y"]

    def ingest(self, work):
        figures = sending.send_all(sending.Pieces(work.path), self._server,
                                   JSON_LINES + STREAM_FIELDS, JSON_HEADERS)
        with measure.measured(self._server.pid) as flush:
            self._server.call("GET", "/internal/force_flush")
        with measure.measured(self._server.pid) as settling:
            server_process.wait_until_settled(
                lambda: server_process.folder_size(self._folder), SETTLED_SECONDS)
        settling.wall_s = 0.0  # it would be the waiting itself
        return self._finished(figures, flush, settling)

    def stored_lines(self, work):
        return self.ask(workload.Query("stored lines", "all", workload.TOTAL), work)[0]

    def ask(self, query, work):
        start, end, _ = loki_api.span_of(work)
        arguments = {"query": query_text(query), "start": start, "end": end}
        path = "/select/logsql/query?" + urllib.parse.urlencode(arguments)
        with measure.measured(self._server.pid) as cost:
            content = self._server.call("GET", path)
        return _answer_of(query, [json.loads(line) for line in content.splitlines()]), cost


def query_text(query):
    """The query in LogsQL: the indexed phrase filter where whole words are looked for."""
    quoted = json.dumps(query.text)
    literal = quoted if query.is_word else "*" + quoted + "*"
    what = {"trace": f"trace_id:={quoted}", "literal": literal, "regex": f"~{quoted}",
            "all": "*"}[query.kind]
    if query.answer_form == workload.ROWS:
        return what
    if query.answer_form == workload.LAST:
        return f"{what} | sort by (_time desc) limit {workload.NEWEST}"
    if query.answer_form == workload.TOTAL:
        return f"{what} | stats count() n"
    if query.answer_form == workload.BY_SERVICE:
        return f"{what} | stats by (service) count() n"
    # Buckets begin one millisecond after the minute: LogQL's (t - 60 s, t].
    return f"{what} | stats by (level, _time:1m offset -1ms) count() n"


def _answer_of(query, rows):
    if query.answer_form in (workload.ROWS, workload.LAST):
        return workload.rows_answer(
            query, [(workload.milliseconds(row["_time"]), row["_msg"]) for row in rows])
    if query.answer_form == workload.TOTAL:
        return int(rows[0]["n"])
    if query.answer_form == workload.BY_SERVICE:
        return {row["service"]: int(row["n"]) for row in rows}
    return {(row["level"].lower(), workload.milliseconds(row["_time"]) // 60_000 * 60 + 60):
            int(row["n"]) for row in rows}
