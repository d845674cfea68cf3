"""What a contract says, as Python values.

Belongs here: the records for a feed's columns, key and rules, and the layout of its raw table. How a contract
file is read is in ``odcs.py``; how its rules are evaluated, in ``ingestion/expectations.py``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

PERSON_KEY = "person_key"
CLASSIFICATION_VAULT = "vault"
IIN_CHECK = "iin"
# What the door computes of columns that go no further than the vault; how, in ``ingestion/derivation.py``.
COMPLETED_YEARS = "completed_years"
COMPLETED_YEARS_ON_CLOSE = "completed_years_on_close"
KEYED_HASH = "keyed_hash"
DERIVATIONS = frozenset({COMPLETED_YEARS, COMPLETED_YEARS_ON_CLOSE, KEYED_HASH})


@dataclass(frozen=True)
class RawColumn:
    """One column of a raw table: name, DuckDB type, meaning."""

    name: str
    physical_type: str
    description: str


# Columns that every raw table carries after those of its contract.
BOOKKEEPING_COLUMNS = (
    RawColumn("_batch_id", "VARCHAR", "Batch with which the row landed (raw._batches)."),
    RawColumn("_source_file", "VARCHAR", "File of the batch, relative to the landing folder."),
    RawColumn("_row_number", "INTEGER", "Number of the row in the file, from 1, the header not counted."),
    RawColumn("_received_at", "TIMESTAMP", "Moment the file arrived, UTC."),
    RawColumn("_landed_seq", "BIGINT", "Order in which batches landed, ascending."),
    RawColumn("_row_hash", "VARCHAR", "Begin of the SHA-256 over the contract columns of the raw row."),
)


@dataclass(frozen=True)
class Column:
    """One column of a feed as its contract describes it.

    ``logical_type`` is string, integer, number, boolean, date or timestamp; ``valid_values`` are listed in
    the contract or come from the seed column ``code_list`` (``<seed>.<column>``).
    """

    name: str
    logical_type: str
    physical_type: str
    required: bool
    is_key: bool
    classification: str
    description: str
    pattern: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    valid_values: tuple[str, ...] = ()
    code_list: str | None = None
    check: str | None = None
    examples: tuple[str, ...] = ()

    @property
    def is_vault(self) -> bool:
        """Whether the column identifies a person and goes no further than the vault."""
        return self.classification == CLASSIFICATION_VAULT

    @property
    def is_iin(self) -> bool:
        """Whether the column holds an IIN, which becomes ``person_key`` in raw rows."""
        return self.check == IIN_CHECK


@dataclass(frozen=True)
class DerivedColumn:
    """One column that the door computes and raw rows carry, in place of a vault column that they may not.

    ``kind`` is one of ``DERIVATIONS``; ``source_columns`` are the columns of the feed that it reads, in the
    order of that kind, at least one of them a vault column.
    """

    name: str
    physical_type: str
    description: str
    kind: str
    source_columns: tuple[str, ...]


@dataclass(frozen=True)
class PairRule:
    """A rule over two columns of a row: ``column_a`` lies after ``column_b`` (or on it).

    Empty values are let through.
    """

    column_a: str
    column_b: str
    or_equal: bool
    description: str


@dataclass(frozen=True)
class Contract:
    """The contract of one feed: its columns in order, key, rules, and where it comes from.

    ``paragraph`` is the paragraph of the Order, ``file_format`` the agreed format (csv, jsonl, xlsx or
    parquet). ``is_whole_list``: whether each file says everything there is, and not what is new.
    ``database_table``: where the feed stands in the platform's database (``<schema>.<table>``), if it does.
    """

    feed: str
    version: str
    file_format: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    pair_rules: tuple[PairRule, ...]
    purpose: str
    paragraph: str
    sender: str
    derived_columns: tuple[DerivedColumn, ...] = ()
    is_whole_list: bool = False
    database_table: str | None = None

    @property
    def raw_key(self) -> tuple[str, ...]:
        """The key as raw rows carry it: ``person_key`` in place of the IIN."""
        return tuple(PERSON_KEY if self.column(name).is_iin else name for name in self.key)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns as the sender writes them, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def iin_column(self) -> Column | None:
        """The column that holds the IIN, if the feed has one."""
        return next((column for column in self.columns if column.is_iin), None)

    @property
    def has_vault_columns(self) -> bool:
        """Whether the feed names people."""
        return any(column.is_vault for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of that name; ``KeyError`` if the contract has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def content_columns(self) -> tuple[RawColumn, ...]:
        """Columns of the raw table that come from the file.

        Vault columns left out, ``person_key`` in place of the IIN, a derived column in place of the first
        vault column that it reads.
        """
        result = []
        for column in self.columns:
            if column.is_iin:
                text = "Key of the person: keyed hash of the IIN, which stays in the vault (FACTS §4)."
                result.append(RawColumn(PERSON_KEY, "VARCHAR", text))
            elif not column.is_vault:
                result.append(RawColumn(column.name, column.physical_type, column.description))
            result += [
                RawColumn(derived.name, derived.physical_type, derived.description)
                for derived in self.derived_columns
                if self._stands_for(derived) == column.name
            ]
        return tuple(result)

    def _stands_for(self, derived: DerivedColumn) -> str:
        return next(name for name in derived.source_columns if self.column(name).is_vault)

    def raw_columns(self) -> tuple[RawColumn, ...]:
        """All columns of the raw table in order: those from the file, then the bookkeeping ones."""
        return self.content_columns() + BOOKKEEPING_COLUMNS

    def columns_no_longer_allowed(self, existing: Iterable[str]) -> tuple[str, ...]:
        """Columns of an existing raw table that the contract keeps in the vault by now, in order.

        Rows that landed before the contract said so still hold people's values there.
        """
        allowed = {column.name for column in self.raw_columns()}
        kept = {column.name for column in self.columns if column.is_vault}
        return tuple(name for name in existing if name in kept and name not in allowed)
