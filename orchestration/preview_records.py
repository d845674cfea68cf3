"""What `rezerv preview` found, kept as a file that the dashboards show and that an approval names.

Belongs here: the hash of what a preview says, and the file with its counts and lists. Not here: finding it
(`corrections.py`), approving (`dashboards/`), reading approvals (`approvals.py`). A file is named by its hash
and never changed; a pointer names the newest. People stand by candidate number, of rows outside only counts.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ingestion.clock import utc_now
from ingestion.messages import LANGUAGES, message
from orchestration.verification_record import write_json

if TYPE_CHECKING:
    import duckdb

    from orchestration.corrections import Outcome, Row
    from orchestration.settings import Settings

POINTER_NAME = "PREVIEW.json"

_PERSON = {
    "stage_order": "integer", "stage_code": "varchar", "track_code": "varchar", "candidate_no": "varchar",
    "change_code": "varchar",
}  # fmt: skip
_SIDES = {
    f"{name}_{side}": kind
    for name, kind in (("status", "varchar"), ("reason", "varchar"), ("rank", "integer"))
    for side in ("before", "after")
}
_POINTS = {f"points_{side}": "decimal(9, 2)" for side in ("before", "after")}
_CUT_NAMES = ("entered", "pool", "places", "admitted", "by_tie", "supernumerary")
# Tables of the file and their columns; the lists are those of `corrections.Difference`.
_TABLES: Mapping[str, Mapping[str, str]] = {
    "files": {
        "batch_id": "varchar", "feed": "varchar", "source_file": "varchar", "content_sha256": "varchar",
        "state": "varchar",
        "count_read": "bigint", "count_landed": "bigint", "count_quarantined": "bigint",
    },
    "outside": {
        "feed": "varchar", "column_name": "varchar", "reason_code": "varchar", "count_rows": "bigint",
        **{f"text_{code}": "varchar" for code in LANGUAGES},
    },
    "claims": {"check_name": "varchar", "count_rows": "bigint"},
    "standings": {**_PERSON, **_SIDES, **_POINTS, "went_on": "boolean", "goes_on": "boolean"},
    "cuts": {
        "stage_order": "integer", "stage_code": "varchar", "track_code": "varchar",
        **{f"{name}_{side}": "bigint" for name in _CUT_NAMES for side in ("before", "after")},
        "cutoff_before": "decimal(9, 2)", "cutoff_after": "decimal(9, 2)",
    },
    "lists": {
        "stage_order": "integer", "stage_code": "varchar", "count_people": "bigint", "count_on": "bigint",
        "count_off": "bigint", "is_published_by_act": "boolean", "drift_before": "bigint",
        "drift_after": "bigint", "restatable_until": "timestamp",
    },
    "drift": {**_PERSON, **_SIDES, "is_late": "boolean"},
}  # fmt: skip


def preview_hash(outcome: Outcome) -> str:
    """SHA-256 over all that a preview says: the files' bytes, what stays outside, who stands otherwise.

    The moment is no part of it: the same files over the same data say the same an hour later, and an approval
    of it stays one. Anything else that comes out differently has another hash.
    """
    found = outcome.difference
    said = {
        "files": sorted(
            [batch.feed, sha256, batch.state, batch.count_read, batch.count_landed, batch.count_quarantined]
            for batch, sha256 in zip(outcome.landing.batches, outcome.contents, strict=True)
        ),
        "outside": outcome.reasons,
        "claims": [[claim.name, claim.count_rows] for claim in outcome.claims],
        "standings": found.standings, "cuts": found.cuts, "lists": found.lists, "drift": found.drift,
        "affected": found.affected,
    }  # fmt: skip
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def write_preview(settings: Settings, outcome: Outcome) -> str:
    """Keep what a preview said and make it the newest; returns its hash.

    A preview that says the same again stands in the same file, and only the moment of the pointer moves.
    """
    import duckdb

    said = preview_hash(outcome)
    folder = settings.corrections_dir
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{said}.duckdb"
    if not file.is_file():
        draft = folder / f"{said}.{os.getpid()}.tmp"
        draft.unlink(missing_ok=True)
        with duckdb.connect(str(draft)) as connection:
            for table, rows in _content(outcome).items():
                _write(connection, table, rows)
        draft.replace(file)
        file.chmod(0o444)
    write_json(
        folder / POINTER_NAME,
        {
            "preview_hash": said,
            "file": file.name,
            "season_code": settings.season,
            "made_at": utc_now().isoformat(timespec="seconds") + "Z",
            "as_of": outcome.moment.isoformat(timespec="seconds") + "Z",
            "count_affected": len(outcome.difference.affected),
        },
    )
    return said


def _content(outcome: Outcome) -> dict[str, Sequence[Row]]:
    found = outcome.difference
    files = [
        {
            "batch_id": batch.batch_id, "feed": batch.feed, "source_file": batch.source_file,
            "content_sha256": sha256,
            "state": batch.state, "count_read": batch.count_read, "count_landed": batch.count_landed,
            "count_quarantined": batch.count_quarantined,
        }
        for batch, sha256 in zip(outcome.landing.batches, outcome.contents, strict=True)
    ]  # fmt: skip
    outside = [
        row | {f"text_{code}": message(row["reason_code"], code) for code in LANGUAGES}
        for row in outcome.reasons
    ]
    claims = [{"check_name": claim.name, "count_rows": claim.count_rows} for claim in outcome.claims]
    return {
        "files": files, "outside": outside, "claims": claims, "standings": found.standings,
        "cuts": found.cuts, "lists": found.lists, "drift": found.drift,
    }  # fmt: skip


def _write(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row]) -> None:
    """Make a table of rows, columns by name; one that a row lacks is empty."""
    import pyarrow as pa

    columns = _TABLES[table]
    connection.execute(f"create table {table} ({', '.join(f'{name} {columns[name]}' for name in columns)})")
    if not rows:
        return
    arrow = pa.table({name: _values(rows, name) for name in columns})
    connection.register("rows_of_preview", arrow)
    fields = ", ".join(f"{name}::{kind}" for name, kind in columns.items())
    connection.execute(f"insert into {table} select {fields} from rows_of_preview")
    connection.unregister("rows_of_preview")


def _values(rows: Sequence[Row], name: str) -> list[Any]:
    return [row.get(name) for row in rows]
