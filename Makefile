# Everything needed is set up in .venv; nothing outside this folder is touched, but for `make servers`.
PORT ?= 8000
PROFILE ?= kitten
SERVERS ?= 3
TIER = .venv/bin/python -m deploy.bin.tier
CHOSEN_PORT = $(if $(filter command line environment,$(origin PORT)),--port $(PORT))
LANDED := kitten big_cat cheetah tiger
SQL := postgresql mariadb
PYTHON ?= python3

.DEFAULT_GOAL := help
.PHONY: help run up down scale test check faults soak lock servers bench

help: ## Show this help
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 18
	@echo "  PROFILE=kitten|big_cat|cheetah|tiger chooses a tier, PORT= the port."
	@echo "  make test PROFILE=postgresql|mariadb tries kitten on another database."

DRIVER = $(if $(filter postgres%,$(DATABASE_URL)),.venv/.postgresql)$(if $(filter mysql%,$(DATABASE_URL)),.venv/.mariadb)

run: .venv/.base $(DRIVER) ## Set everything up and serve the feed, with demo people and posts, on 127.0.0.1:$(PORT)
	@PORT=$(PORT) PROFILE=$(PROFILE) deploy/bin/run

up: .venv/.$(if $(filter kitten,$(PROFILE)),base,dev) ## Start the whole tier PROFILE= from real local servers, and go on; SERVERS=3
	@$(TIER) up $(PROFILE) $(CHOSEN_PORT) --servers $(SERVERS)

down: ## Stop what `make up` started: PROFILE=, or every tier
	@[ ! -d var/tiers ] || $(TIER) down $(if $(filter command line,$(origin PROFILE)),$(PROFILE))

scale: ## Change how many servers a tier that is up has, without a request that fails: SERVERS=4
	@$(TIER) scale $(PROFILE) --servers $(SERVERS)

test: .venv/.dev ## Run the tests on every tier that has landed, or on PROFILE= alone (kitten: the browser tests too)
	@deploy/bin/test $(if $(filter command line,$(origin PROFILE)),$(PROFILE),$(LANDED) $(SQL))

check: .venv/.dev ## Lint, types, layers, migrations, deployment checks, server configurations
	@deploy/bin/check $(LANDED)

faults: .venv/.dev ## Harm PROFILE='s servers while people use it; the table goes to docs/faults/
	@deploy/bin/faults $(PROFILE)

bench: .venv/.bench ## Measure against the floors (benchmarks/README.md); with RUSH=1 play the rush in which a server dies
	@deploy/bin/bench $(if $(filter command line,$(origin PROFILE)),$(PROFILE),$(LANDED))

soak: .venv/.dev ## Walk a journal of a million activities on a Cassandra cluster, interrupted and resumed, in flat memory
	@mkdir -p var && SECRET_KEY=$${SECRET_KEY:-only-for-tests-0123456789-0123456789-0123456789} SCAN_ACTIVITIES=1000000 CASSANDRA_TIMEOUT=10 \
	  $(TIER) stores tiger .venv/bin/python -m pytest --ds=settings.tiger tests/journal/test_scan.py

servers: ## Install what a tier's real servers and the browser tests need (as root)
	@deploy/bin/servers $(PROFILE)

lock: .venv/.dev ## Resolve the dependencies anew, with hashes and no index addresses
	@deploy/bin/lock

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Prowl needs Python 3.11 or newer: set PYTHON=."; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "On Debian: apt install python3-venv"; exit 1; }

# A lock is the whole closure, so nothing is left to resolve: with extras, pip would look beyond what is locked.
.venv/.base: .venv/bin/python requirements/base.txt
	@echo "Installing what Prowl needs into .venv …"
	@.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/base.txt
	@touch $@

.venv/.dev: .venv/.base requirements/dev.txt
	@echo "Installing what the tests need into .venv …"
	@.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/dev.txt
	@touch $@

# Kitten's other databases: the driver that DATABASE_URL=postgres://… or mysql://… needs.
.venv/.postgresql .venv/.mariadb: .venv/.%: .venv/.base requirements/%.txt
	@.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/$*.txt
	@touch $@

.venv/.bench: .venv/.dev requirements/bench.txt
	@.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/bench.txt
	@touch $@
