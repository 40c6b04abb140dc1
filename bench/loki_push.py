"""Bodies of Loki's push API, protobuf in snappy, as Promtail and Alloy send them.

They are made before anything is measured: the sender's work is not the server's. The snappy frame
is one literal: valid, and no work to unpack.
"""

import collections
import json
import struct

import sending
import workload

PATH = "/loki/api/v1/push"
HEADERS = {"Content-Type": "application/x-protobuf"}
BATCH_LINES = 5000


def _varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _field(number, content):
    return bytes((number << 3 | 2,)) + _varint(len(content)) + content


def entry(ms, line, metadata=()):
    """An entry with its time in milliseconds, its line as bytes and (name, value) pairs."""
    seconds, rest = divmod(ms, 1000)
    stamp = b"\x08" + _varint(seconds) + (b"\x10" + _varint(rest * 1_000_000) if rest else b"")
    pairs = b"".join(_field(3, _field(1, name.encode()) + _field(2, value.encode()))
                     for name, value in metadata)
    return _field(2, _field(1, stamp) + _field(2, line) + pairs)


def snappy(raw):
    """`raw` as one literal of the snappy format."""
    return _varint(len(raw)) + b"\xfc" + struct.pack("<I", len(raw) - 1) + raw


def body(streams):
    """`streams` maps a label text like {service="a"} to its entries."""
    return snappy(b"".join(_field(1, _field(1, labels.encode()) + b"".join(entries))
                           for labels, entries in streams.items()))


def write_records(path, out_path):
    """The NDJSON corpus as bodies: service and host are labels, level and trace_id metadata."""
    with open(out_path, "wb") as out:
        streams, count = collections.defaultdict(list), 0
        for _, match in workload.matched_lines(path):
            stamp, service, host, level, message, trace = match.groups()
            if "\\" in message:
                message = json.loads(f'"{message}"')
            metadata = [("level", level)] + ([("trace_id", trace)] if trace else [])
            streams[f'{{service="{service}", host="{host}"}}'].append(
                entry(workload.milliseconds(stamp), message.encode(), metadata))
            count += 1
            if count % BATCH_LINES == 0:
                sending.write_body(out, body(streams))
                streams.clear()
        if streams:
            sending.write_body(out, body(streams))


def write_lines(path, out_path, labels, start_ms, step_ms):
    """Bare lines as bodies of one stream; line n has the time start_ms + n * step_ms.

    Returns the number of lines.
    """
    with open(path, "rb") as file, open(out_path, "wb") as out:
        entries, number = [], 0
        size = 0
        for line in file:
            entries.append(entry(start_ms + number * step_ms, line.rstrip(b"\n")))
            number += 1
            size += len(line)
            if len(entries) == BATCH_LINES or size > sending.PIECE_BYTES:
                sending.write_body(out, body({labels: entries}))
                entries, size = [], 0
        if entries:
            sending.write_body(out, body({labels: entries}))
    return number
