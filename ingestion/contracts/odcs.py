"""Reading contract files (Open Data Contract Standard 3.1).

Belongs here: from YAML to ``Contract``, refusing what the project does not understand, so that no rule of a
contract is silently left out. Code lists come from the seeds of the warehouse: a code is listed once.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from ingestion.contracts.model import (
    BOOKKEEPING_COLUMNS,
    COMPLETED_YEARS,
    COMPLETED_YEARS_ON_CLOSE,
    DERIVATIONS,
    IIN_CHECK,
    KEYED_HASH,
    PERSON_KEY,
    Column,
    Contract,
    DerivedColumn,
    PairRule,
)
from ingestion.errors import RezervError

CONTRACTS_DIR = Path(__file__).parent
SEEDS_DIR = Path(__file__).parents[2] / "dbt_project" / "seeds"
SUFFIX = ".odcs.yaml"
SEASONS = "stages.season_code"
LOGICAL_TYPES = frozenset({"string", "integer", "number", "boolean", "date", "timestamp"})
FILE_FORMATS = frozenset({"csv", "jsonl", "xlsx", "parquet"})
DELIVERIES = frozenset({"increment", "whole_list"})
CLASSIFICATIONS = frozenset({"internal", "confidential", "vault"})
_PAIR_TYPE = "expect_column_pair_values_a_to_be_greater_than_b"


@lru_cache(maxsize=1)
def feed_names() -> tuple[str, ...]:
    """Names of all feeds (``<source>__<entity>``), sorted."""
    return tuple(sorted(path.name.removesuffix(SUFFIX) for path in CONTRACTS_DIR.glob(f"*{SUFFIX}")))


@cache
def load_contract(feed: str) -> Contract:
    """The contract of a feed; ``RezervError`` ``feed_unknown`` or ``contract_wrong``."""
    import yaml

    if feed not in feed_names():
        raise RezervError("feed_unknown", feed=feed)
    text = (CONTRACTS_DIR / f"{feed}{SUFFIX}").read_text(encoding="utf-8")
    return parse_contract(feed, yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))


def parse_contract(feed: str, document: Mapping[str, Any]) -> Contract:
    """A ``Contract`` from a parsed contract file; ``RezervError('contract_wrong')`` names what is wrong."""
    try:
        return _parse(feed, document)
    except KeyError as error:
        raise RezervError("contract_wrong", feed=feed, problem=f"{error} is missing or unknown") from None
    except ValueError as error:
        raise RezervError("contract_wrong", feed=feed, problem=str(error)) from None


def _parse(feed: str, document: Mapping[str, Any]) -> Contract:
    _require(document["id"] == feed, "its id is not the name of its file")
    _require(len(document["schema"]) == 1, "it has more than one schema object")
    table = document["schema"][0]
    columns = tuple(_parse_column(entry) for entry in table["properties"])
    own = _custom_properties(document)
    contract = Contract(
        feed=feed,
        version=str(document["version"]),
        file_format=_one_of(own["fileFormat"], FILE_FORMATS, "fileFormat"),
        columns=columns,
        key=_parse_key(table["properties"]),
        pair_rules=tuple(_parse_pair_rule(rule) for rule in table.get("quality", ())),
        purpose=" ".join(document["description"]["purpose"].split()),
        paragraph=own["paragraph"],
        sender=own["sender"],
        derived_columns=tuple(_parse_derived(entry) for entry in own.get("derivedColumns", ())),
        is_whole_list=_one_of(own.get("delivery", "increment"), DELIVERIES, "delivery") == "whole_list",
        database_table=_parse_database_table(document.get("servers", ())),
    )
    _check_contract(contract)
    return contract


def _check_contract(contract: Contract) -> None:
    names = contract.column_names
    _require(len(set(names)) == len(names), "a column is named twice")
    _require(bool(contract.key), "it has no key")
    _require(all(contract.column(name).required for name in contract.key), "a key column is not required")
    for rule in contract.pair_rules:
        _require({rule.column_a, rule.column_b} <= set(names), "a rule names an unknown column")
    _check_derived(contract)


def _check_derived(contract: Contract) -> None:
    names = [PERSON_KEY, *contract.column_names, *(column.name for column in BOOKKEEPING_COLUMNS)]
    for derived in contract.derived_columns:
        _require(derived.name not in names, f"{derived.name} is named twice")
        names.append(derived.name)
        sources = [contract.column(name) for name in derived.source_columns]
        _require(any(column.is_vault for column in sources), f"{derived.name} reads nothing from the vault")
        is_understood, needs = _understands(derived.kind, sources)
        _require(is_understood, f"{derived.name} needs {needs}")


def _understands(kind: str, sources: Sequence[Column]) -> tuple[bool, str]:
    """Whether a derivation can be made of these columns, and what it needs."""
    types = [column.logical_type for column in sources]
    if kind == COMPLETED_YEARS:
        is_understood = len(types) > 1 and types[0] == "date" and set(types[1:]) == {"timestamp"}
        return is_understood, "a date and then moments"
    if kind == COMPLETED_YEARS_ON_CLOSE:
        is_understood = len(types) == 2 and types[0] == "date" and sources[1].code_list == SEASONS
        return is_understood, "a date and then a season"
    if kind == KEYED_HASH:
        return all(column.is_vault for column in sources), "columns of the vault and no others"
    return False, "a kind that is known"


def _parse_column(entry: Mapping[str, Any]) -> Column:
    options, own = entry.get("logicalTypeOptions", {}), _custom_properties(entry)
    _require(
        set(options) <= {"pattern", "minimum", "maximum"}, f"{entry['name']}: an option is not understood"
    )
    _require(own.get("check") in (None, IIN_CHECK), f"{entry['name']}: the check is not understood")
    return Column(
        name=entry["name"],
        logical_type=_one_of(entry["logicalType"], LOGICAL_TYPES, "logicalType"),
        physical_type=entry["physicalType"],
        required=bool(entry["required"]),
        is_key=bool(entry.get("primaryKey", False)),
        classification=_one_of(entry["classification"], CLASSIFICATIONS, "classification"),
        description=" ".join(entry["description"].split()),
        pattern=options.get("pattern"),
        minimum=_whole(options.get("minimum")),
        maximum=_whole(options.get("maximum")),
        valid_values=_valid_values(entry, own.get("codeList")),
        code_list=own.get("codeList"),
        check=own.get("check"),
        examples=tuple(str(example) for example in entry.get("examples", ())),
    )


def _parse_derived(entry: Mapping[str, Any]) -> DerivedColumn:
    known = {"name", "physicalType", "description", "kind", "sourceColumns"}
    _require(set(entry) <= known, "a derived column has a property that is not understood")
    return DerivedColumn(
        name=entry["name"],
        physical_type=entry["physicalType"],
        description=" ".join(entry["description"].split()),
        kind=_one_of(entry["kind"], DERIVATIONS, "kind"),
        source_columns=tuple(entry["sourceColumns"]),
    )


def _parse_database_table(servers: Sequence[Mapping[str, Any]]) -> str | None:
    """``<schema>.<table>`` in the platform's database."""
    names = [f"{server['schema']}.{_custom_properties(server)['table']}" for server in servers]
    _require({server["type"] for server in servers} <= {"postgresql"}, "a server is not PostgreSQL")
    _require(len(names) < 2, "it stands on more than one server")
    return names[0] if names else None


