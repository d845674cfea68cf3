"""Vetting: the Agency's weekly lists to the seven bodies and the bodies' replies (Order §4).

Belongs here: who is on which list and what each body answers. Does not belong here: the working group's
decisions on it (decisions.py) and late, missing or contradictory replies (scenarios/vetting).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from ingestion.sample_season.decisions import decide
from ingestion.sample_season.documents import is_complete
from ingestion.sample_season.timetable import vetting_list_days
from ingestion.sample_season.world import World

GROUNDS = ("ART16-3-06", "ART16-3-08", "ART16-3-11", "ART16-3-14", "ART16-31-02")
REPLY_DAYS = 7
SHARE_KEPT = 0.10


@dataclass
class Vetting:
    """Lists and replies before they are written; scenarios may change, drop or add replies."""

    requests: pd.DataFrame
    replies: pd.DataFrame
    sent_on: list[date]

    def rows(self, idx: int, body: str) -> pd.Series:
        """The replies of a body (as asked) about a person."""
        return (self.replies["idx"] == idx) & (self.replies["asked"] == body)

    def drop(self, idx: int, body: str) -> None:
        """Let a body not answer about a person."""
        self.replies = self.replies[~self.rows(idx, body)].reset_index(drop=True)

    def change(self, idx: int, body: str, **values: Any) -> None:
        """Change a body's reply about a person."""
        chosen = self.rows(idx, body)
        for name, value in values.items():
            self.replies.loc[chosen, name] = value

    def add(
        self,
        world: World,
        idx: int,
        body: str,
        replied_on: date,
        result: str,
        *,
        sender: str = "",
        hour: int = 18,
        **values: Any,
    ) -> None:
        """Add a letter of a body (or of another sender) about one person, received that day at `hour`.

        `values` are other columns as the sender wrote them.
        """
        row = letter(world, idx, body, replied_on, result, sender=sender or body, hour=hour)
        self.replies = pd.concat([self.replies, pd.DataFrame([{**row, **values}])], ignore_index=True)

    def resend(self, idx: int, body: str, received: pd.Timestamp, **values: Any) -> None:
        """Let a body send its reply about a person once more under the same number, changed or not."""
        again = self.replies[self.rows(idx, body)].tail(1).assign(received=received, **values)
        again["label"] = again["label"] + f"-again-{received:%m%d%H}"
        self.replies = pd.concat([self.replies, again], ignore_index=True)

    def relist(self, world: World, idx: int, number: int, sent_on: date, answered_on: date) -> None:
        """Send a person to every body once more, on an extra list; all answer it, clear."""
        own = self.requests[self.requests["idx"] == idx].drop_duplicates("body_code")
        lists = [list_number(body, number) for body in own["body_code"]]
        own = own.assign(number=number, sent_on=pd.Timestamp(sent_on), list_no=lists)
        self.requests = pd.concat([self.requests, own], ignore_index=True)
        world.list_of[idx] = number
        for body in own["body_code"]:
            speaker = world.rules.speaker(body, answered_on)
            number_of_letter = f"R-{speaker}-for-{list_number(body, number)}"
            self.add(
                world,
                idx,
                body,
                answered_on,
                "clear",
                sender=speaker,
                reply_no=number_of_letter,
                label=number_of_letter,
            )


def letter(
    world: World, idx: int, body: str, replied_on: date, result: str, *, sender: str, hour: int = 18
) -> dict[str, Any]:
    """A reply about one person to the list sent to `body`, received `hour` hours into the day it is dated."""
    number = f"{sender}-A-{replied_on:%m%d}{hour:02d}"
    received = datetime(replied_on.year, replied_on.month, replied_on.day) + timedelta(hours=hour)
    return {
        "idx": idx,
        "asked": body,
        "reply_no": number,
        "list_no": list_number(body, world.list_of[idx]),
        "body_code": sender,
        "candidate_no": world.candidate_no[idx],
        "replied_on": pd.Timestamp(replied_on),
        "result_code": result,
        "ground_code": GROUNDS[0] if result == "adverse" else None,
        "fact_on": pd.Timestamp("2022-03-01") if result == "adverse" else pd.NaT,
        "received": pd.Timestamp(received),
        "label": number,
    }


def list_number(body: str, number: int, season: str = "2025") -> str:
    """Number of the n-th weekly list (from 1) to a body."""
    return f"{body}-{season}-{number:02d}"


