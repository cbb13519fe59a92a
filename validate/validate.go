package validate

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/parallel"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/weft"
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
	// Settings say how a file is judged, by its name; nil judges every file by
	// the profile. The profile still says what an error is that no setting may
	// hide from the runtime, and whether the reference's verdict counts.
	Settings func(file string) *Settings
	// Filter drops findings that have been answered, by a comment or a baseline,
	// and may add some about the answers.
	Filter func([]diag.Diagnostic) []diag.Diagnostic
	// Checkers judge scripts by programs that weft does not hold.
	Checkers Checkers
}

// Result of Check.
type Result struct {
	Findings *diag.List
	Checked  *ir.Checked // nil when there is an error, be it withheld
	Linted   int         // how many objects were judged
	// Withheld are the errors behind a nil Checked when Findings holds none:
	// settings, comments or a baseline keep them from being shown.
	Withheld []diag.Diagnostic
}

// Check runs the rules of the profile.
func Check(p *ir.Project, opts Options) *Result {
	c := &checker{project: p, opts: opts, byName: map[string]*Rule{}}
	for i := range opts.Rules {
		c.byName[opts.Rules[i].Name] = &opts.Rules[i]
	}
	c.readSettings()
	c.front()
	c.doubts = newDoubts(p.Documents)
	c.structure()
	c.rules()
	return c.result()
}

type checker struct {
	project *ir.Project
	opts    Options
	byName  map[string]*Rule
	found   diag.List
	errors  diag.List               // what the profile calls an error, whatever the settings
	dropped map[*tree.Document]bool // documents the reference would not see, in profile argo
	doubts  *doubts
	named   map[source.Span]bool // names and values that the .weft front end found wrong

	stubs    map[*source.File]bool
	asking   sync.Mutex           // held to ask for settings: rules do, all at once
	settings map[string]*Settings // by file
	distinct []*Settings
}

func (c *checker) result() *Result {
	r := &Result{Findings: &diag.List{}}
	for _, o := range c.project.Objects {
		if o.Kind != ir.WorkflowEventBinding && !c.unread(o) {
			r.Linted++
		}
	}
	findings := onceEach(c.found.Sorted())
	for i := range findings {
		findings[i].Path = c.path(findings[i].Span)
	}
	if c.opts.Filter != nil {
		findings = c.opts.Filter(findings)
	}
	for _, d := range findings {
		if d.Path == "" { // the filter's own
			d.Path = c.path(d.Span)
		}
		r.Findings.Add(d)
	}
	switch {
	case r.Findings.Has(diag.Error):
	case c.errors.Len() > 0:
		r.Withheld = c.errors.Sorted()
	case c.isDamaged():
	default:
		r.Checked = ir.Seal(c.project)
	}
	return r
}

// onceEach leaves out what the structural walk says about a place that a rule
// with more to say has found fault with, too.
func onceEach(findings []diag.Diagnostic) []diag.Diagnostic {
	general := func(d diag.Diagnostic) bool {
		return d.Rule == schema.CrdOnlyConstraint || d.Rule == schema.NullListEntry
	}
	if !slices.ContainsFunc(findings, general) {
		return findings
	}
	return slices.DeleteFunc(slices.Clone(findings), func(d diag.Diagnostic) bool {
		return general(d) && slices.ContainsFunc(findings, func(other diag.Diagnostic) bool {
			return !general(other) && samePlace(d.Span, other.Span)
		})
	})
}

// samePlace reports whether two spans are about the same text, with or without
// its quotes.
func samePlace(a, b source.Span) bool {
	return a.File == b.File && max(a.Start-b.Start, b.Start-a.Start) <= 1 && max(a.End-b.End, b.End-a.End) <= 1
}

// isDamaged reports whether there is an object that could not be read whole.
func (c *checker) isDamaged() bool {
	damaged := func(o *ir.Object) bool { return o.Doc.Damage != nil }
	return slices.ContainsFunc(c.project.Objects, damaged) || slices.ContainsFunc(c.project.Stubs, damaged)
}

