from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from proctoring_jobs.scenes.script import SEED_PREFIX
from proctoring_jobs.training.__main__ import main
from proctoring_jobs.training.card import NAME, Results, write_card
from proctoring_jobs.training.evaluate import IncidentCount
from proctoring_jobs.training.loop import Recipe, averaged_model, train
from proctoring_jobs.training.measure import ClassScore
from proctoring_jobs.training.sets import TEST, TRAIN, VALIDATION, draw_set, read_set


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight pictures, small."""
    folder = tmp_path_factory.mktemp("work")
    draw_set(folder, "few", 8, 128, is_balanced=True)
    return folder


def test_sets_share_no_seed() -> None:
    assert len({TRAIN, VALIDATION, TEST, SEED_PREFIX}) == 4


def test_a_set_is_drawn_once_and_read_back(work: Path) -> None:
    pictures = read_set(work, "few", 128)
    assert (len(pictures), pictures.images[0].shape) == (8, (96, 128, 3))
    assert pictures.lightings == ("even", "dark", "bright", "side", "back", "even", "dark", "bright")
    boxes = np.concatenate(pictures.boxes)
    assert boxes[:, [1, 3]].max() <= 128
    assert (boxes[:, 3] > boxes[:, 1]).all()
    before = {path.name: path.stat().st_mtime_ns for path in work.iterdir()}
    draw_set(work, "few", 8, 128)
    assert {path.name: path.stat().st_mtime_ns for path in work.iterdir()} == before


def test_a_few_steps_of_training_change_the_model_and_can_go_on(work: Path) -> None:
    recipe = Recipe(image_width=128, batch=4, minutes=0.005, small_until=0)
    _, first = train(recipe, lambda: read_set(work, "few", 128), work / "checkpoint.pt")
    model, again = averaged_model(recipe, work / "checkpoint.pt")
    assert first.steps == again.steps >= 1
    longer = Recipe(image_width=128, batch=4, minutes=first.seconds / 60 + 0.001, small_until=0)
    other, more = train(longer, lambda: read_set(work, "few", 128), work / "checkpoint.pt")
    assert more.steps > first.steps
    assert any(not a.equal(b) for a, b in zip(model.parameters(), other.parameters(), strict=True))


def test_the_card_says_what_the_model_must_not_be_used_for(tmp_path: Path) -> None:
    (tmp_path / "registry.toml").write_text('[other]\nfile = "x"\n')
    weights = tmp_path / f"{NAME}.onnx"
    weights.write_bytes(b"weights")
    score = {"person": ClassScore(0.9, 0.8, 0.7, 10)}
    run = dict.fromkeys(
        ("steps", "note", "parameters", "milliseconds", "recordings", "person_on", "object_on", "versions"), 1
    )
    run |= {"pictures": 5, "test_pictures": 5}
    run |= {"measured_with": "openvino 1"}
    dark, bright = IncidentCount(4, 3, 1), IncidentCount(2, 2, 0)
    counts = {"all": {"phone": dark.plus(bright)}, "dark": {"phone": dark}, "bright": {"phone": bright}}
    results = Results(vars(Recipe()), run, {"all": score, "dark": score}, counts)
    for _ in range(2):
        write_card(tmp_path, weights, results)
    card = (tmp_path / "README.md").read_text()
    assert "must never be used on real recordings" in card
    assert "| dark | **0.900** | 0.90 0.80 0.70 |" in card
    assert "| phone | 6 | 5 | 1 | **0.83** | 0.75 | 1.00 |" in card
    registry = tomllib.loads((tmp_path / "registry.toml").read_text())
    assert (list(registry), registry[NAME]["is_production"]) == (["other", NAME], False)


@pytest.mark.parametrize(
    ("counts", "f1"),
    [
        ((0, 0, 0), 1.0),
        ((4, 4, 0), 1.0),
        ((4, 0, 0), 0.0),
        ((0, 0, 3), 0.0),
        ((4, 2, 2), 0.5),
        ((3, 2, 0), 0.8),
    ],
)
def test_the_score_of_incidents_is_that_of_van_rijsbergen(counts: tuple[int, int, int], f1: float) -> None:
    played, found, invented = counts
    assert IncidentCount(*counts).f1 == pytest.approx(f1)
    if found:
        precision, recall = found / (found + invented), found / played
        assert IncidentCount(*counts).f1 == pytest.approx(2 / (1 / precision + 1 / recall))


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, runpy\nsys.argv = ['training', '--help']\n"
        "try: runpy.run_module('proctoring_jobs.training', run_name='__main__')\n"
        "except SystemExit as left: code = left.code\n"
        "print(code, sorted({'torch', 'ultralytics', 'av', 'cv2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"


def test_help_is_in_the_language_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REZERV_LANGUAGE", "kk")
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "Көрсетілім моделін" in capsys.readouterr().out
