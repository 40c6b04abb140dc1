"""Ingest of the lines corpus by every system, and ten query shapes, cold and warm.

Repetition by repetition, one after the other (A B C, A B C, ...), so that a slow minute of the
machine hits all of them.
"""

from suite import add_runs, rounded
from engines import loki_api
from engines.chdb_engine import ChDb


def steps(suite, work):
    ingests = sum(engine.stores for engine in suite.engines)
    asks = sum(engine.answers and engine.can_answer(query)
               for engine in suite.engines for query in work.queries)
    return (ingests + asks) * suite.options.repeat


def run(suite, work):
    engines = list(suite.engines)
    section = {"corpus": work.corpus(), "ingest": _ingest(suite, work),
               "queries": _queries(suite, work)}
    for engine in engines:
        suite.fresh(suite.data_folder(engine).name)
    return section


def _ingest(suite, work):
    """System -> figures of each repetition. The data of the last one stays, for the queries."""
    table = {}
    for repetition in range(suite.options.repeat):
        for engine in [engine for engine in suite.engines if engine.stores]:
            suite.progress.step(f"ingest {repetition + 1} of {suite.options.repeat}: {engine.name}")
            figures = suite.ingest(engine, work, "ingest")
            if figures:
                table.setdefault(engine.name, []).append(rounded(figures))
            if not engine.answers:
                suite.fresh(suite.data_folder(engine).name)
    return table


def _queries(suite, work):
    table = {query.name: {
        "logql": loki_api.query_text(query, loki_api.span_of(work)[2]),
        "sql": ChDb().query_text(query), "hits": query.hits, "systems": {}}
        for query in work.queries}
    for repetition in range(suite.options.repeat):
        for query in work.queries:
            for engine in list(suite.engines):
                if not engine.answers or not engine.can_answer(query):
                    continue
                suite.progress.step(f"query {repetition + 1} of {suite.options.repeat}: "
                                    f"{query.name}, {engine.query_name}")
                runs = suite.ask_cold_and_warm(engine, work, query)
                add_runs(table[query.name]["systems"], engine.query_name, runs)
    return table
