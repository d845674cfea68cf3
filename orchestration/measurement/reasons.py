"""Why a statistic is not there: codes that stand in results instead of a silent empty value.

Belongs here: the codes. Not here: their texts, which are the catalogues' `measurement.reason_<code>`.
"""

from __future__ import annotations

NO_ANSWERS = "NO_ANSWERS"
"""Nobody answered anything, or nobody marked anything."""
ONE_ITEM = "ONE_ITEM"
"""The form has one item: there is no score on other items."""
TOO_FEW = "TOO_FEW"
"""Fewer people than `measurement_min_group` of seed `policy`."""
ALL_EQUAL = "ALL_EQUAL"
"""Everybody is right, or nobody is."""
NO_VARIANCE = "NO_VARIANCE"
"""What should differ does not: all scores or all marks are equal."""
ONE_GROUP = "ONE_GROUP"
"""One of the two groups that are compared is empty, or they share no score."""
ONE_SIDED = "ONE_SIDED"
"""At every score one group is always right or always wrong: the odds ratio is not finite."""
ONE_HOUR = "ONE_HOUR"
"""Everybody sat in the same hour."""
ONE_RATER = "ONE_RATER"
"""No work has two marks."""
ONE_CRITERION = "ONE_CRITERION"
"""The model needs two criteria at least."""
DISCONNECTED = "DISCONNECTED"
"""The experts fall into groups that share no work: severity cannot be compared between them."""

ALL = (
    NO_ANSWERS, ONE_ITEM, TOO_FEW, ALL_EQUAL, NO_VARIANCE, ONE_GROUP, ONE_SIDED, ONE_HOUR, ONE_RATER,
    ONE_CRITERION, DISCONNECTED,
)  # fmt: skip
