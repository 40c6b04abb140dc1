"""LogQL end to end: every example of logql_examples.txt, in memory and from parts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from e2e.dataset_d import CONFIG, T0, push_dataset
from support.loki import SECOND, Loki
from support.server import Server

EXAMPLES = Path(__file__).with_name("logql_examples.txt")


def read_examples() -> list[tuple[str, str, list[str]]]:
    """Kind, query and answer rows of each block."""
    found: list[tuple[str, str, list[str]]] = []
    for line in EXAMPLES.read_text(encoding="utf-8").split("\n"):
        if line.startswith("  "):
            found[-1][2].append(line[2:])
        elif line and not line.startswith("#"):
            kind, query = line.split(" ", 1)
            found.append((kind, query, []))
    return found


def label_text(labels: dict[str, str]) -> str:
    return "{" + ",".join(f'{name}="{value}"' for name, value in sorted(labels.items())) + "}"


def log_rows(data: dict) -> list[str]:
    rows = []
    for stream in data["result"]:
        labels = dict(stream["stream"])
        name = labels.pop("app")
        name += "/" + labels.pop("env") if "env" in labels else ""
        more = label_text(labels) + " " if labels else ""
        for timestamp, text in stream["values"]:
            at = (int(timestamp) - T0) // SECOND
            rows.append((at, f"+{at} {name} {more}{text}".replace("\x1b", "<ESC>")))
    return [text for _, text in sorted(rows)]


def metric_rows(data: dict) -> list[str]:
    if data["resultType"] == "scalar":
        return ["scalar " + data["result"][1]]
    rows = []
    for row in data["result"]:
        points = row.get("values") or [row["value"]]
        if data["resultType"] == "vector":
            values = points[0][1]
        else:
            values = " ".join(f"{value}@+{at - T0 // SECOND:g}" for at, value in points)
        rows.append(f"{label_text(row['metric'])} {values}")
    return rows


def ask(loki: Loki, kind: str, query: str) -> requests.Response:
    if kind == "inst":
        return loki.get("/loki/api/v1/query", query=query, time=T0 + 60 * SECOND)
    start, end, step = (0, 120, 1) if kind == "log" else (30, 90, 30)
    return loki.get(
        "/loki/api/v1/query_range",
        query=query,
        start=T0 + start * SECOND,
        end=T0 + end * SECOND,
        step=step,
        direction="forward",
        limit=100,
    )


@pytest.fixture(scope="module", params=["head", "parts"])
def loki(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Loki]:
    with Server(tmp_path_factory.mktemp("examples"), config=CONFIG) as server:
        client = Loki(server.url)
        push_dataset(client)
        if request.param == "parts":
            client.flush(merge=True)
        yield client


@pytest.mark.parametrize(("kind", "query", "rows"), read_examples())
def test_example(loki: Loki, kind: str, query: str, rows: list[str]) -> None:
    answer = ask(loki, kind, query.replace("\\n", "\n") if "# a\\n" in query else query)
    if answer.status_code != 200:
        found = [f"{answer.status_code} {answer.text.strip()}".replace("\n", "\\n")]
    elif answer.json()["data"]["resultType"] == "streams":
        found = log_rows(answer.json()["data"])
    else:
        found = metric_rows(answer.json()["data"])
    assert found == rows
