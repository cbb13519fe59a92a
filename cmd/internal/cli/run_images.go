package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/weft-lang/weft/compiler/emit/plan"
	"github.com/weft-lang/weft/compiler/emit/pods"
	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/runtime/image"
	"github.com/weft-lang/weft/runtime/kube"
	"github.com/weft-lang/weft/runtime/store"
	"github.com/weft-lang/weft/validate/config"
)

// An unknownImage is one that a run would start without anybody having told what
// it runs by itself.
type unknownImage struct {
	name string
	at   *tree.Node // that names it
}

// finding says that an image is unknown, and why nobody could tell.
func (u unknownImage) finding(why error) diag.Diagnostic {
	d := diag.Diagnostic{
		Rule: pod.RuleEntrypoint, Severity: diag.Error, Span: u.at.Place(),
		Message: fmt.Sprintf("what image %q runs by itself is not known here, and the container has no command", u.name),
		Help:    fmt.Sprintf("write the command, put the image under images: in weft.yaml, or use --image %s=COMMAND", u.name),
	}
	if why != nil {
		d.Message = fmt.Sprintf("what image %q runs by itself is not known: %v", u.name, why)
	}
	if errors.Is(why, image.ErrDenied) {
		d.Help = "check its name, log in with docker login, name imagePullSecrets in the workflow, or " + d.Help
	}
	return d
}

// askTime is how long registries have to answer, all of them.
const askTime = 30 * time.Second

// askRegistries asks registries what images run by themselves. Those of which they
// do not tell are errors.
func askRegistries(ctx context.Context, s Streams, unknown []unknownImage, from *image.Registries) ([]store.Image, []diag.Diagnostic) {
	if len(unknown) == 0 {
		return nil, nil
	}
	var names []string
	for _, u := range unknown {
		if !slices.Contains(names, u.name) {
			names = append(names, u.name)
		}
	}
	fmt.Fprintf(s.Err, "weft: asking %s\n", question(names))
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	commands, failed := from.Commands(ctx, names)
	var found []store.Image
	var errs diag.List
	for _, u := range unknown {
		if err := failed[u.name]; err != nil {
			errs.Add(u.finding(err))
		}
	}
	for _, name := range names {
		if c, ok := commands[name]; ok {
			found = append(found, store.Image{Name: name, Pinned: c.Image, Command: c.Entrypoint, Args: c.Cmd})
		}
	}
	return found, errs.Sorted()
}

// question is what registries are asked, with the names of a few images.
func question(names []string) string {
	switch {
	case len(names) == 1:
		return "the registry what image " + names[0] + " runs by itself"
	case len(names) <= 3:
		return "registries what the images " + strings.Join(names, ", ") + " run by themselves"
	}
	return fmt.Sprintf("registries what %d images run by themselves", len(names))
}

// images are what is known of images: settings and command line win over what
// registries said when the run began.
func (d *driving) images() (map[string]pod.Entrypoint, error) {
	known, err := d.flags.images(d.project)
	if err != nil {
		return nil, err
	}
	for _, i := range d.header.Images {
		if _, told := known[i.Name]; !told {
			known[i.Name] = pod.Entrypoint{Command: i.Command, Args: i.Args, Image: i.Pinned}
		}
	}
	return known, nil
}

// agentImage is where the run takes weft's agent from.
func (d *driving) agentImage() string {
	return cmp.Or(d.flags.AgentImage, d.project.cluster().AgentImage, pod.DefaultAgentImage)
}

// askHere finds out what images run whose files are here; of others on this
// machine it would be no use to know.
func (o *runOptions) askHere(ctx context.Context, s Streams, p *project, object *ir.Object) ([]store.Image, error) {
	images, err := o.images(p)
	if err != nil {
		return nil, err
	}
	roots, err := pairs("image-root", o.ImageRoots)
	if err != nil {
		return nil, err
	}
	unknown := p.unknownImages(object, images)
	var hopeless diag.List
	unknown = slices.DeleteFunc(unknown, func(u unknownImage) bool {
		_, here := roots[u.name]
		if !here {
			hopeless.Add(u.finding(nil))
		}
		return !here
	})
	if hopeless.Has(diag.Error) {
		return nil, printErrors(s, hopeless.Sorted(), []string{object.Doc.File.Name})
	}
	found, errs := askRegistries(ctx, s, unknown, &image.Registries{})
	if len(errs) > 0 {
		return nil, printErrors(s, errs, []string{object.Doc.File.Name})
	}
	for i := range found {
		found[i].Pinned = "" // the image is a folder
	}
	return found, nil
}

