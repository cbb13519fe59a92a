package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/weft-lang/weft/validate/config"
)

const initHelp = `Writes a weft.yaml into the folder you are in. Every key is in it, commented out
and explained. A weft.yaml that is there already is left alone.`

func newInit(s Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "init",
		Short: "Write a weft.yaml to begin with",
		Long:  initHelp,
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			f, err := os.OpenFile(config.FileName, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
			if errors.Is(err, fs.ErrExist) {
				return failure("there is a %s here already", config.FileName)
			}
			if err != nil {
				return failure("cannot write %s: %w", config.FileName, err)
			}
			_, err = f.WriteString(config.Starter())
			if err = errors.Join(err, f.Close()); err != nil {
				return failure("cannot write %s: %w", config.FileName, err)
			}
			fmt.Fprintf(s.Err, "weft: wrote %s\n", config.FileName)
			return nil
		},
	}
}
