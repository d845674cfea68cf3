"""Grants given and ended by the command, as the dashboards read them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboards.access import Grant, GrantsBroken, granted
from orchestration.access.grants import Change, grants_folder, holders, record
from orchestration.assignment.books import BOOK_NAME, read_book
from orchestration.errors import OrchestrationError, UserError
from orchestration.releases import publish
from orchestration.settings import Settings
from tests.unit.orchestration.conftest import record_build, write_warehouse

ANALYST = Change("A.Person@Agency.example", "analyst", "C. Head, head of department", "order 5")
MEMBER = replace(
    ANALYST, role="commission_member", stage_code="interview", track_code="agro", identity="m@agency.example"
)


@pytest.fixture
def released(settings: Settings) -> Settings:
    """Settings of a home whose release has one commission: that of the interview."""
    write_warehouse(settings)
    record_build(settings)
    publish(settings, code_version="test")
    return settings


def test_the_dashboards_read_what_the_command_granted(released: Settings) -> None:
    record(released, ANALYST)
    record(released, MEMBER)
    record(released, replace(MEMBER, track_code=None))
    assert granted("a.person@agency.example", released.access_dir) == (Grant("analyst"),)
    assert granted("M@agency.example", released.access_dir) == (
        Grant("commission_member", "interview"),
        Grant("commission_member", "interview", "agro"),
    )
    assert granted("other@agency.example", released.access_dir) == ()


def test_an_ended_role_is_gone_and_can_be_given_again(released: Settings) -> None:
    record(released, MEMBER)
    record(released, replace(MEMBER, is_granted=False, reason="left the commission"))
    assert granted(MEMBER.identity, released.access_dir) == ()
    assert holders(read_book(grants_folder(released))) == {}
    record(released, MEMBER)
    assert granted(MEMBER.identity, released.access_dir) == (Grant("commission_member", "interview", "agro"),)


def test_the_same_grant_again_writes_nothing(released: Settings) -> None:
    record(released, ANALYST)
    assert record(released, replace(ANALYST, identity="a.person@AGENCY.example")) is None
    assert len(read_book(grants_folder(released))) == 1


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (replace(ANALYST, identity="nobody"), "error.access_identity"),
        (replace(ANALYST, identity="a b@agency.example"), "error.access_identity"),
        (replace(ANALYST, role="director"), "error.access_role"),
        (replace(ANALYST, by=" "), "error.access_by"),
        (replace(ANALYST, reason=""), "error.access_by"),
        (replace(ANALYST, stage_code="interview"), "error.access_no_list"),
        (replace(MEMBER, stage_code=None), "error.access_stage"),
        (replace(MEMBER, stage_code="text_test"), "error.access_stage"),
        (replace(MEMBER, track_code="space"), "error.access_track"),
        (replace(ANALYST, is_granted=False), "error.access_not_held"),
    ],
)
def test_what_cannot_be_granted_is_refused_and_leaves_the_book(
    released: Settings, change: Change, key: str
) -> None:
    with pytest.raises(UserError) as refused:
        record(released, change)
    assert refused.value.message_key == key
    assert read_book(grants_folder(released)) == []


def test_a_book_that_was_changed_gives_nobody_a_role(released: Settings) -> None:
    record(released, ANALYST)
    book = grants_folder(released) / BOOK_NAME
    book.chmod(0o600)
    book.write_text(book.read_text().replace('"analyst"', '"engineer"') + "{half\n")
    with pytest.raises(OrchestrationError):
        read_book(grants_folder(released))
    with pytest.raises(GrantsBroken):
        granted("a.person@agency.example", released.access_dir)
