"""Quota scenarios on the page, against those that `rezerv quotas scenarios` computes of the same release."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import warehouse
from dashboards.i18n import LANGUAGES, load_texts
from dashboards.views import quota_scenarios as view
from dashboards.warehouse import Release, current_release, quotas
from orchestration.commissions.figures import open_figures
from orchestration.commissions.quotas import AT_EDGE, WITHIN, Quotas, moved, read_quotas, scenario
from orchestration.settings import load_settings
from tests.support.audiences import without
from tests.support.visits import visit_of


@pytest.fixture(scope="module")
def releases(made: Path) -> Path:
    return made / "releases"


@pytest.fixture
def release(releases: Path) -> Release:
    return current_release(releases)


@pytest.fixture(scope="module")
def told(made: Path) -> Quotas:
    """What the command reads of the same release."""
    settings = load_settings({"REZERV_HOME": str(made)}, env_file=made / "no.env")
    return read_quotas(open_figures(settings))


def _page(language: str) -> None:
    from dashboards.views import shortlist
    from tests.support.visits import current_visit

    shortlist.render(current_visit(language))


def opened(monkeypatch: pytest.MonkeyPatch, releases: Path, language: str = "en", **query: str) -> AppTest:
    monkeypatch.setenv("REZERV_RELEASES_DIR", str(releases))
    app = AppTest.from_function(_page, default_timeout=30, kwargs={"language": language})
    for name, value in {"shortlist_room": "quotas", **query}.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def test_every_move_changes_whom_the_command_says(release: Release, told: Quotas) -> None:
    codes = list(told.in_force)
    seen = 0
    for source in codes:
        for target in codes:
            for count in {1, 2, told.in_force[source]}:
                if source == target:
                    continue
                move = ((source, target, count),)
                made = scenario(told, moved(told, move), move)
                rows = quotas.moved(release, source, target, count)
                seen += len(rows)
                assert {
                    (row["candidate_no"], row["standing_before"], row["standing_after"]) for row in rows
                } == {(one.after.candidate_no, one.before.code, one.after.code) for one in made.changed}
                edges = {row["track_code"]: row for row in quotas.edges(release, source, target, count)}
                assert {code: row["other_places"] for code, row in edges.items()} == dict(made.places)
                ties = {tie.track_code: (len(tie.candidates), tie.free) for tie in made.ties}
                assert ties == {
                    code: (row["count_at_edge"], row["count_free_at_edge"])
                    for code, row in edges.items()
                    if row["count_at_edge"]
                }
                assert {
                    code: row["count_empty"] for code, row in edges.items() if row["count_empty"]
                } == dict(made.empty)
    assert seen > 20


def test_the_places_in_force_are_those_of_the_command(release: Release, told: Quotas) -> None:
    rows = quotas.places(release)
    assert [row["track_code"] for row in rows] == list(told.in_force)
    for row in rows:
        code, places = row["track_code"], row["places"]
        assert places == told.in_force[code]
        assert row["limit_total"] == told.limit_total
        assert row["count_proposed"] == len(told.standing(code, places))
        assert row["count_within"] == told.count(code, places, WITHIN)
        assert row["count_at_edge"] == told.count(code, places, AT_EDGE)
        assert row["count_empty"] == told.empty(code, places)
    assert quotas.is_decided(release) == bool(told.count_decided)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_who_would_enter_and_who_not(
    monkeypatch: pytest.MonkeyPatch, releases: Path, told: Quotas, language: str
) -> None:
    texts = load_texts(language)
    move = next(
        ((one, other, 1),)
        for one in told.in_force
        for other in told.in_force
        if one != other and told.in_force[one] and scenario(told, moved(told, ((one, other, 1),))).entering
    )
    made = scenario(told, moved(told, move), move)
    app = opened(monkeypatch, releases, language, quota_from=move[0][0], quota_to=move[0][1])
    sentences = [element.value for element in app.markdown]
    for key, people in (("enters", made.entering), ("leaves", made.leaving)):
        [said] = [text for text in sentences if text.startswith(f"**{texts(f'quota.{key}')}:**")]
        assert set(re.findall(r"R25-\d{6}", said)) == {one.after.candidate_no for one in people}
    for one in made.changed:
        assert one.after.candidate_no in html(app)
    total = sum(told.in_force.values())
    assert any(texts("quota.limit", total=total, limit=50) in element.value for element in app.caption)


def test_unknown_codes_and_numbers_in_the_address_are_brought_within_bounds(
    monkeypatch: pytest.MonkeyPatch, releases: Path, told: Quotas
) -> None:
    first, second, *_ = told.in_force
    app = opened(monkeypatch, releases, quota_from="law", quota_to=first, quota_count="999")
    assert app.selectbox(key="quota_from").value == first
    assert app.selectbox(key="quota_to").value == second
    assert app.number_input(key="quota_count").value == told.in_force[first]
    app = opened(monkeypatch, releases, quota_count="-3")
    assert app.number_input(key="quota_count").value == 1
    app.selectbox(key="quota_from").set_value(second).run()
    assert not app.exception
    assert app.selectbox(key="quota_to").value != second


def test_lists_as_files_have_their_columns(release: Release) -> None:
    names = warehouse.names(release, "tracks", "kk")
    texts = load_texts("kk")
    for row in view.places_rows(quotas.places(release), names, texts):
        assert len(row) == len(view._PLACES_COLUMNS)
    for row in view.moved_rows(quotas.moved(release, "agro", "digital", 3), names, texts):
        assert len(row) == len(view._MOVED_COLUMNS)


def test_a_release_of_an_older_build_is_explained(releases: Path, tmp_path: Path) -> None:
    folder = without(releases, tmp_path / "releases", "reporting.rpt_quota_standings")
    with pytest.raises(warehouse.TablesMissing):
        view.render(visit_of(current_release(folder), "en"))
