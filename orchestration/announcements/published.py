"""A published list, open: its act, its rows by name of column, and the names of its codes in one language.

Belongs here: what every announcement asks of the ledger and of the seeds. Not here: what one says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.layout.content import Identity
from orchestration.layout.texts import ReportTexts, report_texts
from orchestration.ledger import KEPT, ROW_COLUMNS, Act, ledger_folder, read_acts, read_list
from orchestration.ledger import read_moment as moment_of
from orchestration.release_reading import OpenRelease, open_release
from orchestration.result_exports import ADMITTED, RESULTS, act_in_force, two_decimals

if TYPE_CHECKING:
    from orchestration.settings import Settings

NEEDED_TABLES = ("core.dim_stages", "core.dim_tracks")

_TRACKS = """
select track_code, name_kk, name_ru, name_en from core.dim_tracks
where season_code::varchar = $season order by track_order
"""
_STAGES = """
select stage_code, name_kk, name_ru, name_en from core.dim_stages
where season_code::varchar = $season order by stage_order
"""

# A row of a list by the names of its columns.
Line = Mapping[str, Any]


@dataclass(frozen=True)
class Published:
    """The list of a stage that is in force, and the one that it took the place of, if there is one.

    before: rows of the version before; None of a first version.
    """

    settings: Settings
    source: OpenRelease
    act: Act
    rows: tuple[Line, ...]
    before: tuple[Line, ...] | None

    @cached_property
    def tracks(self) -> dict[str, dict[str, str]]:
        """Names of the tracks by code and language, in the order of the Order."""
        return self._names(_TRACKS, "track_code")

    @cached_property
    def stages(self) -> dict[str, dict[str, str]]:
        """Names of the stages by code and language, in their order."""
        return self._names(_STAGES, "stage_code")

    def _names(self, sql: str, code: str) -> dict[str, dict[str, str]]:
        rows = self.source.reading.rows(sql, {"season": self.act.season})
        return {row[code]: {name: row[f"name_{name}"] for name in ("kk", "ru", "en")} for row in rows}

    @property
    def admitted(self) -> tuple[Line, ...]:
        """Rows of those who go on."""
        return tuple(row for row in self.rows if goes_on(row))

    def of_track(self, track: str) -> tuple[Line, ...]:
        """Rows of a track."""
        return tuple(row for row in self.rows if row["track_code"] == track)

    def stage_name(self, language: str) -> str:
        """Name of the stage."""
        return self.stages[self.act.stage][language]

    def track_title(self, code: str, language: str) -> str:
        """Name of a track as a heading, its first letter large."""
        name = self.tracks[code][language]
        return name[:1].upper() + name[1:]

    @property
    def next_stage(self) -> str | None:
        """Code of the stage that follows; None of the last, whose list is the Reserve."""
        codes = list(self.stages)
        place = codes.index(self.act.stage) + 1
        return codes[place] if place < len(codes) else None

    def identity(self, language: str, filters: tuple[tuple[str, str], ...] = ()) -> Identity:
        """What a document of this list is: the list and its hash stand where a report has its release."""
        return Identity(
            season=self.act.season,
            stage=self.stage_name(language),
            version=self.version_text(report_texts(language)),
            as_of=moment_of(self.act.as_of),
            filters=filters,
            release=Path(self.act.list_name or "").stem,
            release_hash=self.act.list_hash or "",
            made_at=self.act.moment,
            is_synthetic=self.settings.is_demo,
        )

    def version_text(self, say: ReportTexts) -> str:
        """Version of the list, when it was published, and which one it takes the place of (A49)."""
        places = {"version": self.act.version, "moment": self.act.moment}
        if self.act.restates is None:
            return say("announced.version", **places)
        return say("announced.version_again", **places, before=self.act.restates)


def goes_on(row: Line) -> bool:
    """Whether a row's candidate goes on, above the limit too."""
    return RESULTS[row["status_code"]] == ADMITTED


def points(row: Line, name: str = "score") -> Decimal | None:
    """Score or `cutoff` of a row with two decimals, half up (A22); None of none."""
    text = two_decimals(row[f"{name}_numerator"], row[f"{name}_denominator"])
    return None if text is None else Decimal(text)


def open_published(settings: Settings, stage: str) -> Published:
    """The list of a stage in force; `error.publish_not_published` where no act has published it.

    Raises the errors of reading the ledger: its list has to be the one of the act.
    """
    folder = ledger_folder(settings)
    act = act_in_force(settings, folder, stage)
    earlier = [
        one
        for one in read_acts(folder)
        if (one.season, one.stage) == (act.season, act.stage)
        and one.kind != KEPT
        and one.version == act.restates
    ]
    return Published(
        settings,
        open_release(settings, NEEDED_TABLES),
        act,
        _rows(folder, act),
        _rows(folder, earlier[-1]) if earlier else None,
    )


def _rows(folder: Path, act: Act) -> tuple[Line, ...]:
    return tuple(dict(zip(ROW_COLUMNS, row, strict=True)) for row in read_list(folder, act))
