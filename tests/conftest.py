"""Fixtures of every suite: running servers that do not outlive their test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from support.loki import Loki
from support.server import Server


@pytest.fixture
def make_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Makes servers below the test's own folder, each in a home of its own; all are ended."""
    with ExitStack() as ending:
        made: list[Server] = []

        def make(*flags: str, config: str = "", data: Path | None = None) -> Server:
            home = tmp_path / f"server{len(made)}"
            made.append(Server(home, *flags, data=data, config=config))
            ending.callback(made[-1].kill)
            return made[-1]

        yield make


@pytest.fixture
def server(make_server: Callable[..., Server]) -> Server:
    """A server with the usual settings."""
    return make_server().start()


@pytest.fixture
def loki(server: Server) -> Loki:
    """A client of `server`."""
    return Loki(server.url)
