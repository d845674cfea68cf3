"""What the letters to the vetting bodies say, in the language of whoever answers."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from ingestion.contracts import load_contract
from ingestion.list_identities import Identity, VaultRow
from ingestion.messages import LANGUAGES, section_text
from ingestion.vetting_records import Body, Candidate, NamedList, WeeklyList
from ingestion.vetting_workbooks import REPLIES, list_workbook, words_of
from tests.support.vetting_lists import BODIES, DAY, DUE, people_on, sheets, texts

MADE_AT = datetime(2025, 6, 16, 3)
IDENTITY = Identity("920615400001", "Синтетикалық", "Үлгі", None, date(1899, 2, 3))


def of_language(language: str) -> Body:
    return next(body for body in BODIES.values() if body.language == language)


def weekly(body: Body, addressee: Body, *changes: str) -> NamedList:
    candidates = [
        Candidate(f"R25-{n:06d}", body.code, addressee.code, change, None, VaultRow("b", n))
        for n, change in enumerate(changes, start=1)
    ]
    about = WeeklyList(f"{body.code}-2025-05", "2025", body, addressee, DAY, DUE, candidates)
    return NamedList(about, [(one, IDENTITY) for one in candidates])


def written(tmp_path: Path, named: NamedList, contact: str = "") -> Path:
    path = tmp_path / named.about.file_name
    path.write_bytes(list_workbook(named, contact, MADE_AT))
    return path


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_letter_is_in_the_language_of_the_addressee(tmp_path: Path, language: str) -> None:
    body, say = of_language(language), words_of(language)
    path = written(tmp_path, weekly(body, body, "new", "new"))
    found = sheets(path)
    assert list(found) == [say("sheet_cover"), say("sheet_list")]
    said = texts(found[say("sheet_cover")])
    for part in (
        say("list_title", number=f"{body.code}-2025-05"),
        body.names[language],
        say("sender"),
        "16.06.2025",
        say("due_text", day="23.06.2025"),
        say("people_text", total=2, new=2, changed=0),
        say("contact_answer"),
    ):
        assert part in said
    assert "§4.3" in said and "§4.4" in said
    assert say("asked_changed") not in said and say("in_place_of") not in said
    assert [row["change"] for row in people_on(path)] == [say("change_new")] * 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_letter_describes_a_reply_column_by_column(tmp_path: Path, language: str) -> None:
    body, say = of_language(language), words_of(language)
    (cover, _) = sheets(written(tmp_path, weekly(body, body, "new"))).values()
    contract = load_contract(REPLIES)
    rows = {str(row[0]): (str(row[1]), row[2]) for row in cover}
    for column in contract.columns:
        what, required = rows[column.name]
        assert what.strip() and required == say("yes" if column.required else "no")
    for code in contract.column("result_code").valid_values:
        assert f"{code}:" in rows["result_code"][0]
    assert f"{body.code}-2025-05" in rows["list_no"][0] and body.code in rows["body_code"][0]
    assert f"{REPLIES}__{body.code}-2025-05.xlsx" in texts(cover)


def test_a_successor_is_told_whom_it_answers_for(tmp_path: Path) -> None:
    say = words_of("ru")
    path = written(tmp_path, weekly(BODIES["ACS"], BODIES["NSC"], "changed", "new"), "+7 000")
    (cover, _) = sheets(path).values()
    assert [say("to"), "NSC ru", ""] in cover
    replaced = next(row for row in cover if row[0] == say("in_place_of"))
    assert "ACS ru" in str(replaced[1]) and "13.07.2025" in str(replaced[1])
    assert say("asked_changed") in texts(cover) and [say("contact"), "+7 000", ""] in cover
    assert "NSC: ваш код" in texts(cover) and "ACS-2025-05: номер этого списка" in texts(cover)
    assert [person["change"] for person in people_on(path)] == [say("change_changed"), say("change_new")]


def test_birth_dates_of_any_century_and_missing_patronymics(tmp_path: Path) -> None:
    (person,) = people_on(written(tmp_path, weekly(BODIES["MOJ"], BODIES["MOJ"], "new")))
    assert (person["birth_on"], person["middle_name"]) == ("03.02.1899", "")


def test_every_column_of_a_reply_is_described_in_every_language() -> None:
    for language in LANGUAGES:
        for column in load_contract(REPLIES).columns:
            section_text("vetting_lists", f"reply_{column.name}", language, list="", body="", sheet="")
