"""Approvals of corrections: which preview a publisher has approved, and applying exactly that.

Belongs here: reading the book that the dashboards append to, and `rezerv apply --approved`. Not here: giving
an approval (`dashboards/`), what a preview says (`corrections.py`, `preview_records.py`). An approval names
the hash of a preview: of files, data and rules that give another difference it says nothing
(docs/decisions/0042).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.batches import Correction
from orchestration.errors import OrchestrationError, UserError
from orchestration.preview_records import preview_hash

if TYPE_CHECKING:
    from orchestration.corrections import Outcome, Run
    from orchestration.progress import Progress
    from orchestration.settings import Settings

BOOK_NAME = "approvals.jsonl"
FIRST_HASH = "0" * 64
APPROVING_ROLE = "publisher"
# Of a hash where people read it; the whole of it is in the book.
SHORT_HASH = 12


@dataclass(frozen=True)
class Approval:
    """One line of the book: who approved which preview, when (UTC) and why."""

    approved_by: str
    role: str
    approved_at: datetime
    preview_hash: str
    reason: str


def read_approvals(settings: Settings) -> list[Approval]:
    """The approvals of publishers in their order; none where nobody has approved anything yet.

    Raises `OrchestrationError('error.approvals_broken')` where a line cannot be read or does not follow the
    one before it: then no approval counts. A line without its end has not been finished and never counts.
    """
    book = settings.access_dir / BOOK_NAME
    if not book.is_file():
        return []
    found = []
    previous = FIRST_HASH
    for number, line in enumerate(book.read_bytes().split(b"\n")[:-1], start=1):
        try:
            content = json.loads(line)
            moment = datetime.fromisoformat(content["at"]).astimezone(UTC).replace(tzinfo=None)
            approval = Approval(
                content["identity"], content["role"], moment, content["preview_hash"], content["reason"]
            )
            follows = content["previous"] == previous
        except (ValueError, KeyError, TypeError) as error:
            raise OrchestrationError("error.approvals_broken", file=book, line=number) from error
        if not follows:
            raise OrchestrationError("error.approvals_broken", file=book, line=number)
        previous = hashlib.sha256(line).hexdigest()
        if approval.role == APPROVING_ROLE:
            found.append(approval)
    return found


def apply_approved(
    settings: Settings, progress: Progress, files: Sequence[Path], run: Run | None = None
) -> tuple[Approval, Outcome]:
    """Apply files if a publisher has approved what they would change by the data of this moment.

    The files are previewed anew under the writer's lock, so that nothing can move between the look and the
    landing. Raises `UserError('error.not_approved')` where nobody has approved exactly this; the books keep
    who approved and the hash beside the reason.
    """
    from ingestion.locking import warehouse_lock
    from orchestration.corrections import apply, preview

    with warehouse_lock(settings.warehouse):
        said = preview_hash(preview(settings, progress, files))
        given = [one for one in read_approvals(settings) if one.preview_hash == said]
        if not given:
            raise UserError("error.not_approved", hash=said[:SHORT_HASH])
        approval = given[-1]
        reason = f"{approval.reason} [{said[:SHORT_HASH]}]"
        return approval, apply(settings, progress, files, Correction(approval.approved_by, reason), run)
