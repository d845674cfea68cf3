from __future__ import annotations

from dashboards.components import charts
from dashboards.i18n import load_texts

STAGES = {"one": "First stage", "two": "Second stage"}
TRACKS = {"a": "Track A", "b": "Track B"}
COUNTS = {
    ("one", "a"): {"count_entered": 400, "count_admitted": 100},
    ("one", "b"): {"count_entered": 100, "count_admitted": 0},
    ("two", "a"): {"count_entered": 100, "count_admitted": 25},
}


def test_bars_are_centred_and_follow_the_square_root() -> None:
    records = charts.funnel_records(COUNTS, STAGES, TRACKS, load_texts("en"))
    by_place = {(record["stage"], record["track"]): record for record in records}
    widest, half = by_place[0, 0], by_place[0, 1]
    assert widest["left"] == -widest["right"]
    assert abs((half["right"] - half["left"]) * 2 - (widest["right"] - widest["left"])) < 1e-9
    assert half["left"] + half["right"] == 2
    assert by_place[1, 1]["label"] == ""
    assert widest["sentence"] == "400 entered, 100 go on"


def test_charts_are_valid_and_carry_the_names() -> None:
    texts = load_texts("kk")
    funnel = charts.funnel_chart(COUNTS, STAGES, TRACKS, texts).to_json()
    assert "First stage" in funnel
    totals = {
        "one": {"count_entered": 4, "count_admitted": 1, "count_absent": 3},
        "two": {"count_entered": 0},
    }
    outcomes = charts.outcome_chart(totals, STAGES, texts).to_dict()
    ends = [record["end"] for record in outcomes["data"]["values"]]
    assert ends == [0.25, 1.0]
    assert texts("column.count_absent") in str(outcomes)
