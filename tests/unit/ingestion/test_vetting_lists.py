"""The weekly lists: numbers, files and rights, what a crash leaves, and that an error leaves nothing."""

from __future__ import annotations

import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingestion import vetting_register
from ingestion.config import IngestionConfig
from ingestion.errors import RezervError
from ingestion.list_identities import VaultRow, list_exports
from ingestion.loader import ensure_raw_tables, land_files, pending_files
from ingestion.vault import open_vault
from ingestion.vetting_lists import draw_lists, finish_interrupted
from ingestion.vetting_register import LARGEST_NUMBER, register_content
from tests.support.vetting_lists import (
    DAY,
    EMPTY,
    candidates_of,
    letterhead,
    people_on,
    planned,
    register_of,
    sheets,
    texts,
)
from tests.unit.ingestion.deliveries import AFTERWARDS, deliver, rows_of

LONG = "Ұзын" * 2000
NAMES = (
    {"last_name": "=cmd|' /C calc'!A0", "first_name": "+1+1", "middle_name": "@SUM(A1)"},
    {"last_name": "О'Нил \"Ә\"-'бек", "first_name": LONG, "middle_name": "-Қасымқызы\tһ"},
    {"last_name": "0012", "first_name": "Әсем", "middle_name": None},
)


@pytest.fixture
def ready(config: IngestionConfig) -> IngestionConfig:
    """Three people have registered, with names that programs like to read as something else."""
    ensure_raw_tables(config)
    rows = [row | name for row, name in zip(rows_of("platform__registrations"), NAMES, strict=True)]
    deliver(config, "platform__registrations", rows)
    land_files(config, pending_files(config), AFTERWARDS)
    return config


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vetting" / "lists"


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_list_names_people_as_they_registered_and_everything_is_text(
    ready: IngestionConfig, folder: Path
) -> None:
    drawn = draw_lists(ready, folder, planned(candidates_of(ready)), EMPTY, letterhead())
    people = people_on(folder / "GPO-2025-01.xlsx")
    sent = rows_of("platform__registrations")
    assert [person["number"] for person in people] == [1, 2, 3]
    for person, row, name in zip(people, sent, NAMES, strict=True):
        expected = {column: value or "" for column, value in name.items()}
        expected["middle_name"] = str(expected["middle_name"]).replace("\t", " ")
        assert {column: person[column] for column in name} == expected
        assert (person["candidate_no"], person["iin"]) == (row["candidate_no"], row["iin"])
        assert person["birth_on"] == f"{row['birth_on']:%d.%m.%Y}"
        assert (person["change"], person["previous"]) == ("жаңа", "")
        assert all(isinstance(value, str) for column, value in person.items() if column != "number")
    assert [path.name for path in drawn.files] == ["2025-06-16__summary.xlsx", "GPO-2025-01.xlsx"]


def test_files_and_folders_are_for_their_owner_alone(ready: IngestionConfig, folder: Path) -> None:
    folder.mkdir(parents=True, mode=0o755)
    drawn = draw_lists(ready, folder, planned(candidates_of(ready)), EMPTY, letterhead())
    assert mode_of(folder) == 0o700
    assert {mode_of(path) for path in drawn.files} == {0o600}
    assert sorted(path.name for path in folder.iterdir()) == sorted(path.name for path in drawn.files)
    assert mode_of(ready.landing_dir / drawn.source_file) == 0o600


def test_the_register_lands_with_the_keys_of_what_was_said(ready: IngestionConfig, folder: Path) -> None:
    candidates = [*candidates_of(ready), *candidates_of(ready, "ACS", to="NSC", previous="ACS-2025-04")]
    drawn = draw_lists(ready, folder, planned(candidates), EMPTY, letterhead())
    stamp = "2025-06-16T080000"
    assert drawn.source_file == f"{stamp}/agency__vetting_requests__lists-{stamp}.csv"
    register = register_of(ready)
    assert register.list_numbers == {"GPO-2025-01", "ACS-2025-01"} and not register.outside
    lines = (ready.landing_dir / drawn.source_file).read_text().splitlines()
    assert lines[0] == "list_no,body_code,candidate_no,sent_on,identity_key"
    keys = {one.candidate_no: one.row.identity_key for one in candidates}
    assert len(lines) == 7 and all(line.split(",")[3] == "2025-06-16" for line in lines[1:])
    assert {line.split(",")[2]: line.split(",")[4] for line in lines[1:]} == keys
    assert "Нил" not in "".join(lines)


