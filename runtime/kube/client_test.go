package kube

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAccessMistakes holds what is said of a cluster that cannot be found.
func TestAccessMistakes(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "config")
	const config = `{"apiVersion": "v1", "kind": "Config", "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}], "contexts": [{"name": "c", "context": {"cluster": "c"}}], "current-context": "c"}`
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("KUBECONFIG", filepath.Join(dir, "none"))
	t.Setenv("KUBERNETES_SERVICE_HOST", "")
	for _, c := range []struct {
		access Access
		want   string
	}{
		{Access{}, "there is no kubeconfig in " + filepath.Join(dir, "none") + "; --kubeconfig names one"},
		{Access{Kubeconfig: file, Context: "staging"}, `there is no context "staging"; kubectl config get-contexts lists those there are`},
		{Access{Kubeconfig: filepath.Join(dir, "none")}, "no such file"},
	} {
		_, err := c.access.Connect()
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: got %v, want %s", c.access, err, c.want)
		}
	}
}
