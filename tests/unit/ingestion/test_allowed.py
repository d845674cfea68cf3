"""What a contract allows, in words."""

from __future__ import annotations

import re

import pytest

from ingestion.allowed import allowed, codes_with_meaning, example_of_form
from ingestion.contracts import feed_names, load_contract
from ingestion.messages import LANGUAGES
from ingestion.quarantine import FILE_REASONS, ROW_REASONS

ALL_COLUMNS = [(feed, column.name) for feed in feed_names() for column in load_contract(feed).columns]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("file_format", ["csv", "jsonl", "xlsx", "parquet"])
def test_every_column_has_its_rules_in_words(language: str, file_format: str) -> None:
    for feed, name in ALL_COLUMNS:
        text = allowed(load_contract(feed), name, "MISSING_VALUE", file_format, language)
        assert text.strip() and "{" not in re.sub(r"\{\d+(,\d+)?\}", "", text), (feed, name)


@pytest.mark.parametrize(
    ("column", "reason", "said"),
    [
        ("list_no", "BAD_PATTERN", "of the form AAA-1234-56"),
        ("candidate_no", "BAD_PATTERN", "R25-000123"),
        ("body_code", "UNKNOWN_CODE", "table “Codes”"),
        ("result_code", "UNKNOWN_CODE", "clear, adverse, unclear"),
        ("replied_on", "NOT_PARSEABLE", "Excel date"),
        ("ground_code", "FORBIDDEN_CHARACTERS", "visible characters"),
        (None, "CONFLICTING_ROWS", "reply_no, list_no, candidate_no"),
        (None, "BROKEN_ROW", "as many values"),
        (None, "AMBIGUOUS_LETTERS", "UTF-8"),
    ],
)
def test_the_rule_that_was_broken_is_told(column: str | None, reason: str, said: str) -> None:
    assert said in allowed(load_contract("vetting__replies"), column, reason, "xlsx", "en")


def test_an_order_of_two_columns_names_both() -> None:
    feed, rule = next(
        (feed, load_contract(feed).pair_rules[0]) for feed in feed_names() if load_contract(feed).pair_rules
    )
    text = allowed(load_contract(feed), rule.column_a, "WRONG_ORDER", "csv", "ru")
    assert rule.column_a in text and rule.column_b in text


def test_an_iin_is_explained_and_not_shown() -> None:
    text = allowed(load_contract("platform__registrations"), "iin", "BAD_IIN", "jsonl", "en")
    assert "check digit" in text and not re.search(r"\d{6}", text)


def test_every_reason_can_be_asked_for() -> None:
    contract = load_contract("vetting__replies")
    for reason in (*ROW_REASONS, *FILE_REASONS):
        assert allowed(contract, "list_no", reason, "csv", "kk")


def test_examples_of_forms_keep_their_form() -> None:
    columns = [c for feed in feed_names() for c in load_contract(feed).columns if c.pattern]
    made = {c.pattern: example_of_form(c.pattern) for c in columns if c.pattern}
    assert any(made.values())
    assert all(re.fullmatch(pattern, example) for pattern, example in made.items() if example)
    # codes of some parts, and lists of them, are no simple form; their contracts give examples
    shown = [c for c in columns if c.pattern and not made[c.pattern]]
    assert shown
    for column in shown:
        assert column.examples and all(re.fullmatch(column.pattern or "", one) for one in column.examples)
    assert example_of_form("^(a|b)+$") is None


def test_codes_carry_the_names_of_their_seed() -> None:
    bodies = codes_with_meaning(load_contract("vetting__replies").column("body_code"), "kk")
    assert bodies[0] == ("GPO", "Бас прокуратура")
    assert codes_with_meaning(load_contract("vetting__replies").column("result_code"), "kk")[0] == (
        "clear",
        "",
    )
