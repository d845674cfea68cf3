"""What `rezerv eligibility` draws: how many fail which rule, and one candidate's rules with their rows.

Belongs here: what the terminal shows of stage 1, in the language of the catalogue. Not here: questions to the
release (`eligibility_reports.py`), what a screen is (`console.py`). People are shown by candidate number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from orchestration.console_values import NOTHING, cell, day, local, number

if TYPE_CHECKING:
    from orchestration.console import Screen
    from orchestration.eligibility_reports import Explanation
    from orchestration.releases import CurrentRelease
    from orchestration.texts import Texts
    from orchestration.vetting_reports import Row

_COUNTS = ("count_asked", "count_failed", "count_first_reason")
# Of the counts: what the numbers take, and how far a name may be cut on a narrow terminal.
_NUMBERS_WIDTH = 46
_SHORTEST_NAME = 30
_LAW = re.compile(r"(\S+) art\. (.+)")
_ROW = re.compile(r"(submission|period) (\d+)")
_STOP_LIST_FEED = "registers__stop_list"


def show_counts(screen: Screen, release: CurrentRelease, rows: Sequence[Row]) -> None:
    """Each rule with its totals, below it the tracks in which somebody failed it."""
    _heading(screen, "eligibility.counts_title", release)
    table = screen.table(
        [("eligibility.col_rule_and_track", "left"), ("eligibility.col_paragraph", "left")]
        + [(f"eligibility.col_{name}", "right") for name in _COUNTS],
        name_width=max(_SHORTEST_NAME, screen.console.width - _NUMBERS_WIDTH),
    )
    rules: dict[str, list[Row]] = {}
    for row in rows:
        rules.setdefault(row["rule_code"], []).append(row)
    for of_rule in rules.values():
        first = of_rule[0]
        totals = [number(sum(row[name] for row in of_rule)) for name in _COUNTS]
        table.add_row(cell(first["rule_name"]), cell(first["paragraph"]), *totals, style="bold")
        for row in of_rule:
            if row["count_failed"]:
                counts = (number(row[name]) for name in _COUNTS)
                table.add_row(cell(f"  {row['track_name']}"), "", *counts)
    screen.console.print(table)
    screen.say("eligibility.counts_signs")


def show_explanation(screen: Screen, release: CurrentRelease, explained: Explanation) -> None:
    """One candidate: the rules with their answers, what is wrong by rows, warnings, changes of track."""
    _heading(screen, "eligibility.title", release)
    _show_candidate(screen, explained)
    _show_rules(screen, explained.rules)
    for rule in explained.rules:
        if rule["is_met"] is False:
            _show_findings(screen, explained, rule)
    _show_warnings(screen, explained)
    _show_changes(screen, explained.changes)


def _heading(screen: Screen, title: str, release: CurrentRelease) -> None:
    title_text = screen.texts(title)
    screen.say(
        "eligibility.heading", title=title_text, release=release.release_id, as_of=local(release.as_of)
    )


def _show_candidate(screen: Screen, explained: Explanation) -> None:
    who = explained.candidate
    screen.say(
        "eligibility.candidate",
        candidate=who["candidate_no"],
        track=who["track_name"],
        submitted=local(who["submitted_at"]),
    )
    screen.say(
        "eligibility.outcome", status=who["status_name"] or NOTHING, reason=who["reason_text"] or NOTHING
    )


def _show_rules(screen: Screen, rules: Sequence[Row]) -> None:
    table = screen.table(
        [(f"eligibility.col_{name}", "left") for name in ("rule", "paragraph", "law", "policy", "met")]
    )
    for rule in rules:
        table.add_row(
            cell(rule["rule_name"]), cell(rule["paragraph"]), cell(_law(screen.texts, rule["law_article"])),
            cell(rule["policy_code"]), screen.texts(f"eligibility.{_answer(rule['is_met'])}"),
            style="bold" if rule["is_met"] is False else None,
        )  # fmt: skip
    screen.console.print(table)


def _answer(is_met: bool | None) -> str:
    return "not_asked" if is_met is None else "met" if is_met else "not_met"


def _law(texts: Texts, article: str | None) -> str | None:
    """`416-V art. 16` in words, where the catalogue knows the law."""
    found = _LAW.fullmatch(article or "")
    key = f"eligibility.law_{found[1].replace('-', '_')}" if found else ""
    return texts(key, article=found[2]) if found and texts.has(key) else article


def _show_findings(screen: Screen, explained: Explanation, rule: Row) -> None:
    places = (rule["paragraph"], _law(screen.texts, rule["law_article"]), rule["policy_code"])
    screen.say(
        "eligibility.rule_not_met",
        rule=rule["rule_name"],
        places="; ".join(str(place) for place in places if place),
    )
    for finding in explained.findings_of(rule["rule_code"]):
        screen.say("eligibility.finding", text=finding["text"], code=finding["finding_code"])
        _say_row(screen, explained, finding, "eligibility.row")


def _say_row(screen: Screen, explained: Explanation, row: Row, key: str) -> None:
    values = {
        "what": _input(screen.texts, explained, row),
        "file": row["source_file"] or NOTHING,
        "received": local(row["received_at"]),
        "batch": row["batch_id"],
    }
    if "row_no" in row:
        values["number"] = str(row["row_no"])
    screen.say(key, **values)


def _input(texts: Texts, explained: Explanation, row: Row) -> str:
    """The row in words: submission 2, period 1, document D-…, an entry of a stop list."""
    found = _ROW.fullmatch(row["input_id"])
    if found:
        return texts(f"eligibility.{found[1]}", number=found[2])
    if row["input_feed"] == _STOP_LIST_FEED:
        code, _, since = row["input_id"].partition(" ")
        return texts("eligibility.stop_list", list=explained.stop_lists.get(code, code), day=since)
    return texts("eligibility.document", number=row["input_id"])


def _show_warnings(screen: Screen, explained: Explanation) -> None:
    if not explained.warnings:
        return
    screen.gap()
    screen.say("eligibility.warnings")
    for warning in explained.warnings:
        key = "warning" if warning["warns_on"] is None else "warning_on"
        screen.say(
            f"eligibility.{key}", text=warning["text"], code=warning["warning_code"],
            policy=warning["policy_code"] or NOTHING, day=day(warning["warns_on"]),
        )  # fmt: skip
        _say_row(screen, explained, warning, "eligibility.warning_row")


def _show_changes(screen: Screen, changes: Sequence[Row]) -> None:
    if not changes:
        return
    screen.gap()
    screen.say("eligibility.changes")
    table = screen.table(
        [(f"eligibility.col_{name}", "left") for name in ("asked", "from", "to", "source", "effect")]
    )
    for row in changes:
        table.add_row(
            local(row["asked_at"]), cell(row["from_name"]), cell(row["to_name"]),
            cell(screen.texts(f"eligibility.by_{row['source_code']}", decision=row["decision_no"] or "")),
            cell(row["effect_name"]),
        )  # fmt: skip
    screen.console.print(table)
