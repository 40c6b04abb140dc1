"""The queries of the benchmark, picked from the corpus itself, and their right answers.

The file is read twice, in plain Python: once to pick texts of the wanted frequency (picking.py),
once to count what every query must answer. The systems under test are compared with these counts.
"""

import collections
import datetime
import hashlib
import heapq
import json
import pathlib
import pickle
import re
from dataclasses import dataclass, field

LINE = re.compile(
    r'\{"timestamp":"([^"]*)","service":"([^"]*)","host":"([^"]*)","level":"([^"]*)","message":"'
    r'([^"\\]*(?:\\.[^"\\]*)*)"(?:,"trace_id":"([0-9a-f]*)")?\}')

ROWS, TOTAL, BY_SERVICE, BY_LEVEL_MINUTE, LAST = (
    "rows", "total", "by service", "by level and minute", "last")
ROWS_MAX = 5000  # no query asks for more rows: what Loki and Logpond give in one answer
NEWEST = 1000  # rows that LAST asks for
BLOCK_BYTES = 1 << 20


class CorpusError(Exception):
    """The file has not the shape that the benchmark needs."""


@dataclass
class Query:
    """One question to every system.

    `text` is the trace id, the literal or the regular expression; `answer` is an integer (total),
    a mapping from a group to a count, or (count, digest of the texts) where rows are wanted.
    `raw_answer` is the same for a search over whole lines, where a group is not told.
    `is_word`: the text stands in messages only with no letter, digit or _ beside it, so that an
    index of words gives the same answer.
    """

    name: str
    kind: str  # "trace", "literal", "regex" or "all"
    answer_form: str
    text: str = ""
    answer: object = None
    raw_answer: object = None
    is_word: bool = False

    @property
    def hits(self):
        if isinstance(self.answer, dict):
            return sum(self.answer.values())
        return self.answer if isinstance(self.answer, int) else self.answer[0]


@dataclass
class Workload:
    """A corpus file with what is known about it."""

    lines: int = 0
    bytes: int = 0
    sha256: str = ""
    first_ms: int = 0
    last_ms: int = 0
    queries: list = field(default_factory=list)
    path: pathlib.Path = None
    cache_folder: pathlib.Path = None

    def corpus(self):
        """What the results say about it."""
        return {"name": self.path.name, "lines": self.lines, "bytes": self.bytes,
                "sha256": self.sha256}


def milliseconds(stamp):
    """RFC 3339 in UTC, as the corpus has it, to milliseconds since 1970."""
    moment = datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00"))
    return round(moment.timestamp() * 1000)


