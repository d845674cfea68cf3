"""From detections over time to incidents a person can judge (Order §5.1, §6.2; policy A28, A30).

Belongs here: pure arithmetic on time: hysteresis, votes, spans, gaps, coverage. Does not belong here: what is
seen in one frame (`signals.py`), the numbers themselves (`config.py`), severity and names of the types (seed
`proctoring_signal_types`). An incident is a finding, never a verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from proctoring_jobs.config import ProctoringConfig
from proctoring_jobs.signals import (
    BOOK,
    LAPTOP,
    PERSON,
    PHONE,
    Covered,
    Frozen,
    Hearing,
    Observation,
    Present,
    Seen,
    Window,
)
from proctoring_jobs.timeline import merged_windows

ABSENCE = "absence"
SECOND_PERSON = "second_person"
PHONE_SEEN = "phone"
BOOK_SEEN = "book"
SCREEN = "screen"
PICTURE_COVERED = "picture_covered"
PICTURE_FROZEN = "picture_frozen"
SPEECH = "speech"
VIDEO_MISSING = "video_missing"
SOUND_MISSING = "sound_missing"

ZERO = Decimal(0)


@dataclass(frozen=True)
class Span:
    """A stretch of the sitting, seconds from its beginning, `ended` not included; `confidence` 0 to 1."""

    started: Decimal
    ended: Decimal
    confidence: float

    @property
    def duration(self) -> Decimal:
        """Length in seconds."""
        return self.ended - self.started


@dataclass(frozen=True)
class Incident:
    """A review item: code of seed `proctoring_signal_types`, when, how long (seconds), how sure (0 to 1)."""

    signal_type_code: str
    started_seconds: Decimal
    duration_seconds: Decimal
    confidence: float


@dataclass(frozen=True)
class Rule:
    """How one kind of incident is recognised.

    `score` is what a sample says, 0 to 1 (`signals.py`). It turns the state on at `on` or more and off below
    `off`. A sample counts when at least `votes` of some `window` consecutive samples
    that include it are on; stretches shorter than `minimum_seconds` are dropped. `is_absence` looks for the
    state being off.
    """

    signal_type_code: str
    score: Callable[[Observation], float]
    on: float
    off: float
    votes: int = 1
    window: int = 1
    minimum_seconds: Decimal = ZERO
    is_absence: bool = False
    is_looked_at_again: bool = True


def incident_rules(config: ProctoringConfig) -> tuple[Rule, ...]:
    """The rules in force, with the numbers of the configuration."""
    person, thing = (config.person_on, config.person_off), (config.object_on, config.object_off)
    covered, frozen = Covered(config.covered_contrast, config.dark_level), Frozen(config.frozen_change)
    return (
        Rule(ABSENCE, Present(covered), *person, minimum_seconds=config.absence_seconds, is_absence=True),
        Rule(
            SECOND_PERSON,
            Seen(PERSON, 2),
            *person,
            votes=config.second_person_votes,
            window=config.second_person_window,
        ),
        Rule(PHONE_SEEN, Seen(PHONE), *thing, votes=config.phone_votes, window=config.phone_window),
        Rule(BOOK_SEEN, Seen(BOOK), *thing, minimum_seconds=config.book_seconds),
        Rule(SCREEN, Seen(LAPTOP), *thing, minimum_seconds=config.screen_seconds),
        Rule(
            PICTURE_COVERED,
            covered,
            1,
            1,
            minimum_seconds=config.covered_seconds,
            is_looked_at_again=False,
        ),
        Rule(PICTURE_FROZEN, frozen, 1, 1, minimum_seconds=config.frozen_seconds, is_looked_at_again=False),
    )


def hysteresis(scores: Sequence[float], on: float, off: float, *, is_on: bool = False) -> list[bool]:
    """State after each score: on from `on` up, off below `off`, between them as before (first: `is_on`)."""
    states: list[bool] = []
    for score in scores:
        is_on = score >= on or (is_on and score >= off)
        states.append(is_on)
    return states


def supported(
    states: Sequence[bool], votes: int, window: int, weights: Sequence[Fraction] | None = None
) -> list[bool]:
    """Keep the on-states within some `window` consecutive samples of which at least `votes` are on.

    `weights` are the lengths of the samples in periods of the first look (default: 1 each). A window holds
    samples of `window` periods together, and needs on-states of more than `votes` − ½: that is `votes`
    samples of the first look, and as long a time of closer ones. A series shorter than the window is one
    window.
    """
    shares = [Fraction(1)] * len(states) if weights is None else list(weights)
    needed = votes - Fraction(1, 2)
    kept = [False] * len(states)
    last, held, on = 0, Fraction(0), Fraction(0)
    for first in range(len(states)):
        while last < len(states) and held + shares[last] <= window:
            held += shares[last]
            on += shares[last] if states[last] else 0
            last += 1
        if on > needed:
            kept[first:last] = [a or b for a, b in zip(kept[first:last], states[first:last], strict=True)]
        if last == len(states):
            break
        held -= shares[first]
        on -= shares[first] if states[first] else 0
    return kept


def unbroken_runs(
    observations: Iterable[Observation], period: Decimal, gap: Decimal
) -> Iterator[list[Observation]]:
    """Observations in order of time, cut where more than `gap` seconds lie unseen: a hole says nothing."""
    run: list[Observation] = []
    for observation in sorted(observations, key=lambda o: o.at_seconds):
        if run and observation.at_seconds - (run[-1].at_seconds + (run[-1].period or period)) > gap:
            yield run
            run = []
        run.append(observation)
    if run:
        yield run


def sample_lengths(run: Sequence[Observation], period: Decimal) -> list[Decimal]:
    """How long each sample of a run stands for, seconds.

    `period` between two samples of the first look, whatever lies between them; where one of the two is a
    closer one, the time from one to the next, at most `period`.
    """
    lengths = []
    for one, after in zip(run, [*run[1:], None], strict=True):
        closer = one.period or (after.period if after else None)
        if closer is None:
            lengths.append(period)
        else:
            until = after.at_seconds - one.at_seconds if after else closer
            lengths.append(min(period, until))
    return lengths


def raw_states(run: Sequence[Observation], rule: Rule) -> tuple[list[bool], list[float]]:
    """Per sample of an unbroken run: whether the rule's state holds before votes, and how sure that is."""
    scores = [rule.score(observation) for observation in run]
    if rule.is_absence:
        states = [not is_on for is_on in hysteresis(scores, rule.on, rule.off, is_on=True)]
        return states, [1.0 - score for score in scores]
    return hysteresis(scores, rule.on, rule.off), scores


