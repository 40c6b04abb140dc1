#!/usr/bin/env python3
"""Makes the log lines that the benchmarks read: realistic lines of many services as NDJSON.

  bench/make_corpus.py --lines 1000000 --out corpus.ndjson

Each line is {"timestamp","service","host","level","message"} and, in a fifth of the lines,
"trace_id"; about 176 bytes. Equal options give equal bytes, on any machine.
"""

import argparse
import datetime
import json
import random
import re
import sys

from templates import RARE, RARE_EVERY, SERVICES

HOSTS = 64
HOSTS_A_SERVICE = 4
TRACED_SHARE = 0.2
BLOCK_LINES = 20_000
LINE = ('{"timestamp":"%s.%03dZ","service":"%s","host":"%s","level":"%s",'
        '"message":"%s"%s}\n')
PLACE = re.compile(r"\{([a-z]+[0-9]*)\}")


class Places:
    """Makes the values that fill the places of the templates."""

    def __init__(self, dice):
        self.rnd = dice.random
        self.bits = dice.getrandbits
        pool = random.Random(dice.getrandbits(64))
        self.pools = {
            # Skewed pools: a few clients and users do most of the talking, as everywhere.
            "ip": self._skewed([self._address(pool) for _ in range(20_000)], pool, 60_000),
            "inner": [f"10.4.{a}.{b}" for a in range(4) for b in range(2, 40)],
            "user": self._skewed([self._user(pool, i) for i in range(5_000)], pool, 20_000),
            "path": self._skewed([self._path(pool) for _ in range(2_000)], pool, 20_000),
            "agent": ["Mozilla/5.0 (X11; Linux x86_64)", "curl/8.4.0", "okhttp/4.12",
                      "CarrierApp/7.{}".format(pool.randrange(40)), "python-requests/2.31"],
            "depot": [a + b + c for a in "BDHKLMS" for b in "AEOU" for c in "MNRX"],
            "table": ["parcels", "orders", "order_items", "users", "routes", "scans", "ledger"],
            "svc": ["gateway", "parcels", "orders", "tracking", "accounts", "payments", "mail"],
            "pod": [f"{s}-{pool.getrandbits(36):09x}-{pool.getrandbits(20):05x}"
                    for s in ("gateway", "orders", "tracking", "payments") for _ in range(40)],
            "sku": [f"SKU-{pool.randrange(10_000, 99_999)}-{c}" for c in "ABCDEFGH"
                    for _ in range(200)],
        }

    @staticmethod
    def _skewed(values, pool, size):
        count = len(values)
        return [values[int(count * pool.random() ** 3)] for _ in range(size)]

    @staticmethod
    def _address(pool):
        return ".".join(str(pool.randrange(1, 255)) for _ in range(4))

    @staticmethod
    def _user(pool, number):
        names = ("anna", "ben", "carla", "dmitri", "elif", "femi", "grace", "hugo", "ines", "jun")
        return f"{names[pool.randrange(len(names))]}{number}"

    @staticmethod
    def _path(pool):
        what = ("parcels", "orders", "routes", "users", "depots", "labels")[pool.randrange(6)]
        tail = ("", "/events", "/label.pdf", "/history?page=2")[pool.randrange(4)]
        return f"/api/v{pool.randrange(1, 4)}/{what}/{pool.randrange(100_000)}{tail}"

    def maker(self, kind):
        """A function without arguments that gives one value of this kind."""
        rnd, bits = self.rnd, self.bits
        if kind in self.pools:
            values = self.pools[kind]
            count = len(values)
            return lambda: values[int(rnd() * count)]
        if kind.startswith("n"):
            top = 10 ** int(kind[1:])
            return lambda: int(rnd() * top)
        if kind.startswith("hex"):
            digits = int(kind[3:])
            return lambda: "%0*x" % (digits, bits(4 * digits))
        numbers = {
            "ms": lambda: int(3 / (rnd() + 0.0004)),  # a long tail: median 6, sometimes 7000
            "bytes": lambda: int(400 / (rnd() + 0.001)),
            "port": lambda: 1024 + int(rnd() * 60_000),
            "pid": lambda: 300 + int(rnd() * 32_000),
            "id": lambda: 10_000_000 + int(rnd() * 80_000_000),
            "parcel": lambda: "PX%011dDE" % int(rnd() * 1e11),
            "clock": lambda: "%02d:%02d:%02d" % (rnd() * 24, rnd() * 60, rnd() * 60),
            "uuid": lambda: "%08x-%04x-4%03x-a%03x-%012x" % (
                bits(32), bits(16), bits(12), bits(12), bits(48)),
        }
        return numbers[kind]


