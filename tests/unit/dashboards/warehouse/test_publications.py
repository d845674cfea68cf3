from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
import yaml

from dashboards.warehouse import Release, TablesMissing, current_release, publications
from dashboards.warehouse.publications import NEEDED_TABLES
from tests.support.fake_release import add_season, write_pointer, write_release

MODELS = Path(__file__).resolve().parents[4] / "dbt_project" / "models" / "reporting"


def test_each_list_stands_as_its_acts_say(release: Release) -> None:
    lists = publications.lists(release)
    assert [row["stage_order"] for row in lists.values()] == list(range(1, 10))
    versions = [row["version"] for row in lists.values()]
    assert versions == [1, 1, 2, 1, None, None, None, None, None]
    assert [row["is_provisional"] for row in lists.values()] == [False] * 4 + [True] * 5
    vetting, text_test = lists["vetting"], lists["text_test"]
    assert (vetting["act_no"], vetting["reason"], vetting["kept_reason"]) == (
        2, None, "the body repeats what it said",
    )  # fmt: skip
    assert vetting["kept_at"] > vetting["published_at"] and text_test["kept_at"] is None
    assert (text_test["act_no"], text_test["decision_no"]) == (5, "WG-2025-0005")
    assert text_test["reason"] == "marks of one form were read wrongly"
    assert text_test["list_hash"] == "5" * 64 != text_test["act_hash"]


def test_acts_come_newest_first(release: Release) -> None:
    rows = publications.acts(release)
    assert [row["act_no"] for row in rows] == [6, 5, 4, 3, 2, 1]
    assert [row["kind_code"] for row in rows if row["stage_code"] == "vetting"] == ["kept", "published"]
    assert [row["act_no"] for row in rows if row["is_in_force"]] == [6, 5, 2, 1]


def test_who_drifts_comes_in_order_of_weight_and_by_track(release: Release) -> None:
    rows = publications.drift(release, "text_test", ())
    decides = [row["is_admitted_before"] != row["is_admitted_after"] for row in rows]
    assert decides == [True, True, False, False]
    assert [row["change_code"] for row in rows] == ["status", "status", "score", "rank"]
    assert [row["causes"] is None for row in rows] == [False, False, False, True]
    track = rows[0]["track_code"]
    narrowed = publications.drift(release, "text_test", (track,))
    assert narrowed == [row for row in rows if row["track_code"] == track]
    assert publications.drift(release, "registration", ()) == []
    assert publications.drift(release, "' or true --", ()) == []
    assert publications.drift(release, "text_test", ("' or true --",)) == []


def test_an_older_release_says_nothing_of_its_lists(tmp_path: Path) -> None:
    file = write_release(tmp_path, "2025-r0007", size=60, published=2)
    with duckdb.connect(str(file)) as connection:
        connection.execute("drop table reporting.rpt_drift")
    write_pointer(tmp_path, file)
    older = current_release(tmp_path)
    assert publications.lists(older) == {}
    with pytest.raises(TablesMissing) as caught:
        publications.require_tables(older)
    assert caught.value.params["tables"] == "reporting.rpt_drift"


def test_two_seasons_side_by_side_neither_double_nor_mix(release: Release, tmp_path: Path) -> None:
    file = write_release(tmp_path)
    add_season(file)
    write_pointer(tmp_path, file)
    both = current_release(tmp_path)
    assert publications.lists(both) == publications.lists(release)
    assert publications.acts(both) == publications.acts(release)
    drifted = publications.drift(both, "text_test", ())
    assert drifted == publications.drift(release, "text_test", ())


@pytest.mark.parametrize("table", NEEDED_TABLES)
def test_the_made_up_release_has_the_columns_of_the_warehouse(release: Release, table: str) -> None:
    name = table.partition(".")[2]
    (model,) = yaml.safe_load((MODELS / f"{name}.yml").read_text(encoding="utf-8"))["models"]
    described = {column["name"]: column["data_type"] for column in model["columns"]}
    built = release.rows(
        "select column_name, lower(data_type) as data_type from duckdb_columns() where table_name = $name",
        {"name": name},
    )
    made = {row["column_name"]: row["data_type"].replace(",", ", ") for row in built}
    assert made == described
