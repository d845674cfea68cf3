"""A home with published lists and the release that names their codes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.ledger import RESTATED, ledger_folder
from orchestration.settings import Settings
from tests.support.fake_release import write_pointer
from tests.support.ledgers import FIRST_MOMENT, add, proposal, row
from tests.unit.orchestration.conftest import SECRETS, make_settings

SEEDS = Path(__file__).resolve().parents[4] / "dbt_project" / "seeds"
CENTRE = "assessment_centre"
COMPETENCIES = 5


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home where the text test was restated, the assessment centre and the Reserve published."""
    made = make_settings(tmp_path / "home")
    for name, value in {"REZERV_HOME": str(made.home), **SECRETS}.items():
        monkeypatch.setenv(name, value)
    write_release(made)
    publish(made)
    return made


def publish(settings: Settings) -> None:
    """The acts: people of two tracks, with ties, an absent one, one who is out and one who waits."""
    folder, day = ledger_folder(settings), timedelta(days=1)
    unscored = {"rank": None, "score_numerator": None, "score_denominator": None}
    first = [
        row("R25-000001"),
        row("R25-000002"),
        row("R25-000003", rank=3, status_code="supernumerary"),
        row("R25-000004", rank=4, status_code="not_admitted", score_numerator=7, score_denominator=2),
        row("R25-000005", status_code="excluded", decision_no="WG-7", reason_code="EXCLUDED", **unscored),
        row("R25-000006", status_code="absent", **unscored),
        row("R25-000007", status_code="pending_resit", **unscored),
        row("R25-000008", track_code="digital", cutoff_numerator=13, cutoff_denominator=3, limit_places=5),
    ]
    add(folder, proposal("text_test"), first)
    again = [
        row("R25-000001", rank=1),
        row("R25-000004", rank=4),
        *first[1:3],
        row("R25-000008", status_code="withdrawn", track_code="digital"),
    ]
    restated = proposal(
        "text_test", version=2, kind=RESTATED, restates=1, decision_no="WG-1", acted_at=FIRST_MOMENT + day
    )
    add(folder, restated, again)
    centre = [
        row("R25-000001", score_numerator=18, score_denominator=5, rank=1),
        row("R25-000002", score_numerator=29, score_denominator=10, rank=2, status_code="not_admitted"),
        row("R25-000006", status_code="absent", **unscored),
    ]
    add(folder, proposal(CENTRE, acted_at=FIRST_MOMENT + 2 * day), centre)
    final = [
        row("R25-000001", rank=None, score_numerator=None, score_denominator=None),
        row("R25-000002", rank=None, score_numerator=None, score_denominator=None, track_code="digital"),
        row(
            "R25-000004", rank=None, score_numerator=None, score_denominator=None, status_code="not_admitted"
        ),
    ]
    add(folder, proposal("national_commission", acted_at=FIRST_MOMENT + 3 * day), final)


def write_release(settings: Settings) -> Path:
    """The tables that announcements ask: names, languages, and points of competencies of two people."""
    file = settings.releases_dir / "2025-r0001.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            "create schema core; create schema seeds; create schema reporting; create schema release"
        )
        connection.execute("create table release.manifest as select '2025' as season_code")
        for name in ("stages", "tracks", "stage_criteria", "stage_scoring"):
            connection.execute(
                f"create table seeds.{name} as from read_csv(?, header = true, nullstr = '')",
                [str(SEEDS / f"{name}.csv")],
            )
        connection.execute("create table core.dim_stages as from seeds.stages")
        connection.execute("create table core.dim_tracks as from seeds.tracks")
        connection.execute(
            "create table core.dim_candidates as select '2025' as season_code,"
            " unnest(['R25-000001', 'R25-000002', 'R25-000003']) as candidate_no,"
            " unnest(['kk', 'ru', null]) as test_language_code"
        )
        connection.execute(
            "create table reporting.rpt_criterion_points as select '2025' as season_code, stage_code,"
            " candidate_no, criterion_code,"
            " case candidate_no when 'R25-000001' then [4, 3, 4, 3, 4][criterion_order]"
            " else [6, 6, 6, 6, 5][criterion_order] end as criterion_points_sum,"
            " case candidate_no when 'R25-000001' then 1 else 2 end as count_rated,"
            " (criterion_points_sum / count_rated)::decimal(9, 2) as criterion_points"
            " from seeds.stage_criteria,"
            " (select unnest(['R25-000001', 'R25-000002']) as candidate_no)"
            f" where stage_code = '{CENTRE}'"
        )
    write_pointer(settings.releases_dir, file)
    return file