def minute_end(ms):
    """Seconds of the end of the minute (t - 60 s, t] that a record belongs to, as LogQL counts."""
    return -(-ms // 60_000) * 60


def counted(values):
    return dict(collections.Counter(values))


def rows_answer(query, rows):
    """(count, digest of the texts in any order) of (milliseconds, message) rows.

    Where the newest rows are wanted, times count too, and the oldest millisecond of them is left
    out of the digest: which of the records with that time are among the newest nobody can say.
    """
    if query.answer_form == LAST:
        oldest = min((ms for ms, _ in rows), default=0)
        texts = [f"{ms} {message}" for ms, message in rows if ms > oldest]
    else:
        texts = [message for _, message in rows]
    joined = "\n".join(sorted(texts)).encode("utf-8", "surrogatepass")
    return len(rows), hashlib.sha256(joined).hexdigest()[:16]


def blocks(path):
    """(number of the first line, text of whole lines) of about BLOCK_BYTES each."""
    number, rest = 1, b""
    with open(path, "rb") as file:
        while piece := file.read(BLOCK_BYTES):
            whole, newline, rest = (rest + piece).rpartition(b"\n")
            if newline:
                text = (whole + newline).decode()
                yield number, text
                number += text.count("\n")
    if rest:
        raise CorpusError(f"{path}: the last line has no end")


def matched_lines(path):
    """(number, match of LINE) of every line. Raises CorpusError at an odd one."""
    for first, text in blocks(path):
        yield from matched(path, first, text)


def matched(path, first, text):
    """The same of one block, whose first line has the number `first`."""
    for number, line in enumerate(text.split("\n")[:-1], first):
        match = LINE.fullmatch(line)
        if not match:
            raise CorpusError(f"{path}: line {number} has not the shape that make_corpus.py "
                              f"gives: {line[:200]!r}")
        yield number, match


def read_workload(path, cache_folder):
    """Picks the queries and counts their answers, or remembers them from an earlier run.

    Raises CorpusError.
    """
    import picking  # it needs the words of this module
    status = path.stat()
    sources = [pathlib.Path(source).read_bytes() for source in (__file__, picking.__file__)]
    key = repr((str(path.resolve()), status.st_size, status.st_mtime_ns, sources))
    cache = cache_folder / f"workload-{hashlib.sha256(key.encode()).hexdigest()[:16]}.pickle"
    if cache.exists():
        work = pickle.loads(cache.read_bytes())
    else:
        work = Workload(queries=picking.pick(path))
        _count(path, work)
        cache_folder.mkdir(parents=True, exist_ok=True)
        cache.write_bytes(pickle.dumps(work))
    work.path, work.cache_folder = path, cache_folder
    return work


class _Counting:
    """Counts the answer of one query, block by block."""

    def __init__(self, query):
        self.query = query
        self.by_service = collections.Counter()
        self.rows, self.raw_rows, self.raw_total = [], [], 0
        self.beside = re.compile(r"(?<!\w)" + re.escape(query.text) + r"(?!\w)")
        self.is_word = query.kind == "literal"
        self.literal, self.pattern = query.text, None
        if query.kind == "regex":
            # The literal that the expression begins with is cheaper to look for first.
            self.literal, self.pattern = re.match(r"\w+", query.text)[0], re.compile(query.text)

    def _holds(self, text):
        return self.pattern.search(text) is not None if self.pattern else self.literal in text

    def block(self, text):
        """Whoever finds the text in a message finds it in the line, so lines come first."""
        place = text.find(self.literal)
        while place >= 0:
            start, end = text.rfind("\n", 0, place) + 1, text.find("\n", place)
            line = text[start:end]
            if self._holds(line):
                self._line(LINE.fullmatch(line))
            place = text.find(self.literal, end)

    def _line(self, match):
        message, wants_rows = unescaped(match[5]), self.query.answer_form == ROWS
        self.raw_total += 1
        row = (0, message)
        if wants_rows:
            self.raw_rows.append(row)
        if self.query.kind == "trace":
            found = match[6] == self.query.text
        else:
            found = self._holds(message)
        if not found:
            return
        self.by_service[match[2]] += 1
        if wants_rows:
            self.rows.append(row)
            if len(self.rows) > ROWS_MAX:
                raise CorpusError(f'more than {ROWS_MAX} rows for "{self.query.text}"')
        if self.is_word:
            self.is_word = len(self.beside.findall(message)) == message.count(self.query.text)

    def finish(self):
        query = self.query
        query.is_word = self.is_word
        if query.answer_form == ROWS:
            query.answer = rows_answer(query, self.rows)
            query.raw_answer = rows_answer(query, self.raw_rows)
            return
        by_service = query.answer_form == BY_SERVICE
        query.answer = dict(self.by_service) if by_service else sum(self.by_service.values())
        query.raw_answer = self.raw_total


def unescaped(message):
    return json.loads(f'"{message}"') if "\\" in message else message


class _Whole:
    """What is counted over all lines: minutes by level, the newest lines, the span."""

    def __init__(self):
        self._histogram, self._newest = collections.Counter(), []
        self.first_stamp, self.last_stamp = "9", ""

    def line(self, number, match):
        stamp = match[1]
        # A record on the minute belongs to the minute that ends.
        self._histogram[match[4], stamp[:16], stamp[16:].strip(":0.Z") == ""] += 1
        self._newest.append((stamp, number, match[5]))
        if len(self._newest) > 50 * NEWEST:
            self._shrink()

    def _shrink(self):
        # Text order is time order: all stamps have the same length and zone.
        self.first_stamp = min(self.first_stamp, min(self._newest)[0])
        self._newest = heapq.nlargest(NEWEST, self._newest)
        self.last_stamp = max(self.last_stamp, self._newest[0][0])

    def finish(self, work):
        self._shrink()
        work.first_ms = milliseconds(self.first_stamp)
        work.last_ms = milliseconds(self.last_stamp)
        for query in work.queries:
            if query.answer_form == BY_LEVEL_MINUTE:
                answer = collections.Counter()
                for (level, minute, on_minute), count in self._histogram.items():
                    end = milliseconds(minute + ":00Z") // 1000 + (0 if on_minute else 60)
                    answer[level.lower(), end] += count
                query.answer = dict(answer)
            elif query.answer_form == LAST:
                query.answer = rows_answer(query, [
                    (milliseconds(stamp), unescaped(message))
                    for stamp, _, message in self._newest])


def _count(path, work):
    countings = [_Counting(query) for query in work.queries if query.kind != "all"]
    whole, digest = _Whole(), hashlib.sha256()
    for first, text in blocks(path):
        raw = text.encode()
        digest.update(raw)
        work.bytes += len(raw)
        for number, match in matched(path, first, text):
            whole.line(number, match)
        work.lines = number
        for counting in countings:
            counting.block(text)
    work.sha256 = digest.hexdigest()
    for counting in countings:
        counting.finish()
    whole.finish(work)
