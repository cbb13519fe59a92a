package validate

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
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
		if c.opts.Profile == Argo && (d.Rule == yaml.RuleDuplicateKey || d.Rule == yaml.RuleMergeOverride) {
			c.duplicateKey(d, c.document(d.Span))
			continue
		}
		c.report(d)
	}
}

// duplicateKey gives the reference's verdict on a duplicate key: it drops a
// YAML document without a word, and refuses an object in a JSON file, but for
// what stands below a step.
func (c *checker) duplicateKey(d diag.Diagnostic, doc *tree.Document) {
	switch {
	case doc == nil || !isJSON(doc):
		c.dropped[doc] = true
		c.report(d)
	case isLinted(doc) && !strings.Contains(c.path(d.Span), ".steps["):
		d.Severity = diag.Error
		c.found.Add(d)
	}
}

// isJSON reports whether the file of doc is one JSON value.
func isJSON(doc *tree.Document) bool { return json.Valid([]byte(doc.File.Text)) }

func isLinted(doc *tree.Document) bool {
	kind, ok := ir.ParseKind(doc.Root.Get("kind").Text())
	return ok && kind != ir.WorkflowEventBinding
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
		if d.Root.Kind != tree.Map && d.Root.Kind != tree.Null && isJSON(d) {
			c.structural(schema.Finding{
				Rule: schema.ForeignMetadataClash, Span: schema.Head(d.Root),
				Message: fmt.Sprintf("a JSON file must hold one object, not a %s, or Argo's linter gives up on the whole run", d.Root.Kind),
			})
			continue
		}
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
