"""Sound of a sitting: room, keyboard, and speech that nobody spoke, all computed.

Belongs here: samples at `RATE` per second, `float32` from -1 to 1, by seed. Does not belong here: when
something is heard (`script.py`), containers (`recording.py`), finding speech (a detector's work).

Speech is built from harmonics of a falling and rising pitch under moving formants, with consonants of noise
and the rhythm of syllables. It says nothing; a speech detector takes it for speech all the same, which is
what it is for.
"""

from __future__ import annotations

import numpy as np

RATE = 16_000

#: First three formants in Hz of open and closed vowels, men's voices; others are scaled.
VOWELS = np.array(
    [(730, 1090, 2440), (530, 1840, 2480), (270, 2290, 3010), (570, 840, 2410), (300, 870, 2240),
     (660, 1720, 2410), (440, 1020, 2240), (490, 1350, 1690)],
    float,
)  # fmt: skip
BANDWIDTHS = np.array([80.0, 110.0, 160.0])
HIGHEST_HARMONIC = 5_000.0


def silence(seconds: float) -> np.ndarray:
    """Digital silence: a microphone that is switched off."""
    return np.zeros(round(seconds * RATE), np.float32)


def room_tone(seconds: float, seed: int, level: float = 0.003) -> np.ndarray:
    """The noise of a quiet room: low rumble, hiss, mains hum. `level` is its root mean square."""
    rng = np.random.default_rng((seed, 1))
    count = round(seconds * RATE)
    noise = _shaped(rng.standard_normal(count), lambda f: 1 / (1 + (f / 250) ** 1.1))
    at = np.arange(count) / RATE
    hum = np.sin(2 * np.pi * 50 * at) + 0.4 * np.sin(2 * np.pi * 150 * at)
    noise = noise / (noise.std() + 1e-12) + 0.25 * hum
    return (noise * level).astype(np.float32)


def keyboard(seconds: float, seed: int, level: float = 0.12) -> np.ndarray:
    """Typing: two short clicks for each key, in bursts; `level` is the peak of a loud key."""
    rng = np.random.default_rng((seed, 2))
    sound = np.zeros(round(seconds * RATE), np.float32)
    at = rng.uniform(0.05, 0.4)
    while at < seconds - 0.15:
        for delay, loud in ((0.0, 1.0), (rng.uniform(0.05, 0.1), 0.5)):
            first = round((at + delay) * RATE)
            click = rng.standard_normal(round(0.02 * RATE)) * np.exp(
                -np.arange(round(0.02 * RATE)) / (0.003 * RATE)
            )
            click = click[: len(sound) - first] * loud * level * rng.uniform(0.3, 1) / 2.5
            sound[first : first + len(click)] += click
        at += rng.uniform(0.09, 0.25) if rng.random() < 0.88 else rng.uniform(0.5, 1.6)
    return sound


def speech(seconds: float, seed: int, level: float = 0.12, pitch: float | None = None) -> np.ndarray:
    """Speech-like sound without words: `pitch` in Hz (by seed if not given), `level` its root mean square."""
    rng = np.random.default_rng((seed, 3))
    pitch = pitch or float(rng.choice((105, 120, 135, 190, 215)))
    count = round(seconds * RATE)
    tract = _contours(rng, seconds, count, pitch)
    voiced = _harmonics(tract["pitch"], tract["formants"], tract["voice"])
    hiss = rng.standard_normal(count)
    high = _shaped(hiss, lambda f: np.exp(-(((f - 5200) / 1700) ** 2)))
    breath = _shaped(hiss, lambda f: np.exp(-(((f - 1800) / 1500) ** 2)))
    sound = (
        voiced / (voiced.std() + 1e-9)
        + 0.5 * tract["hiss"] * high / high.std()
        + 0.04 * tract["voice"] * breath / breath.std()
    )
    edge = np.minimum(1, np.minimum(np.arange(count), np.arange(count)[::-1]) / (0.02 * RATE))
    return np.clip(sound * edge * level / (sound.std() + 1e-9), -1, 1).astype(np.float32)


