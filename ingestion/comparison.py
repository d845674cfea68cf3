"""A file against the last one of its name.

Belongs here: whether a file has lost so much of what the last one held that a person has to look before it
lands. What is in its rows is judged in ``door.py``. The rule and its reasons: docs/decisions/0010.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion import quarantine
from ingestion.batches import STATE_LANDED, CheckResult
from ingestion.contracts.model import Contract

if TYPE_CHECKING:
    import duckdb

# Lists shorter than this change by half in the ordinary course of things.
SMALLEST_COMPARED = 20
# "Far fewer" and "gone" mean half.
_PART = 2


@dataclass(frozen=True)
class Comparison:
    """Records (keys) in the last landed file of the same name, in this one, and in both."""

    count_then: int
    count_now: int
    count_common: int

    @property
    def count_gone(self) -> int:
        """Records of the last file that this one has no more."""
        return self.count_then - self.count_common

    def hold_reason(self, is_whole_list: bool) -> str | None:
        """Why the file has to wait for a person (one of ``quarantine.HOLD_REASONS``); None if it need not.

        A file that says everything there is must not halve. One that brings what is new is compared only if
        at least half of its own records are old ones: then it repeats the last file, half of which is gone.
        """
        if self.count_then < SMALLEST_COMPARED or self.count_gone * _PART < self.count_then:
            return None
        is_repetition = self.count_now > 0 and self.count_common * _PART >= self.count_now
        if not is_whole_list and not is_repetition:
            return None
        return quarantine.FEWER_ROWS if self.count_now * _PART < self.count_then else quarantine.KEYS_GONE

    def checks(self) -> list[CheckResult]:
        """The comparison as checks: records then against records missing now, and against records gone."""
        fewer = max(self.count_then - self.count_now, 0)
        return [
            CheckResult("enough_rows", None, self.count_then, fewer, fewer * _PART <= self.count_then),
            CheckResult(
                "keys_kept", None, self.count_then, self.count_gone, self.count_gone * _PART < self.count_then
            ),
        ]


def compare(connection: duckdb.DuckDBPyConnection, contract: Contract, source_file: str) -> Comparison | None:
    """The file on the stage against the last landed file of its feed and name; None if there is none."""
    query = """
        select batch_id from raw._batches
        where feed = ? and state = ? and count_landed > 0
          and split_part(source_file, '/', -1) = split_part(?, '/', -1)
        order by landed_seq desc limit 1
    """
    last = connection.execute(query, [contract.feed, STATE_LANDED, source_file]).fetchone()
    if last is None:
        return None
    key = ", ".join(contract.raw_key)
    before = f"select distinct {key} from raw.{contract.feed} where _batch_id = ?"
    after = f"select distinct {key} from accepted"
    row = connection.execute(
        f"""
        with old_keys as ({before}), new_keys as ({after})
        select (select count(*) from old_keys), (select count(*) from new_keys),
               (select count(*) from (select * from old_keys intersect select * from new_keys))
        """,
        [last[0]],
    ).fetchone()
    return None if row is None else Comparison(*(int(count) for count in row))
