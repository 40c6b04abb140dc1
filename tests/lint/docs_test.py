"""Pages that repeat what the code says are made from it, or compared with it."""

import re
import subprocess

import pytest

from lint.layers_test import layers
from lint.source_tree import ROOT, show, tracked_files

from support.program import run_program


def shown(home, *arguments):
    run = run_program(*arguments, home=home)
    assert run.returncode == 0, run.stderr.decode()
    return run.stdout.decode()


def test_configuration_reference_is_up_to_date(tmp_path):
    page = ROOT / "docs" / "reference" / "config.md"
    made = shown(tmp_path, "docs", "config")
    assert page.read_text(encoding="utf-8") == made, (
        "bring it up to date: build/release/logpond docs config > docs/reference/config.md")


def test_commands_of_the_man_page_answer_to_help(tmp_path):
    names = re.findall(r"^\.B ([a-z]+)$", shown(tmp_path, "docs", "man"), re.M)
    assert "serve" in names
    for name in names:
        if name == "logpond":
            continue
        text = shown(tmp_path, name, "--help")
        assert "Usage: logpond " + name in text and "Examples:" in text, name


MODULE_TABLES = [p for p in ("docs/ARCHITECTURE.md", "docs/architecture.md") if (ROOT / p).exists()]


@pytest.mark.parametrize("page", MODULE_TABLES)
def test_module_table_equals_the_folders(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    rows = set(re.findall(r"^\|[^|\n]*\|?\s*`(?:src/)?([a-z_]+)/`", text, re.M))
    if not rows:
        pytest.fail(f"{page} has no table of modules (rows with `folder/` in the first or second column)")
    assert rows == {p.name for p in (ROOT / "src").iterdir() if p.is_dir()}


def test_layers_name_no_folder_that_is_gone():
    assert layers().keys() - {p.name for p in (ROOT / "src").iterdir() if p.is_dir()} == set()


def test_links_between_pages_lead_somewhere():
    broken = []
    for page in tracked_files():
        if page.suffix != ".md":
            continue
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                broken.append(f"{show(page)} -> {target}")
    assert broken == []


def test_scripts_are_valid_shell():
    scripts = [p for p in tracked_files() if p.suffix == ".sh"] + [ROOT / ".ci" / "run"]
    for script in scripts:
        run = subprocess.run(["bash", "-n", str(script)], capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        assert script.stat().st_mode & 0o111, f"{show(script)} is not executable"
