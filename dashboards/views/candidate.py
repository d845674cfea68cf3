"""One candidate number: the whole path through the selection, with what lies behind each step.

Belongs here: the field for the number, the headline, which parts a role sees, the steps. Does not belong
here: the other parts (candidate_sections.py), why somebody stands where they stand (dbt_project/,
`sel_explanations`), SQL (dashboards/warehouse/candidates.py). The words of a step are those of
`rezerv explain`. Opening a path goes into the access log first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from dashboards import warehouse
from dashboards.access import ANALYST, ENGINEER, PUBLISHER, VETTING_OFFICER
from dashboards.components import address, formats, tables
from dashboards.components.candidate_link import PARAM
from dashboards.components.downloads import download
from dashboards.components.header import show_header
from dashboards.components.switch import switch
from dashboards.i18n import Texts
from dashboards.views import candidate_sections
from dashboards.visit import Visit
from dashboards.warehouse import Row, candidates

PATH, EVENTS, VETTING, SOURCES = "path", "events", "vetting", "sources"
_PARTS: Mapping[str, tuple[str, ...]] = {
    ANALYST: (PATH, EVENTS, VETTING),
    PUBLISHER: (PATH, EVENTS),
    VETTING_OFFICER: (VETTING,),
    ENGINEER: (PATH, EVENTS, VETTING, SOURCES),
}
_TABLES: Mapping[str, tuple[str, ...]] = {
    PATH: candidates.OF_STAGES,
    EVENTS: candidates.OF_STAGES,
    VETTING: candidates.OF_VETTING,
    SOURCES: candidates.OF_SOURCES,
}
_PART_KEY, _OPENED_KEY = "candidate_part", "candidate_opened"
_NUMBER = re.compile(r"R\d{2}-\d{6}")
_LONGEST_NUMBER = 20
_COLUMNS = (
    "stage",
    "status",
    "score_points",
    "score_fraction",
    "rank",
    "cutoff_points",
    "cutoff_distance",
    "list_state",
)
_NUMERIC = {"score_points", "score_fraction", "rank", "cutoff_points", "cutoff_distance"}
_FILE_COLUMNS = (*_COLUMNS, "reason", "paragraph", "policy_code", "decision_no")
_COMMENT_TABLES = ("selection.sel_explanations",)


@dataclass(frozen=True)
class Names:
    """Names of codes in one language; what the season's policy says, by policy number."""

    stages: Mapping[str, str]
    tracks: Mapping[str, str]
    statuses: Mapping[str, str]
    reasons: Mapping[str, str]
    policies: Mapping[str, Sequence[Row]]


def render(visit: Visit) -> None:
    """Ask for a number and show its path, as far as the role of the visit sees it."""
    texts, release = visit.texts, visit.release
    show_header(texts("candidate.title"), release.manifest, texts)
    parts = _PARTS[visit.grant.role]
    candidates.require_tables(release, needed_tables(visit.grant.role))
    number = _ask(texts)
    if not number:
        st.info(texts("candidate.ask"))
        return
    if not _NUMBER.fullmatch(number):
        st.error(texts("candidate.no_number", text=number))
        return
    person = candidates.find(release, number)
    if person is None:
        st.error(texts("candidate.unknown", candidate=number))
        return
    _record_once(visit, number)
    names = _names(visit)
    steps = candidates.steps(release, number) if PATH in parts else []
    st.subheader(number, anchor=False)
    _show_headline(headline(visit, person, steps, names), texts)
    part = parts[0]
    if len(parts) > 1:
        part = switch(
            texts("candidate.part"),
            {code: texts(f"candidate.part_{code}") for code in parts},
            _PART_KEY,
            PATH,
        )
    if part == PATH:
        _show_path(visit, number, steps, names)
    elif part == EVENTS:
        candidate_sections.show_events(visit, number, names.stages, names.tracks)
    elif part == VETTING:
        candidate_sections.show_vetting(visit, number, names.tracks, names.reasons)
    else:
        candidate_sections.show_sources(visit, number)


