"""The page of quality: each number against a query of its own; the dictionary and its lineage."""

from __future__ import annotations

import json
import re
from html import escape, unescape
from pathlib import Path
from typing import Any

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dashboards import warehouse
from dashboards.access import ANALYST, ENGINEER, PUBLISHER, Grant
from dashboards.components import charts_quality, lineage
from dashboards.i18n import LANGUAGES, load_texts
from dashboards.pages import pages_of
from dashboards.views import quality, quality_dictionary
from dashboards.warehouse import quality as quality_sql
from tests.support.fake_release import write_pointer, write_release

HERE = "selection.sel_stage_results"


def _page(language: str) -> None:
    from dashboards import warehouse
    from dashboards.components.messages import show_error
    from dashboards.i18n import load_texts
    from dashboards.views import quality
    from tests.support.visits import current_visit

    try:
        quality.render(current_visit(language))
    except warehouse.WarehouseError as error:
        show_error(error, load_texts(language))


def _open(monkeypatch: pytest.MonkeyPatch, folder: Path, language: str = "en", **query: str) -> AppTest:
    monkeypatch.setenv("REZERV_RELEASES_DIR", str(folder))
    monkeypatch.setenv("REZERV_ACCESS_DIR", str(folder / "access"))
    monkeypatch.setenv("REZERV_DASH_LOCAL", "1")
    app = AppTest.from_function(_page, default_timeout=60, kwargs={"language": language})
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


@pytest.fixture(scope="module")
def folder(made: Path) -> Path:
    """The releases of a real season."""
    return made / "releases"


@pytest.fixture(scope="module")
def file(folder: Path) -> Path:
    return folder / str(json.loads((folder / "CURRENT.json").read_text())["file"])


