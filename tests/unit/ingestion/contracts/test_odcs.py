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

REGISTRATIONS = yaml.safe_load(
    (CONTRACTS_DIR / "platform__registrations.odcs.yaml").read_text(encoding="utf-8")
)
STOP_LIST = yaml.safe_load((CONTRACTS_DIR / "registers__stop_list.odcs.yaml").read_text(encoding="utf-8"))


def test_there_are_37_feeds() -> None:
    assert len(feed_names()) == 37
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
    assert names[5:10] == ["person_key", "identity_key", "age_years", "age_years_on_close", "sex_code"]
    assert not {"iin", "last_name", "first_name", "middle_name", "phone", "email", "birth_on"} & set(names)
    assert names[-6:] == [
        "_batch_id",
        "_source_file",
        "_row_number",
        "_received_at",
        "_landed_seq",
        "_row_hash",
    ]


def test_what_is_derived_stands_for_what_stays_in_the_vault() -> None:
    contract = load_contract("platform__registrations")
    assert [(one.name, one.physical_type, one.kind) for one in contract.derived_columns] == [
        ("age_years", "INTEGER", "completed_years"),
        ("age_years_on_close", "INTEGER", "completed_years_on_close"),
        ("identity_key", "VARCHAR", "keyed_hash"),
    ]
    age, on_close, identity = contract.derived_columns
    assert age.source_columns == ("birth_on", "submitted_at", "registered_at")
    assert on_close.source_columns == ("birth_on", "season_code")
    assert identity.source_columns == ("iin", "last_name", "first_name", "middle_name", "birth_on")
    assert contract.column("birth_on").is_vault
    (raw,) = [column for column in contract.content_columns() if column.name == "age_years"]
    assert raw.description == age.description


def test_feeds_without_derived_columns() -> None:
    with_some = {feed for feed in feed_names() if load_contract(feed).derived_columns}
    assert with_some == {"academy__experts", "platform__candidate_employers", "platform__registrations"}
    documents = load_contract("platform__documents")
    assert documents.column("document_number").is_vault
    assert "document_number" not in [column.name for column in documents.raw_columns()]


def test_where_a_feed_stands_in_the_platform_s_database() -> None:
    for feed in feed_names():
        table = feed.removeprefix("platform__")
        expected = f"platform.{table}" if feed.startswith("platform__") else None
        assert load_contract(feed).database_table == expected


def test_columns_that_a_contract_took_back_are_told() -> None:
    contract = load_contract("platform__registrations")
    now = [column.name for column in contract.raw_columns()]
    assert contract.columns_no_longer_allowed(now) == ()
    assert contract.columns_no_longer_allowed([*now, "of_another_time", "birth_on"]) == ("birth_on",)


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
        _change(["servers", 0, "type"], "mysql"),
        _change(["servers", 0, "customProperties"], []),
        _change(["servers"], REGISTRATIONS["servers"] * 2),
    ],
)
def test_a_server_that_is_not_understood_is_refused(change: Callable[[dict[str, Any]], None]) -> None:
    document = copy.deepcopy(REGISTRATIONS)
    change(document)
    with pytest.raises(RezervError) as caught:
        parse_contract("platform__registrations", document)
    assert caught.value.message_key == "contract_wrong"


PLACE = [item["property"] for item in REGISTRATIONS["customProperties"]].index("derivedColumns")
DERIVED = ["customProperties", PLACE, "value", 0]
ON_CLOSE, IDENTITY = ["customProperties", PLACE, "value", 1], ["customProperties", PLACE, "value", 2]


@pytest.mark.parametrize(
    "change",
    [
        _change([*DERIVED, "kind"], "initials"),
        _change([*DERIVED, "name"], "sex_code"),
        _change([*DERIVED, "name"], "person_key"),
        _change([*DERIVED, "name"], "_batch_id"),
        _change([*DERIVED, "sourceColumns"], ["registered_at", "submitted_at"]),
        _change([*DERIVED, "sourceColumns"], ["birth_on"]),
        _change([*DERIVED, "sourceColumns"], ["birth_on", "sex_code"]),
        _change([*DERIVED, "sourceColumns"], ["birth_on", "nowhere"]),
        _change([*DERIVED, "sourceColumns"], []),
        _change([*DERIVED, "rounding"], "up"),
        _change([*ON_CLOSE, "sourceColumns"], ["birth_on"]),
        _change([*ON_CLOSE, "sourceColumns"], ["birth_on", "candidate_no"]),
        _change([*ON_CLOSE, "sourceColumns"], ["iin", "season_code"]),
        _change([*IDENTITY, "sourceColumns"], ["iin", "candidate_no"]),
        _change([*IDENTITY, "sourceColumns"], []),
        _change(["customProperties", PLACE, "value"], [{"name": "age_years"}]),
    ],
)
def test_a_derived_column_that_is_not_understood_is_refused(change: Callable[[dict[str, Any]], None]) -> None:
    document = copy.deepcopy(REGISTRATIONS)
    change(document)
    with pytest.raises(RezervError) as caught:
        parse_contract("platform__registrations", document)
    assert caught.value.message_key == "contract_wrong"


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
