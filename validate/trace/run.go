package trace

import (
	"encoding/json"
	"net/url"
	"strconv"
	"sync"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
)

type treeNode = tree.Node

// ownText fills the value of an input with the global names: the reference's
// first pass has done so before the second one uses it.
func (u *Use) ownText(n *tree.Node) string {
	text := n.Text()
	if u.Outer != nil && u.Template.Call != nil {
		text = u.Outer.Text(n)
	}
	return eval.Fill(text, locals{u}).Text
}

// newRun prepares the global scope of o.
func (f *follower) newRun(o *ir.Object) *Run {
	r := &Run{
		Object:       o,
		TemplateMode: o.Kind == ir.WorkflowTemplate || o.Kind == ir.ClusterWorkflowTemplate,
		AllowEmpty:   o.Kind != ir.CronWorkflow,
		Entrypoint:   o.Spec.Entrypoint,
		Arguments:    o.Spec.Arguments.Parameters,
		Artifacts:    o.Spec.Arguments.Artifacts,
		globals:      map[string]string{},
		exact:        f.exact,
		produced:     map[string]bool{},
	}
	if ref := o.Spec.Ref; ref != nil && ref.Target != nil {
		r.Ref = ref.Target
		r.inherit(ref.Target.Spec)
	}
	r.identity()
	r.parameters()
	r.odd = r.oddGlobals()
	r.vars = sync.OnceValue(func() map[string]string { return globalVars(r.globals) })
	r.podVars = sync.OnceValue(func() map[string]string {
		vars := globalVars(r.globals)
		vars["pod.name"] = Placeholder + "pod"
		return vars
	})
	return r
}

// inherit adds the arguments of the referenced spec that r does not set itself.
func (r *Run) inherit(s *ir.Spec) {
	if r.Entrypoint == nil {
		r.Entrypoint = s.Entrypoint
	}
	own := r.Object.Spec.Arguments
	r.Arguments = append([]*ir.Parameter(nil), own.Parameters...)
	for _, p := range s.Arguments.Parameters {
		if own.Parameter(p.Name.Text()) == nil {
			r.Arguments = append(r.Arguments, p)
		}
	}
	r.Artifacts = append([]*ir.Artifact(nil), own.Artifacts...)
	for _, a := range s.Arguments.Artifacts {
		if own.Artifact(a.Name.Text()) == nil {
			r.Artifacts = append(r.Artifacts, a)
		}
	}
}

func (r *Run) unknown(name string) {
	r.globals[name] = Placeholder + "g" + strconv.Itoa(len(r.globals))
}

func (r *Run) identity() {
	for _, n := range []string{"name", "namespace", "uid", "mainEntrypoint", "serviceAccountName", "status"} {
		r.unknown("workflow." + n)
	}
	for _, what := range []string{"labels", "annotations"} {
		r.unknown("workflow." + what)
		r.unknown("workflow." + what + ".json")
		for _, m := range r.metadata(what) {
			if m == nil || m.Kind != tree.Map {
				continue
			}
			for _, e := range m.Entries {
				if e.Value.Text() == "" {
					r.unknown("workflow." + what + "." + e.Key.Value)
				} else {
					r.globals["workflow."+what+"."+e.Key.Value] = e.Value.Text()
				}
			}
		}
	}
	for _, from := range []*tree.Node{r.Object.Spec.Node, r.refNode()} {
		for _, e := range entries(from.At("workflowMetadata", "labelsFrom")) {
			r.unknown("workflow.labels." + e.Key.Value)
		}
	}
	if r.Object.Spec.Node.Has("priority") {
		r.globals["workflow.priority"] = r.Object.Spec.Node.Get("priority").Text()
	}
	switch r.Object.Kind {
	case ir.CronWorkflow:
		if instance := r.Object.Labels().Get(instanceLabel).Text(); instance != "" {
			r.globals["workflow.labels."+instanceLabel] = instance
		}
		r.unknown("workflow.labels.workflows.argoproj.io/cron-workflow")
		r.unknown("workflow.annotations.workflows.argoproj.io/scheduled-time")
	}
}

// instanceLabel is the one label of a cron workflow that its runs inherit.
const instanceLabel = "workflows.argoproj.io/controller-instanceid"

func (r *Run) refNode() *tree.Node {
	if r.Ref == nil {
		return nil
	}
	return r.Ref.Spec.Node
}

