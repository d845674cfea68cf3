"""The questions about what a commission reads: its list, the cut of it, and the card of each candidate.

Belongs here: SQL of these, with parameters. Does not belong here: who is on a list and which fields a card
shows (dbt_project/, `rpt_commission_lists`, `rpt_commission_cards`), how it looks (dashboards/views/). A
member's file holds these tables with the rows of the member's stage and track. Order §8, §9.
"""

from __future__ import annotations

from collections.abc import Mapping

from dashboards.warehouse.names import names
from dashboards.warehouse.releases import Release, Row
from dashboards.warehouse.releases import require_tables as require

NEEDED_TABLES: tuple[str, ...] = (
    "reporting.rpt_commission_cards",
    "reporting.rpt_commission_lists",
    "reporting.rpt_commission_tracks",
    "seeds.card_fields",
)
TRACK, LIST_RESULT, EARLIER_RESULTS, EXPERIENCE = "track", "list_result", "earlier_results", "experience"
# Field of a card -> the seed that names its codes.
_SEEDS: Mapping[str, str] = {
    TRACK: "tracks",
    "education": "education_levels",
    "employer_type": "employer_types",
    "region": "regions",
    "age_band": "age_bands",
    "sex": "sexes",
}
_LIST = "season_code::varchar = $season and stage_code = $stage and track_code = $track"


def require_tables(release: Release) -> None:
    """Raise TablesMissing where the release is of a build that had no such lists."""
    require(release, NEEDED_TABLES)


def _params(release: Release, stage: str, track: str) -> dict[str, object]:
    return {"season": release.manifest.season_code, "stage": stage, "track": track}


def cut(release: Release, stage: str, track: str) -> Row | None:
    """Return the cut of the list that a commission reads, and its counts; None before the list is made.

    Of the list: list_stage_code, planned_at, is_provisional, version, published_at (UTC).
    """
    rows = release.rows(
        f"""
        select
            list_stage_code, planned_at, is_provisional, version, published_at, limit_places, count_pool,
            cutoff_points, count_by_tie, count_over_limit, is_shortfall, count_left_free, count_on_list,
            count_out, count_unranked
        from reporting.rpt_commission_tracks
        where {_LIST}
        """,
        _params(release, stage, track),
    )
    return rows[0] if rows else None


def lines(release: Release, stage: str, track: str) -> list[Row]:
    """Return the list in its order: those on it, then those below the cut where the commission reads them."""
    return release.rows(
        f"""
        select
            candidate_no, list_part_code, display_order, rank, score_points, score_numerator,
            score_denominator, before_points, is_at_cutoff, is_late, has_equals
        from reporting.rpt_commission_lists
        where {_LIST}
        order by list_part_code = 'below', display_order
        """,
        _params(release, stage, track),
    )


def cards(release: Release, stage: str, track: str, candidate: str | None = None) -> list[Row]:
    """Return the lines of the card of a candidate, or of all cards of the list, in the order of the list."""
    return release.rows(
        f"""
        select
            cards.candidate_no, cards.card_order, cards.field_code, cards.value_code, cards.result_stage_code,
            cards.rank, cards.count_pool, cards.score_points
        from (from reporting.rpt_commission_cards where {_LIST}) as cards
        inner join (from reporting.rpt_commission_lists where {_LIST}) as lists
            on cards.candidate_no = lists.candidate_no
        where $candidate::varchar is null or cards.candidate_no = $candidate
        order by lists.display_order, cards.card_order
        """,
        {**_params(release, stage, track), "candidate": candidate},
    )


def gives_marks(release: Release, stage: str) -> bool:
    """Whether the commission of a stage marks candidates itself: then the list is information (A9)."""
    [row] = release.rows(
        "select scoring_code <> 'none' as gives_marks from seeds.stages"
        " where season_code::varchar = $season and stage_code = $stage",
        {"season": release.manifest.season_code, "stage": stage},
    )
    return bool(row["gives_marks"])


def fields(release: Release, stage: str, language: str) -> list[Row]:
    """Return what the cards of a commission show and what not, each with its paragraph and `why`."""
    return release.rows(
        f"""
        select field_code, is_shown, paragraph, why_{language} as why
        from seeds.card_fields
        where stage_code = $stage
        order by field_order, field_code
        """,
        {"stage": stage},
    )


def value_names(release: Release, language: str) -> dict[tuple[str, str], str]:
    """Return how each code that a card can hold is called, by (field, code)."""
    return {
        (field, code): name
        for field, seed in _SEEDS.items()
        for code, name in names(release, seed, language).items()
    }
