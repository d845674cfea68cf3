"""The vetting board: bodies by days of lists, each list a box with its sign, and the legend of the signs.

Belongs here: how far a list is and which sign, colour and words say so. Does not belong here: counting
(dbt_project/), SQL (dashboards/warehouse/vetting.py). A sign never rests on its colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from html import escape

from dashboards.components import formats, tables
from dashboards.i18n import Texts
from dashboards.warehouse import Row

# state of a list -> its sign; from what is done to what is worst
SIGNS: Mapping[str, str] = {"done": "✓", "waiting": "○", "soon": "◔", "overdue": "!", "long": "‼"}
# An open list is marked as due soon so many days before its due day.
_SOON = timedelta(days=2)


def list_state(row: Row, today: date) -> str:
    """Return how far a list is on `today`: done, waiting, soon, overdue or long."""
    if not row["count_open"]:
        return "done"
    if row["count_overdue"]:
        # long: again as many days as the answer might have taken
        term = (row["due_on"] - row["sent_on"]).days
        return "long" if row["days_overdue"] > term else "overdue"
    return "soon" if row["due_on"] - today <= _SOON else "waiting"


def matrix(rows: Sequence[Row], bodies: Mapping[str, str], today: date, texts: Texts) -> str:
    """Return the board: a row per body, a column per day on which lists went out, totals at the edges."""
    days = sorted({row["sent_on"] for row in rows})
    shown = [code for code in bodies if any(row["body_code"] == code for row in rows)]
    columns = [
        tables.Column(texts("vetting.board_body"), "rz-body"),
        *(_day_column(rows, day, texts) for day in days),
        tables.Column(texts("vetting.all_lists"), "rz-day"),
    ]
    lines = [_body_line(columns, _of(rows, "body_code", code), bodies, days, today, texts) for code in shown]
    totals: list[tables.Cell] = [texts("vetting.all_bodies")]
    totals += [_share(_of(rows, "sent_on", day), texts) for day in days]
    lines.append(tables.table_row(columns, [*totals, _share(rows, texts)], "group"))
    return tables.html_table(columns, lines, texts("vetting.board"), max_height=1100)


def legend(texts: Texts) -> str:
    """Return the legend of the signs."""
    parts = [
        f'<span><i class="rz-{state}">{sign}</i>{escape(texts(f"vetting.sign_{state}"))}</span>'
        for state, sign in SIGNS.items()
    ]
    return f'<div class="rz-legend">{"".join(parts)}</div>'


def _of(rows: Sequence[Row], name: str, value: object) -> list[Row]:
    return [row for row in rows if row[name] == value]


def _day_column(rows: Sequence[Row], day: date, texts: Texts) -> tables.Column:
    due_on = max(row["due_on"] for row in _of(rows, "sent_on", day))
    due = texts("vetting.due_by", day=formats.short_day_text(due_on, texts.language))
    return tables.Column(formats.short_day_text(day, texts.language), "rz-day", note=due)


def _body_line(
    columns: Sequence[tables.Column],
    rows: Sequence[Row],
    bodies: Mapping[str, str],
    days: Sequence[date],
    today: date,
    texts: Texts,
) -> str:
    code, addressee = rows[-1]["body_code"], rows[-1]["addressee_body_code"]
    name = escape(formats.named(bodies, code))
    if addressee != code:
        now = texts("vetting.answers_now", body=formats.named(bodies, addressee))
        name += f"<small>{escape(now)}</small>"
    cells: list[tables.Cell] = [tables.Html(name)]
    cells += [_day_cell(_of(rows, "sent_on", day), today, texts) for day in days]
    return tables.table_row(columns, [*cells, _share(rows, texts)])


def _day_cell(rows: Sequence[Row], today: date, texts: Texts) -> tables.Cell:
    return tables.Html("".join(_list_box(row, today, texts) for row in rows))


def _list_box(row: Row, today: date, texts: Texts) -> str:
    """One list: answered of sent, its sign, and how many are open for how many days."""
    state, language = list_state(row, today), texts.language
    words = ""
    if state != "done":
        late = state in ("overdue", "long")
        words = texts(
            "vetting.open_days",
            count=formats.number(row["count_overdue"] if late else row["count_open"], language),
            days=formats.number(row["days_overdue"] if late else row["age_days"], language),
        )
    share = f"{formats.number(row['count_answered'], language)}/{formats.number(row['count_sent'], language)}"
    return (
        f'<div class="rz-list rz-{state}" title="{escape(list_sentence(row, state, texts))}">'
        f"<b>{share}</b><span>{SIGNS[state]} {escape(words)}</span></div>"
    )


def list_sentence(row: Row, state: str, texts: Texts) -> str:
    """Say of one list what its cell says in signs: number, state, answers by kind."""
    language = texts.language
    counts = {
        name: formats.number(row[f"count_{name}"], language)
        for name in ("sent", "answered", "clear", "adverse", "unclear", "open", "overdue")
    }
    return f"{row['list_no']}: {texts(f'vetting.sign_{state}')}. {texts('vetting.list_counts', **counts)}"


def _share(rows: Sequence[Row], texts: Texts) -> str:
    answered, sent = (sum(row[name] for row in rows) for name in ("count_answered", "count_sent"))
    return f"{formats.number(answered, texts.language)}/{formats.number(sent, texts.language)}"
