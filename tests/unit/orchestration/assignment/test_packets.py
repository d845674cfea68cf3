"""What an expert receives: enough to mark, and not a byte about the author."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from orchestration.assignment.packets import Packets, packets_folder, write_packets
from orchestration.assignment.panels import Given, assign_experts, assignments_folder, read_pool
from orchestration.settings import Settings
from orchestration.texts import texts_of
from tests.support.assignments import STAGE, candidate_no, work_no
from tests.support.fake_release import seed_rows
from tests.unit.orchestration.assignment.conftest import BOTH, EXPERTS

FIXED = (1980, 1, 1, 0, 0, 0)


@pytest.fixture
def given(settings: Settings) -> Given:
    return assign_experts(settings, STAGE, "A. Engineer")


@pytest.fixture
def packets(settings: Settings, given: Given) -> Packets:
    return write_packets(settings, read_pool(settings, STAGE), given, STAGE)


def layers(file: Path) -> Iterator[tuple[str, bytes]]:
    """A file's bytes, and of a workbook each member with its name, comment and extra field."""
    content = file.read_bytes()
    yield file.name, content
    if file.suffix == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield f"{file.name} comment", archive.comment
            for member in archive.infolist():
                where = f"{file.name}!{member.filename}"
                yield where, archive.read(member)
                yield f"{where} record", member.filename.encode() + member.comment + member.extra


def secrets_of(given: Given) -> list[bytes]:
    """What no packet may hold: candidate numbers, and the numbers by which the platform knows works."""
    people = [(track, n) for track, count in BOTH.items() for n in range(count)]
    return [name.encode() for one in people for name in (candidate_no(*one), work_no(*one))] + [
        candidate_no(*one)[4:].encode() for one in people
    ]


def test_no_byte_of_a_packet_says_whose_a_work_is(packets: Packets, given: Given) -> None:
    files = sorted(packets.folder.iterdir())
    assert len(files) == 2 * packets.count == 2 * len({seat.expert_code for seat in given.seats})
    for file in files:
        for where, content in layers(file):
            found = [secret for secret in secrets_of(given) if secret in content]
            assert not found, f"{where} holds {found}"


def test_the_search_finds_what_is_planted(packets: Packets, given: Given, tmp_path: Path) -> None:
    import xlsxwriter

    file = tmp_path / "planted.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        book.set_properties({"comments": candidate_no("agro", 3)})
        book.add_worksheet(work_no("digital", 1))
    found = {s for _, content in layers(file) for s in secrets_of(given) if s in content}
    assert {candidate_no("agro", 3).encode(), work_no("digital", 1).encode()} <= found


def test_no_expert_learns_of_the_others(packets: Packets, given: Given) -> None:
    own = {(seat.expert_code, seat.form_no) for seat in given.seats}
    for file in packets.folder.iterdir():
        whole = b"".join(content for _, content in layers(file))
        others = {code for code in EXPERTS if code != file.stem and code.encode() in whole}
        assert others == set()
        shown = {number for code, number in own if number.encode() in whole}
        assert shown == {number for code, number in own if code == file.stem}


def test_files_hold_no_moment_but_the_act_s_and_no_author(packets: Packets, given: Given) -> None:
    for file in packets.folder.glob("*.xlsx"):
        with zipfile.ZipFile(file) as archive:
            assert {member.date_time for member in archive.infolist()} == {FIXED}
            core = archive.read("docProps/core.xml").decode()
        assert core.count(given.line["made_at"]) == 2
        assert "<dc:creator></dc:creator>" in core
        assert "<cp:lastModifiedBy></cp:lastModifiedBy>" in core


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_form_has_the_criteria_and_the_flags(settings: Settings, given: Given, language: str) -> None:
    from dataclasses import replace

    spoken = replace(settings, language=language)
    packets = write_packets(spoken, read_pool(spoken, STAGE), given, STAGE)
    criteria = [row[f"name_{language}"] for row in seed_rows("stage_criteria") if row["stage_code"] == STAGE]
    say = texts_of(language)
    flagged = {work_no(track, n) for track, count in BOTH.items() for n in range(count) if n % 5 == 4}
    for code in {seat.expert_code for seat in given.seats}:
        book = CalamineWorkbook.from_path(packets.folder / f"{code}.xlsx")
        cover, form = (book.get_sheet_by_index(n).to_python() for n in (0, 1))
        assert form[0][6:10] == criteria
        assert any(say("packet.scale_text", least=1, most=5) in row for row in cover)
        work_of = {seat.form_no: seat.work_no for seat in given.seats if seat.expert_code == code}
        assert [row[0] for row in form[1:]] == sorted(work_of)
        for row in form[1:]:
            assert (say("packet.over_words") in row[5]) == (work_of[row[0]] in flagged)
            assert row[1].startswith("CASE-")
            assert row[2].startswith("Title")
        text = (packets.folder / f"{code}.txt").read_text()
        assert all(text.count(f"{name}: ____") == len(work_of) for name in criteria)


def test_the_same_act_gives_the_same_bytes(settings: Settings, packets: Packets, given: Given) -> None:
    before = {file.name: file.read_bytes() for file in packets.folder.iterdir()}
    packets.folder.rename(packets.folder.with_name("before"))
    again = write_packets(settings, read_pool(settings, STAGE), given, STAGE)
    assert {file.name: file.read_bytes() for file in again.folder.iterdir()} == before


def test_a_run_that_was_killed_while_writing_is_made_up_for(settings: Settings, given: Given) -> None:
    draft = packets_folder(settings, 1).with_name("0001.part")
    draft.mkdir(parents=True)
    (draft / "EX-OLD-01.xlsx").write_bytes(b"half")
    packets = write_packets(settings, read_pool(settings, STAGE), given, STAGE)
    assert not draft.exists()
    assert not (packets.folder / "EX-OLD-01.xlsx").exists()


def test_the_platform_learns_who_sees_which_work_by_which_number(
    settings: Settings, packets: Packets, given: Given
) -> None:
    header, *rows = packets.platform.read_text().splitlines()
    assert header == "work_no,expert_code,form_no"
    assert {tuple(row.split(",")) for row in rows} == {
        (seat.work_no, seat.expert_code, seat.form_no) for seat in given.seats
    }
    assert packets.platform.parent.parent == assignments_folder(settings)
    assert not any(candidate_no("agro", n) in packets.platform.read_text() for n in range(8))
