"""Conventions that a machine can hold: who imports whom, which model reads which, what is documented."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import duckdb
import pytest
import yaml

from tests.support.season import CompiledProject

ROOT = Path(__file__).parents[2]
PACKAGES = ("orchestration", "ingestion", "proctoring_jobs", "dashboards")

# package -> what none of its modules may import
FORBIDDEN = {
    "ingestion": {
        "dagster",
        "dagster_dbt",
        "orchestration",
        "dashboards",
        "proctoring_jobs",
        "streamlit",
        "torch",
    },
    "proctoring_jobs": {"dagster", "duckdb", "orchestration", "dashboards", "ingestion", "streamlit"},
    "dashboards": {"dagster", "dagster_dbt", "orchestration", "ingestion", "proctoring_jobs"},
    "orchestration": {"dashboards", "streamlit", "torch", "ultralytics"},
}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(module: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_no_package_imports_what_it_must_not(package: str) -> None:
    wrong = {
        f"{module.relative_to(ROOT)}: {name}"
        for module in modules(package)
        for name in imported(module) & FORBIDDEN[package]
    }
    assert not wrong


def test_only_the_detector_and_the_training_import_ultralytics() -> None:
    importers = {
        module.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for module in modules(package)
        if "ultralytics" in imported(module)
    }
    training = {f"proctoring_jobs/training/{name}.py" for name in ("loop", "export")}
    assert importers == {"proctoring_jobs/detector.py"} | training


@pytest.mark.parametrize("package", PACKAGES)
def test_every_module_says_what_belongs_in_it(package: str) -> None:
    silent = [
        m.relative_to(ROOT).as_posix()
        for m in modules(package)
        if not ast.get_docstring(ast.parse(m.read_text()))
    ]
    assert not silent


@pytest.mark.parametrize("package", PACKAGES)
def test_only_command_lines_print(package: str) -> None:
    printing = [
        module.relative_to(ROOT).as_posix()
        for module in modules(package)
        for node in ast.walk(ast.parse(module.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
    ]
    assert not printing


def leaves(tree: dict, prefix: str = "") -> dict[str, str]:
    found = {}
    for key, value in tree.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            found |= leaves(value, name + ".")
        else:
            found[name] = value
    return found


def catalogue(folder: Path, language: str) -> dict[str, str]:
    """The texts of a language: of its one file, or of all files of its folder."""
    files = [folder / f"{language}.toml"]
    if not files[0].is_file():
        files = sorted((folder / language).glob("*.toml"))
    assert files, folder
    return {key: text for file in files for key, text in leaves(tomllib.loads(file.read_text())).items()}


@pytest.mark.parametrize("package", PACKAGES)
def test_catalogues_hold_the_same_texts_in_three_languages(package: str) -> None:
    texts = {language: catalogue(ROOT / package / "i18n", language) for language in ("kk", "ru", "en")}
    assert texts["kk"].keys() == texts["ru"].keys() == texts["en"].keys()
    for key, english in texts["en"].items():
        fields = sorted(re.findall(r"{(\w+)", english))
        for language in ("kk", "ru"):
            assert texts[language][key].strip(), f"{language}: {key} is empty"
            assert sorted(re.findall(r"{(\w+)", texts[language][key])) == fields, f"{language}: {key}"
    kazakh = "".join(texts["kk"].values())
    if len(kazakh) > 500:
        assert set("әіңғүұқөһ") - set(kazakh.lower()) <= {"һ"}, "Kazakh letters are missing"


@pytest.fixture(scope="module")
def manifest(compiled_project: CompiledProject) -> dict:
    return json.loads((compiled_project.template.parent / "target" / "manifest.json").read_text())


def layer(node: dict) -> str:
    return node["fqn"][1] if node["resource_type"] == "model" else node["resource_type"]


READS = {
    "staging": {"source"},
    "intermediate": {"staging", "intermediate", "seed"},
    "core": {"staging", "intermediate", "core", "seed"},
    "selection": {"intermediate", "core", "selection", "seed"},
    "reporting": {"core", "selection", "seed"},
    "restricted": {"staging", "intermediate", "core", "seed"},
}


def test_models_read_only_the_layers_before_them(manifest: dict) -> None:
    nodes = manifest["nodes"] | manifest["sources"]
    wrong = [
        f"{node['name']} ({layer(node)}) reads {nodes[parent]['name']} ({layer(nodes[parent])})"
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        for parent in node["depends_on"]["nodes"]
        if layer(nodes[parent]) not in READS[layer(node)]
    ]
    assert not wrong


def test_models_are_named_after_their_layer(manifest: dict) -> None:
    prefixes = {
        "staging": "stg_",
        "intermediate": "int_",
        "core": ("dim_", "fct_"),
        "selection": "sel_",
        "reporting": "rpt_",
        "restricted": "res_",
    }
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model":
            assert node["name"].startswith(prefixes[layer(node)]), node["name"]
            yml = Path(node["original_file_path"]).with_suffix(".yml")
            assert (ROOT / "dbt_project" / yml).exists(), f"no YAML beside {node['name']}"


def test_documented_is_materialised(manifest: dict, compiled_project: CompiledProject) -> None:
    """Every column of every model is described, and nothing is described that is not there."""
    with duckdb.connect(str(compiled_project.template), read_only=True) as connection:
        rows = connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns()"
        ).fetchall()
    built: dict[tuple[str, str], set[str]] = {}
    for schema, table, column in rows:
        built.setdefault((schema, table), set()).add(column)
    for node in manifest["nodes"].values():
        if node["resource_type"] in ("model", "seed"):
            described = {name for name, column in node["columns"].items() if column["description"].strip()}
            assert described == built[node["schema"], node["alias"]], node["name"]
            assert node["description"].strip(), node["name"]


def test_grain_comes_first(manifest: dict) -> None:
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model":
            assert node["description"].startswith("One row per"), (
                f"{node['name']} does not begin with its grain"
            )


def vault_columns() -> set[str]:
    """Columns of all feeds that the contracts keep in the vault."""
    columns = set()
    for contract in (ROOT / "ingestion/contracts").glob("*.odcs.yaml"):
        for column in yaml.safe_load(contract.read_text())["schema"][0]["properties"]:
            if column["classification"] == "vault":
                columns.add(column["name"])
    return columns


def test_no_table_has_a_column_of_the_vault(manifest: dict) -> None:
    """Names, IINs, contacts, document numbers and birth dates are in no source and no model."""
    hidden = vault_columns()
    assert hidden >= {"iin", "last_name", "first_name", "middle_name", "phone", "email"}
    assert hidden >= {"birth_on", "document_number"}
    for node in (manifest["nodes"] | manifest["sources"]).values():
        assert not hidden & node.get("columns", {}).keys(), node["name"]


def test_marts_carry_nobody(manifest: dict) -> None:
    """Person keys, and what a body knows of a person, stay below core."""
    hidden = {"person_key", "identity_key", "ground_code", "fact_on"}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and layer(node) in ("core", "selection", "reporting"):
            assert not hidden & node["columns"].keys(), node["name"]


def test_grounds_reach_no_released_schema(manifest: dict) -> None:
    """Codes of grounds and days of facts are in staging and `restricted` only, titles in their seed only."""
    from orchestration.releases import RELEASED_SCHEMAS

    assert "restricted" not in RELEASED_SCHEMAS
    built = {k: n for k, n in manifest["nodes"].items() if n["resource_type"] in ("model", "seed")}
    for node in built.values():
        if node["schema"] in RELEASED_SCHEMAS:
            assert not {"ground_code", "fact_on"} & node["columns"].keys(), node["name"]
        if layer(node) not in ("seed", "restricted"):
            read = {built[parent]["schema"] for parent in node["depends_on"]["nodes"] if parent in built}
            assert "restricted" not in read, f"{node['name']} reads what is restricted"
        if layer(node) == "restricted":
            assert node["schema"] == "restricted", node["name"]
            assert not {"title_kk", "title_ru", "title_en"} & node["columns"].keys(), node["name"]


def test_seeds_are_made_anew_by_each_build(manifest: dict) -> None:
    """A seed that gained a column does not fit the table that an earlier version left in a warehouse."""
    seeds = [node for node in manifest["nodes"].values() if node["resource_type"] == "seed"]
    assert seeds
    assert [seed["name"] for seed in seeds if seed["config"]["full_refresh"] is not True] == []


def test_singular_tests_say_what_they_detect_and_reach_the_checks(manifest: dict) -> None:
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test" and not node.get("test_metadata"):
            assert re.search(r"^-- \S", node["raw_code"], re.M), node["name"]
            assert node["config"]["meta"].get("dagster", {}).get("ref"), f"{node['name']} has no dagster ref"


def test_sql_is_short_and_plain() -> None:
    for model in sorted((ROOT / "dbt_project/models").rglob("*.sql")):
        text = model.read_text()
        assert len(text.splitlines()) <= 120, f"{model.name} is too long"
        code = re.sub(r"--.*|{#.*?#}", "", text, flags=re.S if "{#" in text else 0)
        assert not re.search(r"::(double|float|real)\b|\bas (double|float|real)\b", code), (
            f"{model.name}: exact numbers only"
        )


ALLOWED_NUMBERS = {"0", "1", "6", "60"}  # nothing, one, the first day of the weekend, days after the calendar


def test_no_number_of_the_order_stands_in_sql() -> None:
    wrong = []
    for model in sorted((ROOT / "dbt_project/models").rglob("*.sql")):
        code = re.sub(r"--[^\n]*", "", model.read_text())
        code = re.sub(r"'[^']*'", "", code)
        wrong += [
            f"{model.name}: {n}"
            for n in re.findall(r"(?<![\w.])\d+(?![\w.])", code)
            if n not in ALLOWED_NUMBERS
        ]
    assert not wrong


def test_contracts_keep_to_the_seeds() -> None:
    """The scale of marks stands in the season's seed; the contracts at the door may not drift from it."""
    import csv

    with (ROOT / "dbt_project/seeds/stage_scoring.csv").open() as file:
        scales = {row["stage_code"]: (row["points_min"], row["points_max"]) for row in csv.DictReader(file)}
    feeds = {
        "situational": "platform__expert_marks",
        "assessment_centre": "academy__assessor_marks",
        "interview": "academy__interview_marks",
        "expert_commission": "agency__commission_marks",
    }
    for stage, feed in feeds.items():
        contract = yaml.safe_load((ROOT / f"ingestion/contracts/{feed}.odcs.yaml").read_text())
        points = next(p for p in contract["schema"][0]["properties"] if p["name"] == "points")
        options = points["logicalTypeOptions"]
        assert (str(options["minimum"]), str(options["maximum"])) == scales[stage], feed


def test_starting_needs_nothing_heavy() -> None:
    """The command and the definitions start without proctoring, the command without anything heavy."""
    script = "import sys, {module}; print(sorted(set(sys.modules) & {heavy}))"
    for module, heavy in (
        (
            "orchestration.cli",
            {"torch", "ultralytics", "pandas", "duckdb", "dagster", "streamlit", "great_expectations"},
        ),
        ("orchestration.definitions", {"torch", "ultralytics", "av", "cv2", "streamlit"}),
    ):
        code = script.format(module=module, heavy=heavy)
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip().splitlines()[-1] == "[]", module
