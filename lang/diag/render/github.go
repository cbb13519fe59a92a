package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
)

// gitHubCommands are the annotation levels of a GitHub Actions log.
var gitHubCommands = [...]string{diag.Info: "notice", diag.Warning: "warning", diag.Error: "error"}

// gitHubMessage and gitHubProperty escape what would end a workflow command or
// one of its properties.
var (
	gitHubMessage  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	gitHubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// GitHub prints GitHub Actions workflow commands, which become annotations on
// the changed lines of a pull request.
func GitHub(w io.Writer, r Report, _ Options) error {
	var b strings.Builder
	for _, d := range r.Diagnostics {
		fmt.Fprintf(&b, "::%s ", gitHubCommands[d.Severity])
		if f := d.Span.File; f != nil {
			start, end := f.Position(d.Span.Start), f.Position(d.Span.End)
			fmt.Fprintf(&b, "file=%s,line=%d,col=%d,endLine=%d", gitHubProperty.Replace(f.Name), start.Line, start.Column, end.Line)
			if start.Line == end.Line { // GitHub refuses columns of a range over several lines
				fmt.Fprintf(&b, ",endColumn=%d", end.Column)
			}
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "title=%s::%s\n", gitHubProperty.Replace(d.Rule), gitHubMessage.Replace(withHelp(d)))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
