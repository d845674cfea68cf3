"""The register of the weekly lists, feed ``agency__vetting_requests``: reading it back, delivering to it.

Belongs here: which list numbers are in use, what of our registers waits or stays outside, and delivering the
register of a drawing. The delivery is the commit of a drawing (docs/decisions/0014): a file with that name in
the landing folder or in the books says that its lists were sent; before, nothing was. What a list says is in
``vetting_lists.py``.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.batches import STATE_LANDED, BatchResult
from ingestion.clock import FOLDER_STAMP, local_zone
from ingestion.config import IngestionConfig
from ingestion.contracts import load_contract
from ingestion.errors import RezervError
from ingestion.loader import land_files, pending_file
from ingestion.quarantine_books import open_files
from ingestion.vetting_records import WeeklyList

if TYPE_CHECKING:
    import duckdb

FEED = "agency__vetting_requests"
UNFINISHED = ".part"
# A list number ends in two digits (contract of the feed).
LARGEST_NUMBER = 99
_NAME = re.compile(rf"{FEED}__lists-[0-9T-]+(?:_[0-9]+)?\.csv")


@dataclass(frozen=True)
class Register:
    """The register as the warehouse's raw rows have it.

    list_numbers: all in use. source_files: of registers recorded in the books. newest_received_at (UTC) and
    newest_seq: of the batch received and of the batch landed last; None and 0 before the first. outside: our
    own registers that did not land whole.
    """

    list_numbers: frozenset[str]
    source_files: frozenset[str]
    newest_received_at: datetime | None
    newest_seq: int
    outside: tuple[str, ...]

    def next_number(self, body_code: str, season: str) -> str:
        """Number of the next list of a body; ``RezervError('list_numbers_exhausted')`` after the last."""
        prefix = f"{body_code}-{season}-"
        used = [int(number[len(prefix) :]) for number in self.list_numbers if number.startswith(prefix)]
        following = max(used, default=0) + 1
        if following > LARGEST_NUMBER:
            raise RezervError("list_numbers_exhausted", body=body_code, largest=LARGEST_NUMBER)
        return f"{prefix}{following:02d}"


def read_register(connection: duckdb.DuckDBPyConnection) -> Register:
    """The register from a connection to the warehouse, whose raw tables exist."""
    numbers = connection.execute(f"select distinct list_no from raw.{FEED}").fetchall()
    batches = connection.execute(
        "select source_file, received_at, landed_seq, state from raw._batches where feed = ?", [FEED]
    ).fetchall()
    landed = [batch for batch in batches if batch[3] == STATE_LANDED]
    outside = [file.source_file for file in open_files(connection, FEED) if is_register(file.source_file)]
    return Register(
        list_numbers=frozenset(number for (number,) in numbers),
        source_files=frozenset(batch[0] for batch in batches),
        newest_received_at=max((batch[1] for batch in landed), default=None),
        newest_seq=max((batch[2] for batch in landed), default=0),
        outside=tuple(sorted(outside)),
    )


def is_register(source_file: str) -> bool:
    """Whether a file is a register that a drawing delivered, by its name."""
    return _NAME.fullmatch(source_file.rsplit("/", 1)[-1]) is not None


def new_source_file(landing_dir: Path, received_at: datetime, register: Register) -> str:
    """Name below the landing folder of the register of a drawing received at a moment (UTC)."""
    stamp = received_at.replace(tzinfo=UTC).astimezone(local_zone()).strftime(FOLDER_STAMP)
    for number in count(1):
        again = "" if number == 1 else f"_{number}"
        name = f"{stamp}/{FEED}__lists-{stamp}{again}.csv"
        if name not in register.source_files and not (landing_dir / name).exists():
            return name
    raise AssertionError("numbers do not end")


def is_committed(landing_dir: Path, source_file: str, register: Register) -> bool:
    """Whether a drawing counts: its register was delivered."""
    return source_file in register.source_files or (landing_dir / source_file).is_file()


def deliver(landing_dir: Path, source_file: str, lists: Sequence[WeeklyList]) -> Path:
    """Put the register of a drawing into the landing folder, whole or not at all: from then on it counts."""
    path = landing_dir / source_file
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + UNFINISHED)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(register_content(lists))
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    for folder in (path.parent, landing_dir):
        flush_folder(folder)
    return path


def flush_folder(folder: Path) -> None:
    """Have the names in a folder stand on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def register_content(lists: Sequence[WeeklyList]) -> bytes:
    """The rows of a drawing as its feed has them: one a candidate of a list."""
    text = io.StringIO()
    names = load_contract(FEED).column_names
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    for about in lists:
        for candidate in about.candidates:
            writer.writerow(
                {
                    "list_no": about.list_no,
                    "body_code": about.body.code,
                    "candidate_no": candidate.candidate_no,
                    "sent_on": about.sent_on.isoformat(),
                    "identity_key": candidate.row.identity_key or "",
                }
            )
    return text.getvalue().encode()


def remove_unfinished(landing_dir: Path) -> None:
    """Remove registers that were never delivered whole; a run that was killed leaves one."""
    for draft in list(landing_dir.glob(f"*/{FEED}__lists-*.csv{UNFINISHED}")):
        draft.unlink()
        if not any(draft.parent.iterdir()):
            draft.parent.rmdir()


def land(config: IngestionConfig, source_file: str) -> BatchResult:
    """Land a register that was delivered; ``RezervError('list_register_outside')`` unless all of it lands."""
    (result,) = land_files(config, [pending_file(config, config.landing_dir / source_file)])
    if result.state != STATE_LANDED or result.count_quarantined:
        raise RezervError("list_register_outside", file=source_file)
    return result
