"""Reproducible randomness: named, independent streams and stable identifiers.

Belongs here: how a (seed, name) becomes random numbers or an identifier. Does not belong here: what is drawn
(the themed modules) and who is in a block (people.py). Every topic has a stream of its own, so switching a
scenario on or off leaves the draws of everybody else as they were.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np


class Streams:
    """Named random generators of one season, all derived from its seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def _digest(self, names: Sequence[object]) -> bytes:
        text = "|".join(str(name) for name in (self.seed, *names))
        return hashlib.blake2b(text.encode(), digest_size=16).digest()

    def rng(self, *names: object) -> np.random.Generator:
        """The generator of a topic; the same names give the same numbers."""
        return np.random.Generator(np.random.PCG64(int.from_bytes(self._digest(names), "big")))

    def code(self, *names: object, length: int = 12) -> str:
        """A stable upper-case hexadecimal identifier that reveals nothing of its names."""
        return self._digest(names).hex()[:length].upper()

    def codes(self, prefix: str, names: Iterable[object], length: int = 12) -> np.ndarray:
        """One identifier per name, below a common prefix that also leads the identifier."""
        return np.array([f"{prefix}{self.code(prefix, name, length=length)}" for name in names], dtype=object)


class Draws:
    """Draws for the whole population, block by block: the base first, then each scenario's own people."""

    def __init__(self, streams: Streams, blocks: Sequence[tuple[str, int]]) -> None:
        self.streams = streams
        self.blocks = tuple(blocks)

    def _shape(self, count: int, width: int) -> tuple[int, ...]:
        return (count,) if width == 1 else (count, width)

    def uniform(self, topic: str, width: int = 1) -> np.ndarray:
        """Uniform numbers in [0, 1), one row a person."""
        parts = [
            self.streams.rng("draw", name, topic).random(self._shape(count, width))
            for name, count in self.blocks
        ]
        return np.concatenate(parts)

    def normal(self, topic: str, width: int = 1) -> np.ndarray:
        """Standard normal numbers, one row a person."""
        parts = [
            self.streams.rng("draw", name, topic).standard_normal(self._shape(count, width))
            for name, count in self.blocks
        ]
        return np.concatenate(parts)

    def integers(self, topic: str, high: int, width: int = 1) -> np.ndarray:
        """Integers in [0, high), one row a person."""
        return np.minimum((self.uniform(topic, width) * high).astype(int), high - 1)

    def choice(self, topic: str, values: Sequence[str], weights: Sequence[float]) -> np.ndarray:
        """One of the values per person, by weight."""
        edges = np.cumsum(np.asarray(weights, dtype=float))
        places = np.searchsorted(edges / edges[-1], self.uniform(topic), side="right")
        return np.asarray(values, dtype=object)[np.minimum(places, len(values) - 1)]
