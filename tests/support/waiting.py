"""Waiting for something to become true, without sleeping longer than needed."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(what: str, probe: Callable[[], T], seconds: float = 10, pause: float = 0.02) -> T:
    """The first true value of `probe`; fails with its last value after `seconds`."""
    deadline = time.monotonic() + seconds
    never = threading.Event()
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}; the last answer was {value!r}")
        never.wait(pause)
