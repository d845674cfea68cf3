"""The vault: closed without its key, whole with it."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from ingestion.contracts import load_contract
from ingestion.errors import RetryableError, RezervError
from ingestion.vault import open_vault, person_key, separate_identities
from tests.unit.ingestion.deliveries import inspected, rows_of

IIN = "920615400001"


def identities(name: str = "Синтетикалық") -> pa.Table:
    return pa.table({"candidate_no": ["R25-000123"], "iin": [IIN], "last_name": [name], "person_key": ["k"]})


def key_of_failure(path: Path, key: str, secret: str = "s") -> str:
    with pytest.raises(RezervError) as caught, open_vault(path, key, secret):
        pass
    return caught.value.message_key


def test_person_key_is_a_keyed_hash() -> None:
    expected = hmac.new(b"s", IIN.encode(), hashlib.sha256).hexdigest()
    assert person_key("s", IIN) == expected[:32]
    assert person_key("t", IIN) != person_key("s", IIN)


def test_what_is_written_is_read_with_the_key(tmp_path: Path) -> None:
    path = tmp_path / "v.duckdb"
    with open_vault(path, "it's a key", "s") as vault:
        vault.write_batch("b1", identities("Ұлжан"), {4: {"iin": "x", "аты": "Ә"}})
    with open_vault(path, "it's a key", "s") as vault:
        assert vault.rows("select iin, last_name, phone, _batch_id from vault.identities") == [
            (IIN, "Ұлжан", None, "b1")
        ]
        content = vault.rows("select batch_id, row_number, content::varchar from vault.quarantined_rows")
    assert content == [("b1", 4, '{"iin": "x", "аты": "Ә"}')]


def test_writing_a_batch_again_replaces_it(tmp_path: Path) -> None:
    with open_vault(tmp_path / "v.duckdb", "k", "s") as vault:
        for _ in range(2):
            vault.write_batch("b1", identities(), {1: {"a": 1}})
        vault.write_batch("b2", identities(), {})
        assert vault.rows("select _batch_id from vault.identities order by 1") == [("b1",), ("b2",)]
        assert len(vault.rows("from vault.quarantined_rows")) == 1


def test_the_file_is_closed_to_others(tmp_path: Path) -> None:
    path = tmp_path / "v.duckdb"
    with open_vault(path, "k", "s") as vault:
        vault.write_batch("b1", identities("Синтетикалық"), {1: {"phone": "+77000000001"}})
    content = path.read_bytes()
    for secret in (IIN, "Синтетикалық", "+77000000001", "last_name"):
        assert secret.encode() not in content, "a secret stands in the file"
    with pytest.raises(duckdb.Error):
        duckdb.connect(str(path))
    assert key_of_failure(path, "another key") == "vault_key_wrong"


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


def test_failures_roll_back(tmp_path: Path) -> None:
    with open_vault(tmp_path / "v.duckdb", "k", "s") as vault:
        vault.write_batch("b1", identities(), {})
        with pytest.raises(duckdb.Error):
            vault.write_batch("b1", pa.table({"person_key": ["k"]}), {})
        assert len(vault.rows("from vault.identities")) == 1


def test_a_busy_vault_is_worth_another_try() -> None:
    from ingestion.vault import _opening_failure

    failure = _opening_failure(
        Path("v"), 'IO Error: Could not set lock on file "v": Conflicting lock is held'
    )
    assert isinstance(failure, RetryableError)


def test_rows_are_separated_from_people() -> None:
    contract = load_contract("platform__registrations")
    accepted = inspected(contract.feed, rows_of(contract.feed)).accepted
    assert accepted is not None
    landing, people = separate_identities(accepted, contract, "s")
    assert landing.column_names == [column.name for column in contract.content_columns()] + ["_row_number"]
    assert people is not None
    assert set(people.column_names) == {
        "candidate_no",
        "iin",
        "last_name",
        "first_name",
        "middle_name",
        "phone",
        "person_key",
    }
    assert landing.column("person_key").equals(people.column("person_key"))


def test_feeds_that_name_nobody_have_no_identities() -> None:
    contract = load_contract("platform__withdrawals")
    accepted = inspected(contract.feed, rows_of(contract.feed)).accepted
    assert accepted is not None
    assert separate_identities(accepted, contract, "s") == (accepted, None)
