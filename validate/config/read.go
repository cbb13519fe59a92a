package config

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate"
)

// Parse reads a weft.yaml. The Config is never nil.
func Parse(f *source.File, rules []validate.Rule) (*Config, *diag.List) {
	r := &reader{config: &Config{File: f}, list: &diag.List{}, rules: rules}
	docs, found := yaml.Parse(f)
	for _, d := range found.Sorted() {
		d.Rule = Rule
		r.list.Add(d)
	}
	for i, d := range docs {
		switch {
		case i > 0:
			r.report(d.Root, "settings are one document, and this is another", "join the two, or remove one")
		case !d.Root.IsNull():
			r.fields(d.Root, FileName, r.top())
		}
	}
	return r.config, r.list
}

// A reader reads one file into its config.
type reader struct {
	config *Config
	list   *diag.List
	rules  []validate.Rule
}

func (r *reader) report(n *tree.Node, message, help string) {
	if n != nil {
		r.list.Add(diag.Diagnostic{Rule: Rule, Severity: diag.Error, Span: head(n), Message: message, Help: help})
	}
}

// head is a value if it is on one line, else the start of it.
func head(n *tree.Node) source.Span {
	span := n.Place()
	if i := strings.IndexByte(span.Text(), '\n'); i > 0 {
		return span.Sub(0, i)
	}
	return span
}

// fields are what may stand in a map, and what reads it.
type fields map[string]func(*tree.Node)

func (r *reader) top() fields {
	c := r.config
	return fields{
		"version":    r.version,
		"profile":    func(n *tree.Node) { c.settings.Profile, _ = r.profile(n) },
		"rules":      func(n *tree.Node) { c.settings.Severities = r.severities(n) },
		"overrides":  func(n *tree.Node) { r.items(n, "overrides", r.override) },
		"external":   func(n *tree.Node) { r.items(n, "external", r.external) },
		"stubs":      func(n *tree.Node) { r.items(n, "stubs", r.stub) },
		"schemas":    r.schemas,
		"target":     r.target,
		"argo":       func(n *tree.Node) { c.settings.Argo = r.release(n, "Argo Workflows", argoVersions) },
		"kubernetes": func(n *tree.Node) { c.settings.Kubernetes = r.release(n, "Kubernetes", kubernetesVersions) },
		"images":     r.images,
		"cluster":    r.cluster,
		"ignore":     func(n *tree.Node) { c.ignored = r.globs(n, "ignore") },
	}
}

// The versions that a project may be for.
var (
	argoVersions       = []string{"3.5", "3.6", "3.7", "4.0", "4.1"}
	kubernetesVersions = []string{"1.28", "1.29", "1.30", "1.31", "1.32", "1.33", "1.34", "1.35"}
)

// fields reads a map, and reports keys that nothing reads.
func (r *reader) fields(n *tree.Node, where string, known fields) {
	if n.Kind != tree.Map {
		r.report(n, fmt.Sprintf("%s must be a map, not a %s", where, n.Kind), "")
		return
	}
	for _, e := range n.Entries {
		read := known[e.Key.Value]
		if read == nil {
			r.unknown(e.Key, fmt.Sprintf("%s has no key %q", where, e.Key.Value), slices.Sorted(maps.Keys(known)))
		} else if !e.Value.IsNull() {
			read(e.Value)
		}
	}
}

// unknown reports a word that is none of those known.
func (r *reader) unknown(n *tree.Node, message string, known []string) {
	d := diag.Diagnostic{Rule: Rule, Severity: diag.Error, Span: head(n), Message: message}
	if near, ok := diag.Nearest(n.Text(), slices.Values(known)); ok {
		d.Help = diag.DidYouMean(n.Text(), slices.Values(known))
		d.Fixes = []diag.Fix{{Title: fmt.Sprintf("write %q", near), Edits: []diag.Edit{{Span: n.Source(0, len(n.Value)), New: near}}}}
	} else if len(known) <= 12 {
		d.Help = "it is one of " + strings.Join(known, ", ")
	}
	r.list.Add(d)
}

