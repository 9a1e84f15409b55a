PYTHON ?= python3
BIN = .venv/bin
# Asked for by the browser journeys and by what records a disk; `make run` needs none of them.
TOOLS = chromium fonts-dejavu-core strace
ARGS ?=

.PHONY: run test lint bench fuzz faults advisories tools readme screenshots

run: .venv/run-stamp
	$(BIN)/tracker demo $(ARGS)

test: .venv/test-stamp tools
	$(BIN)/python -m pytest -q -n 2 $(ARGS)

lint: .venv/test-stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet

bench: .venv/test-stamp
	$(BIN)/python -m tests.bench $(ARGS)

fuzz: .venv/test-stamp
	$(BIN)/python -m tests.fuzz $(ARGS)

faults: .venv/test-stamp tools
	$(BIN)/python -m tests.faults $(ARGS)

# Asks a public list what is known against each locked version. Without it nothing is known, which
# is no good news: that ends with a failure, too.
advisories: .venv/run-stamp
	@test -x .venv/advisories/bin/pip-audit || { $(BIN)/python -m venv .venv/advisories \
		&& .venv/advisories/bin/pip install -q --disable-pip-version-check pip-audit; }
	@.venv/advisories/bin/pip-audit --strict --disable-pip --require-hashes -r requirements.lock \
		|| { echo "Either something above is known, or no list could be asked from here." >&2; exit 1; }

readme: .venv/test-stamp
	$(BIN)/python -m tests.readme

screenshots: .venv/test-stamp tools
	$(BIN)/python -m tests.screenshots

tools:
	@command -v chromium >/dev/null && command -v strace >/dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ]; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $(TOOLS); \
	else \
		echo "The tests need Chromium and strace. Type once: sudo apt-get install $(TOOLS)" >&2; exit 1; \
	fi

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed: make PYTHON=python3.11 …" >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/run-stamp: requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	touch $@

.venv/test-stamp: requirements-dev.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@
