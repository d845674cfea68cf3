"""What the console command draws: progress while it works, and tables.

Belongs here: everything that a terminal shows, in the language of the catalogue. Not here: what is shown
(`reports.py`), or parsing the command line (`cli.py`). On a terminal a live display, otherwise plain lines
for a log.
"""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.clock import utc_now
from ingestion.messages import message, plain
from orchestration.console_values import cell as _cell
from orchestration.console_values import local as _local
from orchestration.console_values import number as _number
from orchestration.texts import Texts

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

    from ingestion.landing_folder import FolderProblem
    from ingestion.platform_database import Pull
    from ingestion.quarantine_books import ClosedRows, OpenFile
    from ingestion.vault import Opening
    from orchestration.batch_history import BatchRow
    from orchestration.builds import BuildRecord
    from orchestration.publication_lists import StagePublication
    from orchestration.releases import CurrentRelease
    from orchestration.reports import Difference, FunnelRow, HeldFile, Landing, SeasonState
    from orchestration.settings import Settings

PLAIN_WIDTH = 120
# Of the funnel: what its numbers and notes take, and how far a name may be cut on a narrow terminal.
FUNNEL_NUMBERS_WIDTH = 58
SHORTEST_NAME = 22
_PLAIN_STEPS = 4
QUARANTINED_FILES_SHOWN = 5
PROBLEMS_SHOWN = 20
# Of the list of quarantine: what all columns but the names of files take.
QUARANTINE_OTHER_WIDTH = 84


class Screen:
    """Output of one command: text, tables, and a progress listener."""

    def __init__(self, texts: Texts) -> None:
        from rich.console import Console

        self.texts = texts
        # The stream itself, not "whatever is standard output later": a run sends that to the log.
        self.console: Console = Console(file=sys.stdout, highlight=False)
        if not self.console.is_terminal:
            self.console = Console(file=sys.stdout, highlight=False, width=PLAIN_WIDTH)

    def say(self, key: str, /, **params: object) -> None:
        """One text of the catalogue; what fills its places, such as the name of a file, is shown as it is."""
        safe = {
            name: plain(str(value)) if isinstance(value, str | Path) else value
            for name, value in params.items()
        }
        self.console.print(self.texts(key, **safe), markup=False, soft_wrap=True)

    def gap(self) -> None:
        """An empty line between two parts."""
        self.console.print()

    def progress(self) -> TerminalProgress | PlainProgress:
        """A listener that fits the output."""
        return TerminalProgress(self) if self.console.is_terminal else PlainProgress(self)

    def table(self, columns: Sequence[tuple[str, str]], *, name_width: int | None = None) -> Any:
        """An empty table; a column is (key of its heading, 'left' or 'right').

        `name_width`: characters at which the first column is cut; without it long texts there go on below.
        """
        from rich import box
        from rich.table import Table

        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
        for index, (key, side) in enumerate(columns):
            is_name = index == 0
            table.add_column(
                self.texts(key),
                justify="right" if side == "right" else "left",
                # Numbers are never cut; where it is narrow, what is text gives way.
                no_wrap=side == "right" or (is_name and name_width is not None),
                overflow="ellipsis" if is_name and name_width else "fold",
                max_width=name_width if is_name else None,
            )
        return table


