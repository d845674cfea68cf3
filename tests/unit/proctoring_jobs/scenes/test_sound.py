from __future__ import annotations

import numpy as np
import pytest

from proctoring_jobs.scenes.recording import sound_of
from proctoring_jobs.scenes.script import KnownIncident, SceneScript
from proctoring_jobs.scenes.sound import RATE, keyboard, room_tone, silence, speech
from proctoring_jobs.sound import WINDOW_SECONDS, SpeechModel


@pytest.fixture(scope="module")
def detector() -> SpeechModel:
    return SpeechModel()


@pytest.mark.parametrize("seed", range(5))
def test_a_speech_detector_takes_it_for_speech(detector: SpeechModel, seed: int) -> None:
    found = detector.probabilities(speech(5, seed) + room_tone(5, seed))
    assert (found > 0.5).mean() > 0.85


@pytest.mark.parametrize("seed", range(2))
def test_room_and_keyboard_are_no_speech(detector: SpeechModel, seed: int) -> None:
    assert detector.probabilities(room_tone(4, seed) + keyboard(4, seed)).max() < 0.3
    assert detector.probabilities(silence(2)).max() < 0.3


def test_speech_is_where_the_script_says(detector: SpeechModel) -> None:
    script = SceneScript("talk", 14, (KnownIncident("speech", 5, 9),))
    found = detector.probabilities(sound_of(script, 0, 14))
    seconds = np.arange(len(found)) * float(WINDOW_SECONDS)
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
