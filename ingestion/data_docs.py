"""Data Docs: the site that Great Expectations makes of the contracts' rules and of how the newest files did.

Belongs here: giving the rules and the counts of the books to Great Expectations, and making its pages such
that they open without a network and ask nobody for anything. Nothing is evaluated here: that is
``expectations.py``, at the door. Results are rebuilt from ``raw._door_checks``, which has counts only, so no
page shows a value. What Great Expectations has no words for is left out, and the index says so.
"""

from __future__ import annotations

import html
import logging
import os
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingestion import raw_store
from ingestion.clock import local_zone, utc_now
from ingestion.config import IngestionConfig
from ingestion.contracts import Contract, feed_names, load_contract
from ingestion.errors import RezervError
from ingestion.expectations import Rule, expectation_suite, rules_of
from ingestion.limits import MAX_TEXT_CHARACTERS
from ingestion.messages import message, plain, section_text

if TYPE_CHECKING:
    import duckdb

INDEX = "index.html"
# A folder with this file was made here and may be made anew.
MARKER = ".data-docs"
_SITE = "rezerv"
_STYLE = Path(__file__).with_suffix(".css")
# Nothing is loaded and nothing runs, whatever a page of the library asks for.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
# Checks at the door that no expectation speaks of.
_OTHER_CHECKS = ("file_readable", "columns_present", "row_shape", "parses", "rows_unique", "keys_consistent")


@dataclass(frozen=True)
class DataDocs:
    """A site that was built: its first page, feeds on it, feeds with results, checks that it leaves out."""

    index: Path
    count_suites: int
    count_results: int
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class FeedResult:
    """The newest file of a feed that was judged. counts: (evaluated, failed) rows by check and column."""

    batch_id: str
    source_file: str
    received_at: datetime
    engine: str
    count_read: int
    counts: Mapping[tuple[str, str | None], tuple[int, int]]


