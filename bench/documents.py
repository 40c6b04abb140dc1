"""Corpora of bare JSON and logfmt lines, three questions to each, and the right answers."""

import hashlib
import json
import pathlib
import re
from dataclasses import dataclass

COUNT, GROUP, SUM = "count", "group", "sum"
START_MS, STEP_MS = 1_767_600_000_000, 2
STATUS_LEAST = 500
PAIR = re.compile(r'([^\s="]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))')


@dataclass
class Documents:
    """One corpus: line n has the time START_MS + n * STEP_MS, and the file names no other."""

    kind: str  # "json", "logfmt" or "wide"
    path: pathlib.Path
    lines: int = 0
    bytes: int = 0
    answers: dict = None

    @property
    def group(self):
        """The key that lines are grouped by."""
        return "eventName" if self.kind == "wide" else "route"

    @property
    def parser(self):
        """The stage of LogQL that reads it."""
        return "logfmt" if self.kind == "logfmt" else "json"

    @property
    def first_ms(self):
        return START_MS

    @property
    def last_ms(self):
        return START_MS + self.lines * STEP_MS

    def corpus(self):
        return {"name": self.path.name, "lines": self.lines, "bytes": self.bytes}

    def logql(self, question, span_s):
        what = f'{{job="{self.kind}"}} | {self.parser}'
        end = f'| __error__="" [{span_s}s]'
        if question == COUNT:
            return f"sum(count_over_time({what} | status >= {STATUS_LEAST} {end}))"
        if question == GROUP:
            return f'sum by ({self.group}) (count_over_time({what} | {self.group} != "" {end}))'
        return (f'sum by ({self.group}) (sum_over_time({what} | {self.group} != "" '
                f"| unwrap duration_ms {end}))")


def fields_of(kind, line):
    """The fields at the root of a line, as texts or numbers; none of a line that is no document."""
    if kind == "logfmt":
        found = {}
        for key, in_quotes, bare in PAIR.findall(line):
            found.setdefault(key, json.loads(f'"{in_quotes}"') if in_quotes else bare)
        return found
    try:
        fields = json.loads(line)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


def number_of(value):
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def read(kind, path):
    """The corpus with its answers, counted in plain Python."""
    documents = Documents(kind, path)
    count, groups, sums = 0, {}, {}
    with open(path, "rb") as file:
        for line in file:
            documents.lines += 1
            documents.bytes += len(line)
            fields = fields_of(kind, line.decode("utf-8", "replace"))
            status = number_of(fields.get("status"))
            count += status is not None and status >= STATUS_LEAST
            group, value = fields.get(documents.group), number_of(fields.get("duration_ms"))
            if group:
                groups[group] = groups.get(group, 0) + 1
                if value is not None:
                    sums[group] = sums.get(group, 0.0) + value
    documents.answers = {COUNT: count, GROUP: groups, SUM: sums}
    return documents


def cache_name(kind, path):
    """A name that changes with the file and with what reads it."""
    status = path.stat()
    sources = pathlib.Path(__file__).read_bytes()
    key = repr((kind, str(path.resolve()), status.st_size, status.st_mtime_ns, sources))
    return "documents-" + hashlib.sha256(key.encode()).hexdigest()[:16]
