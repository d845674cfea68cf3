"""The demo keeps to a home of its own."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from orchestration.as_of import own_folder
from orchestration.assignment.draws import draws_folder
from orchestration.assignment.panels import assignments_folder
from orchestration.demo import DemoSeason, _claim_home
from orchestration.errors import UserError
from orchestration.ledger import ledger_folder
from orchestration.marking.forms import forms_folder
from orchestration.measurement.store import folder_of
from orchestration.result_exports import exports_folder
from orchestration.settings import Settings
from orchestration.vetting_lists import lists_folder
from tests.support.ledgers import make_ledger
from tests.unit.orchestration.conftest import write_warehouse

SMALL = DemoSeason(300, 1, None)


def test_an_empty_home_is_marked_and_found_again(settings: Settings) -> None:
    _claim_home(settings, SMALL, anew=False)
    assert json.loads(settings.demo_mark.read_text()) == {
        "size": 300,
        "seed": 1,
        "scenarios": None,
    }
    _claim_home(settings, SMALL, anew=False)


def test_a_real_season_is_never_touched(settings: Settings) -> None:
    write_warehouse(settings)
    for anew in (False, True):
        with pytest.raises(UserError) as caught:
            _claim_home(settings, SMALL, anew=anew)
        assert caught.value.message_key == "error.home_not_demo"
    assert settings.warehouse.is_file()


def test_files_in_the_landing_folder_are_a_season_too(settings: Settings) -> None:
    (settings.landing_dir / "platform__answers.csv").write_text("x")
    with pytest.raises(UserError, match="not a demo"):
        _claim_home(settings, SMALL, anew=False)


def test_another_demo_needs_to_be_erased_by_name(settings: Settings) -> None:
    _claim_home(settings, SMALL, anew=False)
    write_warehouse(settings)
    (settings.landing_dir / "platform__answers.csv").write_text("x")
    make_ledger(ledger_folder(settings))
    other = DemoSeason(400, 1, ())
    with pytest.raises(UserError, match="--anew"):
        _claim_home(settings, other, anew=False)
    assert settings.warehouse.is_file()
    _claim_home(settings, other, anew=True)
    assert not settings.warehouse.exists() and not settings.landing_dir.exists()
    assert not ledger_folder(settings).exists()
    assert json.loads(settings.demo_mark.read_text())["scenarios"] == []


def test_every_folder_that_acts_fill_goes_with_a_demo(settings: Settings) -> None:
    _claim_home(settings, SMALL, anew=False)
    filled = [
        *(ledger_folder(settings), exports_folder(settings), draws_folder(settings)),
        *(assignments_folder(settings), lists_folder(settings), own_folder(settings, datetime(2025, 9, 1))),
        *(folder_of(settings.measurement_dir, "release", "dif"), settings.home / "mend"),
        *(forms_folder(settings), settings.home / "announcements"),
    ]
    for folder in filled:
        folder.mkdir(parents=True)
        (folder / "file").write_text("of the season before")
    (settings.home / "logs").mkdir(exist_ok=True)
    _claim_home(settings, SMALL, anew=True)
    assert not [folder for folder in filled if folder.exists()]
    assert (settings.home / "logs").exists()