def build(config: IngestionConfig, folder: Path, language: str) -> DataDocs:
    """Build the site in a folder: a page of rules for each feed, one of results where a file was judged.

    The index is in the language, the library's own pages are in English. ``RezervError('folder_not_ours')``
    for a folder that holds something else. A site that is there is replaced whole.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).is_file():
        raise RezervError("folder_not_ours", folder=folder)
    results = _read_results(config)
    folder = folder.absolute()
    draft = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    left_out = _build_pages(draft, results)
    (draft / INDEX).write_text(_index_page(draft, results, left_out, language), encoding="utf-8")
    (draft / MARKER).touch()
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)
    return DataDocs(folder / INDEX, len(feed_names()), len(results), left_out)


# -- what the books say


def _read_results(config: IngestionConfig) -> dict[str, FeedResult]:
    """The newest judged file of each feed that has one."""
    if not config.warehouse.is_file():
        return {}
    with raw_store.open_warehouse(config.warehouse, read_only=True) as connection:
        if not raw_store.has_books(connection):
            return {}
        found = {feed: _read_result(connection, feed) for feed in feed_names()}
    return {feed: result for feed, result in found.items() if result is not None}


def _read_result(connection: duckdb.DuckDBPyConnection, feed: str) -> FeedResult | None:
    rules = {(rule.check_name, rule.column_name) for rule in rules_of(load_contract(feed))}
    # Books of an earlier version do not know the engine.
    batches = connection.execute(
        "select columns(c -> c in ('batch_id', 'source_file', 'received_at', 'count_read', 'engine'))"
        " from raw._batches where feed = ? and state in ('landed', 'held') order by landed_seq desc",
        [feed],
    )
    names = [column[0] for column in batches.description or ()]
    for row in batches.fetchall():
        batch = dict(zip(names, row, strict=True))
        checks = connection.execute(
            "select check_name, column_name, count_evaluated, count_failed from raw._door_checks"
            " where batch_id = ?",
            [batch["batch_id"]],
        ).fetchall()
        counts = {(check, column): (evaluated, failed) for check, column, evaluated, failed in checks}
        if rules & counts.keys():
            return FeedResult(
                batch_id=batch["batch_id"],
                source_file=batch["source_file"],
                received_at=batch["received_at"],
                engine=batch.get("engine") or "",
                count_read=batch["count_read"],
                counts=counts,
            )
    return None


# -- the library's pages


def _build_pages(folder: Path, results: Mapping[str, FeedResult]) -> tuple[str, ...]:
    """Let the library write its pages, then make them stand alone; gives the checks that they leave out."""
    context = _context(folder)
    left_out = set(_OTHER_CHECKS)
    for feed in feed_names():
        contract = load_contract(feed)
        suite = expectation_suite(contract)
        shown = {
            rule: _documented(contract, rule, expectation) for rule, expectation in _rules(suite, contract)
        }
        left_out |= {rule.check_name for rule, expectation in shown.items() if expectation is None}
        suite.expectations = [expectation for expectation in shown.values() if expectation is not None]
        context.suites.add(suite)
        if feed in results:
            _add_result(context, feed, shown, results[feed])
    context.build_data_docs(site_names=[_SITE])
    shutil.rmtree(folder / "static", ignore_errors=True)
    for page in folder.rglob("*.html"):
        page.write_text(stand_alone(page.read_text(encoding="utf-8")), encoding="utf-8")
    return tuple(sorted(left_out))


def _context(folder: Path) -> Any:
    """A context in memory with one site; it draws no progress bars and reports to nobody."""
    os.environ["GX_ANALYTICS_ENABLED"] = "False"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    # Its log lines speak of its own files only.
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    for name in context.get_site_names():
        context.delete_data_docs_site(name)
    store = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)}
    index = {"class_name": "DefaultSiteIndexBuilder"}
    site = {"class_name": "SiteBuilder", "store_backend": store, "site_index_builder": index}
    context.add_data_docs_site(_SITE, {**site, "show_how_to_buttons": False})
    return context


def _rules(suite: Any, contract: Contract) -> list[tuple[Rule, Any]]:
    """The expectations of a suite with the rules that they state."""
    rules = rules_of(contract)
    return [(rules[expectation.meta["rule"]], expectation) for expectation in suite.expectations]


def _documented(contract: Contract, rule: Rule, expectation: Any) -> Any | None:
    """The expectation as a reader understands it, about the column and not about its verdict column.

    None where the library has no expectation that says what the rule means.
    """
    import great_expectations.expectations as gxe

    column, meta = rule.column_name, expectation.meta
    match rule.check_name:
        case "matches_pattern":
            pattern = contract.column(column).pattern
            return gxe.ExpectColumnValuesToMatchRegex(column=column, regex=pattern, meta=meta)
        case "text_length":
            most = MAX_TEXT_CHARACTERS
            return gxe.ExpectColumnValueLengthsToBeBetween(column=column, max_value=most, meta=meta)
        case "iin_valid" | "clean_text" | "no_iin":
            return None
    return expectation


def _add_result(context: Any, feed: str, shown: Mapping[Rule, Any], result: FeedResult) -> None:
    from great_expectations import __version__
    from great_expectations.core import ExpectationSuiteValidationResult
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    outcomes = [
        _outcome(expectation, *result.counts[rule.check_name, rule.column_name])
        for rule, expectation in shown.items()
        if expectation is not None and (rule.check_name, rule.column_name) in result.counts
    ]
    passed = sum(outcome.success for outcome in outcomes)
    run = RunIdentifier(run_name=result.batch_id, run_time=result.received_at.replace(tzinfo=UTC))
    validation = ExpectationSuiteValidationResult(
        success=passed == len(outcomes),
        results=outcomes,
        suite_name=feed,
        suite_parameters={},
        statistics={
            "evaluated_expectations": len(outcomes),
            "successful_expectations": passed,
            "unsuccessful_expectations": len(outcomes) - passed,
            "success_percent": 100 * passed / len(outcomes) if outcomes else None,
        },
        meta={
            "run_id": run,
            "batch_kwargs": {"data_asset_name": f"raw.{feed}"},
            "great_expectations_version": __version__,
        },
    )
    suite = ExpectationSuiteIdentifier(feed)
    key = ValidationResultIdentifier(suite, run_id=run, batch_identifier=result.batch_id)
    context.validation_results_store.set(key, validation)


def _outcome(expectation: Any, evaluated: int, failed: int) -> Any:
    """What the library would have said, in counts."""
    from great_expectations.core import ExpectationValidationResult

    percent = 100 * failed / evaluated if evaluated else 0.0
    counts = {
        "element_count": evaluated,
        "unexpected_count": failed,
        "unexpected_percent": percent,
        "unexpected_percent_nonmissing": percent,
        "partial_unexpected_list": [],
    }
    return ExpectationValidationResult(
        success=failed == 0,
        expectation_config=expectation.configuration,
        result=counts,
        exception_info={"raised_exception": False, "exception_message": None, "exception_traceback": None},
    )


def stand_alone(page: str) -> str:
    """A page of the library without what it would load from elsewhere, with the style of this site."""
    page = re.sub(r"<script\b.*?</script>", "", page, flags=re.DOTALL)
    page = re.sub(r"<(?:link|img)\b[^>]*>", "", page)
    page = re.sub(r"<style\b.*?</style>", "", page, flags=re.DOTALL)
    page = re.sub(r"<footer\b.*?</footer>", "", page, flags=re.DOTALL)
    # Switches of the page that need scripts.
    page = re.sub(r'<a[^>]*data-toggle="collapse"[^>]*>.*?</a>', "", page, flags=re.DOTALL)
    return page.replace("</head>", f"{_head()}</head>", 1)


def _head() -> str:
    policy = f'<meta http-equiv="Content-Security-Policy" content="{html.escape(_POLICY)}">'
    return f"{policy}<style>{_STYLE.read_text(encoding='utf-8')}</style>"


# -- the index


def _index_page(
    folder: Path, results: Mapping[str, FeedResult], left_out: Iterable[str], language: str
) -> str:
    """The first page: every feed with its rules and its newest file. (The library's own needs scripts.)"""

    def say(code: str, **params: object) -> str:
        return html.escape(section_text("data_docs", code, language, **params))

    headings = ("feed", "file", "received", "rows", "rules", "failed", "engine", "results")
    head = "".join(f"<th>{say(heading)}</th>" for heading in headings)
    rows = "".join(_index_row(folder, feed, results.get(feed), say("results_page")) for feed in feed_names())
    missing = "".join(f"<li>{html.escape(message(check, language))}</li>" for check in left_out)
    made = say("made", moment=_local(utc_now()))
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{say("title")}</title>'
        f'{_head()}</head><body><div class="container-fluid"><h1>{say("title")}</h1>'
        f'<p class="note">{say("intro")} {made}</p>'
        f'<table class="feeds"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
        f'<h5>{say("left_out")}</h5><ul class="note">{missing}</ul></div></body></html>\n'
    )


def _index_row(folder: Path, feed: str, result: FeedResult | None, link_text: str) -> str:
    suite = f'<a href="expectations/{feed}.html">{feed}</a>'
    if result is None:
        return _cells([suite, "–", "", "", "", "", "", ""])
    rules = [(rule.check_name, rule.column_name) for rule in rules_of(load_contract(feed))]
    failed = sum(result.counts.get(rule, (0, 0))[1] > 0 for rule in rules)
    pages = sorted(folder.glob(f"validations/{feed}/**/*.html"))
    links = [f'<a href="{page.relative_to(folder).as_posix()}">{link_text}</a>' for page in pages]
    return _cells(
        [
            suite,
            html.escape(plain(result.source_file)),
            _local(result.received_at),
            f"{result.count_read:,}".replace(",", "\u00a0"),
            str(sum(rule in result.counts for rule in rules)),
            f'<span class="{"failed" if failed else "passed"}">{failed}</span>',
            html.escape(result.engine),
            " ".join(links),
        ]
    )


def _cells(cells: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _local(moment: datetime) -> str:
    return moment.replace(tzinfo=UTC).astimezone(local_zone()).strftime("%Y-%m-%d %H:%M")
