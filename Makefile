# What there is to do in this checkout. `make` lists it.

GO ?= go
# RACE=1 runs the tests with the race detector, as CI does; it needs a C compiler.
# Its programs would sleep for a second before each exit.
TESTFLAGS := $(if $(RACE),-race)
export GORACE ?= $(if $(RACE),atexit_sleep_ms=0)

.PHONY: help build image test apiserver cluster test-apiserver bench-apiserver bench-node lint cross wasm generate bench conformance e2e mutants clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build the commands into bin/
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags='-s -w' -o bin/ ./cmd/weft ./cmd/weft-agent

image: ## write the images of weft and its agent into bin/; PUSH=REGISTRY/PATH pushes them, too
	$(GO) run ./cmd/internal/image -o bin $(if $(PUSH),-push $(PUSH))

test: ## run all tests; needs nothing but Go
	$(GO) test $(TESTFLAGS) ./...

apiserver: ## run a real API server until Ctrl-C; builds one the first time
	$(GO) run ./runtime/kube/testenv/serve

cluster: ## run a real node until Ctrl-C, for Pods that really run; takes root
	$(GO) run ./cmd/internal/image -o bin/cluster -platforms linux/$(shell $(GO) env GOARCH)
	$(GO) run ./runtime/kube/testenv/serve -node -images bin/cluster/weft.oci.tar,bin/cluster/weft-agent.oci.tar

test-apiserver: ## run the tests that want a real API server; builds one the first time
	$(GO) run ./runtime/kube/testenv/serve -build
	$(GO) test -tags apiserver -count=1 -timeout 20m -v -run '^TestAPIServer' ./runtime/kube
	$(GO) test -tags apiserver -count=1 -run '^TestAPIServer' ./runtime/kube/testenv ./cmd/internal/cli
	$(GO) test -tags apiserver -count=1 -run '^TestS3Server' ./runtime/kube/testenv ./runtime/artifact

bench-apiserver: ## print how runs on a real API server compare with bare clients
	$(GO) run ./runtime/kube/testenv/serve -build
	$(GO) test -tags apiserver -run '^$$' -bench '^BenchmarkAPIServerLarge$$' -benchtime 1x ./runtime/kube
	$(GO) test -tags apiserver -run '^$$' -bench '^BenchmarkAPIServer(Hop|FanOut)$$' -benchtime 4x -v ./runtime/kube

bench-node: build ## print how a run of four Pods on a real node compares with one bare Pod; takes root
	$(GO) run ./runtime/kube/testenv/serve -build -node
	WEFT_BINARY=$(CURDIR)/bin/weft $(GO) test -tags e2e -run '^$$' -bench '^BenchmarkNode' -benchtime 1x ./cmd/internal/e2e

lint: ## check formatting, go vet, staticcheck
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "run gofmt -w on:" $$unformatted; exit 1; fi
	$(GO) vet -tags apiserver,e2e ./...
	$(GO) tool staticcheck -tags apiserver,e2e ./...

cross: ## build the commands for the other systems on which people work
	GOOS=darwin GOARCH=arm64 $(GO) build -o /dev/null ./cmd/weft
	GOOS=windows GOARCH=amd64 $(GO) build -o /dev/null ./cmd/weft

wasm: ## build the checker for browsers
	GOOS=js GOARCH=wasm $(GO) build ./validate/... ./lang/diag/render

generate: ## rewrite generated code and the parts of docs/ that weft writes itself
	$(GO) generate ./...
	WEFT_UPDATE=1 $(GO) test -count=1 -run '^TestDocs' ./cmd/internal/cli

bench: ## print figures next to the budgets of the design
	$(GO) run ./cmd/internal/bench

conformance: ## print how far verdicts agree with the reference's, set by set
	WEFT_CONFORMANCE=summary $(GO) test -count=1 -v -timeout 20m -run '^TestConformance' ./validate ./cmd/internal/cli

e2e: build ## run the shipped binary through its stories and on a real node; takes root
	WEFT_BINARY=$(CURDIR)/bin/weft $(GO) test -count=1 -run '^TestScripts$$' ./cmd/internal/cli
	$(GO) run ./runtime/kube/testenv/serve -build -node
	$(GO) test -tags e2e -count=1 -run '^TestNode' ./runtime/kube/testenv
	WEFT_BINARY=$(CURDIR)/bin/weft $(GO) test -tags e2e -count=1 -timeout 30m -v ./cmd/internal/e2e

mutants: ## see that the simulation tests fail on every seeded bug
	$(GO) test -count=1 -v -run '^TestMutants$$' ./runtime/sim -sim.mutants

clean: ## remove what build made
	rm -rf bin