def _sql(file: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def _html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def _figures(app: AppTest) -> list[int]:
    found = re.findall(r'rz-figure"><span>[^<]*</span><strong>([^<]*)', _html(app))
    return [int(re.sub(r"\D", "", figure)) for figure in found]


def _cells(html: str, name: str) -> list[list[str]]:
    table = html.split(f'aria-label="{escape(name)}"')[1].split("</table>")[0]
    return [
        [unescape(re.sub(r"<[^>]+>", " ", cell)).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)]
        for row in table.split("<tr")[2:]
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_checks_are_counted_and_those_that_found_something_stand_first(
    monkeypatch: pytest.MonkeyPatch, folder: Path, file: Path, language: str
) -> None:
    texts = load_texts(language)
    app = _open(monkeypatch, folder, language)
    assert app.title[0].value == texts("quality.title")
    [found] = _sql(
        file,
        "select count(*), count(*) filter (outcome = 'pass'), count(*) filter (outcome = 'warn'),"
        " count(*) filter (outcome in ('fail', 'error')) from release.checks",
    )
    assert tuple(_figures(app)) == found and found[0] > 300 and found[3] == 0
    [grid] = [frame.value for frame in app.dataframe]
    assert len(grid) == found[0]
    warned = [name for (name,) in _sql(file, "select check_name from release.checks where outcome = 'warn'")]
    assert sorted(grid["check_name"][: found[2]]) == sorted(warned)


def test_checks_are_narrowed_by_outcome_and_table(
    monkeypatch: pytest.MonkeyPatch, folder: Path, file: Path
) -> None:
    app = _open(monkeypatch, folder, outcomes="pass", check_tables=HERE)
    [grid] = [frame.value for frame in app.dataframe]
    expected = _sql(
        file,
        "select check_name from release.checks where outcome = 'pass'"
        f" and list_contains(string_split(tables, ', '), '{HERE}')",
    )
    assert sorted(grid["check_name"]) == sorted(name for (name,) in expected) and len(grid) > 3
    app = _open(monkeypatch, folder, outcomes="warn", check_tables="seeds.sexes")
    assert load_texts("en")("quality.no_checks") in [one.value for one in app.info]
    assert len(_open(monkeypatch, folder, outcomes="unknown").dataframe[0].value) > 300


def test_the_door_is_counted_by_feed_and_check(
    monkeypatch: pytest.MonkeyPatch, folder: Path, file: Path
) -> None:
    texts = load_texts("ru")
    app = _open(monkeypatch, folder, "ru", quality_view="door")
    rows = _cells(_html(app), texts("quality.door"))
    expected = _sql(
        file,
        "select feed, count(*), count(*) filter (count_files_failed > 0), max(count_files),"
        " sum(count_evaluated), sum(count_failed) from release.door_checks group by feed order by feed",
    )
    shown = [(row[0], *(int(re.sub(r"\D", "", cell)) for cell in row[1:])) for row in rows]
    assert shown == expected
    [grid] = [frame.value for frame in app.dataframe]
    failed = _sql(file, "select text_ru, count_failed from release.door_checks where count_files_failed > 0")
    assert sorted(zip(grid["door_check"], grid["count_failed"], strict=True)) == sorted(failed)


def test_quarantine_is_counted_by_reason_and_shows_no_row(
    monkeypatch: pytest.MonkeyPatch, folder: Path, file: Path
) -> None:
    app = _open(monkeypatch, folder, "kk", quality_view="quarantine")
    [figures] = _sql(
        file,
        "select sum(count_open), count(distinct feed) filter (count_open > 0), sum(count_rows)"
        " from release.quarantine",
    )
    assert tuple(_figures(app)) == figures and figures[0] > 10
    [grid] = [frame.value for frame in app.dataframe]
    expected = _sql(file, "select feed, text_kk, count_open from release.quarantine where count_open > 0")
    shown = zip(grid["feed"], grid["why_outside"], grid["count_still_open"], strict=True)
    assert sorted(shown) == sorted(expected)
    [(sender,)] = _sql(file, "select sender from release.quarantine order by sender limit 1")
    app = _open(monkeypatch, folder, quality_view="quarantine", senders=sender, outside_kind="all")
    [grid] = [frame.value for frame in app.dataframe]
    assert set(grid["sent_by"]) == {sender}
    assert len(grid) == len(_sql(file, f"from release.quarantine where sender = '{sender}'"))


def test_freshness_is_the_age_of_the_newest_file(
    monkeypatch: pytest.MonkeyPatch, folder: Path, file: Path
) -> None:
    app = _open(monkeypatch, folder, "kk", quality_view="feeds")
    [grid] = [frame.value for frame in app.dataframe]
    clock = warehouse.current_release(folder).manifest.as_of
    newest = dict(_sql(file, "select feed, max(received_at) from reporting.rpt_batches group by feed"))
    ages = dict(zip(grid["feed"], grid["feed_age_days"], strict=True))
    assert clock is not None and len(newest) > 25
    for feed, moment in newest.items():
        assert ages[feed] == (clock - moment).total_seconds() // 3600 // 24, feed
    never = [feed for feed in ages if feed not in newest]
    texts = load_texts("kk")
    states = dict(zip(grid["feed"], grid["file_state"], strict=True))
    assert never and all(states[feed] == texts("quality.never_came") for feed in never)


def test_the_chart_has_a_point_for_each_feed_that_came(folder: Path) -> None:
    texts = load_texts("en")
    rows = quality_sql.feeds(warehouse.current_release(folder))
    chart = charts_quality.feed_chart(rows, texts).to_dict()
    values = chart["data"]["values"]
    assert [one["feed"] for one in values] == [row["feed"] for row in rows if row["newest_received_at"]]
    waiting = {one["feed"] for one in values if one["state"] == texts("quality.feed_open")}
    assert waiting == {row["feed"] for row in rows if row["count_open"]} and waiting
    assert chart["description"] == texts("quality.feeds_alt")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_dictionary_finds_columns_and_their_tables(
    monkeypatch: pytest.MonkeyPatch, folder: Path, file: Path, language: str
) -> None:
    texts = load_texts(language)
    app = _open(monkeypatch, folder, language, quality_view="dictionary", dictionary_text="CUTOFF")
    expected = _sql(
        file,
        "select column_name, count(*) from duckdb_columns() where not internal and"
        " (column_name ilike '%cutoff%' or comment ilike '%cutoff%') group by 1 order by 1",
    )
    rows = _cells(_html(app), texts("quality.columns_found", count=str(len(expected))))
    assert sorted(row[0] for row in rows) == [name for name, _ in expected] and len(rows) > 3
    by_name = {row[0]: row for row in rows}
    assert by_name["cutoff_numerator"][3].count(".") == dict(expected)["cutoff_numerator"]
    assert "sel_cutoffs" in by_name["cutoff_numerator"][3] and by_name["cutoff_numerator"][2] != "–"
    assert (texts("quality.descriptions_english") in [one.value for one in app.caption]) == (language != "en")


def test_nothing_found_is_said_and_a_search_is_text_alone(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    texts = load_texts("en")
    for wanted in ("no such thing", "100%' or 1=1 --", "<script>"):
        app = _open(monkeypatch, folder, quality_view="dictionary", dictionary_text=wanted)
        assert texts("quality.nothing_found", text=wanted) in [one.value for one in app.info]
    app = _open(monkeypatch, folder, quality_view="dictionary", table="seeds.gone", lineage_steps="9")
    assert app.selectbox(key="lineage_steps").value == "1" and not app.error


def test_a_table_is_shown_with_its_columns_and_lineage(
    monkeypatch: pytest.MonkeyPatch, folder: Path, file: Path
) -> None:
    texts = load_texts("en")
    app = _open(monkeypatch, folder, quality_view="dictionary", table=HERE)
    rows = _cells(_html(app), texts("quality.table"))
    expected = _sql(file, f"select column_name from (describe {HERE})")
    assert [row[0] for row in rows] == [name for (name,) in expected]
    assert all(row[2] != "–" for row in rows if not row[0].startswith("_"))
    words = " ".join(one.value for one in app.markdown)
    for parent, child in _sql(file, f"from release.lineage where child = '{HERE}' or parent = '{HERE}'"):
        assert f"`{parent if child == HERE else child}`" in words
    assert len(app.get("graphviz_chart")) == 1


def test_lineage_goes_as_far_as_it_is_asked(folder: Path, file: Path) -> None:
    release = warehouse.current_release(folder)
    edges = set(_sql(file, "from release.lineage"))
    for steps in (1, 2):
        found = quality_sql.lineage(release, HERE, steps)
        for side, here, there in (("up", 1, 0), ("down", 0, 1)):
            reached, kept = {HERE}, set()
            for _ in range(steps):
                kept |= {edge for edge in edges if edge[here] in reached}
                reached |= {edge[there] for edge in kept}
            assert {(row["parent"], row["child"]) for row in found if row["side"] == side} == kept and kept
    assert quality_sql.lineage(release, "release.manifest", 2) == []


def test_the_graph_names_each_table_once_and_escapes_them() -> None:
    edges = [
        {"side": "up", "parent": "raw.a", "child": "core.b", "step": 1},
        {"side": "down", "parent": "core.b", "child": 'x."y', "step": 1},
    ]
    dot = lineage.graph("core.b", edges)
    assert dot.count('"core.b" [') == 1 and '"raw.a" -> "core.b";' in dot and '"x.\\"y"' in dot
    words = quality_dictionary.lineage_words(edges, "up", load_texts("en"))
    assert words.splitlines() == ["**Made from**", "- step 1: `raw.a`"]
    assert load_texts("en")("quality.lineage_none") in quality_dictionary.lineage_words(
        edges[:1], "down", load_texts("en")
    )


def test_an_outcome_that_nobody_knows_is_shown_as_it_is() -> None:
    assert quality.outcome_text("runtime error", load_texts("en")) == "✗ runtime error"


@pytest.mark.parametrize("view", ["checks", "door", "quarantine", "feeds"])
def test_an_older_release_is_explained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, view: str) -> None:
    write_pointer(tmp_path, write_release(tmp_path, size=60))
    app = _open(monkeypatch, tmp_path, "kk", quality_view=view)
    assert app.error and "release." in app.error[0].value


def test_who_has_the_page() -> None:
    having = {
        role for role in (ANALYST, ENGINEER, PUBLISHER)
        if "quality" in {page.name for page in pages_of(Grant(role))}
    }  # fmt: skip
    assert having == {ANALYST, ENGINEER}
