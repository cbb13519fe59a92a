// Command weft checks, compiles and runs Kubernetes workflows.
package main

import (
	"os"

	"github.com/weft-lang/weft/cmd/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
