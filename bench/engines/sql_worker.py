"""Runs SQL in an embedded engine for sql_engine.py, which measures this process.

  sql_worker.py chdb|duckdb FOLDER

Standard input: one JSON text a line, the SQL. Standard output: a JSON object a line,
{"rows": [[...], ...]} or {"error": "..."}.
"""

import json
import pathlib
import sys


def open_chdb(folder):
    from chdb import session
    engine = session.Session(folder)

    def run(sql):
        text = engine.query(sql, "JSONCompactEachRow").bytes().decode()
        return [json.loads(row) for row in text.splitlines()]
    return run


def open_duckdb(folder):
    import duckdb
    connection = duckdb.connect(str(pathlib.Path(folder) / "bench.duckdb"))

    def run(sql):
        return connection.execute(sql).fetchall()
    return run


def main():
    run = {"chdb": open_chdb, "duckdb": open_duckdb}[sys.argv[1]](sys.argv[2])
    print(json.dumps({"rows": []}), flush=True)
    for line in sys.stdin:
        try:
            print(json.dumps({"rows": run(json.loads(line))}, default=str), flush=True)
        except Exception as failure:  # noqa: BLE001 - the message goes to the other side
            print(json.dumps({"error": str(failure)}), flush=True)


main()