class TerminalProgress:
    """A live display: a spinner or bar for each phase, with its time."""

    def __init__(self, screen: Screen) -> None:
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            SpinnerColumn,
            TextColumn,
            TimeElapsedColumn,
        )

        self._texts = screen.texts
        self._tasks: dict[str, TaskID] = {}
        self._rich: RichProgress = Progress(
            SpinnerColumn(finished_text="✓"), TextColumn("{task.description}"), BarColumn(bar_width=24),
            MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("[dim]{task.fields[label]}"),
            console=screen.console,
        )  # fmt: skip

    def __enter__(self) -> TerminalProgress:
        self._rich.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._rich.stop()

    def start(self, phase: str, total: int | None) -> None:
        """Show a new phase."""
        self._tasks[phase] = self._rich.add_task(self._texts(f"phase.{phase}"), total=total, label="")

    def advance(self, phase: str, label: str = "") -> None:
        """Move its bar; a phase that has made its last step is over."""
        if phase in self._tasks:
            self._rich.update(self._tasks[phase], advance=1, label=label[:40])
            task = self._rich.tasks[self._tasks[phase]]
            if task.finished:
                self._rich.update(self._tasks[phase], label="")

    def finish(self, phase: str) -> None:
        """Fill its bar."""
        task = self._tasks.get(phase)
        if task is not None:
            total = self._rich.tasks[task].total or 1
            self._rich.update(task, total=total, completed=total, label="")


class PlainProgress:
    """Plain lines for a log: a phase's beginning, some steps, and its end with the seconds it took."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._totals: dict[str, int | None] = {}
        self._done: dict[str, int] = {}
        self._began: dict[str, float] = {}

    def __enter__(self) -> PlainProgress:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def start(self, phase: str, total: int | None) -> None:
        """One line: the phase and its number of steps."""
        self._totals[phase], self._done[phase], self._began[phase] = total, 0, time.monotonic()
        self._line(phase, f"0/{total}" if total else "…")

    def advance(self, phase: str, label: str = "") -> None:
        """A line at each quarter of the way; the last step ends the phase."""
        if phase not in self._done:
            return
        self._done[phase] += 1
        done, total = self._done[phase], self._totals[phase]
        if not total or done > total:
            return
        if done == total:
            self.finish(phase)
        elif (done * _PLAIN_STEPS) // total != ((done - 1) * _PLAIN_STEPS) // total:
            self._line(phase, f"{done}/{total}")

    def finish(self, phase: str) -> None:
        """One line: done, and in how many seconds."""
        if phase in self._began:
            seconds = time.monotonic() - self._began.pop(phase)
            self._line(phase, self._screen.texts("phase.done", seconds=f"{seconds:.1f}"))

    def _line(self, phase: str, what: str) -> None:
        self._screen.console.print(f"{self._screen.texts(f'phase.{phase}')}: {what}", markup=False)


def show_funnel(screen: Screen, rows: Sequence[FunnelRow], lists: Sequence[StagePublication] = ()) -> None:
    """Stage × track: for each stage a line of totals, below it a line for each track.

    `lists`: how the lists of the stages stand, none by a release that does not say it. A stage is marked as
    provisional or with the version of its list, and as drifted while nobody has answered (A49).
    """
    table = screen.table(
        [
            ("column.stage_and_track", "left"), ("column.entered", "right"), ("column.participated", "right"),
            ("column.places", "right"), ("column.cutoff", "right"), ("column.admitted", "right"),
            ("column.note", "left"),
        ],
        name_width=max(SHORTEST_NAME, screen.console.width - FUNNEL_NUMBERS_WIDTH),
    )  # fmt: skip
    stages: dict[str, list[FunnelRow]] = {}
    for row in rows:
        stages.setdefault(row.stage_code, []).append(row)
    standing = {one.stage_code: one for one in lists}
    for code, of_stage in stages.items():
        _add_stage(table, of_stage, standing.get(code))
    screen.console.print(table)
    screen.say("funnel.signs")
    if any(one.is_provisional or one.is_published_by_act for one in lists):
        screen.say("funnel.list_signs")
    _show_published(screen, {code: of_stage[0].stage_name for code, of_stage in stages.items()}, lists)


def _show_published(screen: Screen, names: dict[str, str], lists: Sequence[StagePublication]) -> None:
    """The lists published by acts: version, when, by whom, and whether today's data would give another."""
    published = [one for one in lists if one.is_published_by_act]
    if not published:
        return
    table = screen.table(
        [
            ("funnel.column_list", "left"), ("publish.column_version", "right"),
            ("publish.column_at", "left"), ("funnel.column_approved_by", "left"),
            ("funnel.column_today", "left"),
        ]
    )  # fmt: skip
    for one in published:
        table.add_row(
            _cell(names.get(one.stage_code, one.stage_code)), _number(one.version),
            _local(one.published_at), _cell(one.approved_by), _today(screen, one),
        )  # fmt: skip
    screen.console.print(table)
    if any(one.has_open_drift for one in published):
        screen.say("funnel.drift_next")


