"""The pages say what the newest full result says, and ratios compare medians."""

import pathlib

import report
import tables

ROOT = pathlib.Path(__file__).resolve().parents[2]
RESULTS = ROOT / "bench/results"
RESULT_BYTES_MAX = 200_000


def test_pages_are_what_the_newest_full_result_makes_of_them():
    results = report.newest_full(RESULTS)
    assert results, "bench/results has no full result"
    for file, now, wanted in report.pages(ROOT, results):
        assert now == wanted, f"bring {file.name} up to date: bench/report.py"


def test_results_are_small():
    for file in RESULTS.glob("*.json"):
        assert file.stat().st_size < RESULT_BYTES_MAX, file.name


def runs(*warm, right=True):
    return {"right": right, "cold": {"cpu_ms": [99.0], "wall_ms": [99.0]},
            "warm": {"cpu_ms": list(warm), "wall_ms": list(warm)}}


def test_ratios_compare_medians():
    ingest = {"logpond": [{"cpu_s": c, "disk_bytes": 10} for c in (1.0, 2.0, 9.0)],
              "zstd -3": [{"cpu_s": 4.0, "disk_bytes": 20}]}
    word = {"logpond": runs(1.0, 2.0, 9.0), "rg": runs(8.0)}
    lines = {"corpus": {"bytes": 100, "lines": 10}, "ingest": ingest,
             "queries": {tables.WORD_QUERY: {"hits": 1, "systems": word}}}
    assert [value for _, value, _ in tables.headline(lines)] == [0.5, 0.5, 0.25]
    nothing = {"corpus": {"bytes": 100, "lines": 10}, "ingest": {}, "queries": {}}
    assert [value for _, value, _ in tables.headline(nothing)] == [None, None, None]


def test_a_wrong_answer_has_no_figure():
    queries = {"q": {"hits": 1, "systems": {"a": runs(2.0), "b": runs(1.0, right=False)}},
               "r": {"hits": 2, "systems": {"a": runs(150.0)}}}
    assert tables.query_rows(queries, "warm", "cpu_ms") == [
        ["query", "hits", "a", "b"], ["q", "1", "2.00", "wrong"], ["r", "2", "150", "-"]]


def test_columns_are_aligned_and_bars_are_escaped():
    lines = tables.aligned([["a", "bb"], ["long", "1"]]).splitlines()
    assert lines == ["a     bb", "----  --", "long   1"]
    assert tables.markdown([["a", "b"], ["x|y", "1"]]).splitlines()[2] == "| x\\|y | 1 |"


def test_only_the_part_between_the_marks_is_written():
    page = f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n"
    assert report.with_part(page, "new") == f"before\n{report.BEGIN}\nnew\n{report.END}\nafter\n"


def test_the_newest_full_result_is_taken(tmp_path):
    def result(name, finished, **more):
        (tmp_path / f"{name}.json").write_text(report._json(
            {"format": 2, "finished": finished, "full": True, **more}, 2))
    result("a", "2026-01-02T00:00Z", mark="right")
    result("b", "2026-01-03T00:00Z", full=False)
    result("c", "2026-01-04T00:00Z", format=1)
    result("d", "2026-01-01T00:00Z")
    assert report.newest_full(tmp_path)["mark"] == "right"
    (tmp_path / "a.json").unlink()
    (tmp_path / "d.json").unlink()
    assert report.newest_full(tmp_path) is None
