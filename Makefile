# make run    start the app on the sample town      make test   run every check
# make users  print fresh demo sign-ins             make sample generate the sample town again
# make lock   lock the requirements again           make docs   write docs/settings.md again
# make bench  time and memory beside the peers, results compared (benchmarks/README.md)
# make simulate  200 simulated trials of the sample town: coverage and false alarms

PYTHON ?= python3.11
WORKSPACE ?= workspace
PORT ?= 8501
SEEDS ?= 200

VENV := .venv
PY := $(VENV)/bin/python
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run users test check sample simulate bench docs lock browser-ready java-ready python-ready

help:
	@sed -n 's/^# //p' Makefile

run: $(VENV)/.run-ready
	@if [ ! -e "$(WORKSPACE)/workspace.duckdb" ]; then \
		echo "Making the sample workspace in '$(WORKSPACE)'."; \
		$(PY) -m analytics init "$(WORKSPACE)" --sample; \
		echo "Running the seven steps once on it, as the command line would for a force."; \
		$(PY) -m analytics target "$(WORKSPACE)" --valid-from 2026-06-01 \
			--settings sample_data/chain/target.json; \
		$(PY) -m analytics task "$(WORKSPACE)" --settings sample_data/chain/task.json; \
		$(PY) -m analytics track "$(WORKSPACE)"; \
		$(PY) -m analytics test "$(WORKSPACE)" --settings sample_data/chain/test.json; \
		$(PY) -m analytics users "$(WORKSPACE)"; \
	else \
		echo "Sign-ins were printed when '$(WORKSPACE)' was made; 'make users' prints new ones."; \
	fi
	@echo "Seven Steps: http://localhost:$(PORT)   (stop with Ctrl-C)"
	@SEVEN_STEPS_WORKSPACE="$(WORKSPACE)" exec $(VENV)/bin/streamlit run asgi.py \
		--server.address 127.0.0.1 --server.port $(PORT) --server.headless true

users: $(VENV)/.run-ready
	@$(PY) -m analytics users "$(WORKSPACE)"

test: $(VENV)/.test-ready browser-ready java-ready check
	$(VENV)/bin/pytest tests/unit tests/app -n 2 --dist loadfile
	$(VENV)/bin/pytest tests/browser

check: $(VENV)/.test-ready
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports

sample: $(VENV)/.run-ready
	$(PY) -m sample_data.generate

simulate: $(VENV)/.run-ready
	$(PY) -m benchmarks.crossover_coverage --seeds $(SEEDS)

bench: $(VENV)/.run-ready .venv-bench/.ready
	$(PY) -m benchmarks.spatial
	$(PY) -m benchmarks.tracking
	$(PY) -m benchmarks.load_crimes
	$(PY) -m benchmarks.plans

docs: $(VENV)/.run-ready
	$(PY) -m analytics.cli.reference > docs/settings.md.part
	mv docs/settings.md.part docs/settings.md

lock:
	uv pip compile --quiet --no-header --no-annotate --generate-hashes --python-version 3.11 \
		requirements.in -o requirements.txt
	uv pip compile --quiet --no-header --no-annotate --generate-hashes --python-version 3.11 \
		requirements-spark.in -o requirements-spark.txt
	uv pip compile --quiet --no-header --no-annotate --generate-hashes --python-version 3.11 \
		requirements-dev.in -o requirements-dev.txt
	cd benchmarks && uv pip compile --quiet --no-header --no-annotate --generate-hashes \
		--python-version 3.11 requirements.in -o requirements.txt

$(VENV)/.run-ready: requirements.txt | python-ready
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.test-ready: requirements-dev.txt | python-ready
	$(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ $(VENV)/.run-ready

.venv-bench/.ready: benchmarks/requirements.txt | python-ready
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		-r benchmarks/requirements.txt
	@touch $@

python-ready:
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "Python 3.11 with venv is missing. Install it: apt-get install python3 python3-venv"; \
		exit 1; }

browser-ready:
	@command -v chromium >/dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y chromium; \
	else \
		echo "The browser tests need chromium. Install it: sudo apt-get install chromium"; \
		exit 1; \
	fi

java-ready:
	@command -v java >/dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -q && \
			DEBIAN_FRONTEND=noninteractive apt-get install -q -y openjdk-17-jre-headless; \
	else \
		echo "The tests on Apache Spark need Java 17: sudo apt-get install openjdk-17-jre-headless"; \
		exit 1; \
	fi
