"""The Agency's checks of documents (Order §4.1): who checked which document, when, and what they found.

Belongs here: ordinary checks and their deliveries. Does not belong here: the documents (documents.py) and
the checks that are a case (scenarios/checking).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from ingestion.sample_season.documents import Filing, is_complete
from ingestion.sample_season.timetable import check_deliveries, delivery_of
from ingestion.sample_season.world import World

FEED = "agency__document_checks"
COUNT_CHECKERS = 12
TERM_YEARS = 2
SHARE_CHECKED = 0.94
SHARE_CHECKED_AGAIN = 0.05
RESULT_WEIGHTS = (("confirmed", 0.92), ("unclear", 0.05), ("rejected", 0.03))
AGAIN_WEIGHTS = (("confirmed", 0.72), ("unclear", 0.08), ("rejected", 0.20))
REMARKS = {
    "unclear": ("unreadable", "not_in_register", "other"),
    "rejected": ("wrong_person", "false_document", "incomplete"),
}


@dataclass
class Checking:
    """All checks before they are written; scenarios may replace those of their people."""

    checks: pd.DataFrame
    documents: pd.DataFrame

    def forget(self, idx: int, document_type: str) -> None:
        """Leave a person's documents of a type unchecked."""
        chosen = (self.checks["idx"] == idx) & (self.checks["document_type_code"] == document_type)
        self.checks = self.checks[~chosen].reset_index(drop=True)

    def add(self, world: World, idx: int, document_type: str, **values: Any) -> None:
        """Add a check of a person's document of a type, received with the next export or as said."""
        chosen = (self.documents["idx"] == idx) & (self.documents["document_type_code"] == document_type)
        document_id = str(self.documents.loc[chosen, "document_id"].iloc[-1])
        at = pd.Timestamp(values["checked_at"])
        row = {
            "idx": idx,
            "check_no": check_number(world, document_id, f"{at}"),
            "document_id": document_id,
            "candidate_no": world.candidate_no[idx],
            "document_type_code": document_type,
            "received": pd.NaT,
            **values,
        }
        self.checks = pd.concat([self.checks, pd.DataFrame([row])], ignore_index=True)


def check_number(world: World, document_id: str, which: str) -> str:
    """A stable number of a check."""
    return f"DC-{world.streams.code('check', document_id, which)}"


def check_documents(world: World, filing: Filing) -> None:
    """Write the checks of most documents of who sent in a complete file, after the scenarios' say."""
    documents = filing.table("documents")
    whole = is_complete(world)
    listed = documents[whole[documents["idx"].to_numpy(dtype=int)]].reset_index(drop=True)
    first = _first_checks(world, listed)
    checking = Checking(pd.concat([first, _second_checks(world, first)], ignore_index=True), documents)
    world.fire("checking", checking)
    exports = check_deliveries(world.rules)
    own = checking.checks["received"].to_numpy().astype("datetime64[s]")
    planned = delivery_of(exports, checking.checks["checked_at"].to_numpy())
    received = np.where(np.isnat(own), planned, own)
    ordered = checking.checks.assign(received=received).sort_values(["checked_at", "check_no"])
    world.outbox.put_by_receipt(FEED, ordered)


def _of_person(world: World, frame: pd.DataFrame, topic: str) -> np.ndarray:
    """A uniform number for each document: that of its person and type."""
    who = frame["idx"].to_numpy(dtype=int)
    numbers = np.zeros(len(frame))
    for kind in sorted(set(frame["document_type_code"])):
        chosen = frame["document_type_code"].eq(kind).to_numpy()
        numbers[chosen] = world.draws.uniform(f"{topic}_{kind}")[who[chosen]]
    return numbers


def _one_of(weights: tuple[tuple[str, float], ...], numbers: np.ndarray) -> np.ndarray:
    edges = np.cumsum([weight for _, weight in weights])
    places = np.minimum(np.searchsorted(edges, numbers, side="right"), len(weights) - 1)
    return np.array([name for name, _ in weights], dtype=object)[places]


