from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from dashboards import warehouse
from dashboards.i18n import LANGUAGES
from dashboards.warehouse import (
    NoRelease,
    PointerBroken,
    Release,
    ReleaseUnreadable,
    current_release,
    releases_dir,
    selection,
)
from dashboards.warehouse.selection import Filters
from tests.support.fake_release import seed_rows, write_pointer, write_release


def _query(release: Release, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(release.file), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_releases_dir_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REZERV_RELEASES_DIR", raising=False)
    monkeypatch.delenv("REZERV_HOME", raising=False)
    assert releases_dir() == Path("data/releases")
    monkeypatch.setenv("REZERV_HOME", "/srv/rezerv")
    assert releases_dir() == Path("/srv/rezerv/releases")
    monkeypatch.setenv("REZERV_RELEASES_DIR", "/srv/published")
    assert releases_dir() == Path("/srv/published")


def test_without_a_pointer_there_is_no_release(tmp_path: Path) -> None:
    with pytest.raises(NoRelease) as caught:
        current_release(tmp_path / "releases")
    assert caught.value.params == {"place": str(tmp_path / "releases")}


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        ("{not json", "not_json"),
        ("[]", "no_file_key"),
        (json.dumps({"release_id": "r1"}), "no_file_key"),
        (json.dumps({"file": "r1.duckdb"}), "file_missing"),
    ],
)
def test_a_broken_pointer_says_what_is_wrong(tmp_path: Path, content: str, cause: str) -> None:
    (tmp_path / "CURRENT.json").write_text(content, encoding="utf-8")
    with pytest.raises(PointerBroken) as caught:
        current_release(tmp_path)
    assert caught.value.params["cause"] == cause


def test_a_file_that_is_no_database_is_unreadable(tmp_path: Path) -> None:
    file = tmp_path / "r1.duckdb"
    file.write_bytes(b"something else" * 1000)
    write_pointer(tmp_path, file)
    with pytest.raises(ReleaseUnreadable):
        current_release(tmp_path)


def test_a_database_without_the_tables_is_unreadable(tmp_path: Path) -> None:
    file = tmp_path / "r1.duckdb"
    duckdb.connect(str(file)).close()
    write_pointer(tmp_path, file)
    with pytest.raises(ReleaseUnreadable):
        current_release(tmp_path)


def test_a_release_is_opened_once_and_again_when_the_pointer_moves(tmp_path: Path) -> None:
    write_pointer(tmp_path, write_release(tmp_path, "r1", size=60, published=2))
    first = current_release(tmp_path)
    assert current_release(tmp_path) is first
    write_pointer(tmp_path, write_release(tmp_path, "r2", size=80, published=2))
    second = current_release(tmp_path)
    assert (first.manifest.release_id, second.manifest.release_id) == ("r1", "r2")
    assert (first.manifest.count_candidates, second.manifest.count_candidates) == (60, 80)
    assert first.rows("select count(*) as n from core.dim_candidates") == [{"n": 60}]


def test_a_release_cannot_be_written(release: Release) -> None:
    with pytest.raises(ReleaseUnreadable):
        release.rows("create table core.more (n integer)")


def test_threads_read_at_once(release: Release) -> None:
    def count(_: int) -> int:
        return sum(row["count_entered"] for row in selection.funnel_counts(release, Filters()))

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(count, range(40)))) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_come_from_the_seeds_in_their_order(release: Release, language: str) -> None:
    stages = warehouse.names(release, "stages", language)
    rows = sorted(seed_rows("stages"), key=lambda row: int(row["stage_order"]))
    assert list(stages) == [row["stage_code"] for row in rows]
    assert list(stages.values()) == [row[f"name_{language}"] for row in rows]
    tracks = warehouse.names(release, "tracks", language)
    assert all(name[0].isupper() for name in tracks.values())
    for seed in ("regions", "sexes", "age_bands", "employer_types", "statuses"):
        assert len(warehouse.names(release, seed, language)) == len(seed_rows(seed))
    assert set(warehouse.reason_texts(release, language)) == {
        row["reason_code"] for row in seed_rows("reason_codes")
    }


def test_funnel_counts_agree_with_the_people(release: Release) -> None:
    rows = {
        (row["stage_code"], row["track_code"]): (row["count_entered"], row["count_admitted"])
        for row in selection.funnel_counts(release, Filters())
    }
    expected = _query(
        release,
        "select stage_code, track_code, count(*), count(*) filter (is_admitted)"
        " from selection.sel_stage_results group by all",
    )
    assert rows == {(stage, track): (entered, admitted) for stage, track, entered, admitted in expected}


def test_filters_narrow_people_and_do_not_trust_their_values(release: Release) -> None:
    filters = Filters(tracks=("digital", "agro"), sexes=("female",), regions=("KZ-10", "KZ-71"))
    rows = selection.funnel_counts(release, filters)
    entered = sum(row["count_entered"] for row in rows if row["stage_code"] == "registration")
    assert [(entered,)] == _query(
        release,
        "select count(*) from core.dim_candidates where track_code in ('digital', 'agro')"
        " and sex_code = 'female' and region_code in ('KZ-10', 'KZ-71')",
    )
    assert entered > 0
    assert selection.funnel_counts(release, Filters(regions=("' or true --",))) == []


def test_candidates_are_those_of_the_place_and_status(release: Release) -> None:
    counts = selection.status_counts(release, "text_test", "social", Filters())
    assert sum(counts.values()) == len(selection.shortlist(release, "text_test", "social"))
    for status, count in counts.items():
        people = selection.candidates(release, "text_test", "social", status, Filters())
        assert len(people) == count
        assert {person["status_code"] for person in people} == {status}
    everywhere = selection.candidates(release, "text_test", None, "absent", Filters())
    assert len({person["track_code"] for person in everywhere}) == 6


def test_a_shortlist_is_in_display_order(release: Release) -> None:
    people = selection.shortlist(release, "text_test", "social")
    assert [person["display_order"] for person in people] == list(range(1, len(people) + 1))
    ranks = [person["rank"] for person in people if person["rank"] is not None]
    assert ranks == sorted(ranks)


def test_reserve_holds_the_enrolled(release: Release) -> None:
    found = {row["candidate_no"] for track in ("social", "agro") for row in selection.reserve(release, track)}
    assert found == {
        number
        for (number,) in _query(
            release,
            "select candidate_no from selection.sel_stage_results where stage_code = 'national_commission'"
            " and is_admitted and track_code in ('social', 'agro')",
        )
    }
    assert found


def test_cutoffs_come_exact_and_rounded(release: Release) -> None:
    for cut in selection.stage_tracks(release):
        if cut["cutoff_numerator"] is None:
            assert cut["cutoff_points"] is None
        else:
            exact = cut["cutoff_numerator"] / cut["cutoff_denominator"]
            assert abs(float(cut["cutoff_points"]) - exact) <= 0.005


def test_column_comments_are_read(release: Release) -> None:
    comments = warehouse.column_comments(release, ("reporting.rpt_shortlists", "reporting.rpt_stage_tracks"))
    assert comments == {
        "candidate_no": "The pseudonym of a person (Order §2.3).",
        "limit_places": "Places of the track at this stage (Order §3).",
    }
    assert warehouse.column_comments(release, ("reporting.rpt_funnel",)) == {}
