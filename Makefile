# Thin on purpose: each target is one script or one tool call.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PREFIX ?= /usr/local
DESTDIR ?=
JOBS ?= $(shell nproc)
BUILD := build/release
RUN_FLAGS ?=

.PHONY: help dependencies test-dependencies web configure build run test bench install package clean

help: ## Shows this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

dependencies: ## Installs the Debian packages that a build needs, when any is missing
	@scripts/install_dependencies.sh build

test-dependencies: ## The same for the tests, and their Python packages into build/
	@scripts/install_dependencies.sh build test
	@scripts/make_test_venv.sh

web: dependencies ## Builds the dashboard into web/dist when its sources changed
	@scripts/build_web.sh

configure: dependencies web
	@scripts/configure.sh

build: configure ## Leaves the optimised program at build/release/logpond
	@cmake --build $(BUILD) --target logpond --parallel $(JOBS)

run: build ## Starts a server with sample logs on http://127.0.0.1:3100/
	@exec $(BUILD)/logpond serve --demo $(RUN_FLAGS)

test: test-dependencies configure ## Builds and runs every test
	@cmake --build $(BUILD) --parallel $(JOBS)
	@scripts/run_tests.sh

bench: build ## The side-by-side benchmarks; rewrites the figures of README and docs
	@scripts/run_benchmarks.sh

install: ## Installs binary, unit file, configuration and man page under PREFIX
	@DESTDIR="$(DESTDIR)" scripts/install.sh "$(PREFIX)"

package: ## A Debian package
	@echo "make package: there is no Debian package yet; make install PREFIX=... copies the program" >&2; exit 1

clean: ## Removes everything that was built, downloaded environments included
	rm -rf build web/dist web/node_modules
