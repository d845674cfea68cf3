"""Fixtures of the ingestion room: settings below a temporary folder, and rows that keep their contracts."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingestion.config import IngestionConfig


@pytest.fixture
def config(tmp_path: Path) -> IngestionConfig:
    landing = tmp_path / "landing"
    landing.mkdir()
    return IngestionConfig(tmp_path / "w.duckdb", tmp_path / "v.duckdb", "test key", "test secret", landing)
