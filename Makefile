# make ask      set up what is missing, and answer a question about a photo: make ask IMAGE=photo.jpg Q="..."
# make test     set up what is missing, and run every check and test
# make docs     build the documentation in docs/site (open docs/site/index.html)
# make stop     stop the language model's server, and the service of `looksmith up`
# make bench    the orchestrator's own cost (tests/bench/RESULTS.md)

PYTHON ?= python3
export LOOKSMITH_HOME ?= $(CURDIR)/.looksmith
BIN := .venv/bin
LOGS := $(LOOKSMITH_HOME)/logs
# A pinned release, for which pip picks the CPU build if an index offers one, and the CUDA build otherwise.
TORCH ?= torch==2.13.0 torchvision==0.28.0
# These ask the language model's server, which replies in time only when it has the cores for itself.
QUESTIONS := tests/e2e/test_questions.py
# A server of somebody else's whose tools the tests call.
PLAYWRIGHT := $(LOOKSMITH_HOME)/playwright-mcp/node_modules/.bin/playwright-mcp
# Handed over by the environment, so that no quote in a question can end the command.
export IMAGE
export Q ?= How many cups are there?

.PHONY: ask test check docs bench stop setup programs
.NOTPARALLEL:
.DELETE_ON_ERROR:

ask: setup
	@photo="$${IMAGE:-$$(ls .venv/lib/python*/site-packages/skimage/data/coffee.png)}" \
		&& $(BIN)/looksmith ask --serve "$$photo" "$$Q"

setup: .venv/installed $(LOOKSMITH_HOME)/weights/pulled

# Environments of other people's packages are made beside the checks: pip keeps one core busy, or waits for the network.
# Whatever fails there is made again, and told, by the test that needs it.
test: programs .venv/installed
	@$(BIN)/python tests/support/environments.py > "$(LOGS)/environments.log" 2>&1 & \
		$(MAKE) --no-print-directory setup check $(PLAYWRIGHT); checked=$$?; wait; exit $$checked
	@$(BIN)/python -m pytest --numprocesses 3 --dist loadfile --ignore $(QUESTIONS)
	@$(BIN)/python -m pytest $(QUESTIONS)

check: .venv/installed
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/pyright

docs: .venv/installed
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --config-file docs/mkdocs.yml
	@echo "The documentation is in docs/site/index.html"

# What the tests need besides Python packages: npm brings weights, and some tests look at pages in a real browser.
programs:
	@mkdir -p "$(LOGS)"
	@missing=; command -v npm > /dev/null || missing=npm; \
		command -v chromium > /dev/null || command -v chromium-browser > /dev/null || command -v google-chrome > /dev/null || missing="$$missing chromium"; \
		[ -n "$$missing" ] || exit 0; \
		echo "Installing" $$missing "..." >&2; \
		{ apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y $$missing; } > "$(LOGS)/programs.log" 2>&1 \
		|| { echo "Error: The tests need" $$missing "and could not install it: $$(tail -n 1 "$(LOGS)/programs.log") On Debian, as root: apt-get install" $$missing >&2; exit 1; }

bench: setup
	@$(BIN)/python tests/bench/own_cost.py

stop:
	@$(BIN)/looksmith up --stop
	@$(BIN)/looksmith serve --stop

.venv/installed: pyproject.toml
	@mkdir -p "$(LOGS)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Error: $(PYTHON) is not Python 3.11 or newer. Name one: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv .venv > "$(LOGS)/setup.log" 2>&1 \
		|| { echo "Error: a virtual environment cannot be made: $$(tail -n 1 "$(LOGS)/setup.log") On Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing the vision models' packages (about 2 minutes, 3 GB) ..." >&2
	@$(BIN)/python -m pip install $(TORCH) -e '.[hub,dev]' >> "$(LOGS)/setup.log" 2>&1 \
		|| { echo "Error: the packages cannot be installed. Is there a network, and 8 GB of free disk? pip says: $$(grep -E 'ERROR|No space' "$(LOGS)/setup.log" | tail -n 1 | sed 's,^ *,,'). The log is $(LOGS)/setup.log" >&2; exit 1; }
	@$(BIN)/python tests/support/torchvision_cpu.py
	@touch $@

$(PLAYWRIGHT):
	@npm install --prefix "$(LOOKSMITH_HOME)/playwright-mcp" --no-audit --no-fund --silent @playwright/mcp@0.0.83

$(LOOKSMITH_HOME)/weights/pulled: tools/weights/weights.toml | .venv/installed
	@$(BIN)/looksmith models pull
	@touch $@
