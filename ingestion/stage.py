"""The temporary tables in which one file is judged.

Belongs here: ``staged`` (its rows, typed; ``keyed`` has the person's key too), ``outside`` (why rows stay
outside), ``outside_content`` (what those rows held), the view ``accepted`` (rows that may land, with the
person's key), and the SQL that looks for repeated rows. Which
checks there are is decided in ``door.py`` and ``expectations.py``.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ingestion.contracts.model import PERSON_KEY, Contract
from ingestion.vault import PersonKeys

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

ROW_NUMBER = "_row_number"
_ROWS_KEPT_AT_ONCE = 10_000
# The secret is a row of a table, so that it stands in no text of SQL.
_TABLES = """
create or replace temp table outside (
    row_number bigint, column_name varchar, reason_code varchar, check_name varchar
);
create or replace temp table outside_content (row_number bigint, content varchar);
create or replace temp table person_secret (outer_block blob, inner_block blob);
"""
OUTER, INNER = "(select outer_block from person_secret)", "(select inner_block from person_secret)"


class Stage:
    """The tables of one file on a connection; making a new one drops those of the file before."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        contract: Contract,
        keys: PersonKeys,
        empty: pa.Table,
    ) -> None:
        """``empty`` has the columns of ``staged``, and no rows."""
        self.connection = connection
        self.contract = contract
        self.count_rows = 0
        self._add(empty, "create or replace temp table staged as")
        connection.execute(_TABLES)
        connection.execute("insert into person_secret values (?, ?)", keys.blocks)
        key = "" if contract.iin_column is None else f", {self._person_key(contract.iin_column.name)}"
        connection.execute(f"""
            create or replace temp view keyed as select *{key} from staged;
            create or replace temp view accepted as select * from keyed
            where not exists (select 1 from outside where row_number = keyed.{ROW_NUMBER})
        """)

    @staticmethod
    def _person_key(column: str) -> str:
        return f"{PersonKeys.expression(quoted_name(column), OUTER, INNER)} as {PERSON_KEY}"

    def add_rows(self, rows: pa.Table) -> None:
        """Append rows to ``staged``."""
        self._add(rows, "insert into staged")
        self.count_rows += rows.num_rows

    def _add(self, rows: pa.Table, target: str) -> None:
        self.connection.register("arriving", rows)
        self.connection.execute(f"{target} select * from arriving")
        self.connection.unregister("arriving")

    def put_outside(self, rows: Sequence[int], column: str | None, reason_code: str, check: str) -> None:
        """Note that rows stay outside for one reason."""
        if len(rows) == 0:
            return
        import pyarrow as pa

        self.connection.register("arriving", pa.table({"row_number": pa.array(rows, type=pa.int64())}))
        self.connection.execute(
            "insert into outside select row_number, ?, ?, ? from arriving", [column, reason_code, check]
        )
        self.connection.unregister("arriving")

    def count(self, relation: str, condition: str = "true") -> int:
        """Rows of one of the tables that fulfil a condition (SQL)."""
        row = self.connection.execute(f"select count(*) from {relation} where {condition}").fetchone()
        return 0 if row is None else int(row[0])

    def count_outside(self) -> int:
        """Rows that stay outside, each once."""
        row = self.connection.execute("select count(distinct row_number) from outside").fetchone()
        return 0 if row is None else int(row[0])

    def outside_rows(self) -> list[int]:
        """Numbers of the rows that stay outside, ascending."""
        found = self.connection.execute("select distinct row_number from outside order by 1").fetchall()
        return [int(row[0]) for row in found]

    def rows_failed_to_parse(self, column: str, reason_code: str) -> set[int]:
        """Rows whose value of a column was put outside for a reason."""
        query = "select row_number from outside where column_name = ? and reason_code = ?"
        return {int(row[0]) for row in self.connection.execute(query, [column, reason_code]).fetchall()}

    def keep_content(self, rows: Iterable[tuple[int, Mapping[str, object]]]) -> None:
        """Keep what rows outside held, as JSON, until the vault takes it."""
        import pyarrow as pa

        remaining = iter(rows)
        while batch := list(itertools.islice(remaining, _ROWS_KEPT_AT_ONCE)):
            texts = [_json(content) for _, content in batch]
            numbers = pa.array([number for number, _ in batch], type=pa.int64())
            self.connection.register("arriving", pa.table({"row_number": numbers, "content": texts}))
            self.connection.execute("insert into outside_content select row_number, content from arriving")
            self.connection.unregister("arriving")

    def repeated_rows(self) -> tuple[list[int], list[int]]:
        """Among rows that passed so far: duplicates of an earlier row, and rows of keys that contradict.

        Of rows equal in all columns the first stays. Where rows of a key differ none can be preferred: all of
        them go.
        """
        key = ", ".join(quoted_name(name) for name in self.contract.key)
        columns = ", ".join(quoted_name(name) for name in self.contract.column_names)
        own_key = _of("a", self.contract.key)
        same_key = " and ".join(
            f"a.{quoted_name(name)} = k.{quoted_name(name)}" for name in self.contract.key
        )
        shared = f"select {key} from accepted group by all having count(*) > 1"
        if not self._has_rows(shared):
            return [], []
        self.connection.execute(f"""
            create or replace temp table repeated as
            with shared as ({shared}),
            rows_of_shared as (select a.* from accepted as a join shared as k on {same_key}),
            versions as (select {key}, count(*) as count_versions
                         from (select distinct {columns} from rows_of_shared) group by all)
            select a.{ROW_NUMBER} as row_number, k.count_versions > 1 as is_conflicting,
                   row_number() over (partition by {own_key} order by a.{ROW_NUMBER}) as copy
            from rows_of_shared as a join versions as k on {same_key}
        """)
        duplicates = "select row_number from repeated where not is_conflicting and copy > 1 order by 1"
        conflicting = "select row_number from repeated where is_conflicting order by 1"
        return self._numbers(duplicates), self._numbers(conflicting)

    def _has_rows(self, query: str) -> bool:
        return self.connection.execute(f"select 1 from ({query}) limit 1").fetchone() is not None

    def _numbers(self, query: str) -> list[int]:
        return [int(row[0]) for row in self.connection.execute(query).fetchall()]


def _json(content: Mapping[str, object]) -> str:
    """A row as JSON; what is no text (half of a pair of surrogates) as its code."""
    text = json.dumps(content, ensure_ascii=False, default=str)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _of(table: str, names: Iterable[str]) -> str:
    return ", ".join(f"{table}.{quoted_name(name)}" for name in names)


def quoted_name(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
