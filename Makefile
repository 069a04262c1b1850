# Two commands do everything: `make demo` audits the sample plans, `make test` checks the project.
# Both set up .venv from the pinned lock first; nothing but Python 3.11 (or newer) is needed.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3 || command -v python)
VENV ?= .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
READY := $(VENV)/.ready

.PHONY: help setup demo test check format test-rules docs bench bench-reading bench-caseload bench-reports fuzz accuracy lock wheel clean

help:            ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

setup: $(READY)  ## make .venv from requirements.lock

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'ehcaudit needs Python 3.11 or newer: make PYTHON=python3.11 ...')"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -c "import pathlib; pathlib.Path('$(READY)').touch()"

demo: $(READY)   ## audit the sample plans and print the report
	@$(BIN)/python -c "import pathlib; pathlib.Path('demo').mkdir(exist_ok=True)"
	@$(BIN)/ehcaudit check sample_plans --exit-zero --force \
	  --report html=demo/site --report comments=demo/comments --report xlsx=demo/audit.xlsx

test: check      ## everything that must hold: format, types, layers, tests with coverage
	$(BIN)/python -m pytest -n auto --cov --cov-report=term

check: $(READY)  ## the quick half of `make test`: no tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/make_schema.py --check
	$(BIN)/python tools/make_rule_docs.py --check
	$(BIN)/python tools/make_readme.py --check

format: $(READY) ## put the code into shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test-rules: $(READY) ## the rules' own examples
	$(BIN)/ehcaudit test-rules

docs: $(READY)   ## write docs/rules and docs/schema anew
	$(BIN)/python tools/make_schema.py
	$(BIN)/python tools/make_rule_docs.py
	$(BIN)/python tools/make_readme.py

bench: $(READY)  ## time and memory against a plain python-docx walk
	$(BIN)/python tools/bench.py

bench-reading: $(READY) ## Word and PDF: time a page, words kept, the same plan from both
	$(BIN)/python tools/bench_reading.py

bench-caseload: $(READY) ## thousands of built plans: plans a second, memory, reruns (FULL=1: 19,194 plans)
	$(BIN)/python tools/bench_caseload.py $(if $(FULL),--plans 19194)

bench-reports: $(READY) ## HTML and Excel of thousands of plans: time, memory, size of pages
	$(BIN)/python tools/bench_reports.py

fuzz: $(READY)   ## change plans at random and see that each ends in a report or a failure entry
	$(BIN)/python tools/fuzz.py

accuracy: $(READY) ## agreement with experts' verdicts: make accuracy BENCH=statements.jsonl
	$(BIN)/python tools/accuracy.py $(BENCH)

lock:            ## resolve requirements.lock anew (needs uv)
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url -q -o requirements.lock

wheel: $(READY)  ## build the wheel into dist/
	$(BIN)/python -m build --wheel --no-isolation

clean:           ## remove what these commands made
	rm -rf $(VENV) build dist demo .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
