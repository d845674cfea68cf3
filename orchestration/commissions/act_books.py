"""What the two books of the National Commission's acts share: their texts, their moments, what waits.

Belongs here: checks of what a person writes into an act, and which acts a release does not know yet. Not
here: what is decided and when it is refused (`quota_acts.py`, `national_acts.py`), the book itself
(`assignment/books.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from ingestion.clock import utc_now
from orchestration.assignment.books import shown_moment
from orchestration.errors import OrchestrationError, UserError

# What a person reads while somebody else records a decision.
BUSY = "error.acts_locked"


def decision_number(text: str) -> str:
    """Number of a decision as a book keeps it; `UserError` for none, or for what would not be one."""
    from ingestion.iin import holds_iin

    number = text.strip()
    if not number or not number.isprintable() or holds_iin(number) or any(sign in number for sign in "|,"):
        raise UserError("error.act_number", number=number)
    return number


def act_text(text: str) -> str:
    """A name or reason as a book keeps it, empty for none; `UserError` with an IIN or hidden signs in it."""
    from ingestion.iin import holds_iin

    kept = text.strip()
    if not kept.isprintable() or holds_iin(kept):
        raise UserError("error.book_by_unfit")
    return kept


def decision_moment(asked: datetime | None) -> datetime:
    """Moment of a decision (naive UTC, whole seconds), default now; `UserError` for one that is ahead."""
    now = utc_now().replace(microsecond=0)
    moment = now if asked is None else asked.replace(microsecond=0)
    if moment > now:
        raise UserError("error.act_ahead")
    return moment


def recorded(
    lines: Sequence[Mapping[str, Any]], content: Mapping[str, Any], decided_at: datetime | None
) -> Mapping[str, Any] | None:
    """The line that says the same already; `OrchestrationError` where the number means something else.

    content: what the act says, its `season` and `decision_no` among it. decided_at: the moment, if one was
    named.
    """
    for line in lines:
        if (line["season"], line["decision_no"]) == (content["season"], content["decision_no"]):
            is_same = all(line[name] == value for name, value in content.items())
            if not is_same or (decided_at is not None and line["decided_at"] != shown_moment(decided_at)):
                raise OrchestrationError("error.act_known", decision=content["decision_no"])
            return line
    return None


def require_nothing_waits(lines: Sequence[Mapping[str, Any]], season: str, known: Collection[str]) -> None:
    """`OrchestrationError` while the release lacks an act of the season: what it changes is not known yet."""
    waiting = [line["decision_no"] for line in lines if line["season"] == season]
    waiting = [number for number in waiting if number not in known]
    if waiting:
        raise OrchestrationError("error.act_waits", decision=waiting[0])
