package cli

import (
	"io"
	"os"

	"golang.org/x/term"
)

// The values of --color.
const (
	colorAuto   = "auto"
	colorAlways = "always"
	colorNever  = "never"
)

// colors lists them, the default first.
var colors = []string{colorAuto, colorAlways, colorNever}

// useColor decides whether to colour what goes to w. The flag wins over the
// environment, and NO_COLOR over FORCE_COLOR and CLICOLOR_FORCE.
func useColor(flag string, w io.Writer, getenv func(string) string) bool {
	switch flag {
	case colorAlways:
		return true
	case colorNever:
		return false
	}
	if getenv("NO_COLOR") != "" {
		return false
	}
	for _, force := range []string{"FORCE_COLOR", "CLICOLOR_FORCE"} {
		if v := getenv(force); v != "" && v != "0" {
			return true
		}
	}
	_, terminal := terminalWidth(w)
	return terminal && getenv("TERM") != "dumb"
}

// terminalWidth is the number of columns of the terminal that w is, and false
// when it is none.
func terminalWidth(w io.Writer) (int, bool) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		width = 0
	}
	return width, true
}
