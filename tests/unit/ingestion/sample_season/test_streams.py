"""Named streams: the same name gives the same numbers, and blocks do not disturb each other."""

from __future__ import annotations

import numpy as np

from ingestion.sample_season.streams import Draws, Streams


def test_the_same_names_give_the_same_numbers() -> None:
    assert Streams(1).rng("a", 2).random() == Streams(1).rng("a", 2).random()
    assert Streams(1).rng("a").random() != Streams(2).rng("a").random()
    assert Streams(1).code("x") == Streams(1).code("x") != Streams(1).code("y")


def test_a_further_block_leaves_the_base_as_it_was() -> None:
    alone = Draws(Streams(3), [("base", 50)])
    together = Draws(Streams(3), [("base", 50), ("scenario", 7)])
    assert np.array_equal(alone.uniform("t", 3), together.uniform("t", 3)[:50])
    assert np.array_equal(alone.normal("t"), together.normal("t")[:50])


def test_integers_and_choice_stay_in_range() -> None:
    draws = Draws(Streams(3), [("base", 500)])
    assert set(draws.integers("n", 4)) == {0, 1, 2, 3}
    assert set(draws.choice("c", ("a", "b"), (1.0, 3.0))) == {"a", "b"}
