"""The page of a candidate number: each number of a path, who sees what, and that opening it is recorded."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards.access import ENGINEER, PUBLISHER, VETTING_OFFICER, Grant
from dashboards.components import formats
from dashboards.i18n import LANGUAGES, load_texts
from dashboards.views import candidate, candidate_sections
from dashboards.warehouse import Release, candidates, current_release
from orchestration.console import Screen
from orchestration.explain_console import show_explanation
from orchestration.explain_reports import _read
from orchestration.texts import texts_of
from orchestration.vetting_reports import Reading
from tests.support.audiences import current_file, folder_with, without
from tests.support.visits import visit_of

# What only whoever may see results holds: none of it may be read for a vetting officer.
OF_A_VETTING_OFFICER = dict.fromkeys((*candidates.OF_REGISTRATION, *candidates.OF_VETTING), "")


@pytest.fixture(scope="module")
def releases(made: Path) -> Path:
    return made / "releases"


@pytest.fixture
def release(releases: Path) -> Release:
    return current_release(releases)


def asked(releases: Path, sql: str) -> list[tuple[Any, ...]]:
    """Rows of a query on the release file, past all code of the pages."""
    with duckdb.connect(str(current_file(releases)), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def people(releases: Path) -> list[str]:
    """Somebody of each stage, status and reason."""
    rows = asked(
        releases,
        "select min(candidate_no) from selection.sel_stage_results"
        " group by stage_code, status_code, reason_code",
    )
    numbers = sorted({number for (number,) in rows})
    assert len(numbers) > 20
    return numbers


def opened(
    monkeypatch: pytest.MonkeyPatch, releases: Path, role: str = ENGINEER, language: str = "en", **query: str
) -> AppTest:
    monkeypatch.setenv("REZERV_RELEASES_DIR", str(releases))
    app = AppTest.from_function(_page, default_timeout=30, kwargs={"role": role, "language": language})
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def _page(role: str, language: str) -> None:
    from dashboards.access import Grant
    from dashboards.views import candidate
    from tests.support.visits import current_visit

    candidate.render(current_visit(language, Grant(role)))


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("REZERV_ACCESS_DIR", str(tmp_path / "access"))
    return tmp_path / "access" / "access_log.jsonl"


def html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def said(app: AppTest) -> str:
    """Everything that a page says, tables and sentences."""
    blocks = [*app.markdown, *app.caption, *app.info, *app.error, *app.warning, *app.title, *app.subheader]
    return html(app) + "\n".join(str(block.value) for block in blocks)


# --- the words and numbers of a path ---


def as_written(text: str) -> str:
    """A line without what languages write differently on a page and in a terminal."""
    text = re.sub(r"(?<=\d),(?=\d)", ".", text.replace("\u00a0", "").strip())
    return re.sub(r"\b(\d+)/1\b", r"\1", text).lower()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_step_says_what_rezerv_explain_says(
    releases: Path, people: list[str], language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    release = current_release(releases)
    visit = visit_of(release, language)
    texts, names = visit.texts, candidate._names(visit)
    for number in people[::3]:
        explained = _read(Reading(current_file(releases), language), "r", None, number, "")
        show_explanation(Screen(texts_of(language)), explained)
        printed = [as_written(line) for line in capsys.readouterr().out.splitlines()]
        for step in candidates.steps(release, number):
            own = [candidate.distance_text(step, texts)] if step["distance_points"] is not None else []
            own += [texts("candidate.late")] if step["is_late"] else []
            for line in candidate.step_lines(step, names, texts):
                if line not in own:
                    assert as_written(line) in printed


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentences_of_a_step_are_those_of_the_command(language: str) -> None:
    """Word for word: nobody changes them at one place only."""
    entries, told = load_texts(language).entries, texts_of(language)
    own = {key: text for key, text in entries.items() if key.startswith("explain.")}
    assert len(own) == 13
    fills = {name: f"<{name}>" for text in own.values() for name in re.findall(r"{(\w+)}", text)}
    for key, text in own.items():
        assert text.format(**fills) == told(key, **fills).strip(), key


def test_the_distance_from_the_cut_is_exact(release: Release, releases: Path, people: list[str]) -> None:
    seen = 0
    for number in people:
        lines = {
            stage: (Fraction(*score) if score[1] else None, Fraction(*cutoff) if cutoff[1] else None)
            for stage, *parts in asked(
                releases,
                "select r.stage_code, r.score_numerator, r.score_denominator, c.cutoff_numerator,"
                " c.cutoff_denominator from selection.sel_stage_results as r inner join selection.sel_cutoffs"
                f" as c using (season_code, stage_code, track_code) where candidate_no = '{number}'",
            )
            for score, cutoff in [(parts[:2], parts[2:])]
        }
        for step in candidates.steps(release, number):
            score, cutoff = lines[step["stage_code"]]
            if score is None or cutoff is None:
                assert step["distance_points"] is None
                continue
            seen += 1
            exact = score - cutoff
            assert Fraction(step["distance_numerator"], step["distance_denominator"]) == exact
            assert step["distance_denominator"] == exact.denominator
            rounded = (abs(exact) * 200 + 1) // 2
            assert abs(step["distance_points"]) * 100 == rounded
            assert (step["distance_points"] < 0) == (exact < 0 and rounded > 0)
    assert seen > 50


def test_signs_of_distances() -> None:
    written = [candidate.signed(Decimal(value), "kk") for value in ("1.2", "-0.33", "0")]
    assert written == ["+1,20", "−0,33", "0,00"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_overview_has_a_row_for_each_stage_with_the_numbers_of_the_release(
    monkeypatch: pytest.MonkeyPatch, releases: Path, log: Path, language: str
) -> None:
    [(number, count)] = asked(
        releases,
        "select candidate_no, count(*) from selection.sel_stage_results where is_admitted group by 1"
        " order by 2 desc, 1 limit 1",
    )
    app = opened(monkeypatch, releases, language=language, candidate=number)
    rows = asked(
        releases,
        "select r.stage_order, r.rank, r.score_numerator, r.score_denominator, t.cutoff_points"
        " from selection.sel_stage_results as r inner join reporting.rpt_stage_tracks as t"
        f" using (season_code, stage_code, track_code) where candidate_no = '{number}' order by 1",
    )
    page = html(app)
    for order, rank, numerator, denominator, cutoff in rows:
        [line] = re.findall(rf"<tr[^>]*><td[^>]*>{order}\. .*?</tr>", page)
        cells = re.findall(r"<td[^>]*>(.*?)</td>", line)
        assert cells[3] == formats.fraction(numerator, denominator)
        assert cells[4] == formats.number(rank, language)
        assert cells[5] == formats.points(cutoff if denominator else cutoff, language)
    assert len(rows) == 9
    assert load_texts(language)("candidate.title") == app.title[0].value


def test_where_a_step_comes_from_names_rule_policy_rows_and_deliveries(
    monkeypatch: pytest.MonkeyPatch, releases: Path, log: Path
) -> None:
    [(number, paragraph, policies, batches)] = asked(
        releases,
        "select candidate_no, paragraph, policy_codes, _batch_ids from selection.sel_explanations"
        " where stage_code = 'text_test' and is_at_cutoff and policy_codes <> '' order by 1 limit 1",
    )
    text = said(opened(monkeypatch, releases, candidate=number))
    assert f"Order {paragraph}." in text
    for code in policies.split(", "):
        assert f"**{code}** (`" in text
    assert f"`stage_code = 'text_test'`, `candidate_no = '{number}'`" in text
    for one in batches.split(", "):
        assert f"`{one}`" in text


def test_only_engineers_read_which_files_fed_a_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, releases: Path, log: Path
) -> None:
    everything = dict.fromkeys((*candidates.OF_REGISTRATION, *candidates.OF_STAGES), "")
    folder = folder_with(releases, tmp_path / "releases", PUBLISHER, everything)
    [(number, file)] = asked(
        releases,
        "select e.candidate_no, b.source_file from selection.sel_explanations as e"
        " inner join core.fct_batches as b on contains(e._batch_ids, b.batch_id)"
        " where e.stage_code = 'text_test' and b.feed = 'platform__answers' order by 1, 2 limit 1",
    )
    assert file in said(opened(monkeypatch, releases, candidate=number))
    page = opened(monkeypatch, folder, PUBLISHER, candidate=number)
    assert file not in said(page)
    assert load_texts("en")("candidate.part_vetting") not in str(page.segmented_control[0].options)


# --- what happened ---


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_event_of_everybody_can_be_said_and_none_is_left_out(releases: Path, language: str) -> None:
    release = current_release(releases)
    visit = visit_of(release, language)
    names = candidate._names(visit)
    tables = {
        "core.fct_sittings": "sitting", "core.fct_resit_claims": "claim", "core.fct_places": "place",
        "reporting.rpt_refused_bookings": "refused", "core.fct_working_group_decisions": "decision",
        "core.fct_withdrawals": "withdrawal", "core.fct_track_changes": "track",
    }  # fmt: skip
    for table, kind in tables.items():
        counted = asked(
            releases, f"select candidate_no, count(*) from {table} group by 1 order by 2 desc, 1 limit 4"
        )
        assert counted, table
        for number, count in counted:
            rows = candidate_sections.event_rows(visit, number, names.stages, names.tracks)
            assert sum(row[1] == visit.texts(f"path_event.{kind}") for row in rows) == count


def test_decisions_say_what_they_do_and_never_on_what_ground(release: Release, releases: Path) -> None:
    bases = {
        code
        for (code,) in asked(releases, "select distinct basis_code from core.fct_working_group_decisions")
    }
    visit = visit_of(release)
    names = candidate._names(visit)
    [(number,)] = asked(
        releases,
        "select min(candidate_no) from core.fct_working_group_decisions where action_code = 'exclude'",
    )
    text = str(candidate_sections.event_rows(visit, number, names.stages, names.tracks))
    assert "exclusion" in text
    assert not [basis for basis in bases if basis in text]


# --- registration and vetting ---


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_vetting_officer_sees_registration_and_vetting_of_a_file_without_scores(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, releases: Path, log: Path, language: str
) -> None:
    folder = folder_with(releases, tmp_path / "releases", VETTING_OFFICER, OF_A_VETTING_OFFICER)
    [(number, failed)] = asked(
        releases,
        "select candidate_no, count(*) filter (where not is_met) from core.fct_eligibility_checks"
        " group by 1 order by 2 desc, 1 limit 1",
    )
    app = opened(monkeypatch, folder, VETTING_OFFICER, language, candidate=number)
    texts = load_texts(language)
    assert failed
    assert html(app).count(f">{texts('candidate.not_met')}<") == failed
    assert texts("candidate.overview") not in said(app)
    assert not app.error
    vetted = asked(
        releases,
        "select candidate_no, count(*) from core.fct_vetting_states where state_code <> 'not_sent'"
        " group by 1 order by 2 desc, 1 limit 1",
    )
    app = opened(monkeypatch, folder, VETTING_OFFICER, language, candidate=vetted[0][0])
    assert texts("candidate.requests") in [element.value for element in app.subheader]
    for (body,) in asked(
        releases, f"select name_{language} from seeds.vetting_bodies where valid_to > '2025-07-31'"
    ):
        assert body[1:] in html(app)


def test_the_requests_of_a_person_are_those_of_the_release(release: Release, releases: Path) -> None:
    [(number, count)] = asked(
        releases,
        "select candidate_no, count(*) from core.fct_vetting_requests group by 1 order by 2 desc, 1 limit 1",
    )
    rows = candidate_sections.request_rows(visit_of(release), number)
    assert len(rows) == count
    sent = asked(releases, f"select list_no from core.fct_vetting_requests where candidate_no = '{number}'")
    assert sorted(row[1] for row in rows) == sorted(list_no for (list_no,) in sent)


# --- the field, the address, the log ---


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_number_with_a_wrong_and_with_an_unknown_one_it_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch, releases: Path, log: Path, language: str
) -> None:
    texts = load_texts(language)
    app = opened(monkeypatch, releases, language=language)
    assert [element.value for element in app.info] == [texts("candidate.ask")]
    app = opened(monkeypatch, releases, language=language, candidate="R25-12")
    assert [element.value for element in app.error] == [texts("candidate.no_number", text="R25-12")]
    app = opened(monkeypatch, releases, language=language, candidate="R25-999999")
    assert [element.value for element in app.error] == [texts("candidate.unknown", candidate="R25-999999")]
    assert not log.exists()


def test_each_opening_is_recorded_once(
    monkeypatch: pytest.MonkeyPatch, releases: Path, log: Path, people: list[str]
) -> None:
    app = opened(monkeypatch, releases, candidate=f" {people[0].lower()} ")
    app.segmented_control(key="candidate_part").set_value("events").run()
    app.segmented_control(key="candidate_part").set_value("path").run()
    app.text_input(key="candidate").set_value(people[1]).run()
    assert not app.exception
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [(line["action"], line["candidate_no"], line["role"]) for line in lines] == [
        ("candidate", people[0], ENGINEER),
        ("candidate", people[1], ENGINEER),
    ]
    assert app.query_params["candidate"] in (people[1], [people[1]])


def test_an_unknown_part_in_the_address_shows_the_path(
    monkeypatch: pytest.MonkeyPatch, releases: Path, log: Path, people: list[str]
) -> None:
    app = opened(monkeypatch, releases, candidate=people[0], candidate_part="grounds")
    assert app.segmented_control(key="candidate_part").value == "path"
    app = opened(monkeypatch, releases, candidate=people[0], candidate_part="sources")
    assert app.segmented_control(key="candidate_part").value == "sources"


def test_a_release_of_an_older_build_is_explained(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, releases: Path, log: Path, people: list[str]
) -> None:
    from dashboards.warehouse import TablesMissing

    folder = without(releases, tmp_path / "releases", "core.fct_places")
    visit = visit_of(current_release(folder), "en", Grant(ENGINEER))
    with pytest.raises(TablesMissing) as caught:
        candidates.require_tables(visit.release, candidate.needed_tables(ENGINEER))
    assert caught.value.params["tables"] == "core.fct_places"
    assert "core.fct_places" not in candidate.needed_tables(VETTING_OFFICER)


def test_drift_says_both_sides() -> None:
    row = {
        "stage_code": "text_test", "version": 2, "is_drift_kept": False, "status_before": "admitted",
        "status_after": "not_admitted", "rank_before": 4, "rank_after": 9, "points_before": None,
        "points_after": None,
    }  # fmt: skip
    names = candidate.Names(
        {"text_test": "Text test"}, {}, {"admitted": "Admitted", "not_admitted": "Out"}, {}, {}
    )
    text = candidate.drift_text(row, names, load_texts("en"))
    assert "version 2, says: Admitted, rank 4." in text
    assert "say: Out, rank 9." in text
    assert "It is recorded" in candidate.drift_text(row | {"is_drift_kept": True}, names, load_texts("en"))
