# The commands that one needs; each is a few words of cmake, ctest or a script. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help run build test test-unit torture bench format lint fuzz openapi permissions clean

BINARY := build/release/securestack

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## Build what is out of date and serve http://localhost:8000 from ./data (Ctrl-C stops)
	@SECURESTACK_DATA_DIR="$${SECURESTACK_DATA_DIR:-data}" exec $(BINARY) serve

build: ## Install the build packages and build build/release/securestack
	@scripts/install-packages build
	@scripts/build release securestack

test: ## Run every test on SQLite and on a throw-away PostgreSQL; the last line counts them
	@scripts/install-packages build test
	@scripts/build dev
	@scripts/run-tests build/dev

test-unit: ## Run the unit tests only
	@scripts/install-packages build test
	@scripts/build dev
	@scripts/run-tests build/dev --only unit

torture: build ## Kill the server 100 times under load on SQLite and 20 times on PostgreSQL: nothing may be lost
	@scripts/install-packages test
	@SECURESTACK_BINARY=$(BINARY) SECURESTACK_KILLS=100 SECURESTACK_KILLS_POSTGRES=20 \
	    scripts/with-postgres tests/e2e/run.py test_kill

bench: build ## Measure beside nginx and Django; then the pieces of a request (several minutes)
	@scripts/install-packages bench
	@scripts/build bench micro_bench
	@bench/http/run.py
	@printf '\nThe pieces of a request, without kernel and database\n\n'
	@build/bench/bench/micro_bench

format: ## Format the C++ sources in place
	@scripts/install-packages lint
	@scripts/format

lint: ## Check format, clang-tidy, shell scripts and the tree
	@scripts/install-packages build test lint
	@scripts/format --check
	@scripts/build tidy --configure-only
	@scripts/tidy build/tidy
	@scripts/check-tree

fuzz: ## Fuzz every parser for SECONDS each (60 by default)
	@scripts/install-packages build test lint
	@scripts/build fuzz
	@scripts/fuzz build/fuzz $${SECONDS:-60}

openapi: build ## Write docs/openapi.json from the code
	@$(BINARY) openapi >docs/openapi.json

permissions: build ## Write docs/permissions.md from the code
	@$(BINARY) permissions >docs/permissions.md

clean: ## Remove everything that was built (./data stays)
	rm -rf build
