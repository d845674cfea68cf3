"""What `rezerv preview` found last, and what `rezerv verify` did: files that stand beside the releases.

Belongs here: finding and reading these files. Does not belong here: making them (orchestration/), the
questions to a release (the other modules of this package). A preview's file is named by the hash of what it
says and never changes; a pointer names the newest. This module does not know Streamlit.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from dashboards.warehouse.releases import Row, WarehouseError, releases_dir

POINTER_NAME = "PREVIEW.json"
VERIFICATION_NAME = "verification.json"

_log = logging.getLogger(__name__)


class PreviewUnreadable(WarehouseError):
    """A file that says what was previewed or verified cannot be read. Params: `file`."""

    key = "error.preview_unreadable"


@dataclass(frozen=True)
class Preview:
    """The newest preview; moments are UTC without zone. `rows` asks its file."""

    preview_hash: str
    file: Path
    season_code: str
    made_at: datetime
    as_of: datetime
    count_affected: int

    def rows(self, sql: str, params: Mapping[str, object] | None = None) -> list[Row]:
        """Run one query on the file and return its rows; raises PreviewUnreadable."""
        try:
            with duckdb.connect(str(self.file), read_only=True) as connection:
                connection.execute(sql, dict(params or {}))
                names = [column[0] for column in connection.description or ()]
                return [dict(zip(names, values, strict=True)) for values in connection.fetchall()]
        except duckdb.Error as error:
            _log.error("a query on the preview %s failed: %s", self.file.name, error)
            raise PreviewUnreadable(file=self.file.name) from error


@dataclass(frozen=True)
class Verification:
    """What verifying the ledger last found: acts that hold, and the first thing that does not, in words."""

    verified_at: datetime
    release_id: str | None
    act_hashes: Sequence[str]
    count_waiting: int
    finding: Mapping[str, str] | None


def corrections_dir() -> Path:
    """Return the folder of previews: REZERV_CORRECTIONS_DIR, else `corrections` of the home."""
    named = os.environ.get("REZERV_CORRECTIONS_DIR", "").strip()
    return Path(named) if named else Path(os.environ.get("REZERV_HOME", "").strip() or "data") / "corrections"


def newest_preview(folder: Path | None = None) -> Preview | None:
    """Return the newest preview, None where nobody has looked at a file yet; raises PreviewUnreadable."""
    folder = folder or corrections_dir()
    content = _read(folder / POINTER_NAME)
    if content is None:
        return None
    try:
        file = folder / Path(content["file"]).name
        preview = Preview(
            str(content["preview_hash"]), file, str(content["season_code"]), _moment(content["made_at"]),
            _moment(content["as_of"]), int(content["count_affected"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise PreviewUnreadable(file=POINTER_NAME) from error
    if not file.is_file():
        raise PreviewUnreadable(file=file.name)
    return preview


def last_verification(folder: Path | None = None) -> Verification | None:
    """Return what verifying the ledger last found, None where nobody did; raises PreviewUnreadable."""
    content = _read((folder or releases_dir()) / VERIFICATION_NAME)
    if content is None:
        return None
    try:
        return Verification(
            _moment(content["verified_at"]), content["release_id"], list(content["act_hashes"]),
            int(content["count_waiting"]), content["finding"],
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise PreviewUnreadable(file=VERIFICATION_NAME) from error


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        _log.error("cannot read %s: %s", file, error)
        raise PreviewUnreadable(file=file.name) from error


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def files(preview: Preview) -> list[Row]:
    """Return the files that were looked at, with what the door made of each."""
    return preview.rows("from files order by feed, source_file, content_sha256")


def outside(preview: Preview) -> list[Row]:
    """Return how many rows would stay outside, by feed, column and reason, with the reason's texts."""
    return preview.rows("from outside order by feed, column_name, reason_code")


def claims(preview: Preview) -> list[Row]:
    """Return the claims of severity ERROR that would not hold: with one, a release would be refused."""
    return preview.rows("from claims order by check_name")


def counts(preview: Preview) -> list[Row]:
    """Return by stage how many would enter, leave or stand otherwise, and who would newly go on or not."""
    return preview.rows(
        """
        select
            stage_order, stage_code, count(*) as people,
            count(*) filter (change_code = 'entered') as count_entered_stage,
            count(*) filter (change_code = 'left') as count_left_stage,
            count(*) filter (change_code = 'status') as count_status,
            count(*) filter (change_code = 'score') as count_score,
            count(*) filter (change_code = 'rank') as count_rank,
            count(*) filter (goes_on and not went_on) as count_would_go_on,
            count(*) filter (went_on and not goes_on) as count_would_stay_out
        from standings group by stage_order, stage_code order by stage_order
        """
    )


def cuts(preview: Preview) -> list[Row]:
    """Return the cuts that would move, by stage and track, before and after."""
    return preview.rows("from cuts order by stage_order, track_code")


def lists(preview: Preview) -> list[Row]:
    """Return the published lists that today's data would newly differ from."""
    return preview.rows("from lists order by stage_order")


def drift_counts(preview: Preview) -> list[Row]:
    """Return by stage how many people would newly differ from the list published by an act, by kind."""
    return preview.rows(
        """
        select
            stage_order, stage_code, count(*) as people,
            count(*) filter (change_code = 'entered') as count_entered_stage,
            count(*) filter (change_code = 'left') as count_left_stage,
            count(*) filter (change_code = 'status') as count_status,
            count(*) filter (change_code = 'score') as count_score,
            count(*) filter (change_code = 'rank') as count_rank
        from drift group by stage_order, stage_code order by stage_order
        """
    )


def drifted(preview: Preview, limit: int | None = None) -> list[Row]:
    """Return who would newly differ from a list published by an act, at most `limit`, ranks last."""
    return preview.rows(
        """
        from drift
        order by list_position(['entered', 'left', 'status', 'score', 'rank'], change_code),
            stage_order, track_code, candidate_no
        limit $limit
        """,
        {"limit": limit if limit is not None else 2**62},
    )


def people(preview: Preview, limit: int | None = None) -> list[Row]:
    """Return whose standing would be another one, at most `limit`, first those who go on or no longer do."""
    return preview.rows(
        """
        from standings
        order by went_on = goes_on,
            list_position(['entered', 'left', 'status', 'score', 'rank'], change_code),
            stage_order, track_code, candidate_no
        limit $limit
        """,
        {"limit": limit if limit is not None else 2**62},
    )
