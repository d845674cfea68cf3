"""The rules of a contract as expectations, and their evaluation.

Belongs here: turning a contract into rules about values (present, in the code list, of the agreed form, in
range, valid IIN, clean text, in order) and evaluating them. Each rule is written once, as an expectation with
its arguments; Great Expectations evaluates it in small files, and DuckDB, by the condition made of the same
arguments, in large ones (docs/decisions/0003). Rules about the file as such and about repeated rows are in
``door.py`` and ``stage.py``; rules across feeds and claims of the Order in ``dbt_project/``.

Every rule is first asked for its verdict alone; only for rules that failed are the failing rows asked for, by
row number. The answers with values stay inside this module.
"""

from __future__ import annotations

import logging
import os
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ingestion import iin, quarantine
from ingestion.contracts.model import Column, Contract, PairRule
from ingestion.errors import RezervError
from ingestion.limits import MAX_TEXT_CHARACTERS
from ingestion.stage import ROW_NUMBER, quoted_name
from ingestion.workbench import quoted

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import pyarrow as pa

ENGINE_GX = "great_expectations"
ENGINE_DUCKDB = "duckdb"
# Great Expectations holds all rows in a data frame, 0.6 GB for a million: memory that grows with the file.
GX_MAX_ROWS = 200_000

# Without names of columns that tell rows apart the library gives the frame's index, at once; with them it
# looks up every failing row by itself (50 s more for a million). Values stay out of its answer.
_FAILING_ROWS = {
    "result_format": "COMPLETE",
    "exclude_unexpected_values": True,
    "return_unexpected_index_query": False,
    "partial_unexpected_count": 0,
}
# Control characters but tab, line feed and carriage return; marks that turn the direction of writing; what
# stands for a character that was lost; the mark of byte order.
_HIDDEN_CHARACTERS = (
    r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x{9F}"
    r"\x{061C}\x{200E}\x{200F}\x{202A}-\x{202E}\x{2066}-\x{2069}\x{FFFD}\x{FEFF}]"
)


# Rules about free text, of which there are three for every such column.
_TEXT_CHECKS = frozenset({"clean_text", "text_length", "no_iin"})
# Each kind of rule: the reason it gives, and the expectation that decides it.
_KINDS = {
    "not_null": (quarantine.MISSING_VALUE, "ExpectColumnValuesToNotBeNull"),
    "in_set": (quarantine.UNKNOWN_CODE, "ExpectColumnValuesToBeInSet"),
    "matches_pattern": (quarantine.BAD_PATTERN, "ExpectColumnValuesToBeInSet"),
    "between": (quarantine.OUT_OF_RANGE, "ExpectColumnValuesToBeBetween"),
    "iin_valid": (quarantine.BAD_IIN, "ExpectColumnValuesToBeInSet"),
    "clean_text": (quarantine.FORBIDDEN_CHARACTERS, "ExpectColumnValuesToBeInSet"),
    "no_iin": (quarantine.HOLDS_IIN, "ExpectColumnValuesToBeInSet"),
    "text_length": (quarantine.TOO_LONG, "ExpectColumnValuesToBeInSet"),
    "in_order": (quarantine.WRONG_ORDER, "ExpectColumnPairValuesAToBeGreaterThanB"),
}