def compile_saying(level, text, places):
    """(level, format, makers): `format % values` is the message, escaped for JSON."""
    makers = [places.maker(kind) for kind in PLACE.findall(text)]
    literals = PLACE.split(text)[::2]
    form = "%s".join(json.dumps(part)[1:-1].replace("%", "%%") for part in literals)
    return level, form, makers


def cumulative(weights):
    total, sums = 0.0, []
    for weight in weights:
        total += weight
        sums.append(total)
    return sums


class Corpus:
    def __init__(self, seed):
        self.dice = random.Random(seed)
        places = Places(self.dice)
        self.rare = self._table(RARE, places)
        self.services, weights = [], []
        for name, sayings, instances in SERVICES:
            table = self._table(sayings, places)
            for instance in range(instances):
                hosts = ["node-%03d" % h for h in self.dice.sample(range(HOSTS), HOSTS_A_SERVICE)]
                self.services.append((f"{name}-{instance}", hosts, table))
                weights.append(1.0 / (len(weights) + 2) ** 0.7)
        self.weights = cumulative(weights)

    @staticmethod
    def _table(sayings, places):
        """Each saying as often as its weight says: one draw picks one."""
        table = []
        for weight, level, text in sayings:
            table += [compile_saying(level, text, places)] * weight
        return table

    def blocks(self, lines, start_ms, lines_a_second):
        """The corpus as texts of up to BLOCK_LINES lines; timestamps never decrease."""
        step_ms = 1000.0 / lines_a_second
        for first in range(0, lines, BLOCK_LINES):
            count = min(BLOCK_LINES, lines - first)
            yield "".join(self._block(first, count, start_ms, step_ms))

    def _block(self, first, count, start_ms, step_ms):
        rnd, bits = self.dice.random, self.dice.getrandbits
        picks = self.dice.choices(self.services, k=count, cum_weights=self.weights)
        second, prefix = None, ""
        for i, (service, hosts, table) in enumerate(picks, first):
            ms = start_ms + int((i + rnd()) * step_ms)
            if ms // 1000 != second:
                second = ms // 1000
                moment = datetime.datetime.fromtimestamp(second, datetime.timezone.utc)
                prefix = moment.strftime("%Y-%m-%dT%H:%M:%S")
            if rnd() < 1.0 / RARE_EVERY:
                table = self.rare
            level, form, makers = table[int(rnd() * len(table))]
            trace = ',"trace_id":"%032x"' % bits(128) if rnd() < TRACED_SHARE else ""
            yield LINE % (prefix, ms % 1000, service, hosts[int(rnd() * HOSTS_A_SERVICE)], level,
                          form % tuple([make() for make in makers]), trace)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=1_000_000, help="lines to make (1000000)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other lines (1)")
    parser.add_argument("--start", default="2026-01-05T08:00:00Z",
                        help="RFC 3339 time of the first line (2026-01-05T08:00:00Z)")
    parser.add_argument("--rate", type=float, default=500.0,
                        help="lines a second of log time (500)")
    parser.add_argument("--out", help="file to write (standard output)")
    options = parser.parse_args()
    if options.lines < 0 or options.rate <= 0:
        parser.error("--lines must not be negative and --rate must be above 0")
    start = datetime.datetime.fromisoformat(options.start.replace("Z", "+00:00"))
    if start.tzinfo is None:
        start = start.replace(tzinfo=datetime.timezone.utc)

    out = open(options.out, "wb") if options.out else sys.stdout.buffer
    with out:
        for text in Corpus(options.seed).blocks(
                options.lines, round(start.timestamp() * 1000), options.rate):
            out.write(text.encode())


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        sys.exit(1)
