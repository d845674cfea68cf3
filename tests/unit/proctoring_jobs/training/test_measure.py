from __future__ import annotations

import numpy as np
import pytest

from proctoring_jobs.signals import Detection
from proctoring_jobs.training.measure import average_precision, mean_average_precision, score

BOX, ASIDE = (0.0, 0.0, 10.0, 10.0), (50.0, 0.0, 60.0, 10.0)


def test_average_precision_by_hand() -> None:
    assert average_precision(np.array([True, True]), 2) == 1
    assert average_precision(np.array([True, False, True]), 2) == pytest.approx(0.5 + 0.5 * 2 / 3)
    assert average_precision(np.array([False, True]), 1) == 0.5
    assert average_precision(np.array([], bool), 3) == 0


def test_each_true_box_is_found_once() -> None:
    truths = [[("person", BOX)], [("cell phone", ASIDE)]]
    found = [
        (Detection("person", 0.9, BOX), Detection("person", 0.8, BOX)),
        (Detection("cell phone", 0.45, ASIDE), Detection("book", 0.9, BOX)),
    ]
    scores = score(truths, found)
    person, phone, book = scores["person"], scores["cell phone"], scores["book"]
    assert (person.precision, person.recall, person.average_precision, person.count) == (0.5, 1, 1, 1)
    assert (phone.precision, phone.recall) == (1, 1)
    assert (book.count, book.precision) == (0, 0)
    assert mean_average_precision(scores) == 1


def test_what_is_below_the_rules_threshold_does_not_count_as_found() -> None:
    scores = score([[("person", BOX)]], [(Detection("person", 0.45, BOX),)])
    assert (scores["person"].recall, scores["person"].average_precision) == (0, 1)


def test_a_box_beside_the_thing_is_wrong() -> None:
    scores = score([[("person", BOX)]], [(Detection("person", 0.9, (6.0, 0.0, 16.0, 10.0)),)])
    assert scores["person"].precision == 0
