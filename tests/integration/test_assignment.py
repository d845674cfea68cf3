"""Cases and experts of a whole season: from its files to what platform and experts receive, naming nobody."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.home import Home
from tests.support.panel_checker import Case, evened, faults, loads, parts
from tests.support.privacy import people_of

STAGE = "situational"


@pytest.fixture(scope="module")
def season(home: Home) -> Home:
    """The season after a draw and an assignment."""
    for arguments in (
        ("draw", "commit", STAGE, "--by", "A. Engineer"),
        ("draw", "cases", STAGE),
        ("assign", "experts", STAGE, "--by", "A. Engineer"),
        ("assign", "show"),
    ):
        done = home.rezerv(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
    return home


def seats(season: Home) -> list[tuple[str, str, str]]:
    [file] = (season.path / "assignments" / "platform").iterdir()
    return [tuple(row) for row in list(csv.reader(file.read_text().splitlines()))[1:]]


def case_of(season: Home) -> Case:
    """The problem from the release, read here anew."""
    works = season.query(
        f"select work_no, track_code, candidate_no from core.fct_works_to_mark where stage_code = '{STAGE}'"
    )
    pool = season.query("select expert_code, capacity, is_available, track_codes from core.dim_experts")
    bars = {
        (c, e) for c, e in season.query("select candidate_no, expert_code from core.fct_expert_conflicts")
    }
    return Case(
        {work: (track, 3, ()) for work, track, _ in works},
        {code: (frozenset(tracks.split("|")), most if here else 0, 0) for code, most, here, tracks in pool},
        frozenset((work, code) for work, _, who in works for code, *_ in pool if (who, code) in bars),
    )


def test_every_work_has_three_experts_who_may_mark_it(season: Home) -> None:
    case = case_of(season)
    panels: dict[str, list[str]] = {}
    for work, expert, _ in seats(season):
        panels.setdefault(work, []).append(expert)
    assert panels
    assert faults(case, panels) == []
    even, mine = evened(case, panels), loads(case, panels)
    assert all(abs(a - b) <= 1 for a, b in zip(sorted(even.values()), sorted(mine.values()), strict=True))
    fields = {track for track, _, _ in case.works.values()}
    assert parts(panels) <= len(fields)


def test_nobody_of_the_sample_marked_in_conflict_or_outside_the_pool(season: Home) -> None:
    marked = season.query(
        f"select distinct rater_code, candidate_no from core.fct_rater_marks where stage_code = '{STAGE}'"
    )
    fields = {
        (code, track)
        for code, track in season.query("select expert_code, track_code from core.dim_expert_tracks")
    }
    track_of = dict(
        season.query("select candidate_no, track_code from core.fct_works_to_mark where stage_code"
                     f" = '{STAGE}'")
    )  # fmt: skip
    bars = set(season.query("select expert_code, candidate_no from core.fct_expert_conflicts"))
    capacity = dict(season.query("select expert_code, capacity from core.dim_experts"))
    assert bars
    assert not bars & set(marked)
    assert all((code, track_of[who]) in fields for code, who in marked if who in track_of)
    assert all(count <= capacity[code] for code, count in Counter(code for code, _ in marked).items())


def test_the_same_employer_is_a_conflict_and_its_key_is_not_released(season: Home) -> None:
    kinds = dict(
        season.query("select conflict_kind_code, count(*) from core.fct_expert_conflicts group by all")
    )
    assert kinds["same_employer"] > 0
    assert not season.query("select 1 from duckdb_columns() where column_name like 'employer_key%'")
    candidates = employers_of(season, "platform__candidate_employers")
    experts = employers_of(season, "academy__experts")
    found = season.query(
        "select expert_code, candidate_no from core.fct_expert_conflicts"
        " where conflict_kind_code = 'same_employer'"
    )
    assert set(found) == {
        (expert, number)
        for bin_ in experts
        for expert in experts[bin_]
        for number in candidates.get(bin_, ())
    }


def employers_of(season: Home, *feeds: str) -> dict[str, set[str]]:
    """Who of the senders' files works or worked for each employer, by its number."""
    found: dict[str, set[str]] = {}
    for feed in feeds:
        for file in season.landing.glob(f"*/{feed}.csv"):
            for row in csv.DictReader(file.read_text().splitlines()):
                if row["employer_bin"]:
                    who = row.get("candidate_no") or row["expert_code"]
                    found.setdefault(row["employer_bin"], set()).add(who)
    return found


def test_the_draw_holds_and_gives_everybody_a_case_of_the_track(season: Home) -> None:
    assert season.rezerv("draw", "verify", str(season.path / "draws" / "book.jsonl")).returncode == 0
    rows = (season.path / "draws" / "lists" / "0001-dealt.csv").read_text().splitlines()[1:]
    track_of_case = dict(season.query("select case_code, track_code from core.dim_cases"))
    entered = dict(
        season.query(
            f"select candidate_no, track_code from selection.sel_stage_results where stage_code = '{STAGE}'"
            " and status_code not in ('excluded', 'withdrawn', 'annulled')"
        )
    )
    dealt = dict(row.split(",") for row in rows)
    assert dealt.keys() == entered.keys()
    assert all(track_of_case[code] == entered[number] for number, code in dealt.items())


# -- nobody is named


def layers(file: Path) -> Iterator[tuple[str, bytes]]:
    content = file.read_bytes()
    yield file.name, content
    if file.suffix == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield f"{file.name} comment", archive.comment
            for member in archive.infolist():
                assert member.date_time == (1980, 1, 1, 0, 0, 0)
                yield f"{file.name}!{member.filename}", archive.read(member)
                yield f"{file.name} record", member.filename.encode() + member.comment + member.extra


def test_no_packet_holds_a_number_a_name_an_iin_or_an_employer(season: Home) -> None:
    """Of every candidate of the season, and of every employer that a file or the vault names."""
    numbers = {number for (number,) in season.query("select candidate_no from core.dim_candidates")}
    works = {work for (work,) in season.query("select work_no from core.fct_solutions")}
    people = people_of(season.landing)
    employers = set(employers_of(season, "academy__experts", "platform__candidate_employers"))
    assert min(len(numbers), len(works), len(employers)) > 50
    sought = {value.encode() for value in numbers | works | employers}
    files = sorted((season.path / "assignments" / "packets").rglob("*.*"))
    assert len(files) > 50
    for file in files:
        for where, content in layers(file):
            assert not [value for value in sought if value in content], where
            assert people.kinds_in(content.decode("utf-8", "ignore")) == set(), where


def test_the_terminal_lists_no_candidate(season: Home) -> None:
    shown = [said for said in season.printed[2:] if "R25-" in said]
    assert shown == []
