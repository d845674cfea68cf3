"""The figures of a release that stage reports show, and the names of its codes in the report's language.

Belongs here: reading one release once, and giving what was asked about a stage. Not here: the questions
(`questions.py`), sentences, tables and charts (`happened.py`, `quality.py`, `exceptions.py`, `compared.py`,
`outreach.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from orchestration.errors import OrchestrationError, UserError
from orchestration.layout.content import LANGUAGES
from orchestration.layout.texts import ReportTexts, report_texts
from orchestration.layout.values import astana
from orchestration.stage_reports.questions import NAMES, NEEDED_TABLES, QUESTIONS
from orchestration.vetting_reports import Reading, Row

if TYPE_CHECKING:
    from orchestration.releases import CurrentRelease
    from orchestration.settings import Settings

# Before the stages of the selection there is the campaign (Order §1), which nobody passes.
OUTREACH = "outreach"


@dataclass(frozen=True)
class Figures:
    """What one release says, for reports in one language.

    manifest: what the release says of itself. answers: rows by the name of a question. seeds: names by seed,
    code and language.
    """

    settings: Settings
    release: CurrentRelease
    language: str
    manifest: Row
    answers: Mapping[str, list[Row]]
    seeds: Mapping[str, Mapping[str, Mapping[str, str]]]

    def in_language(self, language: str) -> Figures:
        """The same figures for a report in another language."""
        return replace(self, language=language)

    @cached_property
    def say(self) -> ReportTexts:
        """The report's texts."""
        return report_texts(self.language)

    @property
    def season(self) -> str:
        """The season of the release."""
        return str(self.manifest["season_code"])

    def rows(self, question: str, stage: str = "") -> list[Row]:
        """The answer to a question of `questions.py`, of one stage where it is named."""
        return [row for row in self.answers[question] if not stage or row["stage_code"] == stage]

    def names(self, seed: str) -> Mapping[str, str]:
        """Code and name of each row of a seed in its order, in the report's language."""
        return {code: texts[self.language] for code, texts in self.seeds[seed].items()}

    @cached_property
    def stages(self) -> tuple[str, ...]:
        """Codes of the campaign and of the stages, in their order."""
        return (OUTREACH, *(str(row["stage_code"]) for row in self.rows("stages")))

    def stage_name(self, stage: str) -> str:
        """A stage in words."""
        return self.say("report.outreach") if stage == OUTREACH else self.names("stages")[stage]

    def has_happened(self, stage: str) -> bool:
        """Whether a stage lies behind the clock of the release: its list is due, or the campaign is over."""
        if stage == OUTREACH:
            return all(row["ends_local"] <= self.local_clock for row in self.rows("dates", stage))
        return any(row["is_published"] for row in self.rows("tracks", stage))

    @property
    def local_clock(self) -> datetime:
        """The moment up to which the data are known, in Astana time."""
        return astana(self.release.as_of or self.release.published_at)

    def stage_before(self, stage: str) -> str | None:
        """The stage before in the selection; None for the first one and the campaign."""
        place = self.stages.index(stage)
        return self.stages[place - 1] if place > 1 else None


def open_figures(settings: Settings, release: CurrentRelease, language: str) -> Figures:
    """What a release says, read at once; `OrchestrationError` for one of an older build.

    Raises `UserError` while another process writes the file.
    """
    import duckdb

    missing = Reading(release.file, language).lacks(NEEDED_TABLES)
    if missing:
        raise OrchestrationError("error.release_older", release=release.release_id, tables=", ".join(missing))
    try:
        with duckdb.connect(str(release.file), read_only=True) as connection:
            [manifest] = _rows(connection, "select * from release.manifest")
            season = {"season": str(manifest["season_code"])}
            answers = {
                name: _rows(connection, sql, season if "$season" in sql else None)
                for name, sql in QUESTIONS.items()
            }
            seeds = {seed: _named(connection, seed, season) for seed in NAMES}
    except duckdb.IOException as error:
        raise UserError("error.database_busy", file=release.file) from error
    return Figures(settings, release, language, manifest, answers, seeds)


def _rows(connection: Any, sql: str, params: Mapping[str, str] | None = None) -> list[Row]:
    cursor = connection.execute(sql, dict(params or {}))
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def _named(connection: Any, seed: str, season: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Texts of a seed's codes by language, in the order of its rows."""
    code, text, is_of_season = NAMES[seed]
    columns = ", ".join(f"{text}_{language} as {language}" for language in LANGUAGES)
    condition = "where season_code::varchar = $season" if is_of_season else ""
    rows = _rows(
        connection,
        f"select {code} as code, {columns} from seeds.{seed} {condition} order by rowid",
        season if is_of_season else None,
    )
    return {str(row["code"]): {language: str(row[language]) for language in LANGUAGES} for row in rows}


def chosen_stages(figures: Figures, asked: str) -> tuple[str, ...]:
    """The stages meant: `all`, or one by its code; `UserError` names the known ones."""
    if asked == "all":
        return figures.stages
    if asked not in figures.stages:
        raise UserError("error.stage_unknown", stage=asked, known=", ".join(figures.stages))
    return (asked,)
