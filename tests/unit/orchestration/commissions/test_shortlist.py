"""The paper for a commission: order, cut, cards, and that nothing is in it that may not be seen."""

from __future__ import annotations

import csv
import io
import time
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from orchestration.commissions.cards import NAMES, shown_fields
from orchestration.commissions.figures import Figures, open_figures
from orchestration.commissions.lists import commission_stages, read_list
from orchestration.commissions.shortlist import shortlist
from orchestration.errors import OrchestrationError, UserError
from orchestration.layout.content import Cards, Document, Table
from orchestration.layout.rendering import FORMATS, render
from orchestration.settings import PROJECT_ROOT, Settings
from tests.support.commission_release import (
    OF_COMMISSIONS,
    Person,
    Season,
    compute,
    write_commission_release,
)

SEED = PROJECT_ROOT / "dbt_project" / "seeds" / "card_fields.csv"
RUNBOOK = PROJECT_ROOT / "docs" / "runbooks" / "commission-papers.md"
EARLIER = {
    "text_test": Fraction(21), "numeric_test": Fraction(17), "situational": Fraction(10, 3),
    "assessment_centre": Fraction(11, 3),
}  # fmt: skip


def person(number: int, interview: Fraction, commission: Fraction | None = None, **more: Any) -> Person:
    own = {} if commission is None else {"expert_commission": commission}
    track = more.pop("track", "agro")
    return Person(f"R25-{number:06d}", track, {**EARLIER, "interview": interview, **own}, **more)


# Of agro: a clear first, three equals at the cut whom the interview orders, one below, one out, one late.
PEOPLE = (
    person(1, Fraction(3), Fraction(9)),
    person(2, Fraction(3), Fraction(20, 3)),
    person(3, Fraction(4), Fraction(20, 3)),
    person(4, Fraction(3), Fraction(20, 3)),
    person(5, Fraction(5), Fraction(6), goes_on=False),
    person(6, Fraction(2), Fraction(8), now="withdrawn"),
    person(7, Fraction(2), Fraction(7), status="supernumerary"),
    person(8, Fraction(5), Fraction(10), track="digital"),
)


def paper(settings: Settings, language: str = "en", stage: str = "national_commission") -> Document:
    return shortlist(open_figures(settings, language), stage)


def lines(document: Document, sheet: str) -> list[tuple[object, ...]]:
    [table] = [table for table in document.tables() if table.name == sheet]
    return list(table.rows)


def cards(document: Document) -> list[Cards]:
    return [block for section in document.sections for block in section.blocks if isinstance(block, Cards)]


AGRO = "agro-industrial complex and environmental protection"


def test_the_list_is_in_exact_order_and_equals_by_the_stage_before(settings: Settings) -> None:
    write_commission_release(settings, PEOPLE, Season(limits={"agro": 3}))
    rows = lines(paper(settings), f"List {AGRO}")
    assert [row[1] for row in rows] == ["R25-000001", "R25-000007", "R25-000003", "R25-000002", "R25-000004"]
    assert [row[0] for row in rows] == [1, None, 4, 4, 4]
    assert [str(row[2]) for row in rows] == ["9.00", "7.00", "6.67", "6.67", "6.67"]
    assert [row[4] for row in rows] == ["", "after the list (A13)", *["equal result *"] * 3]


def test_two_thirds_and_its_rounding_are_no_equals(settings: Settings) -> None:
    people = (person(1, Fraction(3), Fraction(667, 100)), person(2, Fraction(3), Fraction(20, 3)))
    write_commission_release(settings, people)
    rows = lines(paper(settings), f"List {AGRO}")
    assert [(row[1], str(row[2]), row[4]) for row in rows] == [
        ("R25-000001", "6.67", ""),
        ("R25-000002", "6.67", ""),
    ]


def test_the_national_commission_reads_who_was_not_proposed_too_and_the_expert_commission_does_not(
    settings: Settings,
) -> None:
    write_commission_release(settings, PEOPLE)
    assert [row[1] for row in lines(paper(settings), f"Below {AGRO}")] == ["R25-000005"]
    people = (person(1, Fraction(3)), person(2, Fraction(2), goes_on=False))
    write_commission_release(settings, people, name="2025-r2")
    document = paper(settings, stage="expert_commission")
    assert [table.name for table in document.tables()] == ["The cut", f"List {AGRO}"]
    assert "R25-000002" not in str(document)


