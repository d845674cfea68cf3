# The two commands of the README are `make demo` and `make test`; `make help` lists the rest.
# Everything a person does without a browser is the console command `rezerv`: the demo only calls it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
DEMO_OPTIONS ?=
# Each file of tests in one process, in the order of their folders: what its tests share is made once.
IN_PARALLEL := -n 2 --dist loadfile --no-loadscope-reorder

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

.PHONY: demo
demo: $(INSTALLED) ## Install what is needed, write a sample season, land, build and publish it, print the funnel
	@$(BIN)/rezerv demo --recordings 3 $(DEMO_OPTIONS)

.PHONY: dash
dash: $(INSTALLED) ## Open the dashboards on the current release, on this machine only and without sign-in
	@$(BIN)/rezerv dash --local

.PHONY: dagster
dagster: $(INSTALLED) ## Open the Dagster UI, with schedules and sensors
	@$(BIN)/rezerv dagster

.PHONY: test
test: lint chromium ## Install what is needed, then lint, check types and run the tests
	@echo "tests"
	@$(BIN)/python -m pytest $(IN_PARALLEL)

.PHONY: test-long
test-long: lint chromium ## The same with the tests that take longest: more seasons, the real size, whole weeks
	@$(BIN)/python -m pytest $(IN_PARALLEL) --long

.PHONY: lint
lint: $(INSTALLED) ## ruff, mypy and sqlfluff
	@echo "ruff"
	@$(BIN)/ruff check .
	@echo "mypy"
	@$(BIN)/mypy
	@echo "sqlfluff"
	@$(BIN)/sqlfluff lint --processes 2 dbt_project/models dbt_project/tests

.PHONY: dictionary
dictionary: $(INSTALLED) ## Render the data dictionary from the descriptions of the warehouse
	@$(BIN)/rezerv dictionary

# torch brings its own packages for a GPU where its build for that machine asks for them: they are not pinned here.
.PHONY: pins
pins: $(INSTALLED) ## Compile requirements.txt from pyproject.toml: exact versions, no addresses, no hashes
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile pyproject.toml --extra dev --python-version 3.11 --quiet \
	  --no-header --no-annotate --no-emit-index-url --output-file requirements.txt
	@sed -i -E 's/^([A-Za-z0-9._-]+==[^+ ]+)\+[A-Za-z0-9.]+/\1/; /^(nvidia-(cu|nccl|nv)|cuda-|triton==)/d' requirements.txt
	@echo "requirements.txt: $$(wc -l < requirements.txt) packages"

.PHONY: clean
clean: ## Remove what tools generated; data, releases and .venv stay
	@rm -rf build dist .pytest_cache .ruff_cache .mypy_cache .hypothesis dbt_project/target dbt_project/logs
	@find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +

# Done once, and again when the requirements change. Needs the package index only then.
$(INSTALLED): requirements.txt pyproject.toml
	@command -v $(PYTHON) > /dev/null || { \
	  echo "Python 3.11 was not found as '$(PYTHON)'. Install it, or name it: make PYTHON=/path/to/python3.11 demo" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { \
	  echo "'$(PYTHON)' is not Python 3.11. Name another: make PYTHON=/path/to/python3.11 demo" >&2; exit 1; }
	@test -x $(BIN)/python || { echo "creating $(VENV)"; $(PYTHON) -m venv $(VENV); }
	@echo "installing the pinned requirements (a few minutes the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# Browser tests use the distribution's Chromium, driven by Playwright; nothing is downloaded by Playwright itself.
.PHONY: chromium
chromium:
	@if command -v chromium > /dev/null || command -v chromium-browser > /dev/null || command -v google-chrome > /dev/null; then exit 0; fi; \
	if ! command -v apt-get > /dev/null; then \
	  echo "Browser tests need Chromium: install the package 'chromium', then run make test again." >&2; exit 1; fi; \
	if [ "$$(id -u)" = 0 ]; then as_root=""; elif command -v sudo > /dev/null; then as_root="sudo"; else \
	  echo "Browser tests need Chromium: install the package 'chromium' as root, then run make test again." >&2; exit 1; fi; \
	echo "installing chromium"; \
	$$as_root apt-get update -qq; \
	DEBIAN_FRONTEND=noninteractive $$as_root apt-get install -y -qq --no-install-recommends chromium
