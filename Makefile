# Everything is for people with nothing but Python >= 3.11, git and make; see CONTRIBUTING.md.
.DEFAULT_GOAL := help
SHELL := /bin/bash
MAKEFLAGS += --no-print-directory

UV := scripts/ensure-uv
BIN := .venv/bin

.PHONY: help setup check test test-unit power-cuts soak hosted demo bench lock clean

help: ## Say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */\1\t/' | expand -t 14

setup: .venv/.dev ## Install everything for development, from the lock
	@echo "ready: $(BIN)/redfirst --help"

# Marks in the environment, so that what is already installed is not looked at again.
.venv/.dev: pyproject.toml uv.lock
	$(UV) sync --locked
	@touch $@ .venv/.runtime

.venv/.runtime: pyproject.toml uv.lock
	$(UV) sync --locked --no-dev --inexact
	@touch $@

check: .venv/.dev ## Lint, formatting, types, import directions
	@scripts/ensure-commands node
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/pyright
	$(BIN)/lint-imports

test: .venv/.dev ## Every test that CI runs, with real services
	@scripts/run-tests

test-unit: .venv/.dev ## The quick tests only
	@$(BIN)/pytest tests/unit

power-cuts: .venv/.dev ## Cut the power of both stores, and of blobs, some hundred times
	@scripts/ensure-commands mkfs.ext4 mount postgres
	@REDFIRST_POWER_CUTS=50 $(BIN)/pytest tests/live/test_power_cut.py -rP --timeout=0

soak: .venv/.dev ## Crash workers, brokers, databases and networks for long, and say what it came to
	@scripts/ensure-commands postgres setpriv
	@REDFIRST_SOAK=true $(BIN)/pytest tests/live/crashes tests/live/test_lost_deliveries.py -rP --timeout=0

hosted: .venv/.dev ## Try the real E2B and Daytona, each whose key is set; it costs their money
	@$(BIN)/python -m tests.live.hosted.accounts
	@REDFIRST_HOSTED=true $(BIN)/pytest tests/live/hosted -rP

demo: .venv/.runtime ## Play the main job, offline: from a labelled issue to a pull request
	@scripts/ensure-commands git bwrap
	@$(BIN)/redfirst demo

BENCHES := $(filter-out __init__ report services,$(basename $(notdir $(wildcard tests/bench/*.py))))

bench: $(addprefix bench-,$(BENCHES)) ## Every benchmark, or one, such as bench-start

bench-%: .venv/.dev
	@scripts/ensure-commands postgres bwrap
	@$(BIN)/python -m tests.bench.$*

lock: ## Resolve the dependencies anew
	$(UV) lock --upgrade

clean: ## Remove what was built, not what is cached outside
	rm -rf .venv .cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage* dist build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