def needed_tables(role: str) -> tuple[str, ...]:
    """Return the tables without which the page of a role cannot be shown."""
    found = {table for part in _PARTS[role] for table in _TABLES[part]}
    return tuple(sorted(found | set(candidates.OF_REGISTRATION)))


def _ask(texts: Texts) -> str:
    if PARAM not in st.session_state:
        st.session_state.pop(_OPENED_KEY, None)
    address.start_text(PARAM)
    wanted = st.text_input(
        texts("column.candidate_no"), key=PARAM, max_chars=_LONGEST_NUMBER, placeholder="R25-000000"
    )
    number = (wanted or "").strip().upper()
    address.put(PARAM, number)
    return number


def _record_once(visit: Visit, number: str) -> None:
    """Put the opening of a path into the access log, once until another path or page is opened."""
    opened = (number, visit.grant.code, visit.release.manifest.release_id)
    if st.session_state.get(_OPENED_KEY) != opened:
        visit.record("candidate", candidate_no=number)
        st.session_state[_OPENED_KEY] = opened


def _names(visit: Visit) -> Names:
    release, language = visit.release, visit.texts.language
    return Names(
        warehouse.names(release, "stages", language),
        warehouse.names(release, "tracks", language),
        warehouse.names(release, "statuses", language),
        warehouse.reason_texts(release, language),
        candidates.policies(release),
    )


def headline(visit: Visit, person: Row, steps: Sequence[Row], names: Names) -> list[tuple[str, str]]:
    """Return track, region, how far the path leads and the status there; without stages when it began."""
    texts = visit.texts
    regions = warehouse.names(visit.release, "regions", texts.language)
    pairs = [
        (texts("column.track"), formats.named(names.tracks, person["track_code"])),
        (texts("column.region"), formats.named(regions, person["region_code"])),
    ]
    if steps:
        last = steps[-1]
        place = texts(
            "candidate.stage_of",
            stage=names.stages[last["stage_code"]],
            order=last["stage_order"],
            count=len(names.stages),
        )
        return [
            *pairs,
            (texts("candidate.how_far"), place),
            (texts("candidate.status_now"), formats.named(names.statuses, last["status_code"])),
        ]
    submitted = formats.moment_text(person["submitted_at"], texts.language)
    return [*pairs, (texts("candidate.submitted"), submitted)]


def _show_headline(pairs: Sequence[tuple[str, str]], texts: Texts) -> None:
    columns = [tables.Column(label) for label, _ in pairs]
    rows = [tables.table_row(columns, [value for _, value in pairs])]
    st.html(tables.html_table(columns, rows, texts("candidate.title")))


def _show_path(visit: Visit, number: str, steps: Sequence[Row], names: Names) -> None:
    texts = visit.texts
    _show_drift(visit, number, names)
    comments = warehouse.column_comments(visit.release, _COMMENT_TABLES)
    columns = [
        tables.column(name, texts, comments, "num" if name in _NUMERIC else "name" if name == "stage" else "")
        for name in _COLUMNS
    ]
    rows = [
        tables.table_row(columns, overview_cells(step, names, texts), "on" if step["is_admitted"] else "off")
        for step in steps
    ]
    heading, button = st.columns([3, 1], vertical_alignment="bottom")
    heading.subheader(texts("candidate.overview"), anchor=False)
    st.html(tables.html_table(columns, rows, texts("candidate.overview"), 1100))
    download(
        button,
        visit,
        "candidate",
        "path",
        _FILE_COLUMNS,
        lambda: [file_row(step, names, texts) for step in steps],
        ("candidate", number),
    )
    st.subheader(texts("candidate.steps"), anchor=False)
    batches = candidates.batches(visit.release, number) if SOURCES in _PARTS[visit.grant.role] else {}
    for step in steps:
        with st.container(border=True):
            first, *others = (_plain(line) for line in step_lines(step, names, texts))
            st.markdown(f"**{step['stage_order']}. {first}**")
            st.markdown("\n".join(f"- {line}" for line in others))
            with st.expander(texts("shortlist.source")):
                st.markdown(
                    "\n".join(f"- {line}" for line in source_lines(step, number, names, batches, texts))
                )


