"""A home whose release holds what the commissions read, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.settings import Settings
from tests.unit.orchestration.conftest import SECRETS, make_settings


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of an empty home, which is that of the command too."""
    made = make_settings(tmp_path / "home")
    for name, value in {"REZERV_HOME": str(made.home), **SECRETS}.items():
        monkeypatch.setenv(name, value)
    return made