def test_who_is_out_since_has_no_card_and_the_place_stays_empty(settings: Settings) -> None:
    write_commission_release(settings, PEOPLE)
    document = paper(settings)
    [digital, agro] = cards(document)
    assert "R25-000006" not in str(document)
    assert [card.heading for card in agro.items][:2] == ["R25-000001", "R25-000007"]
    assert [card.heading for card in digital.items] == ["R25-000008"]
    assert "1 candidate of the list is out since; the place stays empty (A11)." in str(document)


def test_the_cut_says_places_ties_over_the_cap_and_shortfall(settings: Settings) -> None:
    write_commission_release(settings, PEOPLE, Season(limits={"agro": 3, "digital": 4}))
    document = paper(settings)
    said = {row[0]: row[1:] for row in lines(document, "The cut")}
    places, cutoff, on_list, by_tie, over, free, out = said[AGRO]
    assert (places, str(cutoff), on_list, by_tie, over, free, out) == (3, "6.67", 5, 3, 3, 0, 1)
    assert said["digitalisation"] == (4, None, 1, 0, 0, 3, 0)
    assert "Equal results exceed the cap by 3 candidates (A4)." in str(document)
    assert "Fewer candidates than places: 3 places stay free" in str(document)
    assert str(document).count("Nobody is on the list of this track.") == 4


@pytest.mark.parametrize(("version", "said"), [(None, "provisional list"), (2, "version 2")])
def test_a_list_says_whether_it_is_published(settings: Settings, version: int | None, said: str) -> None:
    write_commission_release(settings, PEOPLE, Season(version=version))
    document = paper(settings)
    assert document.identity.version == said
    assert ("no act has published it" in str(document)) == (version is None)


def test_a_card_shows_what_the_seed_lets_it_and_marks_earlier_results(settings: Settings) -> None:
    write_commission_release(settings, PEOPLE)
    card = cards(paper(settings))[1].items[0]
    facts = {fact.label: fact.value for fact in card.facts}
    assert facts["Track"] == AGRO
    assert facts["Interview with the Expert Commission"] == "9.00 · rank 1 of 7"
    assert facts["Level of education"] == "Master"
    assert facts["Work experience"] == "7 years"
    assert facts["Region"] == "Almaty city"
    assert facts["Age"] == "30–33"
    assert "Sex" not in facts
    assert facts["Situational tasks (for information)"] == "3.33 · rank 1 of 7"
    assert "for information only" in str(card.blocks)


def test_before_a_commission_that_marks_the_result_of_the_list_is_information_too(settings: Settings) -> None:
    write_commission_release(settings, [person(1, Fraction(3))])
    card = cards(paper(settings, stage="expert_commission"))[0].items[0]
    facts = {fact.label: fact.value for fact in card.facts}
    label = "Competency assessment: competency-based interview (for information)"
    assert facts[label] == "3.00 · rank 1 of 1"
    assert not {"Region", "Age", "Kind of employer", "Interview with the Expert Commission"} & facts.keys()


# --- what may not be seen ---


def searched(content: bytes, format_name: str) -> str:
    """Everything that can be read out of a file."""
    if format_name == "pdf":
        reader = PdfReader(io.BytesIO(content))
        return "".join(page.extract_text() for page in reader.pages) + str(reader.metadata)
    if format_name == "xlsx":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "".join(archive.read(name).decode() for name in archive.namelist())
    return content.decode()


# Of each field a value that stands nowhere else in a paper.
TELLING = {
    "education": ("seeds.education_levels", "education_level_code", "master"),
    "employer_type": ("seeds.employer_types", "employer_type_code", "quasi_state"),
    "region": ("seeds.regions", "region_code", "KZ-75"),
    "age_band": ("seeds.age_bands", "age_band_code", "30_33"),
    "sex": ("seeds.sexes", "sex_code", "female"),
}
WORD = "ҚҰПИЯҒӘҢІЗ"


