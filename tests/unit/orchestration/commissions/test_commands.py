"""The commands `rezerv shortlist`, `quotas` and `national`: what they say, and their exit codes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from orchestration.cli import run
from orchestration.settings import Settings
from tests.support.commission_release import Person, Season, write_commission_release

PEOPLE = [
    *(Person(f"R25-{n:06d}", "economy", {"interview": Fraction(3), "expert_commission": Fraction(20 - n)})
      for n in range(1, 10)),
    Person("R25-000021", "foreign", {"interview": Fraction(3), "expert_commission": Fraction(9)}),
]  # fmt: skip


@pytest.fixture(autouse=True)
def release(settings: Settings) -> None:
    write_commission_release(settings, PEOPLE)


def test_papers_are_written_in_every_language_and_format(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    folder = tmp_path / "papers"
    assert run(["shortlist", "national_commission", "--lang", "all", "--out", str(folder)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 9
    names = {path.name for path in folder.iterdir()}
    assert names == {
        f"shortlist-national_commission-{language}.{ending}"
        for language in ("kk", "ru", "en")
        for ending in ("pdf", "xlsx", "html")
    }


def test_one_track_one_language_one_format_go_below_the_home(settings: Settings) -> None:
    arguments = ["--track", "economy", "--lang", "ru", "--format", "html"]
    assert run(["shortlist", "national_commission", *arguments]) == 0
    [file] = (settings.home / "papers" / "2025-r1").iterdir()
    assert file.name == "shortlist-national_commission-economy-ru.html"
    assert "экономическая и финансовая политика" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["shortlist", "interview"], 2, "expert_commission, national_commission"),
        (["shortlist", "national_commission", "--track", "law"], 2, "There is no track law"),
        (["shortlist", "national_commission", "--format", "docx"], 2, "pdf, xlsx, html, all"),
        (["shortlist", "national_commission", "--lang", "de"], 2, "kk"),
        (["quotas", "show", "--lang", "all"], 2, "--lang"),
        (["quotas", "scenarios", "--move", "economy:economy"], 2, "FROM:TO"),
        (["quotas", "scenarios", "--places", "economy=8"], 2, "would be 51; the Reserve takes 50"),
        (["quotas", "scenarios", "--move", "economy:agro:8"], 2, "has 7 places and cannot give 8"),
        (["quotas", "decide", "--decision-no", "1", "--places", "agro=10"], 2, "would be 51"),
        (["national", "decide", "--decision-no", "1", "--enrol", "R25-000099"], 2, "No such candidate"),
    ],
)
def test_what_is_asked_wrongly_is_said(
    arguments: list[str], code: int, said: str, capsys: pytest.CaptureFixture
) -> None:
    assert run(arguments) == code
    shown = capsys.readouterr()
    assert said in shown.err
    assert "Traceback" not in shown.err


def test_a_file_in_the_way_of_the_folder_is_named(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    (tmp_path / "file").write_text("")
    assert run(["shortlist", "national_commission", "--out", str(tmp_path / "file")]) == 2
    assert "is a file, not a folder" in capsys.readouterr().err


def test_places_are_shown_with_their_source(settings: Settings, capsys: pytest.CaptureFixture) -> None:
    season = Season({"economy": 8, "foreign": 7}, "NC-2025-Q1")
    write_commission_release(settings, PEOPLE, season, "2025-r2")
    assert run(["quotas", "show"]) == 0
    shown = capsys.readouterr().out
    assert "NC-2025-Q1 of 2025-10-18 10:00" in shown
    assert "the Order, §9.1" in shown
    assert "Places in all: 50 of 50." in shown


@pytest.mark.parametrize(
    ("language", "said"),
    [("kk", "комиссия шешеді"), ("ru", "решает комиссия"), ("en", "the Commission decides")],
)
def test_scenarios_are_shown_and_written(
    language: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    asked = ["--lang", language, "--move", "economy:foreign", "--format", "pdf", "--out", str(tmp_path)]
    assert run(["quotas", "scenarios", *asked]) == 0
    shown = capsys.readouterr().out
    assert said in shown
    assert "R25-000007" in shown
    assert (tmp_path / f"quota-scenarios-{language}.pdf").is_file()


def test_thirty_scenarios_by_default_and_none_is_written(
    settings: Settings, capsys: pytest.CaptureFixture
) -> None:
    assert run(["quotas", "scenarios"]) == 0
    assert capsys.readouterr().out.count("→") == 30
    assert not (settings.home / "papers").exists()


def test_acts_say_what_they_recorded_and_what_comes_next(
    settings: Settings, capsys: pytest.CaptureFixture
) -> None:
    asked = ["--decision-no", "NC-1", "--places", "economy=8,foreign=7", "--by", "A. Secretary"]
    assert run(["quotas", "decide", *asked]) == 0
    said = capsys.readouterr().out
    assert "Recorded: decision NC-1" in said
    assert "economy = 8, foreign = 7" in said
    assert "rezerv update brings it into the release." in said
    assert run(["quotas", "decide", *asked]) == 0
    assert "Recorded before" in capsys.readouterr().out
    asked = ["--decision-no", "NC-6", "--enrol", "R25-000001", "--by", "A. Secretary"]
    assert run(["national", "decide", *asked]) == 1
    assert "NC-1 is recorded and not in the release yet" in capsys.readouterr().err
    write_commission_release(settings, PEOPLE, Season({"economy": 8, "foreign": 7}, "NC-1"), "2025-r2")
    asked = ["--decision-no", "NC-7", "--enrol", "R25-000001, R25-000003", "--decline", "R25-000009"]
    assert run(["national", "decide", *asked, "--by", "A. Secretary"]) == 0
    said = capsys.readouterr().out
    assert "2 enrolled, 1 declined" in said
    assert "R25-000003: 1 better of the track are not enrolled." in said
