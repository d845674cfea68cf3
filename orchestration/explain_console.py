"""What `rezerv explain` draws: a candidate's lines as text, in the language of the catalogue.

Belongs here: sentences from the numbers of a line. Not here: questions (`explain_reports.py`), the screen
(`console.py`). People are shown by candidate number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.console_values import local

if TYPE_CHECKING:
    from orchestration.console import Screen
    from orchestration.explain_reports import Explained
    from orchestration.vetting_reports import Row


def show_explanation(screen: Screen, explained: Explained) -> None:
    """Each stage that the candidate entered: status, reason, numbers, rule, decisions, batches."""
    first = explained.lines[0]
    source = (
        screen.texts("explain.released", release=explained.release)
        if explained.release
        else screen.texts("explain.computed")
    )
    screen.say(
        "explain.heading",
        candidate=first["candidate_no"],
        track=explained.lines[-1]["track_name"],
        as_of=local(explained.as_of),
        source=source,
    )
    for line in explained.lines:
        screen.gap()
        _show_line(screen, explained, line)


def _show_line(screen: Screen, explained: Explained, line: Row) -> None:
    screen.say(
        "explain.stage",
        stage=line["stage_name"],
        status=line["status_name"],
        published=_published(screen, line),
    )
    screen.say("explain.reason", text=line["reason_text"])
    if line["score_numerator"] is not None:
        exact = f"{line['score_numerator']}/{line['score_denominator']}"
        screen.say("explain.score", points=line["score_points"], exact=exact)
    if line["rank"] is not None:
        screen.say("explain.rank", rank=line["rank"], pool=line["count_pool"], equals=line["count_equals"])
    if line["limit_places"] is not None and (line["rank"] is not None or line["is_late"]):
        key = "explain.places" if line["cutoff_points"] is not None else "explain.places_only"
        screen.say(key, places=line["limit_places"], cutoff=line["cutoff_points"])
    if line["paragraph"]:
        screen.say("explain.rule", paragraph=line["paragraph"], policies=line["policy_codes"] or "–")
    if line["decision_no"]:
        screen.say("explain.decision", decision=line["decision_no"])
    if line["decision_nos"]:
        screen.say("explain.decisions", decisions=line["decision_nos"])
    ids = [one for one in (line["_batch_ids"] or "").split(", ") if one]
    screen.say("explain.batches", count=len(ids))
    for one in ids:
        batch = explained.batches.get(one)
        if batch is not None:
            screen.say(
                "explain.batch",
                batch=one,
                feed=batch["feed"],
                file=batch["source_file"],
                received=local(batch["received_at"]),
            )


def _published(screen: Screen, line: Row) -> str:
    """By an act, provisional, or not yet."""
    if line["act_no"] is not None:
        return screen.texts("explain.by_act", version=line["version"], act=line["act_no"])
    return screen.texts("explain.provisional" if line["is_provisional"] else "explain.not_published")
