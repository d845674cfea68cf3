"""Data docs: what the pages hold, and that they ask nobody for anything."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from ingestion.config import IngestionConfig
from ingestion.contracts import feed_names, load_contract
from ingestion.data_docs import DataDocs, build, stand_alone
from ingestion.errors import RezervError
from ingestion.expectations import evaluate, rules_of
from ingestion.messages import message, section_text
from tests.support.books import Books

FEED = "vetting__replies"


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> IngestionConfig:
    """Books with one judged file, then one that could not be read."""
    folder = tmp_path_factory.mktemp("data_docs")
    books = Books(folder / "w.duckdb")
    books.batch("b1", file="2025-06-10T180000/vetting__replies__GPO.xlsx", read=812)
    for rule in rules_of(load_contract(FEED)):
        failed = 12 if (rule.check_name, rule.column_name) == ("in_set", "body_code") else 0
        books.check("b1", rule.check_name, rule.column_name, 812, failed)
    books.batch("cut", state="quarantined", reason="UNREADABLE_FILE")
    return IngestionConfig(folder / "w.duckdb", folder / "v.duckdb", "", "", folder)


@pytest.fixture(scope="module")
def made(config: IngestionConfig) -> DataDocs:
    return build(config, config.landing_dir / "site", "ru")


def pages(made: DataDocs) -> list[Path]:
    return sorted(made.index.parent.rglob("*.html"))


def test_every_feed_has_its_rules_and_judged_ones_their_results(made: DataDocs) -> None:
    names = [page.relative_to(made.index.parent).as_posix() for page in pages(made)]
    assert {f"expectations/{feed}.html" for feed in feed_names()} <= set(names)
    assert sum(name.startswith("validations/") for name in names) == 1
    assert (made.count_suites, made.count_results) == (len(feed_names()), 1)


def test_results_are_counts(made: DataDocs) -> None:
    (page,) = made.index.parent.glob(f"validations/{FEED}/**/*.html")
    text = page.read_text(encoding="utf-8")
    assert "12 unexpected values found" in text and "of 812 total rows" in text
    assert "Sampled Unexpected" not in text


def test_rules_are_told_of_their_columns(made: DataDocs) -> None:
    text = (made.index.parent / "expectations" / f"{FEED}.html").read_text(encoding="utf-8")
    assert "values must match this regular expression" in text
    assert "_matches_pattern_" not in text and "_clean_text_" not in text


def test_the_index_names_what_is_left_out(made: DataDocs) -> None:
    text = made.index.read_text(encoding="utf-8")
    assert section_text("data_docs", "title", "ru") in text
    assert "vetting__replies__GPO.xlsx" in text and f'href="expectations/{FEED}.html"' in text
    for check in ("iin_valid", "clean_text", "rows_unique"):
        assert check in made.left_out and message(check, "ru") in text
    for target in re.findall(r'href="([^"#]+)"', text):
        assert (made.index.parent / target).is_file(), target


def test_the_pages_load_nothing_and_run_nothing(made: DataDocs) -> None:
    for page in pages(made):
        text = page.read_text(encoding="utf-8")
        assert "<script" not in text and "<link" not in text and "<img" not in text, page.name
        assert "url(" not in text and "default-src" in text, page.name
    assert not (made.index.parent / "static").exists()


def test_a_site_is_made_anew_and_nothing_else_is_touched(config: IngestionConfig, made: DataDocs) -> None:
    (made.index.parent / "old.html").write_text("old")
    again = build(config, made.index.parent, "en")
    assert not (again.index.parent / "old.html").exists()
    assert section_text("data_docs", "title", "en") in again.index.read_text(encoding="utf-8")
    other = config.landing_dir / "other"
    other.mkdir()
    (other / "mine.txt").write_text("kept")
    with pytest.raises(RezervError) as caught:
        build(config, other, "en")
    assert caught.value.message_key == "folder_not_ours" and (other / "mine.txt").exists()


def test_the_door_judges_as_before_after_the_pages_were_built(made: DataDocs) -> None:
    contract = load_contract("platform__withdrawals")
    with duckdb.connect() as connection:
        columns = {name for rule in rules_of(contract) for name in rule.columns}
        listed = ", ".join(
            f"{'true' if name.startswith('_') else 'null'} as {name}" for name in sorted(columns)
        )
        connection.execute(f"create table t as select {listed}, 1::bigint as _row_number")
        outcomes = evaluate(contract, connection, "t", 1)
    assert {len(outcome.failing) for outcome in outcomes if outcome.rule.check_name == "not_null"} == {1}


def test_books_without_results_and_of_an_earlier_version_do(tmp_path: Path) -> None:
    books = Books(tmp_path / "old.duckdb", is_old=True)
    books.batch("b1")
    books.check("b1", "not_null", "reply_no", 10, 0)
    config = IngestionConfig(tmp_path / "old.duckdb", tmp_path / "v", "", "", tmp_path)
    assert build(config, tmp_path / "site", "kk").count_results == 1


def test_switches_that_need_scripts_go_away() -> None:
    page = (
        '<head><link href="https://x/y.css"></head><body><script>1</script><a data-toggle="collapse">m</a>k'
    )
    assert stand_alone(page).partition("</head>")[2] == "<body>k"
