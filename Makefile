# Two commands do all the set-up on a fresh machine: make run, make test.
PYTHON ?= python3
BIN := .venv/bin
# Python compiles what it imports: compiling all of the libraries takes as long as the rest.
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --constraint constraints.txt
QUESTIONNAIRES := $(filter-out %.py examples/register-%,$(wildcard examples/*))

.PHONY: run test soak lint messages pictures bench peers

# What is loaded already stays as it is.
run: .venv/.installed
	$(BIN)/needtag import $(QUESTIONNAIRES)
	$(BIN)/needtag serve --demo --host 127.0.0.1

test: .venv/.test-installed
	$(BIN)/python -m pytest --numprocesses 2

# Crashes, load and hostile input for minutes, one test after the other, as they measure what this machine can do.
soak: .venv/.test-installed
	$(BIN)/python -m pytest -m soak

lint: .venv/.test-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# The texts of the pages into service/review/locales; what is new there is then translated by hand.
messages: .venv/.installed
	$(BIN)/pybabel --quiet extract --mapping-file pyproject.toml --sort-output --no-location \
	  --output-file .venv/needtag.pot service/review
	$(BIN)/pybabel --quiet update --domain needtag --input-file .venv/needtag.pot --output-dir service/review/locales \
	  --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date

# The pictures in docs/, of what the command prints and of the pages as the examples fill them.
pictures: .venv/.test-installed
	$(BIN)/python -m docs.make_pictures
	$(BIN)/python -m docs.make_screenshots

# Speed, memory and start on this machine, beside PyTorch; the desk in a browser; an overview of 80,000 answers; 1, 2 and 4
# workers on PostgreSQL; Ray beside the plain command.
bench: .venv/.test-installed
	$(BIN)/python -m evaluation.bench
	$(BIN)/python -m tests.service.review.bench_desk
	$(BIN)/python -m tests.service.overview.bench_overview
	$(BIN)/python -m tests.service.bench_workers
	$(BIN)/python -m tests.service.bench_ray

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
