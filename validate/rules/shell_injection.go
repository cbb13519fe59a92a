package rules

import (
	"fmt"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var shellInjection = validate.Rule{
	Name: "shell-injection", Group: validate.Security, Severity: diag.Warning, Profile: validate.SecurityProfile,
	Summary: "a value from outside is spliced into shell text",
	Why: `The shell reads the value as a part of the script: x; rm -rf / is two commands. Pass it as an environment variable, and
write "$NAME" in the script: a variable's value is never read as shell.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  arguments: {parameters: [{name: city, value: Rome}]}
  templates:
  - name: main
    inputs: {parameters: [{name: city, value: "{{workflow.parameters.city}}"}]}
    script:
      image: alpine:3.23
      command: [sh]
      source: |
        echo "hello {{inputs.parameters.city}}"
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  arguments: {parameters: [{name: city, value: Rome}]}
  templates:
  - name: main
    inputs: {parameters: [{name: city, value: "{{workflow.parameters.city}}"}]}
    script:
      env:
      - {name: CITY, value: "{{inputs.parameters.city}}"}
      image: alpine:3.23
      command: [sh]
      source: |
        echo "hello ${CITY}"
`,
	Check: func(p *validate.Pass) {
		for _, s := range shellScripts(p) {
			reportSplices(p, s)
		}
	},
}

// reportSplices reports each tag of the script that brings in a value from
// outside. The first finding carries the fix for all of them.
func reportSplices(p *validate.Pass, s *shellScript) {
	text := s.text.Text()
	tags, _ := expr.Tags(text)
	tags = slices.DeleteFunc(tags, func(t expr.Tag) bool { return !fromOutside(t) || s.within(t).comment })
	fixes := passByEnv(s, tags)
	for _, t := range tags {
		p.Report(diag.Diagnostic{
			Span:    s.text.Source(t.Start, t.End),
			Message: fmt.Sprintf("the shell reads the value of %s as a part of the script", shownTag(t)),
			Help:    "pass it as an environment variable", Fixes: fixes,
		})
		fixes = nil
	}
}

// shellContext is what stands around a place in a script.
type shellContext struct {
	comment, single, double bool
	hereDoc, raw            bool // raw: of a here-document whose end is quoted
	split                   bool // the words of the value count one by one
	program                 bool // the value is, or begins, the command
}

// within is what stands around a tag.
func (s *shellScript) within(t expr.Tag) shellContext {
	var c shellContext
	if s.file == nil {
		return c
	}
	inside := func(n syntax.Node) bool {
		return n != nil && int(n.Pos().Offset()) <= t.Start && t.End <= int(n.End().Offset())
	}
	syntax.Walk(s.file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Comment:
			c.comment = c.comment || inside(n)
		case *syntax.SglQuoted:
			c.single = c.single || inside(n)
		case *syntax.DblQuoted:
			c.double = c.double || inside(n)
		case *syntax.WordIter:
			c.split = c.split || slices.ContainsFunc(n.Items, func(w *syntax.Word) bool { return inside(w) })
		case *syntax.ArithmExp, *syntax.ArithmCmd, *syntax.ParamExp:
			c.split = c.split || inside(n)
		case *syntax.Redirect:
			if n.Hdoc != nil && inside(n.Hdoc) {
				c.hereDoc, c.raw = true, n.Word.Lit() == ""
			}
		case *syntax.CallExpr:
			c.program = c.program || len(n.Args) > 0 && inside(n.Args[0])
		}
		return true
	})
	return c
}

// passByEnv is the fix that hands tags to the script as environment variables.
// It is there only for scripts as people write them: a block scalar in a
// container without variables. It is not safe: a value that was meant to be
// several words becomes one.
func passByEnv(s *shellScript, tags []expr.Tag) []diag.Fix {
	if s.file == nil || s.text.Style != tree.Literal || !s.text.Alias.IsZero() || s.node.Flow || s.node.Entry("env") != nil {
		return nil
	}
	var edits []diag.Edit
	var variables []string
	values := map[string]string{}
	for _, t := range tags {
		name := variableFor(t)
		replacement := s.within(t).variable(name)
		if name == "" || replacement == "" || strings.Contains(s.text.Text(), "$"+name) || strings.Contains(s.text.Text(), name+"=") {
			continue
		}
		if before, taken := values[name]; taken && before != t.Key {
			continue
		} else if !taken {
			variables = append(variables, name)
			values[name] = t.Key
		}
		edits = append(edits, diag.Edit{Span: s.text.Source(t.Start, t.End), New: replacement})
	}
	if edits == nil {
		return nil
	}
	first := headPlace(s.node)
	indent := strings.Repeat(" ", first.Start-first.File.LineStart(first.File.Position(first.Start).Line))
	var env strings.Builder
	env.WriteString("env:\n")
	for _, name := range variables {
		fmt.Fprintf(&env, "%s- {name: %s, value: \"{{%s}}\"}\n", indent, name, values[name])
	}
	env.WriteString(indent)
	at := first
	at.End = at.Start
	edits = append([]diag.Edit{{Span: at, New: env.String()}}, edits...)
	return []diag.Fix{{Title: "pass it as an environment variable", Edits: edits}}
}

// variable is how a script writes the variable in that context, "" when there
// is no way that keeps the meaning.
func (c shellContext) variable(name string) string {
	switch {
	case c.split || c.program || c.raw:
		return ""
	case c.hereDoc || c.double:
		return "${" + name + "}"
	case c.single:
		return `'"${` + name + `}"'`
	}
	return `"${` + name + `}"`
}

// variableFor makes a variable's name from the last part of a tag's, "" when
// it would hide a variable that programs look for.
func variableFor(t expr.Tag) string {
	if t.Expr || strings.ContainsAny(t.Key, "\"\\") {
		return ""
	}
	last := t.Key[strings.LastIndexByte(t.Key, '.')+1:]
	name := strings.ToUpper(strings.Trim(oddInVariable().ReplaceAllString(last, "_"), "_"))
	if name == "" || name[0] <= '9' || slices.Contains([]string{"PATH", "HOME", "USER", "SHELL", "PWD", "IFS", "LANG", "HOSTNAME"}, name) {
		return ""
	}
	return name
}

var oddInVariable = pattern(`[^a-zA-Z0-9]+`)
