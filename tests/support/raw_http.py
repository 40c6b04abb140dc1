"""HTTP spoken byte by byte, for requests that no decent client sends."""

import socket
from dataclasses import dataclass


@dataclass
class RawAnswer:
    """`status` is 0 when the server closed without an answer."""

    status: int
    headers: dict[str, str]
    body: bytes
    is_open: bool


class RawConnection:
    def __init__(self, port: int, seconds: float = 20):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._read = b""

    def __enter__(self) -> "RawConnection":
        return self

    def __exit__(self, *_) -> None:
        self.socket.close()

    def send(self, content: bytes) -> None:
        """Sends what the server takes; it may have closed already and that is its right."""
        try:
            self.socket.sendall(content)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def ask(self, content: bytes) -> RawAnswer:
        self.send(content)
        return self.answer()

    def answer(self) -> RawAnswer:
        """Reads one answer with a Content-Length (or none, to the end of the connection)."""
        while b"\r\n\r\n" not in self._read:
            if not self._more():
                return RawAnswer(0, {}, self._read, False)
        head, self._read = self._read.split(b"\r\n\r\n", 1)
        first, *rest = head.decode("latin-1").split("\r\n")
        headers = {}
        for line in rest:
            name, value = line.split(":", 1)
            headers[name.strip().lower()] = value.strip()
        status = int(first.split()[1])
        length = int(headers.get("content-length", "0"))
        while len(self._read) < length and self._more():
            pass
        body, self._read = self._read[:length], self._read[length:]
        return RawAnswer(status, headers, body, headers.get("connection", "") != "close")

    def is_closed_by_peer(self) -> bool:
        """Waits (up to the socket's timeout) for the end of the connection."""
        try:
            while self._more():
                pass
            return True
        except TimeoutError:
            return False

    def _more(self) -> bool:
        try:
            got = self.socket.recv(65536)
        except (ConnectionResetError, BrokenPipeError):
            return False
        self._read += got
        return bool(got)


def request_bytes(
    method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: test"]
    named = {"Content-Length": str(len(body))} | (headers or {})
    lines += [f"{name}: {value}" for name, value in named.items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body