def test_every_drawing_is_recorded_in_the_vault(ready: IngestionConfig, folder: Path) -> None:
    candidates = [*candidates_of(ready), *candidates_of(ready, "MOJ")[:1]]
    drawn = draw_lists(ready, folder, planned(candidates), EMPTY, letterhead("officer 7"))
    found = [
        (one.list_no, one.exported_by, one.count_people, one.register_name) for one in list_exports(ready)
    ]
    assert found == [
        ("GPO-2025-01", "officer 7", 3, drawn.source_file),
        ("MOJ-2025-01", "officer 7", 1, drawn.source_file),
    ]


def test_the_summary_counts_and_names_nobody(ready: IngestionConfig, folder: Path) -> None:
    candidates = [*candidates_of(ready), *candidates_of(ready, "ACS", to="NSC", previous="ACS-2025-04")[:1]]
    draw_lists(ready, folder, planned(candidates), EMPTY, letterhead("=officer"))
    (rows,) = sheets(folder / "2025-06-16__summary.xlsx").values()
    said = texts(rows)
    assert ["GPO-2025-01", "GPO en", "GPO en", 3, 0, 3, "23.06.2025", "GPO-2025-01.xlsx"] in rows
    assert ["ACS-2025-01", "ACS en", "NSC en", 0, 1, 1, "23.06.2025", "ACS-2025-01.xlsx"] in rows
    assert "=officer" in said and "16.06.2025 08:00 (Astana time)" in said
    assert not [name for name in ("Әсем", "R25-", "920615") if name in said]


def test_numbers_go_on_from_the_register(ready: IngestionConfig) -> None:
    used = frozenset({"GPO-2025-09", "GPO-2025-02", "GPO-2024-30", "MOJ-2025-01"})
    register = replace(EMPTY, list_numbers=used)
    plan = planned([*candidates_of(ready, "MOJ"), *candidates_of(ready)], register)
    assert [one.list_no for one in plan] == ["GPO-2025-10", "MOJ-2025-02"]
    assert [len(one.candidates) for one in plan] == [3, 3]
    full = replace(EMPTY, list_numbers=frozenset({f"GPO-2025-{LARGEST_NUMBER}"}))
    with pytest.raises(RezervError) as caught:
        planned(candidates_of(ready), full)
    assert caught.value.message_key == "list_numbers_exhausted"


def test_nobody_and_one_person(ready: IngestionConfig, folder: Path) -> None:
    assert planned([]) == []
    draw_lists(ready, folder, planned(candidates_of(ready)[:1]), EMPTY, letterhead())
    assert len(people_on(folder / "GPO-2025-01.xlsx")) == 1


def test_a_body_for_which_nobody_answers_is_an_error(ready: IngestionConfig) -> None:
    orphan = replace(candidates_of(ready, "ACS")[0], addressee_code="none")
    with pytest.raises(RezervError) as caught:
        planned([orphan])
    assert (caught.value.message_key, caught.value.params) == ("list_body_unknown", {"body": "ACS"})


def wrong_row(row: VaultRow) -> VaultRow:
    return replace(row, row_number=99)


def wrong_key(row: VaultRow) -> VaultRow:
    return replace(row, identity_key="0" * 32)


@pytest.mark.parametrize(
    ("change", "key"), [(wrong_row, "list_identity_missing"), (wrong_key, "list_identity_differs")]
)
def test_where_the_vault_does_not_know_somebody_nothing_is_drawn(
    ready: IngestionConfig, folder: Path, change: Callable[[VaultRow], VaultRow], key: str
) -> None:
    one, *others = candidates_of(ready)
    before = sorted(ready.landing_dir.rglob("*"))
    with pytest.raises(RezervError) as caught:
        draw_lists(ready, folder, planned([replace(one, row=change(one.row)), *others]), EMPTY, letterhead())
    assert caught.value.message_key == key and caught.value.params["count"] == 1
    assert not folder.exists() and sorted(ready.landing_dir.rglob("*")) == before
    assert list_exports(ready) == [] and register_of(ready) == EMPTY


def test_a_registration_from_before_there_were_keys_is_sent_without_one(
    ready: IngestionConfig, folder: Path
) -> None:
    old = [replace(one, row=replace(one.row, identity_key=None)) for one in candidates_of(ready)]
    drawn = draw_lists(ready, folder, planned(old), EMPTY, letterhead())
    lines = (ready.landing_dir / drawn.source_file).read_text().splitlines()[1:]
    assert len(people_on(folder / "GPO-2025-01.xlsx")) == 3 and all(line.endswith(",") for line in lines)
    assert register_of(ready).list_numbers == {"GPO-2025-01"}


