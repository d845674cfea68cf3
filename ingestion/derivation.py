"""What the door computes of a person before their values go to the vault.

Belongs here: the SQL of each kind of derived column (``DerivedColumn`` of a contract) over the staged columns
of a file, whose moments are UTC without zone. Nothing downstream sees what a derived column was computed
from. Which columns are derived says the contract; what they decide, ``dbt_project/``.
"""

from __future__ import annotations

from ingestion.clock import local_offset
from ingestion.contracts.model import COMPLETED_YEARS, DerivedColumn


def derived_expression(column: DerivedColumn) -> str:
    """DuckDB SQL of a derived column, over the columns that it reads by their names.

    ``ValueError`` for a kind that nobody knows; the contract refuses it before.
    """
    if column.kind == COMPLETED_YEARS:
        return f"cast({_completed_years(*column.source_columns)} as {column.physical_type})"
    raise ValueError(f"no way to derive {column.kind}")


def _completed_years(born_on: str, *moments: str) -> str:
    """Birthdays reached on the local day of the first of the moments that is not empty.

    The day itself counts; of somebody born on 29 February 28 February does where a year has no 29th
    (docs/rules.md, AGE).
    """
    day = f"cast(coalesce({', '.join(moments)}) + {_offset()} as date)"
    turned = f"cast(year({day}) - year({born_on}) as integer)"
    return f"{turned} - cast({day} < {born_on} + to_years({turned}) as integer)"


def _offset() -> str:
    return f"to_seconds({int(local_offset().total_seconds())})"
