# make demo   the whole job on the sample that ships, ending with the dataset loaded
# make test   style, types and the whole suite, with a real Label Studio and a real browser
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
LOCK := .ci/requirements.lock

.PHONY: help demo test soak check install browser screenshots lock clean

help:
	@sed -n 's/^# make/make/p' Makefile

demo: install
	$(BIN)/builder demo demo

test: check browser
	$(BIN)/python -m pytest

# make soak   the faults at length, an hour: 10,000 tasks through a lying proxy, 500 killed pushes, 5,000 new histories
soak: install
	BUILDER_SOAK=1 HYPOTHESIS_PROFILE=nightly HISTORIES=5000 \
	  $(BIN)/python -m pytest -s tests/faults tests/crash/test_kill_real_server.py tests/stages/test_histories.py

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

install: $(INSTALLED)

$(INSTALLED): pyproject.toml $(LOCK)
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "builder needs Python 3.11 or newer")'
	$(PYTHON) -m venv --clear $(VENV)
	@echo "downloading Python packages into $(VENV): 1 to 5 minutes, this time only"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(LOCK)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# The browser test needs a Chromium; as root on Debian it is installed, elsewhere this says how.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	|| { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	     && apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk; } \
	|| { echo "the browser test needs Chromium: install it first, e.g. sudo apt-get install chromium fonts-noto-cjk"; exit 1; }

screenshots: install browser
	$(BIN)/python docs/screenshots.py

# Pins with hashes and no index address: any index that serves the same files will do.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
	  --no-header --group dev pyproject.toml -o $(LOCK)
	echo label-studio==1.23.2 | uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header - -o builder/studio/server.lock

clean:
	rm -rf $(VENV) demo build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
