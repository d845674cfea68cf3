"""Rules of the contracts, their verdicts, and that both engines evaluate them alike."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from ingestion import expectations, quarantine
from ingestion.contracts import Column, Contract, feed_names, load_contract
from ingestion.contracts.model import PairRule
from ingestion.errors import RezervError
from ingestion.expectations import (
    ENGINE_DUCKDB,
    ENGINE_GX,
    GX_MAX_ROWS,
    engine_for,
    evaluate,
    expectation_suite,
    rules_of,
    verdict_column,
    verdicts,
)
from ingestion.limits import MAX_TEXT_CHARACTERS
from ingestion.parsing import arrow_type

ENGINES = (ENGINE_GX, ENGINE_DUCKDB)
NUMBER = pa.int64()


def column(name: str, logical_type: str, physical_type: str, **options: Any) -> Column:
    return Column(name, logical_type, physical_type, False, False, "internal", "", **options)


def contract_of(*columns: Column, pair_rules: tuple[PairRule, ...] = ()) -> Contract:
    return Contract("some__feed", "1", "csv", columns, (columns[0].name,), pair_rules, "", "", "")


def table_of(contract: Contract, values: dict[str, list[Any]]) -> pa.Table:
    """The table as the door stages it: typed columns, verdicts and row numbers, which begin at 11."""
    columns: dict[str, pa.Array] = {}
    for one in contract.columns:
        columns[one.name] = pa.array(values[one.name], arrow_type(one))
        columns |= verdicts(one, columns[one.name])
    count = len(next(iter(columns.values())))
    return pa.table({**columns, "_row_number": pa.array(range(11, 11 + count), NUMBER)})


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def outcomes(
    connection: duckdb.DuckDBPyConnection, contract: Contract, table: pa.Table, engine: str
) -> list[tuple[str, str, int, list[int]]]:
    connection.register("arriving", table)
    connection.execute("create or replace temp table staged as select * from arriving")
    return [
        (one.rule.check_name, one.rule.column_name, one.count_evaluated, list(one.failing))
        for one in evaluate(contract, connection, "staged", table.num_rows, engine)
    ]


# -- rules


def test_rules_follow_the_contract() -> None:
    rules = [(rule.check_name, rule.column_name) for rule in rules_of(load_contract("registers__stop_list"))]
    assert rules == [
        ("not_null", "iin"),
        ("matches_pattern", "iin"),
        ("iin_valid", "iin"),
        ("not_null", "stop_list_code"),
        ("in_set", "stop_list_code"),
        ("not_null", "valid_from"),
        ("in_order", "valid_to"),
    ]


def test_free_text_has_rules_of_its_own() -> None:
    of_columns: dict[str, set[str]] = {}
    for rule in rules_of(load_contract("platform__registrations")):
        of_columns.setdefault(rule.column_name, set()).add(rule.check_name)
    assert of_columns["last_name"] == {"not_null", "clean_text", "text_length"}
    for name in ("iin", "track_code", "candidate_no", "submission_no", "birth_on"):
        assert not of_columns[name] & {"clean_text", "text_length"}


def test_names_and_codes_with_quotes_stay_names_and_codes(connection: duckdb.DuckDBPyConnection) -> None:
    odd = column('a" or 1=1 --', "string", "VARCHAR", valid_values=("it's", '"', "x' or 'x'='x"))
    contract = contract_of(odd)
    table = table_of(contract, {odd.name: ["it's", '"', "its", None, "x", "x' or 'x'='x"]})
    for engine in ENGINES:
        assert outcomes(connection, contract, table, engine) == [("in_set", odd.name, 5, [13, 15])]


# -- verdicts


@pytest.mark.parametrize(
    "value", ["R25-000001\n", "R25-00000١", "xR25-000001", "R25-0000011", "r25-000001", ""]
)
def test_forms_are_matched_whole_and_in_ascii(value: str) -> None:
    one = load_contract("platform__sittings").column("candidate_no")
    judged = verdicts(one, pa.array([value, "R25-000001", None]))["_matches_pattern_candidate_no"]
    assert judged.to_pylist() == [False, True, None]


def patterns() -> list[str]:
    found = {one.pattern for feed in feed_names() for one in load_contract(feed).columns if one.pattern}
    return sorted(found)


def examples_of(pattern: str) -> list[str]:
    columns = [one for feed in feed_names() for one in load_contract(feed).columns if one.pattern == pattern]
    return [example for one in columns for example in one.examples] + ["920615400001", "GPO-2025-03"]


@pytest.mark.parametrize("pattern", patterns())
def test_forms_mean_what_they_mean_in_python(pattern: str) -> None:
    rng = random.Random(1)
    alphabet = "RZaz09-_@.+ /ЖəК٣３é\n\r\x00\u00a0\u2028"
    texts = examples_of(pattern)
    for _ in range(5_000):
        text = list(rng.choice(texts[:50]))
        for _ in range(rng.randint(0, 3)):
            place = rng.randrange(len(text) + 1)
            text[place : place + rng.randint(0, 1)] = rng.choice([*alphabet, "0", "7", "A", "Q", ""])
        texts.append("".join(text))
    form = re.compile(pattern.removeprefix("^").removesuffix("$"), re.ASCII)
    one = column("x", "string", "VARCHAR", pattern=pattern)
    judged = verdicts(one, pa.array(texts))["_matches_pattern_x"].to_pylist()
    assert judged == [form.fullmatch(text) is not None for text in texts]
    assert {True, False} == set(judged)


def test_an_iin_without_its_form_is_left_to_the_form() -> None:
    one = load_contract("registers__stop_list").column("iin")
    judged = verdicts(one, pa.array(["920615400001", "920615400002", "61211600012", None]))
    assert judged["_iin_valid_iin"].to_pylist() == [True, False, None, None]


HIDDEN = [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0), 0x061C, 0x200E, 0x200F]
HIDDEN += [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF, 0xFFFD]


def test_hidden_characters_and_no_others_are_forbidden() -> None:
    one = column("x", "string", "VARCHAR")
    codes = [code for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF]
    judged = verdicts(one, pa.array([f"Ә{chr(code)}b" for code in codes]))["_clean_text_x"].to_pylist()
    assert [code for code, is_clean in zip(codes, judged, strict=True) if not is_clean] == HIDDEN


def test_text_is_measured_in_characters() -> None:
    one = column("x", "string", "VARCHAR")
    texts = pa.array(["Ұ" * MAX_TEXT_CHARACTERS, "Ұ" * (MAX_TEXT_CHARACTERS + 1), None, "a"])
    assert verdicts(one, texts)["_text_length_x"].to_pylist() == [True, False, None, True]
    assert verdicts(one, texts)["_clean_text_x"].to_pylist() == [True, True, None, True]


def test_verdicts_are_those_that_the_rules_ask_for() -> None:
    for feed in feed_names():
        contract = load_contract(feed)
        made = {name for one in contract.columns for name in verdicts(one, pa.array([], arrow_type(one)))}
        asked = {name for rule in rules_of(contract) for name in rule.columns} - set(contract.column_names)
        assert made == asked


# -- evaluation


def test_small_files_go_to_great_expectations() -> None:
    assert engine_for(1) == engine_for(GX_MAX_ROWS) == ENGINE_GX
    assert engine_for(GX_MAX_ROWS + 1) == ENGINE_DUCKDB


@pytest.mark.parametrize("engine", [*ENGINES, None])
def test_no_rows_fail_nothing(connection: duckdb.DuckDBPyConnection, engine: str | None) -> None:
    contract = load_contract("agency__quota_revisions")
    found = evaluate(contract, connection, "there_is_no_such_table", 0, engine)
    assert [outcome.rule for outcome in found] == list(rules_of(contract))
    assert all(outcome.count_evaluated == 0 and list(outcome.failing) == [] for outcome in found)


@pytest.mark.parametrize("engine", ENGINES)
def test_each_file_is_judged_by_itself(connection: duckdb.DuckDBPyConnection, engine: str) -> None:
    contract = load_contract("platform__withdrawals")
    given = {"candidate_no": ["R25-000001"], "withdrawn_at": [datetime(2025, 8, 1)]}
    for number, expected in ((None, {11}), ("1", set()), (None, {11})):
        table = table_of(contract, {**given, "withdrawal_id": [number]})
        found = outcomes(connection, contract, table, engine)
        assert {row for *_, rows in found for row in rows} == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_a_rule_that_cannot_be_evaluated_stops_the_file(
    connection: duckdb.DuckDBPyConnection, engine: str
) -> None:
    contract = load_contract("platform__withdrawals")
    given = {"withdrawal_id": ["1"], "candidate_no": ["R25-000001"], "withdrawn_at": [datetime(2025, 8, 1)]}
    table = table_of(contract, given)
    for wrong in (table.select(["_row_number"]), table.drop_columns(["_clean_text_withdrawal_id"])):
        with pytest.raises(RezervError) as caught:
            outcomes(connection, contract, wrong, engine)
        assert caught.value.message_key == "check_failed_to_run"


@pytest.mark.parametrize("engine", ENGINES)
def test_what_each_rule_says(connection: duckdb.DuckDBPyConnection, engine: str) -> None:
    contract = load_contract("platform__sittings")
    count = 4
    given: dict[str, list[Any]] = {one.name: [None] * count for one in contract.columns}
    start = datetime(2025, 8, 2, 4)
    given |= {
        "sitting_id": ["1", "2", "3\u202e", None],
        "candidate_no": ["R25-000001", None, "R25-00001", "R25-000001\n"],
        "attempt_no": [1, 9, 0, 10],
        "started_at": [start] * count,
        "finished_at": [start, start - timedelta(microseconds=1), start + timedelta(hours=1), None],
    }
    found = {
        (check, name): rest
        for check, name, *rest in outcomes(connection, contract, table_of(contract, given), engine)
    }
    assert found["not_null", "sitting_id"] == [4, [14]]
    assert found["clean_text", "sitting_id"] == [3, [13]]
    assert found["matches_pattern", "candidate_no"] == [3, [13, 14]]
    assert found["between", "attempt_no"] == [4, [13, 14]]
    assert found["in_order", "finished_at"] == [3, [12]]


# -- both engines say the same


def random_value(rng: random.Random, one: Column) -> Any:
    """Some value of the column's type: often allowed, often not, often missing."""
    match one.logical_type:
        case "string":
            odd = [
                "",
                " ",
                "x",
                "R25-000001",
                "R25-000001\n",
                "R25-00001",
                "KZ",
                "920615400001",
                "a\u200eb",
                "Ә'\"",
            ]
            return rng.choice([*odd, *one.valid_values, *one.valid_values, *one.examples, *one.examples])
        case "integer":
            near = [bound for bound in (one.minimum, one.maximum, 5) if bound is not None]
            return rng.choice([rng.choice(near) + rng.randint(-1, 1), -(2**31), 2**31 - 1])
        case "number":
            edges = [Decimal("0.0000"), Decimal("1.0000"), Decimal("1.0001"), Decimal("-0.0001")]
            return rng.choice([*edges, Decimal("99999999.9999"), Decimal("0.5000")])
        case "boolean":
            return rng.random() < 0.5
        case "date":
            near = [date(2025, 6, 1) + timedelta(days=rng.randint(0, 3)) for _ in range(6)]
            return rng.choice([*near, date(1, 1, 1), date(9999, 12, 31)])
        case "timestamp":
            moments = [datetime(2025, 6, 1, 4) + timedelta(microseconds=rng.randint(0, 2)) for _ in range(6)]
            return rng.choice([*moments, datetime(1, 1, 2), datetime(9999, 12, 30)])
    raise ValueError(one.logical_type)


