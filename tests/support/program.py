"""The program under test: LOGPOND_PROGRAM, else build/release/logpond, else build/debug/logpond."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def path() -> str:
    named = os.environ.get("LOGPOND_PROGRAM")
    candidates = [Path(named)] if named else [ROOT / "build" / kind / "logpond" for kind in ("release", "debug")]
    for candidate in candidates:
        if candidate.exists():
            return str(candidate)
    raise AssertionError(f"there is no program at {' or '.join(map(str, candidates))}: make build")


def environment(**more: str) -> dict[str, str]:
    """A clean one: no variable of the caller configures the program."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("LOGPOND_")}
    return {**kept, "NO_COLOR": "1", "TZ": "UTC", **more}


def run(*arguments: str, input: str | bytes | None = None, env: dict[str, str] | None = None,
        timeout: float = 60, cwd=None, check: bool = False) -> subprocess.CompletedProcess:
    """Runs a subcommand to its end. Text in, text out; bytes in, bytes out."""
    return subprocess.run([path(), *arguments], input=input, env=environment(**(env or {})), timeout=timeout,
                          cwd=cwd, check=check, capture_output=True, text=not isinstance(input, bytes))
