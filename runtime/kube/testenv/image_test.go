//go:build e2e && linux

package testenv

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/weft-lang/weft/runtime/kube/testenv/images"
)

// TestNodeImages holds that the programs of images run, from the machine's own.
func TestNodeImages(t *testing.T) {
	n := startNode(t)
	began := time.Now()
	debian, err := images.Debian(images.Tools...)
	if err != nil {
		t.Fatal(err)
	}
	made := time.Now()
	greeter := t.TempDir() + "/greet"
	if err := os.WriteFile(greeter, []byte("#!/bin/bash\necho \"hello $1\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	greet, err := images.With(debian, "/greet", greeter)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.AddImages(t.Context(), map[string]v1.Image{"debian:12": debian, "python:3": debian, "example.org/greet:1": greet}); err != nil {
		t.Fatal(err)
	}
	t.Logf("images take %.1f s to make and %.1f s to add", made.Sub(began).Seconds(), time.Since(made).Seconds())

	in := func(image string, command ...string) func(*corev1.PodSpec) {
		return func(spec *corev1.PodSpec) {
			spec.Containers[0].Image = image
			if len(command) > 0 {
				spec.Containers[0].Command, spec.Containers[0].Args = nil, command
			}
		}
	}
	if text := n.run(t, "greet", "", in("example.org/greet:1", "you")); text != "hello you\n" {
		t.Errorf("an entrypoint prints %q", text)
	}
	const script = `set -e
python3 -c 'import json, ssl, sqlite3, urllib.request; print(json.dumps([1]))'
python --version >/dev/null
echo '{"a": 2}' | jq .a
curl --version | head -1 | cut -c1-4
cd /tmp && git init -q x && cd x && git -c user.name=a -c user.email=b commit -q --allow-empty -m 3 && git log --format=%s
cowsay 4 | grep -c '< 4 >'
echo a b | awk '{print $2}'
bash -c 'echo ${BASH_VERSION%%.*}'
`
	if text := n.run(t, "tools", script, in("debian:12")); !strings.HasPrefix(text, "[1]\n2\ncurl\n3\n1\nb\n") {
		t.Errorf("tools print %q", text)
	}
	names, err := n.Images(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"docker.io/library/python:3", "example.org/greet:1", pauseImage} {
		if !slices.Contains(names, name) {
			t.Errorf("the node does not say that it has %s: %v", name, names)
		}
	}
}
