package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion(s Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Long:  `Prints the version of weft, the Go release it was built with, and the platform.`,
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return write(s, buildInfo()+"\n")
		},
	}
}

// buildInfo is one line about this binary.
func buildInfo() string {
	return fmt.Sprintf("weft %s %s %s/%s", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// version is what the linker wrote into this binary.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
