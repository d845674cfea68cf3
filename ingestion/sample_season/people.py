"""The synthetic people of the season: identities, fates, abilities, and when they registered.

Belongs here: who exists and their attributes. Does not belong here: their papers (documents.py) and what
becomes of them (vetting.py, tests.py, panels.py). Everybody is invented and marked so: family names end
in «(синт.)», telephones have the area code 000, which nobody is assigned, and e-mail goes to the domain
`example.invalid`, which cannot exist. An IIN that is valid may still belong to somebody, hence the marks
(FACTS §4).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from ingestion.iin import check_digit
from ingestion.sample_season.rules import Rules
from ingestion.sample_season.streams import Draws, Streams
from ingestion.sample_season.world import Extra, Scenario

SYNTHETIC_MARK = " (синт.)"
SYNTHETIC_DOMAIN = "example.invalid"
NUMBER_SPACE = 999_999
CAST_SPACE = 1_000
MAX_SIZE = 900_000
# Shares of ordinary accounts that do not simply go on; with the people of the scenarios, most of whose files
# are whole, as many sit the text test as in 2025 (9,000 accounts, 6,200 complete files, 4,876 sitters).
FATES = (
    ("draft", 0.256),
    ("no_documents", 0.045),
    ("no_consent", 0.016),
    ("over_age", 0.022),
    ("short_experience", 0.036),
    ("foreign_citizen", 0.002),
    ("no_higher_education", 0.005),
    ("weak_language", 0.024),
    ("stop_listed", 0.003),
    ("adverse", 0.017),
    ("unclear", 0.004),
)
PASSING_FILES = frozenset({"ok", "adverse", "unclear"})
INCOMPLETE = frozenset({"draft", "no_documents", "no_consent"})
TRACK_WEIGHTS = {
    "social": 0.26,
    "infrastructure": 0.17,
    "economy": 0.25,
    "digital": 0.16,
    "agro": 0.09,
    "foreign": 0.07,
}
# Residents in thousands (FACTS §3); Astana × 3 and Almaty city × 1.5, where servants concentrate.
REGION_WEIGHTS = {
    "KZ-75": 2348 * 1.5, "KZ-61": 2149, "KZ-71": 1638 * 3, "KZ-19": 1596, "KZ-79": 1294, "KZ-31": 1215,
    "KZ-35": 1131, "KZ-15": 956, "KZ-43": 846, "KZ-39": 821, "KZ-47": 820, "KZ-11": 789, "KZ-55": 745,
    "KZ-63": 719, "KZ-23": 716, "KZ-27": 696, "KZ-33": 688, "KZ-10": 596, "KZ-59": 514, "KZ-62": 219,
    "abroad": 120,
}  # fmt: skip
EMPLOYER_WEIGHTS = {
    "state": 0.42,
    "subordinate": 0.11,
    "quasi_state": 0.20,
    "private": 0.22,
    "non_profit": 0.04,
    "none": 0.01,
}
SHARE_OF_WOMEN = 0.33
LAST_NAMES = (
    ("Ахметов", "Ахметова"), ("Оспанов", "Оспанова"), ("Сейітов", "Сейітова"), ("Жұмабаев", "Жұмабаева"),
    ("Нұрғалиев", "Нұрғалиева"), ("Қасымов", "Қасымова"), ("Әбдіров", "Әбдірова"), ("Төлеуов", "Төлеуова"),
    ("Бекенов", "Бекенова"), ("Сүлейменов", "Сүлейменова"), ("Ермеков", "Ермекова"), ("Досаев", "Досаева"),
    ("Мұқанов", "Мұқанова"), ("Рахимов", "Рахимова"), ("Байжанов", "Байжанова"), ("Иванов", "Иванова"),
    ("Петров", "Петрова"), ("Ким", "Ким"), ("Шевченко", "Шевченко"), ("Кузнецов", "Кузнецова"),
    ("Смагұлов", "Смагұлова"), ("Тілеубердиев", "Тілеубердиева"), ("Омаров", "Омарова"), ("Исаев", "Исаева"),
)  # fmt: skip
MALE_NAMES = (
    "Айдар", "Ерлан", "Нұрлан", "Данияр", "Бауыржан", "Асқар", "Әлихан", "Тимур", "Жандос", "Мақсат",
    "Серік", "Қанат", "Арман", "Руслан", "Олжас", "Сергей", "Дмитрий", "Әділет", "Мирас", "Санжар",
)  # fmt: skip
FEMALE_NAMES = (
    "Айгүл", "Динара", "Әсел", "Мадина", "Жанар", "Гүлнұр", "Қарлығаш", "Айнұр", "Сәуле", "Камила",
    "Алия", "Ботагөз", "Анна", "Елена", "Томирис", "Аружан", "Назерке", "Перизат", "Лаура", "Индира",
)  # fmt: skip


def make_iin(birth_on: date, is_male: bool, serial: int) -> str | None:
    """The synthetic IIN of a birth date, sex and serial number (0–9999); None where it is never issued."""
    century = (3 if birth_on.year < 2000 else 5) + (0 if is_male else 1)
    prefix = f"{birth_on:%y%m%d}{century}{serial:04d}"
    digit = check_digit(prefix)
    return None if digit is None else f"{prefix}{digit}"


def build_people(
    size: int, rules: Rules, streams: Streams, registry: Sequence[str], active: Sequence[Scenario]
) -> tuple[pd.DataFrame, Draws]:
    """The base population of `size` accounts, then each active scenario's cast.

    `registry` is the fixed order of all scenarios: it gives each its own candidate numbers. Raises ValueError
    for a size below 1 or above 900,000.
    """
    if not 1 <= size <= MAX_SIZE:
        raise ValueError(f"size must be between 1 and {MAX_SIZE}")
    casts = [(scenario.name, scenario.cast(size)) for scenario in active]
    casts = [(name, cast) for name, cast in casts if cast]
    draws = Draws(streams, [("base", size), *((name, len(cast)) for name, cast in casts)])
    extras = [(name, extra) for name, cast in casts for extra in cast]
    people = pd.DataFrame(
        {
            "block": np.array(["base"] * size + [name for name, _ in extras], dtype=object),
            "role": np.array([""] * size + [extra.role for _, extra in extras], dtype=object),
            "candidate_no": _candidate_numbers(size, streams, registry, casts),
            "fate": np.concatenate(
                [_base_fates(size, streams), np.array([extra.fate for _, extra in extras], dtype=object)]
            ),
        }
    )
    _add_traits(people, draws, rules)
    _apply_overrides(people, size, extras)
    _add_identities(people, draws, size, extras)
    people["exists"] = True
    people["passes_registration"] = people["fate"].isin(PASSING_FILES)
    people["passes_vetting"] = people["fate"].eq("ok")
    return people, draws


def _candidate_numbers(
    size: int, streams: Streams, registry: Sequence[str], casts: Sequence[tuple[str, list[Extra]]]
) -> np.ndarray:
    """Numbers in shuffled order, which reveal neither date nor scenario."""
    shuffled = streams.rng("candidate_no").permutation(NUMBER_SPACE) + 1
    parts = [shuffled[:size]]
    for name, cast in casts:
        starts = MAX_SIZE + CAST_SPACE * registry.index(name)
        parts.append(shuffled[starts : starts + len(cast)])
    return np.array([f"R25-{number:06d}" for number in np.concatenate(parts)], dtype=object)


def _base_fates(size: int, streams: Streams) -> np.ndarray:
    """Fates in fixed shares, dealt to people in random order."""
    fates = np.full(size, "ok", dtype=object)
    order = streams.rng("fate").random(size).argsort()
    edges = np.rint(np.cumsum([share for _, share in FATES]) * size).astype(int)
    starts = 0
    for (fate, _), ends in zip(FATES, edges, strict=True):
        fates[order[starts:ends]] = fate
        starts = ends
    return fates


def _add_traits(people: pd.DataFrame, draws: Draws, rules: Rules) -> None:
    people["sex_code"] = np.where(draws.uniform("sex") < SHARE_OF_WOMEN, "female", "male").astype(object)
    people["region_code"] = draws.choice("region", tuple(REGION_WEIGHTS), tuple(REGION_WEIGHTS.values()))
    people["track_code"] = draws.choice("track", rules.tracks, [TRACK_WEIGHTS[t] for t in rules.tracks])
    people["employer_type_code"] = draws.choice(
        "employer", tuple(EMPLOYER_WEIGHTS), tuple(EMPLOYER_WEIGHTS.values())
    )
    people["test_language_code"] = draws.choice("language", ("kk", "ru"), (0.62, 0.38))
    foreign = draws.choice("citizenship", ("RU", "UZ", "KG"), (0.5, 0.3, 0.2))
    people["citizenship_code"] = np.where(people["fate"].eq("foreign_citizen"), foreign, "KZ").astype(object)
    people["ability"] = draws.normal("ability")
    people["birth_on"] = _birth_days(people, draws, rules)
    _add_moments(people, draws, rules)


def _birth_days(people: pd.DataFrame, draws: Draws, rules: Rules) -> np.ndarray:
    """Mostly 26 to 35 years old; those over age are 36 to 44 on the last day of the intake."""
    _, ends = rules.window("registration", "intake")
    years = 26.2 + 9.7 * np.sqrt(draws.uniform("age")) * 0.5 + 9.7 * draws.uniform("age2") * 0.5
    years = np.where(draws.uniform("young") < 0.04, 24.6 + 1.4 * draws.uniform("age"), years)
    years = np.where(people["fate"].eq("over_age"), 36.2 + 8 * draws.uniform("age") ** 2, years)
    days = np.rint(years * 365.2425).astype(int)
    return (np.datetime64(ends.date(), "D") - days.astype("timedelta64[D]")).astype("datetime64[s]")


def _add_moments(people: pd.DataFrame, draws: Draws, rules: Rules) -> None:
    """When accounts were opened and sent in; most in the last days, as in past seasons (FACTS §3)."""
    starts, ends = rules.window("registration", "intake")
    seconds = (ends - starts).total_seconds() - 1800
    sent = draws.uniform("submitted") ** 0.45
    opened = np.where(
        people["fate"].eq("draft"), draws.uniform("opened") ** 0.8, sent * draws.uniform("opened") ** 0.6
    )
    begin = np.datetime64(starts, "s")
    people["registered_at"] = begin + (opened * (seconds - 7200)).astype("timedelta64[s]")
    people["submitted_at"] = begin + (7200 + sent * (seconds - 7200)).astype("timedelta64[s]")
    people.loc[people["fate"].eq("draft"), "submitted_at"] = np.datetime64("NaT")


def _apply_overrides(people: pd.DataFrame, size: int, extras: Sequence[tuple[str, Extra]]) -> None:
    for place, (_, extra) in enumerate(extras, start=size):
        for name, value in extra.values.items():
            people.at[place, name] = value
        if "submitted_at" in extra.values and "registered_at" not in extra.values:
            people.at[place, "registered_at"] = pd.Timestamp(extra.values["submitted_at"]) - pd.Timedelta(
                days=2
            )


def _add_identities(
    people: pd.DataFrame, draws: Draws, size: int, extras: Sequence[tuple[str, Extra]]
) -> None:
    is_male = people["sex_code"].eq("male").to_numpy()
    last = np.array(LAST_NAMES, dtype=object)[draws.integers("last_name", len(LAST_NAMES))]
    people["last_name"] = np.where(is_male, last[:, 0], last[:, 1]) + SYNTHETIC_MARK
    male = np.array(MALE_NAMES, dtype=object)[draws.integers("first_name", len(MALE_NAMES))]
    female = np.array(FEMALE_NAMES, dtype=object)[draws.integers("first_name", len(FEMALE_NAMES))]
    people["first_name"] = np.where(is_male, male, female)
    father = np.array(MALE_NAMES, dtype=object)[draws.integers("father_name", len(MALE_NAMES))]
    people["middle_name"] = father + np.where(is_male, "ұлы", "қызы").astype(object)
    people.loc[draws.uniform("no_middle_name") < 0.06, "middle_name"] = None
    people["phone"] = [f"+7 (000) {n // 10_000:03d}-{n // 100 % 100:02d}-{n % 100:02d}"
                       for n in draws.integers("phone", 10_000_000)]  # fmt: skip
    names = draws.streams.codes("synthetic-", people["candidate_no"], length=8)
    people["email"] = [f"{name.lower()}@{SYNTHETIC_DOMAIN}" for name in names]
    people.loc[draws.uniform("no_email") < 0.04, "email"] = None
    people["iin"] = _iins(people, draws.integers("serial", 10_000))
    _copy_twins(people, size, extras)


def _iins(people: pd.DataFrame, serials: np.ndarray) -> np.ndarray:
    """A valid IIN for each person, no two alike."""
    taken: set[str] = set()
    numbers = []
    births = people["birth_on"].dt.date.tolist()
    for birth_on, sex, start in zip(births, people["sex_code"], serials.tolist(), strict=True):
        serial = start
        number = make_iin(birth_on, sex == "male", serial)
        while number is None or number in taken:
            serial = (serial + 1) % 10_000
            number = make_iin(birth_on, sex == "male", serial)
        taken.add(number)
        numbers.append(number)
    return np.array(numbers, dtype=object)


def _copy_twins(people: pd.DataFrame, size: int, extras: Sequence[tuple[str, Extra]]) -> None:
    """Give a second account the identity of its owner."""
    places = {(name, extra.role): size + n for n, (name, extra) in enumerate(extras)}
    identity = ("iin", "last_name", "first_name", "middle_name", "birth_on", "sex_code", "ability")
    for (name, extra), place in zip(extras, range(size, size + len(extras)), strict=True):
        if extra.twin_of:
            owner = places[(name, extra.twin_of)]
            for column in identity:
                value: Any = people.at[owner, column]
                people.at[place, column] = value
