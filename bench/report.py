#!/usr/bin/env python3
"""Results as JSON, as tables, and as the generated parts of README.md and docs/benchmarks.md.

  bench/report.py            writes both pages from the newest full result
  bench/report.py --check    says whether they are what it would write
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import subprocess
import sys

import tables

FORMAT = 2
FULL_PARTS = {"lines", "latency", "structured"}
BEGIN = "<!-- begin: written by bench/report.py -->"
END = "<!-- end: written by bench/report.py -->"


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
    """(short commit, whether the program's sources differ); ("unknown", False) outside git."""
    def git(*arguments):
        return subprocess.run(["git", "-C", root, *arguments], capture_output=True, text=True,
                              check=True).stdout.strip()
    try:
        changed = git("status", "--porcelain", "--untracked-files=no", "--", "src", "cmake")
        return git("rev-parse", "--short", "HEAD"), bool(changed)
    except (OSError, subprocess.CalledProcessError):
        return "unknown", False


def results_of(suite, sections, about_machine, root):
    """Everything that is kept of a run."""
    at, changed = commit(root)
    options = suite.options
    now = datetime.datetime.now(datetime.timezone.utc)
    full = (FULL_PARTS <= sections.keys() and not suite.failures
            and not options.engines and not options.skip)
    return {"format": FORMAT, "finished": now.strftime("%Y-%m-%dT%H:%MZ"), "full": full,
            "commit": at, "changed": changed, "command": options.command,
            "repeat": options.repeat, "machine": about_machine,
            "versions": {name: text for name, text in suite.versions.items() if text},
            "skipped": suite.skipped, "wrong": suite.wrong, "failures": suite.failures,
            "parts": sections}


def save(results, folder):
    """Writes the raw results, a line a value of the second level; returns the file's path."""
    folder.mkdir(parents=True, exist_ok=True)
    stamp = results["finished"].replace(":", "").rstrip("Z")
    file = folder / f"{stamp}-{results['commit']}.json"
    file.write_text(_json(results, 4) + "\n")
    return file


def _json(value, depth, indent=1):
    """JSON with line breaks down to `depth` levels: small files that git can compare."""
    if depth == 0 or not isinstance(value, dict) or not value:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    inner = (f"{' ' * indent}{json.dumps(key, ensure_ascii=False)}: "
             f"{_json(item, depth - 1, indent + 1)}" for key, item in value.items())
    return "{\n" + ",\n".join(inner) + "\n" + " " * (indent - 1) + "}"


def newest_full(folder):
    """The newest full result of a folder, or None."""
    found = []
    for file in folder.glob("*.json"):
        results = json.loads(file.read_text())
        if results.get("format") == FORMAT and results["full"]:
            found.append((results["finished"], file.name, results))
    return max(found)[2] if found else None


def print_tables(results):
    for title, rows in tables.all_tables(results):
        print(f"{title}\n{tables.aligned(rows)}\n")
    print(tables.setting(results))
    for line in tables.remarks(results):
        print(line)


def with_part(page, text):
    """The page with `text` between its markers; the rest is written by people."""
    before, rest = page.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    return f"{before}{BEGIN}\n{text}\n{END}{after}"


def pages(root, results):
    """[(file, what it says now, what it must say)] of the pages that have a generated part."""
    found = []
    for name, part in (("README.md", tables.readme_part), ("docs/benchmarks.md",
                                                           tables.document_part)):
        file = root / name
        now = file.read_text()
        found.append((file, now, with_part(now, part(results))))
    return found


def update_pages(root, results):
    for file, _, wanted in pages(root, results):
        file.write_text(wanted)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    root = pathlib.Path(__file__).resolve().parent.parent
    options = parser.parse_args()
    results = newest_full(root / "bench/results")
    if not results:
        sys.exit("report.py: bench/results has no full result")
    if not options.check:
        update_pages(root, results)
        return 0
    stale = [file.name for file, now, wanted in pages(root, results) if now != wanted]
    for name in stale:
        print(f"{name} is not what bench/report.py writes", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
