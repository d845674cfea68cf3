"""The feeds' pages for the people who write the files: ``docs/feeds/``.

Belongs here: turning contracts into Markdown, the same text for the same contracts. The pages are committed
and a test fails when they are not current; ``python -m ingestion.contracts.render`` writes them anew. Example
rows are in ``examples.py``. Nothing is described here that the contract or the readers do not settle.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ingestion.contracts.examples import example_rows, written
from ingestion.contracts.model import Column, Contract
from ingestion.contracts.odcs import feed_names, load_contract
from ingestion.messages import message
from ingestion.quarantine import REASON_CODES

DOCS_DIR = Path(__file__).parents[2] / "docs" / "feeds"
INDEX = "README.md"
COMMON_RULES = Path(__file__).parent / "common_rules.md"

_FORMAT_NAMES = {"csv": "CSV", "jsonl": "JSON Lines", "xlsx": "Excel workbook (XLSX)", "parquet": "Parquet"}
_FORMAT_RULES = {
    "csv": (
        "UTF-8, with or without a byte order mark; comma between values.",
        "Double quotes stand around a value that holds a comma, a quote (doubled) or a line break.",
        "The first line names the columns. Every line has as many values as the first.",
        "An empty value is nothing between two commas.",
        "May be compressed with gzip (`.csv.gz`).",
    ),
    "jsonl": (
        "UTF-8; one JSON object a line, its names are the columns.",
        "An empty value is `null`, or its name is left out.",
        "May be compressed with gzip (`.jsonl.gz`).",
    ),
    "xlsx": (
        "One filled sheet; its first row names the columns.",
        "Cells hold values, not formulas that fail. Codes and numbers with leading zeros are text cells.",
        "An empty value is an empty cell. Blank rows are skipped.",
    ),
    "parquet": (
        "One file with the columns in the types below; any compression that Parquet knows.",
        "An empty value is null.",
    ),
}
_TYPE_RULES = {
    "string": {"": "text"},
    "integer": {"": "whole number"},
    "number": {"": "decimal number, {scale} decimals at most", "parquet": "DECIMAL({precision}, {scale})"},
    "boolean": {"": "`true` or `false`", "xlsx": "TRUE or FALSE", "parquet": "BOOLEAN"},
    "date": {"": "day, `YYYY-MM-DD`", "xlsx": "Excel date, or text `YYYY-MM-DD`", "parquet": "DATE"},
    "timestamp": {
        "": "moment, ISO 8601 with offset: `2025-06-03T10:15:00+05:00`",
        "xlsx": "Excel date and time, local time of Astana (UTC+5)",
        "parquet": "TIMESTAMP in UTC",
    },
}


def render_all() -> dict[str, str]:
    """All pages by file name: one for each feed, and the index."""
    contracts = [load_contract(feed) for feed in feed_names()]
    pages = {f"{contract.feed}.md": render_feed(contract) for contract in contracts}
    return {INDEX: render_index(contracts), **pages}


def write_pages(folder: Path = DOCS_DIR) -> None:
    """Write all pages into ``folder`` and remove pages of feeds that are no more."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = render_all()
    for path in folder.glob("*.md"):
        if path.name not in pages:
            path.unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def render_index(contracts: list[Contract]) -> str:
    """The index: all feeds, and what holds for every file."""
    rows = [(f"[{one.feed}]({one.feed}.md)", one.file_format, one.sender, one.paragraph) for one in contracts]
    reasons = [(f"`{code}`", message(code, "en")) for code in REASON_CODES]
    return "\n".join(
        [
            "# Feeds",
            "",
            "One page for each kind of file that this system receives. The pages are rendered from the",
            "contracts in `ingestion/contracts/` (Open Data Contract Standard 3.1). After a change of a",
            "contract `python -m ingestion.contracts.render` writes them anew.",
            "",
            *_table(("feed", "format", "sender", "Order"), rows),
            "",
            *COMMON_RULES.read_text(encoding="utf-8").splitlines(),
            "",
            "## Why a row or a file stays outside",
            "",
            *_table(("reason", "meaning"), reasons),
            "",
        ]
    )


