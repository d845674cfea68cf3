"""The page of registrations: what it shows, against the candidates of a real small season asked directly."""

from __future__ import annotations

import shutil
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.i18n import LANGUAGES, load_texts
from dashboards.views import registrations
from dashboards.warehouse import Release, TablesMissing, current_release
from dashboards.warehouse import registrations as sql
from tests.support.fake_release import write_pointer
from tests.support.visits import visit_of

LOCAL = "+ interval '5 hours'"


@pytest.fixture
def release(made: Path) -> Release:
    return current_release(made / "releases")


def _page(language: str) -> None:
    from dashboards.views import registrations
    from tests.support.visits import current_visit

    registrations.render(current_visit(language))


def _run(monkeypatch: pytest.MonkeyPatch, folder: Path, language: str = "en", **query: str) -> AppTest:
    monkeypatch.setenv("REZERV_RELEASES_DIR", str(folder))
    monkeypatch.setenv("REZERV_ACCESS_DIR", str(folder / "access"))
    app = AppTest.from_function(_page, default_timeout=30, kwargs={"language": language})
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def _changed(made: Path, folder: Path, *statements: str) -> Path:
    [file] = (made / "releases").glob("*.duckdb")
    folder.mkdir(parents=True, exist_ok=True)
    copied = Path(shutil.copy(file, folder / file.name))
    with duckdb.connect(str(copied)) as connection:
        for statement in statements:
            connection.execute(statement)
    write_pointer(folder, copied)
    return folder


def _one(release: Release, question: str) -> int:
    [row] = release.rows(f"select count(*) as people from core.dim_candidates where {question}")
    return int(row["people"])


def test_headline_counts_the_candidates(release: Release) -> None:
    figures = [value for _, value in registrations.headline(visit_of(release))]
    accounts, counted = _one(release, "true"), _one(release, "is_counted")
    last = _one(release, f"is_counted and (submitted_at {LOCAL})::date = date '2025-06-30'")
    share = (Decimal(last) * 100 / counted).quantize(Decimal("0.1"), ROUND_HALF_UP)
    assert figures == [
        str(accounts),
        str(counted),
        str(_one(release, "is_counted and is_complete")),
        str(_one(release, "submitted_at is null")),
        f"{last} ({share} %)",
    ]
    assert last > 0


def test_each_day_is_what_happened_on_it(release: Release) -> None:
    opened, submitted = (
        {
            row["day"]: row["people"]
            for row in release.rows(
                f"select ({moment} {LOCAL})::date as day, count(*) as people from core.dim_candidates"
                f" where {moment} is not null and {which} group by day"
            )
        }
        for moment, which in (("registered_at", "true"), ("submitted_at", "is_counted"))
    )
    held = {
        row["held_on"]: row["events"]
        for row in release.rows(
            "select held_on, count(*) as events from core.fct_outreach_events group by held_on"
        )
    }
    days = sql.days(release)
    assert [day["activity_on"] for day in days] == sorted(day["activity_on"] for day in days)
    assert {day["activity_on"]: day["count_accounts"] for day in days if day["count_accounts"]} == opened
    assert {
        day["activity_on"]: day["count_registrations"] for day in days if day["count_registrations"]
    } == submitted
    assert {day["activity_on"]: day["count_events"] for day in days if day["count_events"]} == held