def _parse_key(entries: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    keyed = [entry for entry in entries if entry.get("primaryKey")]
    return tuple(entry["name"] for entry in sorted(keyed, key=lambda entry: entry["primaryKeyPosition"]))


def _valid_values(entry: Mapping[str, Any], code_list: str | None) -> tuple[str, ...]:
    values: tuple[str, ...] = seed_codes(code_list) if code_list else ()
    for rule in entry.get("quality", ()):
        _require(
            rule.get("metric") == "invalidValues" and rule.get("mustBe") == 0,
            f"{entry['name']}: unknown quality rule",
        )
        values += tuple(str(value) for value in rule["arguments"]["validValues"])
    return values


def _parse_pair_rule(rule: Mapping[str, Any]) -> PairRule:
    implementation = rule["implementation"]
    kwargs = implementation["kwargs"]
    _require(rule["engine"] == "greatExpectations", "a table rule has an unknown engine")
    _require(implementation["type"] == _PAIR_TYPE, "a table rule has an unknown type")
    _require(
        kwargs.get("ignore_row_if") == "either_value_is_missing", "a pair rule must let empty values through"
    )
    return PairRule(
        kwargs["column_A"], kwargs["column_B"], bool(kwargs.get("or_equal", False)), rule["description"]
    )


@cache
def seed_codes(code_list: str) -> tuple[str, ...]:
    """Codes of a seed column given as ``<seed>.<column>``, in the seed's order, each once."""
    seed, column = code_list.split(".")
    path = SEEDS_DIR / f"{seed}.csv"
    _require(path.is_file(), f"there is no seed {seed}")
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(dict.fromkeys(row[column] for row in csv.DictReader(file)))


def _custom_properties(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {item["property"]: item["value"] for item in entry.get("customProperties", ())}


def _whole(value: object) -> int | None:
    _require(value is None or isinstance(value, int), "a bound is not a whole number")
    return value if isinstance(value, int) else None


def _one_of(value: str, allowed: frozenset[str], what: str) -> str:
    _require(value in allowed, f"{what} {value!r} is not understood")
    return value


def _require(condition: bool, problem: str) -> None:
    if not condition:
        raise ValueError(problem)
