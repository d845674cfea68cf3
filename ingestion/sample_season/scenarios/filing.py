"""Scenarios of the intake: accounts, numbers, tracks, certificates, jobs.

Belongs here: people whose papers are the case. Does not belong here: ordinary shortcomings, which every
season has (people.py, documents.py).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from ingestion.iin import check_digit
from ingestion.sample_season.documents import Filing
from ingestion.sample_season.people import make_iin
from ingestion.sample_season.timetable import intake_deliveries
from ingestion.sample_season.world import Extra, Scenario, World

FILED_AT = pd.Timestamp("2025-06-20 12:00:00")
FILED_ON = date(2025, 6, 20)
SHARE_OF_SMALL_TRACK = 0.43
SMALL_TRACK = "foreign"


def _at(text: str) -> pd.Timestamp:
    return pd.Timestamp(f"2025-{text}")


def _fail(world: World, scenario: str, *roles: str) -> None:
    for role in roles:
        world.people.at[world.role(scenario, role), "passes_registration"] = False


def _cast_duplicates(size: int) -> list[Extra]:
    def one(role: str, when: str, fate: str = "ok", owner: str = "", **values: Any) -> Extra:
        return Extra(role, fate, {"submitted_at": _at(when), **values}, owner)

    cast = [
        one("both_first", "06-10 10:00", track_code="social"),
        one("both_second", "06-25 19:30", owner="both_first", track_code="digital"),
        one("complete_first", "06-12 11:00"),
        one("incomplete_second", "06-28 11:00", "no_documents", "complete_first"),
        Extra("draft_first", "draft"),
        one("sent_second", "06-22 09:00", owner="draft_first"),
        one("three_a", "06-05 09:00"),
        one("three_b", "06-15 09:00", owner="three_a"),
        one("three_c", "06-29 21:00", owner="three_a"),
        Extra("unsent_a", "draft"),
        Extra("unsent_b", "draft", twin_of="unsent_a"),
        one("same_moment_a", "06-18 18:00"),
        one("same_moment_b", "06-18 18:00", owner="same_moment_a"),
        one("incomplete_a", "06-11 09:00", "no_consent"),
        one("incomplete_b", "06-21 09:00", "no_documents", "incomplete_a"),
    ]
    for number in range(size // 300):
        cast.append(one(f"pair_{number}_first", f"06-{2 + number % 13:02d} 10:00"))
        cast.append(
            one(f"pair_{number}_second", f"06-{16 + number % 14:02d} 20:00", owner=f"pair_{number}_first")
        )
    return cast


def _void_duplicates(world: World, people: pd.DataFrame) -> None:
    name = "duplicate_accounts"
    _fail(world, name, "both_first", "three_a", "three_b")
    same = [world.role(name, role) for role in ("same_moment_a", "same_moment_b")]
    people.at[min(same, key=lambda i: world.candidate_no[i]), "passes_registration"] = False
    _fail(world, name, *(f"pair_{number}_first" for number in range(world.size // 300)))


WRONG_IINS = ("bad_check_digit", "eleven_digits", "century_digit_9", "never_issued", "swapped_digits")


def _cast_iins(size: int) -> list[Extra]:
    filed = {"submitted_at": FILED_AT}
    cast = [Extra(role, values=filed) for role in (*WRONG_IINS, "corrected_later", "other_birth_date")]
    born_2000 = {**filed, "birth_on": pd.Timestamp("2000-03-15"), "sex_code": "male"}
    return [
        *cast,
        Extra("year_2000_old_century", values=born_2000),
        Extra("year_2000_new_century", values=born_2000),
    ]


def _spoil(role: str, iin: str) -> str:
    """A wrong number made from a right one."""
    if role == "eleven_digits":
        return iin[:11]
    if role == "century_digit_9":
        return next(
            f"{p}{check_digit(p)}"
            for p in (f"{iin[:6]}9{n:04d}" for n in range(99))
            if check_digit(p) is not None
        )
    if role == "never_issued":
        return next(f"{p}0" for p in (f"{iin[:7]}{n:04d}" for n in range(10_000)) if check_digit(p) is None)
    if role == "swapped_digits":
        place = next(n for n in range(7, 10) if iin[n] != iin[n + 1])
        swapped = iin[:place] + iin[place + 1] + iin[place] + iin[place + 2 :]
        return (
            swapped
            if check_digit(swapped[:11]) != int(swapped[11])
            else f"{iin[:11]}{(int(iin[11]) + 1) % 10}"
        )
    return f"{iin[:11]}{(int(iin[11]) + 1) % 10}"


def _spoil_iins(world: World, people: pd.DataFrame) -> None:
    name = "wrong_iin"
    for role in WRONG_IINS:
        idx = world.role(name, role)
        people.at[idx, "iin"] = _spoil(role, str(people.at[idx, "iin"]))
        people.at[idx, "exists"] = False
    idx = world.role(name, "other_birth_date")
    other = [make_iin(date(1994, 4, 30), True, serial) for serial in range(7000, 7020)]
    people.at[idx, "iin"] = next(number for number in other if number is not None)
    idx = world.role(name, "year_2000_old_century")
    prefixes = [f"0003153{serial:04d}" for serial in range(7000, 7020)]
    people.at[idx, "iin"] = next(f"{p}{check_digit(p)}" for p in prefixes if check_digit(p) is not None)


def _resend_iin(world: World, filing: Filing) -> None:
    """First a row with a wrong number, which stays outside; the right one comes after closing."""
    idx = world.role("wrong_iin", "corrected_later")
    row = filing.submission(idx)
    last = intake_deliveries(world.rules)[-1]
    filing.add("registrations", **{**row, "iin": _spoil("bad_check_digit", row["iin"])})
    filing.registrations.loc[filing.registrations["idx"] == idx, "received"] = pd.Timestamp(last)


TRACK_CHANGES = (
    ("last_evening", "06-20 12:00:00", "06-30 23:58:30"),
    ("last_second", "06-20 12:00:00", "06-30 23:59:59"),
    ("at_closing", "06-20 12:00:00", "07-01 00:00:00"),
    ("after_closing", "06-20 12:00:00", "07-01 00:00:30"),
)


def _cast_tracks(size: int) -> list[Extra]:
    opened = {"registered_at": _at("06-18 09:00")}
    cast = []
    for role, first, second in TRACK_CHANGES:
        counts = second < "07-01"
        track = "digital" if counts else "social"
        moment = _at(second if counts else first)
        cast.append(Extra(role, values={**opened, "submitted_at": moment, "track_code": track}))
    return [*cast, Extra("only_after_closing", "draft", {"registered_at": _at("06-30 20:00")})]


def _change_tracks(world: World, filing: Filing) -> None:
    for role, first, second in TRACK_CHANGES:
        idx = world.role("late_track_change", role)
        row = filing.submission(idx)
        if second < "07-01":
            chosen = (filing.registrations["idx"] == idx) & (filing.registrations["submission_no"] == 1)
            filing.registrations.loc[chosen, "submission_no"] = 2
            filing.add("registrations", **{**row, "submitted_at": _at(first), "track_code": "social"})
            filing.documents.loc[filing.documents["idx"] == idx, "uploaded_at"] = _at("06-19 10:00")
        else:
            filing.add(
                "registrations",
                **{**row, "submission_no": 2, "submitted_at": _at(second), "track_code": "digital"},
            )
    idx = world.role("late_track_change", "only_after_closing")
    row = filing.submission(idx)
    filing.add("registrations", **{**row, "submission_no": 1, "submitted_at": _at("07-01 00:03:00")})


# Role, whether the certificate counts, and its fields; filed on 20 June.
CERTIFICATES: tuple[tuple[str, bool, dict[str, Any]], ...] = (
    ("level_a2", False, {"level_code": "A2", "valid_until": _at("12-31")}),
    ("level_c2", True, {"level_code": "C2", "valid_until": _at("12-31")}),
    ("expired_day_before", False, {"valid_until": _at("06-19"), "issued_on": pd.Timestamp("2023-06-19")}),
    ("valid_last_day", True, {"valid_until": _at("06-20"), "issued_on": pd.Timestamp("2023-06-20")}),
    ("issued_after_filing", False, {"issued_on": _at("06-25"), "valid_until": pd.Timestamp("2027-06-25")}),
    ("kaztest_undated_two_years", True, {"valid_until": pd.NaT, "issued_on": pd.Timestamp("2023-06-20")}),
    ("kaztest_undated_too_old", False, {"valid_until": pd.NaT, "issued_on": pd.Timestamp("2023-06-19")}),
    ("qrt_undated", False, {"issuer_code": "QRT", "valid_until": pd.NaT, "issued_on": _at("03-01")}),
    ("qrt_dated", True, {"issuer_code": "QRT", "valid_until": _at("12-31"), "issued_on": _at("03-01")}),
    ("second_is_good", True, {"level_code": "A1"}),
)


def _cast_certificates(size: int) -> list[Extra]:
    roles = [role for role, _, _ in CERTIFICATES] + ["uploaded_after_filing"]
    return [Extra(role, values={"submitted_at": FILED_AT}) for role in roles]


def _weaken_certificates(world: World, filing: Filing) -> None:
    name = "weak_certificate"
    for role, counts, values in CERTIFICATES:
        idx = world.role(name, role)
        fields = {"issuer_code": "KAZTEST", "level_code": "B1", **values}
        filing.set_document(idx, "language_certificate", **fields)
        if not counts:
            _fail(world, name, role)
    idx = world.role(name, "second_is_good")
    row: dict[str, Any] = dict(filing.documents[filing.documents["idx"] == idx].iloc[-1])
    again = {name: f"{row[name]}-2" for name in ("document_id", "document_number")}
    good = {**again, "level_code": "B2", "issued_on": _at("01-15")}
    filing.add("documents", **{**row, **good, "valid_until": pd.Timestamp("2027-01-15")})
    idx = world.role(name, "uploaded_after_filing")
    filing.set_document(idx, "language_certificate", uploaded_at=_at("06-21 10:00"))
    world.people.at[idx, "fate"] = "no_documents"
    _fail(world, name, "uploaded_after_filing")


def _jobs() -> tuple[tuple[str, bool, tuple[tuple[str, str | None], ...]], ...]:
    """Role, whether it makes five years on the day of filing, and the periods."""
    needed = (date(2025, 6, 21) - date(2020, 6, 21)).days
    first = (date(2021, 12, 31) - date(2019, 1, 1)).days + 1
    second = FILED_ON - timedelta(days=needed - first - 1)
    return (
        ("sum_long_union_short", False, (("2021-01-01", None), ("2021-06-01", "2024-12-31"))),
        ("union_long_enough", True, (("2018-01-01", "2021-12-31"), ("2021-06-01", None))),
        ("exactly_five_years", True, (("2020-06-21", None),)),
        ("one_day_short", False, (("2020-06-22", None),)),
        ("with_gap_exact", True, (("2019-01-01", "2021-12-31"), (f"{second}", None))),
        (
            "with_gap_one_short",
            False,
            (("2019-01-01", "2021-12-31"), (f"{second + timedelta(days=1)}", None)),
        ),
        ("end_in_future", False, (("2020-06-22", "2026-12-31"),)),
        ("shared_day_one_short", False, (("2020-06-22", "2023-01-10"), ("2023-01-10", None))),
        (
            "inside_another",
            False,
            (("2021-02-01", None), ("2022-01-01", "2022-12-31"), ("2023-01-01", "2024-06-30")),
        ),
        (
            "two_at_once_then_one",
            True,
            (("2017-03-01", "2019-02-28"), ("2018-01-01", "2020-12-31"), ("2023-06-01", None)),
        ),
    )


def _cast_jobs(size: int) -> list[Extra]:
    return [Extra(role, values={"submitted_at": FILED_AT}) for role, _, _ in _jobs()]


def _overlap_jobs(world: World, filing: Filing) -> None:
    for role, counts, periods in _jobs():
        filing.set_periods(world.role("overlapping_jobs", role), *periods)
        if not counts:
            _fail(world, "overlapping_jobs", role)


def _shrink_track(world: World, people: pd.DataFrame) -> None:
    """Most who would have chosen the small track choose another."""
    others = [track for track in world.rules.tracks if track != SMALL_TRACK]
    chosen = people["block"].eq("base") & people["track_code"].eq(SMALL_TRACK)
    leaves = world.draws.uniform("leaves_small_track") >= SHARE_OF_SMALL_TRACK
    elsewhere = world.draws.choice("track_instead", others, [1.0] * len(others))
    people.loc[chosen & leaves, "track_code"] = elsewhere[np.asarray(chosen & leaves)]
    stays = np.flatnonzero(np.asarray(chosen & ~leaves))[:1]
    for idx in stays:
        world.note("small_track", "stays", int(idx))


SCENARIOS = (
    Scenario(
        "duplicate_accounts",
        "People open several accounts; the latest complete submission counts and the others are void.",
        "A40",
        {"people": _void_duplicates},
        _cast_duplicates,
    ),
    Scenario(
        "wrong_iin",
        "Accounts with impossible numbers stay at the door; one is corrected, odd but valid ones pass.",
        "FACTS §4",
        {"people": _spoil_iins, "filing": _resend_iin},
        _cast_iins,
    ),
    Scenario(
        "late_track_change",
        "Tracks are changed in the last minutes of 30 June, and after closing, when it no longer counts.",
        "A39",
        {"filing": _change_tracks},
        _cast_tracks,
    ),
    Scenario(
        "weak_certificate",
        "Language certificates below B1, expired, issued or uploaded too late, or without a date.",
        "A37, A38",
        {"filing": _weaken_certificates},
        _cast_certificates,
    ),
    Scenario(
        "overlapping_jobs",
        "Jobs that overlap, so that their sum but not their union makes five years; and the exact limits.",
        "A36",
        {"filing": _overlap_jobs},
        _cast_jobs,
    ),
    Scenario(
        "small_track",
        "One track has fewer candidates than places.",
        "Order §3.3, A8",
        {"people": _shrink_track},
    ),
)
