from __future__ import annotations

import json
from pathlib import Path

import pytest

from dashboards.measurement_files import NotMeasured, ResultsAltered, measurement_dir, read_table
from tests.support.measured_files import dif_row, write_results


def test_the_newest_version_of_the_release_is_read(tmp_path: Path) -> None:
    write_results(tmp_path, "r1", "dif", {"items": [dif_row(1, 0.1, "A")]}, version=2)
    write_results(tmp_path, "r1", "dif", {"items": [dif_row(2, 0.1, "A")]}, version=10)
    write_results(tmp_path, "r2", "dif", {"items": [dif_row(3, 0.1, "A")]}, version=11)
    (tmp_path / "r1" / ".dif-v12-77.tmp").mkdir()
    assert [row["item_no"] for row in read_table("r1", "dif", "items", tmp_path)] == [2]


def test_what_was_not_computed_is_said(tmp_path: Path) -> None:
    write_results(tmp_path, "r1", "facets", {"raters": []}, version=1)
    for release, method, table in (
        ("r2", "facets", "raters"),
        ("r1", "dif", "items"),
        ("r1", "facets", "sides"),
    ):
        with pytest.raises(NotMeasured):
            read_table(release, method, table, tmp_path)
    with pytest.raises(NotMeasured):
        read_table("r1", "facets", "raters", tmp_path / "nowhere")


def test_altered_results_are_not_read(tmp_path: Path) -> None:
    folder = write_results(tmp_path, "r1", "dif", {"items": [dif_row(1, 0.1, "A")]})
    manifest, file = folder / "manifest.json", folder / "items.parquet"
    written, content = manifest.read_text(), file.read_bytes()

    def refused() -> None:
        with pytest.raises(ResultsAltered, match="dif-v2"):
            read_table("r1", "dif", "items", tmp_path)

    file.write_bytes(content + b"x")
    refused()
    file.unlink()
    refused()
    file.write_bytes(content)
    assert len(read_table("r1", "dif", "items", tmp_path)) == 1
    for broken in ("", "[]", "{}", json.dumps({**json.loads(written), "release_id": "r9"})):
        manifest.write_text(broken)
        refused()


def test_the_folder_is_that_of_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REZERV_MEASUREMENT_DIR", "/somewhere")
    assert measurement_dir() == Path("/somewhere")
    monkeypatch.setenv("REZERV_MEASUREMENT_DIR", "")
    monkeypatch.setenv("REZERV_HOME", "/home")
    assert measurement_dir() == Path("/home/measurement")
