"""From the books of acts to the landing folder: what a person did comes into the warehouse as a feed.

Belongs here: delivering of all books, writing a file of a delivery whole or not at all, and which of them
have landed. Not here: what a book says of which act (`ledger_delivery.py`, `review_delivery.py`,
`assignment/delivery.py`, `marking/forms.py`, `slots/delivery.py`, `commissions/`), landing (`ingestion/`).
Whoever lands or publishes calls this first, so an act whose process was killed after its line reaches the
warehouse with the next run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.clock import FOLDER_STAMP, local_zone
from orchestration.ledger import flush_folder, ledger_lock, write_new

if TYPE_CHECKING:
    from orchestration.settings import Settings

_DRAFT = ".part"
_FILE_MODE = 0o644

# Name of a file below the landing folder, and what makes its content once it is wanted.
BookFile = tuple[str, Callable[[], bytes]]


def deliver_books(settings: Settings, *, is_unasked: bool = False) -> list[Path]:
    """Deliver what is in a book and neither in the landing folder nor landed; returns the new files.

    Books: publications, draws of cases, assignments of experts, forms read, places given, revisions of
    quotas, decisions of the National Commission, verdicts of reviewers. `is_unasked`: nobody waits for it;
    verdicts then go out now and then instead of one by one. Raises the errors of reading one.
    """
    from orchestration.assignment.delivery import deliver_assignments, deliver_draws
    from orchestration.commissions.national_acts import deliver_national_acts
    from orchestration.commissions.quota_acts import deliver_quota_acts
    from orchestration.ledger_delivery import deliver_acts
    from orchestration.marking.forms import deliver_forms
    from orchestration.review_delivery import deliver_reviews
    from orchestration.slots.delivery import deliver_placements

    deliveries = (
        deliver_acts, deliver_draws, deliver_assignments, deliver_forms, deliver_placements,
        deliver_quota_acts, deliver_national_acts, partial(deliver_reviews, is_unasked=is_unasked),
    )  # fmt: skip
    return [path for deliver in deliveries for path in deliver(settings)]


def deliver_book(
    settings: Settings, folder: Path, feed: str, files_of: Callable[[Settings], Iterable[BookFile]]
) -> list[Path]:
    """Deliver the files of one book that the warehouse lacks; none where the book's folder does not exist."""
    from orchestration.assignment.books import BUSY

    if not folder.is_dir():
        return []
    delivered = []
    with ledger_lock(folder, BUSY):
        waiting = [
            (name, content)
            for name, content in files_of(settings)
            if not (settings.landing_dir / name).is_file()
        ]
        landed = landed_files(settings.warehouse, (feed,)) if waiting else ()
        for name, content in waiting:
            if name not in landed:
                write_delivery(settings.landing_dir / name, content())
                delivered.append(settings.landing_dir / name)
    return delivered


def source_file(moment: datetime, feed: str, number: int, ending: str) -> str:
    """Name below the landing folder of the file of an act: moment of the act (naive UTC), its number."""
    stamp = moment.replace(tzinfo=UTC).astimezone(local_zone()).strftime(FOLDER_STAMP)
    return f"{stamp}/{feed}__{number:04d}.{ending}"


def write_delivery(path: Path, content: bytes) -> None:
    """Write a file of the landing folder, down to the disk, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + _DRAFT)
    draft.unlink(missing_ok=True)
    write_new(draft, content, _FILE_MODE)
    draft.rename(path)
    for folder in (path.parent, path.parent.parent):
        flush_folder(folder)


def landed_files(warehouse: Path, feeds: Collection[str]) -> frozenset[str]:
    """Names of the files of these feeds that have landed."""
    if not warehouse.is_file():
        return frozenset()
    from ingestion.raw_store import open_warehouse
    from orchestration.builds import has_table

    with open_warehouse(warehouse, read_only=True) as connection:
        if not has_table(connection, "raw", "_batches"):
            return frozenset()
        rows = connection.execute(
            "select source_file from raw._batches where list_contains($feeds, feed) and state = 'landed'",
            {"feeds": sorted(feeds)},
        ).fetchall()
    return frozenset(name for (name,) in rows)
