package validate

import (
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate/schema"
	"github.com/weft-lang/weft/validate/trace"
)

// Options of Check. The zero value runs no rule: Rules is required, and is
// rules.All() but for tests.
type Options struct {
	Profile Profile
	Rules   []Rule
	// Front are the findings of the front ends. They are reported under the
	// rules of their names, so that severities apply to them too.
	Front *diag.List
}

// Result of Check.
type Result struct {
	Findings *diag.List
	Checked  *ir.Checked // nil when there is an error
	Linted   int         // how many objects were judged
}

// Check runs the rules of the profile.
func Check(p *ir.Project, opts Options) *Result {
	c := &checker{project: p, opts: opts, found: &diag.List{}, byName: map[string]*Rule{}}
	for i := range opts.Rules {
		c.byName[opts.Rules[i].Name] = &opts.Rules[i]
	}
	c.front()
	c.structure()
	c.rules()
	r := &Result{Findings: &diag.List{}}
	for _, o := range p.Objects {
		if o.Kind != ir.WorkflowEventBinding && !c.unread(o) {
			r.Linted++
		}
	}
	for _, d := range c.found.Sorted() {
		d.Path = c.path(d.Span)
		r.Findings.Add(d)
	}
	if !r.Findings.Has(diag.Error) {
		r.Checked = ir.Seal(p)
	}
	return r
}

type checker struct {
	project *ir.Project
	opts    Options
	found   *diag.List
	byName  map[string]*Rule
	dropped map[*tree.Document]bool // documents the reference would not see, in profile argo
}

// report adds a finding made outside Rule.Check under the rule of its name. A
// finding without a rule keeps its own severity: the catalogue test makes sure
// that there is none.
func (c *checker) report(d diag.Diagnostic) {
	if r := c.byName[d.Rule]; r != nil {
		d.Severity = r.In(c.opts.Profile)
	}
	if d.Severity != 0 {
		c.found.Add(d)
	}
}

func (c *checker) front() {
	if c.opts.Front == nil {
		return
	}
	c.dropped = map[*tree.Document]bool{}
	for _, d := range c.opts.Front.Sorted() {
		c.report(d)
		if d.Rule == "yaml-duplicate-key" || d.Rule == "yaml-merge-override" {
			if doc := c.document(d.Span); doc != nil {
				c.dropped[doc] = true
			}
		}
	}
}

// unread reports whether the reference would silently pass over o: it drops
// documents with duplicate keys.
func (c *checker) unread(o *ir.Object) bool {
	return c.opts.Profile == Argo && c.dropped[o.Doc]
}

func (c *checker) structure() {
	argo := c.opts.Profile == Argo
	for _, o := range c.project.Objects {
		schema.Check(o.Root, o.Kind.String(), schema.Options{}, c.structural)
	}
	if !argo {
		return
	}
	for _, d := range c.project.Foreign {
		schema.CheckMetadataOnly(d.Root, c.structural)
	}
}

func (c *checker) structural(f schema.Finding) {
	c.report(diag.Diagnostic{
		Rule: f.Rule, Severity: diag.Error, Span: f.Span, Message: f.Message, Help: f.Help, Related: f.Related, Fixes: f.Fixes,
	})
}

func (c *checker) rules() {
	t := trace.Follow(c.project, trace.Options{Exact: c.opts.Profile == Argo}, c.unread)
	for i := range c.opts.Rules {
		r := &c.opts.Rules[i]
		severity := r.In(c.opts.Profile)
		if r.Check == nil || severity == 0 {
			continue
		}
		r.Check(&Pass{
			Project: c.project, Trace: t, Exact: c.opts.Profile == Argo,
			rule: r, severity: severity, list: c.found,
		})
	}
}

// document is the document that holds span.
func (c *checker) document(span source.Span) *tree.Document {
	for _, d := range c.project.Documents {
		if d.Span.Contains(span) {
			return d
		}
	}
	return nil
}

func (c *checker) path(span source.Span) string {
	if d := c.document(span); d != nil && d.Root != nil {
		return strings.TrimPrefix(d.Root.PathTo(span), ".")
	}
	return ""
}
