"""What the parts of the benchmark share: engines, folders, checks of answers, repeated runs.

A peer that fails is reported and left out of what is still to come; the others go on. Logpond
failing, or answering wrongly, makes the whole run a failure, after everything else was measured.
"""

import http.client
import pathlib
import pickle
import re
import shutil
import subprocess
import sys
import time

import measure
from engines import registry
from engines.engine import EngineError

WARM_RUNS_MIN, WARM_RUNS_MAX, WARM_SECONDS = 3, 20, 0.4
TOLERANCE = 1e-9  # of sums of fractions: their order of adding is the system's own
# Folders of this machine are of no use to a reader of the results.
FOLDERS = re.compile(r"(?<![\w.-])/(?:home|root|tmp|work)/(?:[^\s/:'\"]+/)*")
FAILURES = (EngineError, OSError, RuntimeError, ValueError, LookupError, TypeError,
            http.client.HTTPException, subprocess.SubprocessError)


class Progress:
    """One line on the terminal that says what is running; silent elsewhere."""

    def __init__(self):
        self._steps, self._done, self._start = 0, 0, time.monotonic()
        self._shown = sys.stderr.isatty()

    def expect(self, steps):
        self._steps += steps

    def step(self, what):
        self._done += 1
        if self._shown:
            seconds = time.monotonic() - self._start
            width = shutil.get_terminal_size().columns - 1
            text = f"[{self._done}/{max(self._steps, self._done)}] {seconds:4.0f} s  {what}"
            print(f"\r\033[K{text[:width]}", end="", file=sys.stderr, flush=True)

    def end(self):
        if self._shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


class Suite:
    """Owned by run.py; a part gets it and returns its section of the results."""

    def __init__(self, options, work_folder):
        self.options, self.folder = options, work_folder
        self.progress = Progress()
        self.versions, self.skipped, self.failures, self.wrong = {}, {}, [], []
        self.engines = []
        for engine in registry.all_engines(options.binary):
            reason = "left out by an option" if left_out(engine, options) else engine.unavailable()
            if reason:
                self.skipped[engine.name] = FOLDERS.sub("", reason)
            else:
                self.engines.append(engine)

    def engine(self, key):
        """The engine of this key, or None where it cannot run or has failed."""
        return next((engine for engine in self.engines if engine.key == key), None)

    def fresh(self, name):
        """A path at which nothing is, for a data folder or a file."""
        place = self.folder / name
        if place.is_dir():
            shutil.rmtree(place)
        place.unlink(missing_ok=True)
        return place

    def data_folder(self, engine):
        return self.folder / engine.key

    def attempt(self, engine, what, action):
        """action(), or None after its failure was written down."""
        try:
            with engine:
                return action()
        except FAILURES as failure:
            said = failure.args[0] if isinstance(failure, EngineError) else repr(failure)
            reason = f"{what}: {FOLDERS.sub('', said)}"
            if engine.key.startswith("logpond"):
                self.failures.append(f"{engine.name}, {reason}")
            else:
                self.skipped[engine.name] = reason
                if engine in self.engines:
                    self.engines.remove(engine)
            print(f"\n{engine.name} fails, {reason}", file=sys.stderr)
            return None

    def ingest(self, engine, work, what, folder=None):
        """One ingest into a fresh folder, checked by the number of stored lines; figures or None.

        The version is asked for here, while the system runs.
        """
        def action():
            engine.start(self.fresh((folder or self.data_folder(engine)).name))
            figures = engine.ingest(work)
            stored = engine.stored_lines(work)
            if stored is not None:
                self.check(engine, f"{what}, stored lines", stored, work.lines)
            if engine.name not in self.versions:
                self.versions[engine.name] = engine.version()
            return figures
        return self.attempt(engine, what, action)

    def ask_cold_and_warm(self, engine, work, query, folder=None):
        """{"cold": [...], "warm": [...], "right": bool} of one query on a just started system.

        Its files were dropped from the page cache; None when the system failed.
        """
        def action():
            place = folder or self.data_folder(engine)
            for path in engine.files(place, work):
                measure.evict_from_page_cache(path)
            engine.start(place)
            return self.runs(engine, query.name, lambda: engine.ask(query, work),
                             engine.expected(query))
        return self.attempt(engine, query.name, action)

    def runs(self, engine, what, ask, expected):
        """One cold run, then warm ones, each checked."""
        answer, cost = ask()
        right = self.check(engine, what, answer, expected)
        cold, warm = [cost], []
        start = time.monotonic()
        while len(warm) < WARM_RUNS_MIN or (
                len(warm) < WARM_RUNS_MAX and time.monotonic() - start < WARM_SECONDS):
            answer, cost = ask()
            right = self.check(engine, what, answer, expected) and right
            warm.append(cost)
        return {"cold": cold, "warm": warm, "right": right}

    def check(self, engine, what, answer, expected):
        """Whether the answer is right; a wrong one is written down."""
        if same(answer, expected):
            return True
        message = f"{engine.name}, {what}: got {_short(answer)}, must be {_short(expected)}"
        if isinstance(answer, dict) and isinstance(expected, dict):
            differing = [key for key in {**answer, **expected}
                         if not same(answer.get(key), expected.get(key))]
            key = min(differing)
            message = (f"{engine.name}, {what}: {len(differing)} groups differ, for example {key}: "
                       f"got {answer.get(key)}, must be {expected.get(key)}")
        if message not in self.wrong:
            self.wrong.append(message)
            if engine.key.startswith("logpond"):
                self.failures.append(f"wrong answer: {message}")
        return False


def left_out(engine, options):
    """Whether --engines or --skip say so; "chdb" stands for chdb-zstd and chdb-text too."""
    def named(names):
        return any(engine.key == name or engine.key.startswith(name + "-") for name in names)
    return named(options.skip) or (bool(options.engines) and not named(options.engines))


def same(answer, expected):
    if isinstance(answer, float) or isinstance(expected, float):
        return (answer is not None and expected is not None
                and abs(answer - expected) <= TOLERANCE * max(1.0, abs(expected)))
    if isinstance(answer, dict) and isinstance(expected, dict):
        return answer.keys() == expected.keys() and all(
            same(answer[key], expected[key]) for key in expected)
    return answer == expected


def packed(runs):
    """Costs as the results keep them: milliseconds, to the microsecond."""
    return {state: {"cpu_ms": [round(cost.cpu_s * 1000, 3) for cost in runs[state]],
                    "wall_ms": [round(cost.wall_s * 1000, 3) for cost in runs[state]]}
            for state in ("cold", "warm")}


def add_runs(table, name, runs):
    """Adds one repetition to what `table` holds of the system `name`."""
    if runs is None:
        return
    entry = table.setdefault(name, {
        "right": True, "cold": {"cpu_ms": [], "wall_ms": []},
        "warm": {"cpu_ms": [], "wall_ms": []}})
    entry["right"] = entry["right"] and runs["right"]
    for state, figures in packed(runs).items():
        for key, values in figures.items():
            entry[state][key] += values


def rounded(figures):
    return {key: round(value, 6) if isinstance(value, float) else value
            for key, value in figures.items()}


def remembered(cache_folder, name, make):
    """What make() gives, kept in a file between runs."""
    file = pathlib.Path(cache_folder) / f"{name}.pickle"
    if file.exists():
        return pickle.loads(file.read_bytes())
    value = make()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(pickle.dumps(value))
    return value


def _short(value):
    text = str(value)
    return text if len(text) <= 80 else text[:77] + "..."
