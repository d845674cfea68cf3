"""The page of corrections: each number against a query of its own, and an approval from click to book."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from html import escape, unescape
from pathlib import Path
from typing import Any

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import approvals, warehouse
from dashboards.access import ANALYST, ENGINEER, PUBLISHER, Grant
from dashboards.i18n import LANGUAGES, load_texts
from dashboards.pages import PAGES, pages_of
from dashboards.views import corrections
from dashboards.warehouse import corrections as corrections_sql
from dashboards.warehouse import previews
from dashboards.warehouse.corrections import ChangeFilters
from tests.support.corrections_release import (
    NEWER,
    OLDER,
    act_hash,
    write_example_preview,
    write_two_releases,
    write_verification,
)
from tests.support.fake_release import write_pointer, write_release
from tests.unit.orchestration.conftest import make_settings


@pytest.fixture(scope="module")
def two(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two releases; the newer one is in force."""
    folder = tmp_path_factory.mktemp("two") / "releases"
    write_two_releases(made, folder)
    return folder


def _page(language: str, role: str) -> None:
    from dashboards import warehouse
    from dashboards.access import Grant
    from dashboards.components.messages import show_error
    from dashboards.i18n import load_texts
    from dashboards.views import corrections
    from dashboards.warehouse import current_release
    from tests.support.visits import visit_of

    try:
        corrections.render(visit_of(current_release(), language, Grant(role)))
    except warehouse.WarehouseError as error:
        show_error(error, load_texts(language))


def _open(
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    home: Path,
    language: str = "en",
    role: str = ENGINEER,
    **query: str,
) -> AppTest:
    monkeypatch.setenv("REZERV_RELEASES_DIR", str(folder))
    monkeypatch.setenv("REZERV_ACCESS_DIR", str(home / "access"))
    monkeypatch.setenv("REZERV_CORRECTIONS_DIR", str(home / "corrections"))
    monkeypatch.setenv("REZERV_DASH_LOCAL", "1")
    app = AppTest.from_function(_page, default_timeout=60, kwargs={"language": language, "role": role})
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def _html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def _cells(html: str, name: str) -> list[list[str]]:
    """The rows of the table of this name, as text."""
    table = html.split(f'aria-label="{escape(name)}"')[1].split("</table>")[0]
    return [
        [unescape(re.sub(r"<[^>]+>", " ", cell)).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)]
        for row in table.split("<tr")[2:]
    ]


def _sql(folder: Path, sql: str, release: str = NEWER) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(folder / f"{release}.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_changed_is_counted_by_stage_and_cause(
    monkeypatch: pytest.MonkeyPatch, two: Path, tmp_path: Path, language: str
) -> None:
    texts = load_texts(language)
    app = _open(monkeypatch, two, tmp_path, language)
    assert app.title[0].value == texts("corrections.title")
    changes = _sql(two, "select candidate_no, change_code from release.changes")
    caused = {row[0] for row in _sql(two, "select candidate_no from release.change_causes")}
    kinds = Counter(change for _, change in changes)
    assert len(kinds) == 5 and 0 < len(caused) < len(changes)
    html = _html(app)
    [row] = _cells(html, texts("corrections.by_stage"))
    assert [int(cell) for cell in row[1:]] == [*(kinds[move] for move in corrections.MOVES), len(changes)]
    shown = {(row[0], row[1]): int(row[2]) for row in _cells(html, texts("corrections.why"))}
    expected = Counter(
        (texts(f"moved.{change}"), "academy__answer_keys" if who in caused else texts("corrections.no_file"))
        for who, change in changes
    )
    assert shown == dict(expected)


def test_people_are_narrowed_by_stage_track_and_kind(two: Path, tmp_path: Path) -> None:
    release = warehouse.current_release(two)
    everybody = corrections_sql.changed_people(release, ChangeFilters())
    assert len(everybody) == corrections_sql.count_changed(release, ChangeFilters())
    assert [row["change_code"] for row in everybody] == sorted(
        (row["change_code"] for row in everybody), key=corrections.MOVES.index
    )
    track = everybody[0]["track_code"]
    some = ChangeFilters(stages=("text_test",), tracks=(track,), changes=("left", "rank"))
    found = {row["candidate_no"] for row in corrections_sql.changed_people(release, some)}
    assert found == {
        row[0]
        for row in _sql(
            two,
            "select candidate_no from release.changes where change_code in ('left', 'rank')"
            f" and track_code = '{track}'",
        )
    }
    assert found and len(corrections_sql.changed_people(release, ChangeFilters(), 5)) == 5
    assert not corrections_sql.count_changed(release, ChangeFilters(stages=("interview",)))