func (r *reader) items(n *tree.Node, where string, read func(*tree.Node)) {
	if n.Kind != tree.List {
		r.report(n, fmt.Sprintf("%s must be a list, not a %s", where, n.Kind), `start each entry with "- "`)
		return
	}
	for _, item := range n.Items {
		if item.IsNull() {
			r.report(item, fmt.Sprintf("an entry of %s is empty", where), "remove the dash")
			continue
		}
		read(item)
	}
}

// text is that of a scalar as it is written: a version 1.30 is not 1.3.
func (r *reader) text(n *tree.Node, where string) (string, bool) {
	if !n.IsScalar() || n.IsNull() {
		r.report(n, fmt.Sprintf("%s must be text, not a %s", where, n.Kind), "")
		return "", false
	}
	if n.Kind != tree.String {
		return n.Span.Text(), true
	}
	return n.Value, true
}

func (r *reader) version(n *tree.Node) {
	if v, ok := r.text(n, "version"); ok && v != "1" {
		r.report(n, fmt.Sprintf("weft reads version 1 of this file, not %q", v), "write version: 1, or use a newer weft")
	}
}

// choice reads one of a few words.
func (r *reader) choice(n *tree.Node, where string, known []string) (int, bool) {
	text, ok := r.text(n, where)
	if !ok {
		return 0, false
	}
	i := slices.Index(known, text)
	if i < 0 {
		r.unknown(n, fmt.Sprintf("%q is no %s", text, where), known)
	}
	return max(i, 0), i >= 0
}

func (r *reader) profile(n *tree.Node) (validate.Profile, bool) {
	i, ok := r.choice(n, "profile", validate.Profiles())
	return validate.Profile(i), ok
}

func (r *reader) target(n *tree.Node) {
	i, _ := r.choice(n, "target", validate.Targets())
	r.config.settings.Target = validate.Target(i)
}

func (r *reader) release(n *tree.Node, of string, known []string) validate.Version {
	text, ok := r.text(n, "version")
	if ok && !slices.Contains(known, text) {
		r.report(n, fmt.Sprintf("weft knows no version %q of %s", text, of), "it knows "+strings.Join(known, ", "))
		return validate.Version{}
	}
	return validate.ParseVersion(text)
}

// severities are the words of a rule's severity; their index is the value.
var severities = []string{"off", diag.Info.String(), diag.Warning.String(), diag.Error.String()}

func (r *reader) severities(n *tree.Node) map[string]diag.Severity {
	if n.Kind != tree.Map {
		r.report(n, fmt.Sprintf("rules must be a map from rule to severity, not a %s", n.Kind), "")
		return nil
	}
	out := map[string]diag.Severity{}
	for _, e := range n.Entries {
		if rule := e.Key.Value; !slices.ContainsFunc(r.rules, func(known validate.Rule) bool { return known.Name == rule }) {
			r.unknown(e.Key, fmt.Sprintf("there is no rule %q", rule), ruleNames(r.rules))
			continue
		}
		if e.Value.Kind == tree.Bool && e.Value.Value == "false" { // off, to YAML
			out[e.Key.Value] = 0
		} else if i, ok := r.choice(e.Value, "severity", severities); ok {
			out[e.Key.Value] = diag.Severity(i)
		}
	}
	return out
}

func ruleNames(rules []validate.Rule) []string {
	var out []string
	for _, r := range rules {
		out = append(out, r.Name)
	}
	return out
}

func (r *reader) override(n *tree.Node) {
	var o override
	r.fields(n, "an override", fields{
		"paths": func(n *tree.Node) { o.paths = r.globs(n, "paths") },
		"profile": func(n *tree.Node) {
			if p, ok := r.profile(n); ok {
				o.profile = &p
			}
		},
		"rules": func(n *tree.Node) { o.severities = r.severities(n) },
	})
	if n.Kind == tree.Map && !n.Has("paths") {
		r.report(n, "this override is for no path", "add paths: with one glob or more")
	}
	r.config.overrides = append(r.config.overrides, o)
}

