package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/emit/pods"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/runtime/artifact"
	"github.com/weft-lang/weft/runtime/kube"
	"github.com/weft-lang/weft/runtime/store"
)

// findStore finds where artifacts of a run in a cluster go that name no store: the
// store that the workflow refers to, else that of the settings, else the default
// of the namespace. What the cluster says is kept with the run. Artifacts that
// would be lost all the same end the command.
func (o *runOptions) findStore(ctx context.Context, s Streams, p *project, object *ir.Object, place *kube.Cluster) (*store.Repository, error) {
	ref := pod.Run{Spec: object.Spec}.Repository()
	var said *store.Repository
	var err error
	if ref.Node != nil || p.cluster().Artifacts == nil {
		said, err = place.Repository(ctx, ref)
	}
	switch {
	case errors.Is(err, kube.ErrNoRepository) && ref.Node != nil:
		return nil, printErrors(s, []diag.Diagnostic{{
			Rule: pod.RuleNoStore, Severity: diag.Error, Span: ref.Node.Place(), Message: err.Error(),
			Help: "make it with kubectl, name another one, or leave artifactRepositoryRef out and write cluster.artifacts in weft.yaml",
		}}, []string{object.Doc.File.Name})
	case err != nil:
		return nil, failure("%w", err)
	}
	root, faults := p.artifactStore(said)
	keys := map[secretKey]bool{}
	if len(faults) == 0 {
		options := p.podOptions(false)
		options.Pod.Store, options.Pod.Reachable = root, func(location json.RawMessage) error {
			keysIn(location, keys)
			return inCluster(location)
		}
		faults = pods.StoreFaults(p.checked, object, options)
	}
	if len(faults) > 0 {
		return nil, printErrors(s, faults, []string{object.Doc.File.Name})
	}
	if err := missKeys(ctx, s, place, keys); err != nil {
		return nil, err
	}
	return said, nil
}

// artifactStore is the location of artifacts that name none, nil when there is
// none: what the cluster said when the run began, else what the settings say.
func (p *project) artifactStore(said *store.Repository) (*tree.Node, []diag.Diagnostic) {
	if said == nil {
		return p.cluster().Artifacts, nil
	}
	docs, found := yaml.Parse(source.NewFile(said.Name, said.Text))
	if found.Has(diag.Error) {
		return nil, found.Sorted()
	}
	if len(docs) != 1 || !pod.Located(docs[0].Root) {
		return nil, []diag.Diagnostic{{
			Rule: pod.RuleNoStore, Severity: diag.Error, Span: source.NewFile(said.Name, said.Text).At(0, 0),
			Message: said.Name + " holds no artifact store", Help: "write one below s3: there",
		}}
	}
	return docs[0].Root, nil
}

// inCluster says why no Pod of a cluster can reach a location.
func inCluster(location json.RawMessage) error {
	var kinds struct{ Folder json.RawMessage }
	if json.Unmarshal(location, &kinds) == nil && kinds.Folder != nil {
		return errors.New("artifacts in a folder are for runs on this machine: Pods do not see it")
	}
	return artifact.Supported(location)
}

// A secretKey is a key of a Secret.
type secretKey struct {
	Name string `json:"name"`
	Key  string `json:"key"`
}

// keysIn adds the keys of Secrets that a location names and cannot do without.
func keysIn(location json.RawMessage, keys map[secretKey]bool) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(location, &fields) != nil {
		return // texts and lists name none
	}
	for name, value := range fields {
		var ref struct {
			secretKey
			Optional bool `json:"optional"`
		}
		switch {
		case !strings.HasSuffix(name, "Secret") || json.Unmarshal(value, &ref) != nil || ref.Name == "":
			keysIn(value, keys)
		case !ref.Optional:
			keys[ref.secretKey] = true
		}
	}
}

// missKeys tells which Secrets, or keys of them, are not there. That is no error: a step may make them,
// and Pods wait until they are.
func missKeys(ctx context.Context, s Streams, place *kube.Cluster, keys map[secretKey]bool) error {
	sorted := slices.SortedFunc(maps.Keys(keys), func(a, b secretKey) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Key, b.Key))
	})
	absent := map[string]bool{}
	for _, key := range sorted {
		if absent[key.Name] {
			continue
		}
		value, err := place.Values().Secret(ctx, key.Name, key.Key)
		there := value != nil
		if err == nil && !there {
			there, err = place.Values().Has(ctx, "Secret", key.Name)
		}
		switch {
		case err != nil:
			return failure("%w", err)
		case !there:
			absent[key.Name] = true
			fmt.Fprintf(s.Err, "weft: there is no Secret %q in namespace %q: artifacts that need it cannot be loaded or kept\n", key.Name, place.Namespace)
		case value == nil:
			fmt.Fprintf(s.Err, "weft: the Secret %q in namespace %q has no key %q: artifacts that need it cannot be loaded or kept\n", key.Name, place.Namespace, key.Key)
		}
	}
	return nil
}
