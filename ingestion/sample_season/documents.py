"""What candidates file: registrations, documents, employment periods; and the registers' stop list.

Belongs here: the papers that fit each person's fate, and their deliveries during the intake. Does not belong
here: who the people are (people.py) and whether the papers suffice (the rules; the fate already says it).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from ingestion.sample_season.people import INCOMPLETE, make_iin
from ingestion.sample_season.timetable import delivery_of, intake_deliveries
from ingestion.sample_season.world import World

CONSENTS = (
    "accepts_user_agreement",
    "consents_personal_data",
    "confirms_equipment",
    "accepts_exclusion_terms",
    "accepts_non_disclosure",
)
MISSING_VARIANTS = ("no_education", "no_annex", "no_proof", "no_certificate")
EDUCATION_WEIGHTS = (("bachelor", 0.62), ("specialist", 0.08), ("master", 0.27), ("doctoral", 0.03))
LEVEL_WEIGHTS = (("B1", 0.42), ("B2", 0.38), ("C1", 0.19), ("C2", 0.01))
SHARE_RESUBMITTING = 0.10
_DAY = np.timedelta64(86400, "s")
_SAFE_DAYS = 5 * 366 + 20


@dataclass
class Filing:
    """The papers of everybody, before they are split into deliveries; scenarios may change or add rows."""

    registrations: pd.DataFrame
    documents: pd.DataFrame
    employment: pd.DataFrame
    stop_list: pd.DataFrame
    more: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def set_document(self, idx: int, document_type: str, **values: Any) -> None:
        """Change the fields of a person's document of a type."""
        chosen = (self.documents["idx"] == idx) & (self.documents["document_type_code"] == document_type)
        for name, value in values.items():
            self.documents.loc[chosen, name] = value

    def drop_documents(self, idx: int, document_type: str | None = None) -> None:
        """Remove a person's documents, all or of one type."""
        chosen = self.documents["idx"] == idx
        if document_type is not None:
            chosen &= self.documents["document_type_code"] == document_type
        self.documents = self.documents[~chosen].reset_index(drop=True)

    def set_periods(self, idx: int, *periods: tuple[str, str | None]) -> None:
        """Replace a person's employment by (first day, last day or None) periods."""
        self.employment = self.employment[self.employment["idx"] != idx].reset_index(drop=True)
        for number, (started, ended) in enumerate(periods, start=1):
            self.add(
                "employment",
                idx=idx,
                period_no=number,
                employer_type_code="state",
                started_on=pd.Timestamp(started),
                ended_on=pd.NaT if ended is None else pd.Timestamp(ended),
            )

    def add(self, table: str, **values: Any) -> None:
        """Add a row to `registrations`, `documents`, `employment` or `stop_list`."""
        self.more.setdefault(table, []).append(values)

    def submission(self, idx: int) -> dict[str, Any]:
        """A person's counting registration row, to copy and change."""
        rows = self.registrations[self.registrations["idx"] == idx]
        return dict(rows.sort_values("submission_no").iloc[-1])

    def table(self, name: str) -> pd.DataFrame:
        """A table with the rows added by scenarios."""
        frame: pd.DataFrame = getattr(self, name)
        added = self.more.get(name)
        if not added:
            return frame
        return pd.concat([frame, pd.DataFrame(added)[_known(added, frame)]], ignore_index=True)


def _known(rows: list[dict[str, Any]], frame: pd.DataFrame) -> list[str]:
    names = {name for row in rows for name in row}
    return [name for name in dict.fromkeys([*frame.columns, "received"]) if name in names]


def file_papers(world: World) -> Filing:
    """Write the intake's feeds and the stop list, after the scenarios had their say; returns the papers."""
    filing = Filing(
        registrations=_registrations(world),
        documents=_documents(world),
        employment=_employment(world),
        stop_list=_stop_list(world),
    )
    world.fire("filing", filing)
    _deliver(world, filing)
    return filing


