"""Schema raw: its tables and its books."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from ingestion.config import IngestionConfig
from ingestion.contracts import feed_names, load_contract
from ingestion.errors import RezervError
from ingestion.loader import ensure_raw_tables
from ingestion.raw_store import open_warehouse


def columns(path: Path, table: str) -> list[tuple[str, str]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        query = """
            select column_name, data_type from duckdb_columns()
            where schema_name = 'raw' and table_name = ? order by column_index
        """
        return connection.execute(query, [table]).fetchall()


def test_all_tables_exist_and_may_be_ensured_again(config: IngestionConfig) -> None:
    ensure_raw_tables(config)
    ensure_raw_tables(config)
    for feed in feed_names():
        expected = [(column.name, column.physical_type) for column in load_contract(feed).raw_columns()]
        assert columns(config.warehouse, feed) == expected
    for book in ("_batches", "_quarantine", "_door_checks"):
        assert columns(config.warehouse, book)


def test_a_column_new_in_a_contract_is_added(config: IngestionConfig) -> None:
    ensure_raw_tables(config)
    with duckdb.connect(str(config.warehouse)) as connection:
        connection.execute("alter table raw.platform__withdrawals drop column withdrawn_at")
    ensure_raw_tables(config)
    assert ("withdrawn_at", "TIMESTAMP") in columns(config.warehouse, "platform__withdrawals")


def test_a_column_of_another_type_is_refused(config: IngestionConfig) -> None:
    ensure_raw_tables(config)
    with duckdb.connect(str(config.warehouse)) as connection:
        connection.execute("alter table raw.platform__withdrawals alter withdrawn_at type varchar")
    with pytest.raises(RezervError) as caught:
        ensure_raw_tables(config)
    assert caught.value.message_key == "raw_column_differs"


def test_a_file_that_is_no_warehouse_is_told(tmp_path: Path) -> None:
    path = tmp_path / "w.duckdb"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(RezervError) as caught, open_warehouse(path):
        pass
    assert caught.value.message_key == "warehouse_unreadable"
