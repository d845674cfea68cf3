"""Results for the accounts: the words for each status, exact scores shown half up, the same bytes again."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from orchestration.errors import OrchestrationError
from orchestration.ledger import ledger_folder
from orchestration.result_exports import RESULTS, act_in_force, two_decimals, write_export
from orchestration.settings import PROJECT_ROOT, Settings
from tests.support.ledgers import add, make_ledger, proposal, row


def test_every_status_has_a_word() -> None:
    with (PROJECT_ROOT / "dbt_project" / "seeds" / "statuses.csv").open(encoding="utf-8") as file:
        assert RESULTS.keys() == {line["status_code"] for line in csv.DictReader(file)}
    assert set(RESULTS.values()) == {"admitted", "not_admitted", "absent", "pending"}


def test_scores_are_shown_half_up() -> None:
    shown = [two_decimals(*pair) for pair in ((13, 3), (1, 200), (1, 201), (25, 1), (999, 1000), (0, 1))]
    assert shown == ["4.33", "0.01", "0.00", "25.00", "1.00", "0.00"]
    assert two_decimals(None, None) is None


def test_an_export_says_nothing_of_why(tmp_path: Path) -> None:
    none = {"score_numerator": None, "score_denominator": None, "rank": None, "is_admitted": False}
    act = add(
        tmp_path,
        proposal(),
        [
            row("R25-000002", status_code="excluded", reason_code="EXCLUDED", decision_no="WG-9", **none),
            row("R25-000001"),
        ],
    )
    file = write_export(tmp_path, act, tmp_path / "out")
    assert file.name == "2025-registration-v1.json"
    content = json.loads(file.read_bytes())
    results = content.pop("results")
    assert content == {
        "format": "rezerv-results-1", "season": "2025", "stage": "registration", "version": 1,
        "published_at": "2025-07-01T05:00:00Z", "manifest_hash": act.act_hash, "count": 2,
    }  # fmt: skip
    assert results == [
        {"candidate_no": "R25-000001", "track": "agro", "result": "admitted", "score": "4.33",
         "score_numerator": 13, "score_denominator": 3, "rank": 1},
        {"candidate_no": "R25-000002", "track": "agro", "result": "not_admitted", "score": None,
         "score_numerator": None, "score_denominator": None, "rank": None},
    ]  # fmt: skip
    assert b"EXCLUDED" not in file.read_bytes() and b"WG-9" not in file.read_bytes()
    before = file.read_bytes()
    assert write_export(tmp_path, act, tmp_path / "out").read_bytes() == before


def test_the_list_in_force_is_exported_and_only_if_it_is_whole(settings: Settings, tmp_path: Path) -> None:
    folder = ledger_folder(settings)
    make_ledger(folder)
    act = act_in_force(settings, folder, "vetting")
    assert act.version == 2
    with pytest.raises(OrchestrationError):
        act_in_force(settings, folder, "interview")
    file = folder / "lists" / str(act.list_name)
    file.chmod(0o644)
    file.write_bytes(b"other")
    with pytest.raises(OrchestrationError) as caught:
        write_export(folder, act, tmp_path)
    assert caught.value.message_key == "error.list_changed" and not list(tmp_path.glob("*.json"))