def _first_checks(world: World, documents: pd.DataFrame) -> pd.DataFrame:
    """One check of most documents, within three weeks of sending in, in office hours."""
    frame = documents[_of_person(world, documents, "checked") < SHARE_CHECKED].reset_index(drop=True)
    frame = frame[["idx", "document_id", "candidate_no", "document_type_code", "issued_on", "valid_until"]]
    sent = world.column("submitted_at", frame["idx"].to_numpy(dtype=int)).astype("datetime64[s]")
    wait = (1 + _of_person(world, frame, "check_wait") * 20) * 24 * 3600
    frame["checked_at"] = _in_office_hours(
        world, sent + wait.astype("timedelta64[s]"), _of_person(world, frame, "check_hour")
    )
    frame["checker"] = (_of_person(world, frame, "checker") * COUNT_CHECKERS).astype(int)
    frame["result_code"] = _one_of(RESULT_WEIGHTS, _of_person(world, frame, "check_result"))
    frame["valid_until"] = _read_terms(world, frame)
    return _finished(world, frame, "first", _of_person(world, frame, "check_remark"))


def _second_checks(world: World, first: pd.DataFrame) -> pd.DataFrame:
    """Some documents are checked again by somebody else some days later."""
    numbers = _of_person(world, first, "checked_again")
    frame = first[numbers < SHARE_CHECKED_AGAIN].reset_index(drop=True)
    later = (2 + _of_person(world, frame, "again_wait") * 6) * 24 * 3600
    moments = frame["checked_at"].to_numpy().astype("datetime64[s]") + later.astype("timedelta64[s]")
    frame["checked_at"] = _in_office_hours(world, moments, _of_person(world, frame, "again_hour"))
    other = 1 + (_of_person(world, frame, "other_checker") * (COUNT_CHECKERS - 1)).astype(int)
    frame["checker"] = (frame["checker"].to_numpy() + other) % COUNT_CHECKERS
    frame["result_code"] = _one_of(AGAIN_WEIGHTS, _of_person(world, frame, "again_result"))
    frame["valid_until"] = frame["valid_until"].where(frame["result_code"].eq("confirmed"))
    return _finished(world, frame, "second", _of_person(world, frame, "again_remark"))


def _read_terms(world: World, frame: pd.DataFrame) -> pd.Series:
    """The day that the register gives for a confirmed certificate on which none is printed."""
    base = world.people["block"].eq("base").to_numpy()[frame["idx"].to_numpy(dtype=int)]
    asked = frame["document_type_code"].eq("language_certificate") & frame["valid_until"].isna() & base
    terms = frame["issued_on"] + pd.DateOffset(years=TERM_YEARS)
    return terms.where(asked & frame["result_code"].eq("confirmed"))


def _finished(world: World, frame: pd.DataFrame, which: str, remarks: np.ndarray) -> pd.DataFrame:
    frame["check_no"] = [check_number(world, document_id, which) for document_id in frame["document_id"]]
    frame["checker_code"] = [f"CH-{number + 1:02d}" for number in frame["checker"]]
    places = np.minimum((remarks * 3).astype(int), 2)
    frame["remark_code"] = [
        REMARKS[result][place] if result in REMARKS else None
        for result, place in zip(frame["result_code"], places.tolist(), strict=True)
    ]
    frame["received"] = pd.NaT
    return frame


def _in_office_hours(world: World, moments: np.ndarray, hours: np.ndarray) -> np.ndarray:
    """A moment between 9 and 18 of the same or the next working day, by the last day of vetting."""
    starts, ends = world.rules.window("vetting", "vetting")
    last = np.datetime64((ends - timedelta(days=1)).date(), "D")
    off = np.array(sorted(world.rules.days_off), dtype="datetime64[D]")
    days = np.minimum(moments.astype("datetime64[D]"), last)
    days = np.busday_offset(days, 0, roll="forward", holidays=off)
    days = np.minimum(days, np.busday_offset(last, 0, roll="backward", holidays=off))
    seconds = (9 * 3600 + hours * 9 * 3600).astype(int)
    return days.astype("datetime64[s]") + seconds.astype("timedelta64[s]")
