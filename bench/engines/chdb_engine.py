"""The ClickHouse engine: chDB runs it inside a Python process."""

from engines.sql_engine import SqlEngine, absolute

PLAIN = """timestamp DateTime64(9, ''UTC''), service LowCardinality(String),
  host LowCardinality(String), level LowCardinality(String), message String, trace_id String"""
COLUMNS = """timestamp DateTime64(9, 'UTC'){delta}, service LowCardinality(String){codec},
  host LowCardinality(String){codec}, level LowCardinality(String){codec}, message String{codec},
  trace_id String{codec}{indexes}"""
# ClickHouse's own full-text index, and a bloom filter for ids.
INDEXES = """, INDEX words message TYPE text(tokenizer = 'splitByNonAlpha'),
  INDEX ids trace_id TYPE bloom_filter(0.01) GRANULARITY 1"""
ZSTD = {"delta": " CODEC(Delta, ZSTD(1))", "codec": " CODEC(ZSTD(3))", "indexes": ""}
# Else the second run of a query would read only the blocks that the first one found.
QUERY_SETTINGS = " SETTINGS use_query_condition_cache = 0"


def literal(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


class ChDb(SqlEngine):
    """A MergeTree table read from the file, with LZ4: what a user gets who says nothing."""

    key, name, query_name = "chdb", "chdb, default codecs", "chdb"
    package = "chdb"
    table = "bench.lines"
    stamp_ms = "toUnixTimestamp64Milli(timestamp)"
    minute = "intDiv(toUnixTimestamp64Milli(timestamp) + 59999, 60000) * 60"
    options = {"delta": "", "codec": "", "indexes": ""}

    def version(self):
        return self.run("SELECT version()")[0][0]

    def create(self, columns, order):
        self.run("CREATE DATABASE IF NOT EXISTS bench")
        self.run(f"CREATE TABLE bench.lines ({columns}) ENGINE = MergeTree ORDER BY {order}")

    def fill(self, select):
        """Inserts what `select` gives, merges to the end, and returns the figures of it."""
        _, insert = self.run_measured(f"INSERT INTO bench.lines {select}")
        _, merge = self.run_measured("OPTIMIZE TABLE bench.lines FINAL")
        disk = self.run("SELECT sum(bytes_on_disk) FROM system.parts "
                        "WHERE active AND database = 'bench'")[0]
        return {"cpu_s": insert.cpu_s + merge.cpu_s, "wall_s": insert.wall_s + merge.wall_s,
                "disk_bytes": int(disk[0]), "rss_peak_bytes": merge.rss_peak_bytes}

    def ingest(self, work):
        self.create(COLUMNS.format(**self.options), "(service, timestamp)")
        return self.fill(f"SELECT * FROM file({absolute(work.path)}, JSONEachRow, '{PLAIN}') "
                         "SETTINGS date_time_input_format = 'best_effort'")

    def query_text(self, query):
        return super().query_text(query) + QUERY_SETTINGS

    def where(self, query):
        text = literal(query.text)
        return {"trace": f" WHERE trace_id = {text}",
                "literal": f" WHERE position(message, {text}) > 0",
                "regex": f" WHERE match(message, {text})", "all": ""}[query.kind]


class ChDbZstd(ChDb):
    """The same with ZSTD(3) codecs; only its ingest is measured."""

    key, name = "chdb-zstd", "chdb, zstd codecs"
    answers = False
    options = ZSTD


class ChDbText(ChDb):
    """The same with ZSTD(3) codecs and the engine's full-text index over messages."""

    key, name, query_name = "chdb-text", "chdb, zstd codecs, text index", "chdb text index"
    options = {**ZSTD, "indexes": INDEXES}

    def where(self, query):
        if query.kind != "literal":
            return super().where(query)
        if query.is_word and query.text.isalnum():
            return f" WHERE hasToken(message, {literal(query.text)})"
        pattern = query.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return f" WHERE message LIKE {literal(f'%{pattern}%')}"
