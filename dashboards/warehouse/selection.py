"""The questions about stages and people to a release: funnel, cuts, ranked lists, the Reserve.

Belongs here: SQL of the funnel and the shortlists, with parameters. Does not belong here: what numbers mean
(dbt_project/), how they look (dashboards/components/).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from dashboards.warehouse.releases import Release, Row


@dataclass(frozen=True)
class Filters:
    """Codes that people are narrowed to; an empty tuple leaves that side open."""

    tracks: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    sexes: tuple[str, ...] = ()
    age_bands: tuple[str, ...] = ()
    employer_types: tuple[str, ...] = ()
    test_languages: tuple[str, ...] = ()

    def params(self) -> dict[str, list[str] | None]:
        """Return the named query parameters, None for an open side; languages only where some are chosen."""
        named = {field.name: list(getattr(self, field.name)) or None for field in fields(self)}
        return named if self.test_languages else {k: v for k, v in named.items() if k != "test_languages"}

    @property
    def narrows_within_tracks(self) -> bool:
        """Whether people of a track are left out, so that counts differ from those of the whole track."""
        return any((self.regions, self.sexes, self.age_bands, self.employer_types, self.test_languages))


_PEOPLE = """
    season_code::varchar = $season
    and ($tracks::varchar[] is null or list_contains($tracks::varchar[], track_code))
    and ($regions::varchar[] is null or list_contains($regions::varchar[], region_code))
    and ($sexes::varchar[] is null or list_contains($sexes::varchar[], sex_code))
    and ($age_bands::varchar[] is null or list_contains($age_bands::varchar[], age_band_code))
    and ($employer_types::varchar[] is null or list_contains($employer_types::varchar[], employer_type_code))
"""

# A release of an older build does not know the language: it is asked only where somebody chose one.
_OF_LANGUAGES = "and list_contains($test_languages::varchar[], test_language_code)"

FUNNEL_COUNTS: tuple[str, ...] = (
    "count_entered",
    "count_participated",
    "count_admitted",
    "count_not_admitted",
    "count_absent",
    "count_annulled",
    "count_excluded",
    "count_withdrawn",
    "count_pending",
)


def _people(filters: Filters) -> str:
    return f"{_PEOPLE} {_OF_LANGUAGES if filters.test_languages else ''}"


def _people_params(release: Release, filters: Filters) -> dict[str, object]:
    return {"season": release.manifest.season_code, **filters.params()}


def stages(release: Release) -> list[Row]:
    """Return the stages in order: stage_code, stage_order, admits_by_code (pass, share, places, decision)."""
    return release.rows(
        "select stage_code, stage_order, admits_by_code from seeds.stages"
        " where season_code::varchar = $season order by stage_order",
        {"season": release.manifest.season_code},
    )


def funnel_counts(release: Release, filters: Filters) -> list[Row]:
    """Return people per stage and track within `filters`; `count_admitted` holds everybody who goes on."""
    sums = ", ".join(f"sum({name})::bigint as {name}" for name in FUNNEL_COUNTS)
    return release.rows(
        f"""
        select stage_code, track_code, {sums}
        from reporting.rpt_funnel
        where {_people(filters)}
        group by stage_code, track_code
        order by stage_code, track_code
        """,
        _people_params(release, filters),
    )


def stage_tracks(release: Release) -> list[Row]:
    """Return places, cut-off (two decimals and exact fraction) and ties of each stage and whole track."""
    return release.rows(
        """
        select
            shown.stage_code, shown.stage_order, shown.track_code, shown.track_order,
            shown.count_entered, shown.count_participated, shown.count_pool, shown.limit_places,
            shown.cutoff_points, cutoffs.cutoff_numerator, cutoffs.cutoff_denominator,
            shown.count_admitted, shown.count_by_tie, shown.count_supernumerary, shown.count_over_limit,
            shown.is_shortfall, shown.is_published, shown.published_at
        from reporting.rpt_stage_tracks as shown
        left join selection.sel_cutoffs as cutoffs
            on shown.season_code = cutoffs.season_code
            and shown.stage_code = cutoffs.stage_code
            and shown.track_code = cutoffs.track_code
        where shown.season_code::varchar = $season
        order by shown.stage_order, shown.track_order
        """,
        {"season": release.manifest.season_code},
    )


_CANDIDATE_COLUMNS = """
    stage_code, track_code, candidate_no, display_order, rank, score_points, score_numerator,
    score_denominator, status_code, reason_code, is_admitted, is_at_cutoff, decision_no, paragraph,
    policy_code, region_code, sex_code, age_band_code, employer_type_code
