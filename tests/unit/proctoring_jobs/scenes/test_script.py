from __future__ import annotations

import pytest

from proctoring_jobs.scenes.render import draw
from proctoring_jobs.scenes.script import KINDS, KnownIncident, SceneScript, random_script

SEEN = {"phone": "cell phone", "book": "book", "screen": "laptop"}


def labels(script: SceneScript, seconds: float) -> list[str]:
    return [one.label for one in draw(script.scene_at(seconds)).boxes]


@pytest.mark.parametrize(
    ("kind", "variant"),
    [
        ("phone", "hand"),
        ("phone", "ear"),
        ("phone", "desk"),
        ("book", "hand"),
        ("book", "desk"),
        ("screen", ""),
    ],
)
def test_a_thing_is_there_during_its_incident_only(kind: str, variant: str) -> None:
    for seed in range(3):
        script = SceneScript(seed, 20, (KnownIncident(kind, 8, 14, variant),), lighting="even")
        assert SEEN[kind] not in labels(script, 5)
        assert SEEN[kind] in labels(script, 11), seed
        assert SEEN[kind] not in labels(script, 15)


@pytest.mark.parametrize("seed", range(4))
def test_people_come_and_go(seed: int) -> None:
    script = SceneScript(seed, 60, (KnownIncident("absence", 10, 20), KnownIncident("second_person", 40, 48)))
    assert [labels(script, at).count("person") for at in (5, 10, 15, 19.9, 25, 44, 50)] == [
        1,
        0,
        0,
        0,
        1,
        2,
        1,
    ]


def test_a_camera_that_shows_nothing() -> None:
    incidents = (
        KnownIncident("covered", 2, 6),
        KnownIncident("black", 8, 10),
        KnownIncident("frozen", 12, 16),
    )
    script = SceneScript("dark", 20, incidents)
    assert labels(script, 4) == []
    assert draw(script.scene_at(9)).image.max() == 0
    assert script.scene_at(13) == script.scene_at(15.5)
    assert draw(script.scene_at(13)).image.tobytes() == draw(script.scene_at(15)).image.tobytes()
    assert script.scene_at(17) != script.scene_at(18)


def test_people_are_never_quite_still() -> None:
    script = SceneScript("still", 10)
    assert script.scene_at(1).candidate != script.scene_at(1.2).candidate
    assert script.scene_at(1) == SceneScript("still", 10).scene_at(1)


def test_random_scripts_hold_what_was_asked_for() -> None:
    script = random_script("r", 120, ["phone", "absence", "speech"])
    assert [one.kind for one in script.incidents] == ["phone", "absence", "speech"]
    assert script == random_script("r", 120, ["phone", "absence", "speech"])
    starts = [one.started for one in script.incidents]
    ends = [one.ended for one in script.incidents]
    assert all(end + 2 < start for end, start in zip(ends, starts[1:], strict=False))
    assert ends[-1] < 120
    with pytest.raises(ValueError, match="too short"):
        random_script("r", 20, KINDS)


@pytest.mark.parametrize(
    "wrong", [("phon", 1, 2, ""), ("phone", 2, 2, ""), ("phone", 1, 2, "pocket"), ("phone", -1, 2, "")]
)
def test_what_cannot_be_played_is_refused(wrong: tuple[str, float, float, str]) -> None:
    with pytest.raises(ValueError, match="no such incident"):
        KnownIncident(*wrong)
