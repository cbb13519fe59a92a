package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/weft-lang/weft/compiler/emit/diff"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/load"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/runtime/kube"
)

const applyHelp = `Checks workflows and brings a cluster in line with them: WorkflowTemplates,
ClusterWorkflowTemplates, CronWorkflows, WorkflowEventBindings, and what manifests
of other kinds stand beside them. Workflows are left out: they run when they are
created.

By default nothing is changed. The API server does all it would do, says what it
refuses, and weft shows what would be different. --yes then applies it, unless
anything is refused. Nothing is ever deleted.

The API server merges on its side (server-side apply) under the field manager
"weft": fields that nobody but others wrote stay theirs, and a field that both
want is a conflict, until --force-conflicts takes it.

PATH is what weft lint takes. With an error in the files the cluster is not asked.`

const applyExamples = `  weft apply flows/                       show what would change
  weft apply flows/ --yes                 change it
  weft apply ci.weft quota.yaml -n ci --context staging
  weft apply flows/ -p branch=main --yes --force-conflicts`

// The values of --dry-run.
const (
	dryRunServer = "server"
	dryRunNone   = "none"
)

type applyOptions struct {
	projectFlags
	access kube.Access
	dryRun string
	yes    bool
	force  bool
	color  string
}

func newApply(s Streams) *cobra.Command {
	o := applyOptions{projectFlags: projectFlags{foreign: true}}
	cmd := &cobra.Command{
		Use:     "apply PATH...|-",
		Short:   "Apply templates and schedules to a cluster",
		Long:    applyHelp,
		Example: applyExamples,
		Args:    somePaths,
		RunE: func(cmd *cobra.Command, paths []string) error {
			if err := o.check(cmd.Flags().Changed("dry-run")); err != nil {
				return err
			}
			return apply(cmd.Context(), s, paths, o)
		},
	}
	o.register(cmd)
	flags := cmd.Flags()
	flags.StringVar(&o.dryRun, "dry-run", dryRunServer, "let the API server try `WHERE`: server, none")
	flags.BoolVarP(&o.yes, "yes", "y", false, "change the cluster: --dry-run=none")
	flags.BoolVar(&o.force, "force-conflicts", false, "take the fields that others own")
	flags.StringVar(&o.access.Kubeconfig, "kubeconfig", "", "find the cluster with `FILE` instead of what kubectl uses")
	flags.StringVar(&o.access.Context, "context", "", "apply to the cluster of this `CONTEXT`")
	flags.StringVarP(&o.access.Namespace, "namespace", "n", "", "apply to `NAMESPACE`, and to no other")
	flags.StringVar(&o.color, "color", colorAuto, "use colours `WHEN`: "+strings.Join(colors, ", "))
	complete(cmd, "color", colors)
	complete(cmd, "dry-run", []string{dryRunServer, dryRunNone})
	return cmd
}

func (o *applyOptions) check(saidWhere bool) error {
	where := []string{dryRunServer, dryRunNone}
	switch {
	case !slices.Contains(where, o.dryRun):
		return unknownValue("dry-run", o.dryRun, where)
	case !slices.Contains(colors, o.color):
		return unknownValue("color", o.color, colors)
	case o.yes && saidWhere && o.dryRun == dryRunServer:
		return usage("--yes changes the cluster, and --dry-run=server does not: give one of them")
	}
	o.yes = o.yes || o.dryRun == dryRunNone
	return nil
}

// A manifest is one object to apply, and what became of it.
type manifest struct {
	doc     *tree.Document
	object  *unstructured.Unstructured
	leftOut string // why, "" when it is not
	applied *kube.Applied
	refusal *kube.Refusal
}

