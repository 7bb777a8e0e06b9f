# PairLab: what can be made. `make help` lists it.
# Needed: Go 1.26 or newer, Node.js 20 or newer with npm, and for test,
# reproduce and bench a Chromium or Chrome.

GO   ?= go
DIST ?= dist

# make serve
PORT ?= 8080
# make reproduce, make bench: what is left empty comes from the preset. How
# long it trains make bench decides, and refuses ROUNDS= and EPOCHS=.
ROUNDS  ?=
EPOCHS  ?=
MODELS  ?=
WORKERS ?=
SEED    ?=
PRESET  ?=
KERNELS ?=
# make fuzz: how long each fuzz test runs.
FUZZTIME ?= 30s

SETTINGS = rounds=$(ROUNDS) epochs=$(EPOCHS) models=$(MODELS) workers=$(WORKERS) seed=$(SEED) preset=$(PRESET) kernels=$(KERNELS)

.DEFAULT_GOAL := help
.PHONY: serve build test firefox reproduce bench lint fuzz clean help chromium

serve: build ## Build what is stale and serve the site on http://127.0.0.1:8080 (PORT=)
	@$(GO) run ./wasm/serve -dir "$(DIST)" -port $(PORT)

build: ## Build the static site in dist/
	@$(GO) run ./wasm/site -out "$(DIST)"

test: chromium lint ## Run everything: vet and lint, native tests, tests in wasm, headless-browser tests
	@$(GO) run ./wasm/site -dev -out "$(DIST)"
	@PAIRLAB_DIST="$$(cd "$(DIST)" && pwd)" $(GO) run ./wasm/suite native wasm browser

firefox: chromium ## Compare the digests of runs in Firefox (firefox-esr) with those in Chromium
	@$(GO) run ./wasm/site -dev -out "$(DIST)"
	@PAIRLAB_DIST="$$(cd "$(DIST)" && pwd)" $(GO) test -count=1 -v -tags=browser,firefox -run Firefox ./wasm/browsertest

reproduce: chromium build ## Train the paper's table in headless Chromium (ROUNDS= EPOCHS= MODELS= WORKERS= SEED= PRESET= KERNELS=)
	@$(GO) run ./wasm/drive reproduce -dir "$(DIST)" $(SETTINGS)

bench: chromium build ## Measure training in headless Chromium: all kernel sets on one worker, one set on more (MODELS= WORKERS= SEED= PRESET= KERNELS=)
	@$(GO) run ./wasm/drive bench -dir "$(DIST)" $(SETTINGS)

# The two reports are merged, as what one build does not use the other may.
lint: ## Check format, go vet and staticcheck, natively and for wasm
	@echo "== lint"
	@unformatted=$$("$$($(GO) env GOROOT)/bin/gofmt" -l data engine ui wasm) || exit 1; \
	if [ -n "$$unformatted" ]; then echo "not formatted (run gofmt -w): $$unformatted" >&2; exit 1; fi
	@$(GO) vet -tags=browser,firefox ./...
	@packages="$$($(GO) run ./wasm/suite packages)" && \
	staticcheck="$$($(GO) tool -n staticcheck)" && \
	reports="$$(mktemp -d)" && trap 'rm -rf "$$reports"' EXIT && \
	GOOS=js GOARCH=wasm $(GO) vet $$packages && \
	"$$staticcheck" -f=binary -tags=browser,firefox ./... > "$$reports/native" && \
	GOOS=js GOARCH=wasm "$$staticcheck" -f=binary $$packages > "$$reports/wasm" && \
	"$$staticcheck" -merge "$$reports/native" "$$reports/wasm"

fuzz: ## Run every fuzz test for a while (FUZZTIME=30s)
	@set -e; for package in $$($(GO) list ./...); do \
		for target in $$($(GO) test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
			echo "== $$package $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package; \
		done; \
	done

clean: ## Remove what the build made
	rm -rf "$(DIST)" ui/node_modules

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Not in the list: installs Chromium where it is missing and that is possible,
# else says what to install.
chromium:
	@$(GO) run ./wasm/drive install
