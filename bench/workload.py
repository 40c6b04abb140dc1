"""The queries of the benchmark, picked from the corpus itself, and their right answers.

The file is read twice, in plain Python: once to pick texts of the wanted frequency, once to count
what every query must answer. The systems under test are compared with these counts.
"""

import bisect
import collections
import datetime
import hashlib
import json
import pathlib
import pickle
import re
from dataclasses import dataclass, field

SAMPLE_EVERY = 7
WORD = re.compile(r"\b(?![a-f]+\b)[A-Za-z]{5,}\b")  # letters only, and no hex digits
LINE = re.compile(
    r'\{"timestamp":"([^"]*)","service":"([^"]*)","host":"([^"]*)","level":"([^"]*)","message":"'
    r'([^"\\]*(?:\\.[^"\\]*)*)"(?:,"trace_id":"([0-9a-f]*)")?\}\n')

ROWS, TOTAL, BY_SERVICE, BY_LEVEL_MINUTE = "rows", "total", "by service", "by level and minute"


class CorpusError(Exception):
    """The file has not the shape that the benchmark needs."""


@dataclass
class Query:
    """One question to every system.

    `text` is the trace id, the literal or the regular expression; `answer` is an integer (rows or
    total) or a mapping from a group to a count.
    """

    name: str
    kind: str
    answer_form: str
    text: str = ""
    answer: object = None


@dataclass
class Workload:
    lines: int = 0
    bytes: int = 0
    sha256: str = ""
    first_ms: int = 0
    last_ms: int = 0
    queries: list = field(default_factory=list)


def milliseconds(stamp):
    """RFC 3339 in UTC with milliseconds, as the corpus has it, to milliseconds since 1970."""
    moment = datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00"))
    return round(moment.timestamp() * 1000)


def minute_end(ms):
    """Seconds of the end of the minute (t - 60 s, t] that a record belongs to, as LogQL counts."""
    return -(-ms // 60_000) * 60


def read_workload(path, cache_folder):
    """Picks the queries and counts their answers, or remembers them from an earlier run.

    Raises CorpusError.
    """
    status = path.stat()
    key = repr((str(path.resolve()), status.st_size, status.st_mtime_ns,
                pathlib.Path(__file__).read_bytes()))
    cache = cache_folder / f"workload-{hashlib.sha256(key.encode()).hexdigest()[:16]}.pickle"
    if cache.exists():
        return pickle.loads(cache.read_bytes())
    work = Workload()
    work.queries = _pick(path)
    _count(path, work)
    cache_folder.mkdir(parents=True, exist_ok=True)
    cache.write_bytes(pickle.dumps(work))
    return work


def _lines(path):
    with open(path, encoding="utf-8", newline="\n") as file:
        for number, line in enumerate(file, 1):
            match = LINE.fullmatch(line)
            if not match:
                raise CorpusError(f"{path}: line {number} has not the shape that make_corpus.py "
                                  f"gives: {line[:200]!r}")
            yield number, line, match


def _pick(path):
    documents = collections.Counter()
    example = {}
    names = {"timestamp", "service", "host", "level", "message", "trace_id"}
    traces, sampled = [], 0
    for number, _, match in _lines(path):
        if match[6]:
            traces.append(match[6])
        if number % SAMPLE_EVERY:
            continue
        sampled += 1
        names.update(match.group(2, 3, 4))
        words = set(WORD.findall(match[5]))
        documents.update(words)
        for word in words:
            example.setdefault(word, match[5])
    # rg searches the whole line: what is part of a key or of another value is of no use here.
    around = " ".join(names)
    for word in [word for word in documents if word in around]:
        del documents[word]
    if not traces or len(documents) < 20:
        raise CorpusError(f"{path}: too few trace ids or words to pick queries from")
    ranked = _Ranked(documents, sampled, path)
    rare = ranked.near(0.0002)
    common = ranked.near(0.05, without=(rare,))
    substring = ranked.near(0.01, without=(rare, common), longer_than=8)[2:-2]
    before_number = {w for w, text in example.items() if re.search(w + r'[^"]*[0-9]{3}', text)}
    literal = ranked.near(0.002, without=(rare, common), among=before_number)
    return [
        Query("trace id", "trace", ROWS, traces[len(traces) * 3 // 5]),
        Query("rare word", "literal", ROWS, rare),
        Query("common word", "literal", BY_SERVICE, common),
        Query("counts", "all", BY_LEVEL_MINUTE),
        Query("regex", "regex", TOTAL, literal + r'[^"]*[0-9]{3}'),
        Query("substring", "literal", TOTAL, substring),
    ]


class _Ranked:
    """Words by the share of sampled lines that have them."""

    def __init__(self, documents, sampled, path):
        self._words = sorted(documents.items(), key=lambda pair: (pair[1], pair[0]))
        self._shares = [count / sampled for _, count in self._words]
        self._path = path

    def near(self, share, without=(), longer_than=0, among=None):
        """The word whose share is nearest; ties go to the first by alphabet."""
        place = bisect.bisect_left(self._shares, share)
        order = sorted(range(len(self._words)),
                       key=lambda i: (abs(self._shares[i] - share), abs(i - place)))
        for i in order:
            word = self._words[i][0]
            if (len(word) > longer_than and (among is None or word in among)
                    and not any(word in other or other in word for other in without)):
                return word
        raise CorpusError(f"{self._path}: no word that {share:.2%} of the lines have")


def _tests(queries):
    """(query, function of (message, trace) -> bool) for the queries that look for something."""
    for query in queries:
        if query.kind == "trace":
            yield query, lambda message, trace, text=query.text: trace == text
        elif query.kind == "literal":
            yield query, lambda message, trace, text=query.text: text in message
        elif query.kind == "regex":
            literal, pattern = re.match(r"\w+", query.text)[0], re.compile(query.text)
            yield query, lambda message, trace, literal=literal, pattern=pattern: (
                literal in message and pattern.search(message) is not None)


def _count(path, work):
    tests = list(_tests(work.queries))
    by_service = {id(query): collections.Counter() for query, _ in tests}
    histogram = collections.Counter()
    digest = hashlib.sha256()
    outside = {id(query): 0 for query, _ in tests}
    for number, line, match in _lines(path):
        raw = line.encode()
        digest.update(raw)
        work.bytes += len(raw)
        work.lines = number
        stamp, service, _, level, message, trace = match.groups()
        if number == 1:
            work.first_ms = milliseconds(stamp)
        histogram[level.lower(), stamp] += 1
        text = json.loads(f'"{message}"') if "\\" in message else message
        for query, holds in tests:
            if holds(text, trace):
                by_service[id(query)][service] += 1
            elif holds(line, trace):
                outside[id(query)] += 1
    work.last_ms = milliseconds(stamp)
    work.sha256 = digest.hexdigest()
    for query in work.queries:
        _set_answer(query, by_service, histogram)
        if outside.get(id(query)):
            raise CorpusError(f'{path}: "{query.text}" is also outside of messages; '
                              "rg over the raw file could not give the same answer")


def _set_answer(query, by_service, histogram):
    if query.answer_form == BY_LEVEL_MINUTE:
        query.answer = collections.Counter()
        for (level, stamp), count in histogram.items():
            query.answer[level, minute_end(milliseconds(stamp))] += count
        query.answer = dict(query.answer)
    elif query.answer_form == BY_SERVICE:
        query.answer = dict(by_service[id(query)])
    else:
        query.answer = sum(by_service[id(query)].values())
