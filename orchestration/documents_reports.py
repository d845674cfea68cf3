"""What `rezerv documents …` reads: the work that is left, and what the checkers did.

Belongs here: read-only questions to the current release. Not here: drawing (`documents_console.py`), what a
need or its work is (`dbt_project/`, Order §2.6, §4.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.errors import UserError
from orchestration.release_reading import OpenRelease, open_release

if TYPE_CHECKING:
    from orchestration.settings import Settings
    from orchestration.vetting_reports import Row

NEEDED_TABLES = (
    "reporting.rpt_document_checkers",
    "reporting.rpt_document_work",
    "seeds.document_needs",
    "seeds.document_works",
    "seeds.need_states",
)

_COUNTS = """
select
    w.work_code, k.name_{language} as work_name, w.document_type_code, n.name_{language} as document_name,
    count(*) as count_needs, count(distinct w.candidate_no) as count_candidates,
    count(*) filter (where w.is_about_to_close) as count_about_to_close, min(w.closes_at) as closes_at
from reporting.rpt_document_work as w
left join seeds.document_works as k on k.work_code = w.work_code
left join seeds.document_needs as n on n.document_type_code = w.document_type_code
where ($type is null or w.document_type_code = $type) and ($work is null or w.work_code = $work)
    and (w.is_about_to_close or not $closing)
group by all
order by any_value(k.work_order), any_value(n.need_order)
"""

_WORK = """
select
    w.candidate_no, w.track_code, w.region_code, n.name_{language} as document_name,
    s.name_{language} as state_name, k.name_{language} as work_name, w.closes_at, w.hours_left,
    w.is_about_to_close
from reporting.rpt_document_work as w
left join seeds.document_works as k on k.work_code = w.work_code
left join seeds.document_needs as n on n.document_type_code = w.document_type_code
left join seeds.need_states as s on s.need_state_code = w.need_state_code
where ($type is null or w.document_type_code = $type) and ($work is null or w.work_code = $work)
    and (w.is_about_to_close or not $closing)
order by w.closes_at, k.work_order, w.candidate_no, n.need_order
"""

_CHECKERS = """
select
    checker_code, count_checked, count_confirmed, count_rejected, count_unclear, count_overturned,
    first_checked_at, last_checked_at
from reporting.rpt_document_checkers
order by checker_code
"""


def open_documents(settings: Settings) -> OpenRelease:
    """The current release; errors as for `open_release`."""
    return open_release(settings, NEEDED_TABLES)


def require_code(release: OpenRelease, seed: str, column: str, code: str) -> str | None:
    """A code of a seed, or None for none; `UserError` names the known ones."""
    if not code:
        return None
    known = sorted(str(row["code"]) for row in release.reading.rows(f"select {column} as code from {seed}"))
    if code not in known:
        raise UserError("documents.code_unknown", code=code, known=", ".join(known))
    return code


def document_type(release: OpenRelease, code: str) -> str | None:
    """A type of document as it was typed, checked."""
    return require_code(release, "seeds.document_needs", "document_type_code", code)


def work_kind(release: OpenRelease, code: str) -> str | None:
    """A kind of work as it was typed, checked."""
    return require_code(release, "seeds.document_works", "work_code", code)


def read_work_counts(
    release: OpenRelease, document: str | None, work: str | None, closing: bool
) -> list[Row]:
    """How much is left, by who must do it and by type of document."""
    return release.reading.rows(_COUNTS, {"type": document, "work": work, "closing": closing})


def read_work(release: OpenRelease, document: str | None, work: str | None, closing: bool) -> list[Row]:
    """What is left, one need a row, the most urgent first."""
    return release.reading.rows(_WORK, {"type": document, "work": work, "closing": closing})


def read_checkers(release: OpenRelease) -> list[Row]:
    """What each checker did."""
    return release.reading.rows(_CHECKERS)
