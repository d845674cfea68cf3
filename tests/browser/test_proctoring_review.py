"""A reviewer at the keyboard, in a real browser: picture and clip are there, keys judge, the next is at hand.

What the page must show and refuse is in tests/unit/dashboards/views/test_proctoring.py.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from dashboards.access import LOCAL_IDENTITY
from dashboards.i18n import load_texts
from orchestration.audiences import write_audiences
from tests.browser.test_pages_of_roles import IDLE, running
from tests.support.reviewing import ReviewRoom, review_room

SECONDS = 2


def _clip() -> bytes:
    """A film of two seconds that a browser can play."""
    out = BytesIO()
    with av.open(out, "w", format="webm") as film:
        stream = film.add_stream("libvpx", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(SECONDS * 10):
            picture = np.full((48, 64, 3), 10 * number, dtype=np.uint8)
            film.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        film.mux(stream.encode(None))
    return out.getvalue()


@pytest.fixture
def room(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReviewRoom:
    """Every waiting signal with its evidence; each with its name, so with its picture."""
    room = review_room(made, tmp_path, monkeypatch)
    room.change("update reporting.rpt_proctoring_review_items set is_unnamed = false")
    clip = _clip()
    for (item,) in room.query("select item_id from reporting.rpt_proctoring_review_items"):
        room.show(item, clip=clip)
    write_audiences(room.release_file)
    return room


def _press(page: Page, key: str) -> None:
    page.wait_for_selector(IDLE, timeout=60_000, state="attached")
    page.wait_for_timeout(400)
    page.keyboard.press(key)
    page.wait_for_selector(IDLE, timeout=60_000, state="attached")


def test_keys_alone_judge_and_bring_the_next(page: Page, room: ReviewRoom, screenshots: Path) -> None:
    texts, book = load_texts("en"), room.book
    reviewer = book.reviewer_code(LOCAL_IDENTITY)
    with running(room.folder, room.folder) as address:
        page.goto(f"{address}/proctoring?lang=en&role=proctoring_reviewer")
        expect(page.get_by_role("button", name=texts("proctoring.begin"))).to_be_visible(timeout=30_000)
        _press(page, "Enter")
        expect(page.get_by_role("button", name=texts("proctoring.verdict_dismissed"))).to_be_visible()
        first = book.held(reviewer)
        assert first is not None

        expect(page.get_by_test_id("stImageContainer").locator("img")).to_have_js_property("complete", True)
        assert (
            page.evaluate("document.querySelector('[data-testid=stImageContainer] img').naturalWidth") == 32
        )
        expect(page.locator("video")).to_have_js_property("readyState", 4)
        assert page.evaluate("document.querySelector('video').duration") == pytest.approx(SECONDS, abs=0.3)
        page.screenshot(path=screenshots / "proctoring_item.png", full_page=True)

        _press(page, "2")
        expect(page.get_by_role("button", name=texts("proctoring.verdict_dismissed"))).to_have_count(0)
        assert book.mine(reviewer) == [], "one key judges nobody"
        _press(page, "1")
        expect(page.get_by_role("button", name=texts("proctoring.verdict_dismissed"))).to_be_visible()
        [verdict] = book.mine(reviewer)
        assert (verdict.signal_id, verdict.verdict_code) == (first.signal_id, "dismissed")
        second = book.held(reviewer)
        assert second is not None and second.signal_id != first.signal_id

        _press(page, "0")
        expect(page.get_by_role("button", name=texts("proctoring.begin"))).to_be_visible()
        assert book.held(reviewer) is None
    assert [line["signal_id"] for line in room.log() if line["action"] == "evidence"] == [
        first.signal_id,
        second.signal_id,
    ]
