"""Statistics of forms, items and options in SQL against numpy's own, on made-up answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from orchestration.measurement.frames import read_frames
from orchestration.measurement.responses import Responses, responses
from tests.support.measured_release import CUTOFF, STATISTICS, rendered, write_measured_release
from tests.support.measurement import answers, marks

PEOPLE = 211
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def given() -> Any:
    """Two forms; five people of the first have no result that counts."""
    frame = answers(PEOPLE, seed=1)
    frame.loc[frame["candidate_no"] < "R25-000005", "is_valid"] = False
    frame.loc[(frame["item_no"] == 3) & ~frame["is_right"], "chosen_option_code"] = None
    return frame


@pytest.fixture(scope="module")
def form(given: Any) -> Responses:
    return responses(given[given["is_valid"]])


@pytest.fixture(scope="module")
def file(given: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_measured_release(tmp_path_factory.mktemp("releases"), given, marks(5))


def rows(file: Path, table: str) -> Rows:
    with duckdb.connect(str(file), read_only=True) as connection:
        frame = connection.execute(f"select * from reporting.{table} order by all").df()
    return frame.to_dict("records")


def test_items_are_those_of_numpy(file: Path, form: Responses) -> None:
    found = rows(file, "rpt_item_statistics")
    count = len(form.candidates)
    assert [row["item_no"] for row in found] == form.items.tolist() and count == PEOPLE - 5
    limit = -(-count * 27 // 100)
    low, high = np.sort(form.scores)[limit - 1], np.sort(form.scores)[-limit]
    for position, row in enumerate(found):
        right = form.right[:, position]
        rest = form.scores - right
        assert (row["count_takers"], row["count_right"]) == (count, right.sum())
        assert row["difficulty"] == pytest.approx(right.mean(), abs=5e-5)
        assert row["item_rest_correlation"] == pytest.approx(np.corrcoef(right, rest)[0, 1], abs=6e-5)
        upper, lower = right[form.scores >= high].mean(), right[form.scores <= low].mean()
        assert row["discrimination"] == pytest.approx(upper - lower, abs=1.1e-4)
    assert found[2]["count_unanswered"] == (~form.right[:, 2]).sum()


def test_the_form_is_that_of_numpy(file: Path, form: Responses) -> None:
    """Cronbach's alpha by variances of items and of the sum; the error by it; who is near the cut."""
    [row] = rows(file, "rpt_form_statistics")
    matrix = form.right.astype(float)
    items = matrix.shape[1]
    alpha = items / (items - 1) * (1 - matrix.var(axis=0).sum() / matrix.sum(axis=1).var())
    error = matrix.sum(axis=1).std() * np.sqrt(1 - alpha)
    assert row["reliability_kr20"] == pytest.approx(alpha, abs=5e-5)
    assert row["error_points"] == pytest.approx(error, abs=5e-5)
    assert row["mean_points"] == pytest.approx(matrix.sum(axis=1).mean(), abs=5e-5)
    assert row["deviation_points"] == pytest.approx(matrix.sum(axis=1).std(), abs=5e-5)
    assert row["count_near_cutoff"] == (abs(form.scores - CUTOFF) <= error).sum() > 0


def test_options_are_those_of_numpy(file: Path, form: Responses) -> None:
    found = rows(file, "rpt_item_options")
    for row in found:
        position = row["item_no"] - 1
        chosen = form.chosen[:, position] == row["option_code"].replace("-", "")
        assert row["count_chosen"] == chosen.sum()
        assert row["share_chosen"] == pytest.approx(chosen.mean(), abs=5e-5)
        if chosen.any():
            rest = (form.scores - form.right[:, position])[chosen].mean()
            assert row["mean_rest_points"] == pytest.approx(rest, abs=5e-5)
            assert row["is_key"] == form.right[chosen, position].any()
    for item in form.items:
        of_item = [row for row in found if row["item_no"] == item]
        assert sum(row["count_chosen"] for row in of_item) == len(form.candidates)
        assert [row["option_code"] for row in of_item] == ["-", "A", "B", "C", "D", "E"]


def test_another_season_with_the_same_forms_changes_nothing(given: Any, tmp_path: Path) -> None:
    file = write_measured_release(tmp_path, given, marks(30, 6, seed=1))
    alone, statistics = read_frames(file), {name: rows(file, name) for name in STATISTICS}
    with duckdb.connect(str(file)) as connection:
        tables = connection.execute(
            "select table_schema || '.' || table_name from duckdb_columns() as c"
            " inner join information_schema.tables as t using (table_name)"
            " where column_name = 'season_code' and t.table_schema in ('core', 'selection', 'seeds')"
        ).fetchall()
        assert len(tables) > 6
        for (table,) in tables:
            connection.execute(
                f"insert into {table} select * replace ('2026' as season_code) from {table}"
                " where season_code::varchar = '2025'"
            )
        for name in STATISTICS:
            connection.execute(f"create or replace table reporting.{name} as {rendered(name)}")
            connection.execute(f"delete from reporting.{name} where season_code::varchar != '2025'")
    for name, before in statistics.items():
        pd.testing.assert_frame_equal(pd.DataFrame(rows(file, name)), pd.DataFrame(before))
    beside = read_frames(file)
    for one, other in zip(
        (alone.answers, alone.marks, alone.official),
        (beside.answers, beside.marks, beside.official),
        strict=True,
    ):
        pd.testing.assert_frame_equal(one, other)
    assert (alone.scales, alone.terms) == (beside.scales, beside.terms)
