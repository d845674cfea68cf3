from __future__ import annotations

import re
from html import escape
from pathlib import Path

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.i18n import LANGUAGES, load_texts
from dashboards.views import publications
from dashboards.warehouse import Release, names
from dashboards.warehouse import publications as publications_sql
from tests.support.fake_release import write_pointer, write_release
from tests.support.files_taken import keep_files, rows_of_csv


def _page(language: str) -> None:
    from dashboards import warehouse
    from dashboards.components.messages import show_error
    from dashboards.i18n import load_texts
    from dashboards.views import publications
    from tests.support.visits import current_visit

    try:
        publications.render(current_visit(language))
    except warehouse.WarehouseError as error:
        show_error(error, load_texts(language))


def _open(monkeypatch: pytest.MonkeyPatch, folder: Path, language: str = "en") -> AppTest:
    monkeypatch.setenv("REZERV_RELEASES_DIR", str(folder))
    monkeypatch.setenv("REZERV_ACCESS_DIR", str(folder / "access"))
    monkeypatch.setenv("REZERV_DASH_LOCAL", "1")
    app = AppTest.from_function(_page, default_timeout=60, kwargs={"language": language}).run()
    assert not app.exception
    return app


def _tables(app: AppTest) -> list[str]:
    html = (element.proto.body for element in app.get("html"))
    return [body for body in html if "rz-table" in body]


def _html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_lists_drift_and_acts(
    monkeypatch: pytest.MonkeyPatch, releases: Path, release: Release, language: str
) -> None:
    app = _open(monkeypatch, releases, language)
    texts = load_texts(language)
    assert app.title[0].value == texts("publications.title")
    assert re.findall(r'rz-figure"><span>[^<]*</span><strong>([^<]*)', _html(app)) == ["4", "5", "0", "4"]
    assert escape(texts("standing.warning")) in _html(app)
    lists, summary, people, acts = _tables(app)
    for code, name in names(release, "stages", language).items():
        row = publications_sql.lists(release)[code]
        assert f"{row['stage_order']}. {escape(name)}" in lists
    assert lists.count(f"~ {escape(texts('standing.provisional'))}<") == 5
    assert f'title="{"5" * 64}">{"5" * 12}<' in lists and "WG-2025-0005" in lists
    assert "the body repeats what it said" in lists
    assert summary.count("<tr") == 1 + 4
    assert people.count("<tr") == 1 + 4 and escape(texts("publications.no_file")) in people
    assert acts.count("<tr") == 1 + 6 and acts.count('class="on"') == 4


def test_a_person_s_two_lines_and_their_files_are_shown(
    monkeypatch: pytest.MonkeyPatch, releases: Path, release: Release
) -> None:
    person, *_ = publications_sql.drift(release, "text_test", ())
    people = _tables(_open(monkeypatch, releases))[2]
    row = next(line for line in people.split("<tr") if person["candidate_no"] in line)
    cells = [re.sub(r"<[^>]+>", " ", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)]
    assert cells[0] == person["candidate_no"]
    sides = [cell.split(" · ")[1].strip() for cell in cells[3:5]]
    expected = {True: "goes on", False: "does not go on"}
    assert sides == [expected[person["is_admitted_before"]], expected[person["is_admitted_after"]]]
    assert f"rank {person['rank_before']}" in cells[3] and f"score {person['points_after']}" in cells[4]
    assert cells[5].split() == person["causes"].split(", ")


def test_a_stage_and_a_track_are_chosen(
    monkeypatch: pytest.MonkeyPatch, releases: Path, release: Release
) -> None:
    app = _open(monkeypatch, releases)
    assert app.selectbox(key="drift_stage").value == "text_test"
    tracks = {row["track_code"] for row in publications_sql.drift(release, "text_test", ())}
    others = set(names(release, "tracks", "en")) - tracks
    app.multiselect(key="filter_tracks").set_value(sorted(others)[:1]).run()
    assert [info.value for info in app.info] == [load_texts("en")("empty.filters")]
    app.multiselect(key="filter_tracks").set_value([]).run()
    app.selectbox(key="drift_stage").set_value("vetting").run()
    assert not app.exception
    [person] = publications_sql.drift(release, "vetting", ())
    assert person["candidate_no"] in _tables(app)[2]


def test_what_is_not_shown_is_counted(monkeypatch: pytest.MonkeyPatch, releases: Path) -> None:
    monkeypatch.setattr(publications, "_SHOWN", 3)
    app = _open(monkeypatch, releases)
    assert _tables(app)[2].count("<tr") == 1 + 3
    text = load_texts("en")("vetting.more_alerts", count="1")
    assert text in [caption.value for caption in app.caption]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_published_and_nothing_drifted_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, language: str
) -> None:
    texts = load_texts(language)
    for acts, key in ((0, "nothing_published"), (1, "no_drift")):
        folder = tmp_path / str(acts)
        write_pointer(folder, write_release(folder, size=60, published=2, acts=acts))
        app = _open(monkeypatch, folder, language)
        assert [info.value for info in app.info] == [texts(f"publications.{key}")]
        assert escape(texts("standing.warning")) not in _html(app)
        assert len(_tables(app)) == 1 + acts
        assert escape(texts("standing.unpublished")) in _tables(app)[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_older_release_is_explained(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, language: str
) -> None:
    file = write_release(tmp_path, "2025-r0004", size=60, published=2)
    with duckdb.connect(str(file)) as connection:
        connection.execute("drop table reporting.rpt_publication_acts")
    write_pointer(tmp_path, file)
    app = _open(monkeypatch, tmp_path, language)
    assert app.title[0].value == load_texts(language)("error.tables_missing.title")
    assert "2025-r0004" in app.error[0].value and "rpt_publication_acts" in app.error[0].value


@pytest.mark.parametrize("language", LANGUAGES)
def test_files_hold_all_of_it_under_headings_in_the_language(
    monkeypatch: pytest.MonkeyPatch, releases: Path, release: Release, language: str
) -> None:
    files = keep_files(monkeypatch)
    _open(monkeypatch, releases, language)
    texts = load_texts(language)
    lists, drift, acts = (
        rows_of_csv(files[f"publications_{name}_2025-r0001.csv"]) for name in ("lists", "drift", "acts")
    )
    assert [row[texts("column.list_hash")] for row in lists[:4]] == [digit * 64 for digit in "1256"]
    assert lists[4][texts("column.list_state")] == texts("standing.provisional")
    assert lists[2][texts("column.published_at")] == "2025-08-09T10:00:00+05:00"
    people = publications_sql.drift(release, "text_test", ())
    assert [row[texts("column.candidate_no")] for row in drift] == [row["candidate_no"] for row in people]
    assert drift[0][texts("column.causes")] == people[0]["causes"]
    assert drift[-1][texts("column.causes")] == texts("publications.no_file")
    assert {row[texts("column.is_admitted_after")] for row in drift} == {
        texts("publications.goes_on"), texts("publications.stays_out")
    }  # fmt: skip
    assert len(acts) == 6 and acts[0][texts("column.act_hash")] == "e" * 64
