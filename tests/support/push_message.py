"""Loki's protobuf push message, written by hand: a dozen lines need no compiler."""

import cramjam


def _varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _number(place: int, number: int) -> bytes:
    return _varint(place << 3) + _varint(number)


def _bytes(place: int, content: bytes) -> bytes:
    return _varint(place << 3 | 2) + _varint(len(content)) + content


def _text(place: int, text: str | bytes) -> bytes:
    return _bytes(place, text.encode() if isinstance(text, str) else text)


def entry_message(
    timestamp: int, line: str | bytes, metadata: dict[str, str] | None = None
) -> bytes:
    seconds, nanos = divmod(timestamp, 10**9)
    out = _bytes(1, _number(1, seconds) + _number(2, nanos)) + _text(2, line)
    for name, value in (metadata or {}).items():
        out += _bytes(3, _text(1, name) + _text(2, value))
    return out


def push_message(streams: list[tuple[str, list[bytes]]]) -> bytes:
    """A PushRequest of label texts (`{app="till"}`) and their entry_message()s."""
    return b"".join(
        _bytes(1, _text(1, labels) + b"".join(_bytes(2, entry) for entry in entries))
        for labels, entries in streams
    )


def snappy_block(content: bytes) -> bytes:
    return bytes(cramjam.snappy.compress_raw(content))