"""

_PLACE = "stage_code = $stage and ($track::varchar is null or track_code = $track)"


def status_counts(release: Release, stage: str, track: str | None, filters: Filters) -> dict[str, int]:
    """Return how many people of a stage (and track) have each status within `filters`."""
    rows = release.rows(
        "select status_code, count(*) as people from reporting.rpt_shortlists"
        f" where {_PLACE} and {_people(filters)} group by status_code",
        {"stage": stage, "track": track, **_people_params(release, filters)},
    )
    return {row["status_code"]: row["people"] for row in rows}


def candidates(
    release: Release,
    stage: str,
    track: str | None,
    status: str | None,
    filters: Filters,
    limit: int | None = None,
) -> list[Row]:
    """Return the people of a stage (and track, and status) within `filters`, in display order by track.

    limit: at most so many; all without it.
    """
    return release.rows(
        f"""
        select {_CANDIDATE_COLUMNS}
        from reporting.rpt_shortlists
        where {_PLACE} and ($status::varchar is null or status_code = $status) and {_people(filters)}
        order by track_code, display_order
        limit $limit
        """,
        {
            "stage": stage,
            "track": track,
            "status": status,
            "limit": limit,
            **_people_params(release, filters),
        },
    )


def shortlist(release: Release, stage: str, track: str) -> list[Row]:
    """Return everybody of one stage and track, ranked people first."""
    return candidates(release, stage, track, None, Filters())


def list_counts(release: Release, stage: str, track: str) -> Row:
    """Return how many are in a list, ranked, above the cut line, and not ranked.

    `count_line`: ranked people who go on, all of them before the others of the ranking. `has_decisions` and
    `has_other_scores`: whether anybody ranked has a decision, and anybody not ranked a score.
    """
    [row] = release.rows(
        f"""
        select
            count(*) as count_people,
            count(rank) as count_ranked,
            count(rank) filter (where is_admitted) as count_line,
            count(*) filter (where rank is null) as count_others,
            count(*) filter (where status_code = 'not_admitted') as count_not_admitted,
            coalesce(bool_or(rank is not null and decision_no is not null), false) as has_decisions,
            coalesce(bool_or(rank is null and score_numerator is not null), false) as has_other_scores
        from reporting.rpt_shortlists
        where {_PLACE} and {_PEOPLE}
        """,
        {"stage": stage, "track": track, **_people_params(release, Filters())},
    )
    return row


def ranking(
    release: Release, stage: str, track: str, first: int, last: int, *, wanted: str = "", limit: int
) -> list[Row]:
    """Return the ranked people of a list from place `first` to `last` of it, at most `limit`.

    `wanted`: only those whose number has this text in it. `count_same`: how many share the rank.
    """
    return release.rows(
        f"""
        select *
        from (
            select {_CANDIDATE_COLUMNS}, count(*) over (partition by rank) as count_same
            from reporting.rpt_shortlists
            where {_PLACE} and {_PEOPLE} and rank is not null
        )
        where display_order between $first and $last and contains(candidate_no, $wanted)
        order by display_order
        limit $limit
        """,
        {
            "stage": stage, "track": track, "first": first, "last": last, "wanted": wanted, "limit": limit,
            **_people_params(release, Filters()),
        },
    )  # fmt: skip


def outside_ranking(release: Release, stage: str, track: str, limit: int) -> list[Row]:
    """Return the people of a list who have no rank, in the order of the list, at most `limit`."""
    return release.rows(
        f"""
        select {_CANDIDATE_COLUMNS}
        from reporting.rpt_shortlists
        where {_PLACE} and {_PEOPLE} and rank is null
        order by display_order
        limit $limit
        """,
        {"stage": stage, "track": track, "limit": limit, **_people_params(release, Filters())},
    )


def reserve(release: Release, track: str) -> list[Row]:
    """Return those enrolled in the Reserve from `track`, with their rank in the commission (Order §9)."""
    return release.rows(
        """
        select candidate_no, decision_no, decided_at, commission_rank, commission_points
        from reporting.rpt_reserve
        where season_code::varchar = $season and track_code = $track
        order by commission_rank nulls last, candidate_no
        """,
        {"season": release.manifest.season_code, "track": track},
    )
