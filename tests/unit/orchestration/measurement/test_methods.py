"""The methods on whole frames, and the results on disk: who is compared, the same bytes, nothing altered."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from orchestration.errors import OrchestrationError
from orchestration.measurement import reasons, store
from orchestration.measurement.frames import Frames, Terms
from orchestration.measurement.methods import METHODS
from orchestration.measurement.multiplicity import BENJAMINI_HOCHBERG, HOLM, adjusted
from tests.support.measurement import answers, marks, two_languages

OFFICIAL = pd.DataFrame(columns=["stage_code", "track_code", "candidate_no", "rank", "is_admitted"])
QUICK = ("dif", "drift", "similarity", "agreement")


def frames(of_answers: pd.DataFrame, of_marks: pd.DataFrame, official: pd.DataFrame = OFFICIAL) -> Frames:
    scales = {"situational": (1, 5)}
    return Frames("2025", "hash", Terms(30, 0.05), scales, of_answers, of_marks, official)


def test_languages_are_compared_within_a_family_of_translations() -> None:
    found = METHODS["dif"].compute(frames(two_languages(700, 1, dif=(4, 0.4)), marks(40)))["items"]
    languages = [row for row in found if row["kind_code"] == "language"]
    assert {(row["form_code"], row["reference_code"], row["focal_code"]) for row in languages} == {
        ("TEX-1", "kk", "ru")
    }
    assert [(row["item_no"], row["favours_code"]) for row in languages if row["class_code"] == "C"] == [
        (5, "kk")
    ]
    sexes = [row["form_code"] for row in found if row["kind_code"] == "sex"]
    assert sexes == ["TEX-KK-1"] * 25 + ["TEX-RU-1"] * 25


def test_a_form_without_a_translation_is_compared_by_sex_only() -> None:
    one = answers(120, seed=2)
    without = answers(120, seed=3, form="TEX-KK-9").assign(form_family_code=None, candidate_no="R25-8")
    without["candidate_no"] += (without.index // 25).astype(str).str.zfill(5)
    found = METHODS["dif"].compute(frames(pd.concat([one, without]), marks(40)))["items"]
    assert {(row["kind_code"], row["form_code"]) for row in found} == {
        ("sex", "TEX-KK-1"),
        ("sex", "TEX-KK-9"),
    }


def test_results_that_do_not_count_are_compared_with_others_only_for_likeness() -> None:
    frame = answers(200, seed=4, copied=(0, 1))
    frame["is_valid"] = frame["candidate_no"] != "R25-000001"
    made = frames(frame, marks(40))
    assert {row["count_takers"] for row in METHODS["drift"].compute(made)["items"]} == {199}
    similar = METHODS["similarity"].compute(made)
    assert [row["second_candidate_no"] for row in similar["pairs"]] == ["R25-000001"]
    assert [row["count_pairs"] for row in similar["forms"]] == [19900]


@pytest.mark.parametrize("method", QUICK)
def test_the_order_of_rows_changes_nothing(method: str) -> None:
    of_answers, of_marks = two_languages(60, 5), marks(40, seed=5)
    one = METHODS[method].compute(frames(of_answers, of_marks))
    mixed = frames(of_answers.sample(frac=1, random_state=1), of_marks.sample(frac=1, random_state=1))
    assert METHODS[method].compute(mixed) == one
    assert any(one.values())


@pytest.mark.parametrize("method", METHODS)
def test_nothing_at_all_gives_nothing(method: str) -> None:
    empty = METHODS[method].compute(frames(answers(3)[:0], marks(3)[:0]))
    assert empty == {name: [] for name in METHODS[method].tables}


def test_agreement_has_each_criterion_and_all_together() -> None:
    found = METHODS["agreement"].compute(frames(answers(3), marks(60)))["criteria"]
    assert [row["criterion_code"] for row in found] == ["all", "c0", "c1", "c2", "c3"]
    assert found[0]["icc_average"] > found[1]["icc_average"], "a sum is more reliable than its parts"
    few = METHODS["agreement"].compute(frames(answers(3), marks(20)))["criteria"]
    assert {row["not_computable_code"] for row in few} == {reasons.TOO_FEW}
    assert not any("icc_single" in row for row in few)


def test_corrections_for_many_tests_by_hand() -> None:
    assert adjusted([0.01, None, 0.04, 0.03], HOLM) == [pytest.approx(0.03), None, *[pytest.approx(0.06)] * 2]
    assert adjusted([0.01, 0.04, 0.03], BENJAMINI_HOCHBERG) == pytest.approx([0.03, 0.04, 0.04])
    assert adjusted([None], HOLM) == [None] and adjusted([], HOLM) == []


# --- on disk ---


@pytest.fixture
def made() -> Frames:
    return frames(two_languages(60, 5), marks(40, seed=5))


@pytest.mark.parametrize("method", QUICK)
def test_what_is_read_is_what_was_computed(made: Frames, tmp_path: Path, method: str) -> None:
    chosen = METHODS[method]
    tables = chosen.compute(made)
    store.write(tmp_path, "r1", chosen, made, tables)
    read = store.read(tmp_path, "r1", chosen)
    for name, rows in tables.items():
        assert list(chosen.tables[name]) == list(read[name][0]) if rows else read[name] == []
        for ours, theirs in zip(rows, read[name], strict=True):
            for column, value in theirs.items():
                told = ours.get(column)
                assert value == (pytest.approx(told, rel=1e-5) if isinstance(told, float) else told), column


def test_the_same_input_gives_the_same_bytes(made: Frames, tmp_path: Path) -> None:
    chosen = METHODS["dif"]
    folders = []
    for home in ("one", "other"):
        mixed = frames(made.answers.sample(frac=1, random_state=len(home)), made.marks)
        folders.append(store.write(tmp_path / home, "r1", chosen, mixed, chosen.compute(mixed)))
    first, second = ({file.name: file.read_bytes() for file in folder.iterdir()} for folder in folders)
    assert first == second and set(first) == {"items.parquet", "manifest.json"}


def test_the_manifest_says_what_it_rests_on(made: Frames, tmp_path: Path) -> None:
    folder = store.write(tmp_path, "r1", METHODS["drift"], made, METHODS["drift"].compute(made))
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["release_id"], manifest["content_hash"], manifest["version"]) == ("r1", "hash", 2)
    assert manifest["terms"] == {"min_group": 30, "alpha": 0.05} and "statsmodels" in manifest["packages"]


def test_results_are_written_once_and_altered_ones_are_refused(made: Frames, tmp_path: Path) -> None:
    chosen = METHODS["drift"]
    folder = store.write(tmp_path, "r1", chosen, made, chosen.compute(made))
    before = (folder / "items.parquet").read_bytes()
    assert store.write(tmp_path, "r1", chosen, made, {"items": []}) == folder
    assert (folder / "items.parquet").read_bytes() == before
    assert [path.name for path in folder.parent.iterdir()] == ["drift-v2"], "no draft is left"
    (folder / "items.parquet").chmod(0o644)
    (folder / "items.parquet").write_bytes(before[:-1])
    with pytest.raises(OrchestrationError, match="drift-v2"):
        store.read(tmp_path, "r1", chosen)
    (folder / "items.parquet").unlink()
    with pytest.raises(OrchestrationError, match="drift-v2"):
        store.read(tmp_path, "r1", chosen)


def test_six_digits_are_kept() -> None:
    assert store.rounded(0.123456789) == 0.123457 and store.rounded(1.23456789e-12) == 1.23457e-12
    assert store.rounded(7) == 7 and store.rounded(None) is None
