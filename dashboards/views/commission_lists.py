"""What a commission reads: the list in its order with the cut, and a card of each candidate, one at a time.

Belongs here: the order of this part of the page, the pager of the cards. Does not belong here: who is on the
list and what a card may show (dbt_project/, seed `card_fields`), SQL (dashboards/warehouse/).
A member sees the list of their own stage and track and no choice of another. Order §8, §9, policy A4, A6, A9,
A11.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from dashboards import warehouse
from dashboards.components import address, candidate_link, formats, tables
from dashboards.components.downloads import download
from dashboards.components.filters import choose_code
from dashboards.components.header import show_header
from dashboards.components.switch import switch
from dashboards.i18n import Texts
from dashboards.views import quota_scenarios
from dashboards.visit import Visit
from dashboards.warehouse import Row, selection
from dashboards.warehouse import commission_lists as commissions

LIST, CARDS = "list", "cards"
_VIEWS = (LIST, CARDS)
_VIEW_KEY, _CARD_KEY = "commission_view", "card"
COMMISSIONS, QUOTAS = "commissions", "quotas"
_ROOMS = (COMMISSIONS, QUOTAS)
ROOM_KEY = "shortlist_room"
_LIST_COLUMNS = ("rank", "candidate_no", "score_points", "before_points", "line_remark")
_FILE_COLUMNS = (
    "rank",
    "candidate_no",
    "score_points",
    "score_fraction",
    "before_points",
    "line_remark",
    "list_part",
)
_CARD_COLUMNS = ("candidate_no", "card_field", "card_value")
_FIELD_COLUMNS = ("card_field", "is_on_card", "paragraph", "card_why")
_NUMERIC = {"rank", "score_points", "before_points"}
_COMMENT_TABLES = ("reporting.rpt_commission_lists", "reporting.rpt_commission_cards", "seeds.card_fields")


@dataclass(frozen=True)
class CommissionList:
    """A list as its commission reads it; names of stages and of the codes on cards in one language."""

    stage: str
    track: str
    cut: Row
    lines: Sequence[Row]
    stages: Mapping[str, str]
    values: Mapping[tuple[str, str], str]
    gives_marks: bool

    @property
    def on_list(self) -> list[Row]:
        """Who comes to the commission, in order."""
        return [line for line in self.lines if line["list_part_code"] == "on_list"]


def render_own(visit: Visit) -> None:
    """Show a member the list of their stage and track; a member for all tracks chooses one.

    Whoever decides on places of all tracks (Order §9.2) has the quota scenarios beside it.
    """
    texts, release = visit.texts, visit.release
    show_header(texts("commission.title"), release.manifest, texts)
    rooms = {code: texts(f"shortlist.room_{code}") for code in _ROOMS}
    if _revises_places(visit) and switch(texts("shortlist.room"), rooms, ROOM_KEY, COMMISSIONS) == QUOTAS:
        quota_scenarios.render(visit)
    else:
        _render_list(visit)


def _revises_places(visit: Visit) -> bool:
    admits_by = {row["stage_code"]: row["admits_by_code"] for row in selection.stages(visit.release)}
    return visit.grant.track is None and admits_by.get(visit.grant.stage or "") == "decision"


def _render_list(visit: Visit) -> None:
    texts, release = visit.texts, visit.release
    commissions.require_tables(release)
    stage = visit.grant.stage or ""
    stages = warehouse.names(release, "stages", texts.language)
    tracks = warehouse.names(release, "tracks", texts.language)
    track = visit.grant.track or choose_code(texts("filter.track"), tracks, "commission_track")
    st.subheader(f"{stages.get(stage, stage)}: {tracks.get(track, track)}", anchor=False)
    _show(visit, stage, track)


def render_any(visit: Visit) -> None:
    """Show whoever reads all lists that of the chosen commission and track."""
    texts, release = visit.texts, visit.release
    commissions.require_tables(release)
    known = warehouse.commissions(release)
    stages = warehouse.names(release, "stages", texts.language)
    tracks = warehouse.names(release, "tracks", texts.language)
    for_stage, for_track = st.columns(2)
    with for_stage:
        own = {code: name for code, name in stages.items() if any(code == stage for stage, _ in known)}
        stage = choose_code(texts("commission.of_stage"), own, "commission_stage")
    with for_track:
        track = choose_code(texts("filter.track"), tracks, "commission_track")
    _show(visit, stage, track)


def _show(visit: Visit, stage: str, track: str) -> None:
    texts, release = visit.texts, visit.release
    cut = commissions.cut(release, stage, track)
    if cut is None:
        st.info(texts("commission.not_yet"))
        return
    found = CommissionList(
        stage,
        track,
        cut,
        commissions.lines(release, stage, track),
        warehouse.names(release, "stages", texts.language),
        commissions.value_names(release, texts.language),
        commissions.gives_marks(release, stage),
    )
    st.html(tables.figures(cut_figures(cut, texts), columns=4))
    st.markdown(standing_text(found, texts))
    for note in cut_notes(cut, texts):
        st.warning(note, icon=":material/info:")
    if not found.lines:
        st.info(texts("commission.nobody"))
        return
    views = {code: texts(f"commission.view_{code}") for code in _VIEWS}
    if not found.on_list or switch(texts("shortlist.view"), views, _VIEW_KEY, LIST) == LIST:
        _show_list(visit, found)
    else:
        _show_cards(visit, found)
    _show_fields(visit, stage)
    _show_source(found, texts)


def cut_figures(cut: Row, texts: Texts) -> list[tuple[str, str]]:
    """Return the figures of the cut: places, cut-off, on the list, by ties, over, free places, out since."""
    language = texts.language
    return [
        (texts("commission.on_list"), formats.number(cut["count_on_list"], language)),
        (texts("metric.places"), formats.number(cut["limit_places"], language)),
        (texts("metric.cutoff"), formats.points(cut["cutoff_points"], language)),
        (texts("metric.by_tie"), formats.number(cut["count_by_tie"], language)),
        (texts("metric.over_limit"), formats.number(cut["count_over_limit"], language)),
        (texts("commission.left_free"), formats.number(cut["count_left_free"], language)),
        (texts("commission.out"), formats.number(cut["count_out"], language)),
        (texts("commission.unranked"), formats.number(cut["count_unranked"], language)),
    ]


def standing_text(found: CommissionList, texts: Texts) -> str:
    """Say whose list it is, whether it can still move, and what orders it."""
    cut, stage = found.cut, found.stages[found.cut["list_stage_code"]]
    if cut["version"] is None:
        said = texts("commission.is_provisional", stage=stage)
    else:
        moment = formats.moment_text(cut["published_at"], texts.language)
        said = texts("commission.is_published", stage=stage, version=cut["version"], moment=moment)
    return f"{said} {texts('commission.ordered_by', stage=stage)}"


def cut_notes(cut: Row, texts: Texts) -> list[str]:
    """Say what a commission must know of the cut: over the cap by ties, a shortfall, people out since."""
    notes = (
        ("commission.cap_exceeded", cut["count_over_limit"]),
        ("commission.shortfall", cut["count_left_free"]),
        ("commission.out_since", cut["count_out"]),
    )
    return [texts(key, count=formats.number(count, texts.language)) for key, count in notes if count]


def remark(line: Row, texts: Texts) -> str:
    """Say of a line: at the cut-off, equal to others (A6), or after the list (A13)."""
    said = (
        (line["is_at_cutoff"], "commission.at_cutoff"),
        (line["has_equals"], "commission.equal"),
        (line["is_late"], "commission.late"),
    )
    return "; ".join(texts(key) for holds, key in said if holds)


def _show_list(visit: Visit, found: CommissionList) -> None:
    texts = visit.texts
    st.subheader(texts("commission.list"), anchor=False)
    comments = warehouse.column_comments(visit.release, _COMMENT_TABLES)
    has_before = any(line["before_points"] is not None for line in found.lines)
    columns = [
        tables.column(
            name, texts, comments, "num" if name in _NUMERIC else "code" if name == "candidate_no" else ""
        )
        for name in _LIST_COLUMNS
        if has_before or name != "before_points"
    ]
    st.html(tables.html_table(columns, list_rows(columns, found, visit), texts("commission.list"), 1100))
    if any(line["has_equals"] for line in found.lines):
        st.caption(texts("commission.equals_note").replace("*", r"\*", 1))
    download(
        st.container(),
        visit,
        "shortlist",
        "commission",
        _FILE_COLUMNS,
        file_rows(found, texts),
        (
            "commission",
            found.stage,
            found.track,
            f"v{found.cut['version']}" if found.cut["version"] else "provisional",
        ),
    )


def list_rows(columns: Sequence[tables.Column], found: CommissionList, visit: Visit) -> list[str]:
    """Return the rows of the list: those on it, the cut line, and those below where they are read."""
    texts, language = visit.texts, visit.texts.language
    rows: list[str] = []
    for line in found.lines:
        written: dict[str, tables.Cell] = {
            "rank": formats.number(line["rank"], language),
            "candidate_no": candidate_link.cell(line["candidate_no"], visit),
            "score_points": formats.points(line["score_points"], language),
            "before_points": formats.points(line["before_points"], language),
            "line_remark": remark(line, texts),
        }
        if line["list_part_code"] == "below" and line["display_order"] == 1:
            rows.append(tables.span_row(columns, cut_line(found.cut, texts), "cut"))
        css = "on" if line["list_part_code"] == "on_list" else "off"
        tie = "tie " if line["is_at_cutoff"] else ""
        rows.append(tables.table_row(columns, [written[column.name] for column in columns], tie + css))
    if found.on_list and len(found.on_list) == len(found.lines):
        rows.append(tables.span_row(columns, cut_line(found.cut, texts), "cut"))
    return rows


def cut_line(cut: Row, texts: Texts) -> str:
    """Say where the cut runs: score and places, or that there is none."""
    places = formats.number(cut["limit_places"], texts.language)
    if cut["cutoff_points"] is None:
        return texts("commission.no_cut_line", places=places)
    return texts(
        "commission.cut_line", points=formats.points(cut["cutoff_points"], texts.language), places=places
    )


def file_rows(found: CommissionList, texts: Texts) -> list[list[object]]:
    """Return the list for a file, with exact scores and whether somebody is on it or below the cut."""
    return [
        [
            line["rank"],
            line["candidate_no"],
            line["score_points"],
            formats.fraction(line["score_numerator"], line["score_denominator"]),
            line["before_points"],
            remark(line, texts),
            texts(f"commission.part_{line['list_part_code']}"),
        ]
        for line in found.lines
    ]


def _show_cards(visit: Visit, found: CommissionList) -> None:
    texts, people = visit.texts, found.on_list
    numbers = [line["candidate_no"] for line in people]
    address.start_one(_CARD_KEY, numbers)
    if st.session_state.get(_CARD_KEY) not in numbers:
        st.session_state[_CARD_KEY] = numbers[0]
    place = numbers.index(st.session_state[_CARD_KEY])

    def turn(to: int) -> None:
        st.session_state[_CARD_KEY] = numbers[to]

    for_choice, for_back, for_on = st.columns([2, 1, 1], vertical_alignment="bottom")
    for_back.button(
        texts("commission.previous"),
        on_click=turn,
        args=(max(0, place - 1),),
        disabled=place == 0,
        shortcut="Left",
        width="stretch",
        key="card_previous",
    )
    for_on.button(
        texts("commission.next"),
        on_click=turn,
        args=(min(len(numbers) - 1, place + 1),),
        disabled=place == len(numbers) - 1,
        shortcut="Right",
        width="stretch",
        key="card_next",
    )
    orders = {number: place for place, number in enumerate(numbers, start=1)}
    number = str(
        for_choice.selectbox(
            texts("commission.card_of", count=formats.number(len(numbers), texts.language)),
            numbers,
            format_func=lambda number: f"{orders[number]}. {number}",
            key=_CARD_KEY,
        )
    )
    address.put(_CARD_KEY, number)
    _show_card(visit, found, people[orders[number] - 1])
    rows = cards_rows(found, commissions.cards(visit.release, found.stage, found.track), texts)
    download(
        st.container(), visit, "shortlist", "cards", _CARD_COLUMNS, rows, ("cards", found.stage, found.track)
    )


def _show_card(visit: Visit, found: CommissionList, line: Row) -> None:
    texts, number = visit.texts, line["candidate_no"]
    said = commissions.cards(visit.release, found.stage, found.track, number)
    st.subheader(number, anchor=False)
    columns = [tables.column("card_field", texts, {}, "name"), tables.column("card_value", texts, {})]
    rows = [tables.table_row(columns, list(pair)) for pair in card_lines(found, said, texts)]
    st.html(tables.html_table(columns, rows, texts("commission.card", candidate=number)))
    if remark(line, texts):
        st.markdown(f"**{texts('column.line_remark')}:** {remark(line, texts)}")
    if any(row["field_code"] == commissions.EARLIER_RESULTS for row in said):
        st.caption(texts("commission.earlier_note"))
    if line["is_late"]:
        st.caption(texts("commission.late_note"))


def card_lines(found: CommissionList, said: Sequence[Row], texts: Texts) -> list[tuple[str, str]]:
    """Return what the card of a candidate says: the name of each line and its value in words."""
    return [(_label(found, row, texts), _value(found, row, texts)) for row in said]


def _label(found: CommissionList, row: Row, texts: Texts) -> str:
    if row["result_stage_code"] is None:
        return texts(f"card.{row['field_code']}")
    stage = found.stages[row["result_stage_code"]]
    # before the commission that gives marks, what orders its list is information too (A9)
    is_own = row["field_code"] == commissions.LIST_RESULT and not found.gives_marks
    return stage if is_own else texts("commission.for_information", stage=stage)


def _value(found: CommissionList, row: Row, texts: Texts) -> str:
    language = texts.language
    if row["result_stage_code"] is not None:
        points = formats.points(row["score_points"], language)
        if row["rank"] is None:
            return points
        rank, pool = (formats.number(row[name], language) for name in ("rank", "count_pool"))
        return texts("commission.score_and_rank", points=points, rank=rank, pool=pool)
    if row["value_code"] is None:
        return formats.NOTHING
    if row["field_code"] == commissions.EXPERIENCE:
        return texts("commission.years", count=row["value_code"])
    return found.values[row["field_code"], row["value_code"]]


def cards_rows(found: CommissionList, said: Sequence[Row], texts: Texts) -> list[list[object]]:
    """Return all cards of the list for a file: a row a candidate and line."""
    return [[row["candidate_no"], *card_lines(found, [row], texts)[0]] for row in said]


def _show_fields(visit: Visit, stage: str) -> None:
    """Say what the cards of this commission show and what not, and why (seed `card_fields`)."""
    texts = visit.texts
    with st.expander(texts("commission.fields")):
        comments = warehouse.column_comments(visit.release, _COMMENT_TABLES)
        columns = [tables.column(name, texts, comments) for name in _FIELD_COLUMNS]
        rows = [
            tables.table_row(
                columns,
                [
                    texts(f"card.{row['field_code']}"),
                    texts("commission.yes" if row["is_shown"] else "commission.no"),
                    row["paragraph"],
                    row["why"],
                ],
                "on" if row["is_shown"] else "off",
            )
            for row in commissions.fields(visit.release, stage, texts.language)
        ]
        st.html(tables.html_table(columns, rows, texts("commission.fields")))


def _show_source(found: CommissionList, texts: Texts) -> None:
    """Say by which rule the list is made and which rows of the release it is."""
    keys = f"stage_code = '{found.stage}', track_code = '{found.track}'"
    with st.expander(texts("shortlist.source")):
        st.markdown(texts("commission.source_rule"))
        st.markdown(
            texts(
                "commission.source_rows",
                cut=f"`reporting.rpt_commission_tracks` ({keys})",
                people=f"`reporting.rpt_commission_lists` ({keys})",
                cards=f"`reporting.rpt_commission_cards` ({keys})",
            )
        )
