from __future__ import annotations

from streamlit.testing.v1 import AppTest

from dashboards.components import tables
from dashboards.i18n import load_texts


def test_cells_and_headings_are_escaped() -> None:
    columns = [tables.Column("<b>", "num", 'say "hi"'), tables.Column("plain")]
    rows = [tables.table_row(columns, ["<script>", tables.Html("<i>fine</i>")], "on")]
    table = tables.html_table(columns, rows, "<name>")
    assert "<script>" not in table
    assert "&lt;script&gt;" in table
    assert "<i>fine</i>" in table
    assert 'title="say &quot;hi&quot;"' in table
    assert 'aria-label="&lt;name&gt;"' in table


def test_a_span_row_covers_the_table() -> None:
    columns = [tables.Column("a"), tables.Column("b"), tables.Column("c")]
    assert tables.span_row(columns, "cut", "cut") == '<tr class="cut"><td colspan="3">cut</td></tr>'


def test_tooltips_are_the_warehouse_descriptions_in_english_and_the_catalogue_elsewhere() -> None:
    comments = {"candidate_no": "From the\n warehouse."}
    assert tables.describe("candidate_no", load_texts("en"), comments) == "From the warehouse."
    assert tables.describe("candidate_no", load_texts("kk"), comments) == load_texts("kk")(
        "help.candidate_no"
    )
    assert tables.describe("rank", load_texts("en"), comments) == load_texts("en")("help.rank")
    assert tables.describe("hours_left", load_texts("en"), comments) == ""


def test_figures_hold_labels_and_values() -> None:
    html = tables.figures([("A & B", "1"), ("C", "2")])
    assert "A &amp; B" in html
    assert "--columns: 2" in html


def _long_grid(count: int) -> None:
    from dashboards.components import tables
    from dashboards.i18n import load_texts

    tables.show_grid(("rank",), [[number] for number in range(count)], load_texts("en"), {}, key="long")


def test_a_grid_shows_the_first_rows_of_a_long_list_and_says_so() -> None:
    whole = AppTest.from_function(_long_grid, kwargs={"count": tables.MOST_SHOWN}).run()
    assert len(whole.dataframe[0].value) == tables.MOST_SHOWN and not whole.caption
    cut = AppTest.from_function(_long_grid, kwargs={"count": tables.MOST_SHOWN + 1}).run()
    assert list(cut.dataframe[0].value["rank"]) == list(range(tables.MOST_SHOWN))
    assert cut.caption[0].value == "Shown are the first 2,000; the file holds all."
