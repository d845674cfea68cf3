"""Papers for the commissions and quota scenarios of a whole season, and a decision that lands."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest
from pypdf import PdfReader

from orchestration import scratch
from orchestration.commissions.figures import open_figures
from orchestration.commissions.quotas import WITHIN, Quotas, all_moves, moved, read_quotas, scenario
from orchestration.settings import Settings, load_settings
from tests.support.home import Home
from tests.support.privacy import findings, people_of, texts_of_file

COMMISSIONS = ("expert_commission", "national_commission")
LATER = datetime(2025, 10, 24, 18)


@pytest.fixture(scope="module")
def settings(home: Home) -> Settings:
    """Settings of the season's home, with its own secrets."""
    return load_settings({"REZERV_HOME": str(home.path)}, env_file=home.path / "no.env")


@pytest.fixture(scope="module")
def papers(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The papers for both commissions and the scenarios, in three languages."""
    folder = tmp_path_factory.mktemp("papers")
    for asked in (("shortlist", COMMISSIONS[0]), ("shortlist", COMMISSIONS[1]), ("quotas", "scenarios")):
        done = home.rezerv(*asked, "--lang", "all", "--out", str(folder))
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


def read(file: Path) -> str:
    if file.suffix == ".pdf":
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(file.read_bytes())).pages)
    return "\n".join(text for _, text in texts_of_file(file, file.name))


def test_nobody_is_named_in_any_byte(home: Home, papers: Path) -> None:
    people = people_of(home.landing)
    files = sorted(papers.iterdir())
    assert len(files) == 27
    read_out = [(file.name, read(file)) for file in files if file.suffix == ".pdf"]
    of_bytes = [found for file in files for found in texts_of_file(file, file.name)]
    assert findings(people, [*read_out, *of_bytes]) == []


@pytest.mark.parametrize("stage", COMMISSIONS)
def test_everybody_on_the_list_who_is_not_out_has_a_card_and_nobody_else(
    home: Home, papers: Path, stage: str
) -> None:
    before = {"expert_commission": "interview", "national_commission": "expert_commission"}[stage]
    invited = {
        number
        for (number,) in home.query(
            "select candidate_no from selection.sel_stage_results"
            f" where is_admitted and stage_code = '{before}'"
            " except select candidate_no from selection.sel_stage_results where"
            f" stage_code = '{stage}' and status_code in ('excluded', 'withdrawn', 'annulled')"
        )
    }
    page = (papers / f"shortlist-{stage}-en.html").read_text(encoding="utf-8")
    cards = re.findall(r'<article class="card">\s*<h3>(R25-\d{6})</h3>', page)
    assert len(cards) == len(set(cards))
    assert set(cards) == invited


def test_the_expert_commission_reads_no_region_employer_age_mark_or_signal(home: Home, papers: Path) -> None:
    """Of everybody: words of the seeds, and codes of experts, members, signals, cases and sittings."""
    hidden = {
        name
        for seed in ("regions", "employer_types", "age_bands")
        for (name,) in home.query(f"select name_en from seeds.{seed}")
    }
    for sql in (
        "select distinct rater_code from core.fct_rater_marks",
        "select distinct signal_id from core.fct_proctoring_signals",
        "select distinct sitting_id from core.fct_sittings",
        "select distinct decision_no from core.fct_working_group_decisions",
    ):
        hidden |= {code for (code,) in home.query(sql)}
    assert len(hidden) > 100
    for ending in ("pdf", "html", "xlsx"):
        text = " ".join(read(papers / f"shortlist-expert_commission-en.{ending}").split())
        assert "Level of education" in text
        assert [value for value in hidden if value in text] == []
    shown = " ".join(read(papers / "shortlist-national_commission-en.html").split())
    assert "Kind of employer" in shown
    assert any(name in shown for (name,) in home.query("select name_en from seeds.regions"))


def test_kazakh_letters_and_numbers_of_pages_come_out_of_the_pdf(papers: Path) -> None:
    pages = PdfReader(str(papers / "shortlist-national_commission-kk.pdf")).pages
    texts = [page.extract_text() for page in pages]
    assert all(f"{place}-бет, барлығы {len(texts)}" in text for place, text in enumerate(texts, start=1))
    assert set("әіңғүұқө") <= set("".join(texts))


def test_the_same_release_gives_the_same_bytes(home: Home, papers: Path, tmp_path: Path) -> None:
    again = ("shortlist", "national_commission", "--format", "all", "--out", str(tmp_path))
    assert home.rezerv(*again).returncode == 0
    for file in tmp_path.iterdir():
        assert file.read_bytes() == (papers / file.name).read_bytes(), file.name


# --- scenarios against the real models ---


@pytest.fixture(scope="module")
def quotas(settings: Settings) -> Quotas:
    return read_quotas(open_figures(settings))


@pytest.fixture(scope="module")
def copy(settings: Settings) -> Iterator[Settings]:
    """A computed copy of the season."""
    with scratch.scratch_home(settings) as found:
        scratch.compute(settings, found.warehouse)
        yield found


def recompute(settings: Settings, copy: Settings, places: dict[str, int], enrolled: set[str]) -> None:
    """As if the Commission had revised to these places, then enrolled these and declined everybody else."""
    with duckdb.connect(str(copy.warehouse)) as connection:
        connection.execute("delete from raw.agency__quota_revisions where decision_no = 'WHAT-IF'")
        connection.execute("delete from raw.agency__national_decisions where decision_no = 'WHAT-IF'")
        mark = ", 'what-if' as _batch_id, 'what-if' as _source_file, 1 as _row_number"
        mark += f", timestamp '{LATER}' as _received_at, 999999999 as _landed_seq, 'x' as _row_hash"
        for track, count in places.items():
            connection.execute(
                "insert into raw.agency__quota_revisions by name select '2025' as season_code,"
                " 'WHAT-IF' as decision_no, ? as track_code, ? as places,"
                f" timestamp '{LATER}' as decided_at{mark}",
                [track, count],
            )
        connection.execute(
            "insert into raw.agency__national_decisions by name select 'WHAT-IF' as decision_no,"
            f" candidate_no, timestamp '{LATER}' as decided_at,"
            f" if(list_contains(?, candidate_no), 'enrol', 'decline') as decision_code{mark}"
            " from selection.sel_stage_results where stage_code = 'national_commission'",
            [sorted(enrolled)],
        )
    only = ["raw.agency__quota_revisions", "raw.agency__national_decisions"]
    scratch.compute(settings, copy.warehouse, only=only)


def asked(copy: Settings, sql: str) -> list[tuple]:
    with duckdb.connect(str(copy.warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def claims(settings: Settings, copy: Settings) -> set[str]:
    failed = scratch.failed_claims(settings, copy.warehouse, as_of=datetime(2025, 12, 1))
    return {claim.name for claim in failed}


def test_a_scenario_says_what_recomputing_the_season_says(
    settings: Settings, copy: Settings, quotas: Quotas
) -> None:
    """Of some pairs: places, standings and who can be enrolled, by all models on a copy."""
    moves = all_moves(quotas)
    assert moves
    for move in moves[:: max(1, len(moves) // 3)]:
        places = moved(quotas, move)
        within = {
            one.candidate_no
            for track, count in places.items()
            for one in quotas.standing(track, count)
            if one.code == WITHIN
        }
        recompute(settings, copy, places, within)
        assert dict(asked(copy, "select track_code, places from core.fct_reserve_places")) == places
        found = asked(
            copy, "select candidate_no, quota_standing_code from reporting.rpt_quota_standings"
            " where has_places_in_force",
        )  # fmt: skip
        assert dict(found) == {
            one.candidate_no: one.code
            for track, count in places.items()
            for one in quotas.standing(track, count)
        }
        reserve = asked(copy, "select candidate_no from reporting.rpt_reserve")
        assert {number for (number,) in reserve} == within
        assert "assert_enrolled_within_places" not in claims(settings, copy)
        assert "assert_revised_places_within_total" not in claims(settings, copy)
        made = scenario(quotas, places, move)
        assert {one.after.candidate_no for one in made.entering} <= within
        assert not {one.after.candidate_no for one in made.leaving} & within


def test_whoever_is_at_the_edge_or_outside_cannot_all_be_enrolled(
    settings: Settings, copy: Settings, quotas: Quotas
) -> None:
    """Enrolling everybody proposed in a track with more candidates than places fails the claim."""
    [track, *_] = [
        code for code, count in quotas.in_force.items() if len(quotas.standing(code, count)) > count
    ]
    everybody = {one.candidate_no for one in quotas.standing(track, quotas.in_force[track])}
    recompute(settings, copy, quotas.in_force, everybody)
    assert "assert_enrolled_within_places" in claims(settings, copy)


def test_standings_follow_the_exact_means_of_the_expert_commission(home: Home, quotas: Quotas) -> None:
    """Filled by hand from the published fractions, track by track, for every number of places."""
    rows = home.query(
        "select r.track_code, r.candidate_no, r.score_numerator, r.score_denominator"
        " from selection.sel_stage_results as r left join selection.sel_stage_results as n"
        " on n.candidate_no = r.candidate_no and n.stage_code = 'national_commission'"
        " where r.stage_code = 'expert_commission' and r.is_admitted"
        " and coalesce(n.status_code, '') not in ('excluded', 'withdrawn', 'annulled')"
    )
    scores: dict[str, dict[str, Fraction]] = {}
    for track, number, numerator, denominator in rows:
        scores.setdefault(track, {})[number] = Fraction(numerator, denominator)
    assert scores
    for track, own in scores.items():
        for places in range(51):
            for one in quotas.standing(track, places):
                better = sum(score > own[one.candidate_no] for score in own.values())
                fitting = sum(score >= own[one.candidate_no] for score in own.values())
                wanted = "within" if fitting <= places else "at_edge" if better < places else "outside"
                assert one.code == wanted


# --- a decision on its way into the release: last, it changes the season ---


def test_a_recorded_revision_is_in_the_next_release_with_its_number(home: Home) -> None:
    before = dict(home.query("select track_code, places from core.fct_reserve_places"))
    total = sum(before.values())
    wanted = {**before, "agro": before["agro"] - 1, "digital": before["digital"] + 1}
    asked_for = f"agro={wanted['agro']},digital={wanted['digital']}"
    by = ("--by", "A. Secretary")
    too_many = ("--decision-no", "NC-X", "--places", f"agro={before['agro'] + 9}")
    refused = home.rezerv("quotas", "decide", *too_many, *by)
    assert refused.returncode == 2
    assert str(total + 9) in refused.stderr
    decided = ("quotas", "decide", "--decision-no", "NC-2025-Q9", "--places", asked_for, *by)
    assert home.rezerv(*decided).returncode == 0
    assert home.rezerv(*decided).returncode == 0
    lines = (home.path / "quotas" / "book.jsonl").read_text().splitlines()
    assert len(lines) == 1
    assert json.loads(lines[0])["decision_no"] == "NC-2025-Q9"
    enrolled = home.query("select candidate_no from reporting.rpt_reserve where track_code = 'agro'")
    over = len(enrolled) - wanted["agro"]
    if over > 0:
        declined = ",".join(number for (number,) in sorted(enrolled)[:over])
        done = home.rezerv("national", "decide", "--decision-no", "NC-2025-9", "--decline", declined, *by)
        assert done.returncode == 0, done.stderr
    done = home.rezerv("update")
    assert done.returncode == 0, done.stdout + done.stderr
    assert dict(home.query("select track_code, places from core.fct_reserve_places")) == wanted
    revised = home.query("select track_code from core.fct_reserve_places where decision_no = 'NC-2025-Q9'")
    assert sorted(revised) == [("agro",), ("digital",)]
    shown = home.rezerv("quotas", "show")
    assert shown.stdout.count("NC-2025-Q9") == 2
    assert home.rezerv(*decided).returncode == 0
    landed = "select count(*) from core.fct_batches where source_file like '%quota_revisions__acts%'"
    assert home.query(landed) == [(1,)]
