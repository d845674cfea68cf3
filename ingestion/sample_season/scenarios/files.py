"""Scenarios of the files themselves: broken rows, unreadable files, files sent twice, corrected files.

Belongs here: what senders do to files. Does not belong here: what the rows mean for candidates (the other
scenario modules).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pandas as pd

from ingestion.sample_season.decisions import decide
from ingestion.sample_season.deliveries import Outbox
from ingestion.sample_season.documents import Filing
from ingestion.sample_season.panels import PanelRun, Rating
from ingestion.sample_season.scenarios.broken import BROKEN_ROWS
from ingestion.sample_season.stage import StageRun
from ingestion.sample_season.tests import TestRun, form_code
from ingestion.sample_season.timetable import intake_deliveries
from ingestion.sample_season.world import Extra, Scenario, World

HOUR = timedelta(hours=1)
FILED_AT = pd.Timestamp("2025-06-20 12:00:00")


# --- broken rows ------------------------------------------------------------------------------------------


def _break_rows(world: World, outbox: Outbox) -> None:
    """Add broken rows to the first file of each feed, and repeat a row in some."""
    for feed, rows in BROKEN_ROWS.items():
        for received, label in outbox.deliveries(feed)[:1]:
            for row in rows:
                outbox.put_raw(feed, received, row, label)
    for feed in ("outreach__events", "platform__employment_periods", "platform__withdrawals"):
        for received, label in outbox.deliveries(feed)[:1]:
            outbox.put(feed, received, outbox.files[(received, feed, label)].frames[0].tail(1), label)


def _break_certificate(world: World, filing: Filing) -> None:
    """One candidate's only certificate is in a broken row: without it the file is not complete."""
    idx = world.role("broken_rows", "certificate_in_broken_row")
    chosen = (filing.documents["idx"] == idx) & (
        filing.documents["document_type_code"] == "language_certificate"
    )
    row = filing.documents[chosen].iloc[0]
    filing.drop_documents(idx, "language_certificate")
    kept = ("document_id", "candidate_no", "document_type_code", "document_number", "issuer_code")
    broken = {name: row[name] for name in kept}
    broken |= {"uploaded_at": "2025-06-19T10:00:00+05:00", "level_code": "B1+", "issued_on": "2024-11-05"}
    received = next(moment for moment in intake_deliveries(world.rules) if moment > FILED_AT)
    world.outbox.put_raw("platform__documents", received, broken)
    world.people.at[idx, "fate"] = "no_documents"
    world.people.at[idx, "passes_registration"] = False


# --- whole files ------------------------------------------------------------------------------------------


