"""The Loki HTTP API as its clients use it: pushes, queries, look-ups, errors."""

import gzip
import json
import logging
import time
import zlib
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import cramjam
import logging_loki
import pytest

from e2e.dataset_d import CONFIG, T0, push_dataset
from support.loki import HOUR, SECOND, Loki, push_body
from support.push_message import entry_message, push_message, snappy_block
from support.server import Server
from support.waiting import eventually

RANGE = "/loki/api/v1/query_range"
WINDOW = {"start": T0, "end": T0 + 200 * SECOND}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loki]:
    """A server that holds data set D and nothing else."""
    with Server(tmp_path_factory.mktemp("dataset"), config=CONFIG) as server:
        client = Loki(server.url)
        push_dataset(client)
        yield client


# ---- pushing ------------------------------------------------------------------------------------


def test_json_push_is_answered_with_204_and_found(loki: Loki) -> None:
    now = time.time_ns()
    answer = loki.try_push({"app": "till"}, [(now, "drawer open"), (now + 1, "drawer shut")])
    assert (answer.status_code, answer.content) == (204, b"")
    assert loki.texts('{app="till"}') == ["drawer open", "drawer shut"]


def test_push_finds_service_name_and_level(loki: Loki) -> None:
    now = time.time_ns()
    loki.push({"app": "till"}, [(now, "level=warn drawer stuck"), (now + 1, "nothing")])
    first, second = loki.lines('{app="till"}', categorize=True)
    assert dict(first.labels) == {"app": "till", "service_name": "till"}
    assert dict(first.structured) == {"detected_level": "warn"}
    assert dict(second.structured) == {"detected_level": "unknown"}
    assert loki.texts('{service_name="till"} | detected_level="warn"') == [
        "level=warn drawer stuck"
    ]


def test_given_level_is_normalised_and_metadata_names_become_identifiers(loki: Loki) -> None:
    metadata = {"detected_level": "WARN", "span.kind": "server", "9x": "nine", "empty": ""}
    loki.push({"app": "till"}, [(time.time_ns(), "x", metadata)])
    (line,) = loki.lines('{app="till"}', categorize=True)
    assert dict(line.structured) == {
        "detected_level": "warn",
        "span_kind": "server",
        "key_9x": "nine",
    }


@pytest.mark.parametrize("coding", ["", "gzip", "deflate", "snappy", "zstd"])
def test_protobuf_push(loki: Loki, coding: str) -> None:
    now = time.time_ns()
    entries = [entry_message(now, "one", {"trace": "abc"}), entry_message(now + 5, "two")]
    block = snappy_block(push_message([('{app="till", env="prod",}', entries)]))
    headers = {"Content-Type": "application/x-protobuf"}
    if coding:
        headers["Content-Encoding"] = coding
    if coding == "gzip":
        block = gzip.compress(block)
    elif coding == "deflate":
        squeezer = zlib.compressobj(6, zlib.DEFLATED, -15)
        block = squeezer.compress(block) + squeezer.flush()
    elif coding == "zstd":
        block = bytes(cramjam.zstd.compress(block))
    answer = loki.session.post(loki.url + "/loki/api/v1/push", data=block, headers=headers)
    assert answer.status_code == 204, answer.text
    one, two = loki.lines('{app="till"}', categorize=True)
    assert (one.timestamp, one.text, dict(one.structured)["trace"]) == (now, "one", "abc")
    assert (two.timestamp, two.text) == (now + 5, "two")


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_json_push_may_be_compressed(loki: Loki, coding: str) -> None:
    body = json.dumps(push_body({"app": "till"}, [(time.time_ns(), "packed")])).encode()
    if coding == "gzip":
        body = gzip.compress(body)
    else:
        squeezer = zlib.compressobj(6, zlib.DEFLATED, -15)
        body = squeezer.compress(body) + squeezer.flush()
    kind = "application/json; charset=utf-8"
    answer = loki.post("/loki/api/v1/push", body, Content_Type=kind, Content_Encoding=coding)
    assert answer.status_code == 204, answer.text
    assert loki.texts('{app="till"}') == ["packed"]


def test_older_push_path_and_form(loki: Loki) -> None:
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S.123456789Z", time.gmtime())
    body = {"streams": [{"labels": '{app="old"}', "entries": [{"ts": stamp, "line": "hello"}]}]}
    answer = loki.session.post(loki.url + "/api/prom/push", json=body)
    assert answer.status_code == 204, answer.text
    (line,) = loki.lines('{app="old"}')
    assert (line.text, line.timestamp % SECOND) == ("hello", 123456789)


def test_identical_records_are_stored_once(loki: Loki) -> None:
    now = time.time_ns()
    loki.push({"app": "till"}, [(now, "same"), (now, "same"), (now, "other"), (now + 1, "same")])
    assert sorted(loki.texts('{app="till"}')) == ["other", "same", "same"]
    assert loki.count('{app="till"}') == 3


def test_out_of_order_lines_come_back_in_order(loki: Loki) -> None:
    now = time.time_ns()
    for offset in (5, 1, 9, 3, -(10**12)):
        loki.push({"app": "till"}, [(now + offset, str(offset))])
    assert loki.texts('{app="till"}') == [str(-(10**12)), "1", "3", "5", "9"]


def test_python_logging_loki_pushes(server: Server, loki: Loki) -> None:
    """A client from the package index, as applications use it."""
    handler = logging_loki.LokiHandler(
        url=f"{server.url}/loki/api/v1/push", tags={"application": "till"}, version="1"
    )
    logger = logging.getLogger("logpond.e2e")
    logger.propagate = False
    logger.addHandler(handler)
    try:
        logger.error("the drawer is stuck", extra={"tags": {"shop": "7"}})
    finally:
        logger.removeHandler(handler)
        handler.close()
    (line,) = loki.lines('{application="till", shop="7"}')
    assert line.text == "the drawer is stuck"
    assert dict(line.labels)["severity"] == "error"


# ---- queries ------------------------------------------------------------------------------------


def test_answers_have_lokis_envelope(dataset: Loki) -> None:
    answer = dataset.get(RANGE, query='{app="meta"}', **WINDOW)
    assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"
    body = answer.json()
    assert body["status"] == "success"
    assert body["data"]["resultType"] == "streams"
    assert "encodingFlags" not in body["data"]
    summary = body["data"]["stats"]["summary"]
    assert summary["totalEntriesReturned"] == 2
    assert summary["totalLinesProcessed"] >= 2
    assert {"execTime", "queueTime", "totalBytesProcessed", "splits", "subqueries"} <= set(summary)


def test_without_flags_all_labels_are_merged(dataset: Loki) -> None:
    first, second = dataset.range_data('{app="meta"}', **WINDOW, direction="forward")["result"]
    assert first["stream"] == {"app": "meta", "env": "prod", "trace": "abc", "user": "ann"}
    assert first["values"] == [[str(T0 + 22 * SECOND), "login ok"]]
    assert second["stream"]["user"] == "bob"


def test_categorized_labels(dataset: Loki) -> None:
    data = dataset.range_data('{app="meta"}', categorize=True, **WINDOW, direction="forward")
    assert data["encodingFlags"] == ["categorize-labels"]
    (stream,) = data["result"]
    assert stream["stream"] == {"app": "meta", "env": "prod"}
    assert stream["values"][1] == [
        str(T0 + 44 * SECOND),
        "login failed",
        {"structuredMetadata": {"trace": "def", "user": "bob"}},
    ]
    (parsed,) = dataset.lines('{app="shop"} |= "102" | logfmt level', categorize=True, **WINDOW)
    assert dict(parsed.parsed) == {"level": "error"}
    (plain,) = dataset.range_data('{app="pack"} |= "red"', categorize=True, **WINDOW)["result"]
    assert plain["values"][0][2] == {}


