"""Log files to search: generated ones, nasty ones made by hand, and real ones where given."""

import os
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from support.program import run_program

GENERATED_FORMATS = ("mixed", "ndjson", "json", "logfmt", "nginx", "syslog")
GENERATED_LINES = 3000

NASTY_LINES = [
    "plain words to find",
    "PLAIN WORDS TO FIND",
    "  leading and trailing blanks  ",
    "tab\tseparated\tvalues",
    "ümläuts, ÜMLÄUTS and ß",
    "日本語のログ行です",
    "emoji \U0001f525 and a combining e\u0301",
    "İstanbul and istanbul and ISTANBUL",  # dotted capital I: case folding differs in length
    "K (Kelvin sign) and k",
    "ſ (long s) and s and S",
    "a.b*c+d?e[f]g(h)i{j}k^l$m|n\\o",
    "quotes \" and ' and `",
    '{"looks":"like json","n":1}',
    "level=info looks=like_logfmt n=2",
    "a",
    "ab",
    "abc",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaab",
    "needle" + "x" * 5_000,
    "x" * 70_000 + "needle" + "y" * 70_000,
    "x" * 200_000,
    "control \x01 \x1b[31mred\x1b[0m \x7f characters",
    "GET /api/v1/orders/4711?x=1&y=2 HTTP/1.1",
    "10.0.0.1 - - [21/Nov/2026:00:00:00 +0000]",
    "e3b0c442-98fc-1c14-9afb-f4c8996fb924",
    "nothing",
]
NASTY_LINES += [f"repeated line number {i % 7}" for i in range(700)]


@dataclass(frozen=True)
class SampleFile:
    """A file to push, and what grep says of its lines."""

    path: Path
    reference: Path

    @property
    def name(self) -> str:
        return self.path.name

    @cached_property
    def lines(self) -> list[str]:
        return self.reference.read_text(encoding="utf-8", errors="replace").split("\n")[:-1]

    def grep(self, *arguments: str) -> list[str]:
        """The lines that grep finds. No line has a line feed, so a list is exact."""
        found = subprocess.run(
            ["grep", "-a", *arguments, self.reference],
            capture_output=True,
            check=False,
            env={"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]},
        )
        assert found.returncode in (0, 1), f"grep {arguments}: {found.stderr.decode()}"
        return found.stdout.decode().split("\n")[:-1]


def make_sample(path: Path) -> SampleFile:
    """Prepares what grep reads: without carriage returns, empty lines and broken UTF-8, as stored."""
    text = path.read_bytes().decode("utf-8", errors="replace")
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    reference = path.with_name(path.name + ".reference")
    kept = [line for line in lines if line]
    reference.write_text("\n".join(kept) + "\n", encoding="utf-8", newline="\n")
    return SampleFile(path, reference)


def make_samples(folder: Path) -> list[SampleFile]:
    """Every sample, written below `folder`."""
    samples = [_generated(folder, name) for name in GENERATED_FORMATS]
    samples += [_nasty(folder, "nasty.log", "\n"), _nasty(folder, "nasty_crlf.log", "\r\n")]
    return samples + _real(folder)


def _generated(folder: Path, name: str) -> SampleFile:
    made = run_program(
        *("generate", "--format", name, "--count", str(GENERATED_LINES), "--seed", "5"),
        home=folder,
    )
    assert made.returncode == 0, made.stderr.decode()
    path = folder / f"{name}.log"
    path.write_bytes(made.stdout)
    return make_sample(path)


def _nasty(folder: Path, name: str, line_end: str) -> SampleFile:
    path = folder / name
    content = line_end.join([*NASTY_LINES, "", "the last line ends without an end"])
    path.write_bytes(content.encode() + b"\nbroken utf-8 \xff\xfe here\n")
    return make_sample(path)


def _real(folder: Path) -> list[SampleFile]:
    corpus = os.environ.get("LOGPOND_CORPUS")
    samples = []
    for path in sorted(Path(corpus).rglob("*.log")) if corpus else []:
        copy = folder / path.name
        copy.write_bytes(path.read_bytes())
        samples.append(make_sample(copy))
    return samples
