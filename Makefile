# Footnote: `make chat` asks your articles, `make test` checks everything. Each sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 2
LIBRARY ?= $(or $(FOOTNOTE_LIBRARY),data/library)

.DEFAULT_GOAL := help
.PHONY: help chat test quality bench train lint clean

help: ## Show this help
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

chat: $(VENV)/.installed ## Start the chat and print its address (fills an empty library with the samples)
	@$(BIN)/footnote chat --samples --library "$(LIBRARY)"

# What stays together in one process is in tests/conftest.py.
test: $(VENV)/.installed-dev ## Run the tests and the golden questions (WORKERS=2 processes)
	@$(BIN)/python -m pytest --numprocesses $(WORKERS)

quality: $(VENV)/.installed-dev ## Measure on the larger public sets (minutes; needs ../shared/data)
	@$(BIN)/python -m pytest -m quality -s tests

bench: $(VENV)/.installed-dev ## Measure speed against plain LangChain, latency, and cold start (minutes)
	@$(BIN)/python -m tests.benchmarks

ACCELERATED = --device $(DEVICE) --workers 13 --questions 64 --passages 6 --rate 4e-4 --decay 0.998 --dropout 0.1
TRAINING = $(if $(DEVICE),--minutes 2 $(ACCELERATED),--minutes 120)

train: $(VENV)/.installed-dev ## Train the reader anew (hours; minutes with DEVICE=cuda; needs ../shared/data; see docs/reader.md)
	@mkdir -p runs
	@test -f runs/readings.pkl || $(BIN)/python -m tests.training.readings runs/readings.pkl
	@$(BIN)/python -m tests.training.train runs/readings.pkl --run runs/reader --twice q r $(TRAINING)
	@$(BIN)/python -m tests.training.export runs/reader/reader.safetensors
	@$(BIN)/python -m tests.training.calibrate --write

lint: $(VENV)/.installed-dev ## Check style, types and the direction of imports
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

clean: ## Remove the environment, and data/library with its articles and conversations
	rm -rf $(VENV) data/library

define environment
	@test -d $(VENV) || { echo "Making a Python environment in $(VENV)"; $(PYTHON) -m venv $(VENV); } \
	  || { rm -rf $(VENV); exit 1; }
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Footnote needs Python 3.11 or newer; run: rm -rf $(VENV) && make chat PYTHON=python3.11"; exit 1; }
	@$(BIN)/python -c 'import pip' 2>/dev/null \
	  || { echo "$(VENV) is not complete; run: rm -rf $(VENV) && make chat"; exit 1; }
endef
# Byte code is made afterwards, by all cores; some packages hold files for other versions of Python.
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --constraint constraints.txt \
  --editable
COMPILE = $(BIN)/python -m compileall -q -j 0 $(VENV)/lib assistant ingest ui tests >/dev/null 2>&1 || true

$(VENV)/.installed: pyproject.toml constraints.txt
	$(environment)
	@echo "Installing Footnote and what it needs (once; some minutes)"
	@$(INSTALL) .
	@$(COMPILE)
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt
	$(environment)
	@echo "Installing Footnote, what it needs, and the tools for tests (once; some minutes)"
	@$(INSTALL) '.[dev]'
	@$(COMPILE)
	@touch $(VENV)/.installed $@