def test_the_file_of_changes_holds_everybody(
    monkeypatch: pytest.MonkeyPatch, two: Path, tmp_path: Path
) -> None:
    monkeypatch.setattr(corrections, "SHOWN", 4)
    texts = load_texts("en")
    app = _open(monkeypatch, two, tmp_path)
    changes = _sql(two, "select candidate_no, change_code, rank_before, rank_after from release.changes")
    words = texts("corrections.shown_of", count=f"**{len(changes)}**", shown="4")
    assert words in [one.value for one in app.markdown]
    grid = next(frame.value for frame in app.dataframe if "moved" in frame.value.columns)
    assert len(grid) == 4
    release = warehouse.current_release(two)
    people = corrections_sql.changed_people(release, ChangeFilters())
    values = corrections._values(release, people, corrections._PEOPLE_CSV, texts)
    by_number = {row[0]: dict(zip(corrections._PEOPLE_CSV, row, strict=True)) for row in values}
    assert {(who, texts(f"moved.{change}"), before, after) for who, change, before, after in changes} == {
        (who, row["moved"], row["rank_was"], row["rank_now"]) for who, row in by_number.items()
    }


def test_another_release_is_chosen_by_the_address(
    monkeypatch: pytest.MonkeyPatch, two: Path, tmp_path: Path
) -> None:
    texts = load_texts("en")
    app = _open(monkeypatch, two, tmp_path, release_id=OLDER)
    assert app.selectbox(key="release_id").value == OLDER
    assert texts("corrections.first_release") in [one.value for one in app.info]
    unknown = _open(monkeypatch, two, tmp_path, release_id="../../etc", corrections_view="nothing")
    assert unknown.selectbox(key="release_id").value == NEWER


def test_new_files_are_listed_newest_first(
    monkeypatch: pytest.MonkeyPatch, two: Path, tmp_path: Path
) -> None:
    app = _open(monkeypatch, two, tmp_path)
    grid = next(frame.value for frame in app.dataframe if "source_file" in frame.value.columns)
    expected = _sql(
        two, "select source_file from release.new_batches order by received_at desc, source_file desc"
    )
    assert list(grid["source_file"]) == [name for (name,) in expected]


def test_the_ledger_says_what_was_verified_and_recomputes_the_chain(
    monkeypatch: pytest.MonkeyPatch, two: Path, tmp_path: Path
) -> None:
    texts = load_texts("kk")
    app = _open(monkeypatch, two, tmp_path, "kk", corrections_view="ledger")
    assert texts("corrections.never_verified") in [one.value for one in app.info]
    assert [one.value for one in app.success] == [texts("corrections.chain_holds", count="3")]
    write_verification(two, acts=3)
    app = _open(monkeypatch, two, tmp_path, "kk", corrections_view="ledger")
    words = [one.value for one in app.success]
    assert len(words) == 3 and act_hash(3) in words[0]
    assert words[2] == texts("corrections.agree", count="3")
    (two / "verification.json").write_text("half")
    app = _open(monkeypatch, two, tmp_path, "kk", corrections_view="ledger")
    assert app.error[0].value == texts("error.preview_unreadable.body", file="verification.json")
    (two / "verification.json").unlink()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_verifying_found_is_said_in_each_language(tmp_path: Path, language: str) -> None:
    texts = load_texts(language)
    chain = [{"act_no": n, "act_hash": act_hash(n), "previous_hash": act_hash(n - 1)} for n in (1, 2, 3)]
    write_verification(tmp_path, acts=2)
    found = previews.last_verification(tmp_path)
    assert found is not None and corrections.verification_words(found, texts)[0] == "ok"
    assert corrections.agreement_words(chain, found, texts) == (
        "unknown",
        texts("corrections.newer_acts", count="1"),
    )
    write_verification(tmp_path, acts=1, finding="Line 2 was changed.")
    found = previews.last_verification(tmp_path)
    assert found is not None
    how, words = corrections.verification_words(found, texts)
    assert how == "wrong" and f"Line 2 was changed. ({language})" in words
    assert corrections.agreement_words(chain, found, texts) == ("wrong", texts("corrections.disagree"))
    assert corrections.verification_words(None, texts)[0] == "unknown"


