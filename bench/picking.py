"""Picks the texts that the benchmark looks for from the corpus itself, by how often they occur."""

import bisect
import collections
import re

from workload import (BY_LEVEL_MINUTE, BY_SERVICE, LAST, ROWS, TOTAL, CorpusError, Query,
                      matched_lines, unescaped)

SAMPLE_EVERY = 7
# Shares of lines that have the text.
RARE, COMMON, SUBSTRING, PHRASE, ADDRESS, DIGITS, REGEX = 2e-4, 0.05, 0.01, 1e-3, 5e-4, 2e-3, 2e-3
RARE_LINES_MAX = 2000  # all its rows are fetched, however large the corpus
WORD = re.compile(r"\b(?![a-f]+\b)[A-Za-z]{5,}\b")  # letters only, and no hex digits
# Text of the template, a variable, text of the template.
PHRASES = re.compile(r"\b[A-Za-z]{3,} [0-9]{1,5} [A-Za-z]{2,}\b")
ADDRESSES = re.compile(r"(?<![\w.])[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![\w.])")
LONG_NUMBERS = re.compile(r"[0-9]{6,}")
DIGITS_LENGTH = 4


def pick(path):
    """The queries of the corpus, without answers. A shape that it has no text for is left out.

    Raises CorpusError.
    """
    sample = _Sample(path)
    words = sample.ranked(sample.words)
    rare = words.near(min(RARE, RARE_LINES_MAX / sample.lines))
    common = words.near(COMMON, without=(rare,))
    inner = words.near(SUBSTRING, without=(rare, common), longer_than=8)[2:-2]
    before_number = {word for word, text in sample.examples.items()
                     if re.search(word + r'[^"]*[0-9]{3}', text)}
    literal = words.near(REGEX, without=(rare, common), among=before_number)
    queries = [
        Query("trace id", "trace", ROWS, sample.traces[len(sample.traces) * 3 // 5]),
        Query("rare word", "literal", ROWS, rare),
        Query("common word", "literal", BY_SERVICE, common),
        Query("substring", "literal", TOTAL, inner),
    ]
    for name, counts, share in (("phrase", sample.phrases, PHRASE),
                                ("IP address", sample.addresses, ADDRESS),
                                ("digits in ids", sample.digits, DIGITS)):
        if counts:
            queries.append(Query(name, "literal", TOTAL, sample.ranked(counts).near(share)))
    return queries + [
        Query("regex", "regex", TOTAL, literal + r'[^"]*[0-9]{3}'),
        Query("counts", "all", BY_LEVEL_MINUTE),
        Query("last lines", "all", LAST),
    ]


class _Sample:
    """How many of the sampled lines have which words, phrases, addresses and digits."""

    def __init__(self, path):
        self.words, self.phrases = collections.Counter(), collections.Counter()
        self.addresses, self.digits = collections.Counter(), collections.Counter()
        self.examples, self.traces = {}, []
        self.lines = self._sampled = 0
        self._path = path
        names = {"timestamp", "service", "host", "level", "message", "trace_id"}
        for self.lines, match in matched_lines(path):
            if match[6] and len(self.traces) < 1_000_000:
                self.traces.append(match[6])
            if self.lines % SAMPLE_EVERY == 0:
                names.update(match.group(2, 3, 4))
                self._add(unescaped(match[5]))
        # rg searches the whole line: what is part of a key or of another value is of no use here.
        around = " ".join(names)
        for word in [word for word in self.words if word in around]:
            del self.words[word]
        if not self.traces or len(self.words) < 20:
            raise CorpusError(f"{path}: too few trace ids or words to pick queries from")

    def _add(self, message):
        self._sampled += 1
        words = set(WORD.findall(message))
        self.words.update(words)
        for word in words:
            self.examples.setdefault(word, message)
        self.phrases.update(set(PHRASES.findall(message)))
        self.addresses.update(set(ADDRESSES.findall(message)))
        self.digits.update({number[i:i + DIGITS_LENGTH]
                            for number in LONG_NUMBERS.findall(message)
                            for i in range(len(number) - DIGITS_LENGTH + 1)})

    def ranked(self, counts):
        return _Ranked(counts, self._sampled, self._path)


class _Ranked:
    """Texts by the share of sampled lines that have them."""

    def __init__(self, counts, sampled, path):
        self._texts = sorted(counts.items(), key=lambda pair: (pair[1], pair[0]))
        self._shares = [count / sampled for _, count in self._texts]
        self._path = path

    def near(self, share, without=(), longer_than=0, among=None):
        """The text whose share is nearest; ties go to the first by alphabet."""
        place = bisect.bisect_left(self._shares, share)
        order = sorted(range(len(self._texts)),
                       key=lambda i: (abs(self._shares[i] - share), abs(i - place)))
        for i in order:
            text = self._texts[i][0]
            if (len(text) > longer_than and (among is None or text in among)
                    and not any(text in other or other in text for other in without)):
                return text
        raise CorpusError(f"{self._path}: no text that {share:.2%} of the lines have")
