package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/weft-lang/weft/compiler/emit/graph"
	"github.com/weft-lang/weft/runtime/engine"
)

//go:embed page.html
var pageText string

// Logs are the outputs of a node's containers.
type Logs struct {
	Container string
	Text      string
	// Cut is how many bytes before Text are not shown.
	Cut int64
}

// PageOptions say what a page shows beside the run itself.
type PageOptions struct {
	Now time.Time
	// Logs are those of a node; nil shows none.
	Logs func(engine.NodeID) []Logs
}

// page is what the template sees.
type page struct {
	*Run
	Mark, Phase string
	Duration    string
	Graph       template.HTML
	Rows        []pageRow
	Now         time.Time
	Counts      string
}

// pageRow is a line of the page, with its bar in the timeline in percent.
type pageRow struct {
	Row
	Mark, PhaseName, Took string
	Left, Width           float64
	View                  *engine.View
	Logs                  []Logs
	Open                  bool
}

// HTML prints one page that needs nothing else: no script, no picture, no font
// from anywhere. Every text of the run is escaped.
func HTML(w io.Writer, r *Run, o PageOptions) error {
	t, err := template.New("page").Funcs(template.FuncMap{"plain": plain}).Parse(pageText)
	if err != nil {
		return fmt.Errorf("the page of weft itself is broken: %w", err)
	}
	var svg bytes.Buffer
	if err := graph.SVG(&svg, Graph(r)); err != nil {
		return err
	}
	p := page{
		Run: r, Mark: looks[r.Phase].symbol, Phase: phaseName(r.Phase), Now: o.Now.UTC().Truncate(time.Second),
		Duration: Short(Duration(r.Started, r.Finished, o.Now)), Graph: template.HTML(svg.String()), Rows: pageRows(r, o), //nolint:gosec // SVG escapes its texts
		Counts: counts(r.Nodes),
	}
	return t.Execute(w, p)
}

func phaseName(p engine.Phase) string {
	if p == engine.NoPhase {
		return "Pending"
	}
	return p.String()
}

func counts(nodes []engine.View) string {
	by := make([]int, engine.Omitted+1)
	total := 0
	for _, v := range nodes {
		if v.Type == engine.PodNode || v.Type == engine.HTTPNode || v.Type == engine.SuspendNode {
			by[v.Phase]++
			total++
		}
	}
	return strings.Replace(strings.Replace(summary(by, total), "items", "Pods", 1), "item", "Pod", 1)
}

func pageRows(r *Run, o PageOptions) []pageRow {
	views := make(map[string]*engine.View, len(r.Nodes))
	for i := range r.Nodes {
		if !gone(r.Nodes[i]) {
			views[r.Nodes[i].Path] = &r.Nodes[i]
		}
	}
	whole := Duration(r.Started, r.Finished, o.Now)
	var out []pageRow
	for _, row := range Rows(r, TreeOptions{Now: o.Now}) {
		p := pageRow{Row: row, Mark: looks[row.Phase].symbol, PhaseName: phaseName(row.Phase), View: views[row.Path]}
		if row.Duration > 0 {
			p.Took = Short(row.Duration)
		}
		if whole > 0 && !row.Started.IsZero() {
			p.Left = min(100, max(0, 100*float64(row.Started.Sub(r.Started))/float64(whole)))
			p.Width = min(100-p.Left, max(0.4, 100*float64(row.Duration)/float64(whole)))
		}
		if v := p.View; v != nil {
			if o.Logs != nil {
				p.Logs = o.Logs(v.ID)
			}
			p.Open = v.Phase.Bad() && slices.ContainsFunc(p.Logs, func(l Logs) bool { return l.Text != "" })
		}
		out = append(out, p)
	}
	return out
}

// Title is the name of the row with its place in the order of steps.
func (r Row) Title() string { return r.title() }
