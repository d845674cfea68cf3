"""The command line of the training: `python -m proctoring_jobs.training draw | train | publish | measure`.

Belongs here: arguments and the order of the steps. Drawing and training go on where they stopped;
publishing exports, measures and writes the model's card; measuring does the last two with the file that
ships. On one free core: about 3 minutes, 75 minutes, 4 minutes, 4 minutes.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import platform
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from proctoring_jobs.registry import MODELS
from proctoring_jobs.texts import DEFAULT_LANGUAGE, ENV_LANGUAGE, LANGUAGES, text

LIBRARIES = ("ultralytics", "torch", "onnx", "onnxruntime", "opencv-python", "numpy")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one step; 0 when it is done."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    STEPS[options.step](options)
    return 0


def _parser() -> argparse.ArgumentParser:
    """The arguments, described in the language of the environment."""
    language = os.environ.get(ENV_LANGUAGE, DEFAULT_LANGUAGE)
    language = language if language in LANGUAGES else DEFAULT_LANGUAGE
    parser = argparse.ArgumentParser(
        "python -m proctoring_jobs.training", description=text(language, "train_about")
    )
    parser.add_argument("step", choices=tuple(STEPS), help=text(language, "train_step"))
    parser.add_argument("--work", type=Path, default=Path(), metavar="DIR", help=text(language, "train_work"))
    parser.add_argument("--pictures", type=int, default=12_000, help=text(language, "train_pictures"))
    parser.add_argument("--minutes", type=float, default=75, help=text(language, "train_minutes"))
    parser.add_argument("--tests", type=int, default=500, help=text(language, "train_tests"))
    parser.add_argument("--recordings", type=int, default=20, help=text(language, "train_recordings"))
    parser.add_argument("--note", default="", help=text(language, "train_note"))
    return parser


def _draw(options: argparse.Namespace) -> None:
    """Draw the pictures of the training set that are not there yet."""
    from proctoring_jobs.training.loop import Recipe
    from proctoring_jobs.training.sets import TRAIN, draw_set

    draw_set(options.work, TRAIN, options.pictures, Recipe().image_width)


def _train(options: argparse.Namespace) -> None:
    """Train on the pictures drawn so far, for so many minutes."""
    from proctoring_jobs.training.loop import Recipe, train
    from proctoring_jobs.training.sets import TRAIN, read_set

    recipe = Recipe(minutes=options.minutes)
    train(recipe, lambda: read_set(options.work, TRAIN, recipe.image_width), options.work / "checkpoint.pt")


def _publish(options: argparse.Namespace) -> None:
    """Export the averaged model, measure it, write file, card, numbers and registry entry."""
    from proctoring_jobs.training.card import NAME
    from proctoring_jobs.training.export import export_onnx
    from proctoring_jobs.training.loop import Recipe, averaged_model
    from proctoring_jobs.training.sets import TRAIN, read_set

    recipe = Recipe(minutes=options.minutes)
    model, progress = averaged_model(recipe, options.work / "checkpoint.pt")
    weights = export_onnx(model, recipe.image_width, options.work / f"{NAME}.onnx")
    run = {
        "pictures": len(read_set(options.work, TRAIN, recipe.image_width)),
        "steps": progress.steps,
        "note": options.note,
        "parameters": sum(p.numel() for p in model.parameters()),
        "versions": ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
        + f", Python {platform.python_version()}",
    }
    logging.info("run: %s", json.dumps(run))
    _measured(options, weights, asdict(recipe), run)


def _measure(options: argparse.Namespace) -> None:
    """Measure the model that ships again, as it is, and write its card and numbers."""
    from proctoring_jobs.training.card import NAME

    stated = json.loads((MODELS / f"{NAME}.json").read_text(encoding="utf-8"))
    _measured(options, MODELS / f"{NAME}.onnx", stated["recipe"], stated["run"])


def _measured(
    options: argparse.Namespace, weights: Path, recipe: dict[str, Any], run: dict[str, Any]
) -> None:
    """Measure a model, put its file among the models, write its card, numbers and registry entry."""
    from proctoring_jobs.config import ProctoringConfig
    from proctoring_jobs.detector import load_detector
    from proctoring_jobs.manifest import file_sha256
    from proctoring_jobs.scenes.chance import random_scene
    from proctoring_jobs.scenes.render import draw
    from proctoring_jobs.training.card import Results, write_card
    from proctoring_jobs.training.evaluate import (
        incidents_in_recordings,
        scores_by_light,
        seconds_per_picture,
    )
    from proctoring_jobs.training.sets import TEST

    settings: dict[str, Any] = {
        "weights": weights,
        "weights_sha256": file_sha256(weights),
        "image_size": int(recipe["image_width"]),
        "sound": "ignored",
    }
    rules = ProctoringConfig(**settings)
    everything = load_detector(ProctoringConfig(**settings, person_off=0.01, object_off=0.01))
    detector = load_detector(rules)
    samples = (draw(random_scene(f"{TEST} {number}")).image for number in range(64))
    measured = {
        "milliseconds": round(1000 * seconds_per_picture(detector, samples)),
        "test_pictures": options.tests,
        "recordings": options.recordings,
        "person_on": rules.person_on,
        "object_on": rules.object_on,
        "measured_with": ", ".join(f"{name} {number}" for name, number in detector.identity.libraries),
    }
    scores = scores_by_light(everything, TEST, options.tests)
    logging.info("scores: %s", scores["all"])
    incidents = incidents_in_recordings(detector, rules, TEST, options.recordings)
    if weights.parent != MODELS:
        shutil.copyfile(weights, MODELS / weights.name)
    write_card(MODELS, weights, Results(recipe, {**run, **measured}, scores, incidents))


#: What each word of the command line does.
STEPS = {"draw": _draw, "train": _train, "publish": _publish, "measure": _measure}


if __name__ == "__main__":
    raise SystemExit(main())
