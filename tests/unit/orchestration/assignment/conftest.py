"""A home with a release that holds a situational task."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.settings import Settings
from tests.support.assignments import Situation, write_situation
from tests.unit.orchestration.conftest import SECRETS, make_settings

BOTH = {"agro": 8, "digital": 6}
EXPERTS = {
    **{f"EX-AGR-{n:02d}": (("agro",), 10) for n in range(1, 6)},
    **{f"EX-DIG-{n:02d}": (("digital",), 10) for n in range(1, 6)},
}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of a home with eight works of one field and six of another, and five experts of each."""
    made = make_settings(tmp_path / "home")
    for name, value in {"REZERV_HOME": str(made.home), **SECRETS}.items():
        monkeypatch.setenv(name, value)
    write_situation(made, Situation(BOTH, EXPERTS))
    return made
