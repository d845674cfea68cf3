"""Many random seasons in one warehouse, published by acts at random moments, and compared with the oracle.

Belongs here: the seeds and raw rows of the seasons side by side, the build of the models that decide, acts
round by round, and what warehouse and oracle say differently. Not here: what a season holds
(`random_seasons.py`). The door is not on this way: rows go into the raw tables as they would have landed
(tests/integration/test_random_corrections.py takes the door); so one build computes all seasons, and what one
of them does to another shows.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from random import Random
from typing import Any

import duckdb
import pyarrow as pa

from tests.oracle import OracleSeason, RefusedError, next_list, order
from tests.oracle.drafting import ListRow, frozen_from
from tests.oracle.feeds import FEEDS
from tests.oracle.policy import VALUES
from tests.oracle.publication import ACTS, LISTS, fraction
from tests.oracle.reading import Key, Row, Table, Tables, put
from tests.oracle.season import compute
from tests.support.random_seasons import HOUR, PANELS, QUORUM, SECOND, RandomSeason, Received, Rules
from tests.support.random_seasons import RULES as REGISTRATION_RULES
from tests.support.season import CLOCK, PUBLISHING, CompiledProject, same_standing

WANTED = ("sel_stage_results", "sel_cutoffs", "sel_drift", "sel_publications", "int_lists__next")
SEEDED = "2025"
#: Hours after the planned moment of each stage at which every season may act once.
ROUNDS = tuple(
    sorted(
        [stage.published_at + hours * HOUR for stage in order.STAGES for hours in (2, 31)]
        + [order.STAGES[-1].published_at + days * 24 * HOUR for days in (3, 5)]
    )
)
AFTERWARDS = order.local(2025, 12, 1)
WHOLE, ONLY_LATE, KEPT = "whole", "only_late", "kept"
Standing = tuple[str, str, str, Fraction | None, int | None, str | None]


@dataclass
class Played:
    """One season and what became of it: its acts, the versions of its lists, the drift they are kept of."""

    season: RandomSeason
    acts: list[Received] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)
    keepings: list[tuple[datetime, str, list[object] | None]] = field(default_factory=list)

    @property
    def rules(self) -> Rules:
        return self.season.rules

    def known(self, at: datetime) -> Tables:
        """The rows received by a moment."""
        by_feed: dict[str, Table] = {name: {} for name in FEEDS}
        superseded: dict[tuple[str, Key], list[Row]] = defaultdict(list)
        for place, row in enumerate((*self.season.rows, *self.acts)):
            if row.received_at <= at:
                key = tuple(row.values[column] for column in FEEDS[row.feed].key)
                earlier = put(by_feed[row.feed], key, row.values, row.received_at, place)
                if earlier is not None:
                    superseded[row.feed, key].append(earlier)
        return Tables(by_feed, superseded)

    def computed(self, at: datetime) -> OracleSeason:
        """The oracle's season as known at a moment."""
        with self.rules.in_force():
            return compute(self.known(at), at, self.rules.policy)

    def next_list(self, act: Act, at: datetime) -> list[ListRow]:
        """The oracle's list of an act at a moment. Raises RefusedError."""
        rules = self.rules
        with rules.in_force():
            return next_list(self.known(at), act.stage_code, at, act.kind, rules.policy, rules.freeze_hours)


@dataclass(frozen=True)
class Act:
    """What a season does in a round."""

    stage_code: str
    kind: str

    def is_first(self, played: Played) -> bool:
        """Whether it makes version 1."""
        return self.stage_code not in played.versions


def wanted_act(played: Played, at: datetime) -> Act | None:
    """What a season would do at a moment, by its own chance; it may be refused."""
    random = Random(f"act {played.season.number} {at.isoformat()}")
    habit = Random(f"habit {played.season.number}").choice((0.0, 0.7, 0.9, 0.9))
    due = [stage for stage in played.rules.stages if stage.code not in played.versions]
    if due and due[0].published_at <= at and random.random() < habit:
        return Act(due[0].code, WHOLE)
    if played.versions and random.random() < 0.7:
        return Act(random.choice(list(played.versions)), random.choice((WHOLE, ONLY_LATE, KEPT)))
    return None


