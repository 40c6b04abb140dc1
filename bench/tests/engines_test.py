"""The systems that need nothing but the machine, against the counted answers; how all are asked."""

import os
import pathlib
import struct

import pytest

import loki_push
import sending
from engines import chdb_engine, duckdb_engine, loki_api, plain_file, quickwit, registry
from engines import victorialogs
from engines.logpond import Logpond

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("LOGPOND_BIN", ROOT / "build/release/logpond"))


@pytest.mark.parametrize("make_engine", [plain_file.Ripgrep, plain_file.Zstd],
                         ids=["rg", "zstd | rg"])
def test_files_give_the_counted_answers(make_engine, work, tmp_path):
    with make_engine() as engine:
        engine.start(tmp_path / "data")
        if engine.stores:
            assert 0 < engine.ingest(work)["disk_bytes"] < work.bytes
        asked = [query for query in work.queries if engine.can_answer(query)]
        assert len(asked) == 8
        for query in asked:
            answer, cost = engine.ask(query, work)
            assert answer == engine.expected(query), query.name
            assert cost.wall_s > 0


def test_logpond_gives_the_counted_answers(work, tmp_path):
    with Logpond(BINARY) as engine:
        engine.start(tmp_path / "data")
        figures = engine.ingest(work)
        assert engine.stored_lines(work) == work.lines
        assert 0 < figures["disk_bytes"] < work.bytes and figures["cpu_s"] > 0
        for query in work.queries:
            assert engine.ask(query, work)[0] == query.answer, query.name


def test_blocks_unpack_by_themselves(work, tmp_path, monkeypatch):
    monkeypatch.setattr(plain_file, "BLOCK_BYTES", 1 << 20)
    figures = plain_file.compress_in_blocks(work.path, tmp_path / "blocks.zst")
    assert figures["disk_bytes"] == (tmp_path / "blocks.zst").stat().st_size
    assert not (tmp_path / "blocks.piece").exists()


def test_keys_and_names_are_unique_and_every_engine_says_whether_it_can_run(monkeypatch):
    for variable in ("VICTORIALOGS", "LOKI", "QUICKWIT", "CLP_S"):
        monkeypatch.delenv(f"LOGPOND_BENCH_{variable}", raising=False)
    engines = registry.all_engines(BINARY)
    assert len({engine.key for engine in engines}) == len(engines)
    assert len({engine.name for engine in engines}) == len(engines)
    named = {engine.key: engine.unavailable() for engine in engines}
    assert "LOGPOND_BENCH_LOKI names no binary" in named["loki"]
    monkeypatch.setenv("LOGPOND_BENCH_LOKI", "/nowhere/loki")
    named = {engine.key: engine.unavailable() for engine in registry.all_engines(BINARY)}
    assert "/nowhere/loki is no program" in named["loki"]


def test_texts_are_quoted_in_every_language(work):
    query = next(q for q in work.queries if q.name == "substring")
    awkward = type(query)("odd", "literal", "total", "it's 100%_\\\"x\"")
    assert "'it\\'s 100%_\\\\\"x\"'" in chdb_engine.ChDb().query_text(awkward)
    assert "LIKE '%it\\'s 100\\\\%\\\\_" in chdb_engine.ChDbText().query_text(awkward)
    assert "contains(message, 'it''s 100%_\\\"x\"')" in duckdb_engine.DuckDb().query_text(awkward)
    assert '|= "it\'s 100%_\\\\\\"x\\""' in loki_api.query_text(awkward, 60)
    assert victorialogs.query_text(awkward).startswith('*"it\'s')


def test_an_index_of_words_is_used_only_where_it_gives_the_same_answer(work):
    query = next(q for q in work.queries if q.name == "substring")
    word = type(query)("word", "literal", "total", "enabled", is_word=True)
    assert "hasToken(message, 'enabled')" in chdb_engine.ChDbText().query_text(word)
    assert victorialogs.query_text(word) == '"enabled" | stats count() n'
    assert victorialogs.query_text(query).startswith(f'*"{query.text}"*')
    assert not quickwit.Quickwit().can_answer(query)
    assert quickwit.Quickwit().can_answer(word)


def test_pieces_are_whole_lines_and_the_whole_file(work):
    pieces = []
    with sending.Pieces(work.path) as source:
        while (piece := source.take()) is not None:
            with piece:
                pieces.append(bytes(piece))
    assert len(pieces) > 1
    assert all(piece.endswith(b"\n") for piece in pieces)
    assert b"".join(pieces) == work.path.read_bytes()


def test_push_bodies_hold_every_line(work, tmp_path):
    path = tmp_path / "push.bodies"
    loki_push.write_records(work.path, path)
    lines = 0
    with sending.Bodies(path) as source:
        while (body := source.take()) is not None:
            with body:
                lines += _entries(_unpacked(bytes(body)))
    assert lines == work.lines


def _unpacked(body):
    """The inverse of loki_push.snappy, checked on the way."""
    length, place = _varint(body, 0)
    assert body[place] == 0xFC
    assert struct.unpack_from("<I", body, place + 1)[0] == length - 1
    raw = body[place + 5:]
    assert len(raw) == length
    return raw


def _varint(body, place):
    value = shift = 0
    while True:
        byte = body[place]
        value |= (byte & 0x7F) << shift
        shift, place = shift + 7, place + 1
        if byte < 0x80:
            return value, place


def _fields(message):
    place = 0
    while place < len(message):
        tag, length_at = _varint(message, place)
        assert tag & 7 == 2
        length, begin = _varint(message, length_at)
        place = begin + length
        yield tag >> 3, message[begin:place]


def _entries(request):
    return sum(number == 2 for _, stream in _fields(request) for number, _ in _fields(stream))
