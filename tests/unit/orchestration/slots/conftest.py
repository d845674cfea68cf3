"""A home with a release that holds slots and people without a place."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.settings import Settings
from tests.support.slot_releases import Slots, write_slots
from tests.unit.orchestration.conftest import SECRETS, make_settings

AT = "2025-08-21T20:30"


@pytest.fixture
def slots() -> Slots:
    """Six people, one of them of digital; places for seven, three of them of agro alone."""
    return Slots(
        slots={"AC-A": ("", 10, 2), "AC-B": ("agro", 10, 3), "AC-C": ("", 10, 2), "AC-D": ("", 4, 0)},
        owed=[*((n, "agro") for n in range(1, 6)), (6, "digital")],
    )


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slots: Slots) -> Settings:
    """Settings of that home, on the evening before the assessment centre."""
    values = {**SECRETS, "REZERV_AS_OF": AT}
    made = make_settings(tmp_path / "home", REZERV_AS_OF=AT)
    for name, value in {"REZERV_HOME": str(made.home), **values}.items():
        monkeypatch.setenv(name, value)
    write_slots(made, slots)
    return made
