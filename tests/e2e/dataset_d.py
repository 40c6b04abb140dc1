"""A small data set on which Loki's own answers are known (logql_examples.txt)."""

from support.loki import SECOND, Loki

T0 = 1_795_219_200 * SECOND  # 2026-11-21T00:00:00Z

STREAMS = {
    ("shop", "prod"): [
        (10, 'level=info msg="order placed" id=101 dur=120ms size=2KB ip=10.0.0.5'),
        (20, 'level=error msg="card refused" id=102 dur=1.5s size=512B ip=10.0.1.9'),
        (30, 'level=info msg="order placed" id=103 dur=80ms size=4KB ip=192.168.7.1'),
        (70, 'level=warn msg="slow db" id=104 dur=oops size=1MB ip=fe80::1'),
    ],
    ("gate", "prod"): [
        (
            15,
            '{"level":"info","req":{"method":"GET","path":"/a"},"code":200,"ms":12,'
            '"tags":["x","y"]}',
        ),
        (
            25,
            '{"level":"error","req":{"method":"POST","path":"/b"},"code":500,"ms":250,"tags":[]}',
        ),
        (45, '{"level":"info","req":{"method":"GET","path":"/c"},"code":404,"ms":7}'),
        (65, '{"level":"info","req":{'),
    ],
    ("gate", "dev"): [
        (12, "10.1.2.3 - GET /health 200 15"),
        (40, "10.1.2.4 - POST /login 401 230"),
        (55, "::1 - GET /metrics 200 9"),
    ],
    ("pack", "dev"): [
        (18, '{"_entry":"real line","pod":"p-7","n":"1"}'),
        (35, "\x1b[31mred alert\x1b[0m"),
    ],
    ("meta", "prod"): [
        (22, "login ok", {"trace": "abc", "user": "ann"}),
        (44, "login failed", {"trace": "def", "user": "bob"}),
    ],
}

# Nothing is added to what was pushed, and the clock of the machine does not matter.
CONFIG = """
[loki]
discover_service_name = false
discover_log_levels = false
reject_newer_than = 0
"""


def push_dataset(loki: Loki) -> None:
    for (app, env), rows in STREAMS.items():
        entries = [(T0 + row[0] * SECOND, *row[1:]) for row in rows]
        loki.push({"app": app, "env": env}, entries)
