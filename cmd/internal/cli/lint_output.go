package cli

import (
	"slices"
	"strings"

	"github.com/weft-lang/weft/lang/diag/render"
	"github.com/weft-lang/weft/validate/rules"

	"github.com/weft-lang/weft/cmd/internal/manual"
)

// An output is a report that goes to a file.
type output struct {
	write render.Format
	file  string
}

// parseOutputs reads the values of --output.
func parseOutputs(values []string) ([]output, error) {
	var outputs []output
	for _, v := range values {
		format, file, ok := strings.Cut(v, "=")
		if !ok || file == "" {
			return nil, usage("--output cannot be %q: it is FORMAT=FILE", v)
		}
		write, ok := render.Lookup(format)
		if !ok {
			return nil, unknownValue("output", format, render.Names())
		}
		if slices.ContainsFunc(outputs, func(o output) bool { return o.file == file }) {
			return nil, usage("--output names %q twice", file)
		}
		outputs = append(outputs, output{write, file})
	}
	return outputs, nil
}

// save writes the report to its file.
func (o output) save(r render.Report) error {
	var b strings.Builder
	if err := o.write(&b, r, render.Options{}); err != nil {
		return failure("cannot write %s: %w", o.file, err)
	}
	return writeFile(o.file, b.String())
}

// manuals tells formats about rules.
func manuals(name string) (render.Manual, bool) {
	r, ok := rules.Find(name)
	if !ok {
		return render.Manual{}, false
	}
	return render.Manual{
		Summary: r.Summary, Why: r.Why, Markdown: manual.Markdown(r),
		Group: r.Group.String(), Severity: r.Severity, URL: manual.URL(r.Name),
	}, true
}

// outputCompletions are the beginnings of values of --output.
func outputCompletions() []string {
	var values []string
	for _, name := range render.Names() {
		values = append(values, name+"=")
	}
	return values
}