class PlayedSeasons:
    """Seasons side by side in one warehouse in memory; `broken` replaces compiled SQL, to see who notices."""

    def __init__(
        self,
        project: CompiledProject,
        seasons: Iterable[RandomSeason],
        broken: tuple[str, str] | None = None,
    ) -> None:
        self.played = {season.rules.code: Played(season) for season in seasons}
        self._steps = _steps(project, broken)
        self._connection = duckdb.connect()
        self._connection.execute(f"attach '{project.template}' as template (read_only)")
        self._connection.execute("attach ':memory:' as warehouse")
        self._connection.execute("use warehouse")
        self._connection.execute("set threads = 1")
        self._copy_template()
        self._plant_seeds()
        self._columns = self._raw_columns()
        self._landed = 0
        self._count_acts = 0
        self._land(row for played in self.played.values() for row in played.season.rows)

    def close(self) -> None:
        """Forget the warehouse."""
        self._connection.close()

    def play(self, rounds: Sequence[datetime] = ROUNDS) -> list[str]:
        """Let every season act round by round; what differs, from the first round in which something does."""
        for at in rounds:
            acts = {code: act for code, one in self.played.items() if (act := wanted_act(one, at))}
            first = [(code, act.stage_code) for code, act in acts.items() if act.is_first(self.played[code])]
            self._build(at, first)
            found = [text for code, act in acts.items() for text in self._act(code, act, at)]
            if found:
                return found
            self._land(row for played in self.played.values() for row in played.acts if row.received_at == at)
        return []

    def compare(self, at: datetime) -> list[str]:
        """What warehouse and oracle say differently of every season as of a moment."""
        self._build(at)
        results, cutoffs, drift, publications = self._read()
        found = []
        for code, played in self.played.items():
            oracle = played.computed(at)
            differing = [
                *_differing_results(results[code], oracle),
                *_differing_cutoffs(played, cutoffs[code], oracle),
                *_differing("drift", drift[code], oracle.drift),
                *_differing("publication", publications[code], _expected_publications(played, oracle, at)),
            ]
            found += [f"season {played.season.number} as of {at.isoformat()}: {text}" for text in differing]
        return found

    def counts(self) -> dict[str, int]:
        """How many acts of each kind there were, and how many seasons publish their last list."""
        kinds = Counter(
            act.values["kind_code"] for one in self.played.values() for act in one.acts if act.feed == ACTS
        )
        last = order.STAGES[-1].code
        return {
            "published": 0,
            "restated": 0,
            KEPT: 0,
            **kinds,
            "to the end": sum(last in one.versions for one in self.played.values()),
        }

    # --- acts

    def _act(self, code: str, act: Act, at: datetime) -> list[str]:
        """Carry out what both sides allow; what they say differently of it."""
        played = self.played[code]
        where = f"season {played.season.number}, {act.kind} list of {act.stage_code} at {at.isoformat()}"
        if act.kind == KEPT:
            self._keep(played, act.stage_code, at)
            return []
        may = self._may_restate(code, act, at) if not act.is_first(played) else True
        try:
            expected = played.next_list(act, at)
        except RefusedError as refused:
            return [f"{where}: the oracle refuses it ({refused}), the warehouse does not"] if may else []
        if not may:
            return [f"{where}: the warehouse refuses it, the oracle does not"]
        rows = self._next_list(code, act)
        differing = _differing("row", rows, {row["candidate_no"]: _list_row(row) for row in expected})
        if expected and not differing:
            self._publish(played, act, at, expected)
        return [f"{where}: {text}" for text in differing]

    def _may_restate(self, code: str, act: Act, at: datetime) -> bool:
        """Whether the warehouse allows a restatement as a whole (A11)."""
        if act.kind == ONLY_LATE:
            return True
        (until,) = self._connection.execute(
            "select restatable_until from selection.sel_publications"
            " where season_code = ? and stage_code = ?",
            [code, act.stage_code],
        ).fetchone() or (None,)
        return until is None or _naive(at) < until

    def _next_list(self, code: str, act: Act) -> dict[str, object]:
        rows = self._rows(
            "select * from intermediate.int_lists__next"
            f" where season_code = '{code}' and stage_code = '{act.stage_code}' and kind_code = '{act.kind}'"
        )
        return {row["candidate_no"]: _list_row(row) for row in rows}

    def _publish(self, played: Played, act: Act, at: datetime, rows: Sequence[ListRow]) -> None:
        kind = "published" if act.is_first(played) else "restated"
        version = played.versions[act.stage_code] = played.versions.get(act.stage_code, 0) + 1
        number = self._record(played, act.stage_code, kind, version, at, None)
        common = {"act_no": number, "season_code": played.rules.code, "version": version}
        played.acts += [Received(at, LISTS, row | common) for row in rows]
        played.keepings.append((at, act.stage_code, None))

    def _keep(self, played: Played, stage_code: str, at: datetime) -> None:
        """Record that a list stands against the drift that the warehouse names now."""
        (drift_hash,) = self._connection.execute(
            "select drift_hash from selection.sel_publications where season_code = ? and stage_code = ?",
            [played.rules.code, stage_code],
        ).fetchone() or (None,)
        if drift_hash is None:
            return
        self._record(played, stage_code, KEPT, played.versions[stage_code], at, drift_hash)
        played.keepings.append((at, stage_code, _drift_of(played.computed(at), stage_code)))

    def _record(
        self, played: Played, stage: str, kind: str, version: int, at: datetime, drift_hash: str | None
    ) -> int:
        self._count_acts += 1
        values = dict.fromkeys((column.name for column in FEEDS[ACTS].columns), None) | {
            "act_no": self._count_acts, "season_code": played.rules.code, "stage_code": stage,
            "kind_code": kind, "version": version, "acted_at": at, "drift_hash": drift_hash,
            "approved_by": "a test", "count_rows": 0,
        }  # fmt: skip
        played.acts.append(Received(at, ACTS, values))
        return self._count_acts

    # --- the warehouse

    def _build(self, at: datetime, first: Sequence[tuple[str, str]] = ()) -> None:
        """Compute as of a moment; `first`: season and stage of the lists made for the first time at it."""
        clock = _naive(at).strftime("%Y-%m-%d %H:%M:%S")
        named = ", ".join(f"'{code}/{stage}'" for code, stage in first) or "''"
        for relation, kind, sql in self._steps:
            asked = sql.replace(CLOCK, clock).replace(f"'{PUBLISHING}'", f"any([{named}])")
            self._connection.execute(f"create or replace {kind} {relation} as {asked}")

    def _read(self) -> tuple[dict[str, dict], dict[str, dict], dict[str, dict], dict[str, dict]]:
        """Results, cut-offs, drift and publications by season."""
        found: tuple[dict[str, dict], ...] = tuple(defaultdict(dict) for _ in range(4))
        results, cutoffs, drift, publications = found
        for code, stage, who, *said, up, down, rank, decision in self._tuples("""
            select season_code, stage_code, candidate_no, status_code, reason_code, track_code,
                score_numerator, score_denominator, rank, decision_no
            from selection.sel_stage_results
        """):
            results[code][stage, who] = (*said, fraction(up, down), rank, decision)
        for code, stage, track, pool, limit, up, down, *counts in self._tuples("""
            select season_code, stage_code, track_code, count_pool, limit_places, cutoff_numerator,
                cutoff_denominator, count_admitted, count_by_tie, count_supernumerary, is_shortfall
            from selection.sel_cutoffs where is_published
        """):
            cutoffs[code][stage, track] = (pool, limit, fraction(up, down), *counts)
        for code, stage, who, change in self._tuples(
            "select season_code, stage_code, candidate_no, change_code from selection.sel_drift"
        ):
            drift[code][stage, who] = change
        for code, stage, *said in self._tuples("""
            select season_code, stage_code, coalesce(version, 0), count_drift, is_drift_kept,
                restatable_until
            from selection.sel_publications
        """):
            publications[code][stage] = tuple(said)
        return results, cutoffs, drift, publications

    def _copy_template(self) -> None:
        for schema in ("seeds", "raw", "staging", "intermediate", "core", "selection"):
            self._connection.execute(f"create schema warehouse.{schema}")
        tables = self._tuples(
            "select schema_name, table_name from duckdb_tables()"
            " where database_name = 'template' and schema_name in ('seeds', 'raw')"
        )
        for schema, table in tables:
            self._connection.execute(f"create table {schema}.{table} as from template.{schema}.{table}")

    def _plant_seeds(self) -> None:
        """The rows of the seeded season once for every season, with what it has of its own."""
        for seed, made in _SEED_ROWS.items():
            rows = self._rows(f"from seeds.{seed} where season_code = '{SEEDED}'")
            self._connection.execute(f"truncate seeds.{seed}")
            planted = [
                row | changed | {"season_code": played.rules.code}
                for played in self.played.values()
                for row in rows
                if (changed := made(played.rules, row)) is not None
            ]
            self._insert(f"seeds.{seed}", planted)

    def _raw_columns(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for table, column in self._tuples(
            "select table_name, column_name from duckdb_columns()"
            " where database_name = 'warehouse' and schema_name = 'raw' order by column_index"
        ):
            found[table].append(column)
        return found

    def _land(self, rows: Iterable[Received]) -> None:
        """Put rows into the raw tables as the door would, each feed's rows of one receipt as a batch."""
        by_feed: dict[str, list[dict[str, Any]]] = defaultdict(list)
        batches: dict[str, dict[str, Any]] = {}
        for row in rows:
            self._landed += 1
            received_at = _naive(row.received_at)
            batch_id = f"{row.feed} {received_at:%Y-%m-%dT%H%M%S}"
            batches[batch_id] = _batch(batch_id, row.feed, received_at)
            names = self._columns[row.feed]
            given = {name: _naive(value) for name, value in row.values.items() if name in names}
            if row.feed == "platform__registrations":
                given["person_key"] = row.values["iin"]
            by_feed[row.feed].append(
                dict.fromkeys(names)
                | given
                | {"_batch_id": batch_id, "_source_file": batch_id, "_row_number": 1}
                | {"_received_at": received_at, "_landed_seq": self._landed, "_row_hash": ""}
            )
        for feed, own in by_feed.items():
            self._insert(f"raw.{feed}", own)
        known = {batch_id for (batch_id,) in self._tuples("select batch_id from raw._batches")}
        self._insert("raw._batches", [batch for name, batch in batches.items() if name not in known])

    def _insert(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        if not rows:
            return
        names = ", ".join(f'"{name}"' for name in rows[0])
        given = pa.table({name: [row[name] for row in rows] for name in rows[0]})
        self._connection.register("given", given)
        self._connection.execute(f"insert into {table} ({names}) select {names} from given")
        self._connection.unregister("given")

    def _tuples(self, sql: str) -> list[tuple]:
        return self._connection.execute(sql).fetchall()

    def _rows(self, sql: str) -> list[dict[str, Any]]:
        cursor = self._connection.execute(sql)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _steps(project: CompiledProject, broken: tuple[str, str] | None) -> list[tuple[str, str, str]]:
    """Relation, kind and SQL of the models that what is compared depends on, in dbt's order."""
    manifest = json.loads((project.template.parent / "target" / "manifest.json").read_text())
    needed, waiting = set(), [f"model.{manifest['metadata']['project_name']}.{name}" for name in WANTED]
    while waiting:
        node = waiting.pop()
        if node in manifest["nodes"] and node not in needed:
            needed.add(node)
            waiting += manifest["nodes"][node]["depends_on"].get("nodes", ())
    relations = {f'"{one["schema"]}"."{one["alias"]}"' for one in map(manifest["nodes"].get, needed)}
    steps = [
        (step.relation, "view" if step.materialization == "view" else "table", step.sql)
        for step in project.steps
        if step.relation in relations
    ]
    if broken is None:
        return steps
    old, new = broken
    assert any(old in sql for _, _, sql in steps), f"no model says {old!r} any more"
    return [(relation, kind, sql.replace(old, new)) for relation, kind, sql in steps]


def _batch(batch_id: str, feed: str, received_at: datetime) -> dict[str, Any]:
    return {
        "batch_id": batch_id, "feed": feed, "source_file": batch_id, "content_sha256": batch_id,
        "received_at": received_at, "landed_at": received_at, "landed_seq": 0, "state": "landed",
        "count_read": 0, "count_landed": 0, "count_quarantined": 0, "contract_version": "test",
    }  # fmt: skip


def _naive(value: Any) -> Any:
    """A moment as the warehouse has it; anything else as it is."""
    is_aware = isinstance(value, datetime) and value.tzinfo is not None
    return value.astimezone(UTC).replace(tzinfo=None) if is_aware else value


def _local(moment: datetime) -> datetime:
    return moment.astimezone(order.LOCAL).replace(tzinfo=None)


# --- rows of the seeds: what a season has instead of the seeded row, or None where it has no such row ---


def _stage(rules: Rules, row: Mapping[str, Any]) -> dict[str, Any] | None:
    code = row["stage_code"]
    stage = next(stage for stage in rules.stages if stage.code == code)
    numerator, denominator = rules.shares.get(code, (None, None))
    return {
        "admits_by_code": stage.admits_by, "share_numerator": numerator, "share_denominator": denominator,
        "limit_total": rules.totals.get(code),
    }  # fmt: skip


def _event(rules: Rules, row: Mapping[str, Any]) -> dict[str, Any] | None:
    code, event = row["stage_code"], row["event_code"]
    if event == "published":
        return {"starts_local": _local(rules.planned(code))}
    if event == "sitting":
        return {"starts_local": _local(rules.sittings[code])}
    return {}


def _parameter(rules: Rules, row: Mapping[str, Any]) -> dict[str, Any] | None:
    name = row["parameter_code"]
    if name in VALUES:
        return {"value": str(getattr(rules.policy, name))}
    return {"value": str(rules.freeze_hours)} if name == "restate_freeze_hours" else {}


def _places(rules: Rules, row: Mapping[str, Any]) -> dict[str, Any] | None:
    places = rules.places.get(row["stage_code"], {}).get(row["track_code"])
    return None if places is None else {"places": places}


def _only(names: Iterable[str], value: str) -> dict[str, Any] | None:
    return {} if value in names else None


_SEED_ROWS: Mapping[str, Any] = {
    "stages": _stage,
    "calendar": _event,
    "policy": _parameter,
    "stage_places": _places,
    "tracks": lambda rules, row: _only(rules.tracks, row["track_code"]),
    "stage_scoring": lambda rules, row: {"quorum": QUORUM} if row["stage_code"] in PANELS else {},
    "stage_criteria": lambda rules, row: _only(rules.criteria[row["stage_code"]], row["criterion_code"]),
    "vetting_bodies": lambda rules, row: _only([body.code for body in rules.bodies], row["body_code"]),
    "eligibility_rules": lambda rules, row: _only(REGISTRATION_RULES, row["rule_code"]),
}


# --- differences ---


def _differing(what: str, ours: Mapping[Any, object], theirs: Mapping[Any, object]) -> list[str]:
    return [
        f"{what} {key}: warehouse {ours.get(key)}, oracle {theirs.get(key)}"
        for key in sorted(ours.keys() | theirs.keys())
        if ours.get(key) != theirs.get(key)
    ]


def _differing_results(ours: Mapping[tuple[str, str], Standing], oracle: OracleSeason) -> list[str]:
    theirs = {
        key: (one.status, one.reason, one.track, one.score, one.rank, one.decision_no)
        for key, one in oracle.results.items()
    }
    return [
        f"{key}: warehouse {ours.get(key)}, oracle {theirs.get(key)}"
        for key in sorted(ours.keys() | theirs.keys())
        if not same_standing(ours.get(key), theirs.get(key))
    ]


def _differing_cutoffs(
    played: Played, ours: Mapping[tuple[str, str], object], oracle: OracleSeason
) -> list[str]:
    """Of the stages that rank; what the Commission decides is in its results."""
    ranking = {stage.code for stage in played.rules.stages if stage.admits_by in ("share", "places")}
    theirs = {
        key: (
            one.pool, one.limit, one.cutoff, one.admitted, one.by_tie, one.supernumerary, one.is_shortfall
        )
        for key, one in oracle.cutoffs.items()
        if key[0] in ranking
    }  # fmt: skip
    return _differing("cut", {key: one for key, one in ours.items() if key[0] in ranking}, theirs)


def _expected_publications(
    played: Played, oracle: OracleSeason, at: datetime
) -> dict[str, tuple[int, int, bool, datetime | None]]:
    """By stage: version in force, people of the drift, whether that is kept, from when it is frozen."""
    expected = {}
    for stage in played.rules.stages:
        drift = _drift_of(oracle, stage.code)
        made = [one for moment, code, one in played.keepings if code == stage.code and moment <= at]
        is_kept = bool(drift) and bool(made) and made[-1] == drift
        is_by_act = stage.code in oracle.versions
        with played.rules.in_force():
            frozen = _naive(frozen_from(stage.code, played.rules.freeze_hours))
        expected[stage.code] = (
            oracle.versions.get(stage.code, 0),
            len(drift),
            is_kept and is_by_act,
            frozen,
        )
    return expected


def _drift_of(oracle: OracleSeason, stage_code: str) -> list[object]:
    """The drift of a stage with what today's data say of each candidate; a track by itself is none."""
    found: list[object] = []
    for (code, who), change in sorted(oracle.drift.items()):
        if code == stage_code:
            now = oracle.computed.get((code, who))
            found.append((who, change, now and (now.status, now.reason, now.score, now.rank)))
    return found


def _list_row(row: Mapping[str, Any]) -> tuple[object, ...]:
    """A row of a list as it is compared: fractions by their value, a score where it counts or came late."""
    has_score = row["is_in_pool"] or row["is_late"] or row["rank"] is not None
    return (
        row["track_code"], row["status_code"], row["reason_code"], row["is_admitted"], row["is_late"],
        fraction(row["score_numerator"], row["score_denominator"]) if has_score else None,
        row["rank"], row["decision_no"], row["count_pool"], row["limit_places"],
        fraction(row["cutoff_numerator"], row["cutoff_denominator"]), row["is_shortfall"],
    )  # fmt: skip


def moments_of(number: int, count: int) -> list[datetime]:
    """Moments to look back at, by chance of a batch of seasons: about rounds and lists, and after all."""
    random = Random(f"moments {number}")
    about = [
        random.choice(ROUNDS) + random.choice((-SECOND, 0 * SECOND, SECOND, -HOUR, timedelta(days=1)))
        for _ in range(count - 1)
    ]
    return [*about, AFTERWARDS]
