"""The command line against a real server: what it prints, and how it ends."""

import csv
import io
import json
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from support.loki import HOUR, Loki
from support.program import clean_environment, program_path, run_program
from support.server import Server
from support.waiting import eventually

COMMANDS = (
    "serve push query tail labels series generate check flush version"
    " delete patterns compact verify backup restore"
).split()
Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the program in an empty home; `to` names a server."""

    def run_in_home(*arguments: str | Path, to: Server | None = None, **more):
        if to is not None:
            more["LOGPOND_ADDR"] = to.url
        return run_program(*arguments, home=tmp_path, **more)

    return run_in_home


def out(result: subprocess.CompletedProcess[bytes]) -> str:
    """Standard output of a command that must have gone well."""
    assert result.returncode == 0, (result.returncode, result.stderr.decode())
    return result.stdout.decode()


def refused(result: subprocess.CompletedProcess[bytes], status: int) -> str:
    """What a command that must have failed said, which is not on standard output."""
    assert result.returncode == status, (result.returncode, result.stderr.decode())
    assert result.stdout == b""
    text = result.stderr.decode()
    assert text.strip()
    return text


# ---- help and wrong usage --------------------------------------------------------------------


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_purpose_flags_and_examples(run: Run, command: str) -> None:
    text = out(run(command, "--help"))
    assert f"Usage: logpond {command}" in text
    assert "--help" in text
    assert f"  logpond {command}" in text or f"| logpond {command}" in text, "an example"
    assert max(map(len, text.splitlines())) <= 110
    assert out(run(command, "-h")) == text
    assert out(run("help", command)) == text


def test_overview_names_every_command(run: Run) -> None:
    text = out(run("--help"))
    for command in COMMANDS:
        assert re.search(rf"^  {command} +[A-Z]", text, re.MULTILINE)
    assert "serve --demo" in text
    assert refused(run(), 2) == text


def test_serve_help_has_defaults_and_units(run: Run) -> None:
    text = out(run("serve", "--help"))
    assert "127.0.0.1:3100" in text
    assert "256MiB" in text
    assert "threads" in text


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["sevre"], 'unknown command "sevre", did you mean "serve"?'),
        (["--verson"], 'unknown flag "--verson"'),
        (["query", "{}", "--limt", "3"], 'unknown flag "--limt", did you mean "--limit"?'),
        (["serve", "--dta", "x"], 'unknown flag "--dta", did you mean "--data"?'),
        (["query"], "LOGQL is missing"),
        (["query", "{}", "--limit", "many"], "--limit"),
        (["query", "{}", "--limit", "-1"], "--limit"),
        (["query", "{}", "--output", "xml"], '"xml" is not text, jsonl, raw or csv'),
        (["query", "{}", "--since", "soon"], "--since"),
        (["query", "{}", "--from", "yesterdayish"], "--from"),
        (["query", "{}", "--color", "pink"], "is not auto, always or never"),
        (["query", "{}", "extra"], 'unexpected argument "extra"'),
        (["push", "--label", "nonsense"], '"nonsense" is not NAME=VALUE'),
        (["push", "--format", "xml"], '"xml" is not auto, raw or json'),
        (["generate", "--format", "xml"], '"xml" is not mixed'),
        (["generate", "--count", "-1"], "negative"),
        (["query", "{}", "--addr", "ftp://x"], "ftp"),
        (["check"], "FILE is missing"),
        (["version", "3"], 'unexpected argument "3"'),
    ],
)
def test_wrong_usage_ends_with_2_and_a_sentence(
    run: Run, arguments: list[str], sentence: str
) -> None:
    text = refused(run(*arguments), 2)
    assert sentence in text
    assert "--help" in text, "it says where to look"


def test_version_names_what_it_was_built_from(run: Run) -> None:
    text = out(run("version"))
    for name in ("logpond", "commit", "built", "compiler", "libraries"):
        assert re.search(rf"^{name} +\S", text, re.MULTILINE)
    assert out(run("--version")) == text


# ---- push ------------------------------------------------------------------------------------


def test_push_sends_standard_input(run: Run, server: Server, loki: Loki) -> None:
    said = run("push", stdin=b"first\nsecond\r\n\nlast without an end", to=server)
    assert out(said) == ""
    assert "pushed 3 lines" in said.stderr.decode()
    assert loki.texts('{job="push"}') == ["first", "second", "last without an end"]


def test_push_sends_files_with_labels(run: Run, server: Server, loki: Loki, tmp_path: Path) -> None:
    for name in ("a.log", "b.log"):
        (tmp_path / name).write_text(f"from {name}\n")
    labels = ["--label", "service=till", "--label", "env=prod"]
    out(run("push", "a.log", "b.log", *labels, "--to", server.url))
    found = loki.lines('{service="till", env="prod"}')
    assert [(dict(f.labels)["filename"], f.text) for f in found] == [
        ("a.log", "from a.log"),
        ("b.log", "from b.log"),
    ]


def test_push_reads_times_when_asked(run: Run, server: Server, loki: Loki) -> None:
    lines = '2026-03-01T10:00:00Z one\n  continued\n{"ts":"2026-03-01T10:00:05Z","m":"two"}\n'
    out(run("push", "--timestamps", "auto", stdin=lines.encode(), to=server))
    begin, end = 1772359200, 1772359210
    found = loki.lines('{job="push"}', start=begin, end=end)
    assert [(f.timestamp // 10**9 - begin, f.text.strip()[:9]) for f in found] == [
        (0, "2026-03-0"),
        (0, "continued"),
        (5, '{"ts":"20'),
    ]


def test_push_json_leaves_out_what_is_no_object(run: Run, server: Server, loki: Loki) -> None:
    said = run("push", "--format", "json", stdin=b'{"a":1}\nno\n[1]\n{"a":2}\n', to=server)
    assert said.returncode == 1
    assert "2 lines were left out: not a JSON object" in said.stderr.decode()
    assert loki.texts('{job="push"}') == ['{"a":1}', '{"a":2}']


def test_push_of_a_missing_file_fails_and_sends_the_others(
    run: Run, server: Server, loki: Loki, tmp_path: Path
) -> None:
    (tmp_path / "here.log").write_text("here\n")
    said = run("push", "nowhere.log", "here.log", to=server)
    assert said.returncode == 1
    assert 'cannot open "nowhere.log": No such file' in said.stderr.decode()
    assert loki.texts('{job="push"}') == ["here"]


def test_push_without_a_server_says_so(run: Run) -> None:
    said = run("push", "--to", "http://127.0.0.1:1", "--retry-for", "0s", stdin=b"x\n")
    assert "cannot reach http://127.0.0.1:1" in refused(said, 1)


def test_push_tries_again_until_the_server_is_there(make_server, tmp_path: Path) -> None:
    server = make_server(config="").start()
    port = server.port
    server.kill()
    pushing = subprocess.Popen(
        [program_path(), "push", "--to", f"http://127.0.0.1:{port}"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=clean_environment(tmp_path),
    )
    assert pushing.stdin is not None and pushing.stderr is not None
    pushing.stdin.write(b"patience\n")
    pushing.stdin.close()
    while b"trying again" not in pushing.stderr.readline():
        assert pushing.poll() is None, "it gave up"
    again = make_server("--http", f"127.0.0.1:{port}", data=server.data).start()
    assert pushing.wait(30) == 0
    pushing.stderr.close()
    assert Loki(again.url).texts('{job="push"}') == ["patience"]


# ---- query -----------------------------------------------------------------------------------

LINES = ["level=info one", "level=error two, with a comma", 'three "quoted"']


@pytest.fixture
def filled(server: Server, loki: Loki) -> int:
    """Time of the first of LINES, pushed one second apart."""
    now = time.time_ns() - 10**10
    loki.push({"job": "cli"}, [(now + i * 10**9, line) for i, line in enumerate(LINES)])
    return now


def test_query_raw_newest_first_and_forward(run: Run, server: Server, filled: int) -> None:
    backward = out(run("query", '{job="cli"}', "--output", "raw", to=server))
    assert backward.splitlines() == LINES[::-1]
    forward = out(run("query", '{job="cli"}', "-o", "raw", "--forward", "-n", "2", to=server))
    assert forward.splitlines() == LINES[:2]


def test_query_jsonl(run: Run, server: Server, filled: int) -> None:
    rows = out(run("query", '{job="cli"}', "--output", "jsonl", "--forward", to=server))
    first = json.loads(rows.splitlines()[0])
    assert first["line"] == LINES[0]
    assert first["labels"] == {"job": "cli", "service_name": "cli"}
    assert first["fields"]["detected_level"] == "info"
    assert first["timestamp"].endswith("Z")


def test_query_csv(run: Run, server: Server, filled: int) -> None:
    text = out(run("query", '{job="cli"}', "--output", "csv", "--forward", to=server))
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0] == ["timestamp", "labels", "level", "line"]
    assert [row[3] for row in rows[1:]] == LINES
    assert [row[2] for row in rows[1:]][:2] == ["info", "error"]


def test_query_text_is_for_people(run: Run, server: Server, filled: int) -> None:
    text = out(run("query", '{job="cli"}', to=server))
    assert re.match(r'^\d{4}-\d\d-\d\dT\S+Z \{job="cli".*\} three "quoted"$', text.splitlines()[0])
    coloured = out(run("query", '{job="cli"}', "--color", "always", to=server))
    assert "\x1b[" in coloured
    assert "\x1b[" not in text


def test_query_of_metrics(run: Run, server: Server, filled: int) -> None:
    query = 'sum by (detected_level) (count_over_time({job="cli"}[5m]))'
    rows = out(run("query", query, "--instant", "-o", "csv", to=server)).splitlines()
    assert rows[0] == "timestamp,labels,value"
    assert sorted(row.split(",")[-1] for row in rows[1:]) == ["1", "1", "1"]
    table = out(run("query", query, "--since", "5m", to=server))
    assert table.splitlines()[0].split() == ["series", "last", "least", "most", "course"]


def test_query_pages_through_more_than_one_answer_holds(
    run: Run, server: Server, loki: Loki
) -> None:
    now = time.time_ns() - HOUR // 4
    for begin in range(0, 12_000, 3000):
        entries = [(now + i // 3, f"line {i}") for i in range(begin, begin + 3000)]
        loki.push({"job": "many"}, entries)
    everything = out(run("query", '{job="many"}', "--limit", "0", "-o", "raw", to=server))
    assert sorted(everything.splitlines()) == sorted(f"line {i}" for i in range(12_000))
    some = out(run("query", '{job="many"}', "--limit", "7001", "-o", "raw", "--forward", to=server))
    assert len(some.splitlines()) == 7001


def test_query_stats_and_explain(run: Run, server: Server, filled: int) -> None:
    said = run("query", '{job="cli"}', "--stats", "-o", "raw", to=server)
    assert len(out(said).splitlines()) == 3
    assert re.search(r"looked at 3 lines .*returned 3", said.stderr.decode())
    plan = out(run("query", '{job="cli"} |= "two"', "--explain", to=server))
    assert "two" in plan
    assert len(plan.splitlines()) > 1


def test_query_points_at_the_mistake(run: Run, server: Server) -> None:
    text = refused(run("query", '{job="cli" | json', to=server), 1)
    sentence, query, caret = text.rstrip("\n").split("\n")
    assert "parse error at line 1, col 12" in sentence
    assert query.index("|") == caret.index("^")


def test_query_without_a_server_says_so(run: Run) -> None:
    text = refused(run("query", '{job="cli"}', "--addr", "http://127.0.0.1:1"), 1)
    assert "cannot reach http://127.0.0.1:1" in text


def test_query_of_a_data_directory(run: Run, server: Server, filled: int) -> None:
    asked = ["query", '{job="cli"}', "--data", server.data, "-o", "raw", "--forward"]
    assert out(run(*asked)).splitlines() == LINES, "while the server runs"
    assert server.stop() == 0
    assert out(run(*asked)).splitlines() == LINES, "and without it"
    server.start()
    assert Loki(server.url).count('{job="cli"}') == 3, "looking changes nothing"


def test_query_of_no_data_directory_fails(run: Run, tmp_path: Path) -> None:
    text = refused(run("query", '{a="b"}', "--data", tmp_path / "nowhere"), 1)
    assert "nowhere" in text
    assert not (tmp_path / "nowhere").exists()


# ---- look-ups and tail -----------------------------------------------------------------------


def test_labels_and_series(run: Run, server: Server, filled: int) -> None:
    assert out(run("labels", to=server)).split() == ["job", "service_name"]
    assert out(run("labels", "job", to=server)).split() == ["cli"]
    assert out(run("labels", "nothing", to=server)) == ""
    assert out(run("series", '{job="cli"}', to=server)) == '{job="cli", service_name="cli"}\n'
    assert out(run("series", to=server)).count("\n") == 1
    assert "parse error" in refused(run("series", "{job=", to=server), 1)


def test_tail_follows_through_a_restart(make_server, tmp_path: Path) -> None:
    server = make_server().start()
    port = server.port
    Loki(server.url).push({"job": "cli"}, [(time.time_ns(), "history")])
    tail = subprocess.Popen(
        [program_path(), "tail", '{job="cli"}', "-o", "raw", "--addr", server.url],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=clean_environment(tmp_path),
    )
    assert tail.stdout is not None
    try:
        assert tail.stdout.readline() == b"history\n"
        Loki(server.url).push({"job": "cli"}, [(time.time_ns(), "live")])
        assert tail.stdout.readline() == b"live\n"
        assert server.stop() == 0
        again = make_server("--http", f"127.0.0.1:{port}", data=server.data).start()
        Loki(again.url).push({"job": "cli"}, [(time.time_ns(), "after the restart")])
        assert tail.stdout.readline() == b"after the restart\n"
    finally:
        tail.kill()
        tail.wait()
        tail.stdout.close()


def test_tail_of_a_bad_query_ends(run: Run, server: Server) -> None:
    assert "parse error" in refused(run("tail", "{job=", to=server), 1)


def test_output_may_be_closed_early(server: Server, filled: int, tmp_path: Path) -> None:
    """As in `logpond query … | head -1`: no complaint."""
    command = f"'{program_path()}' generate --count 100000 | head -1"
    done = subprocess.run(
        ["bash", "-c", command], capture_output=True, env=clean_environment(tmp_path), check=False
    )
    assert done.stdout.count(b"\n") == 1
    assert done.stderr == b""


# ---- generate and check ----------------------------------------------------------------------


@pytest.mark.parametrize("form", ["mixed", "ndjson", "json", "logfmt", "nginx", "syslog"])
def test_generate_is_repeatable(run: Run, form: str) -> None:
    asked = ["generate", "--format", form, "--count", "200", "--start", "2026-03-01T00:00:00Z"]
    first = out(run(*asked))
    assert first.count("\n") >= 200
    assert out(run(*asked)) == first
    assert out(run(*asked, "--seed", "2")) != first
    if form in ("ndjson", "json"):
        assert all(isinstance(json.loads(line), dict) for line in first.splitlines())


def test_generate_sends_to_a_server(run: Run, server: Server, loki: Loki) -> None:
    said = run("generate", "--count", "3000", "--to", server.url)
    assert out(said) == ""
    assert "sent 3,000 lines" in said.stderr.decode() or "sent 3000" in said.stderr.decode()
    assert loki.count('{service_name=~".+"}') == 3000


def test_check_names_file_line_and_the_nearest_key(run: Run, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text('[server]\nhttp = "127.0.0.1:3100"\n')
    assert "ok" in out(run("check", good))
    bad.write_text('[server]\nhtpp = "127.0.0.1:3100"\n\n[stor]\ndata = 3\n')
    text = refused(run("check", bad), 1)
    assert "bad.toml:2: unknown key" in text
    assert '"http"' in text
    assert "bad.toml:4: unknown section" in text
    assert "nowhere.toml" in refused(run("check", "nowhere.toml"), 1)


def test_flush(run: Run, server: Server, filled: int) -> None:
    assert out(run("flush", "--merge", to=server)) == "flushed\n"
    assert Loki(server.url).get("/api/v1/stats").json()["parts"] >= 1


# ---- serve -----------------------------------------------------------------------------------


def test_serve_refuses_the_open_without_insecure(run: Run, tmp_path: Path) -> None:
    text = refused(run("serve", "--http", "0.0.0.0:0", "--data", tmp_path / "data"), 1)
    assert "refusing to listen on 0.0.0.0:0" in text
    assert "--insecure" in text


def test_serve_listens_in_the_open_with_insecure(make_server) -> None:
    server = make_server("--http", "0.0.0.0:0", "--insecure").start()
    assert Loki(server.url).get("/ready").status_code == 200


def test_second_server_on_the_same_data_is_refused(run: Run, server: Server) -> None:
    text = refused(run("serve", "--http", "127.0.0.1:0", "--data", server.data), 1)
    assert str(server.data) in text
    assert "another" in text
    assert Loki(server.url).get("/ready").status_code == 200


def test_second_server_on_the_same_port_is_refused(
    run: Run, server: Server, tmp_path: Path
) -> None:
    address = f"127.0.0.1:{server.port}"
    text = refused(run("serve", "--http", address, "--data", tmp_path / "other"), 1)
    assert address in text
    assert "in use" in text


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ("[server]\nhttp = 3\n", 'server.toml:2: "http" must be an address'),
        ("[server\n", "server.toml:1: not valid TOML"),
        ('[store]\nhead_bytes_max = "12KB"\n', "too small"),
        ('[store]\nurl = "mysql://x"\n', "mysql"),
    ],
)
def test_serve_refuses_a_wrong_configuration(
    run: Run, tmp_path: Path, config: str, sentence: str
) -> None:
    (tmp_path / "server.toml").write_text(config)
    assert sentence in refused(run("serve", "--config", "server.toml"), 1)


def test_serve_reads_the_environment_and_flags_win(run: Run, tmp_path: Path) -> None:
    environment = {"LOGPOND_SERVER_HTTP": "0.0.0.0:0", "LOGPOND_STORE_DATA": str(tmp_path / "d")}
    assert "refusing to listen on 0.0.0.0:0" in refused(run("serve", **environment), 1)
    text = refused(run("serve", "--http", "[::]:0", **environment), 1)
    assert "refusing to listen on [::]:0" in text


def test_serve_refuses_a_broken_manifest(server: Server, run: Run) -> None:
    Loki(server.url).push({"job": "cli"}, [(time.time_ns(), "x")])
    assert server.stop() == 0
    manifest = server.data / "MANIFEST"
    assert manifest.is_file()
    manifest.write_bytes(b"garbage" + manifest.read_bytes())
    text = refused(run("serve", "--http", "127.0.0.1:0", "--data", server.data), 1)
    assert "MANIFEST" in text


def test_hang_up_reads_the_configuration_again(make_server) -> None:
    server = make_server(config='[log]\nlevel = "info"\n').start()
    (server.home / "server.toml").write_text('[log]\nlevel = "debug"\n[server]\nio_threads = 3\n')
    server.send_signal(signal.SIGHUP)
    eventually("it says what changed", lambda: b"log.level" in server.said)
    eventually("and what needs a restart", lambda: b"server.io_threads" in server.said)
    (server.home / "server.toml").write_text("[log]\nlevle = 3\n")
    server.send_signal(signal.SIGHUP)
    eventually("a wrong one is refused", lambda: b"levle" in server.said)
    assert Loki(server.url).get("/ready").status_code == 200


def test_demo_fills_an_hour_and_flows_on(make_server) -> None:
    server = make_server("--demo").start()
    loki = Loki(server.url)
    eventually("the hour before is there", lambda: loki.count('{service_name=~".+"}') > 1000, 30)
    first = loki.count('{service_name=~".+"}')
    eventually("it flows on", lambda: loki.count('{service_name=~".+"}') > first)
    services = loki.get("/loki/api/v1/label/service_name/values").json()["data"]
    assert len(services) >= 5