def _registrations(world: World) -> pd.DataFrame:
    """Accounts (row 0) where an export saw them before they were sent in, and the submissions."""
    people = world.people
    frame = people.drop(columns=["block", "role", "fate", "ability", "exists"]).copy()
    frame["idx"] = people.index
    frame["season_code"] = world.rules.season_code
    for name in CONSENTS:
        frame[name] = True
    refused = world.draws.integers("refused_consent", len(CONSENTS))
    for place, name in enumerate(CONSENTS):
        frame.loc[people["fate"].eq("no_consent") & (refused == place), name] = False
    frame = frame.drop(columns=["passes_registration", "passes_vetting"])
    twice = (world.draws.uniform("twice") < SHARE_RESUBMITTING) & people["block"].eq("base").to_numpy()
    twice &= frame["submitted_at"].notna().to_numpy()
    first = frame[twice].assign(submission_no=1)
    wait = (first["submitted_at"] - first["registered_at"]) * 0.6
    first["submitted_at"] = (first["registered_at"] + wait).dt.floor("s")
    other = world.draws.choice("first_track", world.rules.tracks, [1.0] * len(world.rules.tracks))
    first["track_code"] = np.where(
        world.draws.uniform("moved")[twice] < 0.3, other[twice], first["track_code"]
    )
    last = frame[frame["submitted_at"].notna()].assign(submission_no=np.where(twice, 2, 1)[_sent(frame)])
    opened = frame.assign(submission_no=0, submitted_at=np.datetime64("NaT", "s"))
    sent_first = last["submitted_at"].copy()
    sent_first.loc[first.index] = first["submitted_at"]
    early = _seen_before(world, opened, sent_first)
    return pd.concat([opened[early], first, last], ignore_index=True)


def _sent(frame: pd.DataFrame) -> np.ndarray:
    return frame["submitted_at"].notna().to_numpy()


def _seen_before(world: World, opened: pd.DataFrame, sent_first: pd.Series) -> np.ndarray:
    """Whether an export saw the account open before its first submission."""
    exports = intake_deliveries(world.rules)
    opened_in = delivery_of(exports, opened["registered_at"].to_numpy())
    sent_in = np.full(len(opened), np.datetime64("NaT"), dtype="datetime64[s]")
    sent_in[sent_first.index.to_numpy()] = delivery_of(exports, sent_first.to_numpy())
    return np.isnat(sent_in) | (opened_in < sent_in)


def _documents(world: World) -> pd.DataFrame:
    """Education, proof of employment and certificate of everybody, less what a fate lacks."""
    people = world.people
    variant = world.draws.integers("missing", len(MISSING_VARIANTS))
    lacks = people["fate"].eq("no_documents").to_numpy()
    draft = people["fate"].eq("draft").to_numpy()
    some = world.draws.uniform("draft_documents") < 0.4
    education = _education(world, lacks & (variant == 1))
    proof = _upload(world, "employment_proof")
    certificate = _certificates(world)
    parts = [
        education[~(lacks & (variant == 0)) & (~draft | some)],
        proof[~(lacks & (variant == 2)) & ~draft],
        certificate[~(lacks & (variant == 3)) & ~draft],
    ]
    return pd.concat(parts, ignore_index=True)


def _upload(world: World, document_type: str) -> pd.DataFrame:
    """One document of a type for everybody, uploaded between registering and (the first) sending in."""
    people = world.people
    opened = people["registered_at"]
    until = people["submitted_at"].fillna(opened + pd.Timedelta(days=1))
    share = world.draws.uniform(f"upload_{document_type}") * 0.55
    return pd.DataFrame(
        {
            "idx": people.index,
            "document_id": world.streams.codes("D-", [f"{document_type}|{no}" for no in world.candidate_no]),
            "candidate_no": people["candidate_no"],
            "document_type_code": document_type,
            "uploaded_at": (opened + (until - opened) * share).dt.floor("s"),
        }
    )


