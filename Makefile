# Two commands do all the set-up:
#   make example   a virtual environment, the install, then the digits network trains
#   make test      the same set-up with the test extras, then the full checks
#   make quick     of the checks, those that find most mistakes in a minute
#   make docs      the documentation as a site in docs/_build/html; warnings are errors
#   make docs-check  the same, then every page in a Chromium, where one is installed
# Two more try networks and files elsewhere, each in an environment of its own:
#   make test-oldest   the lowest versions that setup.cfg allows, on the oldest Python found here
#   make test-newest   the latest versions, on the newest Python found here
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
METADATA := setup.cfg pyproject.toml

# Of networks all but what is long and the same with any version: stopped or damaged a thousand
# times, the gradients of each layer.
SAME := network/test_interrupts files/test_file_mutations files/test_file_memory \
	files/test_resume_killed network/test_determinism network/test_network_gradients \
	network/test_beside_training
ABROAD := $(filter-out $(SAME:%=tests/%.py),$(wildcard tests/network/test_*.py tests/files/test_*.py)) \
	$(wildcard tests/estimators/test_*.py) $(wildcard tests/test_contract*.py tests/test_layer_table*.py)

# What takes long and seldom finds what the others do not: whole examples, thousands of damaged files,
# trainings that are stopped, gradients of each layer in each configuration, other processes.
LONG := test_changes test_check_gradients test_check_gradients_start test_cli \
	test_contract_scripts test_examples test_examples_of_sequences test_gradient_configurations \
	test_guides test_memory test_nested_layers test_notebooks test_packaging test_properties test_user_files benchmarks conformance \
	commons/test_recurrence coursework \
	estimators/test_pipelines estimators/test_scikit_learn_checks estimators/test_searches \
	files/test_atomic files/test_file_memory files/test_file_mutations files/test_file_places \
	kernels/test_products kernels/test_rows kernels/test_threads_bits \
	network/test_beside_training network/test_determinism network/test_interrupts \
	network/test_report

# As many processes as there are cores; one that is done takes tests from another. One thread a
# matrix product: those of the tests are small, and threads that wait for each other stall where the
# cores are shared.
PYTEST := -m pytest --numprocesses auto --dist worksteal
test quick test-oldest test-newest docs-check: export OPENBLAS_NUM_THREADS := 1
test quick test-oldest test-newest: export OMP_NUM_THREADS := 1

# Of the site, which `make docs-check` builds first.
SITE := tests/test_site.py

.PHONY: example test quick test-oldest test-newest docs docs-check check format clean

example: $(VENV)/installed-examples
	$(BIN)/epynn run digits_cnn

test: check
	$(BIN)/python $(PYTEST) --ignore=$(SITE)

quick: check
	$(BIN)/python $(PYTEST) --ignore=$(SITE) $(LONG:%=--ignore=tests/%) $(LONG:%=--ignore=tests/%.py)

test-oldest: export PIP_CONSTRAINT := $(VENV)-oldest.txt
test-oldest:
	sed -n 's/^    \([a-z0-9-]*\)>=/\1==/p' setup.cfg > $(PIP_CONSTRAINT)
	echo 'pyparsing<3.3' >> $(PIP_CONSTRAINT)  # later ones warn of what matplotlib 3.8 calls
	$(call test-abroad,$(VENV)-oldest,$(firstword $(PYTHONS)))

test-newest:
	$(call test-abroad,$(VENV)-newest,$(lastword $(PYTHONS)))

PYTHONS = $(shell .ci/pythons)
define test-abroad
	$(MAKE) VENV=$1 PYTHON=$2 $1/installed-abroad
	$1/bin/python --version
	$1/bin/python $(PYTEST) -k "not central_differences" $(ABROAD)
endef

# Pages find what makes them, and the tables of the tests; so do the processes that run their cells.
docs: export PYTHONPATH := $(CURDIR)/docs:$(CURDIR)/tests
docs: export OPENBLAS_NUM_THREADS := 1
docs: $(VENV)/installed-docs
	$(BIN)/python -m sphinx --quiet --nitpicky --fail-on-warning --jobs auto \
		--doctree-dir docs/_build/doctrees docs docs/_build/html

docs-check: docs
	$(MAKE) $(VENV)/installed-browser
	$(BIN)/python -m pytest -rs $(SITE)

check: $(VENV)/installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python docs/draw_house.py --check

format: $(VENV)/installed-dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

$(VENV)/installed-%: $(METADATA)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[$*]'
	$(BIN)/python -m compileall -q epynn  # as pip does for what it copies
	touch $@

clean:
	rm -rf $(VENV) $(VENV)-oldest $(VENV)-oldest.txt $(VENV)-newest build dist docs/_build docs/reference docs/networks docs/layers/auto_* *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
