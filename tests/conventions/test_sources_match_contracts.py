"""The dbt sources and staging models say what the contracts say.

Here: drift between ingestion/contracts/ and dbt_project/models/staging/. Not here: what a column means; that
is described once, in the contract.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CONTRACTS = ROOT / "ingestion" / "contracts"
STAGING = ROOT / "dbt_project" / "models" / "staging"
BOOKKEEPING = {
    "_batch_id": "varchar",
    "_source_file": "varchar",
    "_row_number": "integer",
    "_received_at": "timestamp",
    "_landed_seq": "bigint",
}
# Tables of the door itself: they have no contract.
DOOR_TABLES = {"_batches", "_quarantine", "_quarantine_closed", "_door_checks"}
FEEDS = sorted(path.name.removesuffix(".odcs.yaml") for path in CONTRACTS.glob("*.odcs.yaml"))


@cache
def _contract_properties(feed: str) -> list[dict[str, Any]]:
    """Columns of the contract as they arrive in raw.

    No vault columns; person_key in the place of the IIN, a derived column in the place of its first source.
    """
    document = yaml.safe_load((CONTRACTS / f"{feed}.odcs.yaml").read_text(encoding="utf-8"))
    own = {item["property"]: item["value"] for item in document["customProperties"]}
    columns = []
    for column in document["schema"][0]["properties"]:
        if column["name"] == "iin":
            columns.append({**column, "name": "person_key", "description": "Person: keyed hash of the IIN."})
        elif column["classification"] != "vault":
            columns.append(column)
        derived = own.get("derivedColumns", [])
        columns += [entry for entry in derived if entry["sourceColumns"][0] == column["name"]]
    return columns


@cache
def _source_tables() -> dict[str, dict[str, Any]]:
    document = yaml.safe_load((STAGING / "_sources.yml").read_text(encoding="utf-8"))
    (source,) = document["sources"]
    assert source["name"] == source["schema"] == "raw"
    return {table["name"]: table for table in source["tables"]}


def _staging_path(feed: str, suffix: str) -> Path:
    return STAGING / feed.split("__")[0] / f"stg_{feed}{suffix}"


def _contract_key(feed: str) -> list[str]:
    keys = [column for column in _contract_properties(feed) if column.get("primaryKey")]
    return [column["name"] for column in sorted(keys, key=lambda column: column["primaryKeyPosition"])]


def test_every_feed_has_a_source_and_no_other() -> None:
    assert sorted(set(_source_tables()) - DOOR_TABLES) == FEEDS
    assert DOOR_TABLES.issubset(_source_tables())


@pytest.mark.parametrize("feed", FEEDS)
def test_source_has_the_columns_of_the_contract(feed: str) -> None:
    expected = {column["name"]: column["physicalType"].lower() for column in _contract_properties(feed)}
    expected |= BOOKKEEPING | {"_row_hash": "varchar"}
    actual = {column["name"]: column["data_type"] for column in _source_tables()[feed]["columns"]}
    assert list(actual.items()) == list(expected.items())


@pytest.mark.parametrize("feed", FEEDS)
def test_source_describes_columns_as_the_contract_does(feed: str) -> None:
    actual = {column["name"]: column["description"] for column in _source_tables()[feed]["columns"]}
    for column in _contract_properties(feed):
        assert actual[column["name"]].strip() == column["description"].strip(), column["name"]


@pytest.mark.parametrize("feed", FEEDS)
def test_staging_model_keeps_the_columns_of_the_contract(feed: str) -> None:
    expected = [column["name"] for column in _contract_properties(feed)]
    expected += [*BOOKKEEPING, "_first_received_at"]
    sql = _staging_path(feed, ".sql").read_text(encoding="utf-8")
    select_list = sql.split("\nselect\n")[1].split("\nfrom ")[0]
    assert [name.strip() for name in select_list.split(",")] == expected
    (model,) = yaml.safe_load(_staging_path(feed, ".yml").read_text(encoding="utf-8"))["models"]
    assert [column["name"] for column in model["columns"]] == expected


@pytest.mark.parametrize("feed", FEEDS)
def test_staging_model_takes_versions_by_the_key_of_the_contract(feed: str) -> None:
    sql = _staging_path(feed, ".sql").read_text(encoding="utf-8")
    call = re.search(r"latest_version\(\s*source\('raw', '(\w+)'\),\s*\[(.*?)\]", sql, re.DOTALL)
    assert call is not None
    assert call.group(1) == feed
    assert re.findall(r"'(\w+)'", call.group(2)) == _contract_key(feed)