def _truncate(world: World, outbox: Outbox) -> None:
    """A workbook and a Parquet file arrive cut short, an hour before the whole ones; one lacks a column."""
    for feed in ("vetting__replies", "platform__answers"):
        for received, label in outbox.deliveries(feed)[:1]:
            content = outbox.render(feed, received, label)
            outbox.put_content(feed, received - HOUR, content[: len(content) // 3], f"{label}__cut_short")
            world.cases["unreadable_file"].append((feed, "file"))
    starts, _ = world.rules.window("registration", "intake")
    outbox.put_content(
        "outreach__events", starts, b"event_id,kind_code\nEV-9001,meeting\n", "without_columns"
    )


def _resend(world: World, outbox: Outbox) -> None:
    """Some files come again the day after under another name, byte by byte the same."""
    for feed in (
        "platform__registrations",
        "vetting__replies",
        "platform__answers",
        "platform__expert_marks",
    ):
        whole = [(at, label) for at, label in outbox.deliveries(feed) if "cut_short" not in label]
        for received, label in whole[1:2] or whole[:1]:
            content = outbox.render(feed, received, label)
            outbox.put_content(feed, received + 26 * HOUR, content, f"{label}__again" if label else "again")
            world.cases["file_sent_twice"].append((feed, "file"))


# --- corrections ------------------------------------------------------------------------------------------


def _correct_registration(world: World, filing: Filing) -> None:
    """A platform error in track and region is corrected after closing by the same row sent again."""
    idx = world.role("corrected_file", "registration")
    row = filing.submission(idx)
    first = next(moment for moment in intake_deliveries(world.rules) if moment > FILED_AT)
    filing.add(
        "registrations",
        **{**row, "track_code": "agro", "region_code": "abroad", "received": pd.Timestamp(first)},
    )
    chosen = (filing.registrations["idx"] == idx) & (
        filing.registrations["submission_no"] == row["submission_no"]
    )
    _, ends = world.rules.window("registration", "intake")
    filing.registrations.loc[chosen, "received"] = pd.Timestamp(ends + 58 * HOUR)


def _correct_sitting(world: World, run: StageRun) -> None:
    if run.stage != "text_test" or not isinstance(run, TestRun):
        return
    _, ends = world.rules.window(run.stage)
    plain = [i for i in run.sitters() if (i, 2) not in run.attempts]
    for idx in world.pick("corrected_file", "sitting_form", plain, 1 + world.size // 3000):
        attempt = run.attempts[(idx, 1)]
        attempt.form_before = form_code(run.stage, str(attempt.language_code), 9)
        attempt.corrected_at = ends + 30 * HOUR


def _correct_marks(world: World, run: StageRun) -> None:
    """Marks sent again: experts' before the list, an interviewer's after it."""
    if not isinstance(run, PanelRun) or run.stage not in ("situational", "interview"):
        return
    plain = [i for i in run.sitters() if i in run.ratings and (i, 2) not in run.attempts]
    chosen = world.pick("corrected_file", f"{run.stage}_mark", plain, 2)
    if run.stage == "situational":
        for idx, change in zip(chosen, (_change_with_record, _change_in_vain), strict=False):
            change(world, run, idx)
        return
    for idx in chosen:
        rating = run.ratings[idx][0]
        rating.points_before = _other(rating)
        rating.corrected_at = run.published + 25 * HOUR


def _other(rating: Rating) -> list[int | None]:
    return [5 if (point or 3) < 3 else 1 for point in rating.points]


def _send_in_turn(run: PanelRun, idx: int) -> None:
    """The first expert's marks come with the first delivery, the last one's, and the lock, with the last."""
    first, last = run.ratings[idx][0], run.ratings[idx][-1]
    first.received = run.published - 46 * HOUR
    first.marked_at = min(first.marked_at, first.received - HOUR)
    last.received = run.published - 6 * HOUR


def _change_with_record(world: World, run: PanelRun, idx: int) -> None:
    """Corrected before the third expert's marks came, by a decision: the change counts (A20)."""
    _send_in_turn(run, idx)
    rating = run.ratings[idx][0]
    rating.points_before = _other(rating)
    rating.corrected_at = run.published - 30 * HOUR
    decide(world, idx, run.published - 29 * HOUR, "correct_mark", "error_found", stage=run.stage)


def _change_in_vain(world: World, run: PanelRun, idx: int) -> None:
    """Changed without a decision, changed after the lock, and marked by one expert more: nothing counts."""
    _send_in_turn(run, idx)
    first, second, last = run.ratings[idx][0], run.ratings[idx][1], run.ratings[idx][-1]
    for rating, hours in ((first, 30), (second, 4)):
        rating.points_refused = _other(rating)
        rating.corrected_at = run.published - hours * HOUR
    more = replace(last, rater="EX-ZZZ-98", points=_other(last), received=run.published - 2 * HOUR)
    more.marked_at = first.marked_at - HOUR / 2
    run.ratings[idx].append(more)


SCENARIOS = (
    Scenario(
        "broken_rows",
        "Rows in most feeds break their contract: bad dates, unknown codes, missing, out of range, repeated.",
        "contracts; a broken row does not exist for the rules",
        {"filing": _break_certificate, "files": _break_rows},
        lambda size: [Extra("certificate_in_broken_row", values={"submitted_at": FILED_AT})],
    ),
    Scenario(
        "unreadable_file",
        "A workbook and a Parquet file arrive cut short, and a file lacks required columns.",
        "contracts; a broken file stays outside whole",
        {"files": _truncate},
    ),
    Scenario(
        "file_sent_twice",
        "The same file comes again under another name.",
        "one content lands once",
        {"files": _resend},
    ),
    Scenario(
        "corrected_file",
        "Later files correct registrations, sittings, experts' marks (recorded or not), interviewers' marks.",
        "A20, A49; the latest version counts, of experts' marks the recorded one",
        {"filing": _correct_registration, "sat": _correct_sitting, "marked": _correct_marks},
        lambda size: [Extra("registration", values={"submitted_at": FILED_AT, "track_code": "social"})],
    ),
)
