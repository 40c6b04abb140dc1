"""The program under test: LOGPOND_BIN, else build/release/logpond, else build/debug/logpond."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def path() -> str:
    named = os.environ.get("LOGPOND_BIN")
    candidates = [Path(named)] if named else [ROOT / "build" / kind / "logpond" for kind in ("release", "debug")]
    for candidate in candidates:
        if candidate.exists():
            return str(candidate.resolve())
    raise AssertionError(f"there is no program at {' or '.join(map(str, candidates))}: make build")


def environment(home: Path | None = None, **more: str) -> dict[str, str]:
    """A clean one: no variable of the caller, and no file in his home, configures the program."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("LOGPOND_")}
    if home is not None:
        kept["HOME"] = str(home)
    return {**kept, "NO_COLOR": "1", "TZ": "UTC", **more}


def run(*arguments: str | Path, input: str | bytes | None = None, env: dict[str, str] | None = None,
        timeout: float = 60, cwd: Path | None = None, check: bool = False) -> subprocess.CompletedProcess:
    """Runs a subcommand to its end. Text in, text out; bytes in, bytes out."""
    return subprocess.run([path(), *map(str, arguments)], input=input, env=environment(cwd, **(env or {})),
                          timeout=timeout, cwd=cwd, check=check, capture_output=True,
                          text=not isinstance(input, bytes))
