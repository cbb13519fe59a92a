package diff

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// Style says how Text is written.
type Style struct{ Color bool }

// palette is how an action is marked.
var palette = map[Action]struct{ sign, color string }{
	Added:   {"+", "\x1b[32m"},
	Removed: {"-", "\x1b[31m"},
	Changed: {"~", "\x1b[33m"},
}

// Text writes the differences for a person at a terminal.
func Text(w io.Writer, objects []Object, style Style) error {
	p := printer{style: style}
	for i, o := range objects {
		if i > 0 {
			p.line(0, "", "")
		}
		p.line(0, o.Action, title(o))
		p.object(o)
	}
	_, err := io.WriteString(w, p.b.String())
	return err
}

// Markdown writes the differences for a comment on a pull request.
func Markdown(w io.Writer, objects []Object, _ Style) error {
	var b strings.Builder
	if len(objects) == 0 {
		b.WriteString("No workflow changes its meaning.\n")
	}
	for i, o := range objects {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "### %s %s\n", title(o), o.Action)
		if len(o.Changes)+len(o.Pods) == 0 {
			continue
		}
		p := printer{signsFirst: true}
		p.object(o)
		fence := "```"
		for strings.Contains(p.b.String(), fence) {
			fence += "`"
		}
		fmt.Fprintf(&b, "\n%sdiff\n%s%s\n", fence, p.b.String(), fence)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// JSON writes the differences for a machine.
func JSON(w io.Writer, objects []Object, _ Style) error {
	if objects == nil {
		objects = []Object{}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(struct {
		Version int      `json:"version"`
		Objects []Object `json:"objects"`
	}{1, objects})
}

func title(o Object) string {
	name := o.Name
	if o.Namespace != "" {
		name = o.Namespace + "/" + name
	}
	if name == "" {
		return "a " + o.Kind + " without a name"
	}
	return fmt.Sprintf("%s %q", o.Kind, name)
}

type printer struct {
	b     strings.Builder
	style Style
	// signsFirst puts signs into the first column, where Markdown's diffs want
	// them.
	signsFirst bool
}

// line writes one line, marked with what happened to it; "" marks nothing.
func (p *printer) line(depth int, a Action, text string) {
	indent := strings.Repeat("  ", depth)
	mark, known := palette[a]
	switch {
	case text == "":
	case !known && p.signsFirst:
		text = "  " + indent + text
	case !known:
		text = indent + text
	case p.signsFirst:
		sign := mark.sign
		if a == Changed {
			sign = "!"
		}
		text = sign + " " + indent + text
	default:
		text = indent + mark.sign + " " + text
	}
	if known && p.style.Color {
		text = mark.color + text + "\x1b[0m"
	}
	p.b.WriteString(text + "\n")
}

// object writes what happened inside an object: as it is written, then as it
// runs.
func (p *printer) object(o Object) {
	p.changes(o.Changes)
	for _, pods := range o.Pods {
		if pods.Action != Changed {
			p.line(1, pods.Action, pods.title())
			continue
		}
		p.line(1, "", pods.title())
		container := ""
		for _, c := range pods.Changes {
			if c.Container != container && c.Field != "" && c.Container != "" {
				p.line(2, "", fmt.Sprintf("container %q", c.Container))
			}
			container = c.Container
			p.change(c, 1)
		}
	}
}

// maxNodes is how many nodes a line names.
const maxNodes = 4

// title names the nodes.
func (o Pods) title() string {
	if len(o.Nodes) == 1 {
		return fmt.Sprintf("Pod %q", o.Nodes[0])
	}
	var names []string
	for _, n := range o.Nodes[:min(len(o.Nodes), maxNodes)] {
		names = append(names, strconv.Quote(n))
	}
	if more := len(o.Nodes) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	last := len(names) - 1
	return "Pods " + strings.Join(names[:last], ", ") + " and " + names[last]
}

// changes writes the changes of a document, each template and step once above
// what happened inside it.
func (p *printer) changes(all []Change) {
	template, step := "", ""
	for _, c := range all {
		if c.Template != template || c.Step != step && c.Step == "" {
			step = ""
		}
		if c.Template != template && !(c.Step == "" && c.Field == "") && c.Template != "" {
			p.line(1, "", fmt.Sprintf("template %q", c.Template))
		}
		template = c.Template
		if c.Step != step && c.Field != "" {
			p.line(2, "", fmt.Sprintf("step %q", c.Step))
		}
		step = c.Step
		p.change(c, 0)
	}
}

// change writes one change. depth is that of what it is in.
func (p *printer) change(c Change, depth int) {
	depth++
	what := c.Field
	for _, inside := range []string{c.Template, c.Step, c.Container} {
		if inside != "" {
			depth++
		}
	}
	if c.Field == "" {
		depth--
		switch {
		case c.Container != "":
			what = fmt.Sprintf("container %q", c.Container)
		case c.Step != "":
			what = fmt.Sprintf("step %q", c.Step)
		default:
			what = fmt.Sprintf("template %q", c.Template)
		}
	}
	multi := c.block || strings.Contains(c.Old+c.New, "\n")
	switch {
	case c.Action == Changed && multi:
		p.line(depth, Changed, what+":")
		p.lines(depth+1, c.Old, c.New)
	case c.Action == Changed && p.signsFirst:
		p.line(depth, Removed, what+": "+c.Old)
		p.line(depth, Added, what+": "+c.New)
	case c.Action == Changed:
		p.line(depth, Changed, what+": "+shown(c.Old)+" → "+shown(c.New))
	case multi:
		p.line(depth, c.Action, what+":")
		p.block(depth+1, c.Action, c.Old+c.New)
	default:
		p.line(depth, c.Action, what+": "+shown(c.Old+c.New))
	}
}

// shown makes the empty text visible.
func shown(s string) string {
	if s == "" {
		return `""`
	}
	return s
}

func (p *printer) block(depth int, a Action, text string) {
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		p.line(depth, a, line)
	}
}

// context is how many equal lines are kept around those that differ.
const context = 2

// lines compares two texts line by line.
func (p *printer) lines(depth int, before, after string) {
	d := diffmatchpatch.New()
	a, b, table := d.DiffLinesToChars(ended(before), ended(after))
	parts := d.DiffCharsToLines(d.DiffMain(a, b, false), table)
	for i, part := range parts {
		text := strings.TrimSuffix(part.Text, "\n")
		switch part.Type {
		case diffmatchpatch.DiffDelete:
			p.block(depth, Removed, text)
		case diffmatchpatch.DiffInsert:
			p.block(depth, Added, text)
		case diffmatchpatch.DiffEqual:
			p.equal(depth, strings.Split(text, "\n"), i == 0, i == len(parts)-1)
		}
	}
}

// equal writes a run of equal lines, its far end left out.
func (p *printer) equal(depth int, lines []string, first, last bool) {
	head, tail := context, context
	if !p.signsFirst { // as wide as a sign
		depth++
	}
	if first {
		head = 0
	}
	if last {
		tail = 0
	}
	for i, l := range lines {
		switch {
		case i < head || i >= len(lines)-tail:
			p.line(depth, "", l)
		case i == head:
			p.line(depth, "", "...")
		}
	}
}

// ended is a text whose last line is ended like all others.
func ended(s string) string { return strings.TrimSuffix(s, "\n") + "\n" }

// Lines writes how two texts differ line by line.
func Lines(b *strings.Builder, before, after string, style Style) {
	p := printer{style: style, signsFirst: true}
	p.lines(0, before, after)
	b.WriteString(p.b.String())
}

// A Format writes differences.
type Format func(w io.Writer, objects []Object, style Style) error

// Formats are the formats by name.
var Formats = map[string]Format{"text": Text, "markdown": Markdown, "json": JSON}
