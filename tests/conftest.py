"""What every test may use: the support modules, and servers that do not outlive their test."""

import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
for folder in ("support", "lint"):
    sys.path.insert(0, str(TESTS / folder))

from loki import Loki  # noqa: E402
from server import Server  # noqa: E402


@pytest.fixture
def server(tmp_path):
    with Server(tmp_path) as running:
        yield running


@pytest.fixture
def loki(server):
    """A client of `server` that keeps its connection."""
    return Loki(server.url)


@pytest.fixture
def make_server(tmp_path):
    """Makes servers with flags of their own, each in its own directory; all are gone at the end."""
    made = []

    def make(*flags: str, name: str = "", **more) -> Server:
        made.append(Server(tmp_path / (name or f"server{len(made)}"), *flags, **more))
        return made[-1]

    yield make
    for each in made:
        each.kill()