def _today(screen: Screen, one: StagePublication) -> str:
    """What today's data would make of a published list."""
    if not one.count_drift:
        return screen.texts("funnel.today_same")
    return screen.texts(
        "funnel.today_drift" if one.has_open_drift else "funnel.today_kept",
        count=_number(one.count_drift), on=_number(one.count_would_go_on),
        off=_number(one.count_would_stay_out),
    )  # fmt: skip


def _add_stage(table: Any, rows: list[FunnelRow], standing: StagePublication | None) -> None:
    limits = [row.limit_places for row in rows if row.limit_places is not None]
    table.add_row(
        rows[0].stage_name,
        _number(sum(row.count_entered for row in rows)),
        _number(sum(row.count_participated for row in rows)),
        _number(sum(limits)) if limits else "–",
        "",
        _number(sum(row.count_admitted for row in rows)),
        _list_sign(standing) if any(row.is_published for row in rows) else "…",
        style="bold",
    )
    for index, row in enumerate(rows):
        table.add_row(
            f"  {row.track_name}",
            _number(row.count_entered),
            _number(row.count_participated),
            _number(row.limit_places),
            _points(row.cutoff_points),
            _number(row.count_admitted),
            _funnel_note(row),
            end_section=index == len(rows) - 1,
        )


def _list_sign(standing: StagePublication | None) -> str:
    """How the list of a published stage stands, as a sign."""
    if standing is None:
        return ""
    if standing.is_published_by_act:
        return f"v{standing.version}{' !' if standing.has_open_drift else ''}"
    return "~" if standing.is_provisional else ""


def _funnel_note(row: FunnelRow) -> str:
    """Short signs, explained below the table: a narrow terminal has no room for words in every row."""
    notes = []
    if row.count_by_tie:
        notes.append(f"={row.count_by_tie}")
    if row.count_supernumerary:
        notes.append(f"+{row.count_supernumerary}")
    if row.is_shortfall:
        notes.append("<")
    return " ".join(notes)


def show_batches(screen: Screen, batches: Sequence[BatchRow]) -> None:
    """Files with what became of them."""
    table = screen.table(
        [
            ("column.file", "left"), ("column.state", "left"), ("column.read", "right"),
            ("column.landed", "right"), ("column.quarantined", "right"),
        ]
    )  # fmt: skip
    for batch in batches:
        table.add_row(
            _cell(batch.source_file), screen.texts(f"state.{batch.state}"), _number(batch.count_read),
            _number(batch.count_landed), _number(batch.count_quarantined),
        )  # fmt: skip
    screen.console.print(table)
    _show_refused(screen, batches)


def show_landed_summary(screen: Screen, landing: Landing) -> None:
    """One line of totals, each file refused or held as a whole, the files with most rows in quarantine."""
    batches = landing.batches
    screen.say(
        "landed.summary",
        files=len(batches),
        rows=_number(sum(batch.count_landed for batch in batches)),
        quarantined=_number(sum(batch.count_quarantined for batch in batches if batch.state != "held")),
        duplicates=sum(batch.state == "duplicate" for batch in batches),
    )
    _show_refused(screen, batches)
    show_held(screen, landing.held)
    worst = sorted(
        (b for b in batches if b.state == "landed" and b.count_quarantined), key=_most_quarantined_first
    )
    for batch in worst[:QUARANTINED_FILES_SHOWN]:
        screen.say(
            "landed.rows_held", file=batch.source_file, count=batch.count_quarantined, rows=batch.count_read
        )
    if len(worst) > QUARANTINED_FILES_SHOWN:
        screen.say("landed.more_held", count=len(worst) - QUARANTINED_FILES_SHOWN)
    if landing.count_mended:
        screen.say("landed.mended", count=_number(landing.count_mended))