func apply(ctx context.Context, s Streams, paths []string, o applyOptions) error {
	o.place = o.access.Namespace
	p, err := o.open(s, paths)
	if err != nil {
		return err
	}
	manifests, err := p.manifests()
	if err != nil {
		return err
	}
	results := &results{style: diff.Style{Color: useColor(o.color, s.Out, os.Getenv)}}
	if !slices.ContainsFunc(manifests, func(m *manifest) bool { return m.object != nil }) {
		if err := write(s, results.lines(manifests)); err != nil {
			return err
		}
		return &exit{Empty, errors.New("there is nothing to apply")}
	}
	applier, err := kube.NewApplier(o.access)
	if err != nil {
		return failure("%w", err)
	}
	results.host = applier.Host
	// All objects are tried before one is changed, so that what is refused does not
	// leave half of them applied.
	if err := applyAll(ctx, applier, manifests, kube.ApplyOptions{DryRun: true, Force: o.force}); err != nil {
		return err
	}
	refused := slices.ContainsFunc(manifests, func(m *manifest) bool { return m.refusal != nil })
	if results.applied = o.yes && !refused; results.applied {
		err = applyAll(ctx, applier, manifests, kube.ApplyOptions{Force: o.force})
	}
	if err := errors.Join(write(s, results.text(manifests)), err); err != nil {
		return err
	}
	return p.refused(s, manifests)
}

// applyAll applies the manifests in order. It stops where the API server cannot
// be asked any more.
func applyAll(ctx context.Context, applier *kube.Applier, manifests []*manifest, options kube.ApplyOptions) error {
	for _, m := range manifests {
		m.applied, m.refusal = nil, nil
	}
	for _, m := range manifests {
		if m.object == nil {
			continue
		}
		var err error
		m.applied, err = applier.Apply(ctx, m.object, options)
		if err != nil && !errors.As(err, &m.refusal) {
			return failure("%w", err)
		}
	}
	return nil
}

// manifests are the objects in the files of a project, those first that others
// need.
func (p *project) manifests() ([]*manifest, error) {
	var out []*manifest
	files := map[string]*load.File{}
	for _, f := range p.files {
		if f.Damaged && !f.Ours { // had it been named, all would have ended there
			out = append(out, &manifest{doc: &tree.Document{File: f.Source}, leftOut: "it cannot be read"})
			continue
		}
		files[f.Source.Name] = f
	}
	for _, d := range expandLists(p.checked.Project().Documents) {
		f := files[d.File.Name]
		if f == nil || d.Root.IsNull() || !isManifest(d) && !f.Explicit { // such as the values of a chart
			continue
		}
		m := &manifest{doc: d, leftOut: leaveOut(d, f)}
		if m.leftOut == "" {
			m.object = &unstructured.Unstructured{}
			if err := m.object.UnmarshalJSON(yaml.JSON(d.Root)); err != nil {
				return nil, failure("%s: %w", d.Span, err)
			}
		}
		out = append(out, m)
	}
	slices.SortStableFunc(out, func(a, b *manifest) int { return cmp.Compare(a.rank(), b.rank()) })
	return out, nil
}

func isManifest(d *tree.Document) bool { return d.Root.Has("apiVersion") && d.Root.Has("kind") }

// leaveOut says why a document is not applied, "" when it is.
func leaveOut(d *tree.Document, f *load.File) string {
	switch {
	case f.Damaged: // in a document of other people beside ours
		return fmt.Sprintf("its file has errors, weft lint %s shows them", f.Source.Name)
	case !isManifest(d):
		return "it has no apiVersion and kind"
	case d.Root.Get("kind").Text() == ir.Workflow.String():
		return "a Workflow runs when it is created"
	}
	return ""
}

// earlier are the kinds that other objects need, in the order of need.
var earlier = []string{
	"Namespace", "CustomResourceDefinition", "ServiceAccount", "ClusterRole", "Role", "ClusterRoleBinding", "RoleBinding",
	"ConfigMap", "Secret", "PersistentVolumeClaim",
}

// later are the kinds that need others, in the order of need.
var later = []string{"ClusterWorkflowTemplate", "WorkflowTemplate", "CronWorkflow", "WorkflowEventBinding"}

func (m *manifest) rank() int {
	kind := m.doc.Root.Get("kind").Text()
	if i := slices.Index(earlier, kind); i >= 0 {
		return i - len(earlier)
	}
	return 1 + slices.Index(later, kind)
}
