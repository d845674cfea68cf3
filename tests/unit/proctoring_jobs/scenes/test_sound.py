from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from proctoring_jobs.scenes.recording import sound_of
from proctoring_jobs.scenes.script import KnownIncident, SceneScript
from proctoring_jobs.scenes.sound import RATE, keyboard, room_tone, silence, speech

#: Samples that the detector looks at at once, and those before them that it wants to see again.
WINDOW, CONTEXT = 512, 64


@pytest.fixture(scope="module")
def detector() -> object:
    """silero-vad without its package's own code, which imports torch."""
    import onnxruntime

    package = find_spec("silero_vad")
    assert package and package.submodule_search_locations
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    file = Path(package.submodule_search_locations[0]) / "data" / "silero_vad_16k_sequence.onnx"
    return onnxruntime.InferenceSession(str(file), options)


def probabilities(detector: object, sound: np.ndarray) -> np.ndarray:
    frames = np.zeros((-(-len(sound) // WINDOW), WINDOW), np.float32)
    frames.reshape(-1)[: len(sound)] = sound
    before = np.zeros((len(frames), CONTEXT), np.float32)
    before[1:] = frames[:-1, -CONTEXT:]
    state = np.zeros((1, 1, 128), np.float32)
    given = {"input": np.concatenate([before, frames], axis=1), "h": state, "c": state}
    return detector.run(None, given)[0]  # type: ignore[attr-defined]


@pytest.mark.parametrize("seed", range(5))
def test_a_speech_detector_takes_it_for_speech(detector: object, seed: int) -> None:
    found = probabilities(detector, speech(5, seed) + room_tone(5, seed))
    assert (found > 0.5).mean() > 0.85


@pytest.mark.parametrize("seed", range(2))
def test_room_and_keyboard_are_no_speech(detector: object, seed: int) -> None:
    assert probabilities(detector, room_tone(4, seed) + keyboard(4, seed)).max() < 0.3
    assert probabilities(detector, silence(2)).max() < 0.3


def test_speech_is_where_the_script_says(detector: object) -> None:
    script = SceneScript("talk", 14, (KnownIncident("speech", 5, 9),))
    found = probabilities(detector, sound_of(script, 0, 14))
    seconds = np.arange(len(found)) * WINDOW / RATE
    assert (found[(seconds > 5.3) & (seconds < 8.8)] > 0.5).mean() > 0.85
    assert (found[(seconds < 4.8) | (seconds > 9.6)] > 0.5).mean() < 0.05


def test_sound_is_the_same_every_time_and_stays_within_bounds() -> None:
    assert speech(1, 3).tobytes() == speech(1, 3).tobytes()
    assert speech(1, 3).tobytes() != speech(1, 4).tobytes()
    for sound in (speech(1, 1), room_tone(1, 1), keyboard(1, 1), silence(1)):
        assert (sound.dtype, len(sound)) == (np.float32, RATE)
        assert np.abs(sound).max() <= 1


def test_a_piece_has_the_sound_of_its_time() -> None:
    script = SceneScript("cut", 6, (KnownIncident("speech", 2, 4),))
    assert np.array_equal(sound_of(script, 0, 6)[2 * RATE : 4 * RATE], sound_of(script, 2, 4))
