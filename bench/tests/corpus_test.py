"""The made corpora: equal bytes for equal options, and the promised shape."""

import json

import pytest

import make_structured
import workload


def test_equal_seeds_give_equal_lines_and_others_do_not(make):
    first = make("make_corpus.py", "--lines", 3000, "--seed", 5)
    assert first == make("make_corpus.py", "--lines", 3000, "--seed", 5)
    assert first != make("make_corpus.py", "--lines", 3000, "--seed", 6)


def test_lines_have_the_promised_shape_and_size(work):
    text = work.path.read_text()
    records = [json.loads(line) for line in text.splitlines()]
    assert len(records) == 30_000
    assert len(text) / len(records) == pytest.approx(176, abs=6)
    assert sum("trace_id" in record for record in records) / len(records) == pytest.approx(
        0.2, abs=0.02)
    assert len({record["service"] for record in records}) > 20
    stamps = [record["timestamp"] for record in records]
    assert stamps == sorted(stamps)


@pytest.mark.parametrize("kind,lines,raw_bytes", [("json", 2000, 320), ("logfmt", 2000, 290),
                                                  ("wide", 300, 3500)])
def test_structured_lines_are_repeatable_and_of_the_promised_size(make, kind, lines, raw_bytes):
    first = make("make_structured.py", "--kind", kind, "--lines", lines, "--seed", 2)
    assert first == make("make_structured.py", "--kind", kind, "--lines", lines, "--seed", 2)
    assert first.count(b"\n") == lines
    assert len(first) / lines == pytest.approx(raw_bytes, rel=0.15)


def test_most_json_lines_are_documents_and_a_few_are_not():
    lines = "".join(make_structured.blocks("json", 6000, 1)).splitlines()
    refused = 0
    for line in lines:
        try:
            json.loads(line)
        except ValueError:
            refused += 1
    assert 0 < refused < 30


def test_logfmt_quotes_what_would_not_be_one_value():
    assert make_structured.logfmt({"a": 1, "b": {"c": "x y", "d": ""}, "e": [1, 2], "f": None,
                                   "g": True, "h": 'say "x"'}) == (
        'a=1 b.c="x y" b.d="" e="[1 2]" f=null g=true h="say \\"x\\""')


def test_an_odd_line_is_refused_with_its_number(work, tmp_path):
    path = tmp_path / "odd.ndjson"
    path.write_text(work.path.read_text().split("\n", 1)[0] + '\n{"a":1}\n')
    with pytest.raises(workload.CorpusError, match="line 2"):
        workload.read_workload(path, tmp_path)