def show_held(screen: Screen, held: Sequence[HeldFile]) -> None:
    """Files that wait for a person: why, by how much they shrank, and the command that accepts them."""
    for file in held:
        screen.say("landed.held", file=file.source_file, reason=_reason(screen.texts, file.reason_code))
        less = file.shrinkage
        if less is not None and less.count_fewer:
            screen.say("landed.fewer", before=_number(less.count_then), now=_number(less.count_now))
        if less is not None and less.count_gone:
            screen.say("landed.gone", before=_number(less.count_then), gone=_number(less.count_gone))
        path = shlex.quote(shown_path(file.path))
        screen.say("landed.accept", command=f"rezerv land {path} --accept --by WHO --reason TEXT")


def _show_refused(screen: Screen, batches: Sequence[BatchRow]) -> None:
    for batch in batches:
        if batch.state == "quarantined" and batch.reason_code:
            screen.say(
                "landed.refused", file=batch.source_file, reason=_reason(screen.texts, batch.reason_code)
            )


def _most_quarantined_first(batch: BatchRow) -> tuple[int, str]:
    return -batch.count_quarantined, batch.source_file


def show_build(screen: Screen, build: BuildRecord) -> None:
    """How the latest build ended, and its failing checks by name with counts."""
    failed = [check for check in build.checks if check.is_blocking]
    warned = [check for check in build.checks if not check.is_blocking and check.outcome != "pass"]
    key = (
        "build.running"
        if build.finished_at is None
        else "build.ok"
        if build.is_successful
        else "build.failed"
    )
    seconds = (build.finished_at - build.started_at).total_seconds() if build.finished_at else 0
    screen.say(
        key,
        at=_local(build.started_at),
        as_of=_local(build.as_of),
        seconds=f"{seconds:.0f}",
        checks=len(build.checks),
        failed=len(failed),
        warned=len(warned),
    )
    for check in (*failed, *warned):
        screen.say(
            "build.check", severity=check.severity, name=check.check_name, count=_number(check.count_failed)
        )


def show_new_release(screen: Screen, release: CurrentRelease) -> None:
    """The release that was just published."""
    file = shown_path(release.file)
    screen.say("release.published", release=release.release_id, as_of=_local(release.as_of), file=file)


def show_difference(screen: Screen, difference: Difference) -> None:
    """Changes by stage, the batches behind them, and single changes by candidate number."""
    if difference.previous_release_id is None:
        screen.say("diff.first", release=difference.release.release_id)
        return
    screen.say("diff.title", release=difference.release.release_id, previous=difference.previous_release_id)
    if not difference.by_stage:
        screen.say("diff.none")
    else:
        table = screen.table(
            [("column.stage", "left"), ("column.change", "left"), ("column.people", "right")]
        )
        for stage, change, count in difference.by_stage:
            table.add_row(stage, screen.texts(f"change.{change}"), _number(count))
        screen.console.print(table)
        _show_changes(screen, difference)
    if difference.new_batches:
        table = screen.table(
            [("column.new_file", "left"), ("column.landed", "right"), ("column.quarantined", "right")]
        )
        for _, file, landed, quarantined in difference.new_batches:
            table.add_row(_cell(file), _number(landed), _number(quarantined))
        screen.console.print(table)


def _show_changes(screen: Screen, difference: Difference) -> None:
    table = screen.table(
        [
            ("column.stage", "left"), ("column.track", "left"), ("column.candidate", "left"),
            ("column.change", "left"), ("column.status", "left"), ("column.points", "right"),
            ("column.rank", "right"),
        ]
    )  # fmt: skip
    for row in difference.rows:
        table.add_row(
            row.stage_code, row.track_code, row.candidate_no, screen.texts(f"change.{row.change_code}"),
            _moved(row.status_before, row.status_after), _moved(row.points_before, row.points_after),
            _moved(row.rank_before, row.rank_after),
        )  # fmt: skip
    screen.console.print(table)