def random_table(rng: random.Random, contract: Contract, count: int) -> pa.Table:
    values = {}
    for one in contract.columns:
        share_missing = rng.choice([0, 0.2, 0.2, 1])
        values[one.name] = [
            None if rng.random() < share_missing else random_value(rng, one) for _ in range(count)
        ]
    return table_of(contract, values)


EVERY_RULE = contract_of(
    column("code", "string", "VARCHAR", valid_values=("a", "b", "it's")),
    column("number", "number", "DECIMAL(12,4)", minimum=0, maximum=1),
    column("from_zero", "integer", "INTEGER", minimum=0),
    column("up_to_zero", "number", "DECIMAL(12,4)", maximum=0),
    column(
        "iin",
        "string",
        "VARCHAR",
        pattern=r"^\d{12}$",
        check="iin",
        examples=("920615400001", "920615400002"),
    ),
    column("text", "string", "VARCHAR"),
    column("first_on", "date", "DATE"),
    column("last_on", "date", "DATE"),
    column("first_at", "timestamp", "TIMESTAMP"),
    column("last_at", "timestamp", "TIMESTAMP"),
    pair_rules=(
        PairRule("last_on", "first_on", False, ""),
        PairRule("last_on", "first_on", True, ""),
        PairRule("last_at", "first_at", True, ""),
        PairRule("last_at", "first_at", False, ""),
        PairRule("number", "up_to_zero", False, ""),
    ),
)


