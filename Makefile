# Two commands do all the set-up:
#   make example   a virtual environment, the install, then the digits network trains
#   make test      the same set-up with the test extras, then the full checks
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
METADATA := setup.cfg pyproject.toml

.PHONY: example test check format clean

example: $(VENV)/installed-examples
	$(BIN)/epynn run digits_cnn

# One thread a matrix product: those of the tests are small, and threads that wait for each other
# stall where the cores are shared.
test: check
	OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 $(BIN)/python -m pytest

check: $(VENV)/installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(VENV)/installed-dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

$(VENV)/installed-%: $(METADATA)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[$*]'
	$(BIN)/python -m compileall -q epynn  # as pip does for what it copies
	touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