def test_direction_and_limit(dataset: Loki) -> None:
    def times(**parameters: object) -> list[int]:
        data = dataset.range_data('{app="shop"}', **WINDOW | parameters)
        return [(int(v[0]) - T0) // SECOND for s in data["result"] for v in s["values"]]

    assert times() == [70, 30, 20, 10]
    assert times(direction="FORWARD") == [10, 20, 30, 70]
    assert times(limit=2) == [70, 30]
    assert times(limit=2, direction="forward") == [10, 20]
    assert times(start=T0 + 20 * SECOND, end=T0 + 70 * SECOND) == [30, 20], "start in, end out"


def test_interval_thins_out(dataset: Loki) -> None:
    found = dataset.lines('{app="shop"}', **WINDOW, direction="forward", interval="20s")
    assert [(line.timestamp - T0) // SECOND for line in found] == [10, 30, 70]


def test_paging_meets_every_line_once(loki: Loki) -> None:
    now = time.time_ns()
    for stream in range(5):
        entries = [(now + i // 10, f"{stream}/{i}") for i in range(400)]  # ten of each time
        loki.push({"app": "paged", "stream": str(stream)}, entries)
    for direction in ("backward", "forward"):
        seen: set[str] = set()
        start, end = now - HOUR, now + HOUR
        while True:
            data = loki.range_data(
                '{app="paged"}', start=start, end=end, limit=150, direction=direction
            )
            page = [(int(v[0]), v[1]) for s in data["result"] for v in s["values"]]
            seen |= {text for _, text in page}
            if len(page) < 150:
                break
            if direction == "backward":
                end = min(t for t, _ in page) + 1
            else:
                start = max(t for t, _ in page)
        assert len(seen) == 2000, direction


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (T0, T0 + 200 * SECOND),
        (T0 // SECOND, T0 // SECOND + 200),
        (f"{T0 // SECOND}.000", f"{T0 // SECOND + 199}.5"),
        ("2026-11-21T00:00:00Z", "2026-11-21T00:03:20Z"),
        ("2026-11-21T00:00:00.000000000Z", "2026-11-21T01:03:20+01:00"),
    ],
)
def test_time_formats(dataset: Loki, start: object, end: object) -> None:
    assert len(dataset.texts('{app="shop"}', start=start, end=end)) == 4


def test_post_with_a_form_is_the_same_as_get(dataset: Loki) -> None:
    form = urlencode({"query": '{app="shop"}', "end": T0 + 200 * SECOND})
    answer = dataset.post(
        f"{RANGE}?start={T0}", form, Content_Type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["data"]["result"][0]["values"]) == 4


def test_instant_answers_for_grafanas_health_check(dataset: Loki) -> None:
    answer = dataset.get(
        "/loki/api/v1/query", query="vector(1)+vector(1)", direction="backward", time=4000000000
    )
    data = answer.json()["data"]
    assert data["resultType"] == "vector"
    assert data["result"] == [{"metric": {}, "value": [4000000000, "2"]}]


def test_matrix_is_aligned_to_the_step(dataset: Loki) -> None:
    data = dataset.range_data("vector(1)", start=T0 + 37 * SECOND, end=T0 + 81 * SECOND, step="30s")
    times = [at - T0 // SECOND for at, _ in data["result"][0]["values"]]
    assert times == [30, 60, 90]


def test_log_volume_query_of_grafana(loki: Loki) -> None:
    now = time.time_ns()
    entries = [(now + i, f"level={'error' if i % 4 == 0 else 'info'} n={i}") for i in range(20)]
    loki.push({"app": "till"}, entries)
    query = 'sum by (level, detected_level) (count_over_time({app="till"} | drop __error__[2h]))'
    assert loki.instant(query, now + HOUR) == {
        (("detected_level", "error"),): 5,
        (("detected_level", "info"),): 15,
    }


def test_gzip_answers_when_asked(dataset: Loki) -> None:
    parameters = {"query": '{app=~".+"}', "start": T0, "end": T0 + 200 * SECOND}
    packed = dataset.session.get(dataset.url + RANGE, params=parameters)
    plain = dataset.session.get(
        dataset.url + RANGE, params=parameters, headers={"Accept-Encoding": "identity"}
    )
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert packed.json()["data"]["result"] == plain.json()["data"]["result"]


# ---- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"limit": "0"}, "limit must be a positive value"),
        (
            {"limit": "9999"},
            "max entries limit per query exceeded, limit > max_entries_limit_per_query (9999 > 5000)",
        ),
        (
            {"start": "abc"},
            "could not parse 'start' parameter: strconv.ParseInt: parsing \"abc\": invalid syntax",
        ),
        ({"direction": "up"}, "invalid direction 'up'"),
        ({"query": ""}, "parse error : syntax error: unexpected $end"),
        ({"step": "0"}, "zero or negative query resolution step widths are not accepted. "),
        ({"step": "0.5m"}, 'cannot parse "0.5m" to a valid duration'),
        ({"step": "0.001"}, "exceeded maximum resolution of 11,000 points per time series."),
        ({"end": str(T0 - 1)}, "end timestamp must not be before or equal to start time"),
        (
            {"start": str(T0 - 26449 * HOUR)},
            "the query time range exceeds the limit (query length: 26449h3m20s, limit: 30d1h)",
        ),
    ],
)
def test_refused_parameters(dataset: Loki, parameters: dict[str, str], text: str) -> None:
    asked = {"query": '{app="shop"}', **WINDOW} | parameters
    answer = dataset.get(RANGE, **asked)
    assert answer.status_code == 400
    assert text in answer.text
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_query_that_is_too_long_is_refused(dataset: Loki) -> None:
    query = '{app="' + "x" * 131_072 + '"}'
    form = urlencode({"query": query} | WINDOW)
    answer = dataset.post(RANGE, form, Content_Type="application/x-www-form-urlencoded")
    assert answer.status_code == 400
    assert f"parse error : input size too long ({len(query)} > 131072)" in answer.text


# ---- look-ups -----------------------------------------------------------------------------------


def test_label_names_and_values(dataset: Loki) -> None:
    root = "/loki/api/v1"
    assert dataset.get(f"{root}/labels", **WINDOW).json() == {
        "status": "success",
        "data": ["app", "env"],
    }
    assert dataset.get(f"{root}/labels", start=1, end=2).json() == {"status": "success"}
    values = f"{root}/label/app/values"
    assert dataset.get(values, **WINDOW).json()["data"] == ["gate", "meta", "pack", "shop"]
    dev = dataset.get(values, **WINDOW, query='{env="dev"}').json()["data"]
    assert dev == ["gate", "pack"]
    assert dataset.get(f"{root}/label/nope/values", **WINDOW).json() == {"status": "success"}
    assert dataset.get(f"{root}/labels", **WINDOW, query="{}").status_code == 400


def test_series(dataset: Loki) -> None:
    path = "/loki/api/v1/series"
    gate = dataset.get(path, **WINDOW, **{"match[]": '{app="gate"}'}).json()["data"]
    assert sorted(gate, key=str) == [{"app": "gate", "env": "dev"}, {"app": "gate", "env": "prod"}]
    both = {"match": ['{app="meta"}', '{app="pack"}']}
    assert len(dataset.get(path, **WINDOW, **both).json()["data"]) == 2
    assert len(dataset.get(path, **WINDOW).json()["data"]) == 5
    assert dataset.get(path, start=1, end=2).json()["data"] == []
    refused = dataset.get(path, **WINDOW, **{"match[]": '{app="gate"} |= "x"'})
    assert (refused.status_code, refused.text) == (400, "only label matchers are supported")


def test_index_stats_and_volume(dataset: Loki) -> None:
    stats = dataset.get("/loki/api/v1/index/stats", **WINDOW, query='{app="gate"}').json()
    assert (stats["streams"], stats["entries"]) == (2, 7)
    assert stats["bytes"] == 345
    volume = dataset.get("/loki/api/v1/index/volume", **WINDOW, query='{app=~".+"}').json()
    assert volume["data"]["resultType"] == "vector"
    rows = {row["metric"]["app"]: row["value"][1] for row in volume["data"]["result"]}
    assert (rows["gate"], rows["shop"]) == ("345", "264")
    assert list(rows) == sorted(rows, key=lambda app: -int(rows[app]))


def test_detected_labels(dataset: Loki) -> None:
    found = dataset.get("/loki/api/v1/detected_labels", **WINDOW).json()["detectedLabels"]
    assert sorted((row["label"], row["cardinality"]) for row in found) == [("app", 4), ("env", 2)]


def test_format_query(dataset: Loki) -> None:
    path = "/loki/api/v1/format_query"
    pretty = dataset.get(path, query='sum(rate({a="b"}|="x"[1m]))by(c)').json()
    assert pretty == {"status": "success", "data": 'sum by (c)(rate({a="b"} |= "x"[1m]))'}
    broken = dataset.get(path, query="sum(")
    assert broken.status_code == 400
    assert broken.json()["status"] == "invalid-query"
    assert broken.json()["error"].startswith("parse error")


def test_build_info_ready_and_metrics(dataset: Loki) -> None:
    info = dataset.get("/loki/api/v1/status/buildinfo").json()
    assert info["version"].startswith("3.")
    assert info["revision"]
    ready = dataset.get("/ready")
    assert (ready.status_code, ready.text) == (200, "ready\n")
    metrics = dataset.get("/metrics").text
    assert "# TYPE logpond_" in metrics
    assert "process_resident_memory_bytes" in metrics


def test_openapi_names_every_route_that_answers(dataset: Loki) -> None:
    paths = dataset.get("/api/openapi.json").json()["paths"]
    for path in ("/loki/api/v1/push", "/loki/api/v1/query_range", "/api/v1/tail", "/ready"):
        assert path in paths


# ---- tenants ------------------------------------------------------------------------------------


def test_tenants_do_not_see_each_other(make_server: Callable[..., Server]) -> None:
    server = make_server(config="[server]\nmulti_tenant = true\n").start()
    one, two = Loki(server.url, tenant="one"), Loki(server.url, tenant="two")
    one.push({"app": "till"}, [(time.time_ns(), "of one")])
    two.push({"app": "till"}, [(time.time_ns(), "of two")])
    assert one.texts('{app="till"}') == ["of one"]
    assert two.texts('{app="till"}') == ["of two"]
    nobody = Loki(server.url)
    for answer in (
        nobody.try_push({"app": "till"}, [(time.time_ns(), "x")]),
        nobody.get(RANGE, query='{app="till"}'),
    ):
        assert (answer.status_code, answer.text.strip()) == (401, "no org id")
    bad = Loki(server.url, tenant="../up")
    assert bad.try_push({"app": "till"}, [(time.time_ns(), "x")]).status_code == 400


def test_single_tenant_ignores_the_header(server: Server) -> None:
    Loki(server.url, tenant="one").push({"app": "till"}, [(time.time_ns(), "of one")])
    assert Loki(server.url, tenant="two").texts('{app="till"}') == ["of one"]
    eventually("it is found without a tenant", lambda: Loki(server.url).texts('{app="till"}'))
