"""Thrift's compact protocol, as far as Parquet's footers and page headers use it.

Belongs here: from bytes to fields by number and kind. What the fields mean is in ``parquet_pages.py``.
"""

from __future__ import annotations

from typing import Any

BOOLEAN, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, STRUCT = 2, 3, 4, 5, 6, 7, 8, 9, 12
_TRUE = 1
_LONG = 15  # a list of more items than fit beside their kind
_MAX_DEPTH = 16
_MAX_ITEMS = 500_000

# Fields by number and kind: a reader of a schema takes a field of another kind for an unknown one.
Fields = dict[tuple[int, int], Any]


class ThriftReader:
    """Reads values from bytes. ``IndexError`` where they end too early, ``ValueError`` if not understood."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._count_items = 0
        self.position = 0

    def struct(self, depth: int = 0) -> Fields:
        """The fields of a struct; text and bytes as their lengths only."""
        fields: Fields = {}
        number = 0
        while head := self._byte():
            kind = head & 15
            number = number + (head >> 4) if head >> 4 else self._signed()
            if kind in (_TRUE, BOOLEAN):
                key, value = (number, BOOLEAN), kind == _TRUE
            else:
                key, value = (number, kind), self._value(kind, depth)
            if key in fields:
                raise ValueError("a field stands twice")
            fields[key] = value
        return fields

    def _value(self, kind: int, depth: int) -> Any:
        self._count_items += 1
        if depth > _MAX_DEPTH or self._count_items > _MAX_ITEMS:
            raise ValueError("too much")
        if kind in (I16, I32, I64):
            return self._signed()
        if kind == BINARY:
            length = self._unsigned()
            self.position += length
            return length
        if kind in (BYTE, DOUBLE):
            self.position += 1 if kind == BYTE else 8
            return None
        if kind == STRUCT:
            return self.struct(depth + 1)
        if kind == LIST:
            return self._list(depth + 1)
        raise ValueError("not understood")

    def _list(self, depth: int) -> list[Any]:
        head = self._byte()
        kind, count = head & 15, head >> 4
        if count == _LONG:
            count = self._unsigned()
        if kind in (_TRUE, BOOLEAN):
            return [self._byte() for _ in range(count)]
        return [self._value(kind, depth) for _ in range(count)]

    def _byte(self) -> int:
        byte = self._content[self.position]
        self.position += 1
        return byte

    def _unsigned(self) -> int:
        value = shift = 0
        while shift < 64:
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7
        raise ValueError("not understood")

    def _signed(self) -> int:
        value = self._unsigned()
        return (value >> 1) ^ -(value & 1)
