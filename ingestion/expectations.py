"""The rules of a contract as expectations, and their evaluation.

Belongs here: turning a contract into rules about values (present, in the code list, of the agreed form, in
range, valid IIN, in order) and letting Great Expectations evaluate them; it alone decides them
(docs/decisions/0003). Rules about the file as such and about repeated rows are in ``door.py``; rules across
feeds and claims of the Order in ``dbt_project/``.

Every rule is first asked for its verdict alone; only for rules that failed are the failing rows asked for, by
row number. The answers with values stay inside this module.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ingestion import iin, quarantine
from ingestion.contracts.model import Column, Contract, PairRule
from ingestion.errors import RezervError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

ROW_NUMBER = "_row_number"
_FAILING_ROWS = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": [ROW_NUMBER],
    "partial_unexpected_count": 0,
}


# Each kind of rule: the reason it gives, and the expectation that decides it.
_KINDS = {
    "not_null": (quarantine.MISSING_VALUE, "ExpectColumnValuesToNotBeNull"),
    "in_set": (quarantine.UNKNOWN_CODE, "ExpectColumnValuesToBeInSet"),
    "matches_pattern": (quarantine.BAD_PATTERN, "ExpectColumnValuesToBeInSet"),
    "between": (quarantine.OUT_OF_RANGE, "ExpectColumnValuesToBeBetween"),
    "iin_valid": (quarantine.BAD_IIN, "ExpectColumnValuesToBeInSet"),
    "in_order": (quarantine.WRONG_ORDER, "ExpectColumnPairValuesAToBeGreaterThanB"),
}


@dataclass(frozen=True)
class Rule:
    """One rule of a contract about the values of a column, or of a pair of columns.

    check_name: kind of the rule. needs: a row in which one of these columns is empty is not evaluated (all
    rows are, if there are none). arguments: those of its expectation.
    """

    check_name: str
    column_name: str
    needs: tuple[str, ...]
    arguments: Mapping[str, Any] = field(compare=False)

    @property
    def reason_code(self) -> str:
        """Reason for which a row that fails is quarantined."""
        return _KINDS[self.check_name][0]

    @property
    def expectation(self) -> str:
        """Class of the expectation in Great Expectations."""
        return _KINDS[self.check_name][1]


def rules_of(contract: Contract) -> tuple[Rule, ...]:
    """All rules of a contract about values, column by column, then those about pairs of columns."""
    of_columns = [rule for column in contract.columns for rule in _column_rules(column)]
    return (*of_columns, *(_pair_rule(rule) for rule in contract.pair_rules))


def _column_rules(column: Column) -> Iterator[Rule]:
    name, only = column.name, (column.name,)
    if column.required:
        yield Rule("not_null", name, (), {"column": name})
    if column.valid_values:
        yield Rule("in_set", name, only, {"column": name, "value_set": list(column.valid_values)})
    if column.pattern is not None:
        yield _verdict_rule("matches_pattern", name)
    if column.minimum is not None or column.maximum is not None:
        bounds = {"min_value": column.minimum, "max_value": column.maximum}
        yield Rule("between", name, only, {"column": name, **bounds})
    if column.is_iin:
        yield _verdict_rule("iin_valid", name)


def _verdict_rule(check_name: str, column_name: str) -> Rule:
    verdict = verdict_column(check_name, column_name)
    return Rule(check_name, column_name, (verdict,), {"column": verdict, "value_set": [True]})


def _pair_rule(rule: PairRule) -> Rule:
    arguments = {
        "column_A": rule.column_a,
        "column_B": rule.column_b,
        "or_equal": rule.or_equal,
        "ignore_row_if": "either_value_is_missing",
    }
    return Rule("in_order", rule.column_a, (rule.column_a, rule.column_b), arguments)


def verdict_column(check_name: str, column_name: str) -> str:
    """Name of the column that holds, row by row, the verdict of a check which takes more than comparing."""
    return f"_{check_name}_{column_name}"


def verdicts(column: Column, values: pa.Array) -> dict[str, list[bool | None]]:
    """Verdict columns of one column: whether its values have the agreed form, and whether its IINs are valid.

    A verdict is None where another check speaks: on an empty value, and on an IIN that has not the form of
    one. Forms are matched here and whole, with ASCII digits: the regular expressions of data frames differ by
    engine, and the engine by the data (docs/decisions/0003).
    """
    judges: dict[str, Callable[[str], bool | None]] = {}
    if column.pattern is not None:
        form = re.compile(column.pattern.removeprefix("^").removesuffix("$"), re.ASCII)
        judges["matches_pattern"] = lambda value: form.fullmatch(value) is not None
    if column.is_iin:
        judges["iin_valid"] = lambda value: iin.is_valid_iin(value) if iin.has_iin_form(value) else None
    texts = values.to_pylist() if judges else []
    return {
        verdict_column(check, column.name): [None if text is None else judge(text) for text in texts]
        for check, judge in judges.items()
    }


def failing_rows(contract: Contract, frame: pd.DataFrame) -> dict[Rule, frozenset[int]]:
    """Row numbers that fail each rule of the contract.

    frame: the contract's parsed columns (empty where nothing parsed), ``_row_number`` and the
    verdict columns. ``RezervError('check_failed_to_run')`` if a rule could not be evaluated.
    """
    rules = rules_of(contract)
    failing: dict[Rule, frozenset[int]] = dict.fromkeys(rules, frozenset())
    if frame.empty:
        return failing
    passed_or_not = _validate(contract, frame, rules, "BOOLEAN_ONLY")
    failed = [rule for rule, result in passed_or_not.items() if not result.success]
    if failed:
        for rule, result in _validate(contract, frame, failed, _FAILING_ROWS).items():
            failing[rule] = frozenset(
                int(entry[ROW_NUMBER]) for entry in result.result["unexpected_index_list"]
            )
    return failing


def _validate(
    contract: Contract, frame: pd.DataFrame, rules: Sequence[Rule], result_format: str | dict[str, Any]
) -> dict[Rule, Any]:
    """Great Expectations' result for each rule, in the order of the rules."""
    gx, whole_frame = _great_expectations()
    expectations = [
        getattr(gx.expectations, rule.expectation)(**rule.arguments, meta={"rule": number})
        for number, rule in enumerate(rules)
    ]
    suite = gx.ExpectationSuite(name=contract.feed, expectations=expectations)
    batch = whole_frame.get_batch({"dataframe": frame})
    results = {
        rules[result.expectation_config.meta["rule"]]: result
        for result in batch.validate(suite, result_format=result_format).results
    }
    for rule, result in results.items():
        if result.exception_info.get("raised_exception") is not False:
            check = f"{rule.check_name}({rule.column_name})"
            raise RezervError("check_failed_to_run", check=check, feed=contract.feed)
    return {rule: results[rule] for rule in rules}


@lru_cache(maxsize=1)
def _great_expectations() -> tuple[Any, Any]:
    """The library and its one batch definition, made once a process: importing it takes seconds.

    It keeps nothing on disk, draws no progress bars and reports to nobody.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "False"
    import great_expectations as gx
    import great_expectations.expectations
    from great_expectations.data_context.types.base import ProgressBarsConfig

    # Its log lines may quote values; what goes wrong is raised as an error of ours.
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("door").add_dataframe_asset("file")
    return gx, asset.add_batch_definition_whole_dataframe("whole")
