"""What a contract allows, in the words of the people who write the files.

Belongs here: one sentence for each column and reason, in Kazakh, Russian and English, for reports to senders.
The English pages of the feeds are in ``contracts/render.py``; the rules themselves in the contracts. Texts
are in ``i18n/``, section ``report``.
"""

from __future__ import annotations

import csv
import re
from functools import cache, partial
from typing import Protocol

from ingestion import quarantine
from ingestion.contracts.model import Column, Contract
from ingestion.contracts.odcs import SEEDS_DIR
from ingestion.limits import MAX_TEXT_CHARACTERS
from ingestion.messages import section_text

# Codes that are named in the sentence itself; longer lists stand in a table of their own.
CODES_NAMED = 6
_DIGITS = "1234567890"
_TOKEN = re.compile(r"(\\.|\[[^\]]+\]|[^\\\[\]{}])(?:\{(\d+)(?:,\d*)?\})?")


class Words(Protocol):
    """Texts of section ``report`` in one language."""

    def __call__(self, code: str, /, **params: object) -> str:
        """Text of a code with its places filled."""


def words_of(language: str) -> Words:
    """Texts of section ``report`` in a language."""
    return partial(_report_text, language)


def _report_text(language: str, code: str, /, **params: object) -> str:
    return section_text("report", code, language, **params)


def allowed(
    contract: Contract, column_name: str | None, reason_code: str, file_format: str, language: str
) -> str:
    """What is allowed where an entry of quarantine stands: the rule it broke first, then the column's others.

    file_format: the format of the file that was sent (csv, jsonl, xlsx or parquet).
    """
    say = words_of(language)
    special = _rule_of_reason(contract, column_name, reason_code, say)
    if column_name is None or column_name not in contract.column_names:
        return special
    parts = [special, *_rules_of_column(contract.column(column_name), file_format, say)]
    return "; ".join(dict.fromkeys(part for part in parts if part))


def _rule_of_reason(contract: Contract, column_name: str | None, reason_code: str, say: Words) -> str:
    """What a reason says beyond the rules of its column."""
    match reason_code:
        case quarantine.DUPLICATE_ROW | quarantine.CONFLICTING_ROWS:
            return say("one_row_a_key", key=", ".join(contract.key))
        case quarantine.BROKEN_ROW:
            return say("as_many_values")
        case quarantine.FORBIDDEN_CHARACTERS:
            return say("visible_text")
        case quarantine.TOO_LONG:
            return say("short_text", maximum=MAX_TEXT_CHARACTERS)
        case quarantine.AMBIGUOUS_LETTERS | quarantine.UNREADABLE_ENCODING:
            return say("utf8")
        case quarantine.MISSING_COLUMN:
            return say("column_there")
        case quarantine.WRONG_ORDER:
            rules = [rule for rule in contract.pair_rules if rule.column_a == column_name]
            return "; ".join(
                say("not_before" if rule.or_equal else "after", first=rule.column_a, second=rule.column_b)
                for rule in rules
            )
    return ""


def _rules_of_column(column: Column, file_format: str, say: Words) -> list[str]:
    parts = [_type(column, file_format, say), say("required" if column.required else "optional")]
    if column.valid_values:
        parts.append(_codes(column, say))
    if column.is_iin:
        parts.append(say("iin"))
    elif column.pattern is not None:
        parts.append(_form(column, say))
    if column.minimum is not None and column.maximum is not None:
        parts.append(say("from_to", minimum=column.minimum, maximum=column.maximum))
    elif column.minimum is not None:
        parts.append(say("at_least", minimum=column.minimum))
    elif column.maximum is not None:
        parts.append(say("at_most", maximum=column.maximum))
    return parts


def _type(column: Column, file_format: str, say: Words) -> str:
    from ingestion.parsing import decimal_size

    kind = column.logical_type
    if file_format == "parquet" and kind not in ("string", "integer"):
        moment = "TIMESTAMP (UTC)" if kind == "timestamp" else column.physical_type
        return say("type_parquet", kind=moment)
    if kind == "number":
        return say("type_number", scale=decimal_size(column.physical_type)[1])
    has_own = file_format == "xlsx" and kind in ("boolean", "date", "timestamp")
    return say(f"type_{kind}_xlsx" if has_own else f"type_{kind}")


def _codes(column: Column, say: Words) -> str:
    if len(column.valid_values) <= CODES_NAMED:
        return say("one_of", codes=", ".join(column.valid_values))
    return say("one_of_table", table=say("table_codes"))


def _form(column: Column, say: Words) -> str:
    pattern = column.pattern or ""
    example = next(iter(column.examples), None) or example_of_form(pattern)
    form = pattern.removeprefix("^").removesuffix("$")
    return say("form", form=form) if example is None else say("form_example", form=form, example=example)


def example_of_form(pattern: str) -> str | None:
    """A made-up text of a simple form (literals, ``\\d``, ``[A-Z]``, ``{n}``); None for any other."""
    inside = pattern.removeprefix("^").removesuffix("$")
    if "".join(match.group(0) for match in _TOKEN.finditer(inside)) != inside:
        return None
    made, digits = "", 0
    for match in _TOKEN.finditer(inside):
        token, count = match.group(1), int(match.group(2) or 1)
        if token == r"\d":
            made += "".join(_DIGITS[(digits + step) % len(_DIGITS)] for step in range(count))
            digits += count
        else:
            made += token.lstrip("[\\")[0] * count
    return made if re.fullmatch(inside, made) else None


def codes_with_meaning(column: Column, language: str) -> list[tuple[str, str]]:
    """The codes that a column allows, each with its name where its seed has one in the language."""
    names = _seed_names(column.code_list, language) if column.code_list else {}
    return [(code, names.get(code, "")) for code in column.valid_values]


@cache
def _seed_names(code_list: str, language: str) -> dict[str, str]:
    seed, column = code_list.split(".")
    with (SEEDS_DIR / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    # Of a code that several rows of its seed have, the name belongs to more than the code.
    return {
        row[column]: row.get(f"name_{language}") or ""
        for row in rows
        if sum(other[column] == row[column] for other in rows) == 1
    }