def test_a_broken_chain_is_named() -> None:
    chain = [{"act_no": n, "act_hash": act_hash(n), "previous_hash": act_hash(n - 1)} for n in (1, 2, 3)]
    assert corrections_sql.broken_act(chain) is None and corrections_sql.broken_act([]) is None
    assert corrections_sql.broken_act(chain[1:]) == 2
    assert corrections_sql.broken_act([chain[0], chain[2]]) == 3
    changed = [chain[0], chain[1] | {"act_hash": "f" * 64}, chain[2]]
    assert corrections_sql.broken_act(changed) == 3
    assert corrections.chain_words(changed, load_texts("en"))[0] == "wrong"
    other = previews.Verification(None, None, [act_hash(1), "e" * 64], 0, None)  # type: ignore[arg-type]
    assert corrections.agreement_words(chain, other, load_texts("en"))[0] == "wrong"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_preview_is_shown_as_it_was_found(
    monkeypatch: pytest.MonkeyPatch, two: Path, tmp_path: Path, language: str
) -> None:
    texts = load_texts(language)
    settings = make_settings(tmp_path / "home")
    app = _open(monkeypatch, two, settings.home, language, corrections_view="preview")
    assert texts("corrections.no_preview") in [one.value for one in app.info]
    said = write_example_preview(settings, people=3)
    app = _open(monkeypatch, two, settings.home, language, corrections_view="preview")
    html = _html(app)
    assert any(said[:12] in one.value for one in app.markdown)
    [file] = _cells(html, texts("corrections.looked_at"))
    assert file[0] == "academy__answer_keys" and file[3:] == ["6", "5", "1"]
    assert _cells(html, texts("corrections.outside"))[0][3] == "1"
    [counts] = _cells(html, texts("corrections.would_change"))
    # two of another status, one of another rank; 1 and 3 go on newly
    assert counts[1:] == ["0", "0", "2", "0", "1", "2", "0"]
    assert _cells(html, texts("corrections.lists_differ"))[0][-1] == "0 → 3"
    assert _cells(html, texts("corrections.drift"))[0][1:] == ["0", "0", "1", "0", "0", "1"]
    grids = [frame.value for frame in app.dataframe if "reason_now" in frame.value.columns]
    assert [len(grid) for grid in grids] == [3, 1]
    # who goes on or no longer does stands first
    assert list(grids[0]["candidate_no"]) == ["R25-000001", "R25-000003", "R25-000002"]
    assert app.info[-1].value == texts("corrections.none_applied")


def test_only_a_publisher_approves_and_only_what_was_shown(
    monkeypatch: pytest.MonkeyPatch, two: Path, tmp_path: Path
) -> None:
    texts = load_texts("en")
    settings = make_settings(tmp_path / "home")
    said = write_example_preview(settings)
    for role in (ANALYST, ENGINEER):
        app = _open(monkeypatch, two, settings.home, role=role, corrections_view="preview")
        assert not app.button and texts("corrections.not_approved") in [one.value for one in app.info]
    app = _open(monkeypatch, two, settings.home, role=PUBLISHER, corrections_view="preview")
    app.button[0].click().run()
    assert [one.value for one in app.error] == [texts("corrections.reason_empty")]
    app.text_input[0].set_value("of 920615400001")
    app.button[0].click().run()
    assert [one.value for one in app.error] == [texts("corrections.reason_number")]
    assert approvals.approvals(settings.access_dir) == []
    app.text_input[0].set_value("WG-2025-0042")
    app.button[0].click().run()
    assert not app.exception and not app.button
    [given] = approvals.approvals(settings.access_dir)
    assert (given.preview_hash, given.reason, given.role) == (said, "WG-2025-0042", PUBLISHER)
    logged = json.loads((settings.access_dir / "access_log.jsonl").read_text().splitlines()[-1])
    assert (logged["action"], logged["preview_hash"]) == ("approval", said)
    assert "WG-2025-0042" in app.success[0].value
    # another preview: what was approved is void, and is asked for again
    write_example_preview(settings, people=4)
    app = _open(monkeypatch, two, settings.home, role=PUBLISHER, corrections_view="preview")
    assert len(app.button) == 1
    [row] = _cells(_html(app), texts("corrections.approval"))
    assert row[-1] == texts("corrections.approval_void")


def test_a_preview_whose_file_has_landed_is_not_approved_any_more(
    monkeypatch: pytest.MonkeyPatch, two: Path, tmp_path: Path
) -> None:
    texts = load_texts("ru")
    settings = make_settings(tmp_path / "home")
    [(batch,)] = _sql(two, "select min(batch_id) from reporting.rpt_batches")
    write_example_preview(settings, batch_id=batch)
    app = _open(monkeypatch, two, settings.home, "ru", role=PUBLISHER, corrections_view="preview")
    assert texts("corrections.landed_since") in [one.value for one in app.info] and not app.button
    assert _cells(_html(app), texts("corrections.looked_at"))


