"""Quickwit, where LOGPOND_BENCH_QUICKWIT names its binary.

Untried: written from Quickwit's documentation, never run against a real one.
"""

import json
import os
import urllib.parse

import measure
import sending
import workload
from engines import loki_api, server_process
from engines.named_binary import NamedServer

INDEX = {
    "version": "0.8", "index_id": "lines",
    "doc_mapping": {
        "mode": "strict", "timestamp_field": "timestamp",
        "field_mappings": [
            {"name": "timestamp", "type": "datetime", "input_formats": ["rfc3339"],
             "output_format": "unix_timestamp_millis", "fast": True,
             "fast_precision": "milliseconds"},
            {"name": "service", "type": "text", "tokenizer": "raw", "fast": True},
            {"name": "host", "type": "text", "tokenizer": "raw", "fast": True},
            {"name": "level", "type": "text", "tokenizer": "raw", "fast": True},
            {"name": "message", "type": "text", "tokenizer": "default", "record": "position"},
            {"name": "trace_id", "type": "text", "tokenizer": "raw"}]}}
GROUPS_MAX = 10_000


class Quickwit(NamedServer):
    """Its index is of whole words: what lies inside a word, or is a regex, it is not asked."""

    key = name = query_name = "quickwit"
    variable = "LOGPOND_BENCH_QUICKWIT"
    ready_path = "/health/readyz"

    def command(self, folder, port):
        file = folder.resolve() / "quickwit.yaml"
        file.write_text(json.dumps({  # JSON is YAML
            "version": "0.8", "listen_address": "127.0.0.1",
            "data_dir": os.fspath(folder.resolve()),
            "rest": {"listen_port": port}, "grpc_listen_port": server_process.free_port()}))
        return [self._binary, "run", "--config", file]

    def ingest(self, work):
        self._server.call("POST", "/api/v1/indexes", json.dumps(INDEX).encode(),
                          {"Content-Type": "application/json"})
        figures = sending.send_all(sending.Pieces(work.path), self._server,
                                   "/api/v1/lines/ingest?commit=auto", {})
        with measure.measured(self._server.pid) as commit:
            self._server.call("POST", "/api/v1/lines/ingest?commit=force", b"\n")
            server_process.wait_until_settled(
                lambda: server_process.folder_size(self._folder))
        return self._finished(figures, commit)

    def stored_lines(self, work):
        return self.ask(workload.Query("stored lines", "all", workload.TOTAL), work)[0]

    def can_answer(self, query):
        return query.kind in ("trace", "all") or (query.kind == "literal" and query.is_word)

    def ask(self, query, work):
        path = "/api/v1/lines/search?" + urllib.parse.urlencode(arguments_of(query, work))
        with measure.measured(self._server.pid) as cost:
            content = self._server.call("GET", path)
        return _answer_of(query, json.loads(content)), cost


def arguments_of(query, work):
    start, end, _ = loki_api.span_of(work)
    phrase = '"' + query.text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    what = {"trace": f"trace_id:{phrase}", "literal": f"message:{phrase}", "all": "*"}[query.kind]
    arguments = {"query": what, "start_timestamp": start, "end_timestamp": end, "max_hits": 0}
    if query.answer_form == workload.ROWS:
        arguments["max_hits"] = workload.ROWS_MAX
    elif query.answer_form == workload.LAST:
        arguments.update(max_hits=workload.NEWEST, sort_by="-timestamp")
    elif query.answer_form == workload.BY_SERVICE:
        arguments["aggs"] = json.dumps(
            {"by": {"terms": {"field": "service", "size": GROUPS_MAX}}})
    elif query.answer_form == workload.BY_LEVEL_MINUTE:
        # Buckets begin one millisecond after the minute: LogQL's (t - 60 s, t].
        arguments["aggs"] = json.dumps({"by": {
            "terms": {"field": "level", "size": 100},
            "aggs": {"minute": {"date_histogram": {
                "field": "timestamp", "fixed_interval": "1m", "offset": "1ms"}}}}})
    return arguments


def _answer_of(query, content):
    if query.answer_form in (workload.ROWS, workload.LAST):
        return workload.rows_answer(
            query, [(int(hit["timestamp"]), hit["message"]) for hit in content["hits"]])
    if query.answer_form == workload.TOTAL:
        return int(content["num_hits"])
    groups = content["aggregations"]["by"]["buckets"]
    if query.answer_form == workload.BY_SERVICE:
        return {group["key"]: int(group["doc_count"]) for group in groups}
    return {(group["key"].lower(), int(minute["key"]) // 60_000 * 60 + 60):
            int(minute["doc_count"])
            for group in groups for minute in group["minute"]["buckets"] if minute["doc_count"]}
