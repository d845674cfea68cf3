from __future__ import annotations

import json
from pathlib import Path

import pytest

from dashboards import access
from dashboards.access import Grant, GrantsBroken, Person


def _book(folder: Path, *lines: object) -> None:
    (folder / "grants").mkdir()
    text = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines)
    (folder / access.GRANTS_NAME).write_text(text, encoding="utf-8")


def _line(role: str, identity: str = "a@b.c", is_granted: object = True, **more: object) -> dict[str, object]:
    return {"identity": identity, "role": role, "is_granted": is_granted, **more}


@pytest.mark.parametrize(
    ("user", "identity"),
    [
        ({"is_logged_in": True, "email": "A@B.kz", "email_verified": True}, "a@b.kz"),
        ({"is_logged_in": False, "email": "a@b.kz", "email_verified": True}, None),
        ({"is_logged_in": True, "email": "a@b.kz", "email_verified": False}, None),
        ({"is_logged_in": True, "email": "a@b.kz", "email_verified": "true"}, None),
        ({"is_logged_in": True, "email": "a@b.kz"}, None),
        ({"is_logged_in": True, "email": ["a@b.kz"], "email_verified": True}, None),
        ({"is_logged_in": True, "email": " ", "email_verified": True}, None),
        ({}, None),
    ],
)
def test_only_an_address_that_the_provider_has_verified_counts(
    user: dict[str, object], identity: str | None
) -> None:
    assert access.identity_of(user) == identity


def test_nobody_has_a_role_without_a_book(tmp_path: Path) -> None:
    assert access.granted("a@b.c", tmp_path) == ()


def test_lines_are_taken_in_order_and_unknown_roles_left_out(tmp_path: Path) -> None:
    _book(
        tmp_path,
        _line("publisher"),
        _line("analyst"),
        _line("director"),
        _line("engineer", identity="other@b.c"),
        _line("publisher", is_granted=False),
        _line("commission_member", stage_code="interview", track_code="agro"),
    )
    expected = (Grant("analyst"), Grant("commission_member", "interview", "agro"))
    assert access.granted("A@B.C", tmp_path) == expected


@pytest.mark.parametrize(
    "line", ["{half", "[]", '{"role": "analyst"}', '{"identity": 1, "role": "analyst"}', ""]
)
def test_a_line_that_cannot_be_read_gives_nobody_a_role(tmp_path: Path, line: str) -> None:
    _book(tmp_path, _line("analyst"), line, _line("analyst", is_granted=False))
    with pytest.raises(GrantsBroken):
        access.granted("a@b.c", tmp_path)


@pytest.mark.parametrize("is_granted", ["true", 1, None])
def test_only_a_plain_true_grants(tmp_path: Path, is_granted: object) -> None:
    _book(tmp_path, _line("analyst", is_granted=is_granted))
    assert access.granted("a@b.c", tmp_path) == ()


def test_an_address_chooses_among_ones_own_roles_only() -> None:
    person = Person("a@b.c", (Grant("analyst"), Grant("commission_member", "interview", "agro")))
    assert access.chosen(person, "commission_member.interview.agro").track == "agro"
    for asked in ("engineer", "commission_member.interview.digital", "", None):
        assert access.chosen(person, asked) == Grant("analyst")
    with pytest.raises(LookupError):
        access.chosen(Person("a@b.c", ()), "analyst")


def test_each_role_but_the_engineers_reads_a_file_of_its_own() -> None:
    grants = access.local_person([("interview", "agro"), ("interview", "digital")]).grants
    audiences = [grant.audience for grant in grants]
    assert len(set(audiences)) == len(audiences) == 8
    assert [grant.role for grant in grants if not grant.audience] == ["engineer"]


def test_the_local_mode_needs_its_own_word(monkeypatch: pytest.MonkeyPatch) -> None:
    for value, expected in {"1": True, "": False, "0": False, "yes": False}.items():
        monkeypatch.setenv(access.LOCAL_MODE, value)
        assert access.is_local_mode() is expected
    monkeypatch.delenv(access.LOCAL_MODE)
    assert not access.is_local_mode()
