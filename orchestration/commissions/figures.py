"""The release that papers for the commissions are made of, and the names of its codes.

Belongs here: opening a release for these papers, read-only, and what identifies a paper. Not here: lists
(`lists.py`), cards (`cards.py`), quotas (`quotas.py`), sentences.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from orchestration.layout.content import Identity
from orchestration.layout.texts import ReportTexts, report_texts
from orchestration.release_reading import open_release
from orchestration.vetting_reports import Reading, Row

if TYPE_CHECKING:
    from orchestration.releases import CurrentRelease
    from orchestration.settings import Settings

# A home that holds a demo says so in this file.
DEMO_MARK = "demo.json"
NEEDED_TABLES = (
    "core.fct_reserve_places",
    "reporting.rpt_commission_cards",
    "reporting.rpt_commission_lists",
    "reporting.rpt_commission_tracks",
    "reporting.rpt_quota_standings",
    "seeds.card_fields",
)


@dataclass(frozen=True)
class Figures:
    """One release, open for papers in one language; every question keeps to the release's season."""

    settings: Settings
    release: CurrentRelease
    reading: Reading

    @property
    def language(self) -> str:
        """Language of the paper."""
        return self.reading.language

    @cached_property
    def say(self) -> ReportTexts:
        """The texts of the paper."""
        return report_texts(self.language)

    @cached_property
    def manifest(self) -> Row:
        """What the release says of itself."""
        [row] = self.reading.rows("select * from release.manifest")
        return row

    @property
    def season(self) -> str:
        """The season of the release."""
        return str(self.manifest["season_code"])

    def rows(self, sql: str, **params: object) -> list[Row]:
        """The rows of one query, which names `$season` and `params`."""
        return self.reading.rows(sql, {"season": self.season, **params})

    @cached_property
    def stages(self) -> tuple[Row, ...]:
        """The season's stages in their order, with their names."""
        return tuple(
            self.rows(
                "select stage_code, stage_order, scoring_code, admits_by_code, name_{language} as stage_name"
                " from seeds.stages where season_code::varchar = $season order by stage_order"
            )
        )

    @cached_property
    def tracks(self) -> Mapping[str, str]:
        """Names of the season's tracks by code, in their order."""
        rows = self.rows(
            "select track_code, name_{language} as track_name from seeds.tracks"
            " where season_code::varchar = $season order by track_order"
        )
        return {str(row["track_code"]): str(row["track_name"]) for row in rows}

    def identity(self, stage_name: str, version: str, filters: tuple[tuple[str, str], ...] = ()) -> Identity:
        """What stands on every page of a paper."""
        return Identity(
            season=self.season,
            stage=stage_name,
            version=version,
            as_of=self.release.as_of,
            filters=filters,
            release=self.release.release_id,
            release_hash=str(self.manifest["content_hash"]),
            made_at=self.release.published_at,
            is_synthetic=(self.settings.home / DEMO_MARK).is_file(),
        )


def open_figures(settings: Settings, language: str | None = None) -> Figures:
    """The current release; `UserError` without one, `OrchestrationError` for one of an older build.

    language: of the paper, default that of the settings.
    """
    opened = open_release(settings, NEEDED_TABLES)
    reading = Reading(opened.release.file, language or settings.language)
    return Figures(settings, opened.release, reading)