def rule_states(run: Sequence[Observation], rule: Rule, period: Decimal) -> tuple[list[bool], list[float]]:
    """Per sample of an unbroken run: whether the rule's state holds, and the confidence in that, 0 to 1.

    Absence holds while no person does; a first score between the thresholds counts as present (in doubt for
    the candidate), and the confidence of absence is 1 less the confidence of the best person.
    """
    states, scores = raw_states(run, rule)
    if rule.window == 1:
        return states, scores
    weights = [Fraction(length) / Fraction(period) for length in sample_lengths(run, period)]
    return supported(states, rule.votes, rule.window, weights), scores


def spans_of_run(
    run: Sequence[Observation], rule: Rule, period: Decimal, duration: Decimal
) -> Iterator[Span]:
    """Stretches of an unbroken run in which the rule holds, each sample standing for its length.

    Stretches end at `duration` (the length of the sitting) at the latest; those under the rule's minimum are
    dropped.
    """
    states, scores = rule_states(run, rule, period)
    lengths = sample_lengths(run, period)
    first: int | None = None
    for i, is_on in enumerate([*states, False]):
        if is_on and first is None:
            first = i
        if not is_on and first is not None:
            ended = min(run[i - 1].at_seconds + lengths[i - 1], duration)
            span = Span(run[first].at_seconds, ended, max(scores[first:i]))
            if span.duration > 0 and span.duration >= rule.minimum_seconds:
                yield span
            first = None


