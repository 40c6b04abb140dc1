"""Senders that keep account of what the server has answered for."""

import gzip
import http.client
import json
import random
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Batch:
    """What one request carried, and whether the server said that it is stored."""

    lines: list[str]
    is_acknowledged: bool = False


@dataclass
class Sender:
    """Sends batches one after the other over one connection until it breaks or is told to stop."""

    port: int
    round: int
    number: int
    seed: int
    batches: list[Batch] = field(default_factory=list)
    refusal: str = ""

    def labels(self) -> dict[str, str]:
        return {"job": "crash", "round": str(self.round), "sender": str(self.number)}

    def run(self, stop: threading.Event) -> None:
        dice = random.Random(self.seed)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            while not stop.is_set():
                self._send(connection, dice)
        except (OSError, http.client.HTTPException):
            pass  # the server was killed
        finally:
            connection.close()

    def _send(self, connection: http.client.HTTPConnection, dice: random.Random) -> None:
        number = len(self.batches)
        filler = "x" * dice.randrange(200)
        lines = [
            f"round={self.round} sender={self.number} batch={number} record={i} {filler}"
            for i in range(dice.choice([1, 5, 20, 60]))
        ]
        batch = Batch(lines)
        self.batches.append(batch)
        path, body, headers = self._request(lines, dice)
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status in (200, 204):
            batch.is_acknowledged = True
        else:
            self.refusal = f"{answer.status} {text!r}"

    def _request(self, lines: list[str], dice: random.Random) -> tuple[str, bytes, dict[str, str]]:
        now = time.time_ns()
        if self.number % 2 == 0:
            values = [[str(now + i), line] for i, line in enumerate(lines)]
            body = json.dumps({"streams": [{"stream": self.labels(), "values": values}]}).encode()
            path, headers = "/loki/api/v1/push", {"Content-Type": "application/json"}
        else:
            rows = [
                json.dumps({"_msg": line, "_time": str(now + i)} | self.labels())
                for i, line in enumerate(lines)
            ]
            body = "\n".join(rows).encode()
            path, headers = "/insert/jsonline?_stream_fields=job,round,sender", {}
        if dice.random() < 0.3:
            body, headers = gzip.compress(body, 1), headers | {"Content-Encoding": "gzip"}
        return path, body, headers


def find_faults(batches: list[Batch], found: list[str]) -> list[str]:
    """Compares what was sent with what came back: each sentence is a broken promise."""
    times_found: dict[str, int] = {}
    for line in found:
        times_found[line] = times_found.get(line, 0) + 1
    faults = [f"{n} times: {line}" for line, n in times_found.items() if n > 1]
    for batch in batches:
        missing = [line for line in batch.lines if line not in times_found]
        if missing and batch.is_acknowledged:
            faults.append(f"acknowledged, but {len(missing)} lost, as {missing[0]}")
        elif missing and len(missing) != len(batch.lines):
            faults.append(f"unacknowledged batch in parts, without {missing[0]}")
    sent = {line for batch in batches for line in batch.lines}
    faults += [f"never sent: {line}" for line in times_found if line not in sent]
    return faults