def _plain(text: str) -> str:
    """Keep what Markdown would read as its own signs."""
    return re.sub(r"([\\`*_{}\[\]<>#$~|])", r"\\\1", text)


def overview_cells(step: Row, names: Names, texts: Texts) -> list[tables.Cell]:
    """Return the row of a stage in the overview."""
    language = texts.language
    distance = step["distance_points"]
    return [
        f"{step['stage_order']}. {names.stages[step['stage_code']]}",
        formats.named(names.statuses, step["status_code"]),
        formats.points(step["score_points"], language),
        formats.fraction(step["score_numerator"], step["score_denominator"]),
        formats.number(step["rank"], language),
        formats.points(step["cutoff_points"], language),
        formats.NOTHING if distance is None else signed(distance, language),
        _standing_text(step, texts),
    ]


def _standing_text(step: Row, texts: Texts) -> str:
    if step["act_no"] is not None:
        return texts("standing.published", version=step["version"])
    return texts("standing.provisional" if step["is_provisional"] else "standing.unpublished")


def signed(value: object, language: str) -> str:
    """Write a distance with its sign: +1.20, −0.33, 0.00."""
    text = formats.points(abs(value), language)  # type: ignore[arg-type]
    return f"+{text}" if value > 0 else f"−{text}" if value < 0 else text  # type: ignore[operator]


def published_text(step: Row, texts: Texts) -> str:
    """Say how the list of a step stands, in the words of `rezerv explain`."""
    if step["act_no"] is not None:
        return texts("explain.by_act", version=step["version"], act=step["act_no"])
    return texts("explain.provisional" if step["is_provisional"] else "explain.not_published")


def step_lines(step: Row, names: Names, texts: Texts) -> list[str]:
    """Say why somebody stands where they do at a stage, in the words of `rezerv explain`; the distance."""
    lines = [
        texts(
            "explain.stage",
            stage=names.stages[step["stage_code"]],
            status=formats.named(names.statuses, step["status_code"]),
            published=published_text(step, texts),
        ),
        names.reasons.get(step["reason_code"], step["reason_code"]),
        *_number_lines(step, texts),
    ]
    if step["paragraph"]:
        policies = step["policy_codes"] or formats.NOTHING
        lines.append(texts("explain.rule", paragraph=step["paragraph"], policies=policies))
    if step["decision_no"]:
        lines.append(texts("explain.decision", decision=step["decision_no"]))
    if step["decision_nos"]:
        lines.append(texts("explain.decisions", decisions=step["decision_nos"]))
    return lines


def _number_lines(step: Row, texts: Texts) -> list[str]:
    language, lines = texts.language, []
    if step["score_numerator"] is not None:
        exact = formats.fraction(step["score_numerator"], step["score_denominator"])
        points = formats.points(step["score_points"], language)
        lines.append(texts("explain.score", points=points, exact=exact))
    if step["rank"] is not None:
        rank, pool, equals = (
            formats.number(step[name], language) for name in ("rank", "count_pool", "count_equals")
        )
        lines.append(texts("explain.rank", rank=rank, pool=pool, equals=equals))
    if step["limit_places"] is not None and (step["rank"] is not None or step["is_late"]):
        key = "explain.places" if step["cutoff_points"] is not None else "explain.places_only"
        cutoff = formats.points(step["cutoff_points"], language)
        lines.append(texts(key, places=formats.number(step["limit_places"], language), cutoff=cutoff))
    if step["distance_points"] is not None:
        lines.append(distance_text(step, texts))
    if step["is_late"]:
        lines.append(texts("candidate.late"))
    return lines


def distance_text(step: Row, texts: Texts) -> str:
    """Say how far the score is from the cut-off, exactly and with two decimals."""
    numerator, denominator = step["distance_numerator"], step["distance_denominator"]
    if numerator == 0:
        return texts("candidate.at_cutoff")
    return texts(
        "candidate.above_cutoff" if numerator > 0 else "candidate.below_cutoff",
        points=formats.points(abs(step["distance_points"]), texts.language),
        exact=formats.fraction(abs(numerator), denominator),
    )


