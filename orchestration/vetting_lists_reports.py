"""What `rezerv vetting register` and `remind` read: the lists sent, and what of them is overdue.

Belongs here: questions to the current release, and to the vault who drew which list. Not here: drawing lists
(`vetting_lists.py`), the reminder as a letter (`letters/`), tables on the terminal
(`vetting_lists_console.py`), when a reply is due (`dbt_project/`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import TYPE_CHECKING, Any

from ingestion.clock import local_zone, utc_now
from ingestion.errors import RezervError
from orchestration.errors import OrchestrationError
from orchestration.reports import require_release
from orchestration.vetting_reports import Reading

if TYPE_CHECKING:
    from ingestion.list_identities import ListExport
    from ingestion.vetting_records import Body, Reminder
    from orchestration.releases import CurrentRelease
    from orchestration.settings import Settings

NEEDED_TABLES = ("core.fct_batches", "core.fct_vetting_requests", "seeds.vetting_bodies")

_REGISTER = """
select
    r.list_no, r.body_code, r.addressee_body_code, b.name_{language} as body_name,
    coalesce(a.name_{language}, r.addressee_body_code) as addressee_name,
    min(r.sent_on) as sent_on, max(r.due_on) as due_on, count(*) as count_people
from core.fct_vetting_requests as r
left join seeds.vetting_bodies as b
    on b.season_code::varchar = r.season_code::varchar and b.body_code = r.body_code
left join seeds.vetting_bodies as a
    on a.season_code::varchar = r.season_code::varchar and a.body_code = r.addressee_body_code
group by all
order by sent_on, list_no
"""
_OVERDUE = """
with sent as (
    select list_no, count(*) as count_sent from core.fct_vetting_requests group by list_no
)

select
    r.season_code, r.addressee_body_code, r.list_no, r.body_code, r.sent_on, r.due_on, r.days_overdue,
    list(r.candidate_no order by r.candidate_no) as open_candidates, any_value(sent.count_sent) as count_sent
from core.fct_vetting_requests as r
inner join sent on sent.list_no = r.list_no
where r.is_overdue
group by all
order by r.sent_on, r.list_no
"""


@dataclass(frozen=True)
class RegisteredList:
    """A list of the register; drawn_by: None where the vault does not say, or cannot be asked."""

    list_no: str
    body_name: str
    addressee_name: str
    is_inherited: bool
    sent_on: date
    due_on: date
    count_people: int
    drawn_by: str | None


@dataclass(frozen=True)
class RegisterShown:
    """The register of a release, and drawings that it does not know.

    is_log_readable: whether the vault said who drew them.
    """

    release: CurrentRelease
    lists: list[RegisteredList]
    unknown: list[ListExport]
    is_log_readable: bool


@dataclass(frozen=True)
class Reminders:
    """Reminders as of a day, and bodies with overdue lists for which nobody answers."""

    day: date
    reminders: list[Reminder]
    speechless: list[str]


def read_register(settings: Settings) -> RegisterShown:
    """The lists that the release knows, and who drew them where the vault can be read."""
    release, reading = _open_release(settings)
    exports = _exports(settings)
    files = {row["source_file"] for row in reading.rows("select source_file from core.fct_batches")}
    drawn_by = {one.list_no: one.exported_by for one in exports or () if one.register_name in files}
    lists = [
        RegisteredList(
            list_no=row["list_no"],
            body_name=row["body_name"] or row["body_code"],
            addressee_name=row["addressee_name"] or "",
            is_inherited=row["addressee_body_code"] != row["body_code"],
            sent_on=row["sent_on"],
            due_on=row["due_on"],
            count_people=row["count_people"],
            drawn_by=drawn_by.get(row["list_no"]),
        )
        for row in reading.rows(_REGISTER)
    ]
    unknown = [one for one in exports or () if one.register_name not in files]
    return RegisterShown(release, lists, unknown, exports is not None)


def _exports(settings: Settings) -> list[ListExport] | None:
    """Who drew which list; None where the vault cannot be opened with what this invocation has."""
    from ingestion.list_identities import list_exports

    if not settings.has_secrets:
        return None
    try:
        return list_exports(settings.ingestion_config())
    except RezervError:
        return None


def _open_release(settings: Settings) -> tuple[CurrentRelease, Reading]:
    release = require_release(settings)
    reading = Reading(release.file, settings.language)
    missing = reading.lacks(NEEDED_TABLES)
    if missing:
        raise OrchestrationError("error.release_older", release=release.release_id, tables=", ".join(missing))
    return release, reading


def read_reminders(settings: Settings) -> Reminders:
    """What each speaker has not answered in time, as of the release."""
    from ingestion.vetting_records import Reminder

    release, reading = _open_release(settings)
    made_at = utc_now()
    clock = release.as_of or release.published_at
    day = clock.replace(tzinfo=UTC).astimezone(local_zone()).date()
    bodies = _bodies(reading)
    by_speaker: dict[str, list[dict[str, Any]]] = defaultdict(list)
    speechless = []
    for row in reading.rows(_OVERDUE):
        if row["addressee_body_code"] in bodies:
            by_speaker[row["addressee_body_code"]].append(row)
        else:
            speechless.append(row["body_code"])
    speakers = sorted(by_speaker, key=lambda code: bodies[code].order)
    reminders = [
        Reminder(bodies[code], str(rows[0]["season_code"]), day, made_at, _lists(rows, bodies))
        for code in speakers
        if (rows := by_speaker[code])
    ]
    return Reminders(day, reminders, sorted(set(speechless)))


def _lists(rows: Sequence[dict[str, Any]], bodies: dict[str, Body]) -> list[Any]:
    from ingestion.vetting_records import OverdueList

    return [
        OverdueList(
            list_no=row["list_no"],
            body=bodies[row["body_code"]],
            sent_on=row["sent_on"],
            due_on=row["due_on"],
            days_overdue=row["days_overdue"],
            count_sent=int(row["count_sent"]),
            open_candidates=row["open_candidates"],
        )
        for row in rows
    ]


def _bodies(reading: Reading) -> dict[str, Body]:
    from ingestion.vetting_records import Body

    rows = reading.rows(
        "select body_code, body_order, language_code, name_kk, name_ru, name_en, valid_to"
        " from seeds.vetting_bodies order by season_code"
    )
    return {
        row["body_code"]: Body(
            row["body_code"],
            row["body_order"],
            row["language_code"],
            {language: row[f"name_{language}"] for language in ("kk", "ru", "en")},
            row["valid_to"],
        )
        for row in rows
    }
