"""Every C++ file is as clang-format 19 writes it."""

import shutil
import subprocess

from lint.source_tree import ROOT, cpp_files


def test_cpp_files_are_formatted():
    tool = shutil.which("clang-format-19")
    assert tool, "clang-format-19 is missing: make test-dependencies installs it"
    files = [str(p) for p in cpp_files("src") + cpp_files("fuzz")]
    run = subprocess.run([tool, "--dry-run", "-Werror", *files], cwd=ROOT, capture_output=True, text=True)
    places = sorted({line.split(": error")[0] for line in run.stderr.splitlines() if ": error" in line})
    assert run.returncode == 0, "not formatted (clang-format-19 -i FILE):\n" + "\n".join(places[:40])
