# make run     build, and start the demo city on http://127.0.0.1:8080
# make test    all tests with the race detector, on SQLite and PostgreSQL and against real servers
# make check   formatting, vet, staticcheck, modules, the house rules
# make bench   the load on durable databases (Accept, from Accept to ticket, webhooks), and the other benchmarks
# make soak    the long tests under load
# make corpora DATA=FOLDER   measure on collections of others, against the floors in corpora.tsv
# make build   bin/tanggap, static

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := build
.PHONY: run build test check bench soak corpora servers

GO ?= go
# Flags for go test, such as FLAGS=-v, and packages.
FLAGS ?=
PACKAGES ?= ./...
BENCH ?= .
COUNT ?= 1
SOAK ?= 10m

GOFUMPT := mvdan.cc/gofumpt@v0.12.0
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

# One PostgreSQL for a whole run of go test.
ON_SERVER := $(GO) run ./internal/dbtest/server --

build:
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/tanggap ./cmd/tanggap

run: build
	bin/tanggap demo

servers:
	@scripts/servers.sh

test: servers
	CGO_ENABLED=1 $(ON_SERVER) $(GO) test -race -timeout 14m $(FLAGS) $(PACKAGES)

bench: servers
	TANGGAP_TEST_DURABLE=1 $(ON_SERVER) $(GO) test -run '^$$' -bench '$(BENCH)' -benchtime 20000x -count $(COUNT) -timeout 60m $(FLAGS) ./internal/e2e
	TANGGAP_TEST_DURABLE=1 $(ON_SERVER) $(GO) test -run '^$$' -bench '$(BENCH)' -benchtime 2s -count $(COUNT) -timeout 60m $(FLAGS) ./tickets
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) -timeout 60m $(FLAGS) \
		$$($(GO) list ./... | grep -v -e /internal/e2e -e '/tickets$$')

soak: servers
	TANGGAP_TEST_DURABLE=1 TANGGAP_SOAK=$(SOAK) $(ON_SERVER) $(GO) test -run Soak -count 1 -timeout 0 -v $(FLAGS) $(PACKAGES)

# The tests that read TANGGAP_DATA, and their figures.
corpora:
	@test -d "$(DATA)" || { echo "usage: make corpora DATA=FOLDER" >&2; exit 2; }
	@files="$$(grep -rl 'TANGGAP_DATA"' --include='*_test.go' .)"; \
	tests="$$(sed -nE 's/^func (Test[A-Za-z]+)\(.*/\1/p' $$files | paste -sd '|')"; \
	TANGGAP_DATA=$(abspath $(DATA)) $(GO) test -count 1 -v -run "^($$tests)$$" $$(dirname $$files | sort -u) \
		| $(GO) run ./internal/corpora corpora.tsv

# gofumpt and staticcheck run in versions that are named here and are no dependency of what we ship.
check:
	@unformatted=$$($(GO) run $(GOFUMPT) -l .); \
		test -z "$$unformatted" || { printf 'not formatted by gofumpt:\n%s\n' "$$unformatted" >&2; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...
	$(GO) mod tidy -diff
	$(GO) test -count 1 .
	CGO_ENABLED=0 $(GO) build -trimpath -o /dev/null ./cmd/tanggap
	@if grep -rq '^//go:generate' --include='*.go' .; then \
		$(GO) generate ./... && git diff --exit-code -- . || { echo "go generate changes what is committed" >&2; exit 1; }; fi
