"""Releases and previews for the tests of the pages of corrections: a real season, and changes laid over it.

Belongs here: files with known changes, causes, acts, a preview, a verification. What a page must show is in
the tests.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb

from orchestration.corrections import Difference, Outcome
from orchestration.preview_records import write_preview
from orchestration.reports import Landing
from orchestration.settings import Settings
from tests.support.fake_release import write_pointer

OLDER, NEWER = "2025-20250801T000000Z-aaaaaaaa", "2025-20250901T000000Z-bbbbbbbb"
FEED = "academy__answer_keys"


def write_two_releases(made: Path, folder: Path, chain: int = 3) -> Path:
    """Two releases of the season `made`: in the newer one people of the text test moved; returns its file.

    Every third of them rests on a new file. `chain`: acts of the ledger that both know.
    """
    folder.mkdir(parents=True)
    source = made / "releases" / json.loads((made / "releases" / "CURRENT.json").read_text())["file"]
    for release_id, previous in ((OLDER, None), (NEWER, OLDER)):
        file = folder / f"{release_id}.duckdb"
        shutil.copyfile(source, file)
        with duckdb.connect(str(file)) as connection:
            connection.execute(
                "update release.manifest set release_id = ?, previous_release_id = ?", [release_id, previous]
            )
            connection.execute("delete from release.changes")
            connection.execute("delete from release.change_causes")
            if previous:
                _move(connection)
            for number in range(1, chain + 1):
                _act(connection, number)
    file = folder / f"{NEWER}.duckdb"
    write_pointer(folder, file)
    return file


def _move(connection: duckdb.DuckDBPyConnection) -> None:
    """Lay changes of every kind over the results of the text test, and causes over a third of them."""
    connection.execute(
        """
        insert into release.changes
        select season_code, stage_code, track_code, candidate_no,
            ['rank', 'score', 'status', 'left', 'entered'][1 + row_number() over (order by candidate_no) % 5],
            'not_admitted', status_code, 7.5, score_points, rank + 1, rank
        from selection.sel_explanations where stage_code = 'text_test'
        """
    )
    connection.execute(
        f"""
        insert into release.change_causes
        select season_code, stage_code, candidate_no, '{FEED}', '2025-08-09T130000/{FEED}__corrected.csv'
        from (select *, row_number() over (order by candidate_no) as n from release.changes) where n % 3 = 0
        """
    )
    connection.execute("delete from release.new_batches where feed <> ?", [FEED])


def act_hash(number: int) -> str:
    """Hash of an act of these releases; of act 0 that of nothing."""
    return f"{number:064x}"


def _act(connection: duckdb.DuckDBPyConnection, number: int) -> None:
    names = [row[0] for row in connection.execute("describe core.fct_publication_acts").fetchall()]
    values: dict[str, Any] = dict.fromkeys(names) | {
        "act_no": number, "season_code": "2025", "stage_code": "registration", "kind_code": "published",
        "version": 1, "approved_by": "Chair", "act_hash": act_hash(number),
        "previous_hash": act_hash(number - 1),
    }  # fmt: skip
    places = ", ".join("?" for _ in names)
    connection.execute(
        f"insert into core.fct_publication_acts values ({places})", [values[name] for name in names]
    )


def write_verification(folder: Path, acts: int, finding: str = "") -> None:
    """What verifying found, as orchestration writes it beside the releases."""
    content = {
        "verified_at": "2025-09-01T06:00:00Z",
        "release_id": NEWER,
        "act_hashes": [act_hash(number) for number in range(1, acts + 1)],
        "count_waiting": 0,
        "finding": {code: f"{finding} ({code})" for code in ("kk", "ru", "en")} if finding else None,
    }
    (folder / "verification.json").write_text(json.dumps(content))


def write_example_preview(settings: Settings, people: int = 3, batch_id: str = "b1") -> str:
    """A preview of one file that moves so many people of the text test; returns its hash."""
    from datetime import datetime

    from orchestration.batch_history import BatchRow

    moment = datetime(2025, 8, 20, 5)
    batch = BatchRow(batch_id, FEED, f"{FEED}.csv", moment, moment, "landed", None, 6, 5, 1)
    standings = [
        {
            "stage_order": 3, "stage_code": "text_test", "track_code": "agro", "change_code": change,
            "candidate_no": f"R25-{number:06d}", "status_before": "not_admitted", "status_after": "admitted",
            "reason_before": "BELOW_CUTOFF", "reason_after": "WITHIN_LIMIT", "rank_before": number + 5,
            "rank_after": number, "points_before": 10, "points_after": 12, "went_on": number % 2 == 0,
            "goes_on": True,
        }
        for number in range(1, people + 1)
        for change in ("rank" if number == people else "status",)
    ]  # fmt: skip
    lists = [
        {
            "stage_order": 3, "stage_code": "text_test", "count_people": people, "count_on": 1,
            "count_off": 0, "is_published_by_act": True, "drift_before": 0, "drift_after": people,
            "restatable_until": None,
        }
    ]  # fmt: skip
    outside = [{"feed": FEED, "column_name": "item_no", "reason_code": "OUT_OF_RANGE", "count_rows": 1}]
    drift = [{name: row[name] for name in row if name not in ("went_on", "goes_on")} for row in standings[:1]]
    difference = Difference(standings=standings, lists=lists, drift=drift)
    outcome = Outcome(moment, Landing([batch], [], 0), outside, difference, contents=("c" * 64,))
    return write_preview(settings, outcome)
