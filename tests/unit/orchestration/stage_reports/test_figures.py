from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import OrchestrationError, UserError
from orchestration.layout.content import Chart
from orchestration.releases import CurrentRelease
from orchestration.settings import Settings
from orchestration.stage_reports import happened
from orchestration.stage_reports.figures import OUTREACH, Figures, chosen_stages, open_figures
from orchestration.stage_reports.outreach import per
from orchestration.stage_reports.questions import NEEDED_TABLES

AS_OF = datetime(2025, 5, 30, 19, 0)


def release(file: Path) -> CurrentRelease:
    return CurrentRelease("2025-r1", file, AS_OF, AS_OF)


@pytest.fixture()
def figures(settings: Settings, tmp_path: Path) -> Figures:
    """Three stages of which the second is published, and a campaign that ends at the clock of the release."""
    return Figures(
        settings, release(tmp_path / "r.duckdb"), "en", {"season_code": "2025"},
        {
            "stages": [{"stage_code": code} for code in ("registration", "vetting", "text_test")],
            "tracks": [
                {"stage_code": "registration", "is_published": True},
                {"stage_code": "vetting", "is_published": False},
                {"stage_code": "vetting", "is_published": True},
                {"stage_code": "text_test", "is_published": False},
            ],
            "dates": [{"stage_code": OUTREACH, "ends_local": datetime(2025, 5, 31)}],
        },
        {"stages": {"vetting": {"kk": "Тексеру", "ru": "Проверка", "en": "Vetting"}}},
    )  # fmt: skip


def test_a_release_of_an_older_build_is_refused_by_name(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "old.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema release; create table release.manifest (season_code varchar)")
    with pytest.raises(OrchestrationError) as caught:
        open_figures(settings, release(file), "en")
    assert caught.value.params["tables"] == ", ".join(sorted(NEEDED_TABLES))


def test_a_stage_has_happened_once_its_list_is_due(figures: Figures) -> None:
    assert [figures.has_happened(stage) for stage in figures.stages] == [True, True, True, False]


def test_a_campaign_has_happened_at_its_end_and_not_a_second_before(figures: Figures) -> None:
    before = replace(figures.release, as_of=datetime(2025, 5, 30, 18, 59, 59))
    assert not replace(figures, release=before).has_happened(OUTREACH)


def test_stages_have_an_order_and_names_in_each_language(figures: Figures) -> None:
    assert figures.stage_before("text_test") == "vetting"
    assert figures.stage_before("registration") is None
    assert figures.stage_before(OUTREACH) is None
    assert [figures.in_language(one).stage_name("vetting") for one in ("kk", "ru")] == ["Тексеру", "Проверка"]
    assert figures.in_language("ru").stage_name(OUTREACH) == "Информационная кампания"


def test_stages_are_chosen_by_code(figures: Figures) -> None:
    assert chosen_stages(figures, "all") == figures.stages
    assert chosen_stages(figures, "vetting") == ("vetting",)
    with pytest.raises(UserError) as caught:
        chosen_stages(figures, "vett")
    assert "vetting" in str(caught.value.params["known"])


def test_shares_and_heads_of_nothing_are_nothing() -> None:
    assert happened.share(1, 3) == Decimal(1) / Decimal(3)
    assert happened.share(0, 0) is None
    assert per(5, 2000, 1000) == Decimal("2.5")
    assert per(None, 2000, 1000) is per(5, 0, 1000) is per(5, None, 1000) is None


@pytest.mark.parametrize(
    ("scores", "categories", "values"),
    [
        ({"3": 2, "5": 1}, ("3", "4", "5"), (2, 0, 1)),
        ({"3.00": 2, "3.24": 1, "3.25": 4, "3.75": 1}, ("3.00", "3.25", "3.50", "3.75"), (3, 4, 0, 1)),
        ({"0.5": 1, "10": 2, "10.25": 3}, ("0.50",), (1,)),
    ],
)  # fmt: skip
def test_a_histogram_has_every_bar_and_everybody_once(
    figures: Figures, scores: dict[str, int], categories: tuple[str, ...], values: tuple[int, ...]
) -> None:
    rows = [{"score_points": Decimal(points), "count_people": count} for points, count in scores.items()]
    chart = happened._histogram(figures, rows)
    assert isinstance(chart, Chart)
    assert chart.categories[: len(categories)] == categories
    assert chart.series[0].values[: len(values)] == values
    assert sum(value or 0 for value in chart.series[0].values) == sum(scores.values())
    assert len(chart.categories) <= 41
