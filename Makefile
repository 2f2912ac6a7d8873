# nof1: every target sets up what it needs. `make` alone lists them.
.DEFAULT_GOAL := help
# Two set-ups at once would be in each other's way.
.NOTPARALLEL:
.PHONY: help setup setup-dev asked demo test test-slow odd-hours lint format words schema notebooks sample build bench bench-tests calibrate calibrate-count mutate lock clean images docs

# The tests start hundreds of processes: each of them would compile nof1 again.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
# Who uses nof1 gets the packages of requirements.lock alone; who works on it, those of requirements-dev.lock as well.
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-15s %s\n", $$1, $$2}'

setup: $(READY) ## install nof1 and what it needs into .venv (Python 3.12 or newer; PYTHON=python3.12 chooses one)

setup-dev: $(READY_DEV) ## install what its developers and the tests need, too

# A Python that is asked for may be another one than .venv has; the script looks.
$(READY): requirements.lock pyproject.toml scripts/setup.sh $(if $(PYTHON),asked)
	@sh scripts/setup.sh $(VENV) requirements.lock
	@touch $@

# The second lock holds the first.
$(READY_DEV): requirements.lock requirements-dev.lock pyproject.toml scripts/setup.sh $(if $(PYTHON),asked)
	@sh scripts/setup.sh $(VENV) requirements-dev.lock
	@touch $(READY) $@

demo: $(READY) ## take the simulated sample trial the whole way to a PDF, in build/demo
	@rm -rf build/demo
	@$(BIN)/nof1 demo build/demo

test: $(READY_DEV) ## run the tests, but for the slow ones
	@$(BIN)/python -m pytest

test-slow: $(READY_DEV) ## run the slow tests; those in a browser where there is one (as root on Debian, it is installed)
	@sh scripts/browser.sh
	@$(BIN)/python -m pytest -m slow

odd-hours: $(READY_DEV) ## run the tests that look at the clock at moments when dates go wrong (JOURNEYS=all: those in a browser at each)
	@sh scripts/browser.sh
	@JOURNEYS=$(JOURNEYS) sh scripts/odd_hours.sh

images: $(READY_DEV) ## draw the pictures that tests compare with again; look at every change
	@$(BIN)/python -m pytest -n 0 -m slow tests/report/test_images.py --mpl-generate-path=tests/report/baseline

lint: $(READY_DEV) ## check style, types and the import contract
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@sh scripts/check_types.sh

format: $(READY_DEV) ## format the code
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format .

words: $(READY_DEV) ## collect the sentences for translators
	@$(BIN)/python scripts/extract_words.py

schema: $(READY_DEV) ## write the JSON Schema of results.json anew
	@mkdir -p build
	@$(BIN)/python -c "import json; from nof1.analyze.schema import json_schema; print(json.dumps(json_schema(), indent=1))" >build/results.schema.json
	@mv build/results.schema.json src/nof1/analyze/results.schema.json

notebooks: $(READY_DEV) ## run the notebooks and keep their outputs
	@$(BIN)/python scripts/run_notebooks.py notebooks/*.ipynb

docs: $(READY_DEV) ## build the documentation site, in build/docs
	@$(BIN)/python scripts/build_docs.py

build: $(READY_DEV) ## make wheel and sdist in dist/, and try the wheel in an empty environment
	@sh scripts/build.sh

sample: $(READY_DEV) ## make the simulated sample trials again
	@$(BIN)/python data/sample/simulate.py

bench: $(READY_DEV) ## time the parts; the last results are kept in benchmarks/
	@$(BIN)/python benchmarks/bench_analysis.py
	@$(BIN)/python benchmarks/bench.py
	@$(BIN)/python benchmarks/bench_cohort.py

bench-tests: $(READY_DEV) ## time make test and make test-slow, with the slowest of each; kept in benchmarks/tests.md
	@$(BIN)/python benchmarks/bench_tests.py

calibrate: $(READY_DEV) ## hold what is promised against simulated trials of known truth, thousands of broken files and a thousand kills (an hour; DASK=ADDRESS for more machines)
	@$(BIN)/python benchmarks/calibrate.py $(addprefix --dask ,$(DASK))
	@$(BIN)/python benchmarks/sbc.py --again
	@$(BIN)/python benchmarks/fixed_truth.py $(addprefix --dask ,$(DASK))
	@$(BIN)/python benchmarks/rates.py $(addprefix --dask ,$(DASK))
	@$(BIN)/python benchmarks/worlds.py $(addprefix --dask ,$(DASK))
	@$(BIN)/python benchmarks/prior_weight.py $(addprefix --dask ,$(DASK))
	@$(BIN)/python benchmarks/forecast_check.py
	@$(BIN)/python benchmarks/covariate_by_arm.py
	@$(BIN)/python benchmarks/several_a_day.py
	@$(BIN)/python benchmarks/cohort_calibration.py $(addprefix --dask ,$(DASK))
	@$(BIN)/python benchmarks/fuzz.py
	@$(BIN)/python benchmarks/kills.py
	@seed=$(or $(SEED),$$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')); \
	  echo "Property tests with other examples, seed $$seed (again: make calibrate SEED=$$seed)"; \
	  $(BIN)/python -m pytest -m hypothesis --hypothesis-profile=others --hypothesis-seed=$$seed

calibrate-count: $(READY_DEV) ## how often each verdict is given for counts, by NUTS (a quarter of an hour; DASK=ADDRESS for more machines)
	@$(BIN)/python benchmarks/rates_count.py $(addprefix --dask ,$(DASK))

mutate: $(READY_DEV) ## put slips into the files that make the answers and see whether the tests notice (hours; goes on where it stopped; FILES=src/nof1/... for some)
	@$(BIN)/python benchmarks/mutate.py $(FILES)

PIN = $(BIN)/python -m uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.12 --no-header pyproject.toml

lock: $(READY) ## pin the newest versions that pyproject.toml allows, with hashes
	@$(PIN) --extra serve --group setup --output-file requirements.lock
	@$(PIN) --all-extras --group dev --constraints requirements.lock --output-file requirements-dev.lock

clean: ## remove what the targets made
	@rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks
