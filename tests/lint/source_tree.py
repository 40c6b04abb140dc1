"""What the lint tests look at: the repository's own files."""

import re
import subprocess
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@lru_cache(maxsize=None)
def tracked_files() -> tuple[Path, ...]:
    """Files that git knows or would take: build folders and other ignored files are not ours."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()
    return tuple(path for name in listed if (path := ROOT / name).is_file())


def sources(*suffixes: str, under: str = "") -> list[Path]:
    base = ROOT / under
    return [p for p in tracked_files() if p.suffix in suffixes and p.is_relative_to(base)]


def cpp_files(under: str = "src") -> list[Path]:
    return sources(".h", ".cpp", under=under)


def is_test(path: Path) -> bool:
    return "tests" in path.relative_to(ROOT).parts


def show(path: Path, line: int | None = None) -> str:
    name = str(path.relative_to(ROOT))
    return f"{name}:{line}" if line else name


@lru_cache(maxsize=None)
def code_only(path: Path) -> str:
    """The text with comments and the insides of literals blanked, line numbers kept."""
    text = path.read_text(encoding="utf-8")
    pattern = re.compile(
        r'R"(?P<tag>[^(\s]*)\(.*?\)(?P=tag)"'       # raw strings
        r'|"(?:\\.|[^"\\\n])*"'                      # strings
        r"|(?<![0-9A-Za-z_])'(?:\\.|[^'\\\n])+'"     # characters, not digit separators
        r"|//[^\n]*|/\*.*?\*/",
        re.DOTALL,
    )

    def blank(match: re.Match[str]) -> str:
        piece = match.group(0)
        kept = '""' if piece[0] in 'R"' else "' '" if piece[0] == "'" else ""
        return kept + "\n" * piece.count("\n")

    # An include names a file: its quotes stay.
    lines = text.split("\n")
    includes = {i: line for i, line in enumerate(lines) if line.startswith("#include")}
    blanked = pattern.sub(blank, text).split("\n")
    for i, line in includes.items():
        blanked[i] = line
    return "\n".join(blanked)


def module_of(path: Path) -> str:
    return path.relative_to(ROOT / "src").parts[0]
