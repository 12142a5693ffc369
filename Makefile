# What you can ask for: `make` or `make help` lists it. Works with GNU Make 3.81 (macOS) and newer.

SHELL := /bin/sh
PY := .venv/bin/python
WORKERS ?= 2
PYTEST_ARGS ?=

.PHONY: help install packages demo serve doctor test unit journeys web-check lint types imports check format \
	bench-quick screenshots docs client lock clean

help:
	@echo 'make demo         install what is missing, start everything, go on air; Ctrl-C stops all of it'
	@echo 'make serve        the platform without the demo'
	@echo 'make doctor       look at this machine and say what to do'
	@echo 'make test         all tests, browser journeys included'
	@echo 'make check        lint, types, import rules, docs up to date'
	@echo 'make format       put the code in shape'
	@echo 'make bench-quick  the benchmarks, each for a short time'
	@echo 'make screenshots  the pictures of the README, from a demo that runs'
	@echo 'make client       the generated parts of the Python client, from the description of the open API'
	@echo 'make lock         newest versions of all packages into the lock files'
	@echo 'make clean        remove what was built and installed here; data/ stays'

packages:
	@sh scripts/install.sh

install: packages
	@sh scripts/build_web.sh

demo: install
	@exec $(PY) -m xiaodian demo

serve: install
	@exec $(PY) -m xiaodian serve

doctor: packages
	@$(PY) -m xiaodian doctor

test: install
	@sh scripts/install_system.sh
	@sh scripts/install_engines.sh
	@sh scripts/test.sh

# One part of the tests, for working on it: make unit PYTEST_ARGS=tests/modules/orders
unit: packages
	@$(PY) -m pytest -m 'not journey' -n $(WORKERS) $(PYTEST_ARGS)

journeys: install
	@sh scripts/install_system.sh
	@$(PY) -m pytest -m journey $(PYTEST_ARGS)

web-check: packages
	@sh scripts/build_web.sh types
	@sh scripts/check_web.sh

lint: packages
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

types: packages
	@$(PY) -m mypy

imports: packages
	@.venv/bin/lint-imports

check: lint types imports
	@$(PY) scripts/document_settings.py --check

format: packages
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

bench-quick: install
	@for bench in bench/fanout.py bench/ingest.py bench/festival.py bench/openapi.py bench/webhooks.py bench/feed.py \
		bench/surfacing.py bench/surfacing_live.py bench/live_board.py bench/fans.py; do \
		if [ -f $$bench ]; then echo "== $$bench"; $(PY) $$bench --quick || exit 1; fi; done

screenshots: install
	@sh scripts/install_system.sh
	@$(PY) -m scripts.screenshots

docs: packages
	@$(PY) scripts/document_settings.py

client: packages
	@$(PY) scripts/make_client.py

lock: packages
	@upgrade=$(upgrade) sh scripts/lock.sh

clean:
	rm -rf .venv .stamps src/xiaodian/web frontend/node_modules frontend/openapi.json artifacts \
		.mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