def _education(world: World, lacks_annex: np.ndarray) -> pd.DataFrame:
    frame = _upload(world, "education")
    levels = world.draws.choice(
        "education", [name for name, _ in EDUCATION_WEIGHTS], [weight for _, weight in EDUCATION_WEIGHTS]
    )
    not_higher = world.people["fate"].eq("no_higher_education")
    frame["education_level_code"] = np.where(not_higher, "secondary_vocational", levels)
    frame["has_annex"] = ~lacks_annex
    frame["document_number"] = _numbers(world, "education")
    return frame


def _numbers(world: World, document_type: str) -> np.ndarray:
    """Synthetic numbers of diplomas or certificates, marked so; a document of another type has none."""
    return world.streams.codes("SYN-", [f"{document_type}|{no}" for no in world.candidate_no], length=10)


def _certificates(world: World) -> pd.DataFrame:
    """Valid certificates, and for those with weak language one below B1 or expired."""
    frame = _upload(world, "language_certificate")
    draws, people = world.draws, world.people
    weak = people["fate"].eq("weak_language").to_numpy()
    expired = weak & (draws.uniform("expired") < 0.35)
    frame["issuer_code"] = np.where(draws.uniform("issuer") < 0.7, "KAZTEST", "QRT")
    levels = draws.choice(
        "level", [name for name, _ in LEVEL_WEIGHTS], [weight for _, weight in LEVEL_WEIGHTS]
    )
    frame["level_code"] = np.where(weak & ~expired, draws.choice("low", ("A1", "A2"), (0.2, 0.8)), levels)
    age = np.where(expired, 800 + draws.integers("old", 500), 20 + draws.integers("fresh", 600))
    uploaded = frame["uploaded_at"].dt.floor("D")
    frame["issued_on"] = uploaded - pd.to_timedelta(age, unit="D")
    frame["valid_until"] = frame["issued_on"] + pd.Timedelta(days=730)
    unprinted = (draws.uniform("unprinted") < 0.06) & frame["issuer_code"].eq("KAZTEST") & ~weak
    frame.loc[unprinted, "valid_until"] = pd.NaT
    frame["document_number"] = _numbers(world, "language_certificate")
    return frame


def _employment(world: World) -> pd.DataFrame:
    """One to three jobs in a row with gaps; in all over five years, or one to four and a half where short."""
    people, draws = world.people, world.draws
    short = people["fate"].eq("short_experience").to_numpy()
    _, ends = world.rules.window("registration", "intake")
    sent = people["submitted_at"].fillna(pd.Timestamp(ends)).to_numpy().astype("datetime64[s]")
    age_days = (sent - people["birth_on"].to_numpy().astype("datetime64[s]")) // _DAY
    most = np.maximum(age_days.astype(int) - 18 * 366, _SAFE_DAYS + 1)
    share = draws.uniform("experience") ** 1.5
    days = np.where(short, 365 + share * 1280, _SAFE_DAYS + share * (most - _SAFE_DAYS) * 0.9).astype(int)
    count = 1 + draws.integers("jobs", 3)
    last_gap = np.where(draws.uniform("between_jobs") < 0.12, draws.integers("last_gap", 50) + 1, 0)
    end = sent.astype("datetime64[D]") - last_gap
    rows = [_periods_of_rank(world, rank, count, days, end, last_gap) for rank in range(3)]
    frame = pd.concat(rows, ignore_index=True)
    kept = ~people["fate"].eq("draft").to_numpy()[frame["idx"].to_numpy()]
    return frame[kept].sort_values(["idx", "period_no"]).reset_index(drop=True)


def _periods_of_rank(
    world: World, rank: int, count: np.ndarray, days: np.ndarray, end: np.ndarray, last_gap: np.ndarray
) -> pd.DataFrame:
    """The `rank`-th newest job of those who have that many, equal parts of the days worked, gaps between."""
    part = days // count + 1
    gap = 1 + world.draws.integers("job_gap", 60)
    last = end - rank * (part + gap)
    kinds = world.people["employer_type_code"].to_numpy()
    old = world.draws.choice(f"old_employer_{rank}", ("state", "private", "quasi_state"), (0.4, 0.35, 0.25))
    frame = pd.DataFrame(
        {
            "idx": world.people.index,
            "candidate_no": world.people["candidate_no"],
            "period_no": count - rank,
            "employer_type_code": np.where((rank == 0) & (kinds != "none"), kinds, old),
            "started_on": (last - part + 1).astype("datetime64[s]"),
            "ended_on": last.astype("datetime64[s]"),
        }
    )
    if rank == 0:
        frame.loc[(last_gap == 0) & (kinds != "none"), "ended_on"] = pd.NaT
    return frame[rank < count]


