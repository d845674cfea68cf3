"""A copy of the warehouse that is computed on the side: what would be, without touching what is.

Belongs here: the SQL that dbt compiled, kept until a file that dbt reads changes, and running it in dbt's
order on a copy. Not here: what is asked of the copy (`publication.py`, `corrections.py`, `sensitivity.py`),
the real build with its record (`assets/warehouse.py`). dbt stays the only one who says what is computed; it
is only not started again for each copy (docs/decisions/0016-computed-copies.md).
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion.clock import utc_now
from orchestration.builds import has_table
from orchestration.errors import OrchestrationError, UserError

if TYPE_CHECKING:
    import duckdb

    from orchestration.settings import Settings

logger = logging.getLogger(__name__)

# What stands in the compiled SQL where a copy has its own season clock, and the stage that it publishes.
CLOCK_MARK = "1999-12-31 23:59:59"
PUBLISHING_MARK = "no stage is being published"
_CACHE_NAME = "compiled_steps.json"
_CACHE_FORMAT = 2


@dataclass(frozen=True)
class Step:
    """One node that dbt compiled.

    kind: `table`, `view`, or `test`, which yields rows where it fails. relation: of a table or view, quoted;
    of a test its name. severity: of a test, ERROR or WARN. reads: names of the steps it depends on, and its
    sources as `raw.<table>`.
    """

    name: str
    kind: str
    relation: str
    sql: str
    severity: str = "ERROR"
    reads: tuple[str, ...] = ()


@dataclass(frozen=True)
class FailedClaim:
    """A test of severity ERROR that a copy does not hold, with how many rows it finds."""

    name: str
    count_rows: int


def compiled_steps(settings: Settings) -> list[Step]:
    """Models and data tests of the project in dbt's order, as dbt compiled them; compiled anew when stale.

    Raises `OrchestrationError` with dbt's last words when the project cannot be compiled.
    """
    from orchestration.resources import dbt_target, newest_source

    cache = dbt_target(settings) / _CACHE_NAME
    if cache.is_file() and cache.stat().st_mtime >= newest_source():
        held = json.loads(cache.read_text(encoding="utf-8"))
        if held.get("format") == _CACHE_FORMAT:
            return [Step(**{**step, "reads": tuple(step["reads"])}) for step in held["steps"]]
    steps = _compile(settings)
    draft = cache.with_suffix(".tmp")
    content = {"format": _CACHE_FORMAT, "steps": [step.__dict__ for step in steps]}
    draft.write_text(json.dumps(content), encoding="utf-8")
    draft.replace(cache)
    return steps


def _compile(settings: Settings) -> list[Step]:
    """Let dbt compile the project; the order is dbt's graph, names within it alphabetical."""
    from orchestration.resources import DBT_PROJECT_DIR, dbt_environment, dbt_executable, dbt_target

    target = dbt_target(settings) / "scratch"
    target.mkdir(parents=True, exist_ok=True)
    variables = {"as_of": CLOCK_MARK, "publishing": PUBLISHING_MARK}
    command = [
        dbt_executable(), "--no-use-colors", "compile", "--project-dir", str(DBT_PROJECT_DIR),
        "--profiles-dir", str(DBT_PROJECT_DIR), "--target-path", str(target), "--log-path", str(target),
        "--vars", json.dumps(variables),
    ]  # fmt: skip
    # dbt opens the database only to be polite to it: an empty one does, and nobody has to wait for the lock.
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, **dbt_environment(settings)}
        environment["REZERV_WAREHOUSE"] = str(Path(folder) / settings.warehouse.name)
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise OrchestrationError("error.dbt_parse", detail=" | ".join(lines[-6:]), log=target / "dbt.log")
    return steps_of(json.loads((target / "manifest.json").read_text(encoding="utf-8")))


def steps_of(manifest: Mapping[str, Any]) -> list[Step]:
    """Steps of a compiled manifest, each after what it reads."""
    wanted = {
        name: node
        for name, node in manifest["nodes"].items()
        if node["resource_type"] in ("model", "test") and node.get("compiled_code")
    }
    done: dict[str, Step] = {}

    def visit(name: str) -> None:
        if name in done or name not in wanted:
            return
        node = wanted[name]
        parents = sorted(parent for parent in node["depends_on"]["nodes"] if parent in wanted)
        for parent in parents:
            visit(parent)
        reads = [wanted[parent]["name"] for parent in parents]
        sources = (parent for parent in node["depends_on"]["nodes"] if parent.startswith("source."))
        reads += sorted(".".join(source.split(".")[2:]) for source in sources)
        done[name] = _step(node, tuple(reads))

    for name in sorted(wanted):
        visit(name)
    return list(done.values())


