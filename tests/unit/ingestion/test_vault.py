"""The vault: closed without its key, whole with it."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.config import IngestionConfig
from ingestion.contracts import feed_names, load_contract
from ingestion.errors import RetryableError, RezervError
from ingestion.loader import land_files, pending_files
from ingestion.vault import PersonKeys, open_identity, open_vault, openings, person_key, write_batch
from ingestion.workbench import open_memory, open_workbench
from tests.unit.ingestion.deliveries import AFTERWARDS, STAMP, deliver, rows_of

IIN = "920615400001"


def key_of_failure(path: Path, key: str, secret: str = "s") -> str:
    with pytest.raises(RezervError) as caught, open_vault(path, key, secret):
        pass
    return caught.value.message_key


def test_person_key_is_a_keyed_hash() -> None:
    expected = hmac.new(b"s", IIN.encode(), hashlib.sha256).hexdigest()
    assert person_key("s", IIN) == expected[:32]
    assert person_key("t", IIN) != person_key("s", IIN)


def registrations(config: IngestionConfig, name: str = "Ұлжан", stamp: str = STAMP) -> None:
    rows = rows_of("platform__registrations")
    rows[0] |= {"last_name": name}
    rows[2] |= {"track_code": "none", "first_name": "Әсем"}
    deliver(config, "platform__registrations", rows, stamp=stamp)
    land_files(config, pending_files(config), AFTERWARDS)


def kept(config: IngestionConfig, sql: str) -> list[tuple[Any, ...]]:
    with open_vault(config.vault, config.vault_key, config.person_secret) as vault:
        return vault.rows(sql)


def test_keys_of_persons_in_sql_are_those_of_the_function() -> None:
    for secret in ("s", "ә" * 40, "x" * 64, "x" * 65):
        expression, values = PersonKeys.expression("iin"), PersonKeys(secret).blocks
        with open_memory() as connection:
            query = f"select {expression} from (values (?), (null)) as t(iin)"
            found = connection.execute(query, [*values, IIN]).fetchall()
        assert found == [(person_key(secret, IIN),), (None,)]


def test_what_is_written_is_read_with_the_key(config: IngestionConfig) -> None:
    config = replace(config, vault_key="it's a key")
    registrations(config)
    rows = rows_of("platform__registrations")
    identities = "select candidate_no, submission_no, iin, last_name, birth_on, _row_number"
    assert kept(config, f"{identities} from vault.platform__registrations order by all")[0] == (
        rows[0]["candidate_no"],
        rows[0]["submission_no"],
        rows[0]["iin"],
        "Ұлжан",
        rows[0]["birth_on"],
        1,
    )
    content = "select row_number, content->>'first_name' from vault.quarantined_rows"
    assert kept(config, content) == [(3, "Әсем")]


def test_the_file_is_closed_to_others(config: IngestionConfig) -> None:
    registrations(config, "Синтетикалық")
    content = config.vault.read_bytes()
    for secret in (IIN, "Синтетикалық", "Әсем", "+77000000001", "last_name"):
        assert secret.encode() not in content, "a secret stands in the file"
    with pytest.raises(duckdb.Error):
        duckdb.connect(str(config.vault))
    assert key_of_failure(config.vault, "another key") == "vault_key_wrong"


def test_an_identity_is_opened_by_two_people_and_recorded(
    config: IngestionConfig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    registrations(config)
    candidate = rows_of("platform__registrations")[0]["candidate_no"]
    (found,) = open_identity(config, candidate, "officer 1", "officer 2", "appeal 17")
    assert (found["feed"], found["last_name"]) == ("platform__registrations", "Ұлжан")
    (opening,) = openings(config)
    assert (opening.candidate_no, opening.asked_by, opening.seconded_by, opening.reason) == (
        candidate,
        "officer 1",
        "officer 2",
        "appeal 17",
    )
    assert candidate in caplog.text
    assert "Ұлжан" not in caplog.text


def test_the_latest_identity_comes_last_and_nobody_else_reads_the_file(config: IngestionConfig) -> None:
    registrations(config, "Яна", stamp="2025-06-10T180000")
    registrations(config, "Ана", stamp="2025-06-12T180000")
    candidate = rows_of("platform__registrations")[0]["candidate_no"]
    found = open_identity(config, candidate, "officer 1", "officer 2", "appeal")
    assert [one["last_name"] for one in found] == ["Яна", "Ана"]
    assert config.vault.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("candidate", "asked_by", "seconded_by", "reason", "error"),
    [
        ("R25-000123", "officer 1", "Officer  1 ", "appeal", "two_people"),
        ("R25-000123", "officer 1", "", "appeal", "two_people"),
        ("R25-000123", "", "officer 2", "appeal", "two_people"),
        ("R25-000123", "officer 1", "officer 2", " ", "reason_missing"),
        ("R25-999999", "officer 1", "officer 2", "appeal", "candidate_unknown"),
    ],
)
def test_an_identity_is_not_opened_otherwise(
    config: IngestionConfig, candidate: str, asked_by: str, seconded_by: str, reason: str, error: str
) -> None:
    registrations(config)
    with pytest.raises(RezervError) as caught:
        open_identity(config, candidate, asked_by, seconded_by, reason)
    assert caught.value.message_key == error
    assert openings(config) == []


@pytest.mark.parametrize(("key", "secret"), [("", "s"), (" ", "s"), ("k", "")])
def test_empty_secrets_are_refused_before_anything_is_made(tmp_path: Path, key: str, secret: str) -> None:
    assert key_of_failure(tmp_path / "v.duckdb", key, secret) == "secret_missing"
    assert list(tmp_path.iterdir()) == []


def test_the_wrong_key_is_told_without_the_key(tmp_path: Path) -> None:
    path = tmp_path / "v.duckdb"
    with open_vault(path, "right key", "s"):
        pass
    with pytest.raises(RezervError) as caught, open_vault(path, "wrong key", "s"):
        pass
    assert "wrong key" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_another_person_secret_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "v.duckdb"
    with open_vault(path, "k", "s"):
        pass
    assert key_of_failure(path, "k", "another") == "person_secret_changed"


def test_a_file_that_is_no_vault_is_told(tmp_path: Path) -> None:
    path = tmp_path / "v.duckdb"
    path.write_bytes(b"no database" * 1000)
    assert key_of_failure(path, "k") == "vault_unreadable"
    plain = tmp_path / "plain.duckdb"
    duckdb.connect(str(plain)).close()
    assert key_of_failure(plain, "k") == "vault_unreadable"


def test_failures_roll_back(config: IngestionConfig) -> None:
    registrations(config)
    before = kept(config, "select * from vault.platform__registrations order by all")
    with open_workbench(config) as connection:
        connection.execute("create temp table accepted as select 1 as candidate_no")
        with pytest.raises(duckdb.Error):
            write_batch(connection, load_contract("platform__registrations"), "b", AFTERWARDS)
    assert kept(config, "select * from vault.platform__registrations order by all") == before


def test_a_vault_or_a_warehouse_in_use_is_worth_another_try(config: IngestionConfig) -> None:
    registrations(config)
    vault = open_vault(config.vault, config.vault_key, config.person_secret)
    with vault, pytest.raises(RetryableError) as caught, open_workbench(config):
        pass
    assert caught.value.message_key == "vault_busy"
    warehouse = duckdb.connect(str(config.warehouse))
    with warehouse, pytest.raises(RetryableError) as caught, open_workbench(config):
        pass
    assert caught.value.message_key == "warehouse_busy"


def test_feeds_that_name_nobody_have_no_table(config: IngestionConfig) -> None:
    with open_vault(config.vault, "k", "s") as vault:
        tables = {name for (name,) in vault.rows("select table_name from duckdb_tables()")}
    named = {feed for feed in feed_names() if load_contract(feed).has_vault_columns}
    assert tables == named | {"quarantined_rows", "openings", "settings", "list_exports"}