func (r *reader) globs(n *tree.Node, where string) []string {
	var out []string
	r.items(n, where, func(item *tree.Node) {
		text, ok := r.text(item, "a glob")
		switch {
		case !ok:
		case !doublestar.ValidatePattern(text):
			r.report(item, fmt.Sprintf("%q is no valid glob", text), "close its brackets and braces")
		default:
			out = append(out, strings.TrimSuffix(path.Clean(text), "/**"))
		}
	})
	return out
}

// externalKinds are the kinds that can be referred to.
var externalKinds = []string{ir.WorkflowTemplate.String(), ir.ClusterWorkflowTemplate.String()}

func (r *reader) external(n *tree.Node) {
	var e validate.External
	pattern := func(into *string, what string) func(*tree.Node) {
		return func(n *tree.Node) {
			text, ok := r.text(n, what)
			if _, err := path.Match(text, ""); err != nil {
				r.report(n, fmt.Sprintf("%q is no valid glob", text), "close its bracket")
			} else if ok {
				*into = text
			}
		}
	}
	if n.IsScalar() {
		pattern(&e.Name, "a name")(n)
	} else {
		r.fields(n, "an entry of external", fields{
			"kind": func(n *tree.Node) {
				if i, ok := r.choice(n, "kind", externalKinds); ok {
					e.Kind, _ = ir.ParseKind(externalKinds[i])
				}
			},
			"namespace": pattern(&e.Namespace, "namespace"),
			"name":      pattern(&e.Name, "name"),
		})
		if n.Kind == tree.Map && !n.Has("name") {
			r.report(n, "this entry names nothing", `add name: with a name or a glob; "*" is everything`)
		}
	}
	r.config.settings.External = append(r.config.settings.External, e)
}

func (r *reader) stub(n *tree.Node) {
	if text, ok := r.text(n, "the path of a stub"); ok {
		r.config.Stubs = append(r.config.Stubs, Path{text, n})
	}
}

func (r *reader) schemas(n *tree.Node) {
	files := func(into *map[string]Path) func(*tree.Node) {
		return func(n *tree.Node) {
			*into = map[string]Path{}
			r.each(n, "schemas", func(name string, n *tree.Node) {
				if text, ok := r.text(n, "the path of a JSON Schema"); ok {
					(*into)[name] = Path{text, n}
				}
			})
		}
	}
	r.fields(n, "schemas", fields{
		"parameters": files(&r.config.Schemas.Parameters),
		"plugins":    files(&r.config.Schemas.Plugins),
	})
}

func (r *reader) images(n *tree.Node) {
	r.config.Images = map[string]Image{}
	r.each(n, "images", func(name string, n *tree.Node) {
		var image Image
		if n.Kind == tree.Map {
			r.fields(n, "an image", fields{
				"entrypoint": func(n *tree.Node) { image.Entrypoint = r.words(n) },
				"cmd":        func(n *tree.Node) { image.Cmd = r.words(n) },
			})
		} else {
			image.Entrypoint = r.words(n)
		}
		r.config.Images[name] = image
	})
}

func (r *reader) cluster(n *tree.Node) {
	image := func(into *string) func(*tree.Node) {
		return func(n *tree.Node) { *into, _ = r.text(n, "the name of an image") }
	}
	r.fields(n, "cluster", fields{
		"agentImage":  image(&r.config.Cluster.AgentImage),
		"driverImage": image(&r.config.Cluster.DriverImage),
		"gitImage":    image(&r.config.Cluster.GitImage),
		"artifacts":   r.artifacts,
	})
}

func (r *reader) words(n *tree.Node) []string {
	var words []string
	r.items(n, "the entrypoint of an image", func(n *tree.Node) {
		if text, ok := r.text(n, "a word of an entrypoint"); ok {
			words = append(words, text)
		}
	})
	return words
}

// each reads a map whose keys are the user's own.
func (r *reader) each(n *tree.Node, where string, read func(name string, n *tree.Node)) {
	if n.Kind != tree.Map {
		r.report(n, fmt.Sprintf("%s must be a map, not a %s", where, n.Kind), "")
		return
	}
	for _, e := range n.Entries {
		read(e.Key.Value, e.Value)
	}
}
