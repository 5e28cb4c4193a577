# Python 3.11 or later, make and the package registry are all that is needed; everything goes into .venv.
.DEFAULT_GOAL := help
.PHONY: help run test check bench soak ready clean

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --disable-pip-version-check --progress-bar on -c constraints.txt
PYTEST = $(BIN)/python -m pytest $(if $(DUDAO_NO_SKIPS),-p tests.no_skips)
PYTHONS := $(PYTHON) python3.13 python3.12 python3.11 python3

help:
	@echo 'make run     set up what is missing, start the web chat and print its address'
	@echo 'make test    set up what is missing and run the tests'
	@echo 'make check   ruff, mypy and import-linter'
	@echo 'make bench   measure answers and speed (about ten minutes)'
	@echo 'make soak    kill it again and again under load, on SQLite and PostgreSQL (about an hour)'
	@echo 'make clean   remove .venv'

run: .venv/.run
	@exec $(BIN)/dudao run

test: ready
	@$(PYTEST) -n 3 --dist loadfile --no-loadscope-reorder --ignore tests/test_faults.py $(ARGS)
	@echo '== faults: killed processes and full disks, one at a time'; $(PYTEST) tests/test_faults.py $(ARGS)

check: ready
	@echo '== ruff check'; $(BIN)/ruff check .
	@echo '== ruff format --check'; $(BIN)/ruff format --check .
	@echo '== mypy'; $(BIN)/mypy
	@echo '== import-linter'; $(BIN)/lint-imports

bench: ready
	@$(BIN)/python -m bench $(ARGS)

soak: ready
	@$(BIN)/python -m bench.soak

ready: .venv/.dev

clean:
	rm -rf .venv

.venv/.made:
	@for each in $(PYTHONS); do \
	    if "$$each" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        echo "== making .venv with $$("$$each" --version) ($$each)"; \
	        "$$each" -m venv .venv && \
	        $(BIN)/python -m pip install --disable-pip-version-check --upgrade pip && touch $@; exit; \
	    fi; \
	done; \
	echo 'No Python >= 3.11 with venv and ensurepip was found (tried: $(strip $(PYTHONS))).' >&2; \
	echo 'Install one (Debian, Ubuntu: apt-get install python3 python3-venv), or name yours: make run PYTHON=/path/to/python3' >&2; \
	exit 1

.venv/.run: .venv/.made pyproject.toml constraints.txt
	@echo '== installing dudao and what it runs on (about two minutes the first time)'
	@$(PIP) -e . && touch $@

.venv/.dev: .venv/.made pyproject.toml constraints.txt
	@echo '== installing dudao, what it runs on and the tools of its tests (about two minutes the first time)'
	@$(PIP) -e '.[dev]' && touch .venv/.run $@
