"""How long one client waits until a batch of 1,000 records is on disk, beside a bare write.

Batches go one at a time over one connection. After each, the same bytes are written to a file in
the same folder and synced: what the disk alone takes, in the same minute.
"""

import os
import time

import measure
from suite import rounded
from engines.logpond import JSON_HEADERS, JSON_LINES, STREAM_FIELDS

BATCH_LINES = 1000
BATCHES_MAX = 500
QUANTILES = (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0))


def steps(suite, work):
    return suite.options.repeat


def run(suite, work):
    """System -> milliseconds of each batch, all repetitions."""
    engine = suite.engine("logpond")
    pushes, writes, batch_bytes = [], [], []
    for repetition in range(suite.options.repeat if engine else 0):
        suite.progress.step(f"latency {repetition + 1} of {suite.options.repeat}")
        folder = suite.fresh("latency")

        def action(folder=folder):
            engine.start(folder)
            _alternate(engine, work, folder.parent / "latency.bare", pushes, writes, batch_bytes)
        suite.attempt(engine, "latency", action)
        suite.fresh("latency")
    if not pushes:
        return None
    return {"batches": len(pushes), "batch_lines": BATCH_LINES,
            "batch_bytes": round(sum(batch_bytes) / len(batch_bytes)),
            "push_ms": quantiles(pushes), "bare_write_ms": quantiles(writes)}


def _alternate(engine, work, bare_path, pushes, writes, batch_bytes):
    path = JSON_LINES + STREAM_FIELDS
    connection = engine.server.connect()
    with open(bare_path, "wb") as bare:
        for batch in batches(work.path):
            start = time.perf_counter()
            engine.server.post_with_patience(path, batch, JSON_HEADERS, connection)
            pushed = time.perf_counter()
            os.write(bare.fileno(), batch)
            os.fdatasync(bare.fileno())
            written = time.perf_counter()
            pushes.append((pushed - start) * 1000)
            writes.append((written - pushed) * 1000)
            batch_bytes.append(len(batch))
    connection.close()
    measure.evict_from_page_cache(bare_path)
    bare_path.unlink()


def batches(path):
    """Up to BATCHES_MAX bodies of BATCH_LINES lines each."""
    with open(path, "rb") as file:
        for _ in range(BATCHES_MAX):
            lines = [line for _, line in zip(range(BATCH_LINES), file)]
            if len(lines) < BATCH_LINES:
                return
            yield b"".join(lines)


def quantiles(values):
    ordered = sorted(values)
    return rounded({name: ordered[min(len(ordered) - 1, int(share * len(ordered)))]
                           for name, share in QUANTILES})
