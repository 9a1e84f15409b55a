PYTHON ?= python3
BIN = .venv/bin

.PHONY: run test lint

run: .venv/run-stamp
	$(BIN)/tracker upgrade
	$(BIN)/tracker seed
	$(BIN)/tracker verify

test: .venv/test-stamp
	$(BIN)/python -m pytest -q -n 2

lint: .venv/test-stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

$(BIN)/python:
	$(PYTHON) -m venv .venv

.venv/run-stamp: requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install -q --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --no-deps -e .
	touch $@

.venv/test-stamp: requirements-dev.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install -q --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	touch $@
