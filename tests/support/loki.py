"""A small Loki client: pushes, queries and look-ups, with answers as the tests want them."""

import time
from dataclasses import dataclass, field
from typing import Any

import requests

SECOND = 10**9
HOUR = 3600 * SECOND

Labels = dict[str, str]
Entry = tuple[int, str] | tuple[int, str, Labels]


@dataclass(frozen=True)
class Line:
    """One line of a log query's answer."""

    timestamp: int
    text: str
    labels: tuple[tuple[str, str], ...]
    structured: tuple[tuple[str, str], ...] = field(default=())
    parsed: tuple[tuple[str, str], ...] = field(default=())


def push_body(labels: Labels, entries: list[Entry]) -> dict[str, Any]:
    values = [[str(entry[0]), *entry[1:]] for entry in entries]
    return {"streams": [{"stream": labels, "values": values}]}


def _sorted_items(labels: Labels) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(labels.items()))


class Loki:
    """Talks to one server. Not for several threads at once."""

    def __init__(self, url: str, tenant: str | None = None):
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False
        if tenant:
            self.session.headers["X-Scope-OrgID"] = tenant

    def get(self, path: str, **parameters: Any) -> requests.Response:
        return self.session.get(self.url + path, params=parameters, timeout=60)

    def post(self, path: str, data: bytes | str = b"", **headers: str) -> requests.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.session.post(self.url + path, data=data, headers=named, timeout=60)

    def try_push(self, labels: Labels, entries: list[Entry]) -> requests.Response:
        body = push_body(labels, entries)
        return self.session.post(self.url + "/loki/api/v1/push", json=body, timeout=60)

    def push(self, labels: Labels, entries: list[Entry]) -> None:
        answer = self.try_push(labels, entries)
        assert answer.status_code == 204, f"{answer.status_code} {answer.text}"

    def flush(self, merge: bool = False) -> None:
        answer = self.post("/api/v1/flush" + ("?merge=1" if merge else ""))
        assert answer.status_code == 200, f"{answer.status_code} {answer.text}"

    def range_data(self, query: str, categorize: bool = False, **parameters: Any) -> dict[str, Any]:
        headers = {"X-Loki-Response-Encoding-Flags": "categorize-labels"} if categorize else {}
        now = time.time_ns()
        asked = {"query": query, "start": now - HOUR, "end": now + HOUR, "limit": 5000} | parameters
        answer = self.session.get(
            self.url + "/loki/api/v1/query_range", params=asked, headers=headers, timeout=120
        )
        assert answer.status_code == 200, f"{query}: {answer.status_code} {answer.text}"
        return answer.json()["data"]

    def lines(self, query: str, categorize: bool = False, **parameters: Any) -> list[Line]:
        """Lines of a log query, oldest first whatever the direction."""
        data = self.range_data(query, categorize, **parameters)
        assert data["resultType"] == "streams", f"{query} gave a {data['resultType']}"
        found = []
        for stream in data["result"]:
            labels = _sorted_items(stream["stream"])
            for timestamp, text, *more in stream["values"]:
                kinds = more[0] if more else {}
                found.append(
                    Line(
                        int(timestamp),
                        text,
                        labels,
                        _sorted_items(kinds.get("structuredMetadata", {})),
                        _sorted_items(kinds.get("parsed", {})),
                    )
                )
        return sorted(found, key=lambda line: line.timestamp)

    def texts(self, query: str, **parameters: Any) -> list[str]:
        """The lines alone, oldest first."""
        data = self.range_data(query, **parameters)
        rows = [(int(v[0]), v[1]) for stream in data["result"] for v in stream["values"]]
        rows.sort(key=lambda row: row[0])
        return [text for _, text in rows]

    def instant(self, query: str, at: int | None = None) -> dict[Any, float]:
        """Values of an instant metric query by their label sets."""
        answer = self.get("/loki/api/v1/query", query=query, time=at or time.time_ns())
        assert answer.status_code == 200, f"{query}: {answer.status_code} {answer.text}"
        data = answer.json()["data"]
        assert data["resultType"] == "vector", f"{query} gave a {data['resultType']}"
        return {_sorted_items(row["metric"]): float(row["value"][1]) for row in data["result"]}

    def count(self, log_query: str, window: str = "2h", at: int | None = None) -> int:
        """How many lines the server counts for a log query up to `at`, default in an hour."""
        at = at or time.time_ns() + HOUR
        values = self.instant(f"sum(count_over_time({log_query} [{window}]))", at)
        return int(sum(values.values()))
