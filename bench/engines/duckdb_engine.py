"""DuckDB inside a Python process: a table read from the file, in a database file."""

from engines import server_process
from engines.sql_engine import SqlEngine, absolute, quoted

COLUMNS = ("timestamp: 'TIMESTAMP', service: 'VARCHAR', host: 'VARCHAR', level: 'VARCHAR', "
           "message: 'VARCHAR', trace_id: 'VARCHAR'")


class DuckDb(SqlEngine):
    key = name = query_name = "duckdb"
    package = "duckdb"
    table = "lines"
    stamp_ms = "epoch_ms(timestamp)"
    minute = "((epoch_ms(timestamp) + 59999) // 60000) * 60"

    def start(self, folder):
        self._folder = folder
        super().start(folder)

    def version(self):
        return self.run("SELECT version()")[0][0]

    def ingest(self, work):
        _, cost = self.run_measured(
            f"CREATE TABLE lines AS SELECT * FROM read_json({absolute(work.path)}, "
            f"format = 'newline_delimited', columns = {{{COLUMNS}}})")
        _, checkpoint = self.run_measured("CHECKPOINT")
        return {"cpu_s": cost.cpu_s + checkpoint.cpu_s, "wall_s": cost.wall_s + checkpoint.wall_s,
                "disk_bytes": server_process.folder_size(self._folder),
                "rss_peak_bytes": checkpoint.rss_peak_bytes}

    def where(self, query):
        text = quoted(query.text)
        return {"trace": f" WHERE trace_id = {text}",
                "literal": f" WHERE contains(message, {text})",
                "regex": f" WHERE regexp_matches(message, {text})", "all": ""}[query.kind]
