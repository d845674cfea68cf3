"""Whole seasons: deterministic, of the size of 2025 by default, and as an independent reading has them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingestion.contracts import feed_names
from ingestion.sample_season import SCENARIOS, write_season
from ingestion.sample_season.deliveries import FOLDER_FORMAT
from ingestion.sample_season.season import simulate
from ingestion.sample_season.world import World
from tests.oracle import run_oracle
from tests.oracle.reading import read_landing
from tests.unit.ingestion.deliveries import judged

AFTER_THE_SEASON = datetime(2025, 11, 10, tzinfo=UTC)
GOES_ON = ("admitted", "supernumerary")
# What our own acts of publishing deliver: nobody sends it, so no sample season holds it.
OF_THE_LEDGER = {
    "assignment__drawn_cases", "assignment__seats", "placement__places", "publication__acts",
    "publication__lists",
}  # fmt: skip


def _hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_arguments_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_season(tmp_path / name, size=80, seed=3)
    write_season(tmp_path / "other", size=80, seed=4)
    assert _hashes(tmp_path / "one") == _hashes(tmp_path / "two")
    assert _hashes(tmp_path / "one") != _hashes(tmp_path / "other")


def test_a_season_can_be_written_again_but_not_over_another(tmp_path: Path) -> None:
    write_season(tmp_path, size=40, seed=3, scenarios=())
    before = _hashes(tmp_path)
    write_season(tmp_path, size=40, seed=3, scenarios=())
    assert _hashes(tmp_path) == before
    with pytest.raises(FileExistsError):
        write_season(
            tmp_path,
            size=40,
            seed=3,
            scenarios=("dissolved_body",),
        )


def test_unknown_scenarios_are_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="flood"):
        write_season(tmp_path, size=40, scenarios=("flood",))


def test_every_feed_is_delivered_in_folders_named_by_receipt(tmp_path: Path) -> None:
    summary = write_season(tmp_path, size=300)
    feeds = {"__".join(path.name.split(".")[0].split("__")[:2]) for path in tmp_path.rglob("*.*")}
    assert feeds == set(feed_names()) - OF_THE_LEDGER
    assert 120 <= summary.count_files <= 260
    for folder in tmp_path.iterdir():
        assert datetime.strptime(folder.name, FOLDER_FORMAT).year == 2025


def test_a_scenario_leaves_everybody_else_as_they_were() -> None:
    clean = simulate(size=200, seed=5, scenarios=())
    messy = simulate(size=200, seed=5, scenarios=("duplicate_accounts", "weak_certificate"))
    columns = ["candidate_no", "iin", "track_code", "submitted_at", "fate", "ability"]
    assert messy.people.loc[: len(clean.people) - 1, columns].equals(clean.people[columns])


def _agrees(world: World, landing: Path) -> None:
    oracle = run_oracle(landing, AFTER_THE_SEASON)
    for stage in world.rules.stages:
        went_on = {
            number: result
            for (s, number), result in oracle.results.items()
            if s == stage and result.status in GOES_ON
        }
        # the season is played as it went: whom a reversal brought back after the list sat nothing more
        came_back = {
            number
            for number, result in went_on.items()
            if result.status == "supernumerary" and result.decision_no is not None
        }
        assert set(world.numbers(world.admitted[stage])) == went_on.keys() - came_back, stage


@pytest.mark.parametrize(("size", "seed", "scenarios"), [(300, 11, None), (300, 12, ()), (30, 13, None)])
def test_who_goes_on_is_who_the_rules_admit(
    tmp_path: Path, size: int, seed: int, scenarios: tuple[str, ...] | None
) -> None:
    write_season(tmp_path, size=size, seed=seed, scenarios=scenarios)
    _agrees(simulate(size=size, seed=seed, scenarios=scenarios), tmp_path)


def test_the_default_season_has_the_size_of_2025() -> None:
    """FACTS §3: 4,876 sat the text test, 55 % went on; then 600, 300, 200, 150, 100, 50 and ties."""
    world = simulate(size=9000, seed=2025, scenarios=None)
    assert abs(world.sat["text_test"] - 4876) <= 49
    assert 0.53 <= len(world.admitted["text_test"]) / world.sat["text_test"] <= 0.57
    assert abs(world.sat["numeric_test"] - 2560) <= 60
    went_on = {stage: len(world.admitted[stage]) for stage in world.rules.stages}
    assert 600 <= went_on["numeric_test"] <= 700
    assert 300 <= went_on["situational"] <= 345
    assert 200 <= went_on["assessment_centre"] <= 230
    assert 150 <= went_on["interview"] <= 175
    assert 100 <= went_on["expert_commission"] <= 120
    assert went_on["national_commission"] == 50


def test_the_door_lets_a_clean_season_in(tmp_path: Path) -> None:
    write_season(tmp_path, size=60, seed=3, scenarios=())
    paths = {"__".join(path.name.split(".")[0].split("__")[:2]): path for path in tmp_path.rglob("*.*")}
    for feed, path in paths.items():
        inspection = judged(path.name, path.read_bytes()).inspection
        failed = [check.check_name for check in inspection.checks if not check.is_passed]
        assert not failed, feed


def test_numbers_of_documents_are_marked_synthetic(tmp_path: Path) -> None:
    write_season(tmp_path, size=60, seed=3, scenarios=())
    documents = read_landing(tmp_path, AFTER_THE_SEASON, AFTER_THE_SEASON).rows("platform__documents")
    numbers = [row["document_number"] for row in documents if row["document_type_code"] != "employment_proof"]
    assert all(number.startswith("SYN-") for number in numbers)
    assert len(set(numbers)) == len(numbers) > 90
    proofs = [row for row in documents if row["document_type_code"] == "employment_proof"]
    assert proofs and all(row["document_number"] is None for row in proofs)


def test_every_scenario_is_described() -> None:
    for name, scenario in SCENARIOS.items():
        assert scenario.name == name
        assert scenario.description.endswith(".")
        assert scenario.rule
