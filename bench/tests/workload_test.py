"""The queries and their answers, against the naive way of counting."""

import collections
import json
import re

import pytest

import documents
import workload

SHAPES = ["trace id", "rare word", "common word", "substring", "phrase", "IP address",
          "digits in ids", "regex", "counts", "last lines"]


@pytest.fixture(scope="module")
def records(work):
    return [json.loads(line) for line in work.path.read_text().splitlines()]


@pytest.fixture(scope="module")
def query_of(work):
    return lambda name: next(query for query in work.queries if query.name == name)


def test_there_are_ten_shapes_and_each_finds_something(work):
    assert [query.name for query in work.queries] == SHAPES
    assert all(query.hits > 0 for query in work.queries)
    assert work.lines == 30_000 and work.bytes == work.path.stat().st_size


@pytest.mark.parametrize("name", ["substring", "phrase", "IP address", "digits in ids"])
def test_totals_are_those_of_a_naive_count(query_of, records, work, name):
    query = query_of(name)
    assert query.answer == sum(query.text in record["message"] for record in records)
    lines = work.path.read_text().splitlines()
    assert query.raw_answer == sum(query.text in line for line in lines)


def test_groups_and_patterns_are_those_of_a_naive_count(query_of, records):
    common, pattern = query_of("common word"), query_of("regex")
    assert common.answer == dict(collections.Counter(
        record["service"] for record in records if common.text in record["message"]))
    assert pattern.answer == sum(
        re.search(pattern.text, record["message"]) is not None for record in records)
    assert query_of("counts").hits == len(records)
    assert query_of("trace id").hits == 1


def test_rows_are_compared_by_their_whole_text(query_of, records):
    rare = query_of("rare word")
    rows = [(0, record["message"]) for record in records if rare.text in record["message"]]
    assert workload.rows_answer(rare, rows[::-1]) == rare.answer
    rows[0] = (0, rows[0][1] + "!")
    assert workload.rows_answer(rare, rows) != rare.answer


def test_newest_rows_may_differ_only_in_their_oldest_millisecond(query_of, records):
    last = query_of("last lines")
    rows = [(workload.milliseconds(record["timestamp"]), record["message"])
            for record in records[-workload.NEWEST:]]
    oldest = min(ms for ms, _ in rows)
    assert workload.rows_answer(last, rows) == last.answer
    assert workload.rows_answer(last, [(oldest, "another of that time"), *rows[1:]]) == last.answer
    assert workload.rows_answer(last, [*rows[:-1], (rows[-1][0], "no such line")]) != last.answer
    assert workload.rows_answer(last, rows[:-1]) != last.answer


def test_whole_words_are_told_from_parts_of_words(query_of, records):
    for name in ("rare word", "common word", "phrase"):
        query = query_of(name)
        beside = re.compile(r"(?<!\w)" + re.escape(query.text) + r"(?!\w)")
        assert query.is_word == all(
            len(beside.findall(record["message"])) == record["message"].count(query.text)
            for record in records if query.text in record["message"])
    assert not query_of("substring").is_word


def test_a_record_on_the_minute_belongs_to_the_minute_that_ends(tmp_path, work):
    assert workload.minute_end(60_000) == 60 and workload.minute_end(60_001) == 120
    assert workload.milliseconds("1970-01-01T00:01:00.250Z") == 60_250
    assert workload.milliseconds("1970-01-01T00:01:00.123456789Z") == 60_123
    first = work.path.read_text().splitlines()[:2000]
    moved = [re.sub(r'"timestamp":"[^"]*"', '"timestamp":"2026-01-05T08:0%s"' % stamp, line)
             for line, stamp in zip(first, ["1:00.000Z", "1:00.001Z"] * 1000)]
    path = tmp_path / "minutes.ndjson"
    path.write_text("\n".join(moved) + "\n")
    queries = workload.read_workload(path, tmp_path).queries
    counts = next(query for query in queries if query.name == "counts").answer
    by_minute = collections.Counter()
    for (_, minute), count in counts.items():
        by_minute[minute] += count
    end = workload.milliseconds("2026-01-05T08:01:00Z") // 1000
    assert by_minute == {end: 1000, end + 60: 1000}


def test_documents_are_read_as_loki_reads_them(tmp_path):
    path = tmp_path / "json.log"
    path.write_text('{"status":500,"route":"/a","duration_ms":1.5}\n'
                    '{"status":"503","route":"/a"}\n{"status":499,"route":"/b","duration_ms":2}\n'
                    '{"status":null,"route":""}\n{"status":500\nplain text\n[500]\n')
    read = documents.read("json", path)
    assert read.lines == 7
    assert read.answers == {"count": 2, "group": {"/a": 2, "/b": 1},
                            "sum": {"/a": 1.5, "/b": 2.0}}
    path.write_text('status=500 msg="a \\"b\\" status=1" route=/a duration_ms=0.5\nroute=/a x\n')
    assert documents.read("logfmt", path).answers == {
        "count": 1, "group": {"/a": 2}, "sum": {"/a": 0.5}}
