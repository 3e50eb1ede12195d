# What a person types here. `make help` lists it; docs/operations.md tells more.
MAKEFLAGS += --no-print-directory
export STARTED := $(shell date +%s)
unexport PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME VIRTUAL_ENV

PYTHON ?= python3
python := .venv/bin/python
supervisor := $(python) -m config.embedded.supervisor
pytest := $(python) -m pytest -n $(or $(WORKERS),2) --dist worksteal

.PHONY: help setup setup-test demo stop clean-demo db-start db-stop db-shell test test-fast bench bite storm guess fuzz coverage shots lint types messages lock compose-check

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|' 2>/dev/null || grep '##' Makefile

setup: found-python ## Only the Python environment the demo needs
	@$(PYTHON) requirements/install.py demo

setup-test: found-python
	@$(PYTHON) requirements/install.py test

.PHONY: found-python
found-python:
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here. Guanxi needs Python 3.11 or newer: install it, or name it: make demo PYTHON=/path/to/python3.12" >&2; exit 1; }

demo: setup ## Everything, with data to look at; FRESH=1 rebuilds it, HOST= and PORT= say where it listens
	@$(supervisor) demo $(if $(filter-out 0,$(FRESH)),--fresh)

stop: ## Stop the demo or the servers of db-start, from another terminal
	@if [ -x $(python) ]; then $(supervisor) stop; else echo "Nothing runs here."; fi

clean-demo: ## Remove what the demo left on disk
	@if [ -x $(python) ]; then $(supervisor) clean; else rm -rf .data; fi

db-start: setup ## Postgres and Valkey for daily work; manage.py finds them
	@$(supervisor) db-start

db-stop: stop ## Stop them

db-shell: setup ## psql on the running database
	@$(supervisor) db-shell

test: setup-test ## The whole test suite, as CI runs it; PG=16 takes the other Postgres
	@$(PYTHON) requirements/install.py browser
	@$(pytest) $(ARGS)

test-fast: setup-test ## What a change wants to know within two minutes: the tests of the rooms it touched
	@$(pytest) -m "not slow and not browser" --changed $(ARGS)

bench: setup-test ## Benchmarks; ARGS="--members 1000000 --orders 20000000" for other sizes
	@$(python) -m tests.bench $(ARGS)

bite: setup-test ## Do the tests notice? Breaks a copy in many ways, one at a time; ARGS="NAME ..." for some of them
	@$(python) -m tests.bites $(ARGS)

storm: setup-test ## Kill parts of the running system under load and count what is left; ARGS=--short takes three minutes
	@$(python) -m tests.storm $(ARGS)

guess: setup-test ## Wrong passwords by the thousand against the running system
	@$(python) -m tests.guessing $(ARGS)

fuzz: setup-test ## R08 at full length: tens of thousands of requests from the OpenAPI document
	@FUZZ_EXAMPLES=$(or $(EXAMPLES),100) $(python) -m pytest -q tests/api/test_fuzzing.py $(ARGS)

value_and_rights := core/ledgers.py,core/scope.py,core/permissions.py,core/masking.py,core/backoffice/scoped.py,core/backoffice/access.py,core/api/caller.py,stores/api/authentication.py,growth/services/ledger.py,points/services/ledger.py,points/services/holds.py,points/services/exchange.py,coupons/services/issuing.py,coupons/services/using.py
coverage: setup-test ## The whole suite with its coverage: at least 90 % of all, 95 % of ledgers, scopes and permissions
	@$(python) -m coverage erase
	@$(pytest) --cov --cov-report= $(ARGS)
	@$(python) -m coverage report --fail-under=90
	@$(python) -m coverage report --fail-under=95 --include="$(value_and_rights)" --skip-empty --no-skip-covered

shots: setup-test ## Take the screenshots of README and docs again
	@$(python) -m tests.shots $(ARGS)

lint: setup-test ## Style, templates, layers
	@$(python) -m ruff check .
	@$(python) -m ruff format --check .
	@find . -name '*.html' -path '*templates*' -not -path './.*' -exec .venv/bin/djade --check {} +
	@.venv/bin/lint-imports --no-cache

types: setup-test ## mypy --strict
	@$(python) -m mypy .

messages: setup-test ## Take new words into locale/ and compile it
	@$(python) -m config.messages

lock: setup-test ## Resolve the dependencies of pyproject.toml again, with hashes
	@cd requirements && ./lock.sh

compose-check: setup ## Is docker-compose.yml right?
	@$(python) -m tests.house.compose
