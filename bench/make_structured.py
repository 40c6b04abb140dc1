#!/usr/bin/env python3
"""Makes log lines that are themselves JSON or logfmt, one a line, nothing around them.

  bench/make_structured.py --kind json --lines 300000 --out json.log

json    lines of 16 kinds of applications (app_shapes.py), 32 services
logfmt  the same events as key=value pairs, nested keys joined with dots
wide    audit events of 40 to 400 values (wide_shapes.py)

A few lines in a thousand are no such document at all: cut short, plain text, a key twice. Equal
options give equal bytes, on any machine.
"""

import argparse
import json
import random
import sys

import app_shapes
import wide_shapes
from values import Service, Values, zipf

SERVICES = 32
ODD_SHARE = 0.002
BLOCK_LINES = 1000
START_MS, STEP_MS = 1_767_600_000_000, 2  # 2026-01-05T08:00:00Z, 500 lines a second
COMPACT = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
# Most loggers write compact UTF-8; these two do not.
ENCODINGS = {app_shapes.payment_event: json.JSONEncoder(ensure_ascii=False).encode,
             app_shapes.german: json.JSONEncoder(ensure_ascii=True).encode}
KINDS = {"json": app_shapes.SHAPES, "logfmt": app_shapes.SHAPES, "wide": wide_shapes.SHAPES}


def pairs(fields, prefix=""):
    """key=value texts, quoted where they need it, as the loggers of Go do."""
    for key, value in fields.items():
        key = prefix + key
        if isinstance(value, dict):
            yield from pairs(value, key + ".")
            continue
        if isinstance(value, list):
            text = "[" + " ".join(map(str, value)) + "]"
        elif isinstance(value, bool) or value is None:
            text = json.dumps(value)
        else:
            text = str(value)
        if not text or any(c in ' ="\\' or c < " " for c in text):
            text = json.dumps(text, ensure_ascii=False)
        yield f"{key}={text}"


def logfmt(fields):
    return " ".join(pairs(fields))


def odd(text, values):
    """What a shipper or a crash makes of a line now and then."""
    kind = values.below(5)
    if kind == 0:
        return text[:values.below(1, len(text))]
    if kind == 1:
        return f"panic: runtime error: index out of range [{values.below(9, 90)}]"
    if kind == 2:
        return ('{ "level" : "odd",' + text[1:]) if text[0] == "{" else "level=odd  " + text
    if kind == 3:
        return text + "  "
    return f"Listening on port {values.below(3000, 9000)}"


def blocks(kind, lines, seed):
    """The lines as texts of up to BLOCK_LINES of them."""
    dice = random.Random(f"{kind} {seed}")
    values, shapes = Values(dice), KINDS[kind]
    services = []
    for i in range(SERVICES):
        shape = shapes[i % len(shapes)]
        name = f"{shape.__name__.replace('_', '-')}-{i // len(shapes)}"
        encode = logfmt if kind == "logfmt" else ENCODINGS.get(shape, COMPACT)
        services.append((Service(name, values), shape, encode))
    weights = zipf(SERVICES, 0.7)
    for first in range(0, lines, BLOCK_LINES):
        count = min(BLOCK_LINES, lines - first)
        picks = dice.choices(services, k=count, cum_weights=weights)
        made = []
        for number, (service, shape, encode) in enumerate(picks, first):
            text = encode(shape(service, values, START_MS + number * STEP_MS))
            if values.chance(ODD_SHARE):
                text = odd(text, values)
            made.append(text.replace("\n", " ") + "\n")
        yield "".join(made)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", choices=sorted(KINDS), default="json")
    parser.add_argument("--lines", type=int, default=100_000, help="lines to make (100000)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other lines (1)")
    parser.add_argument("--out", help="file to write (standard output)")
    options = parser.parse_args()
    with open(options.out, "wb") if options.out else sys.stdout.buffer as out:
        for text in blocks(options.kind, options.lines, options.seed):
            out.write(text.encode())


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        sys.exit(1)
