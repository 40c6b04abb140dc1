"""Grafana Loki, where LOGPOND_BENCH_LOKI names its binary.

Untried: written from Loki's documentation, never run against a real one. Its API is the one that
Logpond is asked through, and its bodies are those of "logpond, Loki push".
"""

import loki_push
import measure
import sending
import workload
from engines import loki_api, server_process
from engines.named_binary import NamedServer

# One process, files on disk, limits out of the way.
CONFIGURATION = """
auth_enabled: false
analytics: {{reporting_enabled: false}}
server: {{http_listen_address: 127.0.0.1, http_listen_port: {port}, grpc_listen_address: 127.0.0.1,
  grpc_listen_port: {grpc_port}, log_level: warn, grpc_server_max_recv_msg_size: 104857600,
  grpc_server_max_send_msg_size: 104857600}}
common:
  path_prefix: {folder}
  replication_factor: 1
  ring: {{instance_addr: 127.0.0.1, kvstore: {{store: inmemory}}}}
  storage: {{filesystem: {{chunks_directory: {folder}/chunks, rules_directory: {folder}/rules}}}}
schema_config:
  configs:
    - {{from: 2020-01-01, store: tsdb, object_store: filesystem, schema: v13,
       index: {{prefix: index_, period: 24h}}}}
limits_config: {{reject_old_samples: false, creation_grace_period: 100y, ingestion_rate_mb: 100000,
  ingestion_burst_size_mb: 100000, per_stream_rate_limit: 100GB,
  per_stream_rate_limit_burst: 100GB, max_query_length: 0, query_timeout: 10m,
  max_global_streams_per_user: 0, allow_structured_metadata: true, volume_enabled: false,
  unordered_writes: true}}
"""


class Loki(NamedServer):
    """Fed with ready-made protobuf; the answer to a push is given by its write-ahead log."""

    key = name = query_name = "loki"
    variable = "LOGPOND_BENCH_LOKI"
    version_arguments = ("-version",)

    def command(self, folder, port):
        folder = folder.resolve()
        file = folder / "loki.yaml"
        file.write_text(CONFIGURATION.format(
            folder=folder, port=port, grpc_port=server_process.free_port()))
        return [self._binary, f"-config.file={file}"]

    def ingest(self, work):
        bodies = loki_api.bodies_of(work)
        figures = sending.send_all(sending.Bodies(bodies), self._server, loki_push.PATH,
                                   loki_push.HEADERS)
        with measure.measured(self._server.pid) as flush:
            self._server.call("POST", "/flush")
            server_process.wait_until_settled(
                lambda: server_process.folder_size(self._folder / "chunks"))
        figures = self._finished(figures, flush)
        figures["disk_bytes"] -= (wal := server_process.folder_size(self._folder / "wal"))
        return {**figures, "wal_bytes": wal}

    def stored_lines(self, work):
        return self.ask(workload.Query("stored lines", "all", workload.TOTAL), work)[0]

    def ask(self, query, work):
        return loki_api.ask(self._server, query, work)
