"""What the tests of the readers share: small contracts, and a file's rows read to the end."""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

import pytest

from ingestion.contracts import Contract, load_contract
from ingestion.readers import UnreadableFileError, open_table


@dataclass
class Table:
    """All that a reader gave: rows by number, broken rows, ambiguous ones."""

    names: tuple[str, ...] = ()
    remarks: frozenset[str] = frozenset()
    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    broken: dict[int, str] = field(default_factory=dict)
    ambiguous: set[int] = field(default_factory=set)
    count_chunks: int = 0

    def column(self, name: str) -> list[Any]:
        return [row[name] for row in self.rows.values()]


def contract_of(*required: str, optional: tuple[str, ...] = ()) -> Contract:
    """A contract with these text columns; the first is the key."""
    base = load_contract("platform__withdrawals")
    columns = [replace(base.columns[0], name=name, is_key=name == required[0]) for name in required]
    columns += [replace(base.columns[0], name=name, is_key=False, required=False) for name in optional]
    return replace(base, columns=tuple(columns), key=(required[0],))


AB = contract_of("a", "b")


def read_stream(name: str, stream: BinaryIO, contract: Contract = AB) -> Table:
    """Every chunk of a file."""
    reader = open_table(name, stream, contract)
    table = Table()
    for chunk in reader:
        assert all(len(column) == len(chunk.row_numbers) for column in chunk.columns.values())
        assert chunk.row_numbers or chunk.broken_rows
        table.rows |= {number: chunk.row(position) for position, number in enumerate(chunk.row_numbers)}
        table.broken |= chunk.broken_rows
        table.ambiguous |= chunk.ambiguous_rows
        table.count_chunks += 1
    table.names, table.remarks = reader.names, reader.remarks
    return table


def read(name: str, content: bytes, contract: Contract = AB) -> Table:
    """Every chunk of a file given as bytes."""
    return read_stream(name, io.BytesIO(content), contract)


def refusal(name: str, content: bytes, contract: Contract = AB) -> str:
    """Reason code with which a file is refused."""
    return refusal_of_stream(name, io.BytesIO(content), contract)


def refusal_of_stream(name: str, stream: BinaryIO, contract: Contract = AB) -> str:
    with pytest.raises(UnreadableFileError) as caught:
        read_stream(name, stream, contract)
    return caught.value.reason_code
