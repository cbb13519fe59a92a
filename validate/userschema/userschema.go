// Package userschema checks values against the JSON Schemas that users name for
// parameters and for what plugins are given: in weft.yaml by name, or beside the
// parameter in a comment,
//
//   - name: config  # weft: schema[schemas/config.json]
package userschema

import (
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate/comment"
	"github.com/weft-lang/weft/validate/config"
	"github.com/weft-lang/weft/validate/schema"
	"github.com/weft-lang/weft/validate/schema/jsonschema"
)

// verb is that of the comments.
const verb = "schema"

// Project is what is checked.
type Project struct {
	Bound    *ir.Project
	Comments []comment.Comment
	// Schemas are those that the weft.yaml of a file names.
	Schemas func(file string) config.Schemas
	FS      fs.FS // holds the schemas
}

// Check checks every value that has a schema.
func Check(p Project) *diag.List {
	c := &checker{Project: p, compiled: map[string]*jsonschema.Schema{}}
	for _, o := range p.Bound.Objects {
		if o.Spec != nil {
			c.object(o)
		}
	}
	return &c.list
}

type checker struct {
	Project
	list     diag.List
	compiled map[string]*jsonschema.Schema // by file; nil for one that cannot be used
}

// A reference is a schema as somebody names it.
type reference struct {
	file string
	at   source.Span
	rule string // for faults of the schema itself
}

func (c *checker) object(o *ir.Object) {
	c.declared(o.Spec.Arguments.Parameters)
	for t := range o.AllTemplates() {
		c.declared(t.Inputs.Parameters)
		if t.Type() == ir.Plugin && t.Body().Kind == tree.Map {
			c.plugins(t.Body())
		}
	}
	for call := range o.AllCalls() {
		for _, a := range call.Arguments.Parameters {
			r, ok := c.ofParameter(a)
			if target := call.Callee.Target; target != nil {
				if in := target.Inputs.Parameter(a.Name.Text()); in != nil {
					r, ok = c.ofParameter(in)
				}
			}
			if ok {
				c.values(r, a.Value)
			}
		}
	}
}

func (c *checker) declared(parameters []*ir.Parameter) {
	for _, p := range parameters {
		if r, ok := c.ofParameter(p); ok {
			c.values(r, p.Value, p.Default)
			c.values(r, p.Enum.List()...)
		}
	}
}

func (c *checker) plugins(body *tree.Node) {
	for _, e := range body.Entries {
		p, ok := c.Schemas(body.Span.File.Name).Plugins[e.Key.Value]
		if !ok {
			continue
		}
		r := reference{p.Name, p.Node.Place(), config.Rule}
		if s := c.compile(r); s != nil {
			s.Check(e.Value, c.report(r))
		}
	}
}

// ofParameter is the schema of a parameter: the one beside it, else that of its
// name.
func (c *checker) ofParameter(p *ir.Parameter) (reference, bool) {
	at := p.Node.Span
	for _, m := range c.Comments {
		if m.Verb.Text == verb && len(m.Args) == 1 && beside(m.Covers, at) {
			arg := m.Args[0]
			return reference{path.Join(path.Dir(at.File.Name), arg.Text), arg.Span, jsonschema.Rule}, true
		}
	}
	if named, ok := c.Schemas(at.File.Name).Parameters[p.Name.Text()]; ok {
		return reference{named.Name, named.Node.Place(), config.Rule}, true
	}
	return reference{}, false
}

// beside reports whether a comment about covers is about the parameter at at:
// it starts in what the comment is about, or holds it.
func beside(covers, at source.Span) bool {
	return covers.File == at.File &&
		(covers.Start <= at.Start && at.Start < covers.End || at.Start <= covers.Start && covers.Start < at.End)
}

func (c *checker) values(r reference, nodes ...*tree.Node) {
	s := c.compile(r)
	if s == nil {
		return
	}
	for _, n := range nodes {
		s.CheckParameter(n, c.report(r))
	}
}

func (c *checker) report(r reference) func(schema.Finding) {
	return func(f schema.Finding) {
		c.list.Add(diag.Diagnostic{
			Rule: jsonschema.Rule, Severity: diag.Error, Span: f.Span, Message: f.Message, Help: f.Help, Fixes: f.Fixes,
			Related: []diag.Related{{Span: r.at, Message: "the schema is named here"}},
		})
	}
}

// compile reads a schema once. What is wrong with it is reported where it is
// named first.
func (c *checker) compile(r reference) *jsonschema.Schema {
	s, ok := c.compiled[r.file]
	if ok {
		return s
	}
	s, err := read(c.FS, r.file)
	if err != nil {
		c.list.Add(diag.Diagnostic{Rule: r.rule, Severity: diag.Error, Span: r.at, Message: err.Error()})
	}
	c.compiled[r.file] = s
	return s
}

func read(fsys fs.FS, name string) (*jsonschema.Schema, error) {
	f, err := source.Read(fsys, name, "")
	if err != nil {
		return nil, fmt.Errorf("there is no JSON Schema to be read in %q", name)
	}
	docs, findings := yaml.Parse(f)
	if findings.Has(diag.Error) { // whose text may quote a file that is none of a workflow's business
		return nil, fmt.Errorf("the JSON Schema cannot be read, see %s", findings.Sorted()[0].Span)
	}
	if len(docs) != 1 || docs[0].Root == nil || docs[0].Root.Kind != tree.Map {
		return nil, fmt.Errorf("%q holds no JSON Schema", name)
	}
	s, err := jsonschema.Compile(docs[0].Root)
	if err != nil {
		return nil, fmt.Errorf("%q holds no usable JSON Schema: %s", name, strings.TrimPrefix(err.Error(), "read JSON Schema: "))
	}
	return s, nil
}