def _contours(rng: np.random.Generator, seconds: float, count: int, pitch: float) -> dict[str, np.ndarray]:
    """Pitch, formants, loudness of voice and of hiss, for each sample, from syllables in phrases."""
    marks: dict[str, list[tuple[float, ...]]] = {"pitch": [], "voice": [], "hiss": [], "formants": []}
    scale = (pitch / 120) ** 0.25
    at, left, phrase = 0.0, 0, 1
    while at < seconds + 0.5:
        if left == 0:
            at += rng.uniform(0.12, 0.28) if at else 0.0
            left = phrase = int(rng.integers(5, 11))
        fall = 1.12 - 0.28 * (1 - left / phrase) + rng.normal(0, 0.05)
        onset, vowel = rng.uniform(0.04, 0.09), rng.uniform(0.09, 0.17)
        noisy, stress = rng.random() < 0.4, rng.uniform(0.7, 1.0)
        start = VOWELS[rng.integers(len(VOWELS))] * scale
        end = start + 0.35 * (VOWELS[rng.integers(len(VOWELS))] * scale - start)
        closed = start * (0.6, 0.95, 1.0)
        marks["formants"] += [(at, *closed), (at + onset + 0.03, *start), (at + onset + vowel, *end)]
        marks["pitch"] += [
            (at + onset, pitch * fall),
            (at + onset + vowel * 0.5, pitch * fall * (1 + 0.08 * stress)),
        ]
        low = 0.02 if noisy else 0.3
        marks["voice"] += [
            (at, low),
            (at + onset, low),
            (at + onset + 0.03, stress),
            (at + onset + vowel * 0.8, stress * 0.85),
            (at + onset + vowel, 0.12),
        ]
        marks["hiss"] += [
            (at, 0.0),
            (at + 0.01, 0.55 * noisy),
            (at + onset, 0.5 * noisy),
            (at + onset + 0.015, 0.0),
        ]
        at, left = at + onset + vowel, left - 1
        if left == 0:
            marks["voice"].append((at + 0.05, 0.0))
            marks["voice"].append((at + 0.1, 0.0))
    time = np.arange(count) / RATE
    result = {name: _line(marks[name], time) for name in ("pitch", "voice", "hiss")}
    result["pitch"] *= (
        1
        + 0.012 * np.sin(2 * np.pi * 5.2 * time)
        + _shaped(rng.standard_normal(count), lambda f: f < 25) * 0.25
    )
    result["formants"] = np.stack([_line([(m[0], m[n]) for m in marks["formants"]], time) for n in (1, 2, 3)])
    return result


def _line(marks: list[tuple[float, ...]], time: np.ndarray) -> np.ndarray:
    """Values between marks of (second, value)."""
    return np.interp(time, [m[0] for m in marks], [m[1] for m in marks])


def _harmonics(pitch: np.ndarray, formants: np.ndarray, voice: np.ndarray) -> np.ndarray:
    """Sum of the harmonics of a pitch (Hz), each as loud as the formants let it be."""
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    sound = np.zeros(len(pitch))
    for number in range(1, int(HIGHEST_HARMONIC / pitch.min()) + 1):
        f = number * pitch
        gain = np.zeros(len(pitch))
        for n in range(3):
            ratio = (f - formants[n]) / BANDWIDTHS[n]
            gain += (1.0, 0.5, 0.25)[n] / (1 + ratio * ratio)
        gain += 0.02 / (1 + (f / 500) ** 2)
        sound += (
            np.where(f < HIGHEST_HARMONIC, gain, 0)
            * np.sin(number * phase + 0.3 * number * number)
            / number**0.25
        )
    return sound * voice


def _shaped(noise: np.ndarray, response: object) -> np.ndarray:
    """Noise through a filter given as gain over frequency in Hz."""
    spectrum = np.fft.rfft(noise)
    frequency = np.fft.rfftfreq(len(noise), 1 / RATE)
    return np.fft.irfft(spectrum * response(frequency), len(noise))  # type: ignore[operator]
