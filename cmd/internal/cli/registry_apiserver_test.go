//go:build apiserver

package cli

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/weft-lang/weft/runtime/kube"
)

// runsImage is the script command "runsImage NAMESPACE PATTERN", which waits for a
// Pod with an image and a command that fit.
func runsImage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: runsImage NAMESPACE PATTERN")
	}
	client, err := kube.Access{Kubeconfig: ts.Getenv("KUBECONFIG")}.Client()
	ts.Check(err)
	pods := client.Resource(schema.GroupVersionResource{Version: "v1", Resource: "pods"}).Namespace(args[0])
	want, seen := regexp.MustCompile(args[1]), ""
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		all, err := pods.List(context.Background(), metav1.ListOptions{})
		ts.Check(err)
		seen = ""
		for _, p := range all.Items {
			spec := p.Object["spec"].(map[string]any)
			for _, c := range spec["containers"].([]any) {
				c := c.(map[string]any)
				seen += fmt.Sprintln(c["image"], c["command"], c["args"])
			}
		}
		if want.MatchString(seen) {
			return
		}
	}
	ts.Fatalf("no Pod fits %s:\n%s", args[1], seen)
}