def show_state(screen: Screen, state: SeasonState) -> None:
    """Files waiting, last batches, last build, failing checks, current release and its distance from now."""
    screen.say("status.pending" if state.pending else "status.no_pending", count=len(state.pending))
    for _, file in state.pending[:20]:
        screen.say("status.file", file=file)
    _show_problems(screen, state.problems)
    if state.held:
        screen.say("status.held", count=len(state.held))
        show_held(screen, state.held)
    _show_quarantine_summary(screen, state.quarantine)
    if state.batches:
        show_batches(screen, state.batches)
    if state.build is None:
        screen.say("status.no_build")
    else:
        show_build(screen, state.build)
        if state.count_batches_after_build:
            screen.say("status.stale", count=state.count_batches_after_build)
    if state.release is None:
        screen.say("status.no_release")
        return
    release = state.release
    screen.say(
        "status.release",
        release=release.release_id,
        at=_local(release.published_at),
        as_of=_local(release.as_of),
    )
    if state.drift:
        screen.say("status.drift", stages=", ".join(event.stage_code for event in state.drift))


def _show_problems(screen: Screen, problems: Sequence[FolderProblem]) -> None:
    if problems:
        screen.say("status.problems", count=len(problems))
    for problem in problems[:PROBLEMS_SHOWN]:
        reason = _reason(screen.texts, problem.reason_code)
        names = dict.fromkeys((problem.shown_name, problem.source_file))
        screen.say("status.problem", file=" = ".join(name for name in names if name), reason=reason)


def _show_quarantine_summary(screen: Screen, files: Sequence[OpenFile]) -> None:
    if not files:
        return
    screen.say("status.quarantine", **_rows_and_files(files))
    for feed, of_feed in _by_feed(files).items():
        screen.say("status.quarantine_feed", feed=feed or "–", **_rows_and_files(of_feed))


def _rows_and_files(files: Sequence[OpenFile]) -> dict[str, object]:
    rows = sum(file.count_rows for file in files)
    return {"rows": _number(rows), "files": sum(file.is_whole for file in files)}


def show_quarantine(screen: Screen, files: Sequence[OpenFile]) -> None:
    """What is in quarantine or held, by feed and file: since when, how many rows, and why; counts only."""
    table = screen.table(
        [
            ("column.feed_and_file", "left"), ("column.batch", "left"), ("column.received", "left"),
            ("column.age_days", "right"), ("column.rows", "right"), ("column.reasons", "left"),
        ]
    )  # fmt: skip
    longest = max(len(Path(file.source_file).name) for file in files)
    room = screen.console.width - QUARANTINE_OTHER_WIDTH
    table.columns[0].min_width = min(longest + 2, room) if room > 0 else None
    now = utc_now()
    for feed, of_feed in _by_feed(files).items():
        rows = sum(file.count_rows for file in of_feed)
        table.add_row(feed or "–", "", "", "", _number(rows) if rows else "", style="bold")
        for file in of_feed:
            table.add_row(
                _cell(f"  {Path(file.source_file).name}"), _cell(file.batch_id), _local(file.received_at),
                _number((now - file.received_at).days), _number(file.count_rows or None),
                ", ".join(f"{code} {count}" if file.count_rows else code for code, count in file.reasons),
                end_section=file is of_feed[-1],
            )  # fmt: skip
    screen.console.print(table)
    for code in sorted({code for file in files for code, _ in file.reasons}):
        screen.say("quarantine.legend", code=code, text=_reason(screen.texts, code))


def _by_feed(files: Sequence[OpenFile]) -> dict[str, list[OpenFile]]:
    found: dict[str, list[OpenFile]] = {}
    for file in files:
        found.setdefault(file.feed, []).append(file)
    return found


