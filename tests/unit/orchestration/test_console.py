"""What the console draws: plain progress for logs, the funnel, changes."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.quarantine_books import Shrinkage
from orchestration.batch_history import BatchRow
from orchestration.console import Screen, show_batches, show_difference, show_funnel, show_landed_summary
from orchestration.publication_console import show_release_drift
from orchestration.publication_lists import StagePublication
from orchestration.publication_reports import DriftCause
from orchestration.releases import CurrentRelease
from orchestration.reports import ChangeRow, Difference, FunnelRow, HeldFile, Landing
from orchestration.texts import texts_of
from tests.unit.orchestration.conftest import AS_OF


def screen(language: str = "en") -> Screen:
    return Screen(texts_of(language))


def test_plain_progress_says_each_quarter_and_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    with screen().progress() as progress:
        progress.start("landing", 8)
        for number in range(8):
            progress.advance("landing", f"file {number}")
        progress.advance("building", "before its phase began")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ")[1] for line in lines[:4]] == ["0/8", "2/8", "4/8", "6/8"]
    assert lines[4].startswith("Landing files: done")
    assert len(lines) == 5


def row(track: str, **more: object) -> FunnelRow:
    values: dict[str, object] = {
        "stage_code": "interview",
        "stage_name": "Interview",
        "track_code": track,
        "track_name": f"track {track}",
        "count_entered": 1200,
        "count_participated": 1100,
        "limit_places": 27,
        "cutoff_points": Decimal("4.33"),
        "count_admitted": 28,
        "count_by_tie": 2,
        "count_supernumerary": 0,
        "is_shortfall": False,
        "is_published": True,
    }
    return FunnelRow(**{**values, **more})  # type: ignore[arg-type]


def test_the_funnel_shows_places_cut_offs_and_totals(capsys: pytest.CaptureFixture[str]) -> None:
    show_funnel(
        screen(), [row("agro"), row("digital", cutoff_points=None, is_shortfall=True, count_by_tie=0)]
    )
    shown = capsys.readouterr().out.replace("\u00a0", " ")
    total, first, second = (
        line for line in shown.splitlines() if "Interview" in line or "track" in line[:10]
    )
    assert "2 400" in total and "2 200" in total and "54" in total and "56" in total
    assert "4.33" in first and "=2" in first
    assert second.rstrip().endswith("<")


def test_a_stage_that_is_not_published_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    show_funnel(screen("ru"), [row("agro", is_published=False)])
    stage, *_ = (line for line in capsys.readouterr().out.splitlines() if "Interview" in line)
    assert stage.rstrip().endswith("…")


def standing(stage: str, **more: object) -> StagePublication:
    values: dict[str, object] = {
        "stage_code": stage, "stage_order": 7, "planned_at": AS_OF, "is_published_by_act": True, "version": 3,
        "act_no": 9, "first_published_at": AS_OF, "published_at": AS_OF, "count_drift": 0, "drift_hash": None,
        "is_drift_kept": False, "restatable_until": None, "approved_by": "A. [Chair]",
    }  # fmt: skip
    return StagePublication(**{**values, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_funnel_marks_what_is_provisional_published_and_drifted(
    capsys: pytest.CaptureFixture[str], language: str
) -> None:
    names = {"one": "Same", "two": "Drifted", "three": "Kept", "four": "Provisional", "five": "Coming"}
    rows = [
        row("agro", stage_code=code, stage_name=name, is_published=code != "five")
        for code, name in names.items()
    ]
    drift = {"count_drift": 41, "count_would_go_on": 12, "count_would_stay_out": 13}
    by_nobody = {"is_published_by_act": False, "version": None}
    lists = [
        standing("one"), standing("two", **drift), standing("three", **drift, is_drift_kept=True),
        standing("four", **by_nobody, is_provisional=True), standing("five", **by_nobody),
    ]  # fmt: skip
    show_funnel(screen(language), rows, lists)
    lines = capsys.readouterr().out.splitlines()
    stages = {name: next(line for line in lines if name in line) for name in names.values()}
    notes = {name: re.split(r"\s{2,}", line.strip())[-1] for name, line in stages.items()}
    assert notes == {"Same": "v3", "Drifted": "v3 !", "Kept": "v3", "Provisional": "~", "Coming": "…"}
    texts = texts_of(language)
    assert texts("funnel.list_signs").splitlines()[0] in lines
    told = {name: line for name in names.values() for line in lines if name in line and line != stages[name]}
    assert set(told) == {"Same", "Drifted", "Kept"}
    assert all("A. [Chair]" in line and "2025-12-01 05:00" in line for line in told.values())
    assert texts("funnel.today_same") in told["Same"]
    counts = {"count": 41, "on": 12, "off": 13}
    assert texts("funnel.today_drift", **counts) in told["Drifted"]
    assert texts("funnel.today_kept", **counts) in told["Kept"]
    assert lines[-1] == texts("funnel.drift_next")


def test_a_funnel_of_provisional_lists_is_followed_by_no_table_of_published_ones(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_funnel(
        screen(), [row("agro")], [standing("interview", is_published_by_act=False, is_provisional=True)]
    )
    shown = capsys.readouterr().out
    assert shown.rstrip().endswith(texts_of("en")("funnel.list_signs").rstrip())
    assert "A. [Chair]" not in shown


def cause(stage: str, change: str, causes: str | None, count: int = 1) -> DriftCause:
    return DriftCause(stage, 3, change, causes, count, 0, count)


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_release_that_differs_from_published_lists_says_how_many_and_why(
    capsys: pytest.CaptureFixture[str], language: str
) -> None:
    texts = texts_of(language)
    stages = [standing("two", count_drift=1041), standing("three", count_drift=5, is_drift_kept=True)]
    many = [cause("two", "status", f"file{number}.csv", 77) for number in range(13)]
    show_release_drift(screen(language), stages, [cause("two", "rank", None, 40), *many])
    shown = capsys.readouterr().out
    assert texts("drift.title", count="1 041") in shown and texts("drift.next") in shown
    assert texts("change.rank") in shown and texts("drift.no_file")[:20] in shown
    assert "file10.csv" in shown and "file11.csv" not in shown
    assert texts("drift.more", count=2) in shown


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_lists_that_stand_need_one_line_and_none_before_the_first(
    capsys: pytest.CaptureFixture[str], language: str
) -> None:
    stages = [standing("one"), standing("three", count_drift=5, is_drift_kept=True)]
    show_release_drift(screen(language), stages, [])
    assert capsys.readouterr().out.strip() == texts_of(language)("drift.none", count=2, kept=1)
    show_release_drift(screen(language), [standing("one", is_published_by_act=False)], [])
    assert capsys.readouterr().out == ""


def batch(name: str, state: str, quarantined: int = 0, reason: str | None = None) -> BatchRow:
    return BatchRow(
        name,
        "platform__answers",
        f"{name}.csv",
        AS_OF,
        AS_OF,
        state,
        reason,
        10,
        10 - quarantined,
        quarantined,
    )


def test_a_landing_ends_with_totals_and_what_to_look_at(capsys: pytest.CaptureFixture[str]) -> None:
    batches = [
        batch("good", "landed"),
        batch("cut", "quarantined", reason="UNREADABLE_FILE"),
        batch("again", "duplicate"),
    ]
    batches += [batch(f"held{number}", "landed", quarantined=number) for number in range(1, 8)]
    batches.append(batch("short", "held", quarantined=10, reason="FEWER_ROWS"))
    held = HeldFile("short.csv", Path("landing/a b.csv"), "FEWER_ROWS", Shrinkage(40, 30, 31))
    show_landed_summary(screen(), Landing(batches, [held], 4))
    shown = capsys.readouterr().out
    assert shown.startswith("11 files:") and "28 in quarantine" in shown
    assert "held: short.csv" in shown and "had 40 records, this one has 10" in shown
    assert "of the 40 records of the last file 31 are missing" in shown
    assert "rezerv land 'landing/a b.csv' --accept --by WHO --reason TEXT" in shown
    assert "out of quarantine: 4" in shown
    assert "cut.csv. The file cannot be read" in shown
    assert shown.index("held7.csv") < shown.index("held3.csv")
    assert "held2.csv" not in shown and "2 more files" in shown


def test_every_state_of_a_batch_has_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    states = ("landed", "duplicate", "quarantined", "held")
    show_batches(screen("kk"), [batch(state, state) for state in states])
    shown = capsys.readouterr().out
    assert all(texts_of("kk")(f"state.{state}") in shown for state in states)


def test_the_name_of_a_file_is_neither_a_style_nor_an_order(capsys: pytest.CaptureFixture[str]) -> None:
    name = "[bold]a[/bold]\x1b[31m\u202e\nb"
    show_batches(screen(), [batch(name, "quarantined", reason="UNREADABLE_FILE")])
    shown = capsys.readouterr().out
    assert "\x1b" not in shown and "\u202e" not in shown
    assert shown.count("[bold]a[/bold]\ufffd[31m\ufffd\ufffdb.csv") == 2


def test_changes_are_shown_by_stage_and_by_candidate_number(capsys: pytest.CaptureFixture[str]) -> None:
    release = CurrentRelease("2025-new", Path("new.duckdb"), AS_OF, AS_OF)
    change = ChangeRow(
        "interview",
        "agro",
        "R25-000007",
        "status",
        "admitted",
        "not_admitted",
        Decimal("4.00"),
        Decimal("4.00"),
        2,
        9,
    )
    show_difference(
        screen(),
        Difference(release, "2025-old", [("interview", "status", 1)], [change], [("f", "f.csv", 5, 0)]),
    )
    shown = capsys.readouterr().out
    assert "2025-new" in shown and "2025-old" in shown
    assert "admitted → not_admitted" in shown and "2 → 9" in shown and "R25-000007" in shown
    assert "f.csv" in shown


def test_the_first_release_is_compared_with_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    release = CurrentRelease("2025-new", Path("new.duckdb"), AS_OF, AS_OF)
    show_difference(screen(), Difference(release, None, [], [], []))
    assert "first" in capsys.readouterr().out
