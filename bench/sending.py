"""Hands the corpus out in request bodies, and posts them from a few threads at full rate."""

import mmap
import struct
import threading

import measure

PIECE_BYTES = 4 << 20
SENDERS = 2
_LENGTH = struct.Struct("<I")


class Pieces:
    """The file in pieces of whole lines of up to `piece_bytes`, to several threads."""

    def __init__(self, path, piece_bytes=PIECE_BYTES):
        self._path, self._piece_bytes, self._start = path, piece_bytes, 0
        self._lock = threading.Lock()

    def __enter__(self):
        with open(self._path, "rb") as file:
            self._text = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        self._view = memoryview(self._text)
        return self

    def __exit__(self, *_):
        self._view.release()
        self._text.close()

    def take(self):
        """The next piece, or None at the end. The caller releases it."""
        with self._lock:
            start = self._start
            if start >= len(self._text):
                return None
            end = self._text.rfind(b"\n", start, start + self._piece_bytes) + 1
            if end == 0:  # a line longer than a piece
                end = (self._text.find(b"\n", start) + 1) or len(self._text)
            self._start = end
            return self._view[start:end]


class Bodies(Pieces):
    """A file of ready-made bodies, each behind its length (write_body), handed out likewise."""

    def take(self):
        with self._lock:
            if self._start >= len(self._text):
                return None
            begin = self._start + _LENGTH.size
            self._start = begin + _LENGTH.unpack_from(self._text, self._start)[0]
            return self._view[begin:self._start]


def write_body(out, body):
    out.write(_LENGTH.pack(len(body)))
    out.write(body)


def send_all(source, server, path, headers):
    """Posts all that `source` hands out to a ServerProcess; returns the figures of the sending.

    Two requests are under way at any time, so that the server never waits for the sender.
    """
    retries = []

    def send():
        connection = server.connect()
        while (piece := source.take()) is not None:
            with piece:
                retries.append(server.post_with_patience(path, piece, headers, connection))
        connection.close()

    sender = measure.OwnCpu()
    with source, measure.measured(server.pid) as cost:
        measure.in_parallel([send] * SENDERS)
    return {"cpu_sending_s": cost.cpu_s, "wall_sending_s": cost.wall_s,
            "sender_cpu_s": sender.stop(), "retries": sum(retries),
            "rss_peak_bytes": cost.rss_peak_bytes}