def test_a_click_on_a_preview_that_has_been_replaced_approves_nothing(
    monkeypatch: pytest.MonkeyPatch, two: Path, tmp_path: Path
) -> None:
    settings = make_settings(tmp_path / "home")
    write_example_preview(settings)
    app = _open(monkeypatch, two, settings.home, role=PUBLISHER, corrections_view="preview")
    app.text_input[0].set_value("WG-2025-0042")
    write_example_preview(settings, people=5)
    app.button[0].click().run()
    assert approvals.approvals(settings.access_dir) == []


def test_a_book_that_is_broken_or_cannot_be_written_approves_nothing(
    monkeypatch: pytest.MonkeyPatch, two: Path, tmp_path: Path
) -> None:
    texts = load_texts("en")
    settings = make_settings(tmp_path / "home")
    write_example_preview(settings)
    settings.access_dir.mkdir(parents=True)
    (settings.access_dir / approvals.BOOK_NAME).write_text("half\n")
    app = _open(monkeypatch, two, settings.home, role=PUBLISHER, corrections_view="preview")
    assert texts("corrections.approvals_broken") in [one.value for one in app.error] and not app.button
    (settings.access_dir / approvals.BOOK_NAME).unlink()
    app = _open(monkeypatch, two, settings.home, role=PUBLISHER, corrections_view="preview")
    (settings.access_dir / approvals.BOOK_NAME).mkdir()
    app.text_input[0].set_value("WG-2025-0042")
    monkeypatch.setattr(approvals, "approvals", lambda folder=None: [])
    app.button[0].click().run()
    assert texts("corrections.approvals_unwritable") in [one.value for one in app.error]


def test_a_preview_of_another_season_or_a_broken_one_is_said(
    monkeypatch: pytest.MonkeyPatch, two: Path, tmp_path: Path
) -> None:
    texts = load_texts("en")
    settings = make_settings(tmp_path / "home", REZERV_SEASON="2026")
    write_example_preview(settings)
    app = _open(monkeypatch, two, settings.home, role=PUBLISHER, corrections_view="preview")
    words = texts("corrections.preview_of_another_season", season="2026")
    assert words in [one.value for one in app.info] and not app.button
    (settings.corrections_dir / "PREVIEW.json").write_text("[]")
    app = _open(monkeypatch, two, settings.home, corrections_view="preview")
    assert app.error[0].value == texts("error.preview_unreadable.body", file="PREVIEW.json")


def test_an_older_release_shows_what_it_has(
    monkeypatch: pytest.MonkeyPatch, two: Path, tmp_path: Path
) -> None:
    language = "ru"
    texts = load_texts(language)
    older = tmp_path / "older"
    older.mkdir()
    file = older / f"{NEWER}.duckdb"
    file.write_bytes((two / f"{NEWER}.duckdb").read_bytes())
    with duckdb.connect(str(file)) as connection:
        for table in ("release.change_causes", "release.corrections", "core.fct_publication_acts"):
            connection.execute(f"drop table {table}")
    write_pointer(older, file)
    app = _open(monkeypatch, older, tmp_path, language)
    assert texts("corrections.no_causes") in [one.value for one in app.info]
    app = _open(monkeypatch, older, tmp_path, language, corrections_view="ledger")
    assert texts("corrections.chain_unknown") in [one.value for one in app.info]
    app = _open(monkeypatch, older, tmp_path, language, corrections_view="preview")
    assert texts("corrections.none_applied") in [one.value for one in app.info]


def test_a_release_before_all_of_it_is_explained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "fake"
    write_pointer(folder, write_release(folder, size=60))
    with duckdb.connect(str(next(folder.glob("*.duckdb")))) as connection:
        connection.execute("drop table if exists release.changes")
    app = _open(monkeypatch, folder, tmp_path)
    assert app.error and "release.changes" in app.error[0].value


def test_lists_are_the_part_that_the_old_address_shows(
    monkeypatch: pytest.MonkeyPatch, two: Path, tmp_path: Path
) -> None:
    app = _open(monkeypatch, two, tmp_path, corrections_view="lists")
    assert load_texts("en")("publications.lists") in [one.value for one in app.subheader]
    listed = {page.name: page.is_listed for page in PAGES}
    assert listed["corrections"] and not listed["publications"]
    for role in (ANALYST, PUBLISHER, ENGINEER):
        assert {"corrections", "publications"} <= {page.name for page in pages_of(Grant(role))}


def test_a_download_has_its_headings(two: Path) -> None:
    texts = load_texts("kk")
    header = [texts(f"column.{name}") for name in corrections._PEOPLE_CSV]
    from dashboards.components import formats

    content = formats.csv_bytes(header, [["x"] * len(header)]).decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(content))
    assert len(row) == len(set(header)) == len(corrections._PEOPLE_CSV)
