"""The demo: a sample season taken through the same runs as a real one.

Belongs here: writing the sample season into a home of its own, keeping it apart from real seasons, and
telling what happens. Not here: the sample season itself (`ingestion/sample_season/`), the runs (`runs.py`).
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from orchestration.console import (
    Screen,
    show_funnel,
    show_landed_summary,
    show_new_release,
    show_next,
    shown_path,
)
from orchestration.errors import UserError
from orchestration.publication_reports import read_stages
from orchestration.releases import current_release
from orchestration.reports import is_up_to_date, last_seq, read_funnel, read_landing_after, require_release
from orchestration.settings import Settings, generate_secrets, load_settings

#: Folders of a home that acts on its season fill: what was published, drawn, assigned, sent, looked back at.
OF_ACTS = (
    "announcements", "as_of", "assignments", "draws", "exports", "forms", "ledger", "measurement", "mend",
    "national", "papers", "quotas", "reports", "slots", "vetting",
)  # fmt: skip


@dataclass(frozen=True)
class DemoSeason:
    """Which sample season: accounts, seed, scenarios (None: all of them, `()`: none)."""

    size: int
    seed: int
    scenarios: tuple[str, ...] | None


def run_demo(
    settings: Settings, screen: Screen, season: DemoSeason, *, anew: bool = False, recordings: int = 0
) -> int:
    """Write, land, build, release, show. Returns the exit code; a second run finds its work done.

    recordings: sittings whose recording is drawn too, and gone through by the model that ships. Raises
    `UserError` when the home holds a season that is not this demo: nothing real is ever mixed or erased.
    """
    began = time.monotonic()
    _claim_home(settings, season, anew)
    if generate_secrets(settings):
        screen.say("secrets.written", file=shown_path(settings.secrets_file))
        settings = load_settings(overrides={"REZERV_LANGUAGE": settings.language})
    settings.make_folders()
    if any(settings.landing_dir.iterdir()):
        screen.say("demo.written_before", folder=shown_path(settings.landing_dir))
    else:
        write_sample(screen, season, settings.landing_dir)
    if recordings:
        _go_through_recordings(settings, screen, recordings)
    before = current_release(settings.releases_dir)
    if is_up_to_date(settings):
        screen.say("demo.up_to_date")
    else:
        run_update(settings, screen)
    current = require_release(settings)
    if before and before.release_id == current.release_id:
        screen.say("release.unchanged", release=current.release_id)
    else:
        show_new_release(screen, current)
    lists = read_stages(current.file, settings.season)
    show_funnel(screen, read_funnel(current.file, settings.language), lists)
    screen.say("demo.synthetic")
    screen.say("demo.done", seconds=f"{time.monotonic() - began:.0f}")
    show_next(screen)
    return 0


def write_sample(screen: Screen, season: DemoSeason, folder: Path) -> None:
    """Write a sample season's files, whole or not at all, and say where they are."""
    from ingestion.sample_season import write_season

    draft = folder.with_name(folder.name + ".draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.parent.mkdir(parents=True, exist_ok=True)
    with screen.progress() as progress:
        progress.start("sample", None)
        write_season(draft, size=season.size, seed=season.seed, scenarios=season.scenarios)
        progress.finish("sample")
    if folder.exists():
        folder.rmdir()
    draft.rename(folder)
    count = sum(path.is_file() for path in folder.rglob("*"))
    screen.say("demo.written", files=count, folder=shown_path(folder))


def _go_through_recordings(settings: Settings, screen: Screen, count: int) -> None:
    """Draw recordings of some sittings, find what happens in them, and deliver it into the landing folder."""
    from orchestration.demo_recordings import run_demo_recordings, write_demo_recordings

    with screen.progress() as progress:
        progress.start("recordings", None)
        write_demo_recordings(settings, count)
        run_demo_recordings(settings)
        progress.finish("recordings")
    screen.say("demo.recordings", folder=shown_path(settings.recordings_dir))


def run_update(settings: Settings, screen: Screen, files: Sequence[Path] = (), *, as_of: str = "") -> int:
    """Land, build and release in one run; returns how many files were refused as a whole or held."""
    from orchestration import runs

    before = last_seq(settings)
    if not files:
        runs.deliver_books(settings)
        runs.record_problems(settings)
    with screen.progress() as progress:
        runs.update(settings, progress, files, as_of=as_of)
    landing = read_landing_after(settings, before, files)
    if landing.batches:
        show_landed_summary(screen, landing)
    else:
        screen.say("landed.nothing", folder=shown_path(settings.landing_dir))
    return landing.count_outside


def _claim_home(settings: Settings, season: DemoSeason, anew: bool) -> None:
    """Mark the home as this demo's; refuse a home with anything else in it."""
    marker = settings.demo_mark
    wanted = json.loads(json.dumps(asdict(season)))
    if marker.is_file():
        found = json.loads(marker.read_text(encoding="utf-8"))
        if found == wanted and not anew:
            return
        if not anew:
            raise UserError("error.demo_differs", home=settings.home, size=found["size"], seed=found["seed"])
        _erase(settings)
    elif settings.warehouse.exists() or (
        settings.landing_dir.is_dir() and any(settings.landing_dir.iterdir())
    ):
        raise UserError("error.home_not_demo", home=settings.home)
    settings.home.mkdir(parents=True, exist_ok=True)
    marker.write_text(json.dumps(wanted, indent=2) + "\n", encoding="utf-8")


def _erase(settings: Settings) -> None:
    """Remove what a former demo made in this home; its secrets stay."""
    home = settings.home.resolve()
    folders = [home / name for name in OF_ACTS]
    folders += [
        one
        for one in (settings.recordings_dir, settings.proctoring_dir)
        if one.resolve().is_relative_to(home)
    ]
    for folder in (settings.landing_dir, settings.releases_dir, *folders):
        shutil.rmtree(folder, ignore_errors=True)
    for database in (settings.warehouse, settings.vault):
        for file in (database, database.with_name(database.name + ".wal")):
            file.unlink(missing_ok=True)