def test_what_fails_before_the_commit_leaves_nothing(
    ready: IngestionConfig, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(vetting_register, "deliver", fail)
    with pytest.raises(OSError, match="no space"):
        draw_lists(ready, folder, planned(candidates_of(ready)), EMPTY, letterhead())
    assert list(folder.iterdir()) == [] and register_of(ready) == EMPTY


class Killed(BaseException):
    """The process ended here."""


def kill(*_: Any) -> None:
    raise Killed


def test_killed_before_the_commit_the_same_numbers_are_drawn_again(
    ready: IngestionConfig, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a kill leaves it: the hidden folder, and a register without its name."""
    draft = folder / ".drawing__2025-06-16T080000~agency__vetting_requests__lists-2025-06-16T080000.csv"
    draft.mkdir(parents=True)
    (draft / "GPO-2025-01.xlsx").write_bytes(b"half")
    unfinished = ready.landing_dir / "2025-06-16T080000" / f"{draft.name.split('~')[1]}.part"
    unfinished.parent.mkdir()
    unfinished.write_text("half")
    assert pending_files(ready) == []
    assert finish_interrupted(ready, folder, register_of(ready)) == []
    assert list(folder.iterdir()) == [] and not unfinished.parent.exists()
    draw_lists(ready, folder, planned(candidates_of(ready)), EMPTY, letterhead())
    assert register_of(ready).list_numbers == {"GPO-2025-01"}


def test_killed_after_the_commit_the_next_run_gives_the_files_their_names(
    ready: IngestionConfig, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("ingestion.vetting_lists._reveal", kill)
        with pytest.raises(Killed):
            draw_lists(ready, folder, planned(candidates_of(ready)), EMPTY, letterhead())
    assert [file.feed for file in pending_files(ready)] == ["agency__vetting_requests"]
    finished = finish_interrupted(ready, folder, register_of(ready))
    assert [path.name for path in finished] == ["2025-06-16__summary.xlsx", "GPO-2025-01.xlsx"]
    assert sorted(folder.iterdir()) == sorted(finished) and len(people_on(finished[1])) == 3
    assert finish_interrupted(ready, folder, register_of(ready)) == []
    land_files(ready, pending_files(ready), AFTERWARDS)
    assert register_of(ready).list_numbers == {"GPO-2025-01"}


def test_a_second_drawing_of_the_same_moment_overwrites_nothing(ready: IngestionConfig, folder: Path) -> None:
    first = draw_lists(ready, folder, planned(candidates_of(ready)[:1]), EMPTY, letterhead())
    content = {path: path.read_bytes() for path in first.files}
    register = register_of(ready)
    second = draw_lists(ready, folder, planned(candidates_of(ready)[1:], register), register, letterhead())
    assert second.source_file != first.source_file
    assert [path.name for path in second.files] == ["2025-06-16__summary-2.xlsx", "GPO-2025-02.xlsx"]
    assert {path: path.read_bytes() for path in first.files} == content
    assert vetting_register.is_register(first.source_file) and vetting_register.is_register(
        second.source_file
    )


def test_a_register_that_does_not_land_whole_is_an_error_and_is_seen(
    ready: IngestionConfig, folder: Path
) -> None:
    bad = [replace(one, candidate_no="nobody") for one in candidates_of(ready)[:1]]
    with pytest.raises(RezervError) as caught:
        draw_lists(ready, folder, planned([*bad, *candidates_of(ready)[1:]]), EMPTY, letterhead())
    assert caught.value.message_key == "list_register_outside"
    assert register_of(ready).outside == (caught.value.params["file"],)


def test_a_register_drawn_up_by_hand_takes_numbers_but_is_none_of_ours(ready: IngestionConfig) -> None:
    plan = planned(candidates_of(ready))
    path = ready.landing_dir / "2025-06-09T120000" / "agency__vetting_requests__list-01.csv"
    path.parent.mkdir()
    path.write_bytes(register_content(plan).replace(b"R25-000124", b"nobody"))
    land_files(ready, pending_files(ready), AFTERWARDS)
    register = register_of(ready)
    assert (register.list_numbers, register.outside) == ({"GPO-2025-01"}, ())
    assert register.next_number("GPO", "2025") == "GPO-2025-02"


def test_the_vault_keeps_its_record_when_a_drawing_comes_to_nothing(
    ready: IngestionConfig, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vetting_register, "deliver", kill)
    with pytest.raises(Killed):
        draw_lists(ready, folder, planned(candidates_of(ready)), EMPTY, letterhead())
    with open_vault(ready.vault, ready.vault_key, ready.person_secret) as vault:
        assert vault.rows("select list_no, count_people from vault.list_exports") == [("GPO-2025-01", 3)]


def test_nothing_of_people_shows_in_errors_and_records(ready: IngestionConfig) -> None:
    from ingestion.list_identities import take_identities

    found = take_identities(ready, [one.row for one in candidates_of(ready)], [])
    assert len(found) == 3
    assert not [name for name in ("Әсем", "Нил", "9206", "1992") if name in repr(found)]
    assert DAY.isoformat() not in repr(found)
