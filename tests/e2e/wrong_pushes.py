"""Pushes that are wrong in one way each, and what the server must say to them."""

import gzip
import json
import time
import zlib
from dataclasses import dataclass, field
from typing import Any

import cramjam

from support.loki import HOUR, push_body
from support.push_message import entry_message, push_message, snappy_block

NOW = time.time_ns()
GOOD = push_body({"job": "wrong"}, [(NOW, "a line that must not be stored")])
JSON_TYPE = {"Content-Type": "application/json"}
PROTOBUF_TYPE = {"Content-Type": "application/x-protobuf"}
BOMB_MEGABYTES = 300


@dataclass(frozen=True)
class Push:
    """A request, and the status and a piece of the sentence that answer it."""

    name: str
    body: bytes
    status: int
    sentence: str
    headers: dict[str, str] = field(default_factory=lambda: JSON_TYPE)
    path: str = "/loki/api/v1/push"


def _value(value: Any) -> bytes:
    return json.dumps({"streams": [{"stream": {"job": "wrong"}, "values": [value]}]}).encode()


def _stream(labels: Any) -> bytes:
    return json.dumps({"streams": [{"stream": labels, "values": [[str(NOW), "x"]]}]}).encode()


def _gzip_bomb() -> bytes:
    return gzip.compress(bytes(1 << 20)) * BOMB_MEGABYTES


def _deflate_bomb() -> bytes:
    """A full flush leaves no memory of what was before, so that its output can be repeated."""
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = squeezer.compress(bytes(1 << 20)) + squeezer.flush(zlib.Z_FULL_FLUSH)
    return block * BOMB_MEGABYTES + squeezer.flush()


def _protobuf(content: bytes) -> bytes:
    return snappy_block(content)


def loki_json_pushes() -> list[Push]:
    good = json.dumps(GOOD).encode()
    parse = "couldn't parse push request: "
    return [
        Push("nothing at all", b"", 400, parse),
        Push("no JSON", b"hello", 400, parse),
        Push("an array", b"[]", 400, parse),
        Push("a number", b"1", 400, parse),
        Push("null", b"null", 400, parse),
        Push("text behind", good + b"x", 400, parse),
        Push("two objects", good + good, 400, parse),
        Push("deep nesting", b'{"streams":' + b"[" * 100_000, 400, parse),
        Push("raw NUL in a line", good.replace(b"must", b"mu\0t"), 400, parse),
        Push("raw line feed in a line", good.replace(b"must", b"mu\nt"), 400, parse),
        Push("bad escape", good.replace(b"must", b"mu\\xt"), 400, parse),
        Push("lone surrogate's begin", good.replace(b"must", b"\\ud8"), 400, parse),
        Push("streams is an object", b'{"streams":{}}', 400, '"streams" must be an array'),
        Push("a stream is a number", b'{"streams":[1]}', 400, "a stream must be an object"),
        Push("no streams", b'{"streams":[]}', 422, "at least one valid stream is required"),
        Push("empty object", b"{}", 422, "at least one valid stream is required"),
        Push("number as time", _value([NOW, "x"]), 400, parse),
        Push("words as time", _value(["now", "x"]), 400, "must be a string of nanoseconds"),
        Push("empty time", _value(["", "x"]), 400, "must be a string of nanoseconds"),
        Push("fraction as time", _value(["1.5", "x"]), 400, "must be a string of nanoseconds"),
        Push("time beyond 64 bits", _value([str(1 << 63), "x"]), 400, "nanoseconds"),
        Push("time at the end of 64 bits", _value([str((1 << 63) - 1), "x"]), 400, "too new"),
        Push("time in an hour", _value([str(NOW + HOUR), "x"]), 400, "has timestamp too new"),
        Push("no line", _value([str(NOW)]), 400, "a record needs a time and a line"),
        Push("empty record", _value([]), 400, "a record needs a time and a line"),
        Push("line is a number", _value([str(NOW), 1]), 400, "the line must be a string"),
        Push("line is null", _value([str(NOW), None]), 400, "the line must be a string"),
        Push("metadata with a number", _value([str(NOW), "x", {"k": 1}]), 400, "must be a string"),
        Push("metadata is a list", _value([str(NOW), "x", []]), 400, "must be an object"),
        Push("four members", _value([str(NOW), "x", {}, 1]), 400, "more than a time"),
        Push("no labels", _stream({}), 400, "at least one label pair is required per stream"),
        Push("labels are a list", _stream([]), 400, '"stream" must be an object'),
        Push("label value is a number", _stream({"a": 1}), 400, "must be a string"),
        Push(
            "bad label name",
            _stream({"bad-name": "x"}),
            400,
            "couldn't parse labels: 1:5: parse error: unexpected character inside braces: '-'",
        ),
        Push("65 labels", _stream({f"l{i}": "x" for i in range(65)}), 400, "label names; limit 64"),
        Push(
            "10,000 labels",
            _stream({f"label_{i}": "x" for i in range(10_000)}),
            400,
            "has 10000 label names; limit 64",
        ),
        Push("long label name", _stream({"n" * 1025: "x"}), 400, "label name too long"),
        Push("long label value", _stream({"a": "v" * 2049}), 400, "label value too long"),
        Push(
            "long line",
            _value([str(NOW), "x" * ((1 << 20) + 1)]),
            400,
            "max entry size '1048576' bytes exceeded for stream",
        ),
        Push(
            "heavy metadata",
            _value([str(NOW), "x", {"k": "v" * (2 << 20)}]),
            400,
            "structured metadata too large",
        ),
        Push("no content type", good, 400, "mime: no media type", {"Content-Type": ""}),
        Push("JSON called protobuf", good, 400, "snappy: corrupt input", PROTOBUF_TYPE),
        Push(
            "unknown encoding",
            good,
            400,
            'Content-Encoding "br" not supported',
            JSON_TYPE | {"Content-Encoding": "br"},
        ),
        Push("gzip that is none", good, 400, "gzip", JSON_TYPE | {"Content-Encoding": "gzip"}),
        Push(
            "gzip cut short",
            gzip.compress(good)[:-9],
            400,
            "gzip: stream is cut short",
            JSON_TYPE | {"Content-Encoding": "gzip"},
        ),
        Push(
            "gzip bomb",
            _gzip_bomb(),
            413,
            "request body too large",
            JSON_TYPE | {"Content-Encoding": "gzip"},
        ),
        Push(
            "deflate bomb",
            _deflate_bomb(),
            413,
            "request body too large",
            JSON_TYPE | {"Content-Encoding": "deflate"},
        ),
        Push(
            "zstd bomb",
            bytes(cramjam.zstd.compress(bytes(BOMB_MEGABYTES << 20))),
            413,
            "request body too large",
            JSON_TYPE | {"Content-Encoding": "zstd"},
        ),
    ]