def _stop_list(world: World) -> pd.DataFrame:
    """The registers' list: mostly people who never apply, and those whose fate is to be on it."""
    codes = ("president_appointee", "political", "corps_a", "reserve_member", "reserve_removed")
    rng = world.streams.rng("stop_list")
    taken = set(world.people["iin"])
    rows: list[dict[str, Any]] = []
    while len(rows) < 60 + world.size // 60:
        birth = datetime(1970, 1, 1) + timedelta(days=int(rng.integers(0, 9000)))
        number = make_iin(birth, bool(rng.random() < 0.7), int(rng.integers(0, 10_000)))
        if number is not None and number not in taken:
            taken.add(number)
            rows.append(_listing(number, codes[int(rng.integers(0, 5))], datetime(2018, 1, 10)))
    for idx in world.people.index[world.people["fate"].eq("stop_listed")]:
        code = codes[int(rng.integers(0, 5))]
        rows.append(_listing(str(world.people.at[idx, "iin"]), code, datetime(2023, 11, 1)))
    past = world.people.index[world.people["fate"].eq("ok") & world.people["block"].eq("base")][:3]
    rows += [
        _listing(str(world.people.at[i, "iin"]), "political", datetime(2020, 2, 1), datetime(2024, 5, 31))
        for i in past
    ]
    return pd.DataFrame(rows)


def _listing(iin: str, code: str, since: datetime, until: datetime | None = None) -> dict[str, Any]:
    return {
        "iin": iin,
        "stop_list_code": code,
        "valid_from": pd.Timestamp(since),
        "valid_to": until or pd.NaT,
    }


def _deliver(world: World, filing: Filing) -> None:
    exports = intake_deliveries(world.rules)
    registrations = filing.table("registrations")
    moment = registrations["submitted_at"].fillna(registrations["registered_at"]).to_numpy()
    _post(world, "platform__registrations", registrations, delivery_of(exports, moment))
    documents = filing.table("documents")
    _post(world, "platform__documents", documents, delivery_of(exports, documents["uploaded_at"].to_numpy()))
    employment = filing.table("employment")
    employment["candidate_no"] = np.array(world.candidate_no, dtype=object)[
        employment["idx"].to_numpy(dtype=int)
    ]
    sent = world.people["submitted_at"].fillna(world.people["registered_at"]).to_numpy()
    _post(
        world,
        "platform__employment_periods",
        employment,
        delivery_of(exports, sent[employment["idx"].to_numpy(dtype=int)]),
    )
    starts, ends = world.rules.window("registration", "intake")
    listed = filing.table("stop_list")
    world.outbox.put("registers__stop_list", starts - timedelta(hours=30), listed, "opening")
    world.outbox.put("registers__stop_list", ends - timedelta(hours=6), listed.iloc[::4], "update")


def _post(world: World, feed: str, frame: pd.DataFrame, received: np.ndarray) -> None:
    """Put a frame into its exports; a row may name a receipt of its own."""
    if "received" in frame.columns:
        own = frame["received"].to_numpy().astype("datetime64[s]")
        received = np.where(np.isnat(own), received, own)
    world.outbox.put_by_receipt(feed, frame.assign(received=received))


def is_complete(world: World) -> np.ndarray:
    """Whose counting submission is complete and exists, so that the Agency has them vetted."""
    people = world.people
    return (people["exists"] & ~people["fate"].isin(INCOMPLETE) & people["submitted_at"].notna()).to_numpy()
