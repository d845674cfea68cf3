"""Forms read back: what is taken, what is told instead, and that it is delivered once."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from ingestion.clock import utc_now
from ingestion.loader import land_files, pending_files
from orchestration import delivery
from orchestration.assignment.panels import assign_experts, read_acts, read_seats
from orchestration.errors import OrchestrationError, UserError
from orchestration.marking.form_files import points_of
from orchestration.marking.forms import FormRead, forms_folder, read_forms
from orchestration.settings import Settings
from tests.support.forms import FIRST_CRITERION, fill, filled, sheet_of, write_sheet
from tests.unit.orchestration.marking.conftest import STAGE

EXPERT = "EX-AGR-01"
CRITERIA = ["problem_analysis", "decision_quality", "feasibility", "argumentation"]


def read(settings: Settings, *files: Path) -> list[FormRead]:
    return read_forms(settings, STAGE, files, "A. Engineer")


def delivered(settings: Settings) -> list[dict[str, str]]:
    """All marks in the landing folder."""
    files = sorted(settings.landing_dir.glob("*/platform__expert_marks__forms__*.csv"))
    return [row for file in files for row in csv.DictReader(file.read_text().splitlines())]


def works_of(settings: Settings, expert: str) -> dict[str, str]:
    """Works of an expert by the number in the form."""
    seats = read_seats(settings, read_acts(settings, STAGE)[-1])
    return {seat.form_no: seat.work_no for seat in seats if seat.expert_code == expert}


def test_every_mark_arrives_under_the_platforms_number(
    settings: Settings, packets: Path, tmp_path: Path
) -> None:
    form = fill(packets / f"{EXPERT}.xlsx", tmp_path / "back.xlsx")
    [found] = read(settings, form)
    works = works_of(settings, EXPERT)
    assert (found.expert, found.count_taken, found.findings) == (EXPERT, len(works), ())
    marks = {(row["work_no"], row["criterion_code"]): row["points"] for row in delivered(settings)}
    assert marks == {
        (work, code): str(place) for work in works.values() for place, code in enumerate(CRITERIA, start=1)
    }
    [file] = settings.landing_dir.glob("*/platform__expert_marks__forms__0001.csv")
    assert "F-" not in file.read_text()
    assert "R25-" not in file.read_text()
    config = settings.ingestion_config()
    land_files(config, pending_files(config), utc_now(), engine="duckdb")
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        count = connection.execute("select count(*) from raw.platform__expert_marks").fetchall()
        states = connection.execute("select distinct state, count_quarantined from raw._batches").fetchall()
    assert (count, states) == ([(4 * len(works),)], [("landed", 0)])


def test_the_same_form_again_changes_nothing(settings: Settings, packets: Path, tmp_path: Path) -> None:
    form = fill(packets / f"{EXPERT}.xlsx", tmp_path / "back.xlsx")
    read(settings, form)
    before, book = delivered(settings), (forms_folder(settings) / "book.jsonl").read_bytes()
    [again] = read(settings, form)
    assert (again.count_taken, again.count_same, again.reading_no) == (
        0,
        len(works_of(settings, EXPERT)),
        None,
    )
    assert (delivered(settings), (forms_folder(settings) / "book.jsonl").read_bytes()) == (before, book)


def test_a_changed_mark_goes_on_as_a_further_version(
    settings: Settings, packets: Path, tmp_path: Path
) -> None:
    packet = packets / f"{EXPERT}.xlsx"
    read(settings, fill(packet, tmp_path / "back.xlsx"))
    before = len(delivered(settings))
    [changed] = read(settings, fill(packet, tmp_path / "again.xlsx", {(1, 0): 5}))
    assert (changed.count_taken, changed.count_changed) == (1, 1)
    [mark] = delivered(settings)[before:]
    assert (mark["points"], mark["criterion_code"]) == ("5", CRITERIA[0])
    [back] = read(settings, fill(packet, tmp_path / "back.xlsx"))
    assert back.count_changed == 1, "compared with what was read last, not with everything ever read"


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_headings_of_any_language_are_known(
    settings: Settings, packets: Path, tmp_path: Path, language: str
) -> None:
    from orchestration.texts import texts_of

    rows = filled(sheet_of(packets / f"{EXPERT}.xlsx"))
    names = {
        row["criterion_code"]: row[f"name_{language}"]
        for row in csv.DictReader(Path("dbt_project/seeds/stage_criteria.csv").read_text().splitlines())
        if row["stage_code"] == STAGE
    }
    rows[0][0] = f" {texts_of(language)('packet.form_no')} "
    rows[0][FIRST_CRITERION : FIRST_CRITERION + 4] = [names[code] for code in CRITERIA]
    [found] = read(settings, write_sheet(tmp_path / "back.xlsx", [[None], ["A title above"], *rows][2:]))
    assert found.count_taken == len(rows) - 1


@pytest.mark.parametrize(
    ("cell", "points"),
    [(1, 1), (5.0, 5), (" 3 ", 3), ("٣", None), (0, None), (6, None), (4.5, None), ("4,0", None),
     (True, None), ("", None), ("good", None), (float("inf"), None), (float("nan"), None),
     ("9" * 5000, None)],
)  # fmt: skip
def test_what_a_cell_of_points_may_hold(cell: object, points: int | None) -> None:
    assert points_of(cell, 1, 5) == points


def test_rows_that_are_wrong_are_told_and_the_others_taken(
    settings: Settings, packets: Path, tmp_path: Path
) -> None:
    rows = filled(sheet_of(packets / f"{EXPERT}.xlsx"))
    count = len(rows) - 1
    assert count >= 4
    rows[1][FIRST_CRITERION] = 7
    rows[2][FIRST_CRITERION + 1 : FIRST_CRITERION + 3] = [None, None]
    rows[3][FIRST_CRITERION : FIRST_CRITERION + 4] = [None] * 4
    rows[4][0] = None
    rows.append(["F-0123456789AB", *rows[1][1:]])
    [found] = read(settings, write_sheet(tmp_path / "back.xlsx", rows))
    assert [(one.place, one.code, one.criteria) for one in found.findings] == [
        (1, "not_of_the_scale", ("problem_analysis",)),
        (2, "incomplete", ("decision_quality", "feasibility")),
        (4, "number_missing", ()),
        (count + 1, "number_unknown", ()),
    ]
    assert (found.count_taken, found.count_empty) == (count - 4, 1)
    assert len(delivered(settings)) == 4 * (count - 4)


def test_a_number_twice_is_taken_in_neither_place(settings: Settings, packets: Path, tmp_path: Path) -> None:
    rows = filled(sheet_of(packets / f"{EXPERT}.xlsx"))
    rows[2][0] = rows[1][0]
    [found] = read(settings, write_sheet(tmp_path / "back.xlsx", rows))
    assert [(one.place, one.code) for one in found.findings] == [(1, "number_twice"), (2, "number_twice")]
    assert found.count_taken == len(rows) - 3


def test_a_form_of_several_experts_is_refused_whole(
    settings: Settings, packets: Path, tmp_path: Path
) -> None:
    own, other = (filled(sheet_of(packets / f"{code}.xlsx")) for code in (EXPERT, "EX-AGR-02"))
    with pytest.raises(UserError) as caught:
        read(settings, write_sheet(tmp_path / "back.xlsx", [*own, other[1]]))
    assert caught.value.message_key == "error.form_of_several"
    assert delivered(settings) == []
    assert not (forms_folder(settings) / "book.jsonl").exists()


def test_a_work_that_went_to_another_expert_is_not_taken(
    settings: Settings, packets: Path, tmp_path: Path
) -> None:
    form = fill(packets / f"{EXPERT}.xlsx", tmp_path / "back.xlsx")
    assign_experts(settings, STAGE, "A. Engineer", missing=EXPERT)
    [found] = read(settings, form)
    assert {finding.code for finding in found.findings} == {"seat_gone"}
    assert (found.count_taken, delivered(settings)) == (0, [])


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"not a workbook", "error.form_unreadable"),
        (b"", "error.form_unreadable"),
        (None, "error.form_no_sheet"),
    ],
)
def test_what_is_no_form_is_refused_by_name(
    settings: Settings, packets: Path, tmp_path: Path, content: bytes | None, key: str
) -> None:
    file = tmp_path / "other.xlsx"
    if content is None:
        write_sheet(file, [["Number", "Remark"], ["F-1", "x"]])
    else:
        file.write_bytes(content)
    with pytest.raises(UserError) as caught:
        read(settings, file)
    assert (caught.value.message_key, delivered(settings)) == (key, [])


def test_a_heading_twice_is_refused(settings: Settings, packets: Path, tmp_path: Path) -> None:
    rows = filled(sheet_of(packets / f"{EXPERT}.xlsx"))
    for row, cell in zip(rows, [rows[0][FIRST_CRITERION], *[5] * len(rows)], strict=False):
        row.append(cell)
    with pytest.raises(UserError) as caught:
        read(settings, write_sheet(tmp_path / "back.xlsx", rows))
    assert caught.value.message_key == "error.form_columns_twice"


def test_without_an_assignment_there_is_nothing_to_read(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        read(settings, tmp_path / "back.xlsx")
    assert caught.value.message_key == "error.assign_not_yet"


def test_what_a_killed_reading_left_counts_for_nothing_and_is_finished(
    settings: Settings, packets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = fill(packets / f"{EXPERT}.xlsx", tmp_path / "back.xlsx")

    def dying(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("orchestration.marking.forms.append", dying)
        read(settings, form)
    assert delivered(settings) == [] and delivery.deliver_books(settings) != []  # the seats, and no marks
    assert delivered(settings) == []
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("orchestration.delivery.write_delivery", dying)
        read(settings, form)
    assert delivered(settings) == []
    assert len(delivery.deliver_books(settings)) == 1
    assert len(delivered(settings)) == 4 * len(works_of(settings, EXPERT))


def test_marks_that_were_changed_beside_the_book_are_not_delivered(
    settings: Settings, packets: Path, tmp_path: Path
) -> None:
    read(settings, fill(packets / f"{EXPERT}.xlsx", tmp_path / "back.xlsx"))
    [sent] = settings.landing_dir.glob("*/platform__expert_marks__forms__*.csv")
    sent.unlink()
    [file] = (forms_folder(settings) / "marks").iterdir()
    file.write_text(file.read_text().replace(",1,", ",5,"))
    with pytest.raises(OrchestrationError) as caught:
        delivery.deliver_books(settings)
    assert caught.value.message_key == "error.form_marks_changed"
