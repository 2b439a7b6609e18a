# Two commands do all the set-up on a fresh machine: make run, make test.
PYTHON ?= python3
BIN := .venv/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: run test lint bench peers

run: .venv/.installed
	$(BIN)/needtag tag examples/*

test: .venv/.test-installed
	$(BIN)/python -m pytest --numprocesses 2

lint: .venv/.test-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Speed, memory and start on this machine, beside PyTorch.
bench: .venv/.test-installed
	$(BIN)/python -m evaluation.bench

# needtag beside other libraries on the test split, into docs/evaluation.md; environments are made in .peers.
peers: .venv/.installed
	$(BIN)/python -m evaluation.peers --write

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.installed: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP_INSTALL) --editable .
	touch $@

.venv/.test-installed: pyproject.toml constraints.txt | .venv/bin/python
	$(PIP_INSTALL) --editable '.[test]'
	touch $@ .venv/.installed