def switch(file: Path, stage: str, field_code: str, is_shown: bool) -> None:
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "update seeds.card_fields set is_shown = ? where stage_code = ? and field_code = ?",
            [is_shown, stage, field_code],
        )
        compute(connection, OF_COMMISSIONS)


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("field_code", [*TELLING, "experience", "earlier_results"])
def test_a_field_that_is_not_shown_is_nowhere_in_the_file(
    settings: Settings, field_code: str, format_name: str
) -> None:
    """With the switch off its value cannot be read out of the file, with it on it can."""
    scores = {**EARLIER, "situational": Fraction(7531, 100), "interview": Fraction(3)}
    scores["expert_commission"] = Fraction(9)
    file = write_commission_release(settings, [Person("R25-000001", "agro", scores, years=7531)])
    if field_code in TELLING:
        table, key, code = TELLING[field_code]
        with duckdb.connect(str(file)) as connection:
            connection.execute(f"update {table} set name_kk = '{WORD}' where {key} = '{code}'")
    sought = {"experience": "7 531", "earlier_results": "75,31"}.get(field_code, WORD)
    found = []
    for is_shown in (False, True):
        switch(file, "national_commission", field_code, is_shown)
        content = render(shortlist(open_figures(settings, "kk"), "national_commission"), format_name)
        found.append(sought in " ".join(searched(content, format_name).replace("\u00a0", " ").split()))
    assert found == [False, True]


@pytest.mark.parametrize("field_code", [*TELLING, "experience", "earlier_results"])
def test_what_is_not_shown_is_not_even_in_the_table(settings: Settings, field_code: str) -> None:
    """Whoever holds a commission's tables holds no value of a hidden field, in whatever column."""
    scores = {**EARLIER, "interview": Fraction(7532, 100), "expert_commission": Fraction(9)}
    who = Person("R25-000001", "agro", scores, years=7531)
    file = write_commission_release(settings, [who])
    sought = {"experience": "7531", "earlier_results": "75.32"}.get(field_code) or TELLING[field_code][2]
    found = []
    for is_shown in (False, True):
        switch(file, "national_commission", field_code, is_shown)
        with duckdb.connect(str(file), read_only=True) as connection:
            tables = [
                connection.execute(f"from {name} where stage_code = 'national_commission'").fetchall()
                for name in (f"reporting.{model}" for model in OF_COMMISSIONS[2:])
            ]
        assert all(tables)
        found.append(sought in " ".join(str(value) for rows in tables for row in rows for value in row))
    assert found == [False, True]


def rows_of_seed() -> list[dict[str, str]]:
    with SEED.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_seed_decides_on_the_same_fields_for_both_commissions() -> None:
    fields: dict[str, set[str]] = {}
    for row in rows_of_seed():
        fields.setdefault(row["stage_code"], set()).add(row["field_code"])
    assert fields.keys() == {"expert_commission", "national_commission"}
    assert fields["expert_commission"] == fields["national_commission"]
    assert set(NAMES) < fields["expert_commission"]


def test_no_commission_sees_names_vetting_signals_conflicts_or_single_marks() -> None:
    shown = {(row["field_code"], row["is_shown"]) for row in rows_of_seed()}
    for field_code in ("name", "vetting", "proctoring", "conflicts", "single_marks", "sex"):
        assert {value for code, value in shown if code == field_code} == {"false"}


def test_the_expert_commission_sees_nothing_that_names_a_person_by_its_surroundings() -> None:
    shown = [
        row["field_code"] for row in rows_of_seed()
        if row["stage_code"] == "expert_commission" and row["is_shown"] == "true"
    ]  # fmt: skip
    assert shown == ["track", "list_result", "earlier_results", "education", "experience"]


def test_the_runbook_shows_the_seed() -> None:
    """The table that a lawyer reads is the one that the code reads."""
    text = RUNBOOK.read_text(encoding="utf-8")
    by_field: dict[str, dict[str, dict[str, str]]] = {}
    for row in rows_of_seed():
        by_field.setdefault(row["field_code"], {})[row["stage_code"]] = row
    for field_code, own in by_field.items():
        cells = [
            f"{'yes' if row['is_shown'] == 'true' else 'no'}: {row['why_en']} ({row['paragraph']})"
            for row in (own["expert_commission"], own["national_commission"])
        ]
        assert f"| `{field_code}` | {' | '.join(cells)} |" in text


def test_a_seed_that_shows_what_no_card_can_is_refused(settings: Settings) -> None:
    file = write_commission_release(settings, PEOPLE)
    switch(file, "national_commission", "vetting", True)
    with pytest.raises(OrchestrationError) as caught:
        paper(settings)
    assert (caught.value.message_key, caught.value.params["field"]) == ("error.card_field_unknown", "vetting")
    switch(file, "national_commission", "vetting", False)
    switch(file, "national_commission", "track", False)
    with pytest.raises(OrchestrationError) as caught:
        shown_fields(open_figures(settings), "national_commission")
    assert (caught.value.message_key, caught.value.params["field"]) == ("error.card_field_needed", "track")


