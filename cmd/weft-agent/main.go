// Command weft-agent runs inside Pods: it brings in what a step needs and tells
// what came out of it.
package main

import (
	"context"
	"os"

	"github.com/weft-lang/weft/runtime/agent"
)

func main() {
	os.Exit(agent.Main(context.Background(), os.Args[1:], agent.Options{Stdin: os.Stdin}))
}
