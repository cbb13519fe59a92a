package plan

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// A Format writes plans.
type Format func(w io.Writer, plans []*Plan) error

// Formats are the formats by name.
var Formats = map[string]Format{"text": Text, "json": JSON, "svg": SVG}

// JSON writes plans for a machine.
func JSON(w io.Writer, plans []*Plan) error {
	if plans == nil {
		plans = []*Plan{}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(struct {
		Version int     `json:"version"`
		Plans   []*Plan `json:"plans"`
	}{1, plans})
}

// Text writes plans for a person: the tree of what runs, then the sums.
func Text(w io.Writer, plans []*Plan) error {
	var b strings.Builder
	for i, p := range plans {
		if i > 0 {
			b.WriteByte('\n')
		}
		p.text(&b)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (p *Plan) text(b *strings.Builder) {
	fmt.Fprintf(b, "%s %q (%s)\n\n", p.Kind, p.Name, p.File)
	for _, n := range slices.Concat(p.Tree, p.Handler) {
		n.text(b, "  ", "  ")
	}
	b.WriteByte('\n')
	row := func(label, format string, args ...any) {
		fmt.Fprintf(b, "  %-10s"+format+"\n", append([]any{label}, args...)...)
	}
	row("Pods", "%s", p.pods())
	row("at once", "%s", p.width())
	row("longest", "%s: %s", plural(p.Turns, "step"), chain(p.Chain))
	for i, image := range p.Images {
		row(first(i, "images"), "%s in %s", image.Image, plural(image.Pods, "Pod"))
	}
	for i, r := range p.Requests {
		row(first(i, "requests"), "%s %s in all, %s at once", r.Resource, r.Total, r.Peak)
	}
	sizes := slices.DeleteFunc(slices.Clone(p.Sizes), func(s Size) bool { return s.Bytes == 0 })
	for i, s := range sizes {
		verdict := ""
		if s.Over() {
			verdict = ": too large for a cluster"
		}
		row(first(i, "sizes"), "%s: %s of %s%s", s.What, bytes(s.Bytes), bytes(s.Limit), verdict)
	}
}

func (p *Plan) pods() string {
	parts := []string{strconv.Itoa(p.Pods)}
	if p.Conditional > 0 {
		parts = append(parts, fmt.Sprintf("up to %d more on conditions", p.Conditional))
	}
	for _, o := range p.PerItem {
		parts = append(parts, fmt.Sprintf("%d for each item of %s", o.Pods, o.Loop))
	}
	return strings.Join(parts, ", and ")
}

func (p *Plan) width() string {
	text := plural(p.Widest, "Pod")
	if len(p.PerItem) > 0 {
		text += " or more, as open loops have items"
	}
	if p.Parallelism != "" {
		text += ", held at " + p.Parallelism + " by parallelism"
	}
	return text
}

// chain shortens a chain that fills more than a few lines.
func chain(names []string) string {
	const ends = 6
	if len(names) > 2*ends+1 {
		names = slices.Concat(names[:ends], []string{"..."}, names[len(names)-ends:])
	}
	return strings.Join(names, " → ")
}

func first(i int, label string) string {
	if i == 0 {
		return label
	}
	return ""
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func bytes(n int) string {
	switch {
	case n >= 1<<20:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(n)/(1<<20)), ".0") + " MiB"
	case n >= 1<<10:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", float64(n)/(1<<10)), ".0") + " KiB"
	}
	return fmt.Sprintf("%d bytes", n)
}

func (n *Node) text(b *strings.Builder, lead, below string) {
	b.WriteString(lead + n.label() + "\n")
	for i, c := range n.Children {
		if i == len(n.Children)-1 {
			c.text(b, below+"└─ ", below+"   ")
		} else {
			c.text(b, below+"├─ ", below+"│  ")
		}
	}
}

// maxItems is how many items of a loop a line shows.
const maxItems = 4

// label is one line: what it is, then what there is to know about it.
func (n *Node) label() string {
	var b strings.Builder
	b.WriteString(n.Name)
	switch {
	case n.Type == "":
		fmt.Fprintf(&b, ": %s", n.Template)
	case n.Template == n.Name || n.Template == "":
		fmt.Fprintf(&b, " (%s)", n.Type)
	default:
		fmt.Fprintf(&b, ": %s (%s)", n.Template, n.Type)
	}
	for _, note := range n.notes() {
		b.WriteString(", " + note)
	}
	return b.String()
}

func (n *Node) notes() []string {
	var notes []string
	if len(n.Items) > 0 {
		shown := strings.Join(n.Items[:min(len(n.Items), maxItems)], "; ")
		if len(n.Items) > maxItems {
			shown += "; ..."
		}
		notes = append(notes, fmt.Sprintf("%s [%s]", plural(len(n.Items), "time"), shown))
	}
	if n.Open != "" {
		notes = append(notes, "once for each of "+n.Open)
	}
	switch {
	case n.Never:
		notes = append(notes, "never: "+n.When)
	case n.When != "":
		notes = append(notes, "when "+n.When)
	}
	switch {
	case n.Depends != "":
		notes = append(notes, "if "+n.Depends)
	case len(n.After) > 0:
		notes = append(notes, "after "+strings.Join(n.After, ", "))
	}
	if n.Retries != "" {
		notes = append(notes, "retried up to "+n.Retries+" times")
	}
	if n.Recursive {
		notes = append(notes, "calls itself: not followed")
	}
	if n.Unknown {
		notes = append(notes, "a template that only the run knows")
	}
	return notes
}
