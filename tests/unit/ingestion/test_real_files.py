"""Files as people and programs really write them, through the door: the same rows in any writing."""

from __future__ import annotations

import pytest

from ingestion.contracts import load_contract
from tests.unit.ingestion.deliveries import Judged, judged
from tests.unit.ingestion.real_files import FOLDER, REAL_FILES, RealFile

REMARK_CHECKS = {
    "windows_1251": "read_as_windows_1251",
    "other_delimiter": "agreed_delimiter",
    "title_rows": "no_title_rows",
    "other_sheets": "one_sheet",
}
# Files that say the same in different ways.
SAME = (
    tuple(f"platform__withdrawals__{name}" for name in (
        "utf8.csv", "utf8_with_bom.csv", "tabs.csv", "lone_cr.csv", "extra_columns.csv", "packed.csv.gz",
        "lines.jsonl",
    )),
    ("vetting__replies__dates.xlsx", "vetting__replies__dates_as_text.xlsx"),
    ("vetting__replies__kazakh_letters.csv", "vetting__replies__kazakh_letters.xlsx"),
    tuple(f"agency__commission_marks__{name}" for name in (
        "semicolons.csv", "titles.csv", "merged_titles.xlsx", "other_order.xlsx",
    )),
    tuple(f"platform__answers__{name}.parquet" for name in ("int8", "int64", "uint16")),
)  # fmt: skip


def judge(name: str, engine: str = "duckdb") -> Judged:
    return judged(name, (FOLDER / name).read_bytes(), engine=engine)


def rows(found: Judged) -> list[dict[str, object]]:
    """Rows that may land, by the contract's columns and row number."""
    assert found.accepted is not None and found.stage is not None
    names = [*found.stage.contract.column_names, "_row_number"]
    return found.accepted.select(names).to_pylist()


@pytest.mark.parametrize("file", REAL_FILES, ids=lambda file: file.name)
def test_every_row_is_read_and_what_was_tolerated_is_said(file: RealFile) -> None:
    found = judge(file.name)
    assert (found.count_read, found.count_accepted) == (file.count_rows, file.count_rows - file.count_outside)
    failed = {check.check_name for check in found.checks if not check.is_passed}
    assert {REMARK_CHECKS[remark] for remark in file.remarks} == failed & set(REMARK_CHECKS.values())
    if file.count_outside == 0:
        assert found.entries == ()


@pytest.mark.parametrize("names", SAME, ids=lambda names: names[0])
def test_the_same_rows_however_they_are_written(names: tuple[str, ...]) -> None:
    first, *others = (rows(judge(name)) for name in names)
    assert len(first) == 3
    for name, other in zip(names[1:], others, strict=True):
        assert other == first, name


def test_all_kazakh_letters_come_through() -> None:
    for name in ("vetting__replies__kazakh_letters.csv", "vetting__replies__kazakh_letters.xlsx"):
        text = "".join(str(value) for row in rows(judge(name)) for value in row.values())
        assert set("әіңғүұқөһӘІҢҒҮҰҚӨҺ") <= set(text)


def test_letters_that_can_be_read_in_two_ways_stay_outside() -> None:
    found = judge("vetting__replies__kz1048.csv")
    assert {reason for _, _, reason, _ in found.entries} == {"AMBIGUOUS_LETTERS"}


def test_cells_with_errors_are_not_taken_for_empty() -> None:
    found = judge("academy__assessor_marks__error_cells.xlsx")
    assert [(row, column) for row, column, *_ in found.entries] == [(1, "points"), (2, "points")]


@pytest.mark.parametrize(
    "name", ["vetting__replies__kz1048.csv", "academy__assessor_marks__error_cells.xlsx"]
)
def test_both_engines_say_the_same(name: str) -> None:
    assert judge(name, "great_expectations").entries == judge(name).entries


def test_every_feed_of_a_real_file_has_a_contract() -> None:
    assert all(load_contract(file.feed) for file in REAL_FILES)
