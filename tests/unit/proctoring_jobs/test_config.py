from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from pathlib import Path

import pytest

from proctoring_jobs.config import RUNNING, ProctoringConfig, load_config
from proctoring_jobs.errors import ConfigInvalidError


def test_defaults_are_the_documented_starting_values() -> None:
    config = load_config(None, {})
    assert (config.person_on, config.person_off, config.object_on, config.object_off) == (
        0.5,
        0.35,
        0.4,
        0.25,
    )
    assert (config.absence_seconds, config.book_seconds, config.screen_seconds) == (3, 3, 3)
    assert (config.second_person_votes, config.second_person_window) == (2, 3)
    assert (config.phone_votes, config.phone_window) == (2, 5)
    assert (config.merge_gap_seconds, config.sample_rate, config.duplicate_iou) == (5, 1, 0.6)


def test_every_setting_says_why() -> None:
    assert [item.name for item in fields(ProctoringConfig) if len(item.metadata["reason"]) < 20] == []


def test_environment_over_file_over_default(tmp_path: Path) -> None:
    file = tmp_path / "proctoring.toml"
    file.write_text('weights = "w.onnx"\nsample_rate = 2\nperson_on = 0.6\nbatch_size = 8\n')
    config = load_config(None, {"PROCTORING_CONFIG": str(file), "PROCTORING_BATCH_SIZE": "4", "HOME": "/"})
    assert (config.sample_rate, config.person_on, config.batch_size) == (Decimal(2), 0.6, 4)
    assert config.weights == tmp_path / "w.onnx"
    assert config.sample_period == Decimal("0.5")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SAMPLE_RATE", "0.4"),  # coarser than one in two seconds
        ("SAMPLE_RATE", "nan"),
        ("SAMPLE_RATE", "fast"),
        ("BATCH_SIZE", "2.5"),
        ("BATCH_SIZE", "0"),
        ("PERSON_OFF", "0.6"),  # above person_on
        ("PERSON_ON", "1.1"),
        ("PHONE_VOTES", "6"),  # more than the window
        ("WEIGHTS_SHA256", "abc"),
    ],
)
def test_a_wrong_setting_is_named(variable: str, value: str) -> None:
    with pytest.raises(ConfigInvalidError) as raised:
        load_config(None, {f"PROCTORING_{variable}": value})
    assert raised.value.params["setting"] == variable.lower()


def test_a_misspelt_setting_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text("sampel_rate = 2\n")
    for given in (lambda: load_config(file, {}), lambda: load_config(None, {"PROCTORING_SAMPEL_RATE": "2"})):
        with pytest.raises(ConfigInvalidError, match="sampel_rate"):
            given()


@pytest.mark.parametrize("content", ["sample_rate = ", "sample_rate = true", "weights = 3", "\udcff"])
def test_a_broken_file_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "c.toml"
    file.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(ConfigInvalidError):
        load_config(file, {})


def test_an_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalidError):
        load_config(tmp_path / "none.toml", {})


def test_hash_follows_what_changes_results_and_nothing_else() -> None:
    base = ProctoringConfig()
    assert base.config_hash() == ProctoringConfig(weights=Path("elsewhere.onnx")).config_hash()
    assert base.config_hash() == ProctoringConfig(sample_rate=Decimal("1.0")).config_hash()
    running = ProctoringConfig(engine="ray", workers=3, sitting_attempts=1, sitting_limit_seconds=60)
    assert base.config_hash() == running.config_hash()
    assert {"engine", "workers", "plan_reserve"} < RUNNING < {item.name for item in fields(ProctoringConfig)}
    others = [
        ProctoringConfig(sample_rate=Decimal(2)),
        ProctoringConfig(batch_size=1),
        ProctoringConfig(device="cuda:0"),
        ProctoringConfig(weights_sha256="a" * 64),
        ProctoringConfig(object_off=0.2),
    ]
    assert len({config.config_hash() for config in (base, *others)}) == 6


def test_floor_is_the_lowest_threshold() -> None:
    assert ProctoringConfig().confidence_floor == 0.25