def _step(node: Mapping[str, Any], reads: tuple[str, ...]) -> Step:
    if node["resource_type"] == "test":
        severity = str(node["config"].get("severity") or "ERROR").upper()
        return Step(node["name"], "test", node["name"], node["compiled_code"], severity, reads)
    kind = "view" if node["config"]["materialized"] == "view" else "table"
    relation = f'"{node["schema"]}"."{node["alias"]}"'
    return Step(node["name"], kind, relation, node["compiled_code"], reads=reads)


@contextmanager
def scratch_home(settings: Settings, *, with_vault: bool = False) -> Iterator[Settings]:
    """Settings of a temporary home below `<home>/scratch` that holds a copy of the warehouse.

    with_vault: the vault too, for landing. The landing folder stays the real one: a file's moment of receipt
    is its place there. The copy is taken under the writer's lock and removed at the end; what a killed
    process left is removed by the next one.
    """
    from ingestion.locking import warehouse_lock

    root = settings.home / "scratch"
    root.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(root)
    folder = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=root))
    try:
        with warehouse_lock(settings.warehouse):
            _copy_database(settings.warehouse, folder / "warehouse.duckdb")
            if with_vault:
                _copy_database(settings.vault, folder / "vault.duckdb")
        yield replace(
            settings,
            home=folder,
            warehouse=folder / "warehouse.duckdb",
            vault=folder / "vault.duckdb",
            releases_dir=folder / "releases",
            dagster_home=folder / "dagster",
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy_database(source: Path, target: Path) -> None:
    """Copy a database with what a killed writer left beside it; nothing where there is none."""
    if source.is_file():
        shutil.copyfile(source, target)
        log = Path(f"{source}.wal")
        if log.is_file():
            shutil.copyfile(log, f"{target}.wal")


def _remove_abandoned(root: Path) -> None:
    """Remove the folders of processes that are gone."""
    for folder in root.iterdir():
        owner = folder.name.split("-", 1)[0]
        if owner.isdecimal() and not Path(f"/proc/{owner}").exists() and not _is_alive(int(owner)):
            logger.warning("removed the computed copy of an interrupted command: %s", folder.name)
            shutil.rmtree(folder, ignore_errors=True)


def _is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def compute(
    settings: Settings,
    warehouse: Path,
    *,
    as_of: datetime | None = None,
    publishing: str = "",
    policy: Mapping[str, str] | None = None,
    only: Sequence[str] | None = None,
) -> datetime:
    """Run the compiled models on a copy; returns the season clock used (naive UTC).

    as_of: the season clock, default the setting's, else now. publishing: code of the season's stage whose
    list is computed as if it were published at that clock. policy: other values of parameters of the
    season's policy, by parameter. only: names of models, or of sources as `raw.<table>`; with it, these and
    what depends on them are computed anew. Raises `UserError` where there was no build yet: the seeds,
    which a copy takes as they are, come from one.
    """
    import duckdb

    from ingestion.loader import ensure_raw_tables

    require_build(warehouse)
    ensure_raw_tables(replace(settings, warehouse=warehouse).reading_config())
    clock = (as_of or settings.as_of or utc_now()).replace(microsecond=0)
    steps = [step for step in compiled_steps(settings) if step.kind != "test"]
    if only is not None:
        steps = downstream_of(steps, only)
    config: dict[str, Any] = {"threads": settings.threads, "memory_limit": settings.memory_limit}
    with duckdb.connect(str(warehouse), config=config) as connection:
        for parameter, value in (policy or {}).items():
            set_policy(connection, settings.season, parameter, value)
        for step in steps:
            sql = _sql(step, clock, _published_stage(settings, publishing))
            connection.execute(f"create or replace {step.kind} {step.relation} as {sql}")
    return clock


def require_build(warehouse: Path) -> None:
    """Raise `UserError` unless the warehouse has been built, or while another process writes it."""
    import duckdb

    if warehouse.is_file():
        try:
            with duckdb.connect(str(warehouse), read_only=True) as connection:
                if has_table(connection, "seeds", "stages") and has_table(connection, "seeds", "policy"):
                    return
        except duckdb.IOException as error:
            raise UserError("error.database_busy", file=warehouse) from error
    raise UserError("error.copy_no_build")


def copy_comments(source: Path, target: Path) -> None:
    """Give the tables and columns of a computed copy the descriptions that dbt gave those of `source`.

    What the copy lacks is passed over: a table made anew has none of the descriptions of the one before it.
    """
    import duckdb

    with duckdb.connect(str(source), read_only=True) as connection:
        relations = connection.execute(_RELATIONS + " where comment is not null").fetchall()
        columns = connection.execute(_COLUMNS + " where comment is not null").fetchall()
    with duckdb.connect(str(target)) as connection:
        kinds = {row[:2]: row[2] for row in connection.execute(_RELATIONS).fetchall()}
        known = {row[:3] for row in connection.execute(_COLUMNS).fetchall()}
        connection.begin()
        for schema, name, _, comment in relations:
            if (schema, name) in kinds:
                _comment(connection, kinds[schema, name], (schema, name), comment)
        for schema, name, column, comment in columns:
            if (schema, name, column) in known:
                _comment(connection, "column", (schema, name, column), comment)
        connection.commit()


_RELATIONS = """
select * from (
    select schema_name, table_name, 'table' as kind, comment from duckdb_tables() where not internal
    union all
    select schema_name, view_name, 'view' as kind, comment from duckdb_views() where not internal
)
"""
_COLUMNS = "select schema_name, table_name, column_name, comment from duckdb_columns()"


def _comment(connection: duckdb.DuckDBPyConnection, kind: str, names: tuple[str, ...], comment: str) -> None:
    what = ".".join(f'"{name}"' for name in names)
    quoted = comment.replace("'", "''")
    connection.execute(f"comment on {kind} {what} is '{quoted}'")


def failed_claims(
    settings: Settings, warehouse: Path, *, as_of: datetime, publishing: str = ""
) -> list[FailedClaim]:
    """Data tests of severity ERROR that do not hold on a computed copy."""
    import duckdb

    stage = _published_stage(settings, publishing)
    found = []
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for step in compiled_steps(settings):
            if step.kind != "test" or step.severity != "ERROR":
                continue
            query = f"select count(*) from ({_sql(step, as_of, stage)}) as failing"
            rows = connection.execute(query).fetchone()
            if rows and rows[0]:
                found.append(FailedClaim(step.name, rows[0]))
    return found


@contextmanager
def computed_copy(
    settings: Settings,
    *,
    as_of: datetime | None = None,
    publishing: str = "",
    policy: Mapping[str, str] | None = None,
) -> Iterator[Path]:
    """A computed copy of the warehouse as a file, gone at the end."""
    with scratch_home(settings) as scratch:
        compute(settings, scratch.warehouse, as_of=as_of, publishing=publishing, policy=policy)
        yield scratch.warehouse


def downstream_of(steps: Sequence[Step], names: Sequence[str]) -> list[Step]:
    """The named models and everything that reads them or the named sources, in order."""
    touched = set(names)
    chosen = []
    for step in steps:
        if step.name in touched or touched.intersection(step.reads):
            touched.add(step.name)
            chosen.append(step)
    return chosen


def _published_stage(settings: Settings, stage_code: str) -> str:
    """The variable `publishing` of the project: the stage with its season."""
    return f"{settings.season}/{stage_code}" if stage_code else ""


def _sql(step: Step, clock: datetime, publishing: str) -> str:
    moment = clock.strftime("%Y-%m-%d %H:%M:%S")
    return step.sql.replace(CLOCK_MARK, moment).replace(PUBLISHING_MARK, publishing)


def set_policy(connection: duckdb.DuckDBPyConnection, season: str, parameter: str, value: str) -> None:
    """Give a parameter of the season's policy another value in a copy."""
    connection.execute(
        "update seeds.policy set value = ? where season_code::varchar = ? and parameter_code = ?",
        [value, season, parameter],
    )
