"""Logpond: a server of its own on a free port, fed and asked over HTTP."""

import json
import subprocess
import urllib.parse

import loki_push
import measure
import sending
import workload
from engines import loki_api, server_process
from engines.engine import Engine

JSON_LINES = "/insert/jsonline?_msg_field=message&_time_field=timestamp&_stream_fields="
JSON_HEADERS = {"Content-Type": "application/stream+json"}
STREAM_FIELDS = "service,host"


class Logpond(Engine):
    key = name = query_name = "logpond"
    stream_fields = STREAM_FIELDS
    flags = ()

    def __init__(self, binary):
        self._binary, self._server = binary, None

    def version(self):
        answer = subprocess.run([self._binary, "version"], capture_output=True, text=True,
                                check=True)
        said = dict(line.split(None, 1) for line in answer.stdout.splitlines() if " " in line)
        return f"{said.get('logpond', 'unknown')} ({said.get('commit', 'unknown commit')})"

    def start(self, folder):
        self._folder = folder
        port = server_process.free_port()
        command = [self._binary, "serve", "--http", f"127.0.0.1:{port}", "--data", folder,
                   *self.flags]
        self._server = server_process.ServerProcess(command, port, folder, "/ready")

    def stop(self):
        if self._server:
            self._server.stop()
            self._server = None

    @property
    def server(self):
        """The running server_process.ServerProcess."""
        return self._server

    def ingest(self, work):
        return self.ingest_from(sending.Pieces(work.path), JSON_LINES + self.stream_fields,
                                JSON_HEADERS)

    def ingest_from(self, source, path, headers):
        """Sends all of `source`, lets the server seal and merge, and returns the figures of it."""
        figures = sending.send_all(source, self._server, path, headers)
        with measure.measured(self._server.pid) as flush:
            self._server.call("POST", "/api/v1/flush?merge=1")
        with measure.measured(self._server.pid) as settling:
            server_process.wait_until_settled(self._size)
        flush_cpu_s = flush.cpu_s + settling.cpu_s
        figures["rss_peak_sending_bytes"] = figures["rss_peak_bytes"]
        return {**figures, "cpu_s": figures["cpu_sending_s"] + flush_cpu_s,
                "wall_s": figures["wall_sending_s"] + flush.wall_s, "cpu_flush_s": flush_cpu_s,
                "rss_peak_bytes": settling.rss_peak_bytes, "disk_bytes": self._size(),
                "wal_bytes": server_process.folder_size(self._folder / "wal")}

    def _size(self):
        """Parts, manifest and whatever else a data directory has; all but the write-ahead log."""
        return (server_process.folder_size(self._folder)
                - server_process.folder_size(self._folder / "wal"))

    def stored_lines(self, work):
        return self.ask(workload.Query("stored lines", "all", workload.TOTAL), work)[0]

    def ask(self, query, work):
        return loki_api.ask(self._server, query, work)

    def ask_series(self, logql, work):
        """(the vector that an instant query over the whole corpus gives, Cost)."""
        arguments = {"query": logql, "time": loki_api.span_of(work)[1]}
        path = "/loki/api/v1/query?" + urllib.parse.urlencode(arguments)
        with measure.measured(self._server.pid) as cost:
            content = self._server.call("GET", path)
        return json.loads(content)["data"]["result"], cost


class LogpondLokiPush(Logpond):
    """The same records through Loki's door; only its ingest is measured."""

    key = "logpond-push"
    name = "logpond, Loki push"
    answers = False

    def ingest(self, work):
        bodies = loki_api.bodies_of(work)
        return self.ingest_from(sending.Bodies(bodies), loki_push.PATH, loki_push.HEADERS)