@pytest.mark.parametrize("feed", [*feed_names(), None])
def test_both_engines_say_the_same(connection: duckdb.DuckDBPyConnection, feed: str | None) -> None:
    contract = EVERY_RULE if feed is None else load_contract(feed)
    rng = random.Random(feed)
    for count in (1, 60) if feed else (1, 2, 30, 200):
        table = random_table(rng, contract, count)
        found = outcomes(connection, contract, table, ENGINE_GX)
        assert found == outcomes(connection, contract, table, ENGINE_DUCKDB)
        assert [name for name, *_ in found] == [rule.check_name for rule in rules_of(contract)]


def test_rules_of_one_pair_are_told_apart(connection: duckdb.DuckDBPyConnection) -> None:
    contract = contract_of(
        *EVERY_RULE.columns[6:8],
        pair_rules=(PairRule("last_on", "first_on", False, ""), PairRule("last_on", "first_on", True, "")),
    )
    table = table_of(contract, {"first_on": [date(2025, 6, 1)] * 2, "last_on": [date(2025, 6, 1)] * 2})
    for engine in ENGINES:
        assert [rows for *_, rows in outcomes(connection, contract, table, engine)] == [[11, 12], []]


# -- Great Expectations


def test_a_suite_has_every_rule_of_the_contract() -> None:
    contract = load_contract("platform__registrations")
    suite = expectation_suite(contract)
    assert suite.name == contract.feed
    told = [(one.meta["rule"], one.meta["check_name"], one.meta["column_name"]) for one in suite.expectations]
    assert told == [(n, rule.check_name, rule.column_name) for n, rule in enumerate(rules_of(contract))]


def test_every_kind_of_rule_has_its_reason() -> None:
    reasons = {rule.check_name: rule.reason_code for rule in rules_of(EVERY_RULE)}
    assert reasons["clean_text"] == quarantine.FORBIDDEN_CHARACTERS
    assert reasons["text_length"] == quarantine.TOO_LONG
    assert verdict_column("clean_text", "text") == "_clean_text_text"


def test_the_library_reports_to_nobody() -> None:
    _, whole_frame = expectations._great_expectations()
    context = whole_frame.data_asset.datasource.data_context
    assert context.config.analytics_enabled is False
    assert os.environ["GX_ANALYTICS_ENABLED"] == "False"
