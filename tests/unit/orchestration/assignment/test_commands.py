"""The commands `rezerv draw …` and `rezerv assign …`: what they say, and their exit codes."""

from __future__ import annotations

import pytest

from orchestration.assignment.draws import draws_folder, list_file
from orchestration.cli import run
from orchestration.settings import Settings
from tests.support.assignments import Situation, write_situation
from tests.unit.orchestration.assignment.conftest import BOTH

BY = ("--by", "A. Engineer")


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_draw_from_the_commitment_to_the_check(
    settings: Settings, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    def rezerv(*arguments: str) -> str:
        assert run(["--lang", language, *arguments]) == 0
        return capsys.readouterr().out

    assert rezerv("draw", "show").strip()
    book = str(draws_folder(settings) / "book.jsonl")
    said = rezerv("draw", "commit", "situational", *BY)
    seed = (draws_folder(settings) / "seeds" / "0001.seed").read_text()
    assert book in said
    assert seed not in said
    assert rezerv("draw", "show").count("situational") == 1
    assert "0001-dealt.csv" in rezerv("draw", "cases", "situational")
    assert "CASE" not in rezerv("draw", "show")
    assert "14" in rezerv("draw", "verify", book)
    file = list_file(draws_folder(settings), 1, "dealt")
    file.chmod(0o644)
    file.write_text(file.read_text() + "R25-999999,CASE-AGR-1\n")
    assert run(["--lang", language, "draw", "verify", book]) == 1
    assert "0001-dealt.csv" in capsys.readouterr().out


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_an_assignment_from_the_act_to_what_is_lacking(
    settings: Settings, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    for arguments in (
        ("assign", "experts", "situational", *BY),
        ("assign", "experts", "situational"),
        ("assign", "show"),
        ("assign", "experts", "situational", "--reassign", "EX-AGR-01", *BY),
        ("assign", "show", "situational"),
    ):
        assert run(["--lang", language, *arguments]) == 0
    shown = capsys.readouterr()
    assert "R25-" not in shown.out + shown.err
    assert "packets/0002" in shown.out
    write_situation(settings, Situation(BOTH, {"EX-AGR-01": (("agro",), 2)}))
    assert run(["--lang", language, "assign", "experts", "situational", "--reassign", "EX-AGR-02"]) == 1
    assert len(capsys.readouterr().err.strip().splitlines()) >= 2


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("draw", "commit", "situational"), 2),
        (("draw", "commit", "no_stage", *BY), 2),
        (("draw", "cases", "situational"), 2),
        (("draw", "verify", "no-such-book.jsonl"), 2),
        (("assign", "show"), 2),
        (("assign", "experts", "text_test"), 2),
        (("assign", "experts", "situational", "--reassign", "NOBODY"), 2),
    ],
)
def test_a_mistake_is_one_paragraph(
    settings: Settings, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int
) -> None:
    assert run(list(arguments)) == code
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert said.strip()