// report adds a finding made outside Rule.Check under the rule of its name. A
// finding without a rule keeps its own severity: the catalogue test makes sure
// that there is none.
func (c *checker) report(d diag.Diagnostic) {
	if r := c.byName[d.Rule]; r != nil {
		c.add(r, d)
	} else if d.Severity != 0 {
		c.found.Add(d)
	}
}

// add adds a finding of r with the severity that the settings of its file give
// it. What is wrong with a stub is not for us to say.
func (c *checker) add(r *Rule, d diag.Diagnostic) {
	if c.stubs[d.Span.File] || c.doubts.about(r, d) {
		return
	}
	d.Rule = r.Name
	if d.Severity = c.settingsOf(d.Span.File).Severity(r); d.Severity != 0 {
		c.found.Add(d)
	}
	if r.In(c.opts.Profile) == diag.Error {
		d.Severity = diag.Error
		c.errors.Add(d)
	}
}

func (c *checker) front() {
	if c.opts.Front == nil {
		return
	}
	c.dropped, c.named = map[*tree.Document]bool{}, map[source.Span]bool{}
	for _, d := range c.opts.Front.Sorted() {
		if c.opts.Profile == Argo && unreadable[d.Rule] {
			c.unreadable(d, c.document(d.Span))
			continue
		}
		shown := c.found.Len()
		c.report(d)
		if (d.Rule == weft.RuleUnknownName || d.Rule == weft.RuleTypeMismatch || d.Rule == weft.RuleDuplicate) && c.found.Len() > shown {
			c.named[d.Span] = true
		}
	}
}

// unreadable are the rules about documents that the reader of the reference
// refuses.
var unreadable = map[string]bool{
	yaml.RuleSyntax: true, yaml.RuleDuplicateKey: true, yaml.RuleMergeOverride: true, yaml.RuleNotJSON: true,
}

// unreadable gives the reference's verdict on what its reader refuses, such as a
// duplicate key: it drops a YAML document without a word, and refuses an object
// in a JSON file, but for what stands below a step.
func (c *checker) unreadable(d diag.Diagnostic, doc *tree.Document) {
	switch {
	case doc == nil || !isJSON(doc):
		c.dropped[doc] = true
		c.report(d)
	case isLinted(doc) && !strings.Contains(c.path(d.Span), ".steps["):
		d.Severity = diag.Error
		c.found.Add(d)
		c.errors.Add(d)
	}
}

// isJSON reports whether the file of doc is one JSON value.
func isJSON(doc *tree.Document) bool { return json.Valid([]byte(doc.File.Text)) }

func isLinted(doc *tree.Document) bool {
	kind, ok := ir.ParseKind(doc.Root.Get("kind").Text())
	return ok && kind != ir.WorkflowEventBinding
}

// unread reports whether the reference would silently pass over o: it drops
// documents that its reader refuses.
func (c *checker) unread(o *ir.Object) bool {
	return c.opts.Profile == Argo && c.dropped[o.Doc]
}

func (c *checker) structure() {
	argo := c.opts.Profile == Argo
	linted := c.lintedFiles()
	for _, o := range c.project.Objects {
		report := c.structural
		if argo && !linted[o.Doc.File] {
			report = c.unheard
		}
		opts := schema.Options{Templates: c.settingsOf(o.Doc.File).Target == ForWeft}
		schema.Check(o.Root, o.Kind.String(), opts, report)
	}
	if !argo {
		return
	}
	for _, d := range c.project.Foreign {
		if kind := d.Root.Get("kind"); !isJSON(d) && (kind == nil || kind.Kind != tree.String || kind.Value == "") {
			continue // passed over before it is decoded
		}
		if d.Root.Kind != tree.Map && d.Root.Kind != tree.Null {
			c.structural(schema.Finding{
				Rule: schema.ForeignMetadataClash, Span: schema.Head(d.Root),
				Message: fmt.Sprintf("a JSON file must hold one object, not a %s, or Argo's linter gives up on the whole run", d.Root.Kind),
			})
			continue
		}
		schema.CheckMetadataOnly(d.Root, c.structural)
	}
}

