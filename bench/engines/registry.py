"""Every system that the benchmark knows, in the order of its tables."""

from engines.chdb_engine import ChDb, ChDbText, ChDbZstd
from engines.clp_s import ClpS
from engines.duckdb_engine import DuckDb
from engines.logpond import Logpond, LogpondLokiPush
from engines.loki_engine import Loki
from engines.plain_file import Ripgrep, Zstd, ZstdBlocks
from engines.quickwit import Quickwit
from engines.victorialogs import VictoriaLogs


def all_engines(binary):
    """New instances; `binary` is the Logpond to measure."""
    return [Logpond(binary), LogpondLokiPush(binary), Zstd(), ZstdBlocks(), Ripgrep(), ChDb(),
            ChDbZstd(), ChDbText(), DuckDb(), VictoriaLogs(), Loki(), Quickwit(), ClpS()]