// askIn finds out what images run that the agent starts in a cluster, with the
// credentials with which their Pods would fetch them.
func (o *runOptions) askIn(ctx context.Context, s Streams, p *project, object *ir.Object, place *kube.Cluster) ([]store.Image, error) {
	images, err := o.images(p)
	if err != nil {
		return nil, err
	}
	options := p.podOptions(false)
	options.Pod.Entrypoints = images
	var unknown []unknownImage
	var specs []*corev1.PodSpec
	for _, u := range pods.UnknownImages(p.checked, object, options) {
		unknown = append(unknown, unknownImage{u.Image, u.At})
		if u.Pod != nil {
			if u.Pod.ServiceAccountName == "" {
				u.Pod.ServiceAccountName = o.ServiceAccount
			}
			specs = append(specs, u.Pod)
		}
	}
	found, errs := askRegistries(ctx, s, unknown, &image.Registries{Secrets: pullSecrets(ctx, s, place, specs)})
	if len(errs) > 0 {
		return nil, printErrors(s, errs, []string{object.Doc.File.Name})
	}
	return found, nil
}

// pullSecrets are those of all Pods together. Without them images may be found all
// the same, so a fault here is only told.
func pullSecrets(ctx context.Context, s Streams, place *kube.Cluster, specs []*corev1.PodSpec) []image.Secret {
	var all []image.Secret
	asked := map[string]bool{}
	for _, spec := range specs {
		if same := fmt.Sprint(spec.ServiceAccountName, spec.ImagePullSecrets); asked[same] {
			continue
		} else {
			asked[same] = true
		}
		secrets, err := place.PullSecrets(ctx, spec)
		if err != nil {
			fmt.Fprintf(s.Err, "weft: %v; registries are asked without its pull secrets\n", err)
		}
		for _, secret := range secrets {
			entries, err := image.ReadSecret(secret.Data)
			if err != nil {
				fmt.Fprintf(s.Err, "weft: the secret %q is no pull secret: %v\n", secret.Name, err)
			}
			all = append(all, entries...)
		}
	}
	return all
}

// cluster is what the settings say about clusters.
func (p *project) cluster() config.Cluster {
	var out config.Cluster
	for _, c := range p.configs {
		out.AgentImage = cmp.Or(c.Cluster.AgentImage, out.AgentImage)
		out.DriverImage = cmp.Or(c.Cluster.DriverImage, out.DriverImage)
		out.GitImage = cmp.Or(c.Cluster.GitImage, out.GitImage)
		out.Artifacts = cmp.Or(c.Cluster.Artifacts, out.Artifacts)
	}
	return out
}

// unknownImages finds containers that would be started without anybody knowing
// what their image runs. It is better to hear of all of them before the run than
// of one in the middle of it.
func (p *project) unknownImages(object *ir.Object, images map[string]pod.Entrypoint) []unknownImage {
	var found []unknownImage
	seen := map[*tree.Node]bool{}
	for _, flow := range plan.Of(p.checked, object.Doc.File.Name) {
		if flow.Object() != object || object.Spec.Defaults != nil {
			continue // defaults may hold the command
		}
		for i := range flow.Runs {
			leaf := flow.Leaf(i)
			for _, c := range containersOf(leaf.Template) {
				if seen[c] || len(c.Get("command").List()) > 0 {
					continue
				}
				seen[c] = true
				image := eval.Fill(c.Get("image").Text(), leaf.Known).Text
				known := images[image]
				if len(known.Command)+len(known.Args) > 0 || image == "" || strings.Contains(image, "{{") {
					continue
				}
				found = append(found, unknownImage{image, c.Get("image")})
			}
		}
	}
	return found
}

// containersOf are all containers of a template's Pod.
func containersOf(t *ir.Template) []*tree.Node {
	var all []*tree.Node
	switch t.Type() {
	case ir.Container, ir.Script:
		all = append(all, t.Body())
	case ir.ContainerSet:
		all = append(all, t.Body().Get("containers").List()...)
	default:
		return nil
	}
	all = append(all, t.Node.Get("initContainers").List()...)
	return append(all, t.Node.Get("sidecars").List()...)
}
