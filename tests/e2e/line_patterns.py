"""Patterns of every kind for a file: some from its own lines, some that find nothing."""

import json
import random
import re

from e2e.sample_files import SampleFile

# Sub-expressions that RE2 and PCRE understand alike.
REGEXES = [
    r"\d+",
    r"\d{3,}",
    r"[A-Z]{4,}",
    r"(?i)error|warn",
    r"(?i)WORDS to",
    r"(GET|POST) /\S+",
    r"^[a-z]",
    r"[0-9]$",
    r"^.{1,20}$",
    r"\[\d",
    r"(^|\s)\w+=\w+",
    r"(\d{1,3}\.){3}\d{1,3}",
    r"[\x00-\x1f]",
    r"é|ü|日本",
    r"(?i)ÜMLÄUTS",
    r"a+b",
    r"needle[xy]*$",
    r"\bline\b",
    r"zzz_never_there",
    r"\\|\*",
]
PIECES = 12
WORDS = ["INFO", "error", "a", "needle", "=", '"', "\\", "\t", "zzz_never_there", "  ", "日本"]


def fixed_texts(sample: SampleFile, count: int, seed: int) -> list[str]:
    """WORDS and pieces of the file's own lines: short, long, across words, at the ends."""
    dice = random.Random(f"{sample.name} {seed}")
    pieces = []
    for _ in range(count):
        line = dice.choice(sample.lines)
        begin = dice.randrange(len(line))
        pieces.append(line[begin : begin + dice.choice([1, 2, 3, 4, 5, 8, 13, 30, 200])])
    return WORDS + pieces


def quoted(text: str) -> str:
    """A LogQL string: JSON's escapes are Go's, but for those of characters beyond U+FFFF."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", r"\x7f")


def filters(sample: SampleFile, seed: int, share: float) -> list[tuple[str, list[str]]]:
    """LogQL line filters, each with the grep arguments that must find the same lines.

    `share` of all of them, chosen by the seed.
    """
    made: list[tuple[str, list[str]]] = []
    for text in fixed_texts(sample, PIECES, seed):
        made.append((f"|= {quoted(text)}", ["-F", "-e", text]))
        made.append((f"!= {quoted(text)}", ["-v", "-F", "-e", text]))
        insensitive = quoted("(?i)" + _escaped(text))
        made.append((f"|~ {insensitive}", ["-P", "-e", "(?i)" + _escaped(text)]))
    for regex in REGEXES:
        made.append((f"|~ {quoted(regex)}", ["-P", "-e", regex]))
        made.append((f"!~ {quoted(regex)}", ["-v", "-P", "-e", regex]))
    return random.Random(f"{sample.name} {seed}").sample(made, round(len(made) * share))


def _escaped(text: str) -> str:
    """`text` as an expression that finds it, for RE2 and PCRE alike."""
    return re.sub(r"[\\.+*?()|\[\]{}^$]", lambda special: "\\" + special[0], text)
