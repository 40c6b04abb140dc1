"""Reads server-sent events of /api/v1/tail."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import requests


@dataclass
class Event:
    kind: str
    id: int
    data: dict[str, Any]


class EventStream:
    """An open tail. Iterating blocks until an event comes; ends when the server ends."""

    def __init__(
        self, url: str, query: str, last_id: int | None = None, seconds: float = 30, **more: Any
    ):
        headers = {} if last_id is None else {"Last-Event-ID": str(last_id)}
        self.answer = requests.get(
            url + "/api/v1/tail",
            params={"query": query} | more,
            headers=headers,
            stream=True,
            timeout=seconds,
        )
        self._events = self._read()

    def __enter__(self) -> "EventStream":
        return self

    def __exit__(self, *_) -> None:
        self.answer.close()

    def __iter__(self) -> Iterator[Event]:
        return self._events

    def _read(self) -> Iterator[Event]:
        fields: dict[str, str] = {}
        rest = b""
        for chunk in self.answer.raw.stream(65536, decode_content=False):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                if not line and "data" in fields:
                    yield Event(
                        fields.get("event", "message"),
                        int(fields.get("id", "0")),
                        json.loads(fields["data"]),
                    )
                if not line:
                    fields = {}
                elif not line.startswith(b":"):
                    name, _, value = line.decode().partition(": ")
                    fields[name] = value

    def take(self, count: int) -> list[Event]:
        """The next `count` events, or fewer when the server ends."""
        found: list[Event] = []
        for event in self:
            found.append(event)
            if len(found) == count:
                break
        return found
