# Every command there is; bare `make` lists them. Works on Linux with Python 3.11 to 3.13, make and git.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help up test check format bench lock clean

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PYTHONS := python3 python3.13 python3.12 python3.11
ARGS ?=

# Pyright would otherwise ask a registry for its newest version.
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

help:
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

up: $(VENV)/.package ## Install what is missing and start Wardline; options as in ARGS="--port 8502"
	@exec $(BIN)/wardline up $(ARGS)

test: check ## Check, then run every test; CI calls exactly this
	$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/.tests ## Format, lint, types, import rules, and whether the docs are true
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/python -m pytest --quiet tests/test_repository.py

format: $(VENV)/.tests ## Format the code and mend what the linter can mend itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/.tests ## Measure, each figure beside its limit; some parts only with ARGS="store"
	@for part in $(or $(ARGS),$(basename $(notdir $(wildcard bench/[a-z]*.py)))); do \
		$(BIN)/python -m bench.$$part || exit 1; done

# Hatchling and editables build the package; pyright[nodejs] brings its own Node; uv makes the locks.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --upgrade \
	--generate-hashes --no-emit-index-url --no-header --no-annotate
lock: $(VENV)/.tests ## Write both lock files anew, at the newest versions
	printf '%s\n' hatchling editables | $(COMPILE) --output-file requirements.lock pyproject.toml -
	printf '%s\n' hatchling editables 'pyright[nodejs]' uv | $(COMPILE) --constraint requirements.lock \
		--group test --group check --output-file requirements-test.lock pyproject.toml -

clean: ## Remove the environment and everything that tools leave behind; stores are not touched
	rm -rf $(VENV) dist build .ruff_cache .import_linter_cache .hypothesis .coverage
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps below make a second call quick: nothing is installed unless a lock file is newer.
$(VENV)/.locked: requirements.lock
	@for python in $(PYTHONS); do \
		"$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null \
			&& break; python=; done; \
	if [ -z "$$python" ]; then echo "Wardline needs Python 3.11, 3.12 or 3.13: none found." >&2; exit 1; fi; \
	"$$python" -m venv $(VENV)
	@echo "Installing what Wardline needs (once) ..."
	@$(PIP) install --require-hashes --only-binary :all: -r $<
	@touch $@

$(VENV)/.package: $(VENV)/.locked pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(VENV)/.tests: $(VENV)/.package requirements-test.lock
	@echo "Installing what the tests need (once) ..."
	@$(PIP) install --require-hashes --only-binary :all: -r requirements-test.lock
	@touch $@
