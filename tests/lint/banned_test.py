"""Calls and habits that the style guide bans, each with the reason."""

import re

import pytest

from lint.source_tree import ROOT, code_only, cpp_files, is_test, show, sources, tracked_files


def hits(pattern: str, paths, read=code_only, flags=0) -> list[str]:
    wanted = re.compile(pattern, flags)
    found = []
    for path in paths:
        text = read(path)
        for match in wanted.finditer(text):
            found.append(f"{show(path, text.count(chr(10), 0, match.start()) + 1)}: {match.group(0).strip()}")
    return found


def product(*outside: str):
    return [p for p in cpp_files() if not is_test(p) and not any(f"src/{o}/" in p.as_posix() for o in outside)]


BANNED = {
    "time is a platform::Clock&": (r"\b(system_clock|high_resolution_clock)::now\(", ("platform",)),
    "no C time outside platform/": (r"(?<![\w.>:])(?:std::)?(?:time|gettimeofday|clock_gettime)\((?:NULL|nullptr|0|CLOCK)", ("platform",)),
    "randomness is a platform::Random&": (r"\b(std::random_device|std::mt19937|srand\(|[^\w.>:]rand\(\))", ("platform",)),
    "names say where they come from": (r"\busing namespace (?:std|boost)\b(?!::\w*literals)", ()),
    "no registering statics, no detached threads": (r"\.detach\(\)", ()),
    "unsafe C text functions": (r"(?<![\w.>:])(?:strcpy|strcat|sprintf|gets|strtok)\(", ()),
    "no shell": (r"(?<![\w.>:])(?:std::)?(?:system|popen)\(", ()),
    "exceptions stay in adapters: nothing of ours throws": (r"\bthrow\b(?!\s*;)", ()),
    "files go through platform::FileSystem": (r"\bstd::(?:i|o)?fstream\b|(?<![\w.>:])(?:std::)?fopen\(", ("platform",)),
}


@pytest.mark.parametrize("reason", BANNED)
def test_banned_calls_are_absent(reason):
    pattern, outside = BANNED[reason]
    assert hits(pattern, product(*outside)) == []


def test_memory_has_owners():
    # A private constructor cannot be reached by make_unique, and what must outlive every thread at exit
    # is a static reference that is never destroyed: these two forms of new are right.
    allowed = re.compile(
        r"(unique_ptr|shared_ptr)\s*<[^;]*\(\s*new\b|static [\w: ]+& \w+ = \*new\b|operator (new|delete)|=\s*delete")
    wrong = []
    for path in product():
        for number, line in enumerate(code_only(path).split("\n"), 1):
            if re.search(r"(?<![\w.>:])(new\s+[\w:]+|delete(\[\])?\s+\w)", line) and not allowed.search(line):
                wrong.append(f"{show(path, number)}: {line.strip()}")
    assert wrong == []


def test_marks_of_unfinished_work_carry_an_issue():
    mark = r"\b(?:TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))[^\n]*"
    files = [p for p in tracked_files() if p.suffix in {".h", ".cpp", ".ts", ".tsx", ".py", ".sh", ".cmake", ".md"}]
    own = ROOT / "tests" / "lint"
    found = hits(mark, [p for p in files if not p.is_relative_to(own)], read=lambda p: p.read_text(encoding="utf-8"))
    assert found == []


def test_secrets_are_not_printed():
    secret = r"(?i)\b(?:diag\w*|printf|fprintf|fputs|cout\s*<<|cerr\s*<<|spdlog::\w+)\s*\([^;]*\b\w*(?:password|secret|api_key|bearer)\w*\s*[,)]"
    assert hits(secret, product(), flags=re.DOTALL) == []


def test_coroutines_await_named_values():
    # g++ 12 frees twice when a co_await expression holds a braced temporary or a capturing lambda.
    assert hits(r"co_await[^;]*?[{\[][^;]*;", cpp_files(), flags=re.DOTALL) == []


def test_headers_have_a_guard_and_no_namespace_dump():
    wrong = [show(p) for p in sources(".h", under="src") if "#pragma once" not in p.read_text(encoding="utf-8")]
    assert wrong == []


def test_headers_open_with_their_purpose():
    wrong = [show(p) for p in sources(".h", under="src") if not p.read_text(encoding="utf-8").startswith("// ")]
    assert wrong == []


def test_only_net_sees_boost():
    assert hits(r'#include <boost/', [p for p in product() if "src/net/" not in p.as_posix()]) == []


def test_file_names_say_what_is_inside():
    vague = re.compile(r"^(utils?|helpers?|common|misc|stuff|types)\b")
    assert [show(p) for p in tracked_files() if p.is_relative_to(ROOT / "src") and vague.match(p.name)] == []


def test_tests_do_not_sleep_or_skip():
    # Allowed: a millisecond between two looks at a condition, and a skip that says what the machine lacks.
    pattern = (r"\bsleep_for\((?!std::chrono::milliseconds\([1-5]\)\))[^\n]*"
               r"|\b(?:sleep_until|usleep)\b[^\n]*|\bDISABLED_\w*|\bGTEST_SKIP\(\)(?! <<)[^\n]*")
    wrong = hits(pattern, [p for p in cpp_files() if is_test(p)])
    python = [p for p in sources(".py", under="tests") if not p.is_relative_to(ROOT / "tests" / "lint")]
    wrong += hits(r"pytest\.mark\.(?:skip|xfail)\b", python, read=lambda p: p.read_text(encoding="utf-8"))
    assert wrong == []


def test_no_path_of_a_developers_machine():
    pattern = r"(?<![\w.-])/(?:home/\w+|root|work)/[\w.]"
    text_files = [p for p in tracked_files() if p.suffix in
                  {".h", ".cpp", ".ts", ".tsx", ".py", ".sh", ".cmake", ".md", ".txt", ".json", ".toml", ".service"}
                  and not p.is_relative_to(ROOT / "tests" / "lint")]
    found = hits(pattern, text_files, read=lambda p: p.read_text(encoding="utf-8"))
    assert [f for f in found if "/home/ann" not in f] == []  # the imaginary user of tests
