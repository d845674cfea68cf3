"""Scores as exact fractions: Order §5.5, §6.6, §7.3, §8 (`docs/rules.md`, "Scores").

What belongs here: what a counted sitting is worth and when that was known. What does not: which sitting
counts (`sittings.py`), and who goes on (`season.py`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from tests.oracle import order
from tests.oracle.marks import ExpertMarks, Version
from tests.oracle.policy import DEFAULT, Policy
from tests.oracle.reading import Row, Tables

#: Feed, the rater's column and the criterion's column (None: one mark, overall) of the panels in person.
_PANELS = {
    "assessment_centre": ("academy__assessor_marks", "assessor_code", "competency_code"),
    "interview": ("academy__interview_marks", "interviewer_code", "competency_code"),
    "expert_commission": ("agency__commission_marks", "member_code", None),
}


@dataclass(frozen=True)
class Result:
    """A score and the moment at which it was complete; or, without a score, why there is none."""

    score: Fraction | None
    known_at: datetime | None = None
    reason: str | None = None


def no_result(reason: str) -> Result:
    """A result that cannot be published, with its reason."""
    return Result(None, None, reason)


class Scores:
    """Answers, keys, works and marks of the season, asked by candidate, stage and counted sitting."""

    def __init__(
        self, tables: Tables, policy: Policy = DEFAULT, marks_listed_at: datetime | None = None
    ) -> None:
        self._policy = policy
        self._answers = _by(tables.rows("platform__answers"), "sitting_id")
        self._keys: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
        for row in tables.rows("academy__answer_keys"):
            self._keys[row["stage_code"], row["form_code"]][row["item_no"]] = row["correct_option_code"]
        self._works = _by(tables.rows("platform__solutions"), "sitting_id")
        self._expert_marks = ExpertMarks(tables, policy, marks_listed_at)
        self._two_suffice = {
            row["candidate_no"]
            for row in tables.rows("agency__working_group_decisions")
            if row["action_code"] == "accept_two_marks"
        }
        self._panel_marks = {
            stage: _by(tables.rows(feed), "candidate_no") for stage, (feed, _, _) in _PANELS.items()
        }

    def expert_marks(self, candidate_no: str, sitting: Row) -> list[Version]:
        """Every version of the experts' marks of the work that counts at a sitting (A20)."""
        work = self.work(sitting)
        return [] if work is None else self._expert_marks.judged(work["work_no"], candidate_no)

    def panel(self, candidate_no: str, stage_code: str, sitting: Row) -> dict[str, list[Row]]:
        """Rows of a panel by rater, without observers and recused ones; of experts what counts (A20, A26)."""
        if stage_code == "situational":
            work = self.work(sitting)
            marks = [] if work is None else self._expert_marks.counted(work["work_no"], candidate_no)
            return _by(marks, "expert_code")
        raters = _by(self._panel_marks[stage_code].get(candidate_no, []), _PANELS[stage_code][1])
        return {code: own for code, own in raters.items() if not any(_is_out(row) for row in own)}

    def result(self, candidate_no: str, stage: order.Stage, sitting: Row) -> Result:
        """The result of a counted sitting."""
        if stage.scoring == "answers":
            return self._test(stage.code, sitting)
        if stage.code == "situational":
            return self._situational(candidate_no, sitting)
        return self._panel(candidate_no, stage.code, sitting)

    def _test(self, stage_code: str, sitting: Row) -> Result:
        """§5.5: items answered as the key says."""
        answers = self._answers.get(sitting["sitting_id"], [])
        key = self._keys.get((stage_code, sitting["form_code"]))
        if not answers or not key:
            return no_result("NO_RESULT")
        right = sum(
            1
            for answer in answers
            if answer["chosen_option_code"] is not None
            and answer["chosen_option_code"] == key.get(answer["item_no"])
        )
        return Result(Fraction(right), _known_at([sitting, *answers]))

    def _situational(self, candidate_no: str, sitting: Row) -> Result:
        """§6.5–6.6, A19, A20: the mean of the first three experts with whole sets of marks.

        By policy of the last three, or of two without a decision (A20, A19).
        """
        work = self.work(sitting)
        if work is None:
            return no_result("NO_RESULT")
        criteria = order.CRITERIA["situational"]
        marks = [
            row
            for row in self._expert_marks.counted(work["work_no"], candidate_no)
            if row["criterion_code"] in criteria
        ]
        whole = [
            (max(row["marked_at"] for row in own), expert, own)
            for expert, own in _by(marks, "expert_code").items()
            if _is_whole(own, "criterion_code", criteria)
        ]
        whole.sort(key=lambda entry: entry[:2])
        two_suffice = candidate_no in self._two_suffice or self._policy.missing_mark == "mean_of_two"
        accepted_two = two_suffice and len(whole) == order.EXPERTS_BY_DECISION
        if len(whole) < order.EXPERTS_EXPECTED and not accepted_two:
            return no_result("MARK_MISSING")
        if self._policy.counted_marks == "last_three":
            whole = whole[-order.EXPERTS_EXPECTED :]
        counted = [own for _, _, own in whole[: order.EXPERTS_EXPECTED]]
        return _mean_of_raters(counted, [sitting, work])

    def work(self, sitting: Row) -> Row | None:
        """§6.3: the work of a sitting; of several the last."""
        works = self._works.get(sitting["sitting_id"], [])
        return max(works, key=lambda row: (row["submitted_at"], row["work_no"]), default=None)

    def _panel(self, candidate_no: str, stage_code: str, sitting: Row) -> Result:
        """§7.2–7.5, §8, A26: the mean of those present, without observers and recused ones."""
        _, rater_column, criterion_column = _PANELS[stage_code]
        raters = _by(self._panel_marks[stage_code].get(candidate_no, []), rater_column)
        counted = [own for own in raters.values() if not any(_is_out(row) for row in own)]
        if not counted:
            return no_result("NO_RESULT")
        criteria = order.CRITERIA[stage_code]
        if not all(_is_whole(own, criterion_column, criteria) for own in counted):
            return no_result("MARK_MISSING")
        if len(counted) < order.QUORUM[stage_code]:
            return no_result("NO_QUORUM")
        if criterion_column is not None:
            counted = [[row for row in own if row[criterion_column] in criteria] for own in counted]
        return _mean_of_raters(counted, [sitting])


