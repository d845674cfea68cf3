"""What a proctoring reviewer sees of one incident: picture, clip, the rule behind it, and its sitting.

Belongs here: showing evidence and where it comes from. Does not belong here: judging it (proctoring.py),
reading it (dashboards/evidence.py). Of an item without a name there is the clip, and nothing else: what was
found, how severe it is and what else is in the sitting would each give it a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboards import warehouse
from dashboards.components import charts_proctoring, formats, tables
from dashboards.components.charts_proctoring import clock
from dashboards.evidence import Evidence
from dashboards.i18n import Texts
from dashboards.visit import Visit
from dashboards.warehouse import Row
from dashboards.warehouse import proctoring as sql

_SITTING_COLUMNS = (
    "signal_kind",
    "at_seconds",
    "length_seconds",
    "signal_severity",
    "confidence",
    "which_signal",
)
#: What boxes are called in the picture, and the text that translates it.
_LABELS: Mapping[str, str] = {
    "person": "proctoring.label_person",
    "cell phone": "proctoring.label_phone",
    "book": "proctoring.label_book",
    "laptop": "proctoring.label_laptop",
}
_HASH_SHOWN = 16


def show_evidence(visit: Visit, item: Row, evidence: Evidence, *, is_unnamed: bool) -> None:
    """Show what there is to see and hear, and say what is not there."""
    texts = visit.texts
    st.subheader(_title(visit, item, is_unnamed=is_unnamed), anchor=False)
    stage = formats.named(warehouse.names(visit.release, "stages", texts.language), item["stage_code"])
    if is_unnamed:
        st.caption(texts("proctoring.where_unnamed", sitting=item["sitting_id"], stage=stage))
        st.info(texts("proctoring.unnamed"))
    else:
        st.caption(
            texts(
                "proctoring.where",
                sitting=item["sitting_id"],
                stage=stage,
                start=clock(item["started_seconds"]),
                length=formats.points(item["duration_seconds"], texts.language),
                severity=texts(f"proctoring.severity_{item['severity_code']}"),
            )
        )
    for problem in evidence.problems:
        st.warning(texts(problem))
    if evidence.frame is not None and not is_unnamed:
        at = clock(float(evidence.frame.at_seconds))
        st.image(evidence.frame.content, width="stretch", alt=texts("proctoring.frame_alt", at=at))
        labels = ", ".join(f"{name} – {texts(_LABELS[name])}" for name in evidence.labels if name in _LABELS)
        st.caption(
            texts("proctoring.frame", at=at)
            + (f" {texts('proctoring.boxes', labels=labels)}" if labels else "")
        )
    if evidence.clip is not None:
        at = clock(float(evidence.clip.at_seconds))
        st.video(evidence.clip.content, format=evidence.clip.format, alt=texts("proctoring.clip_alt", at=at))
        st.caption(texts("proctoring.clip", at=at))


def _title(visit: Visit, item: Row, *, is_unnamed: bool) -> str:
    if is_unnamed:
        return visit.texts("proctoring.unnamed_title")
    return formats.named(sql.signal_names(visit.release, visit.texts.language), item["signal_type_code"])


def show_rule(visit: Visit, item: Row, evidence: Evidence, *, is_unnamed: bool) -> None:
    """Show by which rule and numbers the signal was raised, and by which model."""
    if is_unnamed:
        return
    texts = visit.texts
    st.subheader(texts("proctoring.rule"), anchor=False)
    sentences = rule_sentences(evidence.rule, texts)
    st.markdown("\n".join(f"- {one}" for one in sentences) or texts("proctoring.rule_unknown"))
    with st.expander(texts("proctoring.model")):
        columns = [
            tables.Column(texts("proctoring.model_what")),
            tables.Column(texts("proctoring.model_value"), "files"),
        ]
        rows = [
            tables.table_row(columns, [texts(f"proctoring.model_{name}"), value])
            for name, value in model_facts(evidence, sql.model_of(visit.release, item["item_id"])).items()
        ]
        st.html(tables.html_table(columns, rows, texts("proctoring.model")))


def rule_sentences(rule: Mapping[str, Any], texts: Texts) -> list[str]:
    """Return the rule behind a signal in words, with its numbers as they stood in the run."""
    sentences = []
    if "on" in rule:
        sentences.append(
            texts("proctoring.rule_score", on=_plain(rule["on"], texts), off=_plain(rule["off"], texts))
        )
    if int(rule.get("window", 1)) > 1:
        sentences.append(texts("proctoring.rule_votes", votes=rule["votes"], window=rule["window"]))
    if float(rule.get("minimum_seconds", 0)) > 0:
        sentences.append(texts("proctoring.rule_minimum", seconds=_plain(rule["minimum_seconds"], texts)))
    if "pause_seconds" in rule:
        sentences.append(texts("proctoring.rule_pause", seconds=_plain(rule["pause_seconds"], texts)))
    if "merge_gap_seconds" in rule:
        sentences.append(texts("proctoring.rule_merge", seconds=_plain(rule["merge_gap_seconds"], texts)))
    if "sample_rate" in rule:
        key = "rule_rate_again" if int(rule.get("second_look", 1)) > 1 else "rule_rate"
        rate, again = _plain(rule["sample_rate"], texts), rule.get("second_look", 1)
        sentences.append(texts(f"proctoring.{key}", rate=rate, again=again))
    return sentences


def _plain(value: object, texts: Texts) -> str:
    text = f"{float(str(value)):g}"
    return text if texts.language == "en" else text.replace(".", ",")


def model_facts(evidence: Evidence, run: Row | None) -> dict[str, str]:
    """Return name, hash of the weights, libraries and settings of what raised a signal.

    A model's code is its parts between slashes, the hash of its weights as `sha256-…`.
    """
    run = run or {}
    code = evidence.model_code or run.get("model_code") or ""
    name, *parts = str(code).split("/")
    hashes = [part.removeprefix("sha256-") for part in parts if part.startswith("sha256-")]
    facts = {
        "name": name or formats.NOTHING,
        "weights": hashes[0][:_HASH_SHOWN] + "…" if hashes else formats.NOTHING,
        "libraries": ", ".join(part for part in parts if not part.startswith("sha256-")) or formats.NOTHING,
        "settings": str(run.get("config_hash") or formats.NOTHING)[:_HASH_SHOWN],
        "run": str(run.get("run_id") or formats.NOTHING),
    }
    if evidence.rules_version:
        facts["rules_version"] = evidence.rules_version
    return facts


def show_sitting(visit: Visit, item: Row, *, is_unnamed: bool) -> None:
    """Show the whole sitting: how much of it was seen and heard, and every signal, as picture and table."""
    texts = visit.texts
    if is_unnamed:
        return
    sitting = sql.sitting(visit.release, item["sitting_id"])
    signals = sql.sitting_signals(visit.release, item["sitting_id"])
    if sitting is None or not signals:
        return
    st.subheader(texts("proctoring.sitting"), anchor=False)
    st.caption(
        texts(
            "proctoring.coverage",
            duration=clock(sitting["duration_seconds"]),
            seen=clock(sitting["seen_seconds"]),
            heard=clock(sitting["heard_seconds"]),
        )
    )
    names = sql.signal_names(visit.release, texts.language)
    ends = [row["started_seconds"] + row["duration_seconds"] for row in signals]
    duration = float(max(sitting["duration_seconds"], *ends))
    st.altair_chart(
        charts_proctoring.timeline_chart(signals, item["item_id"], duration, names, texts), width="stretch"
    )
    comments = warehouse.column_comments(visit.release, sql.NEEDED_TABLES)
    columns = [
        tables.column(name, texts, comments, "name" if name == "signal_kind" else "num")
        for name in _SITTING_COLUMNS
    ]
    rows = [tables.table_row(columns, _cells(row, item["item_id"], names, texts)) for row in signals]
    st.html(tables.html_table(columns, rows, texts("proctoring.sitting"), max_height=320))


def _cells(row: Row, this: str, names: Mapping[str, str], texts: Texts) -> list[tables.Cell]:
    return [
        formats.named(names, row["signal_type_code"]),
        clock(row["started_seconds"]),
        clock(row["duration_seconds"]),
        texts(f"proctoring.severity_{row['severity_code']}"),
        formats.points(row["confidence"], texts.language),
        texts("proctoring.this_one") if row["signal_id"] == this else "",
    ]
