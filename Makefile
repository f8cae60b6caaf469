# make demo and make test require Python 3.10 or later with venv and pip, and network access the
# first time.

PYTHON ?= python3
# Some tests wait, so two processes more than two cores.
JOBS ?= 4
VENV := .venv
PINS := packaging/requirements.txt
CONSTRAINTS :=
BIN := $(VENV)/bin
# Keep the byte code of the tests, which takes 10 s to compile.
unexport PYTHONDONTWRITEBYTECODE

# Rebuild the environment if it is incomplete, or if the checkout has moved since it was built.
WHOLE := $(shell test -x $(BIN)/python && head -n 3 $(BIN)/pip | grep -qF '$(CURDIR)/$(VENV)/' && echo yes)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: duration $(VENV)/demo.stamp ## install into .venv and run examples/first-user.sh with a private IAM
	@$(BIN)/iamcli sandbox examples/first-user.sh

duration:
	@test -e $(VENV)/demo.stamp && echo "make: this takes a few seconds" || \
		echo "make: this takes about half a minute the first time, and a few seconds after that"

# Many tests have the path of the checkout in a line for a shell.
whole-path:
	@case '$(CURDIR)' in *' '*) echo "make: the tests do not run in a path with a blank;" \
		"move the checkout to another directory" >&2; exit 1 ;; esac

# With worksteal, the tests of a file stay together and share servers.
test: whole-path $(VENV)/test.stamp ## install what the tests need into .venv and run the linters and the tests
	@$(MAKE) --no-print-directory -j 2 lint $(VENV)/collect.stamp
	$(BIN)/pytest -n $(JOBS) --dist worksteal $(TESTS)

# This compiles the tests, as each of the processes would otherwise do at once.
$(VENV)/collect.stamp: $(VENV)/test.stamp
	-@$(BIN)/pytest --collect-only >/dev/null
	@touch $@

# ROWS=all runs all rows of each product of tables, which takes hours. Otherwise, some of them run.
test-full: $(VENV)/test.stamp ## run the long tests, which make test leaves out
	$(BIN)/pytest -n $(JOBS) -m full $(TESTS)

RUNS ?= 300
SEED ?= $(shell date +%s)

fuzz: $(VENV)/test.stamp ## run commands with random faults and signals, RUNS=3000 SEED=7
	@$(BIN)/python tests/faults/fuzz.py --runs $(RUNS) --seed $(SEED)

LOWEST_VENV = $(MAKE) --no-print-directory VENV=.venv-lowest \
	CONSTRAINTS='--constraint tests/lowest.txt' .venv-lowest/test.stamp

test-lowest: ## run the tests that send requests with the oldest botocore and moto that setup.cfg allows
	@$(LOWEST_VENV)
	.venv-lowest/bin/pytest -n $(JOBS) -m 'releases and not full'
	.venv-lowest/bin/pytest -n $(JOBS) -m full tests/connection/test_regions.py

# READ_ONLY=1 changes nothing, and needs only what make demo installs.
test-aws: $(VENV)/$(if $(READ_ONLY),demo,test).stamp ## run checks on the account that IAMCLI_TEST_ACCOUNT names, READ_ONLY=1
	@$(BIN)/python tests/aws/$(if $(READ_ONLY),read_only,check).py

test-localstack: $(VENV)/test.stamp ## also run the transcripts on a second, independent server
	@tests/localstack/run -n $(JOBS)

test-ceph: $(VENV)/test.stamp ## run the commands on a cluster of Ceph, made from Debian packages; tests/ceph/run exits 77 if it cannot
	@tests/ceph/run || exit 1

bench: $(VENV)/test.stamp ## compare the speed of commands with aws iam, curl and the interpreter
	@$(BIN)/python bench/compare.py

load: $(VENV)/test.stamp ## run 2,000 commands from several shells at once and print statistics
	@$(BIN)/python bench/load.py

audit: $(VENV)/test.stamp ## check the installed dependencies for known vulnerabilities, requires network access
	@$(BIN)/python -m pip install --disable-pip-version-check -q pip-audit || { \
		echo "make: pip-audit cannot be installed here; nothing was looked up" >&2; exit 1; }
	@$(BIN)/python -m pip freeze --exclude-editable >$(VENV)/audit.txt
	@$(BIN)/pip-audit --strict --no-deps --disable-pip --requirement $(VENV)/audit.txt

rules: $(VENV)/test.stamp ## switch each correction and rule of the sandbox off; a test must notice
	@mkdir -p build
	@rm -f build/rules.txt
	@$(BIN)/python tools/switch_off.py build/rules.txt || { $(LOWEST_VENV) && \
		.venv-lowest/bin/python tools/switch_off.py build/rules.txt; }

NUMBER ?= 40

