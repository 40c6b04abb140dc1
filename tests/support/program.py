"""The program under test: where it lies and how to run its short commands."""

import os
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]


def program_path() -> Path:
    """LOGPOND_BIN, else the optimised build of this repository."""
    path = Path(os.environ.get("LOGPOND_BIN", REPOSITORY / "build/release/logpond"))
    if not path.is_file():
        raise FileNotFoundError(f"there is no program at {path}: make build, or set LOGPOND_BIN")
    return path.resolve()


def clean_environment(home: Path, **extra: str) -> dict[str, str]:
    """An environment in which no configuration of this machine's user is found."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LOGPOND_")}
    return kept | {"HOME": str(home), "NO_COLOR": "1"} | extra


def run_program(
    *arguments: str | Path,
    home: Path,
    stdin: bytes | None = None,
    seconds: float = 60,
    **environment: str,
) -> subprocess.CompletedProcess[bytes]:
    """Runs a command to its end; `home` is also its working directory."""
    return subprocess.run(
        [program_path(), *map(str, arguments)],
        input=b"" if stdin is None else stdin,
        capture_output=True,
        timeout=seconds,
        cwd=home,
        env=clean_environment(home, **environment),
        check=False,
    )
