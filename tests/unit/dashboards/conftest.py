"""Releases for the tests of the dashboards, written once per process."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboards.warehouse import Release, current_release
from tests.support.fake_release import write_pointer, write_release


@pytest.fixture(scope="session")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of releases whose pointer names a whole season."""
    folder = tmp_path_factory.mktemp("releases")
    write_pointer(folder, write_release(folder))
    return folder


@pytest.fixture(scope="session")
def early_releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of releases whose pointer names a season in which three stages have been published."""
    folder = tmp_path_factory.mktemp("early_releases")
    write_pointer(folder, write_release(folder, "2025-r0001", size=300, published=3))
    return folder


@pytest.fixture
def release(releases: Path) -> Release:
    return current_release(releases)


@pytest.fixture
def early_release(early_releases: Path) -> Release:
    return current_release(early_releases)
