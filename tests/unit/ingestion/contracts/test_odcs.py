"""Reading contracts: all that is there, and nothing that is not understood."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from ingestion.contracts import feed_names, load_contract
from ingestion.contracts.odcs import CONTRACTS_DIR, parse_contract
from ingestion.errors import RezervError

STOP_LIST = yaml.safe_load((CONTRACTS_DIR / "registers__stop_list.odcs.yaml").read_text(encoding="utf-8"))


def test_there_are_24_feeds() -> None:
    assert len(feed_names()) == 24
    assert list(feed_names()) == sorted(feed_names())


@pytest.mark.parametrize("feed", feed_names())
def test_every_contract_is_understood(feed: str) -> None:
    contract = load_contract(feed)
    assert contract.feed == feed
    assert contract.key
    assert contract.purpose and contract.paragraph and contract.sender
    assert load_contract(feed) is contract


def test_a_contract_as_values() -> None:
    contract = load_contract("registers__stop_list")
    assert contract.key == ("iin", "stop_list_code", "valid_from")
    assert contract.file_format == "xlsx"
    iin = contract.column("iin")
    assert iin.is_vault and iin.is_iin and iin.required and iin.pattern == r"^\d{12}$"
    assert "corps_a" in contract.column("stop_list_code").valid_values
    assert [(rule.column_a, rule.column_b, rule.or_equal) for rule in contract.pair_rules] == [
        ("valid_to", "valid_from", True)
    ]


def test_bounds_and_codes_of_columns() -> None:
    assert load_contract("agency__commission_marks").column("points").maximum == 10
    assert load_contract("platform__registrations").column("track_code").valid_values[0] == "social"
    assert load_contract("platform__answers").column("chosen_option_code").valid_values == (
        "A",
        "B",
        "C",
        "D",
        "E",
    )


def test_raw_columns_name_nobody() -> None:
    names = [column.name for column in load_contract("platform__registrations").raw_columns()]
    assert names[5] == "person_key"
    assert not {"iin", "last_name", "first_name", "middle_name", "phone"} & set(names)
    assert names[-6:] == [
        "_batch_id",
        "_source_file",
        "_row_number",
        "_received_at",
        "_landed_seq",
        "_row_hash",
    ]


def test_unknown_feed() -> None:
    with pytest.raises(RezervError) as caught:
        load_contract("no__feed")
    assert caught.value.message_key == "feed_unknown"


def _change(path: list[Any], value: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        target: Any = document
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = value

    return change


COLUMN = ["schema", 0, "properties", 0]


@pytest.mark.parametrize(
    "change",
    [
        _change(["id"], "other"),
        _change([*COLUMN, "logicalType"], "object"),
        _change([*COLUMN, "classification"], "secret"),
        _change([*COLUMN, "required"], False),
        _change([*COLUMN, "logicalTypeOptions"], {"maxLength": 3}),
        _change([*COLUMN, "logicalTypeOptions"], {"minimum": 0.5}),
        _change([*COLUMN, "customProperties", 0, "value"], "luhn"),
        _change([*COLUMN, "name"], "valid_to"),
        _change([*COLUMN, "quality"], [{"metric": "rowCount", "mustBe": 3}]),
        _change(["schema", 0, "properties", 1, "customProperties", 0, "value"], "no_seed.code"),
        _change(["schema", 0, "quality", 0, "implementation", "type"], "expect_something_else"),
        _change(["schema", 0, "quality", 0, "implementation", "kwargs", "column_A"], "nowhere"),
        _change(["customProperties"], []),
    ],
)
def test_what_is_not_understood_is_refused(change: Callable[[dict[str, Any]], None]) -> None:
    document = copy.deepcopy(STOP_LIST)
    change(document)
    with pytest.raises(RezervError) as caught:
        parse_contract("registers__stop_list", document)
    assert caught.value.message_key == "contract_wrong"
