"""What goes out after a list: whom it names and whom not, in three languages, the same bytes each time."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest
from pypdf import PdfReader

from ingestion.clock import utc_now
from ingestion.loader import land_files, pending_files
from ingestion.vault import openings
from orchestration.announcements.public_lists import public_list
from orchestration.announcements.published import open_published
from orchestration.announcements.reserve_list import alphabetical
from orchestration.announcements.result_notices import notices_content
from orchestration.announcements.short_reports import open_short_reports, short_report
from orchestration.cli import run
from orchestration.layout.content import LANGUAGES
from orchestration.layout.rendering import FORMATS, render
from orchestration.ledger import ledger_folder, read_acts
from orchestration.settings import Settings
from tests.unit.orchestration.announcements.conftest import CENTRE
from tests.unit.orchestration.conftest import deliver

ON_THE_LIST = {"R25-000001", "R25-000002", "R25-000003", "R25-000004"}
LETTERS = "әіңғүұқө"


def text_of(content: bytes, ending: str) -> str:
    """All that a file says."""
    if ending == "pdf":
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    if ending == "xlsx":
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return "\n".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    return content.decode()


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_public_list_holds_the_numbers_of_who_goes_on_and_no_others(
    settings: Settings, language: str, ending: str
) -> None:
    published = open_published(settings, "text_test")
    content = render(public_list(published, language), ending)
    assert content == render(public_list(open_published(settings, "text_test"), language), ending)
    said = text_of(content, ending)
    numbers = set(re.findall(r"R25-\d{6}", said))
    assert numbers == ON_THE_LIST | {"R25-000008"}, "who left the list since is named by number, nobody else"
    assert "WG-" not in said
    assert "EXCLUDED" not in said


def test_what_a_version_changed_is_said_by_number(settings: Settings) -> None:
    [first, *_] = public_list(open_published(settings, "text_test"), "en").sections
    notes = [block.text for block in first.blocks if hasattr(block, "text")]
    assert notes == [
        "1 number was added to the version before: R25-000004",
        "1 number of the version before is no longer on the list: R25-000008",
    ]


def test_a_first_version_says_nothing_of_changes(settings: Settings) -> None:
    [first, *_] = public_list(open_published(settings, CENTRE), "en").sections
    assert len(first.blocks) == 1


def test_the_totals_are_those_of_the_list(settings: Settings) -> None:
    [first, *_] = public_list(open_published(settings, "text_test"), "en").sections
    rows = {row[0]: row[1:] for row in first.blocks[0].rows}
    assert rows.pop("Total")[-1] == len(ON_THE_LIST)
    assert [row[-1] for row in rows.values()] == [0, 4]


def test_a_track_without_places_counts_in_the_total(settings: Settings) -> None:
    """A quota may be revised to none (Order §9.2); a stage that only passes or fails has no places at all."""
    published = open_published(settings, "text_test")

    def total(places: int | None) -> object:
        rows = tuple({**row, "limit_places": places} if row["track_code"] == "digital" else row
                     for row in published.rows)  # fmt: skip
        [first, *_] = public_list(replace(published, rows=rows), "en").sections
        return first.blocks[0].rows[-1][1]

    assert (total(0), total(5), total(None)) == (2, 7, None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_kazakh_letters_come_out_of_every_paper(settings: Settings, language: str) -> None:
    said = text_of(render(public_list(open_published(settings, "text_test"), language), "pdf"), "pdf").lower()
    assert (set(LETTERS) <= set(said)) == (language == "kk")


def test_notices_say_each_candidates_own_result(settings: Settings) -> None:
    content = notices_content(open_published(settings, CENTRE))
    notices = {line["candidate_no"]: line for line in map(json.loads, content.decode().splitlines())}
    assert {number: line["result"] for number, line in notices.items()} == {
        "R25-000001": "admitted", "R25-000002": "not_admitted", "R25-000006": "absent",
    }  # fmt: skip
    first = notices["R25-000001"]
    assert (first["score"], first["rank"], first["cutoff"], first["places"]) == ("3.60", 1, "4.00", 2)
    assert "3,60" in first["texts"]["kk"] and "3.60" in first["texts"]["en"]
    assert all(number not in first["texts"][name] for number in notices for name in LANGUAGES)
    assert notices["R25-000006"]["score"] is None
    assert "3.60" not in notices["R25-000006"]["texts"]["en"]


def test_the_last_list_tells_of_the_reserve(settings: Settings) -> None:
    published = open_published(settings, "national_commission")
    first = json.loads(notices_content(published).decode().splitlines()[0])
    assert "Резерв" in first["texts"]["ru"] or "резерв" in first["texts"]["ru"]
    assert "Reserve" in public_list(published, "en").title


def test_a_short_report_holds_its_own_candidate_and_adds_up(settings: Settings) -> None:
    found = open_short_reports(settings)
    assert [sheet.row["candidate_no"] for sheet in found.sheets] == ["R25-000001", "R25-000002"]
    assert [sheet.language for sheet in found.sheets] == ["kk", "ru"]
    for sheet in found.sheets:
        sums = [Fraction(row["criterion_points_sum"], row["count_rated"]) for row in sheet.competencies]
        score = Fraction(sheet.row["score_numerator"], sheet.row["score_denominator"])
        assert sum(sums, Fraction(0)) / len(sums) == score
        for language in LANGUAGES:
            said = text_of(render(short_report(found.published, sheet, language), "pdf"), "pdf")
            assert set(re.findall(r"R25-\d{6}", said)) == {sheet.row["candidate_no"]}


def test_marks_that_moved_since_the_list_are_told_and_not_written(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [file] = settings.releases_dir.glob("*.duckdb")
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "update reporting.rpt_criterion_points set criterion_points_sum = criterion_points_sum + 1"
            " where candidate_no = 'R25-000002' and criterion_code = 'leadership'"
        )
    assert run(["announce", "short-reports", "--out", str(tmp_path / "out")]) == 1
    assert "R25-000002" in capsys.readouterr().out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["R25-000001-kk.pdf", "index.csv"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_commands_write_what_they_name(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    out = ("--out", str(tmp_path / "out"))
    assert run(["announce", "list", "text_test", "--lang", "all", *out]) == 0
    assert run(["--lang", language, "announce", "list", "text_test", "--out", str(tmp_path / "one")]) == 0
    assert {path.stem[-2:] for path in (tmp_path / "one").iterdir()} == {language}
    assert run(["--lang", language, "announce", "notices", "text_test", *out]) == 0
    assert run(["--lang", language, "announce", "short-reports", "--in", "all", *out]) == 0
    said = capsys.readouterr().out
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert len([name for name in names if "public_list" in name]) == len(LANGUAGES) * len(FORMATS)
    assert "2025-text_test-v2-notices.jsonl" in names
    assert "public_list-kk.pdf" in said and "notices.jsonl" in said
    with (tmp_path / "out" / "index.csv").open(newline="") as stream:
        index = list(csv.DictReader(stream))
    assert len(index) == 2 * len(LANGUAGES)
    assert {row["file"] for row in index} <= names


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("list", "interview"), 1),
        (("list", "no_stage"), 1),
        (("list", "text_test", "--lang", "de"), 2),
        (("list", "text_test", "--format", "doc"), 2),
        (("notices", "interview"), 1),
        (("short-reports", "--in", "de"), 2),
    ],
)
def test_a_mistake_is_one_paragraph(
    settings: Settings, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int
) -> None:
    assert run(["announce", *arguments]) == code
    said = capsys.readouterr().err
    assert "Traceback" not in said and said.strip()


def test_a_list_that_was_changed_is_not_announced(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = ledger_folder(settings)
    act = [one for one in read_acts(folder) if one.stage == CENTRE][-1]
    file = folder / "lists" / str(act.list_name)
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    for arguments in (("list", CENTRE), ("notices", CENTRE), ("short-reports",)):
        assert run(["announce", *arguments]) == 1
        assert capsys.readouterr().err.strip()


@pytest.fixture
def registered(settings: Settings) -> Settings:
    """The same home with the registrations of four people in its vault."""
    deliver(settings.home, "platform__registrations", 4, "2025-06-04T100000")
    config = settings.ingestion_config()
    land_files(config, pending_files(config), utc_now(), engine="duckdb")
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("create schema intermediate")
        connection.execute(
            "create table intermediate.int_accounts__counted as select '2025' as season_code,"
            " 'R25-' || lpad((1 + right(candidate_no, 4)::integer)::varchar, 6, '0') as candidate_no,"
            " _batch_id, _row_number, identity_key from raw.platform__registrations"
        )
    return settings


RESERVE = ("announce", "reserve", "--lang", "all", "--by", "A. One", "--second", "B. Two", "--reason", "A45")


def test_the_reserve_is_named_by_two_people_and_each_opening_is_recorded(
    registered: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*RESERVE, "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr()
    files = list((tmp_path / "out").iterdir())
    assert len(files) == len(LANGUAGES) * len(FORMATS)
    name = "Синтетикалық-Бірінші"
    assert name not in said.out + said.err
    for file in files:
        content = text_of(file.read_bytes(), file.suffix.removeprefix("."))
        assert name in content.replace("\n", "")
        assert not re.search(r"R25-\d{6}", content), "no number stands beside a name"
    recorded = openings(registered.ingestion_config())
    assert [(one.candidate_no, one.asked_by, one.seconded_by, one.reason) for one in recorded] == [
        ("R25-000001", "A. One", "B. Two", "A45"), ("R25-000002", "A. One", "B. Two", "A45"),
    ]  # fmt: skip
    assert not any(name.encode() in file.read_bytes() for file in registered.home.rglob("*.log"))


@pytest.mark.parametrize(
    "changed",
    [("--second", " a.  ONE "), ("--second", ""), ("--reason", " "), ("--out", "home")],
)
def test_one_person_no_reason_or_the_home_itself_name_nobody(
    registered: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], changed: tuple[str, str]
) -> None:
    option, value = changed
    out = registered.home / "public" if value == "home" else tmp_path / "out"
    more = () if option == "--out" else changed
    assert run([*RESERVE, "--out", str(out), *more]) in (1, 2)
    assert capsys.readouterr().err.strip()
    assert not out.exists()
    assert openings(registered.ingestion_config()) == []


def test_who_is_not_in_the_warehouse_is_told_by_number(
    registered: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with duckdb.connect(str(registered.warehouse)) as connection:
        connection.execute("delete from intermediate.int_accounts__counted where candidate_no = 'R25-000002'")
    assert run([*RESERVE, "--out", str(tmp_path / "out")]) == 1
    assert "R25-000002" in capsys.readouterr().err
    assert openings(registered.ingestion_config()) == []


def test_names_are_in_the_order_of_the_kazakh_alphabet() -> None:
    names = ["Яковлев", "Әбдіров", "Ахметов", "Қасымов", "Ким", "Ғали", "Гаврилов", "Өтеген", "Орлов",
             "Smith", "Ұлан", "Уәли", "Әбдір Ә"]  # fmt: skip
    assert sorted(names, key=alphabetical) == [
        "Ахметов", "Әбдір Ә", "Әбдіров", "Гаврилов", "Ғали", "Ким", "Қасымов", "Орлов", "Өтеген", "Уәли",
        "Ұлан", "Яковлев", "Smith",
    ]  # fmt: skip
