"""clp-s, CLP's compressor and searcher of JSON, where LOGPOND_BENCH_CLP_S names its binary.

Untried: written from CLP's documentation, never run against a real one.
"""

import json

import measure
import workload
from engines import server_process
from engines.engine import EngineError
from engines.named_binary import NamedBinary


class ClpS(NamedBinary):
    """Programs that run to their end, over a folder of archives; counts are of printed lines."""

    key = name = query_name = "clp-s"
    variable = "LOGPOND_BENCH_CLP_S"

    def start(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def ingest(self, work):
        cost, _ = self._run(["c", "--timestamp-key", "timestamp", self._folder, work.path])
        return {"cpu_s": cost.cpu_s, "wall_s": cost.wall_s, "rss_peak_bytes": cost.rss_peak_bytes,
                "disk_bytes": server_process.folder_size(self._folder)}

    def can_answer(self, query):
        """KQL with wildcards has no regular expressions, and prints records."""
        return query.kind in ("trace", "literal")

    def ask(self, query, work):
        text = query.text.replace("\\", "\\\\").replace('"', '\\"').replace("*", "\\*")
        what = f'trace_id: "{text}"' if query.kind == "trace" else f'message: "*{text}*"'
        cost, output = self._run(["s", self._folder, what])
        records = [json.loads(line) for line in output.splitlines() if line.startswith(b"{")]
        if query.answer_form == workload.ROWS:
            return workload.rows_answer(query, [(0, record["message"]) for record in records]), cost
        if query.answer_form == workload.TOTAL:
            return len(records), cost
        return workload.counted(record["service"] for record in records), cost

    def _run(self, arguments):
        try:
            return measure.run_pipeline([[self._binary, *arguments]])
        except RuntimeError as failure:
            raise EngineError(str(failure)) from failure
