package manual

import (
	"fmt"
	"path"
	"strings"

	"golang.org/x/tools/txtar"

	"github.com/weft-lang/weft/lang/diag/render"
	"github.com/weft-lang/weft/validate"
)

// Text is the page of a rule for a terminal.
func Text(r validate.Rule, opts render.Options) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n", r.Name, r.Summary)
	fmt.Fprintf(&b, "group     %s\nseverity  %s\n\n", r.Group, Severities(r))
	fmt.Fprintf(&b, "%s\n\n", strings.TrimSpace(r.Why))
	fmt.Fprintf(&b, "This is found fault with:\n\n%s\n", indent(example(r.Bad)))
	if report, ok := reportOn(r); ok {
		fmt.Fprintf(&b, "%s\n", indent(drawn(report, opts)))
	}
	fmt.Fprintf(&b, "This is not:\n\n%s\n", indent(example(r.Good)))
	fmt.Fprintf(&b, "%s\n\n%s\n%s\n\n%s", settingsHead, indent(settings(r)), commentHead, indent(comment(r)))
	return b.String()
}

const (
	settingsHead = "To switch it off, or to make it an error, a warning or an info, in weft.yaml:"
	commentHead  = "To accept it in one place, behind that place or on the line above:"
)

func settings(r validate.Rule) string { return "rules:\n  " + r.Name + ": off\n" }

func comment(r validate.Rule) string { return "# weft: ignore[" + r.Name + "] why it is fine here\n" }

// reportOn is what weft lint says about the bad example under the rule's name.
func reportOn(r validate.Rule) (render.Report, bool) {
	report := render.Report{Diagnostics: findings(r)}
	for _, f := range files(r.Bad).Files {
		report.Files = append(report.Files, f.Name)
	}
	return report, len(report.Diagnostics) > 0
}

func drawn(r render.Report, opts render.Options) string {
	var b strings.Builder
	// A strings.Builder takes whatever is written to it.
	_ = render.Full(&b, r, opts)
	return b.String()
}

// example is an example as text: as it is, or file by file.
func example(text string) string {
	archive := files(text)
	if len(archive.Files) == 1 {
		return shorten(string(archive.Files[0].Data))
	}
	archive.Comment = nil
	for i, f := range archive.Files {
		archive.Files[i].Data = []byte(shorten(string(f.Data)))
	}
	return string(txtar.Format(archive))
}

// The parts of an example that are shown: some are about size.
const (
	maxLines = 60
	maxWidth = 300
)

// shorten cuts lines, and the text, to what a reader wants to see.
func shorten(text string) string {
	var b strings.Builder
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		if i == maxLines && len(lines) > maxLines+1 {
			fmt.Fprintf(&b, "... %d lines more\n", len(lines)-maxLines)
			break
		}
		if head := []rune(line); len(head) > maxWidth {
			fmt.Fprintf(&b, "%s... %d characters more\n", string(head[:maxWidth/3]), len(head)-maxWidth/3)
			continue
		}
		b.WriteString(line)
	}
	return b.String()
}

func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			b.WriteString("    ")
		}
		b.WriteString(line)
	}
	return b.String()
}

// Markdown is the page of a rule as docs/rules holds it.
func Markdown(r validate.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s.\n\n", r.Name, capital(r.Summary))
	fmt.Fprintf(&b, "Group: %s. Severity: %s.\n\n%s\n", r.Group, Severities(r), strings.TrimSpace(r.Why))
	b.WriteString("\n## Found fault with\n")
	fenceFiles(&b, r.Bad)
	if report, ok := reportOn(r); ok {
		b.WriteString("\n`weft lint` says:\n")
		fence(&b, "text", drawn(report, render.Options{}))
	}
	b.WriteString("\n## Fine\n")
	fenceFiles(&b, r.Good)
	fmt.Fprintf(&b, "\n## Switching it off\n\n%s\n", settingsHead)
	fence(&b, "yaml", settings(r))
	fmt.Fprintf(&b, "\n%s\n", commentHead)
	fence(&b, "yaml", comment(r))
	return b.String()
}

func fenceFiles(b *strings.Builder, text string) {
	archive := files(text)
	for _, f := range archive.Files {
		if len(archive.Files) > 1 {
			fmt.Fprintf(b, "\n`%s`:\n", f.Name)
		}
		fence(b, strings.TrimPrefix(path.Ext(f.Name), "."), shorten(string(f.Data)))
	}
}

// fence writes text as a block of code, whatever it holds.
func fence(b *strings.Builder, language, text string) {
	marks := "```"
	for strings.Contains(text, marks) {
		marks += "`"
	}
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	fmt.Fprintf(b, "\n%s%s\n%s%s\n", marks, language, text, marks)
}

func capital(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