def test_what_stands_at_the_end_of_an_hour_adds_up(release: Release) -> None:
    hours = sql.hours(release)
    assert len({hour["activity_hour_local"] for hour in hours}) == len(hours) >= 30 * 24
    for hour in (hours[len(hours) // 2], hours[-1]):
        by_then = f"{LOCAL} < timestamp '{hour['activity_hour_local']}' + interval '1 hour'"
        assert hour["count_accounts_so_far"] == _one(release, f"registered_at {by_then}")
        assert hour["count_registrations_so_far"] == _one(release, f"is_counted and submitted_at {by_then}")
        assert hour["count_drafts"] == _one(
            release, f"registered_at {by_then} and not coalesce(submitted_at {by_then}, false)"
        )


def test_regions_are_compared_by_their_residents(release: Release) -> None:
    shown = [row for row in sql.regions(release) if row["registrations_per_residents"] is not None]
    assert shown
    for row in shown:
        exact = Fraction(row["count_registrations"] * sql.RESIDENTS, row["count_residents"])
        rounded = Fraction(int(exact * 100 + Fraction(1, 2)), 100)
        assert Fraction(row["registrations_per_residents"]) == rounded, row
        assert row["count_registrations"] == _one(
            release, f"is_counted and region_code = '{row['region_code']}'"
        )
    rates = [row["registrations_per_residents"] for row in shown]
    assert rates == sorted(rates, reverse=True)


def test_too_few_are_not_shown(release: Release) -> None:
    """A45: what the warehouse leaves empty is words on the page and empty in the file."""
    [terms] = release.rows(
        "select value::integer as n from seeds.policy where parameter_code = 'report_min_group'"
    )
    found = sql.regions(release)
    small = [
        row
        for row in found
        if 0 < _one(release, f"is_counted and region_code = '{row['region_code']}'") < terms["n"]
    ]
    assert small
    names = {row["region_code"]: row["region_code"] for row in found}
    for row in small:
        assert row["count_registrations"] is None and row["registrations_per_residents"] is None
        assert load_texts("kk")("registrations.too_few") in registrations._region_cells(
            row, names, load_texts("kk")
        )


@pytest.mark.parametrize("side", sql.EVENT_SIDES)
def test_events_are_counted_by_each_side(release: Release, side: str) -> None:
    expected = release.rows(
        f"select {side}_code as code, count(*) as events, sum(count_reached) as reached"
        " from core.fct_outreach_events group by all"
    )
    shown = {row["code"]: (row["count_events"], row["count_reached"]) for row in sql.events(release, side)}
    assert shown == {row["code"]: (row["events"], row["reached"]) for row in expected}
    for language in LANGUAGES:
        assert all(registrations.event_name(visit_of(release, language), side, code) for code in shown)


def test_events_are_counted_by_known_sides_only(release: Release) -> None:
    with pytest.raises(ValueError, match="candidate"):
        sql.events(release, "candidate")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_in_each_language(
    monkeypatch: pytest.MonkeyPatch, made: Path, language: str
) -> None:
    app = _run(monkeypatch, made / "releases", language, events_by="region")
    assert not app.exception and not app.error
    texts = load_texts(language)
    assert app.title[0].value == texts("registrations.title")
    assert app.selectbox(key="events_by").value == "region"
    for tab in ("hours", "last_day", "standing"):
        app.session_state["registrations_course"] = texts(f"registrations.tab_{tab}")
        app.run()
        assert not app.exception, tab


def test_an_unknown_side_of_the_address_is_left_out(monkeypatch: pytest.MonkeyPatch, made: Path) -> None:
    app = _run(monkeypatch, made / "releases", events_by="person")
    assert not app.exception and app.selectbox(key="events_by").value == "kind"


def test_before_the_first_account_the_page_says_so(
    monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path
) -> None:
    tables = ("registration_hours", "outreach_days", "outreach_events")
    statements = [f"delete from reporting.rpt_{name}" for name in tables]
    app = _run(monkeypatch, _changed(made, tmp_path / "releases", *statements))
    assert not app.exception
    texts, said = load_texts("en"), [info.value for info in app.info]
    assert said == [texts("registrations.nothing"), texts("registrations.no_events")]


def test_one_account_is_a_page(monkeypatch: pytest.MonkeyPatch, made: Path, tmp_path: Path) -> None:
    keep = "(select min(activity_hour_local) from reporting.rpt_registration_hours where count_accounts > 0)"
    folder = _changed(
        made,
        tmp_path / "releases",
        f"delete from reporting.rpt_registration_hours where activity_hour_local <> {keep}",
    )
    app = _run(monkeypatch, folder)
    assert not app.exception
    assert registrations.headline(visit_of(current_release(folder)))[-1][1] == "–"


def test_an_older_release_is_explained(monkeypatch: pytest.MonkeyPatch, releases: Path) -> None:
    monkeypatch.setenv("REZERV_RELEASES_DIR", str(releases))
    with pytest.raises(TablesMissing, match="rpt_registration_hours"):
        _page("en")
