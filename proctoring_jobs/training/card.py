"""The model's card and its entry in the registry, written from what was measured.

Belongs here: the words and tables of `models/README.md`, `models/demo-yolo26.json`, the entry in
`models/registry.toml`. Does not belong here: measuring (`evaluate.py`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from proctoring_jobs.manifest import file_sha256
from proctoring_jobs.training.evaluate import IncidentCount
from proctoring_jobs.training.measure import ClassScore, mean_average_precision

NAME = "demo-yolo26"
KNOWS = "drawn scenes of proctoring_jobs/scenes and nothing else: never use it on recordings of people"

CARD = Path(__file__).with_name("card.md")


@dataclass(frozen=True)
class Results:
    """What is known about a trained model: the recipe, the run, the measurements."""

    recipe: Mapping[str, Any]
    run: Mapping[str, Any]
    scores: Mapping[str, Mapping[str, ClassScore]]
    incidents: Mapping[str, Mapping[str, IncidentCount]]


def write_card(models: Path, weights: Path, results: Results) -> None:
    """Write card, numbers and registry entry into the folder of the models."""
    sha256 = file_sha256(weights)
    numbers = {
        "model": NAME,
        "sha256": sha256,
        "recipe": results.recipe,
        "run": results.run,
        "mean_average_precision": {
            light: round(mean_average_precision(dict(s)), 3) for light, s in results.scores.items()
        },
        "scores": {
            light: {name: _rounded(one) for name, one in s.items()} for light, s in results.scores.items()
        },
        "incidents": {
            light: {kind: asdict(one) | {"f1": round(one.f1, 3)} for kind, one in counts.items()}
            for light, counts in results.incidents.items()
        },
    }
    (models / f"{NAME}.json").write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
    values = {
        **results.recipe,
        **results.run,
        "sha256": sha256,
        "size": f"{weights.stat().st_size / 1e6:.1f} MB",
    }
    values["table"] = scores_table(results.scores)
    values["incident_table"] = incidents_table(results.incidents)
    values["last"], values["test_last"] = values["pictures"] - 1, values["test_pictures"] - 1
    values["small_scale"] = f"{values['small_scale']:.2f}"
    (models / "README.md").write_text(CARD.read_text(encoding="utf-8").format(**values), encoding="utf-8")
    _register(models / "registry.toml", weights.name, sha256, int(results.recipe["image_width"]))


def scores_table(scores: Mapping[str, Mapping[str, ClassScore]]) -> str:
    """Average precision, precision and recall by light and class, as Markdown."""
    names = list(next(iter(scores.values())))
    lines = ["| light | mAP50 | " + " | ".join(f"{name}: AP50 P R" for name in names) + " |"]
    lines.append("|---" * (len(names) + 2) + "|")
    for light, of_light in scores.items():
        cells = [f"{s.average_precision:.2f} {s.precision:.2f} {s.recall:.2f}" for s in of_light.values()]
        lines.append(
            f"| {light} | **{mean_average_precision(dict(of_light)):.3f}** | " + " | ".join(cells) + " |"
        )
    counts = " | ".join(str(s.count) for s in scores["all"].values())
    lines.append(f"| *true boxes* | | {counts} |")
    return "\n".join(lines)


def incidents_table(incidents: Mapping[str, Mapping[str, IncidentCount]]) -> str:
    """F1 of incidents by kind and light, and what was played, found and invented in all, as Markdown."""
    lights = [light for light in incidents if light != "all"]
    lines = ["| incident | played | found | reported where nothing happened | **F1** | "]
    lines[0] += " | ".join(f"F1 {light}" for light in lights) + " |"
    lines.append("|---" * (5 + len(lights)) + "|")
    for kind, one in incidents["all"].items():
        cells = " | ".join(f"{incidents[light][kind].f1:.2f}" for light in lights)
        counts = f"{one.played} | {one.found} | {one.invented} | **{one.f1:.2f}**"
        lines.append(f"| {kind} | {counts} | {cells} |")
    return "\n".join(lines)


def _rounded(one: ClassScore) -> dict[str, float | int]:
    """A score with three places."""
    return {
        name: round(value, 3) if isinstance(value, float) else value for name, value in asdict(one).items()
    }


def _register(registry: Path, file: str, sha256: str, image_size: int) -> None:
    """Put the model's entry at the end of the registry, in place of an earlier one."""
    kept = registry.read_text(encoding="utf-8").split(f"[{NAME}]")[0].rstrip()
    entry = (
        f'\n\n[{NAME}]\nfile = "{file}"\nsha256 = "{sha256}"\nimage_size = {image_size}\n'
        "is_production = false\n"
        f'knows = "{KNOWS}"\nsource = "python -m proctoring_jobs.training; card and metrics in README.md"\n'
    )
    registry.write_text(kept + entry, encoding="utf-8")