def hundredths(score: Fraction) -> Fraction:
    """A22: a score to two decimals, half up."""
    numerator, denominator = score.numerator, score.denominator
    return Fraction((200 * numerator + denominator) // (2 * denominator), 100)


def _by(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row[column]].append(row)
    return dict(grouped)


def _is_out(mark: Row) -> bool:
    """Whether a row says that its rater does not mark: the observer (§8.2), or one recused (A26)."""
    return bool(mark["is_recused"]) or mark.values.get("role_code") == "observer"


def _is_whole(marks: Sequence[Row], criterion_column: str | None, criteria: Sequence[str]) -> bool:
    """Whether a rater's set has points for every criterion; an overall mark is a whole set by itself."""
    marked = [row for row in marks if row["points"] is not None]
    if criterion_column is None:
        return bool(marked)
    return {row[criterion_column] for row in marked} >= set(criteria)


def _mean_of_raters(counted: Sequence[Sequence[Row]], other_parts: Sequence[Row]) -> Result:
    """The mean of the raters' means, unrounded (A22, A23), and when its last part was first received."""
    means = [Fraction(sum(row["points"] for row in own), len(own)) for own in counted]
    marks = [row for own in counted for row in own]
    return Result(sum(means, Fraction(0)) / len(means), _known_at([*other_parts, *marks]))


def _known_at(parts: Iterable[Row]) -> datetime:
    """The greatest first receipt."""
    return max(row.first_received_at for row in parts)
