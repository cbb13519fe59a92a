package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weft-lang/weft/compiler"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/stub"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/runtime/kube"
)

const stubsHelp = `Writes stubs of WorkflowTemplates and ClusterWorkflowTemplates: names, inputs and
outputs of their templates, and nothing of what they do. Named under stubs: in
weft.yaml they let references to templates be checked that live elsewhere.

The templates come from files or, with --cluster, from the cluster that kubectl
talks to, where they are listed and nothing else. --namespace reads those of one
namespace and leaves it out of the stubs, so that they stand for every namespace.

The exit code is 1 when a file cannot be read as what it is, and 4 when it holds
no template.`

const stubsExamples = `  weft stubs ../platform/templates > stubs/platform.yaml
  weft stubs --cluster --namespace ci > stubs/ci.yaml
  kubectl get workflowtemplates -o yaml | weft stubs -`

// stubsOptions are the flags of weft stubs.
type stubsOptions struct {
	cluster bool
	access  kube.Access
	output  string
}

func newStubs(s Streams) *cobra.Command {
	var o stubsOptions
	cmd := &cobra.Command{
		Use:     "stubs [PATH...|-]",
		Short:   "Write stubs of shared templates",
		Long:    stubsHelp,
		Example: stubsExamples,
		RunE: func(cmd *cobra.Command, paths []string) error {
			return stubs(cmd.Context(), s, paths, o)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&o.cluster, "cluster", false, "read the templates from a cluster")
	flags.StringVar(&o.access.Kubeconfig, "kubeconfig", "", "find the cluster with `FILE` instead of what kubectl uses")
	flags.StringVar(&o.access.Context, "context", "", "read from the cluster of this `CONTEXT`")
	flags.StringVarP(&o.access.Namespace, "namespace", "n", "", "read one `NAMESPACE` instead of all")
	flags.StringVarP(&o.output, "output", "o", "", "write to `FILE` instead of standard output")
	return cmd
}

func stubs(ctx context.Context, s Streams, paths []string, o stubsOptions) error {
	var docs []*tree.Document
	var err error
	switch {
	case o.cluster && len(paths) > 0:
		return usage("with --cluster there are no paths to read")
	case o.cluster:
		docs, err = clusterTemplates(ctx, o.access)
	case len(paths) == 0:
		return usage("name files to read, or give --cluster")
	default:
		docs, err = fileTemplates(s, paths)
	}
	if err != nil {
		return err
	}
	var out []*tree.Node
	for _, object := range compiler.Bind(expandLists(docs)).Objects {
		if object.Kind == ir.WorkflowTemplate || object.Kind == ir.ClusterWorkflowTemplate {
			out = append(out, stub.Of(object))
		}
	}
	if len(out) == 0 {
		return &exit{Empty, failure("there are no templates to make stubs of").err}
	}
	text := string(yaml.Printer{}.Print(out...))
	if o.output != "" {
		return writeFile(o.output, text)
	}
	return write(s, text)
}

// fileTemplates are the documents that paths name. A file that cannot be read
// whole is not worth a stub.
func fileTemplates(s Streams, paths []string) ([]*tree.Document, error) {
	loaded, err := readPaths(s, paths, "")
	if err != nil {
		return nil, err
	}
	if loaded.Findings.Has(diag.Error) {
		return nil, refuse(s, loaded.Findings, loaded)
	}
	return loaded.Documents, nil
}

// clusterTemplates are those of a cluster.
func clusterTemplates(ctx context.Context, access kube.Access) ([]*tree.Document, error) {
	objects, err := kube.Templates(ctx, access)
	if err != nil {
		return nil, failure("%w", err)
	}
	var docs []*tree.Document
	for _, text := range objects {
		read, _ := yaml.Parse(source.NewFile("cluster", string(text)))
		docs = append(docs, read...)
	}
	return docs, nil
}

// expandLists puts the items of lists, which kubectl prints, in their place.
func expandLists(docs []*tree.Document) []*tree.Document {
	var out []*tree.Document
	for _, d := range docs {
		kind, isList := strings.CutSuffix(d.Root.Get("kind").Text(), "List")
		if !isList || !d.Root.Has("items") {
			out = append(out, d)
			continue
		}
		for _, item := range d.Root.Get("items").List() {
			if !item.Has("kind") && item.Kind == tree.Map { // a list of one kind does not repeat it
				typed := *item
				typed.Entries = append([]tree.Entry{
					{Key: &tree.Node{Kind: tree.String, Value: "apiVersion"}, Value: d.Root.Get("apiVersion")},
					{Key: &tree.Node{Kind: tree.String, Value: "kind"}, Value: &tree.Node{Kind: tree.String, Value: kind}},
				}, item.Entries...)
				item = &typed
			}
			out = append(out, &tree.Document{File: d.File, Span: d.Span, Root: item})
		}
	}
	return out
}
