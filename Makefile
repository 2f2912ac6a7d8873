# nof1: every target sets up what it needs. `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format words notebooks sample bench calibrate lock clean images docs

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-11s %s\n", $$1, $$2}'

setup: $(READY) ## install everything into .venv (Python 3.12 or newer is needed)

$(READY): requirements.lock pyproject.toml scripts/setup.sh
	@sh scripts/setup.sh $(VENV)
	@touch $@

demo: $(READY) ## take the simulated sample trial the whole way to a PDF, in build/demo
	@rm -rf build/demo
	@$(BIN)/nof1 demo build/demo

test: $(READY) ## run the tests; in a browser, too, which is installed where that can be done
	@sh scripts/browser.sh
	@$(BIN)/python -m pytest

images: $(READY) ## draw the pictures that tests compare with again; look at every change
	@$(BIN)/python -m pytest -n 0 tests/report/test_images.py --mpl-generate-path=tests/report/baseline

lint: $(READY) ## check style, types and the import contract
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@sh scripts/check_types.sh

format: $(READY) ## format the code
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format .

words: $(READY) ## collect the sentences for translators
	@$(BIN)/python scripts/extract_words.py

notebooks: $(READY) ## run the notebooks and keep their outputs
	@$(BIN)/python scripts/run_notebooks.py notebooks/*.ipynb

docs: $(READY) ## build the documentation site, in build/docs
	@$(BIN)/python scripts/build_docs.py

sample: $(READY) ## make the simulated sample trials again
	@$(BIN)/python data/sample/simulate.py

bench: $(READY) ## time the parts; the last results are kept in benchmarks/
	@$(BIN)/python benchmarks/bench_analysis.py
	@$(BIN)/python benchmarks/bench.py
	@$(BIN)/python benchmarks/bench_cohort.py

calibrate: $(READY) ## hold what is promised against simulated trials of known truth, and thousands of broken files (an hour; DASK=ADDRESS for more machines)
	@$(BIN)/python benchmarks/calibrate.py $(addprefix --dask ,$(DASK))
	@$(BIN)/python benchmarks/sbc.py --again
	@$(BIN)/python benchmarks/fixed_truth.py $(addprefix --dask ,$(DASK))
	@$(BIN)/python benchmarks/forecast_check.py
	@$(BIN)/python benchmarks/cohort_calibration.py $(addprefix --dask ,$(DASK))
	@$(BIN)/python benchmarks/fuzz.py

lock: $(READY) ## pin the newest versions that pyproject.toml allows, with hashes
	@$(BIN)/python -m uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.12 --no-header \
	  --all-extras --group dev pyproject.toml --output-file requirements.lock

clean: ## remove what the targets made
	@rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks
