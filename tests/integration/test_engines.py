"""A whole season with all its mess, judged by Great Expectations and by DuckDB: the same rows and reasons."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from ingestion.config import IngestionConfig
from ingestion.contracts import feed_names
from ingestion.expectations import ENGINE_DUCKDB, ENGINE_GX
from ingestion.loader import land_files, pending_files
from ingestion.sample_season import write_season

NOW = datetime(2026, 1, 1)
BOOKS = ("_batches", "_quarantine", "_quarantine_closed", "_door_checks")


def landed(folder: Path, landing: Path, engine: str) -> dict[str, list[tuple[Any, ...]]]:
    """All rows and books of a season that one engine judged."""
    warehouse, vault = folder / f"{engine}.duckdb", folder / f"{engine}.vault"
    config = IngestionConfig(warehouse, vault, "key", "secret", landing)
    land_files(config, pending_files(config), NOW, engine=engine)
    with duckdb.connect(str(config.warehouse), read_only=True) as connection:
        columns = "* exclude (engine)"
        return {
            table: connection.execute(
                f"select {columns if table == '_batches' else '*'} from raw.{table} order by all"
            ).fetchall()
            for table in (*feed_names(), *BOOKS)
        }


def test_both_engines_judge_a_season_alike(tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    write_season(landing, size=40, seed=7)
    quick, slow = (landed(tmp_path, landing, engine) for engine in (ENGINE_DUCKDB, ENGINE_GX))
    assert sum(len(rows) for rows in quick.values()) > 10_000
    assert len(quick["_quarantine"]) > 40
    for table, rows in quick.items():
        assert rows == slow[table], table
