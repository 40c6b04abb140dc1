"""The step that turns the built dashboard into a table of bytes inside the program."""

import gzip
import re
import subprocess
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
SCRIPT = REPOSITORY / "src/api/ui/embed_assets.cmake"


def embed(dist: Path, out: Path) -> str:
    subprocess.run(["cmake", f"-DDIST={dist}", f"-DOUT={out}", "-P", SCRIPT], check=True)
    return (out / "asset_table.cpp").read_text()


def make_dashboard(dist: Path) -> None:
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<html></html>")
    (dist / "assets/index-Ab12.js").write_text("let a = 1;" * 100)
    (dist / "assets/index-Ab12.js.map").write_text("{}")
    (dist / "assets/logo-Cd34.png").write_bytes(bytes(range(256)))


def test_no_dashboard_gives_an_empty_table(tmp_path: Path) -> None:
    table = embed(tmp_path / "absent", tmp_path / "out")
    assert "return {};" in table
    assert ".incbin" not in table


def test_every_file_has_its_type_and_bytes(tmp_path: Path) -> None:
    make_dashboard(tmp_path / "dist")
    table = embed(tmp_path / "dist", tmp_path / "out")
    rows = re.findall(r'\{"([^"]+)", "([^"]+)", "\\"([0-9a-f]{16})\\""', table)
    assert [(path, kind) for path, kind, _ in rows] == [
        ("assets/index-Ab12.js", "text/javascript; charset=utf-8"),
        ("assets/logo-Cd34.png", "image/png"),
        ("index.html", "text/html; charset=utf-8"),
    ]
    assert len({tag for _, _, tag in rows}) == 3
    included = [Path(path) for path in re.findall(r'\.incbin \\"([^"\\]+)\\"', table)]
    assert gzip.decompress(included[0].read_bytes()) == b"let a = 1;" * 100
    assert included[1].read_bytes() == bytes(range(256))


def test_the_table_is_written_only_when_a_file_changes(tmp_path: Path) -> None:
    make_dashboard(tmp_path / "dist")
    first = embed(tmp_path / "dist", tmp_path / "out")
    written = (tmp_path / "out/asset_table.cpp").stat().st_mtime_ns
    assert embed(tmp_path / "dist", tmp_path / "out") == first
    assert (tmp_path / "out/asset_table.cpp").stat().st_mtime_ns == written
    (tmp_path / "dist/index.html").write_text("<html>new</html>")
    assert embed(tmp_path / "dist", tmp_path / "out") != first
