package graph

import (
	"fmt"
	"io"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
)

// A Format writes a graph.
type Format func(w io.Writer, g *Graph) error

// Formats are the formats by name.
var Formats = map[string]Format{"dot": DOT, "mermaid": Mermaid, "svg": SVG}

// fills are the colours of boxes by template type; others are white.
var fills = map[ir.Type]string{
	ir.Container: "#dbeafe", ir.Script: "#dcfce7", ir.ContainerSet: "#e0e7ff", ir.Resource: "#fce7f3",
	ir.Suspend: "#fef3c7", ir.Data: "#ecfccb", ir.HTTP: "#f3e8ff", ir.Plugin: "#f3e8ff",
}

func fill(t ir.Type) string {
	if c, ok := fills[t]; ok {
		return c
	}
	return "#ffffff"
}

// maxLine is how much of a line is drawn.
const maxLine = 44

// short leaves of a tag what .weft writes for it: flip.result for
// {{steps.flip.outputs.result}}.
var short = strings.NewReplacer(
	"{{inputs.parameters.", "", "{{workflow.parameters.", "", "{{steps.", "", "{{tasks.", "", "{{=", "", "{{", "", "}}", "",
	".outputs.result", ".result", ".outputs.parameters.", ".outputs.",
)

// clip is s as one line that fits, with short tags if it has to be.
func clip(s string) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) > maxLine {
		r = []rune(short.Replace(string(r)))
	}
	if len(r) > maxLine {
		return string(r[:maxLine-1]) + "…"
	}
	return string(r)
}

// lines are what is written into the box of a node.
func (n *Node) lines() []string {
	out := []string{clip(n.Name)}
	for _, note := range n.Notes {
		out = append(out, clip(note))
	}
	return out
}

// numbered walks a nested graph and gives each node a number.
type numbered struct {
	b    strings.Builder
	ids  map[*Node]int
	next int
}

func (w *numbered) number(g *Graph) {
	for _, n := range g.Nodes {
		w.ids[n] = w.next
		w.next++
		if n.Inner != nil {
			w.number(n.Inner)
		}
	}
}

func numbering(g *Graph) *numbered {
	w := &numbered{ids: map[*Node]int{}}
	w.number(g)
	return w
}

func (w *numbered) line(depth int, format string, args ...any) {
	w.b.WriteString(strings.Repeat("  ", depth))
	fmt.Fprintf(&w.b, format+"\n", args...)
}

// DOT writes the language of Graphviz.
func DOT(out io.Writer, g *Graph) error {
	w := numbering(g)
	w.line(0, "digraph workflow {")
	w.line(1, "compound=true; rankdir=TB; fontname=\"Helvetica\";")
	w.line(1, "node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica\", fontsize=11];")
	w.line(1, "edge [fontname=\"Helvetica\", fontsize=10];")
	w.dot(g, 1)
	w.line(0, "}")
	_, err := io.WriteString(out, w.b.String())
	return err
}

func (w *numbered) dot(g *Graph, depth int) {
	for _, n := range g.Nodes {
		id, label := w.ids[n], quoted(strings.Join(n.lines(), "\n"))
		style := ""
		if n.Guard {
			style = ",dashed"
		}
		switch {
		case n.Joint:
			w.line(depth, "n%d [shape=point, width=0.08];", id)
		case n.Inner != nil && len(n.Inner.Nodes) > 0:
			w.line(depth, "subgraph cluster_%d {", id)
			w.line(depth+1, "label=%s; style=\"rounded%s\"; color=\"#9aa5b1\"; peripheries=%d;", label, style, peripheries(n))
			w.dot(n.Inner, depth+1)
			w.line(depth, "}")
		default:
			w.line(depth, "n%d [label=%s, fillcolor=%q, style=\"rounded,filled%s\", peripheries=%d];", id, label, fill(n.Type), style, peripheries(n))
		}
	}
	for _, e := range g.Edges {
		from, to := g.Nodes[e.From], g.Nodes[e.To]
		var attrs []string
		if e.Label != "" {
			attrs = append(attrs, "label="+quoted(e.Label))
		}
		if e.Hook {
			attrs = append(attrs, "style=dashed")
		}
		tail, head := from.end(true), to.end(false)
		if tail != from {
			attrs = append(attrs, fmt.Sprintf("ltail=cluster_%d", w.ids[from]))
		}
		if head != to {
			attrs = append(attrs, fmt.Sprintf("lhead=cluster_%d", w.ids[to]))
		}
		text := ""
		if len(attrs) > 0 {
			text = " [" + strings.Join(attrs, ", ") + "]"
		}
		w.line(depth, "n%d -> n%d%s;", w.ids[tail], w.ids[head], text)
	}
}

// peripheries is how many lines go around a box: loops have two.
func peripheries(n *Node) int {
	if n.Loop {
		return 2
	}
	return 1
}

// end is a box inside n that an edge of Graphviz can be tied to: the last for
// an edge that leaves, else the first.
func (n *Node) end(last bool) *Node {
	for n.Inner != nil && len(n.Inner.Nodes) > 0 {
		if last {
			n = n.Inner.Nodes[len(n.Inner.Nodes)-1]
		} else {
			n = n.Inner.Nodes[0]
		}
	}
	return n
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}

// Mermaid writes the language that GitHub and GitLab draw in Markdown.
func Mermaid(out io.Writer, g *Graph) error {
	w := numbering(g)
	w.line(0, "flowchart TB")
	w.mermaid(g, 1)
	w.styles(g)
	_, err := io.WriteString(out, w.b.String())
	return err
}

func (w *numbered) mermaid(g *Graph, depth int) {
	for _, n := range g.Nodes {
		id, label := w.ids[n], entities(n.lines())
		switch {
		case n.Joint:
			w.line(depth, "n%d(( ))", id)
		case n.Inner != nil && len(n.Inner.Nodes) > 0:
			w.line(depth, "subgraph n%d [%s]", id, label)
			w.mermaid(n.Inner, depth+1)
			w.line(depth, "end")
		case n.Loop:
			w.line(depth, "n%d[[%s]]", id, label)
		default:
			w.line(depth, "n%d[%s]", id, label)
		}
	}
	for _, e := range g.Edges {
		arrow := "-->"
		if e.Hook {
			arrow = "-.->"
		}
		if e.Label != "" {
			arrow += "|" + entities([]string{e.Label}) + "|"
		}
		w.line(depth, "n%d %s n%d", w.ids[g.Nodes[e.From]], arrow, w.ids[g.Nodes[e.To]])
	}
}

// styles colours the boxes.
func (w *numbered) styles(g *Graph) {
	for _, n := range g.Nodes {
		if n.Inner != nil {
			w.styles(n.Inner)
			continue
		}
		dash := ""
		if n.Guard {
			dash = ",stroke-dasharray:4 3"
		}
		if !n.Joint {
			w.line(1, "style n%d fill:%s,stroke:#627d98%s", w.ids[n], fill(n.Type), dash)
		}
	}
}

// entities is a label that Mermaid reads as text.
func entities(lines []string) string {
	escape := strings.NewReplacer("#", "#35;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "&", "#amp;", "`", "#96;")
	var out []string
	for _, l := range lines {
		out = append(out, escape.Replace(l))
	}
	return `"` + strings.Join(out, "<br/>") + `"`
}
