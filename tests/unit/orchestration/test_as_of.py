"""The season as known at a moment: equal to what was built then, released beside the season's releases."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from orchestration import as_of, scratch
from orchestration.errors import UserError
from orchestration.progress import SilentProgress
from orchestration.releases import POINTER_NAME, current_release
from orchestration.settings import Settings
from tests.support.scratch_season import land_season, write_landing
from tests.support.season import CompiledProject
from tests.unit.orchestration.conftest import make_settings

# The end of 20 August, local time.
MOMENT = datetime(2025, 8, 20, 18, 59, 59)


@pytest.fixture(scope="module")
def homes(compiled_project: CompiledProject, tmp_path_factory: pytest.TempPathFactory) -> list[Settings]:
    """The season up to 20 August, and all of it."""
    landing = write_landing(tmp_path_factory.mktemp("as_of") / "landing")
    made = []
    for until in (MOMENT, None):
        home = tmp_path_factory.mktemp("as_of_home") / "home"
        settings = make_settings(home, REZERV_LANDING_DIR=str(landing))
        land_season(settings, compiled_project, until)
        made.append(settings)
    return made


def rows(settings: Settings) -> dict[str, list[tuple]]:
    """Every row of selection and reporting at the moment, less the list of batches."""
    with scratch.scratch_home(settings) as copy:
        scratch.compute(settings, copy.warehouse, as_of=MOMENT)
        with duckdb.connect(str(copy.warehouse), read_only=True) as connection:
            tables = connection.execute(
                "select table_schema || '.' || table_name from information_schema.tables"
                " where table_schema in ('selection', 'reporting') and table_name <> 'rpt_batches'"
            ).fetchall()
            return {t: sorted(connection.execute(f"from {t}").fetchall(), key=repr) for (t,) in tables}


def test_what_was_known_then_is_what_is_computed_of_then(homes: list[Settings]) -> None:
    then, later = (rows(settings) for settings in homes)
    assert then["selection.sel_stage_results"]
    assert then.keys() == later.keys()
    assert [table for table in then if then[table] != later[table]] == []


def test_a_release_of_a_moment_stands_in_its_own_folder(
    homes: list[Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, folder = homes[1], tmp_path / "then"
    made = as_of.release_as_of(settings, SilentProgress(), MOMENT, folder)
    assert made.as_of == MOMENT and made.is_new
    assert current_release(settings.releases_dir) is None
    found = current_release(folder)
    assert found is not None and found.file == made.file
    with duckdb.connect(str(made.file), read_only=True) as connection:
        [(described,)] = connection.execute(
            "select count(*) from duckdb_tables() where comment is not null and schema_name = 'selection'"
        ).fetchall()
    assert described
    again = as_of.release_as_of(settings, SilentProgress(), MOMENT, folder)
    assert not again.is_new and again.release_id == made.release_id
    shutil.rmtree(folder)


def test_neither_the_season_s_releases_nor_another_folder_is_written_to(
    settings: Settings, tmp_path: Path
) -> None:
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("create schema seeds")
        connection.execute("create table seeds.stages as select 1 as one")
        connection.execute("create table seeds.policy as select 1 as one")
    (settings.releases_dir / POINTER_NAME).touch()
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").touch()
    for folder in (settings.releases_dir, settings.releases_dir / "then", other):
        with pytest.raises(UserError):
            as_of.release_as_of(settings, SilentProgress(), MOMENT, folder)
    assert sorted(path.name for path in settings.releases_dir.iterdir()) == [POINTER_NAME]
