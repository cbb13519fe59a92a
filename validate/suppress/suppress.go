// Package suppress lets comments answer findings:
//
//	image: alpine  # weft: ignore[image-without-tag] always the newest, on purpose
//
// A comment is about findings on its line, in the node below it or, as
// ignore-file, in the whole file. One that has no reason, names no rule, or
// answers nothing is itself reported.
package suppress

import (
	"fmt"
	"iter"
	"slices"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/comment"
)

// The rules that this package reports under.
const (
	RuleMalformed     = "ignore-malformed"
	RuleUnknownRule   = "ignore-unknown-rule"
	RuleWithoutReason = "ignore-without-reason"
	RuleUnused        = "unused-ignore"
)

// The verbs of comments.
const (
	ignore     = "ignore"
	ignoreFile = "ignore-file"
)

// Options say what the findings were made with.
type Options struct {
	Rules    []validate.Rule
	Settings func(file string) *validate.Settings
}

// Filter returns the findings that no comment answers, and those about the
// comments themselves.
func Filter(findings []diag.Diagnostic, comments []comment.Comment, opts Options) []diag.Diagnostic {
	r := reviewer{Options: opts}
	var answers []*answer
	for _, c := range comments {
		if a := r.read(c); a != nil {
			answers = append(answers, a)
		}
	}
	findings = slices.DeleteFunc(slices.Clone(findings), func(d diag.Diagnostic) bool {
		answered := false
		for _, a := range answers {
			answered = a.to(d) || answered
		}
		return answered
	})
	for _, a := range answers {
		r.review(a)
	}
	for _, d := range r.list.Sorted() {
		if d.Severity = r.severity(d.Rule, d.Span.File); d.Severity != 0 {
			findings = append(findings, d)
		}
	}
	return findings
}

// An answer is a comment that ignores rules.
type answer struct {
	comment.Comment
	covers source.Span
	used   []bool // by argument
}

// to reports whether the answer is about a finding, and remembers it.
func (a *answer) to(d diag.Diagnostic) bool {
	if d.Span.File == nil || a.covers.File == nil || d.Span.File.Name != a.covers.File.Name {
		return false
	}
	if d.Span.Start < a.covers.Start || d.Span.Start >= max(a.covers.End, a.covers.Start+1) {
		return false
	}
	found := false
	for i, arg := range a.Args {
		if arg.Text == d.Rule {
			a.used[i], found = true, true
		}
	}
	return found
}

// A reviewer judges the answers themselves.
type reviewer struct {
	Options
	list diag.List
}

func (r *reviewer) report(rule string, d diag.Diagnostic) {
	d.Rule, d.Severity = rule, diag.Warning
	r.list.Add(d)
}

// read makes an answer of a comment. It returns nil for one that answers
// nothing, and reports it if it was meant to.
func (r *reviewer) read(c comment.Comment) *answer {
	switch verb := c.Verb.Text; {
	case verb != ignore && verb != ignoreFile:
		if near, ok := diag.Nearest(verb, slices.Values([]string{ignore, ignoreFile})); ok {
			r.report(RuleMalformed, diag.Diagnostic{
				Span: c.Verb.Span, Message: fmt.Sprintf("%q ignores nothing", verb), Help: fmt.Sprintf("write %q", near),
				Fixes: []diag.Fix{replace(c.Verb, near)},
			})
		}
		return nil
	case len(c.Args) == 0:
		r.report(RuleMalformed, diag.Diagnostic{
			Span: c.Span, Message: "this comment names no rule, and ignores nothing",
			Help: fmt.Sprintf("write weft: %s[RULE] and the reason", verb),
		})
		return nil
	}
	a := &answer{Comment: c, covers: c.Covers, used: make([]bool, len(c.Args))}
	if c.Verb.Text == ignoreFile {
		a.covers = c.Span.File.At(0, len(c.Span.File.Text))
		if !c.Alone || !c.First {
			r.report(RuleMalformed, diag.Diagnostic{
				Span: c.Span, Message: "a comment about the whole file is easily missed here",
				Help: "put it on a line of its own at the top",
			})
		}
	}
	return a
}

// review reports what is wrong with an answer that has been asked about every
// finding.
func (r *reviewer) review(a *answer) {
	if a.Text == "" {
		r.report(RuleWithoutReason, diag.Diagnostic{
			Span: a.Span, Message: "this comment does not say why", Help: "write the reason behind the bracket",
		})
	}
	var unused []int
	for i, arg := range a.Args {
		switch {
		case r.rule(arg.Text) == nil:
			r.unknown(arg)
		case !a.used[i] && a.Checked && r.severity(arg.Text, a.Span.File) != 0:
			unused = append(unused, i)
		}
	}
	for _, i := range unused {
		r.report(RuleUnused, diag.Diagnostic{
			Span: a.Args[i].Span, Message: fmt.Sprintf("there is no finding of %q here to ignore", a.Args[i].Text),
			Help: "remove it", Fixes: []diag.Fix{a.remove(i, len(unused) == len(a.Args))},
		})
	}
}

func (r *reviewer) unknown(arg comment.Word) {
	known := r.names()
	d := diag.Diagnostic{
		Span: arg.Span, Message: fmt.Sprintf("there is no rule %q", arg.Text), Help: "weft rules lists them all",
	}
	if near, ok := diag.Nearest(arg.Text, known); ok {
		d.Help, d.Fixes = diag.DidYouMean(arg.Text, known), []diag.Fix{replace(arg, near)}
	}
	r.report(RuleUnknownRule, d)
}

// replace is a guess, and so no safe fix.
func replace(w comment.Word, text string) diag.Fix {
	return diag.Fix{Title: fmt.Sprintf("write %q", text), Edits: []diag.Edit{{Span: w.Span, New: text}}}
}

// remove is the fix that takes an argument out of the comment, or the whole
// comment out of the file.
func (a *answer) remove(i int, whole bool) diag.Fix {
	if whole {
		return diag.Fix{Title: "remove the comment", Safe: true, Edits: []diag.Edit{{Span: a.Extent()}}}
	}
	span := a.Args[i].Span
	if i+1 < len(a.Args) {
		span.End = a.Args[i+1].Span.Start
	} else {
		span.Start = a.Args[i-1].Span.End
	}
	return diag.Fix{Title: fmt.Sprintf("remove %q", a.Args[i].Text), Safe: true, Edits: []diag.Edit{{Span: span}}}
}

func (r *reviewer) rule(name string) *validate.Rule {
	i := slices.IndexFunc(r.Rules, func(rule validate.Rule) bool { return rule.Name == name })
	if i < 0 {
		return nil
	}
	return &r.Rules[i]
}

// severity is that of a rule in a file, 0 when it is off there.
func (r *reviewer) severity(name string, f *source.File) diag.Severity {
	rule := r.rule(name)
	if rule == nil {
		return 0
	}
	return r.Settings(f.Name).Severity(rule)
}

func (r *reviewer) names() iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, rule := range r.Rules {
			if !yield(rule.Name) {
				return
			}
		}
	}
}
