"""Runs SQL in an embedded ClickHouse engine (chDB) for chdb_engine.py, which measures this process.

Standard input: one JSON text a line, the SQL. Standard output: a JSON object a line,
{"rows": [[...], ...]} or {"error": "..."}.
"""

import json
import sys

from chdb import session


def main():
    engine = session.Session(sys.argv[1])
    print(json.dumps({"rows": []}), flush=True)
    for line in sys.stdin:
        try:
            text = engine.query(json.loads(line), "JSONCompactEachRow").bytes().decode()
            rows = [json.loads(row) for row in text.splitlines()]
            print(json.dumps({"rows": rows}), flush=True)
        except Exception as failure:  # noqa: BLE001 - the message goes to the other side
            print(json.dumps({"error": str(failure)}), flush=True)


main()
