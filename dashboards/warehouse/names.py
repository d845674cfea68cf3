"""Names of codes and descriptions of columns, as the release has them in its seeds and comments.

Belongs here: what several pages show of the seeds. Does not belong here: texts of the pages themselves
(dashboards/i18n/).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboards.warehouse.releases import Release

# seed table -> (its code column, what it is ordered by, whether it has a row for each season)
_SEEDS: Mapping[str, tuple[str, str, bool]] = {
    "stages": ("stage_code", "stage_order", True),
    "tracks": ("track_code", "track_order", True),
    "regions": ("region_code", "region_code", False),
    "sexes": ("sex_code", "sex_code", False),
    "age_bands": ("age_band_code", "age_from", False),
    "education_levels": ("education_level_code", "level_order", False),
    "employer_types": ("employer_type_code", "rowid", False),
    "statuses": ("status_code", "status_order", False),
    "vetting_bodies": ("body_code", "body_order", True),
    "vetting_states": ("state_code", "state_order", False),
    "vetting_forecasts": ("forecast_code", "forecast_order", False),
    "document_needs": ("document_type_code", "need_order", False),
    "need_states": ("need_state_code", "state_order", False),
    "document_works": ("work_code", "work_order", False),
    "test_languages": ("test_language_code", "language_order", False),
    "feeds": ("feed", "feed_order", False),
    "season_tasks": ("task_code", "task_order", False),
    "track_change_effects": ("effect_code", "rowid", False),
}


def names(release: Release, seed: str, language: str) -> dict[str, str]:
    """Return the names of a seed in `language` by code, in the seed's order, first letter upper case."""
    code, order, is_seasonal = _SEEDS[seed]
    where = "where season_code::varchar = $season" if is_seasonal else ""
    params = {"season": release.manifest.season_code} if is_seasonal else {}
    rows = release.rows(
        f"select {code} as code, name_kk as kk, name_ru as ru, name_en as en"
        f" from seeds.{seed} {where} order by {order}",
        params,
    )
    return {row["code"]: _capitalised(row[language]) for row in rows}


def reason_texts(release: Release, language: str) -> dict[str, str]:
    """Return the text of each reason code in `language` (kk, ru, en)."""
    rows = release.rows(
        "select reason_code, text_kk as kk, text_ru as ru, text_en as en from seeds.reason_codes"
    )
    return {row["reason_code"]: row[language] for row in rows}


def _capitalised(name: str) -> str:
    return name[:1].upper() + name[1:]


def column_comments(release: Release, tables: Sequence[str]) -> dict[str, str]:
    """Return the warehouse's descriptions of the columns of `tables` (schema.table), by column name."""
    rows = release.rows(
        """
        select column_name, min(comment) as description
        from duckdb_columns()
        where comment is not null and trim(comment) <> ''
            and list_contains($tables, schema_name || '.' || table_name)
        group by column_name
        """,
        {"tables": list(tables)},
    )
    return {row["column_name"]: row["description"] for row in rows}


def commissions(release: Release) -> list[tuple[str, str]]:
    """Return (stage, track) of each list that a commission reads, in order."""
    rows = release.rows(
        """
        select commissions.stage_code, tracks.track_code
        from core.dim_commissions as commissions
        inner join seeds.stages as stages
            on commissions.season_code = stages.season_code and commissions.stage_code = stages.stage_code
        inner join seeds.tracks as tracks on commissions.season_code = tracks.season_code
        where commissions.season_code::varchar = $season
        order by stages.stage_order, tracks.track_order
        """,
        {"season": release.manifest.season_code},
    )
    return [(row["stage_code"], row["track_code"]) for row in rows]
