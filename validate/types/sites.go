package types

import (
	"iter"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate/trace"
)

// A Site is one expression with what it may use.
type Site struct {
	Node *tree.Node // the scalar that holds it
	At   int        // where it starts in the text of Node
	Text string
	Env  expr.Env
	Want expr.Kind // the kind that its place needs, expr.Unknown for any
	Tag  bool      // a {{=tag}}, not a field
	Call *ir.Call  // the step or task it stands in, nil outside
	Use  *trace.Use
	// Lacks are names that exist elsewhere, and why they are missing here.
	Lacks map[string]string
}

// Span is the place of bytes [start, end) of the expression.
func (s *Site) Span(start, end int) source.Span { return s.Node.Source(s.At+start, s.At+end) }

// Parse parses the expression. A field may hold tags that are filled first.
func (s *Site) Parse() (*expr.Expr, *expr.Error) {
	if !s.Tag && strings.Contains(s.Text, "{{") {
		return expr.ParseExprWithTags(s.Text)
	}
	return expr.ParseExpr(s.Text)
}

// Check reports what is certain to be wrong with the expression.
func (s *Site) Check() []expr.Error {
	e, fault := s.Parse()
	if fault != nil {
		return []expr.Error{*fault}
	}
	_, errs := e.Check(s.Env, s.Want)
	return errs
}

// Sites yields every expression of the project. weft tells in which files what is
// written is for weft to run, and not for the reference.
func Sites(t *trace.Trace, weft func(*source.File) bool) iter.Seq[*Site] {
	return func(yield func(*Site) bool) {
		w := &walker{yield: yield, weft: weft}
		for _, r := range t.Runs {
			w.run(r)
		}
		for _, u := range t.Bodies {
			w.body(u)
		}
		for _, o := range t.Project.Objects {
			if o.Binding != nil {
				w.binding(o.Binding)
			}
		}
	}
}

// walker hands out sites until its reader has had enough.
type walker struct {
	yield func(*Site) bool
	weft  func(*source.File) bool
	done  bool
}

func (w *walker) push(s *Site) {
	if !w.done && s.Node.IsScalar() {
		w.done = !w.yield(s)
	}
}

// field hands out the expression that is the whole text of n.
func (w *walker) field(n *tree.Node, names expr.Members, want expr.Kind, s Site) {
	if n == nil || n.Kind != tree.String || n.Value == "" {
		return
	}
	s.Node, s.Text, s.Want = n, n.Value, want
	s.Env.Names = names
	w.push(&s)
}

// tags hands out the {{=expressions}} at and below n. skip leaves parts out.
func (w *walker) tags(n *tree.Node, s Site, names func() expr.Members, skip func(*tree.Node) bool) {
	if n == nil || w.done || skip != nil && skip(n) {
		return
	}
	for _, e := range n.Entries {
		w.tags(e.Value, s, names, skip)
	}
	for _, it := range n.Items {
		w.tags(it, s, names, skip)
	}
	if n.Kind != tree.String || !strings.Contains(n.Value, "{{=") {
		return
	}
	found, _ := expr.Tags(n.Value)
	for _, t := range found {
		if t.Expr && !strings.Contains(t.Body, "{{") {
			own := s
			own.Node, own.At, own.Text, own.Tag = n, t.Start+3, t.Body[1:], true
			own.Env = expr.Env{Names: names(), Helpers: true}
			w.push(&own)
		}
	}
}

var noGlobals = map[string]string{"workflow": "pass the value in through inputs"}

func (w *walker) run(r *trace.Run) {
	g := globals(r)
	withHelpers := Site{Env: expr.Env{Helpers: true}}
	w.retry(r.Object.Spec.Node, nil)
	if d := r.Object.Spec.Defaults; d != nil {
		w.retry(d.Node, nil)
	}
	for _, h := range r.Object.Spec.Hooks {
		w.field(h.Expression, g, expr.Bool, withHelpers)
	}
	for _, from := range []*tree.Node{r.Object.Spec.Node.At("workflowMetadata", "labelsFrom"), r.Object.Cron.At("workflowMetadata", "labelsFrom")} {
		if from == nil {
			continue
		}
		for _, e := range from.Entries {
			w.field(e.Value.Get("expression"), g, expr.String, withHelpers)
		}
	}
	w.tags(r.Object.Cron.Get("when"), Site{}, func() expr.Members { return cron }, nil)
	if stop := r.Object.Cron.At("stopStrategy", "expression"); stop != nil {
		w.field(stop, cron, expr.Bool, Site{})
	}
}

// cron is what the conditions of a CronWorkflow know of it.
var cron = expr.Fields{"cronworkflow": object(expr.Fields{
	"name": text, "namespace": text, "labels": unknown, "annotations": unknown, "lastScheduledTime": unknown,
	"failed": {Kind: expr.Number}, "succeeded": {Kind: expr.Number},
})}

