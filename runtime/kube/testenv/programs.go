//go:build linux || darwin

package testenv

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
)

// Programs are the servers of one Kubernetes version, built when first asked for.
type Programs struct {
	module  string // folder of the module that pins them
	folder  string // where they are kept
	version string // of Kubernetes, without the v
	log     io.Writer
}

// packages are what the programs are compiled from.
var packages = map[string]string{
	Etcd:              "go.etcd.io/etcd/server/v3",
	APIServer:         "k8s.io/kubernetes/cmd/kube-apiserver",
	ControllerManager: "k8s.io/kubernetes/cmd/kube-controller-manager",
	Scheduler:         "k8s.io/kubernetes/cmd/kube-scheduler",
	Kubelet:           "k8s.io/kubernetes/cmd/kubelet",
}

// required finds the versions that a go.mod asks for.
var required = regexp.MustCompile(`(?m)^\t(k8s\.io/kubernetes|go\.etcd\.io/etcd/server/v3) v(\S+)( // indirect)?$`)

// FindPrograms looks from the working directory upwards for the repository, and
// in the user's cache folder for what was built before. What a build has to say
// goes to log.
func FindPrograms(log io.Writer) (*Programs, error) {
	module, err := findModule()
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(module, "go.mod"))
	if err != nil {
		return nil, err
	}
	versions := map[string]string{}
	for _, m := range required.FindAllStringSubmatch(string(text), -1) {
		versions[m[1]] = m[2]
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	kubernetes, etcd := versions["k8s.io/kubernetes"], versions["go.etcd.io/etcd/server/v3"]
	if kubernetes == "" || etcd == "" {
		return nil, fmt.Errorf("%s does not pin Kubernetes and etcd", filepath.Join(module, "go.mod"))
	}
	return &Programs{
		module: module, folder: filepath.Join(cache, "weft", "testenv", "kubernetes-"+kubernetes+"-etcd-"+etcd),
		version: kubernetes, log: log,
	}, nil
}

func findModule() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		module := filepath.Join(dir, "runtime", "kube", "testenv", "servers")
		if _, err := os.Stat(filepath.Join(module, "go.mod")); err == nil {
			return module, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("the working directory is not inside the repository of weft")
		}
		dir = parent
	}
}

// Names of the programs.
const (
	Etcd              = "etcd"
	APIServer         = "kube-apiserver"
	ControllerManager = "kube-controller-manager"
	Scheduler         = "kube-scheduler"
	Kubelet           = "kubelet"
)

// The programs of a control plane, and those that a node adds.
var (
	controlPlane = []string{Etcd, APIServer, ControllerManager}
	nodePrograms = []string{Scheduler, Kubelet}
)

// Build builds what Start starts, unless it is there; with a node or without.
func (p *Programs) Build(ctx context.Context, node bool) error {
	names := controlPlane
	if node {
		names = slices.Concat(controlPlane, nodePrograms)
	}
	return p.build(ctx, names)
}

// path returns the file of a program, building it when it is not there yet.
func (p *Programs) path(ctx context.Context, name string) (string, error) {
	return filepath.Join(p.folder, name), p.build(ctx, []string{name})
}

// build makes those programs that are missing, all at once: they share most of
// their code.
func (p *Programs) build(ctx context.Context, names []string) error {
	if err := os.MkdirAll(p.folder, 0o755); err != nil {
		return err
	}
	unlock, err := lock(filepath.Join(p.folder, "lock")) // another test may be building them
	if err != nil {
		return err
	}
	defer unlock()
	names = slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		_, err := os.Stat(filepath.Join(p.folder, name))
		return err == nil
	})
	if len(names) == 0 {
		return nil
	}
	fmt.Fprintf(p.log, "building %s into %s, which takes minutes and happens once\n", strings.Join(names, ", "), p.folder)
	return p.compile(ctx, names)
}

func (p *Programs) compile(ctx context.Context, names []string) error {
	dir, err := os.MkdirTemp(p.folder, "build-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	args := []string{"build", "-trimpath", "-buildvcs=false", "-ldflags=" + p.linkFlags(), "-o", dir + "/"}
	for _, name := range names {
		args = append(args, packages[name])
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = p.module
	// What the caller's tests are built with is not for the servers.
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off")
	cmd.Stdout, cmd.Stderr = p.log, p.log
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build %s: %w", strings.Join(names, ", "), err)
	}
	for _, name := range names {
		if err := os.Rename(filepath.Join(dir, executable(packages[name])), filepath.Join(p.folder, name)); err != nil {
			return err
		}
	}
	return nil
}

// executable is what go build calls the program of a package: the last part of
// its path that is not a major version.
func executable(pkg string) string {
	if dir, last := path.Split(pkg); majorVersion.MatchString(last) {
		return path.Base(dir)
	}
	return path.Base(pkg)
}

var majorVersion = regexp.MustCompile(`^v[0-9]+$`)

// linkFlags tell the servers their version, which clients ask for.
func (p *Programs) linkFlags() string {
	const variables = "-X k8s.io/component-base/version."
	major, rest, _ := strings.Cut(p.version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	return strings.Join([]string{"-s -w", variables + "gitVersion=v" + p.version, variables + "gitMajor=" + major, variables + "gitMinor=" + minor}, " ")
}

// lock waits until no other program holds the lock file. The lock ends with this
// program, too.
func lock(file string) (unlock func(), err error) {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		f.Close()
		return nil, err
	}
	return func() { f.Close() }, nil
}
