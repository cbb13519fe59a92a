package rules

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

var secretInPlainText = validate.Rule{
	Name: "secret-in-plain-text", Group: validate.Security, Severity: diag.Warning,
	Summary: "a password, token or key stands in the file",
	Why: `Whoever reads the file or the workflow in the cluster has it, and it stays in the history of both. Put it into a Secret,
give it to the container by valueFrom.secretKeyRef, and replace the one that was shown.`,
	Bad: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [date]
      env:
      - {name: DB_PASSWORD, value: hunter2-Xk9}
`,
	Good: `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: main-}
spec:
  entrypoint: main
  templates:
  - name: main
    container:
      image: alpine:3.23
      command: [date]
      env:
      - name: DB_PASSWORD
        valueFrom: {secretKeyRef: {name: db, key: password}}
`,
	Check: func(p *validate.Pass) {
		reported := map[source.Span]bool{}
		report := func(at source.Span, message string) {
			if reported[at] {
				return
			}
			reported[at] = true
			p.Report(diag.Diagnostic{Span: at, Message: message, Help: "put it into a Secret, and use secretKeyRef"})
		}
		for c := range podContainers(p) {
			for _, e := range c.node.Get("env").List() {
				if secretValue(e.Get("name").Text(), e.Get("value").Text()) {
					report(e.Get("value").Place(), fmt.Sprintf("variable %q holds a secret in plain text", e.Get("name").Text()))
				}
			}
			for n, option := range secretOptions(c.commandLine()) {
				report(n, fmt.Sprintf("option %q holds a secret in plain text", option))
			}
		}
		for _, o := range p.Project.Objects {
			for _, param := range plainParameters(o) {
				for _, n := range []*tree.Node{param.Value, param.Default} {
					if secretValue(param.Name.Text(), n.Text()) {
						report(n.Place(), fmt.Sprintf("parameter %q holds a secret in plain text", param.Name.Text()))
					}
				}
			}
			reportKeys(o, report)
		}
	},
}

// plainParameters are all parameters of o that are given a value.
func plainParameters(o *ir.Object) []*ir.Parameter {
	if o.Spec == nil {
		return nil
	}
	out := append([]*ir.Parameter{}, o.Spec.Arguments.Parameters...)
	for t := range o.AllTemplates() {
		out = append(out, t.Inputs.Parameters...)
	}
	for c := range o.AllCalls() {
		out = append(out, c.Arguments.Parameters...)
	}
	return out
}

var (
	// secretName is what names of secrets end in.
	secretName = pattern(`(?i)(?:^|[-_.])(?:password|passwd|passphrase|secret|token|api[-_]?key|private[-_]?key|access[-_]?key|secret[-_]?key|credentials?)$|(?:Password|Secret|Token|ApiKey|APIKey|PrivateKey|SecretKey)$`)
	// secretKey is what keys of well-known services look like.
	secretKey = pattern(`\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_[A-Za-z0-9_]{40,}|\bglpat-[A-Za-z0-9_-]{20,}|\bxox[abprs]-[A-Za-z0-9-]{10,}|\bAIza[0-9A-Za-z_-]{35}\b|\bsk_live_[0-9a-zA-Z]{20,}|-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}`)
	// loginURL is an address with a user and a password.
	loginURL = pattern(`\b[a-z][a-z0-9+]*://[^\s/:@{}$]+:[^\s/:@{}$]{3,}@`)
	// notSecret is what stands for a secret, or says where it is.
	notSecret = pattern(`(?i)^(?:true|false|null|none|disabled|enabled|changeme|change-me|todo|xxx+|\*+|<.*>|\.\.\.|[0-9]{1,3}|.*(?:example|placeholder|dummy|redacted).*)$`)
)

// keyMarks are parts of all that secretKey finds: few texts hold one.
var keyMarks = []string{"AKIA", "ASIA", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox", "AIza", "sk_live_", "PRIVATE KEY", "eyJ"}

// secretWords are what names of secrets end in, in lower case.
var secretWords = []string{"password", "passwd", "passphrase", "secret", "token", "key", "credential", "credentials"}

// namesSecret reports whether name is one for a secret.
func namesSecret(name string) bool {
	lower := strings.ToLower(name)
	return slices.ContainsFunc(secretWords, func(w string) bool { return strings.HasSuffix(lower, w) }) && secretName().MatchString(name)
}

// secretOptions yields the values of options of a command, such as
// --password=VALUE or --password VALUE, that may be secrets.
func secretOptions(line []*tree.Node) iter.Seq2[source.Span, string] {
	return func(yield func(source.Span, string) bool) {
		for i, n := range line {
			option, value, joined := strings.Cut(n.Text(), "=")
			if !strings.HasPrefix(option, "--") || strings.ContainsAny(option, " \n") {
				continue
			}
			at := n
			if !joined && i+1 < len(line) {
				at, value = line[i+1], line[i+1].Text()
			}
			if !strings.HasPrefix(value, "-") && secretValue(option, value) && !yield(at.Place(), option) {
				return
			}
		}
	}
}

// secretValue reports whether something that is named like a secret is given a
// text that may be one: not a tag, a reference, a path or a name.
func secretValue(name, text string) bool {
	text = strings.TrimSpace(text)
	switch {
	case len(text) < 4, !namesSecret(name), strings.Contains(text, "{{"), strings.Contains(text, "$"):
		return false
	case strings.HasPrefix(text, "/"), strings.HasPrefix(text, "./"), strings.Contains(text, "://"), notSecret().MatchString(text):
		return false
	}
	// The name of a Secret is often passed as secret: a few words with hyphens.
	return !secretReference().MatchString(name) || !objectName().MatchString(text)
}

var (
	secretReference = pattern(`(?i)(?:^|[-_.])(?:secret|credentials?|token|key)$`)
	objectName      = pattern(`^[a-z]+(?:[-._][a-z0-9]+)*$`)
)

// reportKeys reports what looks like a key of a well-known service, anywhere.
func reportKeys(o *ir.Object, report func(source.Span, string)) {
	if o.Spec == nil {
		return
	}
	for n := range o.Spec.Node.All() {
		if n.Kind != tree.String || len(n.Value) < 8 {
			continue
		}
		var m []int
		what := "looks like a key or token"
		if slices.ContainsFunc(keyMarks, func(mark string) bool { return strings.Contains(n.Value, mark) }) {
			m = secretKey().FindStringIndex(n.Value)
		}
		if m == nil && strings.Contains(n.Value, "://") && strings.Contains(n.Value, "@") {
			m, what = loginURL().FindStringIndex(n.Value), "holds a user and a password"
		}
		if m != nil && !notSecret().MatchString(n.Value[m[0]:m[1]]) {
			report(n.Source(m[0], m[1]), fmt.Sprintf("%q %s in plain text", masked(n.Value[m[0]:m[1]]), what))
		}
	}
}

// masked shows only the beginning of a secret: findings end up in logs.
func masked(text string) string {
	return text[:min(4, len(text))] + "…"
}
