"""What a person does without a log store: keep the file, zstd it, search it with rg."""

import json
import shutil
import subprocess

import measure
import workload
from engines.engine import Engine, EngineError

BLOCK_BYTES = 8 << 20
PACK = ["zstd", "-3", "-T1", "--check", "-q"]


def compress(path, out):
    """zstd -3 on one thread, the whole file as one frame; returns the figures of it."""
    cost, _ = measure.run_pipeline([[*PACK, "-f", path, "-o", out]])
    return {"cpu_s": cost.cpu_s, "wall_s": cost.wall_s, "rss_peak_bytes": cost.rss_peak_bytes,
            "disk_bytes": measure.bytes_on_disk(out)}


def compress_in_blocks(path, out):
    """The same in pieces of 8 MiB that unpack by themselves, as a store would have to."""
    figures = {"cpu_s": 0.0, "wall_s": 0.0, "rss_peak_bytes": 0, "disk_bytes": 0}
    piece_path = out.with_suffix(".piece")
    with open(path, "rb") as file, open(out, "wb") as packed:
        while piece := file.read(BLOCK_BYTES):
            piece_path.write_bytes(piece)
            cost, frame = measure.run_pipeline([[*PACK, "-c", piece_path]])
            packed.write(frame)
            figures["cpu_s"] += cost.cpu_s
            figures["wall_s"] += cost.wall_s
            figures["rss_peak_bytes"] = max(figures["rss_peak_bytes"], cost.rss_peak_bytes)
    piece_path.unlink(missing_ok=True)
    figures["disk_bytes"] = measure.bytes_on_disk(out)
    return figures


def search_arguments(query):
    """rg's arguments for a query, or None where rg has no counterpart."""
    if query.kind == "all":
        return None
    how = ["-e", query.text] if query.kind == "regex" else ["-F", "-e", query.text]
    return how if query.answer_form == workload.ROWS else ["-c", *how]


class _Program(Engine):
    program = ""

    def unavailable(self):
        return None if shutil.which(self.program) else f"{self.program} is not installed"

    def version(self):
        answer = subprocess.run([self.program, "--version"], capture_output=True, text=True,
                                check=True)
        return answer.stdout.splitlines()[0].strip("* ")

    def start(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder


class _Search(_Program):
    """rg over whole lines: what it finds in other columns counts too (Query.raw_answer).

    A count by service is answered by the total alone: the floor of what it takes.
    """

    def can_answer(self, query):
        return search_arguments(query) is not None

    def expected(self, query):
        return query.raw_answer

    def _commands(self, arguments, work):
        raise NotImplementedError

    def ask(self, query, work):
        arguments = ["rg", "--no-config", *search_arguments(query)]
        try:
            cost, output = measure.run_pipeline(
                self._commands(arguments, work), may_find_nothing=True)
        except RuntimeError as failure:
            raise EngineError(str(failure)) from failure
        if query.answer_form != workload.ROWS:
            return int(output or 0), cost
        records = [json.loads(line) for line in output.splitlines()]
        return workload.rows_answer(query, [(workload.milliseconds(record["timestamp"]),
                                             record["message"]) for record in records]), cost


class Ripgrep(_Search):
    key = name = query_name = program = "rg"
    stores = False

    def _commands(self, arguments, work):
        return [[*arguments, work.path]]

    def files(self, folder, work):
        return [work.path]


class Zstd(_Search):
    key = program = "zstd"
    name, query_name = "zstd -3", "zstd | rg"

    def ingest(self, work):
        return compress(work.path, self._folder / "corpus.zst")

    def _commands(self, arguments, work):
        return [["zstd", "-dc", "-q", self._folder / "corpus.zst"], [*arguments, "-"]]


class ZstdBlocks(_Program):
    key, name, program = "zstd-blocks", "zstd -3, 8 MiB blocks", "zstd"
    answers = False

    def ingest(self, work):
        return compress_in_blocks(work.path, self._folder / "blocks.zst")
