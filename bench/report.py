"""Results as JSON, as tables on the terminal and as the generated part of docs/benchmarks.md."""

import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess

BEGIN = "<!-- begin: written by bench/run.py -->"
END = "<!-- end: written by bench/run.py -->"
WORD_QUERY = "rare word"  # what the third ratio compares

# (title, key, scale, decimals)
INGEST_COLUMNS = (
    ("CPU s", "cpu_s", 1.0, 2),
    ("CPU s/GB", "cpu_s_per_gb", 1.0, 2),
    ("MB/CPU s", "mb_per_cpu_s", 1.0, 0),
    ("wall s", "wall_s", 1.0, 2),
    ("MB/s wall", "mb_per_s_wall", 1.0, 0),
    ("MB on disk", "disk_bytes", 1e-6, 2),
    ("bytes/line", "bytes_per_line", 1.0, 2),
    ("peak RSS MB", "rss_peak_bytes", 1e-6, 0),
)


def machine():
    model = "unknown"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {"cpu": model, "cores": os.cpu_count(), "kernel": platform.release(),
            "memory_bytes": memory, "load_before": round(os.getloadavg()[0], 2)}


def commit(root):
    """(short commit, whether tracked files differ from it); ("unknown", False) outside git."""
    def git(*arguments):
        return subprocess.run(["git", "-C", root, *arguments], capture_output=True, text=True,
                              check=True).stdout.strip()
    try:
        changed = git("status", "--porcelain", "--untracked-files=no", "--", "src", "cmake")
        return git("rev-parse", "--short", "HEAD"), bool(changed)
    except (OSError, subprocess.CalledProcessError):
        return "unknown", False


def with_rates(figures, corpus):
    """The figures of one ingest with what follows from them and the size of the input."""
    megabytes = corpus["bytes"] / 1e6
    return {**figures,
            "cpu_s_per_gb": figures["cpu_s"] / megabytes * 1000,
            "mb_per_cpu_s": megabytes / max(figures["cpu_s"], 1e-9),
            "mb_per_s_wall": megabytes / max(figures["wall_s"], 1e-9),
            "bytes_per_line": figures["disk_bytes"] / max(corpus["lines"], 1)}


def median(runs, key):
    values = [run[key] for run in runs if key in run]
    return statistics.median(values) if values else None


def ratios(results):
    """[(sentence, value or None, aim)]: the three figures that hold on any machine."""
    ingest, queries = results["ingest"], results["queries"]

    def ingest_ratio(key):
        if not ingest.get("logpond") or not ingest.get("zstd -3"):
            return None
        return median(ingest["logpond"], key) / median(ingest["zstd -3"], key)

    word = queries.get(WORD_QUERY, {}).get("systems", {})
    search = None
    if word.get("logpond") and word.get("rg"):
        search = median(word["logpond"]["warm"], "cpu_s") / median(word["rg"]["warm"], "cpu_s")
    return [("Logpond ingest CPU / zstd -3 CPU", ingest_ratio("cpu_s"), 1.0),
            ("Logpond bytes on disk / zstd -3 bytes", ingest_ratio("disk_bytes"), 0.37),
            ("Logpond word query CPU / rg CPU", search, 0.1)]


def number(value, decimals):
    return "-" if value is None else f"{value:,.{decimals}f}"


def ratio_rows(results):
    return [["ratio", "value", "aim"]] + [
        [sentence, number(value, 3), f"at most {aim:g}"]
        for sentence, value, aim in results["ratios"]]


def ingest_rows(results):
    rows = [["ingest"] + [title for title, *_ in INGEST_COLUMNS]]
    for system, runs in results["ingest"].items():
        cells = []
        for _, key, scale, decimals in INGEST_COLUMNS:
            value = median(runs, key)
            cells.append(number(None if value is None else value * scale, decimals))
        rows.append([system] + cells)
    return rows


def query_rows(results, key):
    """One row a query, a warm and a cold column a system, in milliseconds."""
    systems = [s for s in results["systems"] if any(
        s in query["systems"] for query in results["queries"].values())]
    rows = [["query", "hits"] + [f"{s} {state}" for s in systems for state in ("warm", "cold")]]
    for name, query in results["queries"].items():
        cells = []
        for system in systems:
            runs = query["systems"].get(system, {"warm": [], "cold": []})
            for state in ("warm", "cold"):
                value = median(runs[state], key)
                cells.append(number(None if value is None else value * 1000, 1))
        rows.append([name, f"{query['hits']:,}"] + cells)
    return rows


def tables(results):
    """[(title, rows)] of everything that was measured."""
    found = [("Ratios", ratio_rows(results))]
    if results["ingest"]:
        found.append(("Ingest", ingest_rows(results)))
    if results["queries"]:
        found.append(("Queries, CPU milliseconds", query_rows(results, "cpu_s")))
        found.append(("Queries, wall milliseconds", query_rows(results, "wall_s")))
    return found


def aligned(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(row[1:], widths[1:])]
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def markdown(rows):
    def line(cells):
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    rule = ["---"] + ["---:"] * (len(rows[0]) - 1)
    return "\n".join([line(rows[0]), line(rule)] + [line(row) for row in rows[1:]])


def setting(results):
    """One sentence about where and with what the figures were made."""
    at, corpus, where = results["date"], results["corpus"], results["machine"]
    changed = " with changes" if results["changed"] else ""
    return (f"{at}, commit {results['commit']}{changed}; {where['cpu']}, "
            f"{where['cores']} cores, Linux {where['kernel']}, load {where['load_before']} "
            f"before the run; {corpus['lines']:,} lines, {corpus['bytes'] / 1e6:.1f} MB, "
            f"{corpus['bytes'] / max(corpus['lines'], 1):.1f} bytes a line; medians of "
            f"{results['repeat']} repetitions")


def print_tables(results):
    for title, rows in tables(results):
        print(f"{title}\n{aligned(rows)}\n")
    print(setting(results))


def save(results, folder):
    """Writes the raw results; returns the file's path."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{results['date']}-{results['commit']}.json"
    file.write_text(json.dumps(results, indent=1) + "\n")
    return file


def update_document(results, document):
    """Replaces what stands between the markers; the rest is written by people."""
    text = document.read_text()
    before, rest = text.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    parts = [setting(results) + ".",
             "Made by `" + results["command"] + "` with "
             + ", ".join(f"{k} {v}" for k, v in results["versions"].items()) + "."]
    for title, rows in tables(results):
        parts.append(f"### {title}\n\n{markdown(rows)}")
    if results["queries"]:
        texts = [["query", "LogQL"]] + [
            [name, f"`{query['logql']}`"] for name, query in results["queries"].items()]
        parts.append("### What was asked\n\n" + markdown(texts).replace("---:", "---"))
    document.write_text(before + BEGIN + "\n" + "\n\n".join(parts) + "\n" + END + after)


def today():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
