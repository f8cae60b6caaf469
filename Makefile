# make demo and make test need Python 3.10 or later with venv and pip, and the network once.

PYTHON ?= python3
JOBS ?= 2
VENV := .venv
CONSTRAINTS :=
BIN := $(VENV)/bin

# An environment that is not whole, or that was built before the checkout moved, is built anew.
WHOLE := $(shell test -x $(BIN)/python && head -n 3 $(BIN)/pip | grep -qF '$(CURDIR)/$(VENV)/' && echo yes)

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/sandbox.stamp ## install into .venv and run examples/first-user.sh on a private IAM
	@$(BIN)/iamcli sandbox examples/first-user.sh

test: lint ## install what the tests need into .venv and run everything that CI runs
	$(BIN)/pytest -n $(JOBS) $(TESTS)

# What an older botocore could do differently: the client, faults, connections, transcripts.
LOWEST := tests/test_connection.py tests/test_faults.py tests/test_lost_answers.py tests/test_partial.py \
	tests/test_secrets.py tests/test_long_lists.py tests/test_conformance.py tests/test_transcripts.py

test-lowest: ## run the tests that send requests with the lowest botocore that setup.cfg allows
	@$(MAKE) --no-print-directory VENV=.venv-lowest CONSTRAINTS='--constraint tests/lowest.txt' \
		.venv-lowest/test.stamp
	.venv-lowest/bin/pytest -n $(JOBS) $(LOWEST)

test-localstack: $(VENV)/test.stamp ## run the transcripts on a second, independent server too
	@tests/localstack/run -n $(JOBS)

bench: $(VENV)/test.stamp ## time whole commands in pairs against aws iam, curl and the interpreter
	@$(BIN)/python bench/compare.py

load: $(VENV)/test.stamp ## run 2,000 commands from several shells at once and print figures
	@$(BIN)/python bench/load.py

audit: $(VENV)/test.stamp ## look up the installed dependencies' known weaknesses, needs the network
	@$(BIN)/python -m pip install --disable-pip-version-check -q pip-audit || { \
		echo "make: pip-audit cannot be installed here; nothing was looked up" >&2; exit 1; }
	@$(BIN)/python -m pip freeze --exclude-editable >$(VENV)/audit.txt
	@$(BIN)/pip-audit --strict --no-deps --disable-pip --requirement $(VENV)/audit.txt

mutation: $(VENV)/test.stamp ## change the code in a clone, a bit at a time, and count what tests notice; takes hours
	@$(BIN)/python -m pip install --disable-pip-version-check -q cosmic-ray
	@tools/mutation/run frame client

lint: $(VENV)/test.stamp ## check style, types and the links in bin
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python tools/index.py --check

pages: $(VENV)/test.stamp ## make man pages and completions anew, after a change of options or docstrings
	$(BIN)/python tools/pages.py
	$(BIN)/python tools/completions.py

index: $(VENV)/sandbox.stamp ## make the table of commands and the links in bin, after a change in setup.cfg
	$(BIN)/python tools/index.py

docs: $(VENV)/sandbox.stamp ## render the manual pages as HTML into site, needs mandoc
	@$(BIN)/python tools/site.py

clean: ## remove .venv and whatever else was made here
	rm -rf .venv .venv-lowest .venv-localstack build dist site *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -exec rm -rf {} +

# compat: a plain path in site-packages; the default is a finder that slows every start.
$(VENV)/%.stamp: setup.cfg pyproject.toml iamcli/__init__.py $(BIN)/pip
	@echo "make: installing iamcli[$*] into $(VENV), log in $(VENV)/$*.log"
	@$(BIN)/python -m pip install --disable-pip-version-check --config-settings editable_mode=compat \
		--editable '.[$*]' $(CONSTRAINTS) >$(VENV)/$*.log 2>&1 || { \
		echo "make: pip failed, is the network there? $$(grep -m 1 -o 'ERROR.*' $(VENV)/$*.log)" >&2; exit 1; }
	@$(BIN)/python -m compileall -q iamcli
	@touch $@

$(BIN)/pip: $(if $(WHOLE),,rebuild)
	@command -v $(PYTHON) >/dev/null || { \
		echo "make: no $(PYTHON) on PATH; install Python 3.10 or later, or set PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
		echo "make: $(PYTHON) is older than Python 3.10; set PYTHON=... to a later one" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "make: $(PYTHON) lacks venv or pip; install python3-venv, or set PYTHON=..." >&2; exit 1; }
	@echo "make: building $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear $(VENV)

.DEFAULT_GOAL := help
.PHONY: audit mutation help demo docs test test-lowest test-localstack bench load lint pages index clean rebuild