def show_closed(screen: Screen, closed: Sequence[ClosedRows]) -> None:
    """What was taken out of quarantine: when, how, and by whom or by which batch."""
    table = screen.table(
        [
            ("column.file", "left"), ("column.batch", "left"), ("column.rows", "left"),
            ("column.closed", "left"), ("column.how", "left"), ("column.by", "left"),
        ]
    )  # fmt: skip
    for one in closed:
        by = f"{one.by}: {one.note}" if one.note else one.by
        table.add_row(
            _cell(one.source_file), _cell(one.batch_id), _row_numbers(screen, one),
            _local(one.closed_at), screen.texts(f"quarantine.{one.how}"), _cell(by),
        )  # fmt: skip
    screen.console.print(table)


def _row_numbers(screen: Screen, one: ClosedRows) -> str:
    if not one.row_numbers:
        return screen.texts("quarantine.whole_file")
    more = one.count_rows - len(one.row_numbers)
    return ", ".join(map(str, one.row_numbers)) + (f" … (+{more})" if more > 0 else "")


def show_identity(screen: Screen, rows: Sequence[dict[str, object]]) -> None:
    """What the vault has of one person, registration by registration."""
    for row in rows:
        table = screen.table([("column.setting", "left"), ("column.value", "left")])
        table.show_header = False
        for name, value in row.items():
            table.add_row(_cell(name), "–" if value is None else _cell(str(value)))
        screen.console.print(table)


def show_openings(screen: Screen, openings: Sequence[Opening]) -> None:
    """Who opened whose identity, with whom, when and why."""
    table = screen.table(
        [
            ("column.opened", "left"), ("column.candidate", "left"), ("column.by", "left"),
            ("column.second", "left"), ("column.reason", "left"),
        ]
    )  # fmt: skip
    for one in openings:
        table.add_row(
            _local(one.opened_at), _cell(one.candidate_no), _cell(one.asked_by), _cell(one.seconded_by),
            _cell(one.reason),
        )  # fmt: skip
    screen.console.print(table)


def show_pull(screen: Screen, found: Pull) -> None:
    """What a pull brought, and what waits."""
    for delivery in found.deliveries:
        file = f"{delivery.path.parent.name}/{delivery.path.name}"
        screen.say("pulled.file", file=file, rows=_number(delivery.count_rows))
    if not found.deliveries:
        screen.say("pulled.nothing")
    if found.count_waiting:
        since = "" if found.open_since is None else f"{found.open_since:%Y-%m-%d %H:%M} UTC"
        key = "pulled.waiting_since" if since else "pulled.waiting"
        screen.say(key, rows=_number(found.count_waiting), since=since)


def show_settings(screen: Screen, settings: Settings) -> None:
    """Each setting with its value in force; secrets only as set or not set."""
    table = screen.table([("column.setting", "left"), ("column.value", "left")])
    for name, value in settings.child_environment().items():
        if name.startswith("REZERV_"):
            table.add_row(name, _cell(value))
    for name, secret, file in (
        ("REZERV_VAULT_KEY", settings.vault_key, settings.vault_key_file),
        ("REZERV_PERSON_SECRET", settings.person_secret, settings.person_secret_file),
        ("REZERV_PLATFORM_DSN", settings.platform_dsn, None),
    ):
        key = "settings.from_file" if file else "settings.set" if secret else "settings.not_set"
        table.add_row(name, screen.texts(key))
    screen.console.print(table)


def show_next(screen: Screen) -> None:
    """What to open after the demo."""
    screen.say("demo.next")


def _reason(texts: Texts, code: str) -> str:
    return message(code, texts.language)


def _points(value: Decimal | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _moved(before: object, after: object) -> str:
    if before == after:
        return "" if after is None else str(after)
    return f"{'–' if before is None else before} → {'–' if after is None else after}"


def shown_path(path: Path) -> str:
    """A path relative to the current folder where it lies below it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