// lintedFiles are the files that hold an object that the reference judges: it
// tells of unknown fields of any object in them, and in no other file.
func (c *checker) lintedFiles() map[*source.File]bool {
	files := map[*source.File]bool{}
	for _, o := range c.project.Objects {
		if o.Kind != ir.WorkflowEventBinding {
			files[o.Doc.File] = true
		}
	}
	return files
}

// unheard reports what the reference finds in a file of which it says nothing,
// unless it cannot decode it at all.
func (c *checker) unheard(f schema.Finding) {
	if f.Rule != schema.UnknownField {
		c.structural(f)
	}
}

func (c *checker) structural(f schema.Finding) {
	c.report(diag.Diagnostic{
		Rule: f.Rule, Severity: diag.Error, Span: f.Span, Message: f.Message, Help: f.Help, Related: f.Related, Fixes: f.Fixes,
	})
}

func (c *checker) rules() {
	exact := c.opts.Profile == Argo
	t := trace.Follow(c.project, trace.Options{Exact: exact, External: c.external}, c.unread)
	known := &facts{}
	passes := make([]*Pass, len(c.opts.Rules))
	var waits []func()
	var turns []int
	for i := range c.opts.Rules {
		r := &c.opts.Rules[i]
		if r.Check == nil || !c.runs(r) {
			continue
		}
		p := &Pass{Project: c.project, Trace: t, Exact: exact, Checkers: c.opts.Checkers, settings: c.settingsOf, facts: known}
		passes[i] = p
		if r.Waits {
			waits = append(waits, parallel.Start(func() { r.Check(p) }))
		} else {
			turns = append(turns, i)
		}
	}
	parallel.Each(len(turns), func(i int) { c.opts.Rules[turns[i]].Check(passes[turns[i]]) })
	for _, wait := range waits {
		wait()
	}
	c.collect(passes)
}

// collect adds what the rules found, in their order.
func (c *checker) collect(passes []*Pass) {
	for i, p := range passes {
		if p == nil {
			continue
		}
		for _, d := range p.found {
			if !c.named[d.Span] { // one mistake, one finding
				c.add(&c.opts.Rules[i], d)
			}
		}
	}
}

// runs reports whether a finding of r would count in any file.
func (c *checker) runs(r *Rule) bool {
	return r.In(c.opts.Profile) == diag.Error ||
		slices.ContainsFunc(c.distinct, func(s *Settings) bool { return s.Severity(r) != 0 })
}

// readSettings looks up the settings of every file of the project.
func (c *checker) readSettings() {
	c.settings = map[string]*Settings{}
	if c.opts.Settings == nil {
		common := &Settings{Profile: c.opts.Profile}
		c.opts.Settings = func(string) *Settings { return common }
	}
	c.settingsOf(nil)
	for _, d := range c.project.Documents {
		c.settingsOf(d.File)
	}
	c.stubs = map[*source.File]bool{}
	for _, o := range c.project.Stubs {
		c.stubs[o.Doc.File] = true
	}
}

func (c *checker) settingsOf(f *source.File) *Settings {
	name := ""
	if f != nil {
		name = f.Name
	}
	c.asking.Lock()
	defer c.asking.Unlock()
	s := c.settings[name]
	if s == nil {
		s = c.opts.Settings(name)
		c.settings[name] = s
		if !slices.Contains(c.distinct, s) {
			c.distinct = append(c.distinct, s)
		}
	}
	return s
}

// external reports whether an object may refer to a resource that was not read.
func (c *checker) external(from *ir.Object, kind ir.Kind, name string) bool {
	return c.settingsOf(from.Doc.File).IsExternal(kind, from.Namespace.Text(), name)
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
