# Guichet. `make run` tries everything on this machine; `make test` is what CI runs.
# On a bare Debian machine with Go and Node each target installs what it lacks.

SHELL := /bin/bash -eu -o pipefail
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo development)
GO_TOOL := go tool -modfile=tools/go.mod
ARGS ?=

.PHONY: run build web test lint format test-go test-web test-sdk fidelity test-browser test-crash bench api deps clean help

run: build ## Build everything and start desk, local cloud and handset (ARGS="--blank" …)
	./bin/guichet up $(ARGS)

build: web ## Leave the binary at bin/guichet
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/guichet ./cmd/guichet
	@size=$$(stat -c %s bin/guichet); [ "$$size" -le $$((80 << 20)) ] || { echo "bin/guichet has $$size bytes, over the budget of 80 MiB"; exit 1; }

web: node_modules/.installed ## Build the pages into web/dist, which the binary embeds
	npm run --silent build --workspace web

node_modules/.installed: package.json package-lock.json $(wildcard web/package.json tools/*/package.json test/*/package.json)
	npm ci --no-audit --no-fund
	@touch $@

deps: ## Install what tests need of the system: Chromium and PostgreSQL
	.ci/deps

test: deps lint test-go test-web test-sdk test-browser test-crash ## All of it, as CI does

lint: node_modules/.installed ## Formatting, vet, static analysis
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$unformatted" ] || { echo "gofmt: $$unformatted"; exit 1; }
	go vet ./...
	$(GO_TOOL) staticcheck ./...
	npx biome check .
	npx tsc -p web

format: node_modules/.installed ## Format everything
	gofmt -w $$(git ls-files '*.go')
	npx biome check --write .

test-go: web ## Go tests with the race detector, on SQLite and on a real PostgreSQL
	go test -race $$(go list ./... | grep -v /test/crash)

test-web: node_modules/.installed ## Unit tests of the pages
	npm test --workspace web

test-sdk: build ## The official Microsoft SDKs against the local cloud
	npm test --workspace test/conformance

fidelity: build ## Renew the tables of docs/fidelity.md from what the official SDKs prove
	npm test --workspace test/conformance -- --update
	go test -count=1 ./test/conformance -update

test-browser: build ## The whole way in Chromium, both languages; screenshots in test/artifacts
	npm test --workspace test/e2e

test-crash: build ## kill -9 under load: nothing lost, nothing twice
	go test -count=1 -timeout 15m ./test/crash

bench: build ## Figures as ratios to a limit taken in the same run
	go test -run '^$$' -bench . -benchtime 1x -timeout 30m ./internal/desk ./localcloud
	go test -run '^$$' -bench . ./eventgrid ./acs/callautomation/stream

api: ## Renew the API's document and the page's types made from it
	go test ./internal/desk/api -run OpenAPI -update
	npm run --silent types --workspace web

clean: ## Remove what was built
	rm -rf bin web/dist/* test/artifacts node_modules

help: ## Show this
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16
