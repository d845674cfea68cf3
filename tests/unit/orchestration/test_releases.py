"""Publication: what a release holds, when there is none, and that no crash harms the one in force."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration import releases
from orchestration.builds import CheckOutcome, start_build
from orchestration.errors import ReleaseRefusedError, UserError
from orchestration.releases import (
    POINTER_NAME,
    ReleaseInfo,
    current_release,
    publish,
    summarise_changes,
)
from orchestration.settings import Settings
from tests.unit.orchestration.conftest import AS_OF, RESULTS, Result, add_batch, record_build, write_warehouse


def build_and_publish(settings: Settings, results: tuple[Result, ...] = RESULTS, **more: Any) -> ReleaseInfo:
    write_warehouse(settings, results, **more)
    record_build(settings)
    return publish(settings, code_version="test")


def rows(file: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_a_release_is_a_copy_with_views_as_tables_and_comments(settings: Settings) -> None:
    info = build_and_publish(settings)
    assert info.is_new and info.file.is_file()
    schemas = {
        row[0]
        for row in rows(info.file, "select distinct schema_name from duckdb_tables() where not internal")
    }
    assert schemas == {"core", "selection", "reporting", "seeds", "release"}
    assert rows(info.file, "select count(*) from reporting.rpt_candidates") == [(3,)]
    assert rows(info.file, "select count(*) from duckdb_views() where not internal") == [(0,)]
    table = "select comment from duckdb_tables() where table_name = 'sel_stage_results'"
    assert rows(info.file, table) == [("One row per candidate's stage.",)]
    column = (
        "select comment from duckdb_columns() where table_name = 'sel_stage_results' and column_name = 'rank'"
    )
    assert rows(info.file, column) == [("Competition rank; 1 is best.",)]


def test_the_manifest_and_the_pointer_say_the_same(settings: Settings) -> None:
    info = build_and_publish(settings)
    manifest = rows(
        info.file,
        "select release_id, season_code, as_of, previous_release_id, count_candidates,"
        " content_hash, code_version from release.manifest",
    )
    assert manifest == [(info.release_id, "2025", AS_OF, None, 3, info.content_hash, "test")]
    current = current_release(settings.releases_dir)
    assert current is not None
    assert (current.release_id, current.file, current.as_of) == (info.release_id, info.file, AS_OF)
    assert info.release_id.startswith("2025-") and info.release_id.endswith(info.content_hash[:8])


def test_the_first_release_has_no_changes_and_all_batches_are_new(settings: Settings) -> None:
    info = build_and_publish(settings, batches=("b1", "b2"))
    assert info.changes == {}
    assert rows(info.file, "select batch_id from release.new_batches order by 1") == [("b1",), ("b2",)]


def test_nothing_new_makes_no_release(settings: Settings) -> None:
    first = build_and_publish(settings)
    again = build_and_publish(settings, tuple(reversed(RESULTS)), batches=("b1", "b2"))
    assert not again.is_new
    assert again.release_id == first.release_id
    assert list(settings.releases_dir.glob("*.duckdb")) == [first.file]
    standing = current_release(settings.releases_dir)
    assert standing is not None and standing.published_at == first.published_at
    assert standing.confirmed_at is not None and standing.confirmed_at >= first.published_at


def test_a_release_that_a_later_build_confirms_leaves_nothing_to_do(settings: Settings) -> None:
    """A pointer from before releases were confirmed counts by its publication."""
    first = build_and_publish(settings)
    pointer = settings.releases_dir / POINTER_NAME
    content = json.loads(pointer.read_text())
    del content["confirmed_at"]
    pointer.write_text(json.dumps(content))
    standing = current_release(settings.releases_dir)
    assert standing is not None
    assert (standing.confirmed_at, standing.published_at) == (None, first.published_at)
    build_and_publish(settings, batches=("b1", "b2"))
    assert json.loads(pointer.read_text())["confirmed_at"]


def test_the_same_content_has_the_same_hash_in_another_home(settings: Settings, tmp_path: Path) -> None:
    from tests.unit.orchestration.conftest import make_settings

    other = make_settings(tmp_path / "other")
    assert build_and_publish(settings).content_hash == build_and_publish(other, batches=("x",)).content_hash


@pytest.mark.parametrize(
    "changed",
    [
        (*RESULTS[:2], ("R25-000003", "not_admitted", 7, 2, 4)),
        (*RESULTS[:2], ("R25-000003", "not_admitted", 7, None, 3)),
        RESULTS[:2],
        (*RESULTS, RESULTS[2]),
    ],
)
def test_any_other_content_has_another_hash(settings: Settings, changed: tuple[Result, ...]) -> None:
    first = build_and_publish(settings)
    assert build_and_publish(settings, changed).content_hash != first.content_hash


def test_changes_name_the_first_that_holds(settings: Settings) -> None:
    before: tuple[Result, ...] = (
        ("R25-000001", "admitted", 13, 3, 1),
        ("R25-000002", "admitted", 4, 1, 2),
        ("R25-000003", "not_admitted", 7, 2, 3),
        ("R25-000004", "not_admitted", 1, 1, 4),
        ("R25-000005", "absent", None, None, None),
    )
    after: tuple[Result, ...] = (
        ("R25-000001", "admitted", 26, 6, 1),
        ("R25-000002", "not_admitted", 3, 1, 4),
        ("R25-000003", "not_admitted", 10, 3, 3),
        ("R25-000005", "absent", None, None, 5),
        ("R25-000006", "admitted", 2, 3, 2),
    )
    first = build_and_publish(settings, before)
    info = build_and_publish(settings, after, batches=("b1", "b2"))
    changes = rows(
        info.file,
        "select candidate_no, change_code, status_before, status_after, points_before, points_after,"
        " rank_before, rank_after from release.changes order by 1",
    )
    assert changes == [
        ("R25-000002", "status", "admitted", "not_admitted", Decimal("4.00"), Decimal("3.00"), 2, 4),
        ("R25-000003", "score", "not_admitted", "not_admitted", Decimal("3.50"), Decimal("3.33"), 3, 3),
        ("R25-000004", "left", "not_admitted", None, Decimal("1.00"), None, 4, None),
        ("R25-000005", "rank", "absent", "absent", None, None, None, 5),
        ("R25-000006", "entered", None, "admitted", None, Decimal("0.67"), None, 2),
    ]
    assert info.previous_release_id == first.release_id
    assert info.changes == {"status": 1, "score": 1, "left": 1, "rank": 1, "entered": 1}
    assert rows(info.file, "select batch_id from release.new_batches") == [("b2",)]
    assert [change for _, change, _ in summarise_changes(info.file)] == [
        "entered",
        "left",
        "status",
        "score",
        "rank",
    ]


def test_points_round_half_up(settings: Settings) -> None:
    build_and_publish(settings, (("R25-000001", "admitted", 1, 8, 1),))
    info = build_and_publish(settings, (("R25-000001", "admitted", 1, 200, 1),))
    assert rows(info.file, "select points_before, points_after from release.changes") == [
        (Decimal("0.13"), Decimal("0.01"))
    ]


def test_without_a_build_nothing_is_published(settings: Settings) -> None:
    with pytest.raises(ReleaseRefusedError, match="rezerv build"):
        publish(settings, code_version="test")
    write_warehouse(settings)
    with pytest.raises(ReleaseRefusedError, match="rezerv build"):
        publish(settings, code_version="test")
    assert current_release(settings.releases_dir) is None


def refuse(settings: Settings, said: str) -> None:
    before = current_release(settings.releases_dir)
    with pytest.raises(ReleaseRefusedError) as caught:
        publish(settings, code_version="test")
    assert said in str(caught.value)
    assert current_release(settings.releases_dir) == before
    assert not list(settings.releases_dir.glob("*.tmp"))


def test_a_failing_check_is_named_with_its_count(settings: Settings) -> None:
    build_and_publish(settings)
    failing = CheckOutcome("test.assert_no_better_candidate_left_out", "ERROR", "fail", 4)
    record_build(settings, failing, is_successful=False, build_id="build-2")
    refuse(settings, "test.assert_no_better_candidate_left_out (4)")


def test_a_warning_does_not_stop_a_release(settings: Settings) -> None:
    write_warehouse(settings)
    record_build(settings, CheckOutcome("test.reminder", "WARN", "warn", 9))
    assert publish(settings, code_version="test").is_new


def test_a_build_that_never_ended_is_not_published(settings: Settings) -> None:
    build_and_publish(settings)
    start_build(settings.warehouse, "killed", as_of=AS_OF, is_full=True, code_version="v")
    refuse(settings, "still running or was stopped")


def test_a_failed_build_without_a_failing_check_is_not_published(settings: Settings) -> None:
    write_warehouse(settings)
    record_build(settings, is_successful=False)
    refuse(settings, "latest build failed")


def test_a_partial_build_is_not_published(settings: Settings) -> None:
    write_warehouse(settings)
    record_build(settings, is_full=False)
    refuse(settings, "--select")


def test_a_stale_build_is_not_published(settings: Settings) -> None:
    build_and_publish(settings)
    with duckdb.connect(str(settings.warehouse)) as connection:
        add_batch(connection, "late", 2)
    refuse(settings, "1 batches have landed since")


def test_a_refused_file_is_as_if_it_had_not_come(settings: Settings) -> None:
    write_warehouse(settings)
    record_build(settings)
    with duckdb.connect(str(settings.warehouse)) as connection:
        add_batch(connection, "broken", 2, state="quarantined", reason="UNREADABLE_FILE")
    assert publish(settings, code_version="test").is_new


def test_a_warehouse_without_results_is_not_published(settings: Settings) -> None:
    write_warehouse(settings)
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("drop table selection.sel_cutoffs")
    record_build(settings)
    refuse(settings, "selection.sel_cutoffs")


@pytest.mark.parametrize("moment", ["_copy_tables", "_write_changes", "_describe", "_seal", "_point_to"])
def test_a_crash_leaves_the_release_before_in_force(
    settings: Settings, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build_and_publish(settings)
    write_warehouse(settings, RESULTS[:2])
    record_build(settings)
    untouched = first.file.read_bytes()

    def crash(*_: object) -> None:
        raise OSError("power cut")

    with monkeypatch.context() as patched, pytest.raises(OSError, match="power cut"):
        patched.setattr(releases, moment, crash)
        publish(settings, code_version="test")
    current = current_release(settings.releases_dir)
    assert current is not None and current.release_id == first.release_id
    assert first.file.read_bytes() == untouched
    assert publish(settings, code_version="test").previous_release_id == first.release_id


def test_leftovers_of_a_killed_publication_are_removed(settings: Settings) -> None:
    for name in ("2025-x.duckdb.tmp", "2025-x.duckdb.tmp.wal", "CURRENT.json.tmp"):
        (settings.releases_dir / name).write_text("half")
    build_and_publish(settings)
    files = [path for path in settings.releases_dir.iterdir() if path.is_file()]
    assert sorted(path.suffix for path in files) == [".duckdb", ".json"]


def test_a_reader_of_the_old_release_is_not_disturbed(settings: Settings) -> None:
    first = build_and_publish(settings)
    with duckdb.connect(str(first.file), read_only=True) as reader:
        second = build_and_publish(settings, RESULTS[:2])
        assert reader.execute("select count(*) from selection.sel_stage_results").fetchall() == [(3,)]
    assert second.file != first.file


def test_a_broken_pointer_says_what_to_do(settings: Settings) -> None:
    pointer = settings.releases_dir / "CURRENT.json"
    pointer.write_text("{")
    with pytest.raises(UserError, match="CURRENT.json"):
        current_release(settings.releases_dir)
    pointer.write_text(
        json.dumps({"release_id": "r", "file": "gone.duckdb", "published_at": "2025-12-01T00:00:00Z"})
    )
    with pytest.raises(UserError, match="gone.duckdb"):
        current_release(settings.releases_dir)
