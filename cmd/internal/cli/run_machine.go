package cli

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/local"
	"github.com/weft-lang/weft/runtime/report"
)

// machineFlags say how Pods run on this machine. They are kept with the run.
type machineFlags struct {
	Images     []string `json:"images,omitempty"`
	ImageRoots []string `json:"imageRoots,omitempty"`
	HostPaths  bool     `json:"hostPaths,omitempty"`
	Plain      bool     `json:"plain,omitempty"`
	Keep       bool     `json:"keep,omitempty"`
	Pods       int      `json:"pods,omitempty"`
}

func (f *machineFlags) register(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.Images, "image", nil, "what an image runs by itself, `IMAGE=COMMAND[,ARG...]`; may be repeated, wins over weft.yaml")
	flags.StringArrayVar(&f.ImageRoots, "image-root", nil, "the files of an image, `IMAGE=DIR`, instead of those of this machine; may be repeated")
	flags.BoolVar(&f.HostPaths, "host-paths", false, "allow hostPath volumes")
	flags.BoolVar(&f.Plain, "plain", false, "run plain processes even where namespaces could keep them apart")
	flags.BoolVar(&f.Keep, "keep", false, "keep the volumes and files of Pods that have ended")
	flags.IntVar(&f.Pods, "pods", 0, "run at most `N` Pods at once; 0 is twice the processors")
}

// pairs splits flags of the form NAME=VALUE.
func pairs(flag string, list []string) (map[string]string, error) {
	out := map[string]string{}
	for _, text := range list {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" || value == "" {
			return nil, usage("--%s cannot be %q: it is IMAGE=VALUE", flag, text)
		}
		out[name] = value
	}
	return out, nil
}

// images are the entrypoints of images: those of the settings, overlaid with
// those of the command line.
func (f *machineFlags) images(p *project) (map[string]pod.Entrypoint, error) {
	images := p.Images()
	given, err := pairs("image", f.Images)
	if err != nil {
		return nil, err
	}
	for image, command := range given {
		images[image] = pod.Entrypoint{Command: strings.Split(command, ",")}
	}
	return images, nil
}

// findRoots makes the folders of --image-root absolute, since a run may go on
// from elsewhere.
func (f *machineFlags) findRoots() error {
	roots, err := pairs("image-root", f.ImageRoots)
	if err != nil {
		return err
	}
	f.ImageRoots = nil
	for _, image := range slices.Sorted(maps.Keys(roots)) {
		dir, err := filepath.Abs(roots[image])
		if err != nil {
			return failure("cannot find %s: %w", roots[image], err)
		}
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return usage("--image-root cannot be %q: there is no folder %s", image+"="+roots[image], dir)
		}
		f.ImageRoots = append(f.ImageRoots, image+"="+dir)
	}
	return nil
}

// backend is this machine, with what the flags and the project's own ConfigMaps
// and Secrets give to Pods.
func (d *driving) backend(images map[string]pod.Entrypoint, objects *keptObjects) (*local.Backend, error) {
	roots, err := pairs("image-root", d.flags.ImageRoots)
	if err != nil {
		return nil, err
	}
	mode := local.Auto
	if d.flags.Plain {
		mode = local.Plain
	}
	backend, err := local.New(local.Options{
		Dir: d.run.Path(), Mode: mode, Parallel: d.flags.Pods, Images: images, ImageRoots: roots, HostPaths: d.flags.HostPaths,
		ConfigMaps: objects.configMaps, Secrets: objects.secrets, Store: d.run.Path(artifactsDir), Keep: d.flags.Keep,
		Say: func(text string) { fmt.Fprintln(d.streams.Err, "weft:", text) },
	})
	if err != nil {
		return nil, failure("%w", err)
	}
	return backend, nil
}

// artifactsDir is the folder of a run in which its artifacts are.
const artifactsDir = "artifacts"

// podOptions are what Pods are built with.
func (d *driving) podOptions(images map[string]pod.Entrypoint) pod.Options {
	return pod.Options{Entrypoints: images, Store: folderStore(), Live: true}
}

// folderStore is the location of artifacts that name none: {folder: {}}.
func folderStore() *tree.Node {
	key := &tree.Node{Kind: tree.String, Value: "folder"}
	return &tree.Node{Kind: tree.Map, Entries: []tree.Entry{{Key: key, Value: &tree.Node{Kind: tree.Map}}}}
}

// logs are what the containers of the newest Pod of a node wrote.
func (d *driving) logs(v engine.View) ([]report.Logs, error) {
	if d.cluster != nil {
		return d.cluster.logs(v)
	}
	pods, err := local.Pods(d.run.Path())
	if err != nil {
		return nil, failure("cannot list Pods: %w", err)
	}
	names := d.podsOf(v, pods)
	if len(names) == 0 {
		return nil, nil
	}
	name := names[len(names)-1]
	containers, err := local.Containers(d.run.Path(), name)
	if err != nil {
		return nil, failure("cannot list logs: %w", err)
	}
	var out []report.Logs
	for _, c := range containers {
		if strings.HasPrefix(c, "weft-") && v.Phase != engine.Error {
			continue // weft's own matter where they are at fault
		}
		source := logSource{path: local.LogFile(d.run.Path(), name, c)}
		lines, err := source.more(true)
		if err != nil {
			return nil, failure("cannot read a log: %w", err)
		}
		var text strings.Builder
		for _, l := range lines {
			text.WriteString(l.Text)
			text.WriteByte('\n')
		}
		out = append(out, report.Logs{Container: c, Text: text.String()})
	}
	return out, nil
}
