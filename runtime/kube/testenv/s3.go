//go:build linux || darwin

package testenv

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
)

// S3Options of a server that speaks S3. The zero S3Options are a server on
// loopback.
type S3Options struct {
	// Address to listen on, host:port. "" is a free port on loopback.
	Address string
	// Dir holds the buckets and the log; it has to exist. "" is a folder that Stop
	// removes.
	Dir string
	// Log takes what building the server has to say; nil is nobody.
	Log io.Writer
}

// An S3 is a server for objects, with one user who may do everything.
type S3 struct {
	Endpoint             string // host:port, without TLS
	AccessKey, SecretKey string

	dir     string
	remove  bool
	process *process
}

// StartS3 runs a real server that speaks S3, over a folder, and returns when it
// answers. Whoever starts one stops it.
func StartS3(ctx context.Context, o S3Options) (*S3, error) {
	program, err := buildS3(ctx, o.Log)
	if err != nil {
		return nil, err
	}
	s := &S3{Endpoint: o.Address, AccessKey: rand.Text(), SecretKey: rand.Text(), dir: o.Dir}
	if s.Endpoint == "" {
		ports, err := freePorts(1)
		if err != nil {
			return nil, err
		}
		s.Endpoint = ports[0]
	}
	if s.dir == "" {
		if s.dir, err = os.MkdirTemp("", "weft-s3-"); err != nil {
			return nil, err
		}
		s.remove = true
	}
	if err := s.start(ctx, program); err != nil {
		s.Stop()
		return nil, err
	}
	return s, nil
}

// Stop ends the server at once.
func (s *S3) Stop() {
	if s.process != nil {
		s.process.kill()
	}
	if s.remove {
		_ = os.RemoveAll(s.dir) // a folder for temporary files is cleaned anyway
	}
}

func (s *S3) start(ctx context.Context, program string) error {
	// What it knows of objects is kept beside them: not every file system takes
	// extended attributes.
	buckets, notes := filepath.Join(s.dir, "buckets"), filepath.Join(s.dir, "notes")
	for _, dir := range []string{buckets, notes} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	const health = "/healthz"
	p, err := startProcess(program, []string{
		"--port", s.Endpoint, "--access", s.AccessKey, "--secret", s.SecretKey, "--quiet", "--health", health,
		"posix", "--sidecar", notes, buckets,
	}, filepath.Join(s.dir, "server.log"))
	if err != nil {
		return err
	}
	s.process = p
	return p.await(ctx, "the S3 server", ready(http.DefaultClient, "http://"+s.Endpoint+health, ""))
}

// pinnedS3 finds the version of the server in its go.mod.
var pinnedS3 = regexp.MustCompile(`(?m)^\tgithub\.com/versity/versitygw v(\S+)( // indirect)?$`)

// buildS3 returns the file of the server, building it when it is not there yet.
// It has a module of its own: it shares nothing with the servers of Kubernetes.
func buildS3(ctx context.Context, log io.Writer) (string, error) {
	module, err := findModule()
	if err != nil {
		return "", err
	}
	module = filepath.Join(module, "s3")
	text, err := os.ReadFile(filepath.Join(module, "go.mod"))
	if err != nil {
		return "", err
	}
	version := pinnedS3.FindStringSubmatch(string(text))
	if version == nil {
		return "", fmt.Errorf("%s does not pin the S3 server", filepath.Join(module, "go.mod"))
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	file := filepath.Join(cache, "weft", "testenv", "versitygw-"+version[1])
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
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
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", file+".new", "github.com/versity/versitygw/cmd/versitygw")
	cmd.Dir = module
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off")
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("build the S3 server: %w", err)
	}
	return file, os.Rename(file+".new", file)
}
