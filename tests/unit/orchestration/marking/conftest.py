"""A home whose situational task is assigned: packets are written, and nobody has marked."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.assignment.packets import packets_folder, write_packets
from orchestration.assignment.panels import assign_experts, read_pool
from orchestration.settings import Settings
from tests.unit.orchestration.assignment.conftest import settings as with_situation

STAGE = "situational"
settings = with_situation


@pytest.fixture
def packets(settings: Settings) -> Path:
    """The folder of the first act's packets."""
    given = assign_experts(settings, STAGE, "A. Engineer")
    write_packets(settings, read_pool(settings, STAGE), given, STAGE)
    return packets_folder(settings, 1)