# --- files ---


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_pages_are_numbered_and_each_card_has_its_own(settings: Settings, language: str) -> None:
    write_commission_release(settings, PEOPLE)
    pages = [p.extract_text() for p in PdfReader(io.BytesIO(render(paper(settings, language), "pdf"))).pages]
    number = {"kk": "{}-бет, барлығы {}", "ru": "Страница {} из {}", "en": "Page {} of {}"}[language]
    education = {"kk": "Магистр", "ru": "Магистр", "en": "Master"}
    for place, text in enumerate(pages, start=1):
        assert number.format(place, len(pages)) in text
    for candidate in ("R25-000001", "R25-000002", "R25-000008"):
        of_cards = [text for text in pages if candidate in text and education[language] in text]
        assert len(of_cards) == 1
        assert sum(of_cards[0].count(f"R25-00000{digit}") for digit in range(1, 9)) == 1
    if language == "kk":
        assert set("әіңғүұқөҚҰ") <= set("".join(pages))


@pytest.mark.parametrize("format_name", FORMATS)
def test_the_same_release_gives_the_same_bytes(settings: Settings, format_name: str) -> None:
    write_commission_release(settings, PEOPLE)
    assert render(paper(settings), format_name) == render(paper(settings), format_name)


def test_a_workbook_holds_the_list_as_numbers_and_the_cards_as_rows(settings: Settings) -> None:
    write_commission_release(settings, PEOPLE)
    book = CalamineWorkbook.from_filelike(io.BytesIO(render(paper(settings), "xlsx")))
    assert len(book.sheet_names) == 7
    rows = book.get_sheet_by_name("List digitalisation").to_python()
    assert rows[1][:3] == [1.0, "R25-000008", 10.0]
    heads = book.get_sheet_by_name("Cards digitalisation").to_python()
    assert heads[1][0] == "R25-000008"
    assert heads[0][:3] == ["Candidate", "Track", "Interview with the Expert Commission"]


@pytest.mark.parametrize("format_name", FORMATS)
def test_three_hundred_cards_take_a_bounded_time(settings: Settings, format_name: str) -> None:
    people = [
        person(n, Fraction(n % 13, 3), Fraction(n % 37, 4), track=["agro", "social"][n % 2])
        for n in range(1, 301)
    ]
    write_commission_release(settings, people)
    began = time.process_time()
    document = paper(settings)
    content = render(document, format_name)
    assert time.process_time() - began < 60
    assert sum(len(block.items) for block in cards(document)) == 300
    assert len(content) > 20_000


# --- refusals ---


def refused(figures: Figures, stage: str, track: str = "") -> tuple[str, int]:
    with pytest.raises(OrchestrationError) as caught:
        read_list(figures, stage, track)
    return caught.value.message_key, caught.value.exit_code


def test_other_stages_tracks_and_lists_that_are_not_there_are_refused(settings: Settings) -> None:
    write_commission_release(settings, PEOPLE, Season(published=("text_test",)))
    figures = open_figures(settings)
    assert commission_stages(figures) == ["expert_commission", "national_commission"]
    assert refused(figures, "interview") == ("error.shortlist_stage", 2)
    assert refused(figures, "national_commission", "law") == ("error.shortlist_track", 2)
    assert refused(figures, "national_commission") == ("error.shortlist_not_yet", 1)


def test_a_release_of_an_older_build_is_refused(settings: Settings) -> None:
    file = write_commission_release(settings, PEOPLE)
    with duckdb.connect(str(file)) as connection:
        connection.execute("drop table seeds.card_fields")
    with pytest.raises(OrchestrationError) as caught:
        open_figures(settings)
    assert caught.value.message_key == "error.release_older"


def test_one_track_is_a_paper_of_its_own(settings: Settings) -> None:
    write_commission_release(settings, PEOPLE)
    document = shortlist(open_figures(settings, "ru"), "national_commission", "digital")
    assert document.identity.filters == (("Направление", "цифровизация"),)
    assert [len(block.items) for block in cards(document)] == [1]
    assert all(isinstance(table, Table) for table in document.tables())
    with pytest.raises(UserError):
        shortlist(open_figures(settings), "national_commission", "x")