def merge_spans(spans: Iterable[Span], gap: Decimal) -> list[Span]:
    """Spans in order of time; those at most `gap` seconds apart become one, with the highest confidence."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.started, s.ended)):
        if merged and span.started - merged[-1].ended <= gap:
            last = merged[-1]
            merged[-1] = Span(
                last.started, max(last.ended, span.ended), max(last.confidence, span.confidence)
            )
        else:
            merged.append(span)
    return merged


def find_incidents(
    observations: Iterable[Observation],
    rules: Iterable[Rule],
    *,
    period: Decimal,
    gap: Decimal,
    duration: Decimal,
) -> list[Incident]:
    """Incidents of a sitting, in order of (start, type).

    `period` is the time between two samples of the first look; closer ones say their own. `gap` is the pause
    up to which two stretches are one review item,
    `duration` the length of the sitting; all in seconds. Observations may come in any order; those at or
    after `duration` do not belong to the sitting. A stretch must meet its rule by itself before it is merged
    with a neighbour, so scattered single misses never add up to an absence.
    """
    inside = sorted((o for o in observations if o.at_seconds < duration), key=lambda o: o.at_seconds)
    first_look = [o for o in inside if o.period is None]
    runs = {
        True: list(unbroken_runs(inside, period, gap)),
        False: list(unbroken_runs(first_look, period, gap)),
    }
    incidents = [
        Incident(rule.signal_type_code, span.started, span.duration, span.confidence)
        for rule in rules
        for span in merge_spans(
            (s for run in runs[rule.is_looked_at_again] for s in spans_of_run(run, rule, period, duration)),
            gap,
        )
    ]
    return sorted(incidents, key=lambda i: (i.started_seconds, i.signal_type_code))


def changes(
    observations: Iterable[Observation], rules: Iterable[Rule], *, period: Decimal, gap: Decimal
) -> list[Window]:
    """Where a rule's state begins, ends or flickers: stretches worth a closer second look, in order of time.

    From the sample before a change to the one after it: between them lies the moment itself, and what the
    first look could miss or take wrongly.
    """
    found = []
    for run in unbroken_runs(observations, period, gap):
        for rule in rules:
            if not rule.is_looked_at_again:
                continue
            states, _ = raw_states(run, rule)
            before = [False, *states[:-1]]
            found += [
                Window(max(ZERO, one.at_seconds - period), one.at_seconds + period)
                for one, is_on, was_on in zip(run, states, before, strict=True)
                if is_on != was_on
            ]
    return merged_windows(found)


def unseen_spans(
    times: Iterable[Decimal], *, duration: Decimal, period: Decimal, minimum: Decimal
) -> list[Span]:
    """Stretches of `minimum` seconds or more, between 0 and `duration`, that no sample covers.

    Each sample covers `period` seconds. Without any sample the whole sitting is unseen, however short it is.
    """
    seen = sorted(at for at in times if at < duration)
    if not seen:
        return [Span(ZERO, duration, 1.0)]
    starts = [ZERO, *(at + period for at in seen)]
    ends = [*seen, duration]
    return [
        Span(start, end, 1.0)
        for start, end in zip(starts, ends, strict=True)
        if end > start and end - start >= minimum
    ]


def without(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """What of the spans lies outside the others, in order of time."""
    left = sorted(spans, key=lambda s: (s.started, s.ended))
    for other in others:
        parts = [
            part
            for span in left
            for part in (
                Span(span.started, min(span.ended, other.started), span.confidence),
                Span(max(span.started, other.ended), span.ended, span.confidence),
            )
            if part.duration > 0
        ]
        left = parts
    return left


def missing_incidents(unseen: Iterable[Span], signal_type_code: str = VIDEO_MISSING) -> list[Incident]:
    """Incidents for what could not be seen or heard: inconclusive, a person must decide (policy A30)."""
    return [
        Incident(signal_type_code, span.started, span.duration, span.confidence)
        for span in merge_spans(unseen, ZERO)
    ]


def speech_incidents(
    hearings: Iterable[Hearing], config: ProctoringConfig, *, window: Decimal, duration: Decimal
) -> list[Incident]:
    """Speech of `speech_seconds` or more, in order of time; `window` is the length of a hearing in seconds.

    Pauses of a speaker (up to `speech_pause_seconds`) belong to the speech; then the minimum is asked, then
    spans no further apart than `merge_gap_seconds` are one item, as for pictures. A hole in the sound ends a
    state: nothing is claimed about what lies in it.
    """
    spans: list[Span] = []
    is_on, last = False, None
    for hearing in sorted(hearings, key=lambda h: h.at_seconds):
        if hearing.at_seconds >= duration:
            break
        is_unbroken = last is not None and hearing.at_seconds - last <= window * 2
        is_on = hearing.speech >= config.speech_on or (
            is_on and is_unbroken and hearing.speech >= config.speech_off
        )
        if is_on:
            ended = min(hearing.at_seconds + window, duration)
            spans.append(Span(hearing.at_seconds, ended, hearing.speech))
        last = hearing.at_seconds
    said = [
        span
        for span in merge_spans(spans, config.speech_pause_seconds)
        if span.duration >= config.speech_seconds
    ]
    return [
        Incident(SPEECH, span.started, span.duration, span.confidence)
        for span in merge_spans(said, config.merge_gap_seconds)
    ]
