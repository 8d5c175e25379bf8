# Everything happens in .venv; constraints.txt pins torch so that a CPU build at hand is taken.
PYTHON ?= python3
BIN := .venv/bin
# Where other work shares the cores, threads that spin while they wait make everything many times slower.
export OMP_WAIT_POLICY := PASSIVE

.PHONY: help setup demo test quick clean

help:  ## show this list
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*##/\t/'

setup: .venv/installed  ## create .venv and install the project with its training and development extras

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[train,compare,cluster,mobile,dev]'
	@touch $@

demo: setup  ## generate a shop, train both stages on it, write runs/demo/report.html, recommend items, export int8
	$(BIN)/visualtaste demo -o runs/demo

test: setup  ## ruff, mypy, import-linter and all tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

quick: setup  ## the tests that train nothing
	$(BIN)/pytest -m 'not slow'

clean:  ## remove the environment and everything that runs made
	rm -rf .venv runs build dist src/*.egg-info
