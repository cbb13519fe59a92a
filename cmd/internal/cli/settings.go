package cli

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weft-lang/weft/compiler/load"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/lint"
)

// settingsFlags say which settings of the project count.
type settingsFlags struct {
	config   string
	noConfig bool
	target   string
}

func (f *settingsFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.config, "config", "", "use the settings in `FILE` instead of the nearest weft.yaml")
	flags.BoolVar(&f.noConfig, "no-config", false, "use no settings")
	flags.StringVar(&f.target, "target", "", "check for what will run it, `TARGET`, whatever weft.yaml says: "+strings.Join(validate.Targets(), ", "))
	complete(cmd, "target", validate.Targets())
}

func (f *settingsFlags) check() error {
	if f.config != "" && f.noConfig {
		return usage("--config and --no-config contradict each other")
	}
	if f.target != "" && !slices.Contains(validate.Targets(), f.target) {
		return unknownValue("target", f.target, validate.Targets())
	}
	return nil
}

// options are those of a run over what reading says.
func (f *settingsFlags) options(reading load.Options) lint.Options {
	opts := lint.Options{
		Load: reading, Config: filepath.ToSlash(f.config), NoConfig: f.noConfig, Checkers: scriptCheckers(),
	}
	if i := slices.Index(validate.Targets(), f.target); i >= 0 {
		target := validate.Target(i)
		opts.Target = &target
	}
	return opts
}