def loki_protobuf_pushes() -> list[Push]:
    entry = entry_message(NOW, "a line that must not be stored")
    good = push_message([('{job="wrong"}', [entry])])
    lying_snappy = b"\xff\xff\xff\xff\x0f" + b"x" * 100  # announces 4 GiB
    bad_labels = "couldn't parse labels: "

    def with_labels(labels: str) -> bytes:
        return _protobuf(push_message([(labels, [entry])]))

    pushes = [
        Push("protobuf: nothing", b"", 400, "snappy: corrupt input", PROTOBUF_TYPE),
        Push("protobuf: not snappy", good, 400, "snappy: corrupt input", PROTOBUF_TYPE),
        Push("protobuf: snappy lies", lying_snappy, 413, "too large", PROTOBUF_TYPE),
        Push("protobuf: garbage inside", _protobuf(b"\xff" * 50), 400, "", PROTOBUF_TYPE),
        Push("protobuf: no streams", _protobuf(b""), 422, "at least one valid", PROTOBUF_TYPE),
        Push("protobuf: no braces", with_labels("job"), 400, bad_labels, PROTOBUF_TYPE),
        Push("protobuf: open braces", with_labels('{job="x"'), 400, bad_labels, PROTOBUF_TYPE),
        Push("protobuf: twice", with_labels('{a="1",a="2"}'), 400, "", PROTOBUF_TYPE),
        Push("protobuf: empty", with_labels("{}"), 400, "at least one label pair", PROTOBUF_TYPE),
    ]
    pushes += [
        Push(f"protobuf cut after {n}", _protobuf(good[:n]), 400, "", PROTOBUF_TYPE)
        for n in range(1, len(good), 7)
    ]
    return pushes


def jsonline_pushes() -> list[Push]:
    path = "/insert/jsonline?_stream_fields=job"
    none = "lines could be stored"
    many_fields = json.dumps({f"f{i}": "v" for i in range(5000)}).encode()

    def push(name: str, body: bytes, status: int, sentence: str, **headers: str) -> Push:
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        return Push(f"jsonline: {name}", body, status, sentence, named, path)

    return [
        push("no JSON", b"hello\nworld\n", 400, f"none of 2 {none}"),
        push("arrays", b"[1]\n[2]\n[3]\n", 400, f"none of 3 {none}"),
        push("cut", b'{"_msg":"x"', 400, f"none of 1 {none}"),
        push("time in an hour", _row(time_ns=NOW + HOUR), 400, none),
        push("unknown encoding", b"{}", 400, "not supported", Content_Encoding="br"),
        push("gzip bomb", _gzip_bomb(), 413, "larger than", Content_Encoding="gzip"),
        push("nothing", b"", 200, ""),
        push("only line ends", b"\n\r\n\n", 200, ""),
        push("many fields", many_fields, 200, ""),
    ]


def _row(time_ns: int) -> bytes:
    return json.dumps({"_msg": "x", "_time": str(time_ns), "job": "wrong"}).encode()


def truncations() -> list[bytes]:
    """Every beginning of a good JSON push but the whole."""
    good = json.dumps(GOOD | {"and": {"more": [1, True, None, "x"]}}).encode()
    return [good[:n] for n in range(len(good))]
