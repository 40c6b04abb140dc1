"""Files, functions and lines stay small enough to be read in one go."""

import re

from lint.source_tree import code_only, cpp_files, is_test, show, sources

FILE_LINES_MAX = 800
FUNCTION_LINES_MAX = 70
LINE_COLUMNS_MAX = 100
# A line that holds one long text is broken nowhere better.
UNBREAKABLE = re.compile(r'R"|https?://|^#include |^\s*(//.*|"[^"]*"[,;)]*)$')


def test_files_are_short():
    long = [
        f"{show(p)}: {n} lines"
        for p in sources(".h", ".cpp", ".ts", ".tsx", ".py", ".sh", ".css")
        if (n := p.read_text(encoding="utf-8").count("\n")) > FILE_LINES_MAX
    ]
    assert long == []


def test_lines_are_short():
    wrong = []
    for path in cpp_files():
        if is_test(path):
            continue  # samples of real log lines are as long as they are
        code = code_only(path).split("\n")
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            if len(line) > LINE_COLUMNS_MAX and not UNBREAKABLE.search(line) and len(code[number - 1]) > 60:
                wrong.append(f"{show(path, number)}: {len(line)} columns")
    assert wrong == []


def function_lengths(code: str):
    """Yields (first line, lines) of each function body.

    clang-format puts a body's end at its head's own indentation, which makes this reliable enough
    without a parser: a line that ends with `{` after a `)` opens one unless it is a control statement.
    """
    lines = code.split("\n")
    control = re.compile(r"^\s*(\}?\s*else\b|if\b|for\b|while\b|switch\b|do\b|catch\b|\}\s*catch\b|try\b)")
    opening = re.compile(r"\)\s*(const|noexcept|override|final|mutable|->\s*[\w:<>&*, ]+|\s)*\{$")
    for start, line in enumerate(lines):
        stripped = line.rstrip()
        if not opening.search(stripped) or control.match(stripped):
            continue
        head = start
        # A head of several lines begins at the last line that is indented less.
        indent = len(line) - len(line.lstrip())
        while head > 0 and lines[head - 1].strip() and not lines[head - 1].rstrip().endswith((";", "{", "}")):
            head -= 1
            indent = min(indent, len(lines[head]) - len(lines[head].lstrip()))
        if control.match(lines[head]) or any("](" in part or "[&]" in part for part in lines[head:start + 1]):
            continue  # lambdas count as lines of the function around them
        for end in range(start + 1, len(lines)):
            closing = lines[end]
            if closing.startswith(" " * indent + "}") and len(closing) - len(closing.lstrip()) == indent:
                yield head + 1, end - head + 1
                break


def test_functions_are_short():
    long = []
    for path in cpp_files():
        if is_test(path):
            continue
        for line, length in function_lengths(code_only(path)):
            if length > FUNCTION_LINES_MAX:
                long.append(f"{show(path, line)}: {length} lines")
    assert long == []


def test_the_measure_sees_a_long_function():
    body = "\n".join("  a();" for _ in range(80))
    assert list(function_lengths(f"void f(int x) {{\n{body}\n}}\n")) == [(1, 82)]
    assert list(function_lengths("int g(int a,\n      int b) const {\n  return a;\n}\n")) == [(1, 4)]
    assert list(function_lengths("  if (x) {\n    a();\n  }\n")) == []
