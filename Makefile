# Everything a developer or operator runs; `make help` lists it.
SHELL := /bin/bash
PY := .venv/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help run demo install test lint format types contracts unit bench soak fuzz eval eval-hidden lock wheel clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/.run ## set everything up and watch the mailbox (the sample one, when none is configured)
	@.venv/bin/smokewatch up

demo: .venv/.run ## one pass over the sample mailbox, then end
	@.venv/bin/smokewatch demo --once

install: .venv/.run ## only set everything up

test: .venv/.dev lint types contracts unit ## lint, types, import contracts and all tests

lint: .venv/.dev ## style, and formatting
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

format: .venv/.dev ## put the code into its standard format
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

types: .venv/.dev ## mypy --strict
	.venv/bin/mypy
	.venv/bin/mypy tests

contracts: .venv/.dev ## imports point down only
	.venv/bin/lint-imports

unit: .venv/.dev ## the tests, with real PostgreSQL, Redis, IMAP and SMTP
	.venv/bin/pytest -n auto --maxprocesses 4

bench: .venv/.dev ## speed as a table (minutes)
	$(PY) -m bench.pipeline
	$(PY) -m bench.size
	$(PY) -m bench.latency
	$(PY) -m bench.search
	$(PY) -m bench.memory
	@if [ -d ../shared/mail ]; then for b in newtext automatic; do $(PY) -m bench.$$b ../shared/mail; done; fi
	$(PY) -m bench.speed

soak: .venv/.dev ## every kill point twenty times (an hour)
	SOAK=20 .venv/bin/pytest -n auto --maxprocesses 4 -m "kill or soak"

fuzz: .venv/.dev ## mutated mails through the reader until stopped
	$(PY) -m tools.fuzz

eval: .venv/.dev ## how good the signals are on stories with known truth; keeps each table in docs/eval.md
	$(PY) -m bench.eval --keep docs/eval.md

eval-hidden: .venv/.dev ## the same stories hidden in a hundred times as many harmless mails (ten minutes)
	$(PY) -m bench.eval --noise 100 --keep docs/eval.md

lock: .venv/.dev ## pin the newest allowed versions into requirements/*.lock (needs uv)
	tools/lock.sh

wheel: .venv/.dev ## build the wheel into dist/
	$(PY) -m pip wheel --no-deps --no-build-isolation -w dist .

clean: ## remove what was built and installed; var/ with your data stays
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.made:
	@tools/make_venv.sh

.venv/.run: .venv/.made requirements/run.lock pyproject.toml
	@tools/install.sh run
	@touch $@

.venv/.dev: .venv/.made requirements/dev.lock pyproject.toml
	@tools/install.sh dev
	@touch $@ .venv/.run
