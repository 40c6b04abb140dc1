"""What every test may use: the support modules, and a server of its own."""

import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
for folder in ("support", "lint"):
    sys.path.insert(0, str(TESTS / folder))

from server import Server  # noqa: E402


@pytest.fixture
def server(tmp_path):
    with Server(tmp_path) as running:
        yield running


@pytest.fixture
def make_server(tmp_path):
    """Makes servers with flags of their own; all are gone at the end."""
    made = []

    def make(*flags: str, name: str = "server", **more) -> Server:
        made.append(Server(tmp_path / name, *flags, **more))
        return made[-1]

    yield make
    for each in made:
        each.kill()