// metadata are the label or annotation maps that the running workflow will
// carry. Those of a referenced resource itself do not count.
func (r *Run) metadata(what string) []*tree.Node {
	o := r.Object
	maps := []*tree.Node{o.Spec.Node.At("workflowMetadata", what), r.refNode().At("workflowMetadata", what)}
	if o.Kind == ir.CronWorkflow {
		return append(maps, o.Cron.At("workflowMetadata", what))
	}
	return append(maps, o.Metadata.Get(what))
}

func entries(n *tree.Node) []tree.Entry {
	if n == nil {
		return nil
	}
	return n.Entries
}

func (r *Run) parameters() {
	if len(r.Arguments) == 0 {
		return
	}
	type pair struct {
		Name  string `json:"name"`
		Value string `json:"value,omitempty"`
	}
	var list []pair
	for _, p := range r.Arguments {
		name := "workflow.parameters." + p.Name.Text()
		if p.Value != nil {
			r.globals[name] = p.Value.Text()
		} else {
			r.unknown(name)
		}
		list = append(list, pair{p.Name.Text(), r.globals[name]})
	}
	b, _ := json.Marshal(list) // strings always marshal
	r.globals["workflow.parameters"] = string(b)
	r.globals["workflow.parameters.json"] = string(b)
}

// realArgs are arguments as a callee receives them; fill gives their texts as
// the caller sees them.
func realArgs(parameters []*ir.Parameter, artifacts []*ir.Artifact, fill func(*tree.Node) string) *Args {
	a := &Args{parameters: make(map[string]arg, len(parameters)), artifacts: make(map[string]bool, len(artifacts))}
	for _, p := range parameters {
		v := arg{configMap: p.ValueFrom.Has("configMapKeyRef")}
		if p.Value != nil {
			v.value, v.hasValue = fill(p.Value), true
		}
		a.parameters[fill(p.Name)] = v
	}
	for _, art := range artifacts {
		a.artifacts[fill(art.Name)] = true
	}
	return a
}

// produce notes the names that a template exports to the whole workflow. It
// reports whether some parameter or artifact has a name only the run knows.
func (f *follower) produce(u *Use) (anyParameter, anyArtifact bool) {
	for _, p := range u.Template.Outputs.Parameters {
		if p.GlobalName != nil {
			anyParameter = f.export("parameters", u.Text(p.GlobalName)) || anyParameter
		}
	}
	for _, a := range u.Template.Outputs.Artifacts {
		if a.GlobalName != nil {
			anyArtifact = f.export("artifacts", u.Text(a.GlobalName)) || anyArtifact
		}
	}
	if anyArtifact {
		f.openExports = true
	}
	return anyParameter, anyArtifact
}

func (f *follower) export(what, name string) (open bool) {
	if name == "" {
		return false
	}
	if tags, _ := expr.Tags(name); len(tags) > 0 || IsPlaceholder(name) {
		return true
	}
	f.run.produced["workflow.outputs."+what+"."+name] = true
	return false
}

// HasLocation reports whether an artifact says where it comes from: the first
// location present must name a key, path, repository or address.
func HasLocation(artifact *tree.Node) bool {
	for _, l := range locations {
		if loc := artifact.Get(l.key); !loc.IsNull() {
			return l.complete(loc)
		}
	}
	return false
}

// locations in the order in which the reference looks for them.
var locations = [...]struct {
	key      string
	complete func(*tree.Node) bool
}{
	{"artifactory", func(n *tree.Node) bool {
		address := n.Get("url").Text()
		return address != "" && (urlPath(address) != "" || n.Has("usernameSecret"))
	}},
	{"azure", filled("blob")},
	{"git", filled("repo")},
	{"gcs", filled("key")},
	{"hdfs", func(n *tree.Node) bool { return n.Get("path").Text() != "" || len(n.Get("addresses").List()) > 0 }},
	{"http", filled("url")},
	{"oss", filled("key")},
	{"raw", func(*tree.Node) bool { return true }},
	{"s3", filled("key")},
	{"plugin", filled("key")},
}

func filled(key string) func(*tree.Node) bool {
	return func(n *tree.Node) bool { return n.Get(key).Text() != "" }
}

// urlPath is the path of an address, with its slash; "" if it cannot be read.
func urlPath(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Path
}
