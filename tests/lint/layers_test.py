"""Folders are the architecture: includes point only where cmake/layers.cmake and DEPS allow."""

import re

from lint.source_tree import ROOT, code_only, cpp_files, is_test, module_of, show

LAYERS_FILE = ROOT / "cmake" / "layers.cmake"
INCLUDE = re.compile(r'^#include "([a-z_]+)/', re.MULTILINE)


def layers() -> dict[str, int]:
    found = {}
    for number, names in re.findall(r"^set\(LOGPOND_LAYER_(\d+) ([^)]*)\)", LAYERS_FILE.read_text(), re.M):
        for name in names.split():
            found[name] = int(number)
    return found


def neighbours() -> set[tuple[str, str]]:
    text = re.search(r'^set\(LOGPOND_NEIGHBOURS "?([^")]*)"?\)', LAYERS_FILE.read_text(), re.M).group(1)
    return {tuple(pair.split(":")) for pair in re.split(r"[;\s]+", text) if pair}


def declared_deps() -> dict[str, set[str]]:
    """DEPS of each module's logpond_module(...) call."""
    deps = {}
    for path in sorted((ROOT / "src").glob("*/CMakeLists.txt")):
        call = re.search(r"logpond_module\((.*?)\)", path.read_text(), re.DOTALL)
        words = call.group(1).split() if call else []
        taking = False
        names = set()
        for word in words:
            if word.isupper():
                taking = word == "DEPS"
            elif taking:
                names.add(word)
        deps[path.parent.name] = names
    return deps


def test_every_folder_of_src_has_a_layer():
    folders = {p.name for p in (ROOT / "src").iterdir() if p.is_dir()}
    assert folders - layers().keys() == set(), "folders without a layer in cmake/layers.cmake"


def test_deps_point_downwards():
    layer, allowed = layers(), neighbours()
    wrong = [
        f"{module} (layer {layer[module]}) depends on {dep} (layer {layer[dep]})"
        for module, deps in declared_deps().items()
        for dep in deps
        if layer[dep] >= layer[module] and (module, dep) not in allowed
    ]
    assert wrong == []


def test_includes_are_declared():
    deps, known = declared_deps(), layers()
    wrong = []
    for path in cpp_files():
        if is_test(path):
            continue
        module = module_of(path)
        for used in INCLUDE.findall(code_only(path)):
            if used in known and used != module and used not in deps.get(module, set()):
                wrong.append(f'{show(path)} includes "{used}/...", which is not in the DEPS of {module}')
    assert wrong == []


def test_quoted_includes_exist():
    wrong = []
    for path in cpp_files():
        if is_test(path):
            continue  # tests also include from tests/ and from beside themselves
        for line, text in enumerate(code_only(path).split("\n"), 1):
            match = re.match(r'#include "([^"]+)"', text)
            if match and match.group(1) != "build_commit.h" and not (ROOT / "src" / match.group(1)).exists():
                wrong.append(f"{show(path, line)}: {match.group(1)} is not a path below src/")
    assert wrong == []