@dataclass(frozen=True)
class Rule:
    """One rule of a contract about the values of a column, or of a pair of columns.

    check_name: kind of the rule. arguments: those of its expectation.
    """

    check_name: str
    column_name: str
    arguments: Mapping[str, Any] = field(compare=False)

    @property
    def reason_code(self) -> str:
        """Reason for which a row that fails is quarantined."""
        return _KINDS[self.check_name][0]

    @property
    def expectation(self) -> str:
        """Class of the expectation in Great Expectations."""
        return _KINDS[self.check_name][1]

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that the expectation reads."""
        return tuple(
            self.arguments[name] for name in ("column", "column_A", "column_B") if name in self.arguments
        )

    @property
    def needs(self) -> tuple[str, ...]:
        """A row in which one of these columns is empty is not evaluated (all are, if there are none)."""
        return () if self.check_name == "not_null" else self.columns

    @property
    def condition(self) -> str:
        """The expectation in SQL: true where a row passes, null where it is not evaluated."""
        return _CONDITIONS[self.expectation](self.arguments)


@dataclass(frozen=True)
class Outcome:
    """What became of one rule in one file. failing: numbers of the rows that fail it, ascending."""

    rule: Rule
    count_evaluated: int
    failing: Sequence[int]


# -- from the contract to rules


def rules_of(contract: Contract) -> tuple[Rule, ...]:
    """All rules of a contract about values, column by column, then those about pairs of columns."""
    of_columns = [rule for column in contract.columns for rule in _column_rules(column)]
    return (*of_columns, *(_pair_rule(rule) for rule in contract.pair_rules))


def _column_rules(column: Column) -> Iterator[Rule]:
    name = column.name
    if column.required:
        yield Rule("not_null", name, {"column": name})
    if column.valid_values:
        yield Rule("in_set", name, {"column": name, "value_set": list(column.valid_values)})
    if column.pattern is not None:
        yield _verdict_rule("matches_pattern", name)
    if column.minimum is not None or column.maximum is not None:
        bounds = {"min_value": column.minimum, "max_value": column.maximum}
        yield Rule("between", name, {"column": name, **bounds})
    if column.is_iin:
        yield _verdict_rule("iin_valid", name)
    if _is_free_text(column):
        yield _verdict_rule("clean_text", name)
        yield _verdict_rule("text_length", name)
        if not column.is_vault:
            yield _verdict_rule("no_iin", name)


def _is_free_text(column: Column) -> bool:
    """Whether neither a code list nor a form says what the text may hold."""
    return column.logical_type == "string" and not column.valid_values and column.pattern is None


def _verdict_rule(check_name: str, column_name: str) -> Rule:
    verdict = verdict_column(check_name, column_name)
    return Rule(check_name, column_name, {"column": verdict, "value_set": [True]})


def _pair_rule(rule: PairRule) -> Rule:
    arguments = {
        "column_A": rule.column_a,
        "column_B": rule.column_b,
        "or_equal": rule.or_equal,
        "ignore_row_if": "either_value_is_missing",
    }
    return Rule("in_order", rule.column_a, arguments)


# -- verdicts: checks that take more than comparing


def verdict_column(check_name: str, column_name: str) -> str:
    """Name of the column that holds, row by row, the verdict of a check which takes more than comparing."""
    return f"_{check_name}_{column_name}"


def verdicts(column: Column, values: pa.Array) -> dict[str, pa.BooleanArray]:
    """Verdict columns of one column: form, validity of IINs, characters and length of free text.

    A verdict is null where another check speaks: on an empty value, and on an IIN that has not the form of
    one. Forms are matched here and whole, by RE2, in which digits are ASCII digits: the regular expressions
    of data frames differ by engine, and the engine by the data (docs/decisions/0003).
    """
    import pyarrow.compute as pc

    judged: dict[str, pa.BooleanArray] = {}
    if column.pattern is not None:
        form = column.pattern.removeprefix("^").removesuffix("$")
        judged["matches_pattern"] = pc.match_substring_regex(values, rf"\A(?:{form})\z")
    if column.is_iin:
        judged["iin_valid"] = iin.are_valid(values)
    if _is_free_text(column):
        judged["clean_text"] = pc.invert(pc.match_substring_regex(values, _HIDDEN_CHARACTERS))
        judged["text_length"] = pc.less_equal(pc.utf8_length(values), MAX_TEXT_CHARACTERS)
        if not column.is_vault:
            judged["no_iin"] = iin.hold_none(values)
    return {verdict_column(check, column.name): verdict for check, verdict in judged.items()}


# -- evaluation


def engine_for(count_rows: int) -> str:
    """What evaluates the rules of a file with so many rows."""
    return ENGINE_GX if count_rows <= GX_MAX_ROWS else ENGINE_DUCKDB


def evaluate(
    contract: Contract,
    connection: duckdb.DuckDBPyConnection,
    table: str,
    count_rows: int,
    engine: str | None = None,
) -> list[Outcome]:
    """Evaluate all rules of a contract on a table (a name in SQL), in the order of the rules.

    table: the contract's columns (empty where nothing parsed), its verdict columns and ``_row_number``.
    ``RezervError('check_failed_to_run')`` if a rule could not be evaluated.
    """
    rules = rules_of(contract)
    if count_rows == 0:
        return [Outcome(rule, 0, array("q")) for rule in rules]
    ways = {ENGINE_GX: _evaluate_in_gx, ENGINE_DUCKDB: _evaluate_in_duckdb}
    return ways[engine or engine_for(count_rows)](contract, rules, connection, table)


def _cannot_run(contract: Contract, rule: Rule) -> RezervError:
    check = f"{rule.check_name}({rule.column_name})"
    return RezervError("check_failed_to_run", check=check, feed=contract.feed)


# -- evaluation in DuckDB


def _of_set(arguments: Mapping[str, Any]) -> str:
    return f"{quoted_name(arguments['column'])} in ({', '.join(map(_literal, arguments['value_set']))})"


def _of_bounds(arguments: Mapping[str, Any]) -> str:
    name, bounds = quoted_name(arguments["column"]), {"min_value": ">=", "max_value": "<="}
    return " and ".join(
        f"{name} {sign} {_literal(arguments[bound])}"
        for bound, sign in bounds.items()
        if arguments[bound] is not None
    )


def _of_pair(arguments: Mapping[str, Any]) -> str:
    sign = ">=" if arguments["or_equal"] else ">"
    return f"{quoted_name(arguments['column_A'])} {sign} {quoted_name(arguments['column_B'])}"


_CONDITIONS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "ExpectColumnValuesToNotBeNull": lambda arguments: f"{quoted_name(arguments['column'])} is not null",
    "ExpectColumnValuesToBeInSet": _of_set,
    "ExpectColumnValuesToBeBetween": _of_bounds,
    "ExpectColumnPairValuesAToBeGreaterThanB": _of_pair,
}


def _literal(value: str | int) -> str:
    """A text, whole number or truth value as an SQL literal."""
    return quoted(value) if isinstance(value, str) else str(value).lower()


def _evaluate_in_duckdb(
    contract: Contract, rules: Sequence[Rule], connection: duckdb.DuckDBPyConnection, table: str
) -> list[Outcome]:
    counts = _counts(contract, rules, connection, table)
    return [
        Outcome(rule, evaluated, _failing_numbers(rule, connection, table) if failed else array("q"))
        for rule, (evaluated, failed) in zip(rules, counts, strict=True)
    ]


def _counts(
    contract: Contract, rules: Sequence[Rule], connection: duckdb.DuckDBPyConnection, table: str
) -> list[tuple[int, int]]:
    """Rows evaluated and rows failing, of every rule, in one pass."""
    import duckdb

    conditions = ", ".join(f"{rule.condition} as passes_{number}" for number, rule in enumerate(rules))
    counts = ", ".join(
        f"count(passes_{number}), count(*) filter (where not passes_{number})" for number in range(len(rules))
    )
    try:
        row = connection.execute(f"select {counts} from (select {conditions} from {table})").fetchone() or ()
    except (duckdb.ProgrammingError, duckdb.DataError):
        if len(rules) == 1:
            raise _cannot_run(contract, rules[0]) from None
        return [count for rule in rules for count in _counts(contract, [rule], connection, table)]
    return list(zip(row[::2], row[1::2], strict=True))


def _failing_numbers(rule: Rule, connection: duckdb.DuckDBPyConnection, table: str) -> array[int]:
    query = f"select {ROW_NUMBER}::bigint as n from {table} where not ({rule.condition}) order by n"
    return array("q", connection.execute(query).fetchnumpy()["n"].tobytes())


# -- evaluation in Great Expectations


def _evaluate_in_gx(
    contract: Contract, rules: Sequence[Rule], connection: duckdb.DuckDBPyConnection, table: str
) -> list[Outcome]:
    """Every rule, but those about free text only where a verdict is bad.

    They are many, nearly never fail and cost as much as any: a third of the time of a small file.
    """
    of_text = [number for number, rule in enumerate(rules) if rule.check_name in _TEXT_CHECKS]
    counts = _counts(contract, [rules[number] for number in of_text], connection, table) if of_text else []
    known = {
        number: Outcome(rules[number], evaluated, array("q"))
        for number, (evaluated, failed) in zip(of_text, counts, strict=True)
        if not failed
    }
    put = [number for number in range(len(rules)) if number not in known]
    found = _put_to_gx(contract, [rules[number] for number in put], connection, table)
    known |= dict(zip(put, found, strict=True))
    return [known[number] for number in range(len(rules))]


def _put_to_gx(
    contract: Contract, rules: Sequence[Rule], connection: duckdb.DuckDBPyConnection, table: str
) -> list[Outcome]:
    frame = _frame(contract, rules, connection, table)
    verdicts_of_rules = _validate(contract, frame, rules, "BOOLEAN_ONLY")
    failed = [rule for rule, result in zip(rules, verdicts_of_rules, strict=True) if not result.success]
    details = iter(_validate(contract, frame, failed, _FAILING_ROWS) if failed else ())
    return [
        Outcome(
            rule, _count_evaluated(rule, frame), array("q") if result.success else _numbers_in(next(details))
        )
        for rule, result in zip(rules, verdicts_of_rules, strict=True)
    ]


def _frame(
    contract: Contract, rules: Iterable[Rule], connection: duckdb.DuckDBPyConnection, table: str
) -> pd.DataFrame:
    """What the rules read, as pandas evaluates it: nullable types, dates as moments, decimals exact.

    The index has the row numbers.
    """
    import duckdb
    import pandas as pd
    import pyarrow as pa

    nullable = {
        pa.string(): pd.StringDtype("pyarrow"),
        pa.int32(): pd.Int32Dtype(),
        pa.bool_(): pd.BooleanDtype(),
    }
    readers: dict[str, Rule] = {name: rule for rule in rules for name in rule.columns}
    names = ", ".join(quoted_name(name) for name in (*readers, ROW_NUMBER))
    try:
        rows = connection.execute(f"select {names} from {table}").to_arrow_table()
    except duckdb.ProgrammingError:
        raise _cannot_run(contract, next(iter(readers.values()))) from None
    frame = rows.to_pandas(date_as_object=False, types_mapper=nullable.get)
    frame.index = pd.Index(frame.pop(ROW_NUMBER).to_numpy())  # without a name: see _FAILING_ROWS
    return frame


def _count_evaluated(rule: Rule, frame: pd.DataFrame) -> int:
    return int(frame[list(rule.needs)].notna().all(axis=1).sum()) if rule.needs else len(frame)


def _numbers_in(result: Any) -> array[int]:
    return array("q", sorted(result.result["unexpected_index_list"]))


def expectation_suite(contract: Contract, rules: Sequence[Rule] | None = None) -> Any:
    """The rules of a contract (all of them, if none are given) as Great Expectations' ``ExpectationSuite``.

    The ``meta`` of each expectation has the number of its rule among them, and its check and column: rules
    that take more than comparing are expectations about their verdict column.
    """
    gx, _ = _great_expectations()
    rules = rules_of(contract) if rules is None else rules
    expectations = [
        getattr(gx.expectations, rule.expectation)(
            **rule.arguments,
            meta={"rule": number, "check_name": rule.check_name, "column_name": rule.column_name},
        )
        for number, rule in enumerate(rules)
    ]
    return gx.ExpectationSuite(name=contract.feed, expectations=expectations)


def _validate(
    contract: Contract, frame: pd.DataFrame, rules: Sequence[Rule], result_format: str | dict[str, Any]
) -> list[Any]:
    """Great Expectations' result for each rule, in the order of the rules (its own order is another)."""
    _, whole_frame = _great_expectations()
    batch = whole_frame.get_batch({"dataframe": frame})
    suite = expectation_suite(contract, rules)
    results = {
        result.expectation_config.meta["rule"]: result
        for result in batch.validate(suite, result_format=result_format).results
    }
    for number, result in results.items():
        if result.exception_info.get("raised_exception") is not False:
            raise _cannot_run(contract, rules[number])
    return [results[number] for number in range(len(rules))]


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