def render_feed(contract: Contract) -> str:
    """The page of one feed."""
    return "\n".join(
        [
            f"# {contract.feed}",
            "",
            contract.purpose,
            "",
            *_table(("", ""), _facts(contract)),
            "",
            "## The file",
            f"- Name: `{contract.feed}.{contract.file_format}`, "
            f"or `{contract.feed}__<anything>.{contract.file_format}`.",
            "- Folder: named by the local moment of delivery, `YYYY-MM-DDTHHMMSS`.",
            *(f"- {rule}" for rule in _FORMAT_RULES[contract.file_format]),
            "- What holds for every file (folders, corrections, rows that stay outside): [Feeds](README.md).",
            "",
            "## Columns",
            "",
            *_table(("column", "type", "required", "allowed", "meaning"), _column_rows(contract)),
            "",
            *_vault_note(contract),
            *_pair_rules(contract),
            *_code_lists(contract),
            "## Example",
            "",
            "Made-up people and numbers. In the last row the columns that may be empty are empty.",
            "",
            *_example(contract),
            "",
        ]
    )


def _facts(contract: Contract) -> list[tuple[str, str]]:
    return [
        ("Sender", contract.sender),
        ("Order", contract.paragraph),
        ("Format", _FORMAT_NAMES[contract.file_format]),
        *([("Or from", _database(contract))] if contract.database_table else []),
        ("Key", ", ".join(f"`{name}`" for name in contract.key)),
        ("Lands in", f"`raw.{contract.feed}`"),
        ("Contract", f"`ingestion/contracts/{contract.feed}.odcs.yaml`, version {contract.version}"),
    ]


def _database(contract: Contract) -> str:
    page = "../runbooks/platform-database.md"
    return f"table `{contract.database_table}` of [the platform's database]({page}), with the columns below"


def _column_rows(contract: Contract) -> list[tuple[str, ...]]:
    return [
        (
            f"`{column.name}`",
            _type(column, contract.file_format),
            "yes" if column.required else "",
            _allowed(column),
            column.description,
        )
        for column in contract.columns
    ]


def _type(column: Column, file_format: str) -> str:
    from ingestion.parsing import decimal_size

    rules = _TYPE_RULES[column.logical_type]
    text = rules.get(file_format, rules[""])
    if column.logical_type == "number":
        precision, scale = decimal_size(column.physical_type)
        return text.format(precision=precision, scale=scale)
    return text


def _allowed(column: Column) -> str:
    parts = []
    if column.valid_values:
        parts.append(f"[codes](#codes-of-{column.name})")
    if column.pattern is not None:
        parts.append(f"form `{column.pattern}`")
    if column.is_iin:
        parts.append("a valid IIN: date, century digit 1–6, check digit")
    if column.minimum is not None:
        parts.append(f"at least {column.minimum}")
    if column.maximum is not None:
        parts.append(f"at most {column.maximum}")
    return "; ".join(parts)


def _vault_note(contract: Contract) -> list[str]:
    names = ", ".join(f"`{column.name}`" for column in contract.columns if column.is_vault)
    if not names:
        return []
    person = "" if contract.iin_column is None else "; further on a person is a `person_key`"
    lines = [f"{names}: kept in the encrypted vault and nowhere else{person}.", ""]
    if contract.derived_columns:
        rows = [
            (f"`{one.name}`", ", ".join(f"`{name}`" for name in one.source_columns), one.description)
            for one in contract.derived_columns
        ]
        table = _table(("column", "from", "meaning"), rows)
        lines += ["Computed at the door and never sent:", "", *table, ""]
    return lines


def _pair_rules(contract: Contract) -> list[str]:
    if not contract.pair_rules:
        return []
    rules = [
        f"- {rule.description}; either may be empty where its column allows it."
        for rule in contract.pair_rules
    ]
    return ["## Rules over several columns", *rules, ""]


def _code_lists(contract: Contract) -> list[str]:
    lines = []
    for column in contract.columns:
        if column.valid_values:
            codes = ", ".join(f"`{code}`" for code in column.valid_values)
            source = ""
            if column.code_list is not None:
                source = f" (listed in `dbt_project/seeds/{column.code_list.split('.')[0]}.csv`)"
            lines += [f"### Codes of {column.name}", f"{codes}{source}", ""]
    return ["## Code lists", "", *lines] if lines else []


def _example(contract: Contract) -> list[str]:
    rows = example_rows(contract)
    if contract.file_format in ("csv", "jsonl"):
        language = "json" if contract.file_format == "jsonl" else "csv"
        return [f"```{language}", *written(contract, rows).decode().splitlines(), "```"]
    cells = [tuple(_shown(row[name]) for name in contract.column_names) for row in rows]
    return _table(contract.column_names, cells)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    def line(cells: tuple[str, ...]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    return [line(header), "|" + "---|" * len(header), *(line(row) for row in rows)]


if __name__ == "__main__":
    write_pages()
