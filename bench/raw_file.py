"""What a person does without a log store: keep the file, zstd it, search it with rg."""

import subprocess

import measure
import workload

BLOCK_BYTES = 8 << 20


def compress(path, out):
    """zstd -3 on one thread, the whole file as one frame."""
    cost, _ = measure.run_pipeline([["zstd", "-3", "-T1", "--check", "-q", "-f", path, "-o", out]])
    return {"cpu_s": cost.cpu_s, "wall_s": cost.wall_s, "rss_peak_bytes": cost.rss_peak_bytes,
            "disk_bytes": measure.bytes_on_disk(out)}


def compress_in_blocks(path, out):
    """The same in pieces of 8 MiB that unpack by themselves, as a store would have to."""
    figures = {"cpu_s": 0.0, "wall_s": 0.0, "rss_peak_bytes": 0, "disk_bytes": 0}
    piece_path = out.with_suffix(".piece")
    with open(path, "rb") as file, open(out, "wb") as packed:
        while piece := file.read(BLOCK_BYTES):
            piece_path.write_bytes(piece)
            cost, frame = measure.run_pipeline(
                [["zstd", "-3", "-T1", "--check", "-q", "-c", piece_path]])
            packed.write(frame)
            figures["cpu_s"] += cost.cpu_s
            figures["wall_s"] += cost.wall_s
            figures["rss_peak_bytes"] = max(figures["rss_peak_bytes"], cost.rss_peak_bytes)
    piece_path.unlink()
    figures["disk_bytes"] = measure.bytes_on_disk(out)
    return figures


def search_arguments(query):
    """rg's arguments for a query, or None where rg has no counterpart (counts over time)."""
    if query.answer_form == workload.BY_LEVEL_MINUTE:
        return None
    how = ["-e", query.text] if query.kind == "regex" else ["-F", "-e", query.text]
    return how if query.answer_form == workload.ROWS else ["-c", *how]


def search(query, path, packed):
    """(answer, Cost) of rg over `path`, or over the zstd file when `packed`.

    A count by service is answered by the total alone: the floor of what it takes.
    """
    arguments = ["rg", "--no-config", *search_arguments(query)]
    if packed:
        cost, output = measure.run_pipeline([["zstd", "-dc", "-q", path], [*arguments, "-"]])
    else:
        cost, output = measure.run_pipeline([[*arguments, path]])
    if query.answer_form == workload.ROWS:
        return output.count(b"\n"), cost
    return int(output or 0), cost


def expected(query):
    if query.answer_form == workload.BY_SERVICE:
        return sum(query.answer.values())
    return query.answer


def version(program):
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return answer.stdout.splitlines()[0]