def vet(world: World) -> None:
    """Write the lists and replies, and settle who passed."""
    days = vetting_list_days(world.rules)
    listed = np.flatnonzero(is_complete(world))
    sent = world.people["submitted_at"].to_numpy().astype("datetime64[s]")[listed]
    edges = np.array([np.datetime64(day, "s") for day in days[:-1]])
    numbers = np.searchsorted(edges, sent, side="right") + 1
    requests = _requests(world, listed, numbers, days)
    world.list_of.update(zip(listed.tolist(), numbers.tolist(), strict=True))
    vetting = Vetting(
        requests=requests,
        replies=_replies(world, requests),
        sent_on=days,
    )
    _keep_some(world)
    world.fire("vetting", vetting)
    _deliver(world, vetting)


def _requests(world: World, listed: np.ndarray, numbers: np.ndarray, days: list[date]) -> pd.DataFrame:
    bodies = world.rules.bodies
    who, number = np.tile(listed, len(bodies)), np.tile(numbers, len(bodies))
    body = np.repeat(np.array(bodies, dtype=object), len(listed))
    sent_on = np.array([np.datetime64(day, "s") for day in days])[number - 1]
    frame = pd.DataFrame({"idx": who, "number": number, "body_code": body, "sent_on": sent_on})
    codes = {(b, n): list_number(b, n) for b in bodies for n in range(1, len(days) + 1)}
    frame["list_no"] = [codes[key] for key in zip(body, number.tolist(), strict=True)]
    frame["candidate_no"] = np.array(world.candidate_no, dtype=object)[who]
    return frame.sort_values(["number", "list_no", "candidate_no"]).reset_index(drop=True)


def _replies(world: World, requests: pd.DataFrame) -> pd.DataFrame:
    """A letter a list and body: clear, but for the adverse and unclear people, of whom one body knows."""
    bodies = world.rules.bodies
    frame = requests.rename(columns={"body_code": "asked"}).assign(body_code=requests["body_code"])
    frame["reply_no"] = "R-" + frame["list_no"]
    answered = {
        key: _answer_day(world, sent_on.date(), place)
        for key, sent_on, place in {
            (no, sent, bodies.index(body))
            for no, sent, body in zip(frame["list_no"], frame["sent_on"], frame["asked"], strict=True)
        }
    }
    frame["replied_on"] = pd.to_datetime(frame["list_no"].map(answered)).astype("datetime64[s]")
    frame["received"] = frame["replied_on"] + pd.Timedelta(hours=18)
    frame["label"] = frame["list_no"]
    who = frame["idx"].to_numpy()
    fate = world.column("fate", who)
    knows = world.draws.integers("knowing_body", len(bodies))[who]
    is_knowing = frame["asked"].to_numpy() == np.array(bodies, dtype=object)[knows]
    frame["result_code"] = np.where(is_knowing & np.isin(fate, ("adverse", "unclear")), fate, "clear")
    adverse = frame["result_code"].eq("adverse")
    ground = world.draws.integers("ground", len(GROUNDS))[who]
    frame["ground_code"] = pd.Series(np.array(GROUNDS, dtype=object)[ground]).where(adverse, None)
    fact = np.datetime64("2019-01-15", "s") + (ground * 311 + knows * 97).astype("timedelta64[D]")
    frame["fact_on"] = pd.Series(fact).where(adverse, pd.NaT)
    return frame


def _answer_day(world: World, sent_on: date, place: int) -> date:
    """Day of a body's letter: some take three days, some the whole week, rolled to a working day (A32)."""
    return world.rules.roll(sent_on + timedelta(days=REPLY_DAYS - place % 5))


def _keep_some(world: World) -> None:
    """The working group finds of some adverse information that it does not bar the candidate."""
    at = world.rules.published("vetting") - timedelta(hours=16)
    kept = world.draws.uniform("kept") < SHARE_KEPT
    people = world.people
    base = people["block"].eq("base") & people["fate"].eq("adverse")
    for idx in people.index[base & kept & people["passes_registration"]]:
        decide(world, int(idx), at, "keep", "adverse_information", stage="vetting")
        people.at[idx, "passes_vetting"] = True


def _deliver(world: World, vetting: Vetting) -> None:
    for number, part in vetting.requests.groupby("number"):
        received = part["sent_on"].max().to_pydatetime() + timedelta(hours=12)
        world.outbox.put("agency__vetting_requests", received, part, f"list-{int(str(number)):02d}")
    for label, part in vetting.replies.groupby("label", sort=True):
        world.outbox.put_by_receipt("vetting__replies", part, label=str(label))
