from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.access import ROLES, Grant
from dashboards.components.charts_proctoring import timeline_records
from dashboards.evidence import Evidence
from dashboards.i18n import LANGUAGES, load_texts
from dashboards.pages import pages_of
from dashboards.views.proctoring_item import model_facts, rule_sentences
from tests.support.pages import sent_by
from tests.support.reviewing import ReviewRoom, review_room

EN = load_texts("en")
NOTE = "a note that nobody else may read"


@pytest.fixture
def room(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReviewRoom:
    return review_room(made, tmp_path, monkeypatch)


@pytest.fixture
def open_item(room: ReviewRoom) -> str:
    """A signal without a review."""
    [(item,)] = room.query(
        "select min(item_id) from reporting.rpt_proctoring_review_items"
        " where signal_state_code = 'open' and not is_control"
    )
    return str(item)


@pytest.fixture
def second_item(room: ReviewRoom) -> str:
    """A signal whose first review came as a feed."""
    [(item,)] = room.query(
        "select min(item_id) from reporting.rpt_proctoring_review_items"
        " where signal_state_code = 'second_review'"
    )
    return str(item)


def queue(room: ReviewRoom) -> list[str]:
    """Signals that wait, in their order."""
    found = room.query(
        "select item_id from reporting.rpt_proctoring_review_items where not is_control order by item_order"
    )
    return [item for (item,) in found]


def html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def buttons(app: AppTest) -> dict[str, bool]:
    """Buttons by the end of their key: whether each can be pressed."""
    return {str(one.key).removeprefix("proctoring_"): not one.disabled for one in app.button if one.key}


def press(app: AppTest, *keys: str) -> AppTest:
    for key in keys:
        app.button(key=f"proctoring_{key}").click().run()
        assert not app.exception
    return app


def test_the_page_is_for_reviewers_alone() -> None:
    roles = {role for role in ROLES if "proctoring" in [page.name for page in pages_of(Grant(role))]}
    assert roles == {"proctoring_reviewer"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_look_at_the_page_takes_nothing_and_counts_the_queue(room: ReviewRoom, language: str) -> None:
    app, texts = room.open(language=language), load_texts(language)
    assert app.title[0].value == texts("proctoring.title")
    counts = room.query(
        "select severity_code, count(*), count(*) filter (is_overdue)"
        " from reporting.rpt_proctoring_review_items where not is_control group by severity_code"
    )
    rows = re.findall(r"<tr class=\"\"><td[^>]*>([^<]+)</td><td[^>]*>(\d+)</td><td[^>]*>(\d+)", html(app))
    shown = {(name, int(waiting), int(overdue)) for name, waiting, overdue in rows}
    assert shown == {(texts(f"proctoring.severity_{code}"), n, late) for code, n, late in counts}
    assert buttons(app) == {"begin": True}
    with sqlite3.connect(room.book.file) as book:
        assert book.execute("select count(*) from claims").fetchone() == (0,)


def test_the_first_of_the_queue_is_shown_with_its_evidence(room: ReviewRoom, open_item: str) -> None:
    [(first, sitting)] = room.query(
        "select item_id, sitting_id from reporting.rpt_proctoring_review_items"
        " where not is_control order by item_order limit 1"
    )
    room.show(first)
    app = press(room.open(), "begin")
    assert [line["action"] for line in room.log()] == ["evidence"]
    assert room.log()[0]["signal_id"] == first
    assert room.log()[0]["files"] == [f"{first}.jpg", f"{first}.webm"]
    assert len(app.get("image")) == 1 and len(app.get("video")) == 1
    sent = sent_by(app)
    assert sitting in sent and "0:08" in sent and "0:07" in sent
    for sentence in ("at least 0.4 sure", "At least 2 of 5 pictures", "at least 3 s"):
        assert sentence in sent
    signals = room.query(
        f"select count(*) from core.fct_proctoring_signals where sitting_id = '{sitting}' and is_in_force"
    )[0][0]
    assert html(app).count("▼ this one") == 1
    table = html(app).split(f'aria-label="{EN("proctoring.sitting")}"')[1].split("</table>")[0]
    assert table.count("<tr") - 1 == signals
    room.open()
    assert len(room.log()) == 2, "whoever opens it anew has seen it anew"


def test_a_verdict_takes_two_keys_and_the_next_comes_at_once(room: ReviewRoom) -> None:
    ids = queue(room)
    for item in ids:
        room.show(item)
    app = press(room.open(), "begin", "verdict_dismissed")
    reasons = room.query(
        "select review_reason_code from seeds.proctoring_review_reasons where verdict_code = 'dismissed'"
    )
    offered = {key.removeprefix("reason_") for key in buttons(app) if key.startswith("reason_")}
    assert offered == {code for (code,) in reasons}
    assert not room.book.mine(room.book.reviewer_code("a@example.kz")), "one key judges nobody"
    app.text_area[0].input(NOTE)
    press(app, "reason_too_brief")
    [verdict] = room.book.mine(room.book.reviewer_code("a@example.kz"))
    assert (verdict.signal_id, verdict.verdict_code, verdict.review_reason_code) == (
        ids[0],
        "dismissed",
        "too_brief",
    )
    assert verdict.note == NOTE and not verdict.is_unnamed
    assert [line["action"] for line in room.log()] == ["evidence", "verdict", "evidence"]
    assert [line["signal_id"] for line in room.log()] == [ids[0], ids[0], ids[1]]
    assert "Recorded: Dismiss" in app.success[0].value
    assert {"verdict_confirmed", "verdict_dismissed", "verdict_inconclusive"} <= set(buttons(app))


def test_another_verdict_can_still_be_chosen(room: ReviewRoom, open_item: str) -> None:
    room.show(open_item)
    room.hand("a@example.kz", open_item)
    app = press(room.open(), "verdict_confirmed", "other_verdict", "verdict_inconclusive")
    assert {"reason_not_visible", "reason_too_short", "reason_no_evidence"} <= set(buttons(app))
    assert "reason_left_frame" not in buttons(app)


def test_a_second_review_looks_like_a_first_one(room: ReviewRoom, open_item: str, tmp_path: Path) -> None:
    room.show(open_item)
    [(other,)] = room.query(
        "select max(item_id) from reporting.rpt_proctoring_review_items"
        " where signal_state_code = 'open' and not is_control"
    )
    first = room.judged("first@example.kz", open_item, "confirmed", "forbidden_object", NOTE)
    room.hand("b@example.kz", open_item)
    as_second = sent_by(press(room.open("b@example.kz"), "verdict_dismissed"))

    fresh = ReviewRoom(tmp_path / "fresh", room.monkeypatch)
    (tmp_path / "fresh").mkdir()
    (tmp_path / "fresh" / "releases").symlink_to(room.folder / "releases")
    fresh.show(open_item)
    fresh.judged("first@example.kz", other, "confirmed", "forbidden_object")
    fresh.hand("b@example.kz", open_item)
    as_first = sent_by(press(fresh.open("b@example.kz"), "verdict_dismissed"))
    assert as_second == as_first
    assert first not in as_second and NOTE not in as_second


def test_a_first_review_of_the_release_is_not_sent_either(room: ReviewRoom, second_item: str) -> None:
    first = room.item(second_item)["first_reviewer_code"]
    room.show(second_item)
    room.hand("a@example.kz", second_item)
    app = room.open()
    assert first and first not in sent_by(app)
    assert "The first reviewer" not in sent_by(app)
    press(app, "verdict_confirmed", "reason_forbidden_object")
    assert app.success, "the verdict was taken"
    assert first not in sent_by(app), "a reviewer's file holds no verdict of a release"


def test_ones_own_verdicts_have_the_others_beside_them(room: ReviewRoom, open_item: str) -> None:
    first = room.judged("first@example.kz", open_item, "confirmed", "forbidden_object", NOTE)
    second = room.judged("b@example.kz", open_item, "dismissed", "allowed_object")
    for identity, own, other_code, other in (
        ("first@example.kz", "Confirm", second, "Dismiss"),
        ("b@example.kz", "Dismiss", first, "Confirm"),
    ):
        frame = room.open(identity, proctoring_view="mine").dataframe[0].value
        assert list(frame["verdict"]) == [own]
        assert list(frame["other_verdict"]) == [other] and list(frame["other_reviewer_code"]) == [other_code]
    assert NOTE not in sent_by(room.open("b@example.kz", proctoring_view="mine"))
    nobody = room.open("c@example.kz", proctoring_view="mine")
    assert nobody.info[0].value == EN("proctoring.mine_none")


def test_without_evidence_nobody_can_say_what_was_there(room: ReviewRoom, open_item: str) -> None:
    room.hand("a@example.kz", open_item)
    app = room.open()
    assert [warning.value for warning in app.warning] == [EN("proctoring.no_evidence")]
    can = buttons(app)
    assert (can["verdict_confirmed"], can["verdict_dismissed"], can["verdict_inconclusive"]) == (
        False,
        False,
        True,
    )
    assert room.log() == [], "nothing was seen"
    press(app, "verdict_inconclusive", "reason_no_evidence")
    [verdict] = room.book.mine(room.book.reviewer_code("a@example.kz"))
    assert verdict.verdict_code == "inconclusive"


def test_what_cannot_be_logged_is_not_shown(room: ReviewRoom, open_item: str) -> None:
    room.show(open_item)
    room.hand("a@example.kz", open_item)
    (room.folder / "access").write_text("a file where the folder should be")
    app = room.open()
    assert EN("error.log_unavailable.title") in [title.value for title in app.title]
    assert not app.get("image") and not app.get("video")


def test_a_lost_claim_is_said_and_the_note_stays(room: ReviewRoom, open_item: str) -> None:
    room.show(open_item)
    room.hand("a@example.kz", open_item)
    app = press(room.open(), "verdict_dismissed")
    app.text_area[0].input(NOTE)
    with sqlite3.connect(room.book.file) as book:
        book.execute("update claims set expires_at = '2025-01-01T00:00:00.000+00:00'")
    room.hand("b@example.kz", open_item)
    press(app, "reason_nothing_seen")
    assert app.error[0].value == EN("proctoring.error_lost")
    assert [code.value for code in app.code] == [NOTE]
    assert room.book.mine(room.book.reviewer_code("a@example.kz")) == []


def test_putting_back_gives_the_next_and_stopping_gives_none(room: ReviewRoom) -> None:
    ids = queue(room)
    app = press(room.open(), "begin", "put_back")
    code = room.book.reviewer_code("a@example.kz")
    held = room.book.held(code)
    assert held is not None and held.signal_id == ids[1]
    press(app, "stop")
    assert room.book.held(code) is None and "begin" in buttons(app)


def test_the_end_of_the_queue_is_said(room: ReviewRoom) -> None:
    room.change("delete from reporting.rpt_proctoring_review_items")
    app = press(room.open(), "begin")
    assert [info.value for info in app.info] == [EN("proctoring.nothing_left"), EN("proctoring.queue_empty")]


def _control_of(room: ReviewRoom) -> str:
    [(control,)] = room.query(
        "select min(item_id) from reporting.rpt_proctoring_review_items where is_control"
    )
    return str(control)


def test_a_control_looks_like_a_signal_without_a_name(room: ReviewRoom, open_item: str) -> None:
    control = _control_of(room)
    room.change(
        f"update reporting.rpt_proctoring_review_items set is_unnamed = true where item_id = '{open_item}'"
    )
    shown = []
    for item in (open_item, control):
        room.show(item, has_frame=item != control)
        row = room.item(item)
        room.hand(f"{item}@example.kz", item)
        app = room.open(f"{item}@example.kz")
        assert not app.get("image") and len(app.get("video")) == 1
        stages = dict(room.query("select stage_code, name_en from seeds.stages"))
        name = stages[row["stage_code"]]
        sent = sent_by(app).replace(row["sitting_id"], "S").replace(name[:1].upper() + name[1:], "stage")
        shown.append(re.sub(r"/media/\S+", "", sent))
    assert shown[0] == shown[1]
    assert room.log()[0]["files"] == [f"{open_item}.webm"], "the log says what was shown"


def test_the_name_stays_hidden_after_the_verdict(room: ReviewRoom) -> None:
    control = _control_of(room)
    room.show(control, has_frame=False)
    room.hand("a@example.kz", control)
    app = press(room.open(), "verdict_dismissed", "reason_nothing_seen")
    [verdict] = room.book.mine(room.book.reviewer_code("a@example.kz"))
    assert verdict.is_unnamed and verdict.signal_id == control
    frame = room.open(proctoring_view="mine").dataframe[0].value
    assert list(frame["signal_kind"]) == [EN("proctoring.unnamed_kind")]
    assert "control" not in sent_by(app).lower()


def test_a_control_without_a_clip_is_given_to_nobody(room: ReviewRoom) -> None:
    room.change("delete from reporting.rpt_proctoring_review_items where not is_control")
    app = press(room.open(), "begin")
    assert app.info[0].value == EN("proctoring.nothing_left")
    room.show(_control_of(room), has_frame=False)
    press(app, "begin")
    held = room.book.held(room.book.reviewer_code("a@example.kz"))
    assert held is not None and held.signal_id == _control_of(room)


def test_an_older_release_is_explained(room: ReviewRoom) -> None:
    room.change("drop table reporting.rpt_proctoring_review_items")
    app = room.open()
    assert "rpt_proctoring_review_items" in app.error[0].value


def test_an_unknown_view_in_the_address_opens_the_review(room: ReviewRoom) -> None:
    assert "begin" in buttons(room.open(proctoring_view="everything"))


def test_a_broken_book_is_said(room: ReviewRoom) -> None:
    room.book.folder.mkdir(parents=True)
    room.book.file.write_bytes(b"not a database at all, whatever its name says" * 30)
    assert room.open().error[0].value == EN("proctoring.error_book")


def test_rules_are_said_in_words() -> None:
    detector = {
        "on": 0.4,
        "off": 0.25,
        "votes": 2,
        "window": 5,
        "minimum_seconds": "0",
        "merge_gap_seconds": "5",
        "sample_rate": "1",
        "second_look": 4,
    }
    assert len(rule_sentences(detector, EN)) == 4
    single = {**detector, "votes": 1, "window": 1, "minimum_seconds": "3", "second_look": 1}
    assert [
        EN("proctoring.rule_minimum", seconds="3") in rule_sentences(one, EN) for one in (detector, single)
    ] == [
        False,
        True,
    ]
    assert not any("in a row" in sentence for sentence in rule_sentences(single, EN))
    speech = {"on": 0.5, "off": 0.35, "pause_seconds": "0.6", "minimum_seconds": "1.5"}
    assert rule_sentences(speech, load_texts("kk"))[2] == load_texts("kk")(
        "proctoring.rule_pause", seconds="0,6"
    )
    assert rule_sentences({}, EN) == []


def test_a_model_is_named_by_its_parts() -> None:
    run = {"model_code": "other", "config_hash": "c" * 64, "run_id": "r1"}
    facts = model_facts(Evidence(model_code="yolo/sha256-" + "a" * 64 + "/openvino-1/cpu"), run)
    assert facts["name"] == "yolo" and facts["weights"] == "a" * 16 + "…"
    assert facts["libraries"] == "openvino-1, cpu" and facts["run"] == "r1"
    assert model_facts(Evidence(), run)["name"] == "other"
    assert model_facts(Evidence(), None)["name"] == "–"


def test_the_timeline_marks_one_signal_and_shows_short_ones() -> None:
    rows = [
        {"signal_id": "a", "signal_type_code": "phone", "started_seconds": 10, "duration_seconds": 0},
        {"signal_id": "b", "signal_type_code": "book", "started_seconds": 5, "duration_seconds": 100},
        {"signal_id": "c", "signal_type_code": "phone", "started_seconds": 900, "duration_seconds": 30},
    ]
    records = timeline_records(rows, "c", 1000.0, {"phone": "Phone"}, EN)
    assert [one["lane"] for one in records] == [0, 1, 0]
    assert [one["mark"] for one in records] == ["", "", "▼"]
    assert records[0]["ended"] > 10 and records[1]["ended"] == 105
    assert [one["kind"] for one in records] == ["Phone", "book", "Phone"]