# By what a stage goes: the rows that its result was made of, beside its line in the list.
_RESULT_ROWS: Mapping[str, tuple[str, ...]] = {
    "registration": ("core.fct_eligibility_checks", "core.fct_eligibility_findings"),
    "vetting": ("core.fct_vetting_outcomes", "core.fct_vetting_states"),
    "text_test": ("core.fct_item_answers", "core.fct_sittings"),
    "numeric_test": ("core.fct_item_answers", "core.fct_sittings"),
    "national_commission": ("core.fct_national_decisions", "reporting.rpt_reserve"),
}
_MARKED_ROWS = ("core.fct_panel_raters", "core.fct_panels")


def source_lines(step: Row, number: str, names: Names, batches: Mapping[str, Row], texts: Texts) -> list[str]:
    """Return the rule behind a step, its policies with what they say, and the rows; deliveries if known."""
    codes = [code for code in (step["policy_codes"] or "").split(", ") if code]
    said = [
        f"**{code}** (`{row['parameter_code']}` = `{row['value']}`)"
        for code in codes
        for row in names.policies.get(code, ())
    ]
    own = f"`stage_code = '{step['stage_code']}'`, `candidate_no = '{number}'`"
    cut = f"`stage_code = '{step['stage_code']}'`, `track_code = '{step['track_code']}'`"
    made_of = _RESULT_ROWS.get(step["stage_code"], _MARKED_ROWS)
    lines = [
        texts("candidate.source_rule", paragraph=step["paragraph"] or formats.NOTHING),
        texts("candidate.source_policies", policies=", ".join(said) or formats.NOTHING),
        texts("candidate.source_line", table="`selection.sel_explanations`", keys=own),
        texts("candidate.source_cut", table="`selection.sel_cutoffs`", keys=cut),
        texts(
            "candidate.source_result",
            tables=", ".join(f"`{table}`" for table in made_of),
            keys=f"`candidate_no = '{number}'`",
        ),
    ]
    if step["decision_nos"]:
        lines.append(
            texts(
                "candidate.source_decisions",
                table="`core.fct_working_group_decisions`",
                decisions=step["decision_nos"],
            )
        )
    known = [batches[one] for one in (step["batch_ids"] or "").split(", ") if one in batches]
    if known:
        lines.append(texts("explain.batches", count=len(known)))
        lines += [
            "  - "
            + texts(
                "explain.batch",
                batch=f"`{row['batch_id']}`",
                feed=f"`{row['feed']}`",
                file=f"`{row['source_file']}`",
                received=formats.moment_text(row["received_at"], texts.language),
            )
            for row in known
        ]
    return lines


def file_row(step: Row, names: Names, texts: Texts) -> list[object]:
    """Return the row of a stage for a file."""
    return [
        *overview_cells(step, names, texts),
        names.reasons.get(step["reason_code"], step["reason_code"]),
        step["paragraph"],
        step["policy_codes"],
        step["decision_no"],
    ]


def _show_drift(visit: Visit, number: str, names: Names) -> None:
    """Warn where a published list says something else of the candidate than today's data (A11–A13, A49)."""
    for row in candidates.drift(visit.release, number):
        text = drift_text(row, names, visit.texts)
        (st.info if row["is_drift_kept"] else st.warning)(text)


def drift_text(row: Row, names: Names, texts: Texts) -> str:
    """Say what a published list says of a candidate and what today's data say."""

    def side(which: str) -> str:
        said = [formats.named(names.statuses, row[f"status_{which}"])]
        if row[f"rank_{which}"] is not None:
            said.append(texts("publications.rank", rank=formats.number(row[f"rank_{which}"], texts.language)))
        if row[f"points_{which}"] is not None:
            points = formats.points(row[f"points_{which}"], texts.language)
            said.append(texts("publications.points", points=points))
        return ", ".join(said)

    key = "candidate.drift_kept" if row["is_drift_kept"] else "candidate.drift"
    stage = names.stages[row["stage_code"]]
    return texts(key, stage=stage, version=row["version"], by_list=side("before"), by_data=side("after"))
