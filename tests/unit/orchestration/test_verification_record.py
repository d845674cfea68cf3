"""The record of verifying: what it says of a ledger that holds, of one that does not, and of none."""

from __future__ import annotations

import json
from typing import Any

from orchestration.cli import run
from orchestration.ledger import LEDGER_NAME, ledger_folder, read_acts
from orchestration.ledger_verification import verify
from orchestration.settings import Settings
from orchestration.texts import LANGUAGES
from orchestration.verification_record import RECORD_NAME, write_verification
from tests.support.ledgers import make_ledger


def recorded(settings: Settings) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((settings.releases_dir / RECORD_NAME).read_text())
    return found


def test_a_ledger_that_holds_is_recorded_with_its_acts(settings: Settings) -> None:
    make_ledger(ledger_folder(settings))
    write_verification(settings, verify(settings))
    content = recorded(settings)
    assert content["finding"] is None and content["release_id"] is None
    assert content["act_hashes"] == [act.act_hash for act in read_acts(ledger_folder(settings))]
    assert content["count_waiting"] == len(content["act_hashes"]) > 0
    assert content["verified_at"].endswith("Z")


def test_what_does_not_hold_is_named_in_three_languages(settings: Settings) -> None:
    make_ledger(ledger_folder(settings))
    file = ledger_folder(settings) / LEDGER_NAME
    file.chmod(0o644)
    file.write_bytes(file.read_bytes().replace(b'"version":1', b'"version":2', 1))
    found = verify(settings)
    write_verification(settings, found)
    assert found.finding is not None
    finding = recorded(settings)["finding"]
    assert set(finding) == set(LANGUAGES) and len(set(finding.values())) == 3


def test_an_empty_ledger_holds(settings: Settings, monkeypatch: Any) -> None:
    monkeypatch.setenv("REZERV_HOME", str(settings.home))
    assert run(["verify"]) == 0
    assert (recorded(settings)["act_hashes"], recorded(settings)["finding"]) == ([], None)
    assert not list(settings.releases_dir.glob("*.tmp"))