func (w *walker) binding(b *tree.Node) {
	payload := expr.Fields{"payload": unknown, "metadata": unknown, "discriminator": unknown, "event": unknown}
	w.field(b.At("event", "selector"), payload, expr.Bool, Site{Env: expr.Env{Helpers: true}})
	for _, p := range b.At("submit", "arguments", "parameters").List() {
		w.field(p.At("valueFrom", "event"), payload, expr.Unknown, Site{Env: expr.Env{Helpers: true}})
	}
}

// body hands out the expressions of a template.
func (w *walker) body(u *trace.Use) {
	t, own := u.Template, Site{Use: u}
	var cached expr.Members
	names := func() expr.Members {
		if cached == nil {
			cached = w.template(u)
		}
		return cached
	}
	w.retry(t.Node, u)
	for _, m := range t.Node.At("metrics", "prometheus").List() {
		w.tags(m, own, func() expr.Members { return metric(w.template(u)) }, nil)
	}
	skip := map[*tree.Node]bool{t.Node.Get("metrics"): true, t.Node.At("retryStrategy", "expression"): true}
	switch t.Type() {
	case ir.HTTP:
		http := expr.Fields{"request": open, "response": object(expr.Fields{"statusCode": {Kind: expr.Number}, "body": text, "headers": open})}
		w.field(t.Node.At("http", "successCondition"), http, expr.Bool, Site{Use: u})
	case ir.Data:
		for _, step := range t.Node.At("data", "transformation").List() {
			w.field(step.Get("expression"), expr.Fields{"data": {Kind: expr.Array}}, expr.Unknown, Site{Use: u})
		}
	case ir.Steps, ir.DAG:
		skip[t.Body()], skip[t.Outputs.Node] = true, true
		w.group(u)
	}
	w.tags(t.Node, own, names, func(n *tree.Node) bool { return skip[n] })
}

// retry hands out the condition of the retryStrategy of a template, of the
// defaults of templates, or of a whole spec; u is nil for the last two.
func (w *walker) retry(holder *tree.Node, u *trace.Use) {
	if holder == nil {
		return
	}
	names := expr.Fields{"retries": text, "lastRetry": w.lastRetry(holder.Span.File)}
	lacks := map[string]string{"workflow": "put it into a tag: {{workflow...}}", "inputs": "put it into a tag: {{inputs...}}"}
	if !w.weft(holder.Span.File) {
		lacks["class"] = "weft knows it, Argo Workflows does not: say that weft runs this by target: weft in weft.yaml or --target weft"
	}
	w.field(holder.At("retryStrategy", "expression"), names, expr.Bool, Site{Use: u, Env: expr.Env{Helpers: true}, Lacks: lacks})
}

// group hands out the expressions of steps or tasks and of the outputs around them.
func (w *walker) group(u *trace.Use) {
	g := newGroup(u)
	for _, c := range u.Template.Calls() {
		w.call(g, c)
	}
	s := Site{Use: u, Env: expr.Env{Helpers: true}, Lacks: noGlobals}
	var cached expr.Members
	local := func() expr.Members {
		if cached == nil {
			cached = expr.Fields{
				root(u): g.siblings(g.missing.AtEnd), "inputs": inputs(u.Template),
			}
		}
		return cached
	}
	for _, p := range u.Template.Outputs.Parameters {
		if n := p.ValueFrom.Get("expression"); n != nil {
			w.field(n, local(), expr.Unknown, s)
		}
	}
	for _, a := range u.Template.Outputs.Artifacts {
		if a.FromExpression != nil {
			w.field(a.FromExpression, local(), expr.Unknown, s)
		}
	}
	w.tags(u.Template.Outputs.Node, Site{Use: u}, func() expr.Members {
		f := w.template(u)
		f[root(u)] = g.siblings(nil)
		return f
	}, nil)
}

func root(u *trace.Use) string {
	if u.Template.Type() == ir.DAG {
		return "tasks"
	}
	return "steps"
}

func (w *walker) call(g *group, c *ir.Call) {
	u := g.use
	s := Site{Use: u, Call: c, Env: expr.Env{Helpers: true}}
	var cached expr.Fields
	names := func() expr.Members {
		if cached != nil {
			return cached
		}
		cached = w.template(u)
		cached[root(u)] = g.siblings(func(producer *ir.Call) bool { return g.missing.For(producer, c) })
		if it, ok := item(c); ok {
			cached["item"] = it
		}
		return cached
	}
	for _, a := range c.Arguments.Artifacts {
		if a.FromExpression != nil {
			local := s
			local.Lacks = noGlobals
			all, _ := names().(expr.Fields)
			w.field(a.FromExpression, expr.Fields{root(u): all[root(u)], "inputs": all["inputs"], "item": all["item"]}, expr.Unknown, local)
		}
	}
	for _, h := range c.Hooks {
		if h.Expression != nil {
			w.field(h.Expression, names(), expr.Bool, s)
		}
	}
	skip := map[*tree.Node]bool{}
	if c.Callee.Inline != nil {
		skip[c.Callee.Inline.Node] = true
	}
	w.tags(c.Node, s, names, func(n *tree.Node) bool { return skip[n] })
}
