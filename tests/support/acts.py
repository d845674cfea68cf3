"""Acts of publication upon a test season, without the command: the list as the warehouse would publish it.

Here: computing a list at a moment, and delivering it with its act as the ledger does. Not here: the ledger
(`tests/unit/orchestration/test_ledger.py`) and what refuses an act.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from tests.oracle.order import LOCAL, SEASON
from tests.support.season import TestSeason

_ROW = """
candidate_no, track_code, status_code, reason_code, is_admitted, is_in_pool, is_late, score_numerator,
score_denominator, rank, is_at_cutoff, decision_no, count_pool, limit_places, cutoff_numerator,
cutoff_denominator, is_shortfall
"""
_HASH = "0" * 64


class Acts:
    """The acts upon one season, numbered as the ledger numbers them."""

    def __init__(self, season: TestSeason) -> None:
        self.season = season
        self.versions: dict[str, int] = {}
        self._count = 0

    def publish(self, stage_code: str, at: datetime, kind: str = "whole") -> int:
        """Version 1 of a stage's list or the next one, made at an aware moment; returns its rows."""
        is_first = stage_code not in self.versions
        self.season.build(at, f"{SEASON}/{stage_code}" if is_first else "")
        self._count += 1
        self.versions[stage_code] = self.versions.get(stage_code, 0) + 1
        file = self._folder(at) / f"publication__lists__{self._count:04d}.parquet"
        with duckdb.connect(str(self.season.config.warehouse)) as connection:
            connection.execute(
                f"copy (select {self._count}::integer as act_no, '{SEASON}' as season_code,"
                f" '{stage_code}' as stage_code, {self.versions[stage_code]}::integer as version, {_ROW}"
                f" from intermediate.int_lists__next where stage_code = '{stage_code}'"
                f" and kind_code = '{kind}' order by candidate_no) to '{file}' (format parquet)"
            )
            (count,) = connection.execute(f"select count(*) from '{file}'").fetchone() or (0,)
        self._deliver(stage_code, at, "published" if is_first else "restated", count, None)
        return int(count)

    def keep(self, stage_code: str, at: datetime) -> None:
        """Record that the list in force stands against the drift of that moment."""
        self.season.build(at)
        ((drift_hash,),) = self.season.query(
            f"select drift_hash from reporting.rpt_publications where stage_code = '{stage_code}'"
        )
        self._count += 1
        self._deliver(stage_code, at, "kept", 0, drift_hash)

    def _folder(self, at: datetime) -> Path:
        folder = self.season.config.landing_dir / f"{at.astimezone(LOCAL):%Y-%m-%dT%H%M%S}"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _deliver(self, stage_code: str, at: datetime, kind: str, count: int, drift_hash: str | None) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        row: dict[str, Any] = {
            "act_no": self._count, "season_code": SEASON, "stage_code": stage_code, "kind_code": kind,
            "version": self.versions[stage_code], "acted_at": at, "approved_by": "a test",
            "decision_no": None, "reason": None, "count_rows": count,
            "list_hash": None if kind == "kept" else _HASH, "drift_hash": drift_hash,
            "code_version": "test", "seeds_hash": _HASH, "previous_hash": _HASH, "act_hash": _HASH,
        }  # fmt: skip
        schema = pa.schema(
            [
                (name, pa.int64() if isinstance(value, int) else pa.timestamp("us", "UTC")
                 if name == "acted_at" else pa.string())
                for name, value in row.items()
            ]
        )  # fmt: skip
        file = self._folder(at) / f"publication__acts__{self._count:04d}.parquet"
        pq.write_table(pa.Table.from_pylist([row], schema=schema), file)
        self.season.land()
