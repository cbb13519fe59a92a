package pod

import (
	"github.com/weft-lang/weft/lang/tree"
)

// Where a namespace keeps its artifact stores, as the reference's users know
// them: a ConfigMap with a store under each key, and an annotation that says which
// one counts where a workflow names none.
const (
	DefaultRepositories         = "artifact-repositories"
	AnnotationDefaultRepository = "workflows.argoproj.io/default-artifact-repository"
)

// A RepositoryRef is what a workflow says about its artifact store.
type RepositoryRef struct {
	ConfigMap string
	Key       string     // "" is the one that the annotation names
	Node      *tree.Node // nil when the workflow says nothing
}

// Repository is what the workflow of the run says.
func (r Run) Repository() RepositoryRef {
	ref := RepositoryRef{ConfigMap: DefaultRepositories}
	n := r.field("artifactRepositoryRef")
	if n.IsNull() {
		return ref
	}
	ref.Node, ref.Key = n, n.Get("key").Text()
	if name := n.Get("configMap").Text(); name != "" {
		ref.ConfigMap = name
	}
	return ref
}