mistakes: $(VENV)/test.stamp ## make random mistakes in iamcli; a test must notice each, NUMBER=40 SEED=7
	@JOBS=$(JOBS) $(BIN)/python tools/mistakes.py --number $(NUMBER) --seed $(SEED)

lint: $(VENV)/test.stamp ## check style, types, the table of commands and the links in bin
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python tools/index.py --check

pins: $(BIN)/pip ## set what lints and builds to its newest releases, in packaging/requirements.txt
	@$(BIN)/python tools/pins.py

pages: $(VENV)/test.stamp ## generate man pages and completions, after a change of options, docstrings or transcripts
	$(BIN)/python tools/pages.py
	$(BIN)/python tools/completions.py

model: $(VENV)/demo.stamp ## generate the reduced service model, after a change of the operations or members that commands use
	$(BIN)/python tools/slim_model.py

index: $(VENV)/demo.stamp ## generate the table of commands and the links in bin, after a change in setup.cfg
	$(BIN)/python tools/index.py

docs: $(VENV)/demo.stamp ## generate HTML from the man pages in the directory site, requires mandoc
	@$(BIN)/python tools/site.py

picture: $(VENV)/test.stamp ## draw docs/session.svg, the terminal in README, from a real run
	@$(BIN)/python -m pip install --disable-pip-version-check -q 'rich>=13'
	@$(BIN)/python tools/picture.py

matrix: $(BIN)/nox ## run some tests with each Python, the oldest and the newest packages
	@$(BIN)/nox -s smoke

$(BIN)/nox: $(BIN)/pip
	@$(BIN)/python -m pip install --disable-pip-version-check -q 'nox[uv]'
	@touch $@

dist: ## build the wheel and the source distribution in dist, the same bytes each time
	@packaging/dist

pyz: ## build dist/iamcli.pyz, one file that contains all and needs only Python
	@packaging/pyz

release: ## check version, changelog and tag, build all packages and verify them; uploads nothing
	@packaging/release

deb: ## build dist/iamcli_VERSION_all.deb, requires Debian's tools; packaging/deb exits 77 without them
	@packaging/deb || exit 1

deb-test: ## test the Debian package in a fresh Debian, as root; packaging/deb-test exits 77 if it cannot
	@packaging/deb-test || exit 1

clean: ## remove .venv and all other files that make created
	rm -rf .venv .venv-lowest .venv-localstack .venv-packaging .nox build dist site *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -exec rm -rf {} +

# What make demo installs: the extras of the subcommands that README shows.
EXTRAS_demo := sandbox,check

# compat adds a path in site-packages. The default adds an import hook, which slows every start.
# Python compiles what it imports; pip would compile ten times as much, which takes 15 s.
$(VENV)/%.stamp: setup.cfg pyproject.toml iamcli/__init__.py $(PINS) $(BIN)/pip
	@echo "make: installing iamcli[$(or $(EXTRAS_$*),$*)] into $(VENV), log in $(VENV)/$*.log"
	@PIP_BUILD_CONSTRAINT=$(PINS) $(BIN)/python -m pip install --disable-pip-version-check \
		--no-compile --config-settings editable_mode=compat --editable '.[$(or $(EXTRAS_$*),$*)]' \
		--constraint $(PINS) $(CONSTRAINTS) >$(VENV)/$*.log 2>&1 || { \
		echo "make: pip failed, is the network there? $$(grep -m 1 -o 'ERROR.*' $(VENV)/$*.log || \
			grep -m 1 -o 'error: .*' $(VENV)/$*.log)" >&2; exit 1; }
	@$(BIN)/python -m compileall -q iamcli
	@touch $@

# What to do if PYTHON cannot be used: names a later one on PATH, if there is one.
LATER = $$(for minor in 15 14 13 12 11 10; do \
	python3.$$minor -c 'import ensurepip, venv' 2>/dev/null || continue; \
	echo "run: make $(MAKECMDGOALS) PYTHON=python3.$$minor"; exit; done; \
	echo "install Python 3.10 or later, or set PYTHON=...")

$(BIN)/pip: $(if $(WHOLE),,rebuild)
	@command -v $(PYTHON) >/dev/null || { \
		echo "make: no $(PYTHON) on PATH; $(LATER)" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
		echo "make: $(PYTHON) is older than Python 3.10; $(LATER)" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "make: $(PYTHON) lacks venv or pip; install python3-venv, or set PYTHON=..." >&2; exit 1; }
	@echo "make: building $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear $(VENV)
# The console scripts of an old pip import re, which takes half as long as Python takes to start.
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --constraint $(PINS) \
		--upgrade pip 2>/dev/null || true

.DEFAULT_GOAL := help
.PHONY: duration whole-path audit help demo docs pins test test-aws test-full fuzz test-lowest test-localstack test-ceph bench load lint pages picture model index clean rebuild rules matrix dist pyz release deb deb-test
