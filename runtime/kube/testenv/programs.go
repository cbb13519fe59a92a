//go:build linux || darwin

package testenv

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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
	"etcd":                    "go.etcd.io/etcd/server/v3",
	"kube-apiserver":          "k8s.io/kubernetes/cmd/kube-apiserver",
	"kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
	"kube-scheduler":          "k8s.io/kubernetes/cmd/kube-scheduler",
	"kubelet":                 "k8s.io/kubernetes/cmd/kubelet",
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

// Build builds what Start may start, unless it is there.
func (p *Programs) Build(ctx context.Context) error {
	for _, name := range []string{"etcd", "kube-apiserver", "kube-controller-manager"} {
		if _, err := p.path(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// path returns the file of a program, building it when it is not there yet.
func (p *Programs) path(ctx context.Context, name string) (string, error) {
	file := filepath.Join(p.folder, name)
	if err := os.MkdirAll(p.folder, 0o755); err != nil {
		return "", err
	}
	unlock, err := lock(file + ".lock") // another test may be building it
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(file); err == nil {
		return file, nil
	}
	fmt.Fprintf(p.log, "building %s into %s, which takes minutes and happens once\n", name, p.folder)
	return file, p.build(ctx, name, file)
}

func (p *Programs) build(ctx context.Context, name, file string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags="+p.linkFlags(), "-o", file+".new", packages[name])
	cmd.Dir = p.module
	// What the caller's tests are built with is not for the servers.
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off")
	cmd.Stdout, cmd.Stderr = p.log, p.log
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build %s: %w", name, err)
	}
	return os.Rename(file+".new", file)
}

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
