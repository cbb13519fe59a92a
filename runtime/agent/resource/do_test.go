package resource

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/weft-lang/weft/compiler/pod/instructions"
)

const (
	mapsURL = "/api/v1/namespaces/home/configmaps"
	podsURL = "/api/v1/namespaces/home/pods"
	mapURL  = mapsURL + "/settings"
	podURL  = podsURL + "/p"
)

// TestRequests holds what is asked of the API server for each action.
func TestRequests(t *testing.T) {
	order := `{"apiVersion": "shop.example.com/v1", "kind": "Order", "metadata": {"name": "o"}}`
	for name, test := range map[string]struct {
		work  instructions.Resource
		on    string
		query string // in part
		body  string // in part
		form  string
	}{
		"create": {
			instructions.Resource{Action: "create", Manifest: configMap}, "POST " + mapsURL, "fieldManager=weft-node&fieldValidation=Strict", `"kind":"ConfigMap"`, "",
		},
		"create elsewhere": {
			instructions.Resource{Action: "create", Manifest: configMap, Flags: []string{"-n", "other", "--validate=warn", "--field-manager", "me", "--dry-run=server"}},
			"POST /api/v1/namespaces/other/configmaps", "dryRun=All&fieldManager=me&fieldValidation=Warn", "", "",
		},
		"create in no namespace": {
			instructions.Resource{Action: "create", Manifest: `{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}}`}, "POST /api/v1/namespaces", "", "", "",
		},
		"apply": {
			instructions.Resource{Action: "apply", Manifest: configMap}, "PATCH " + mapURL, "fieldManager=weft&fieldValidation=Strict&force=true", `"name":"settings"`, "application/apply-patch+yaml",
		},
		"patch by manifest": {
			instructions.Resource{Action: "patch", Manifest: configMap, MergeStrategy: "merge"}, "PATCH " + mapURL, "", `"name":"settings"`, "application/merge-patch+json",
		},
		"patch by name": {
			instructions.Resource{Action: "patch", Manifest: "data: {count: 1.50}", Flags: []string{"cm", "settings"}}, "PATCH " + mapURL, "", `{"data":{"count":1.5}}`, "application/strategic-merge-patch+json",
		},
		"patch a status as JSON": {
			instructions.Resource{Action: "patch", Manifest: `[{"op": "remove", "path": "/a"}]`, MergeStrategy: "json", Flags: []string{"--subresource=status", "pod/p"}},
			"PATCH " + podURL + "/status", "", `[{"op":"remove","path":"/a"}]`, "application/json-patch+json",
		},
		"get of another group": {
			instructions.Resource{Action: "get", Flags: []string{"orders.v1.shop.example.com", "o"}}, "GET /apis/shop.example.com/v1/namespaces/home/orders/o", "", "", "",
		},
		"get of the best version": {
			instructions.Resource{Action: "get", Flags: []string{"order/o", "-nx"}}, "GET /apis/shop.example.com/v2/namespaces/x/orders/o", "", "", "",
		},
		"delete": {
			instructions.Resource{Action: "delete", Manifest: order, Flags: []string{"--wait=false", "--cascade=foreground", "--grace-period=3"}},
			"DELETE /apis/shop.example.com/v1/namespaces/home/orders/o", "", `"gracePeriodSeconds":3,"kind":"DeleteOptions","propagationPolicy":"Foreground"`, "application/json",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.on("GET /apis/shop.example.com/v1", answer{body: `{"resources": [{"name": "orders", "kind": "Order", "namespaced": true}]}`})
			s.on(test.on, answer{body: configMap})
			if _, err := s.do(test.work); err != nil {
				t.Fatal(err)
			}
			a := s.last(test.on)
			if !strings.Contains(a.query.Encode(), test.query) || !strings.Contains(a.body, test.body) || test.form != "" && a.contentType != test.form {
				t.Errorf("%+v", a)
			}
			if a.token != "Bearer secret-1" {
				t.Errorf("token %q", a.token)
			}
		})
	}
}

// TestMistakes holds what is said before anything is changed.
func TestMistakes(t *testing.T) {
	for name, test := range map[string]struct {
		work instructions.Resource
		want string
	}{
		"action":         {instructions.Resource{Action: "frob"}, `there is no action "frob"`},
		"flag":           {instructions.Resource{Action: "get", Flags: []string{"--frob"}}, "the flag --frob does not work"},
		"condition":      {instructions.Resource{Action: "get", SuccessCondition: "a ==="}, `the condition "a ===" cannot be read`},
		"failure":        {instructions.Resource{Action: "get", FailureCondition: "(a"}, `the condition "(a" cannot be read`},
		"jsonPath":       {instructions.Resource{Action: "get", Parameters: []instructions.Parameter{{Name: "x", JSONPath: "{.a"}}}, `output parameter "x": the jsonPath "{.a" cannot be read`},
		"jq":             {instructions.Resource{Action: "get", Parameters: []instructions.Parameter{{Name: "x", JQ: ".["}}}, `output parameter "x": the jqFilter ".[" cannot be read`},
		"jq function":    {instructions.Resource{Action: "get", Parameters: []instructions.Parameter{{Name: "x", JQ: "frob"}}}, "function not defined: frob/0"},
		"no manifest":    {instructions.Resource{Action: "create"}, "there is no manifest"},
		"YAML":           {instructions.Resource{Action: "create", Manifest: "a: [\n"}, "the manifest cannot be read: line "},
		"no object":      {instructions.Resource{Action: "create", Manifest: "text"}, "the manifest is no object"},
		"no kind":        {instructions.Resource{Action: "create", Manifest: "apiVersion: v1"}, "the manifest has no kind"},
		"no name":        {instructions.Resource{Action: "create", Manifest: "{apiVersion: v1, kind: Pod}"}, "the manifest of a Pod has no metadata.name"},
		"generated name": {instructions.Resource{Action: "apply", Manifest: "{apiVersion: v1, kind: Pod, metadata: {generateName: x-}}"}, "has no metadata.name"},
		"unknown kind":   {instructions.Resource{Action: "create", Manifest: "{apiVersion: x.io/v1, kind: X, metadata: {name: x}}"}, `the cluster has no kind "X" in version "x.io/v1"`},
		"unknown word":   {instructions.Resource{Action: "get", Flags: []string{"frob", "x"}}, `the cluster has no kind "frob"`},
		"file":           {instructions.Resource{Action: "create", ManifestPath: "/no/such/file"}, "read the manifest: "},
		"namespaces":     {instructions.Resource{Action: "create", Manifest: `{apiVersion: v1, kind: Pod, metadata: {name: x, namespace: a}}`, Flags: []string{"-n", "b"}}, `the manifest says namespace "a", and the flags say "b"`},
		"twice":          {instructions.Resource{Action: "get", Manifest: configMap, Flags: []string{"pod", "x"}}, "the flags and the manifest both name objects"},
		"no names":       {instructions.Resource{Action: "create", Manifest: configMap, Flags: []string{"pod"}}, `action "create" takes no names, and the flags hold "pod"`},
		"bare name":      {instructions.Resource{Action: "get", Flags: []string{"pod/x", "y"}}, `nothing says of which kind "y" is`},
		"all":            {instructions.Resource{Action: "delete", Flags: []string{"pods"}}, "the flags would delete all of pods"},
		"all patched":    {instructions.Resource{Action: "patch", Flags: []string{"pods"}, Manifest: "a: b"}, "add the name, as in flags: [pods, NAME]"},
		"both":           {instructions.Resource{Action: "get", Flags: []string{"pod", "x", "-l", "a=b"}}, "the flags name objects and select some"},
		"JSON patch":     {instructions.Resource{Action: "patch", MergeStrategy: "json", Manifest: "[]"}, "name it in flags"},
		"owner": {
			instructions.Resource{Action: "create", Manifest: `{apiVersion: v1, kind: Pod, metadata: {name: x, namespace: a}}`, Owner: &instructions.Owner{Name: "r", UID: "u"}},
			`pod/x cannot belong to the run, which is in namespace "home": it is in namespace "a"`,
		},
		"owner of all": {
			instructions.Resource{Action: "create", Manifest: `{apiVersion: v1, kind: Namespace, metadata: {name: x}}`, Owner: &instructions.Owner{Name: "r", UID: "u"}},
			"it is in no namespace",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			_, err := s.do(test.work)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %s", err, test.want)
			}
			for _, a := range s.asked {
				if !strings.HasPrefix(a.what, "GET ") {
					t.Errorf("%s was asked for", a.what)
				}
			}
			if trouble := (*Trouble)(nil); errors.As(err, &trouble) {
				t.Error("this is the user's to mend")
			}
		})
	}
}

func TestOutsideOfACluster(t *testing.T) {
	s := newServer(t)
	opts := s.options()
	opts.Env = func(string) string { return "" }
	_, err := Do(t.Context(), &instructions.Resource{Action: "get", Manifest: configMap}, opts)
	if err == nil || !strings.Contains(err.Error(), "needs a cluster") {
		t.Error(err)
	}
	if err := os.Remove(filepath.Join(s.account, "token")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.do(instructions.Resource{Action: "get", Manifest: configMap}); err == nil || !strings.Contains(err.Error(), "no token") {
		t.Error(err)
	}
}

// TestFreshToken reads the token again for every request.
func TestFreshToken(t *testing.T) {
	s := newServer(t)
	s.on("GET "+podURL, answer{body: pod("Running")}, answer{body: pod("Done")})
	s.on("WATCH "+podsURL, answer{code: 403, body: refusing("Forbidden", "no")})
	opts := s.options()
	opts.Poll = 300 * time.Millisecond
	time.AfterFunc(100*time.Millisecond, func() { s.leave("token", "secret-2") })
	if _, err := Do(t.Context(), &instructions.Resource{Action: "get", Flags: []string{"pod", "p"}, SuccessCondition: "status.phase == Done"}, opts); err != nil {
		t.Fatal(err)
	}
	if a := s.last("GET " + podURL); a.token != "Bearer secret-2" {
		t.Errorf("%+v", a)
	}
}

func TestOwner(t *testing.T) {
	s := newServer(t)
	s.on("POST "+mapsURL, answer{body: configMap})
	owner := &instructions.Owner{Name: "weft-run-x", UID: "u"}
	manifest := "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, ownerReferences: [{apiVersion: v1, kind: Pod, name: a, uid: b}]}}"
	if _, err := s.do(instructions.Resource{Action: "create", Manifest: manifest, Owner: owner}); err != nil {
		t.Fatal(err)
	}
	want := `"ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"a","uid":"b"},{"apiVersion":"v1","kind":"ConfigMap","name":"weft-run-x","uid":"u"}]`
	if a := s.last("POST " + mapsURL); !strings.Contains(a.body, want) {
		t.Error(a.body)
	}
	// A patch of what flags name makes it belong to the run as well.
	s.on("PATCH "+mapsURL+"/settings", answer{body: configMap})
	patch := instructions.Resource{Action: "patch", MergeStrategy: "merge", Flags: []string{"configmap", "settings"}, Manifest: "data: {a: b}", Owner: owner}
	if _, err := s.do(patch); err != nil {
		t.Fatal(err)
	}
	want = `"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"weft-run-x","uid":"u"}]}`
	if a := s.last("PATCH " + mapsURL + "/settings"); !strings.Contains(a.body, want) {
		t.Error(a.body)
	}
	patch.MergeStrategy, patch.Manifest = "json", "[{op: remove, path: /data/a}]"
	if _, err := s.do(patch); err == nil || !strings.Contains(err.Error(), "a JSON patch cannot make") {
		t.Error(err)
	}
}

// TestCreateAgain holds that what may have been created is found again, and not
// taken for somebody else's.
func TestCreateAgain(t *testing.T) {
	exists := answer{code: 409, body: refusing("AlreadyExists", `configmaps "settings" already exists`)}
	by := func(manager string) answer {
		return answer{body: `{"metadata": {"name": "settings", "managedFields": [{"manager": "` + manager + `"}]}}`}
	}
	create := instructions.Resource{Action: "create", Manifest: configMap}
	for name, test := range map[string]struct {
		posts []answer
		get   answer
		fails bool
	}{
		"there before":        {[]answer{exists}, by("weft-node"), true},
		"ours":                {[]answer{{cut: true}, exists}, by("weft-node"), false},
		"ours after an error": {[]answer{{code: 500, body: refusing("InternalError", "oh")}, exists}, by("weft-node"), false},
		"another step's":      {[]answer{{cut: true}, exists}, by("weft-other"), true},
		"refused unseen":      {[]answer{{code: 429, body: refusing("TooManyRequests", "later")}, exists}, by("weft-node"), true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.on("POST "+mapsURL, test.posts...)
			s.on("GET "+mapURL, test.get)
			if _, err := s.do(create); (err != nil) != test.fails || err != nil && !strings.Contains(err.Error(), "already exists") {
				t.Error(err)
			}
		})
	}
}

// TestMadeUpNames holds that another name is tried when one is taken.
func TestMadeUpNames(t *testing.T) {
	s := newServer(t)
	s.on("POST "+mapsURL, answer{code: 409, body: refusing("AlreadyExists", "taken")}, answer{body: configMap})
	values, err := s.do(instructions.Resource{
		Action: "create", Manifest: "{apiVersion: v1, kind: ConfigMap, metadata: {generateName: " + strings.Repeat("x", 70) + "}}",
		Parameters: []instructions.Parameter{{Name: "n", JSONPath: "{.metadata.name}"}},
	})
	if err != nil || s.times("POST "+mapsURL) != 2 || values[0].Value != "settings" {
		t.Errorf("%v %v", values, err)
	}
	body := parse(t, s.last("POST "+mapsURL).body)
	if name := body.name(); len(name) != 63 || name == parse(t, s.asked[1].body).name() {
		t.Errorf("%q", name)
	}
}

func TestPatience(t *testing.T) {
	get := instructions.Resource{Action: "get", Flags: []string{"pod", "p"}}
	s := newServer(t)
	s.on("GET "+podURL, answer{code: 503, body: "starting"}, answer{cut: true}, answer{code: 429, body: refusing("TooManyRequests", "later")}, answer{body: pod("Running")})
	if _, err := s.do(get); err != nil || s.times("GET "+podURL) != 4 || !strings.Contains(s.said(), "the API server answers 503 Service Unavailable: starting; tried again") {
		t.Errorf("%v, %s", err, s.said())
	}
	s.on("GET "+podURL, answer{code: 500, body: refusing("InternalError", "broken")})
	var trouble *Trouble
	if _, err := s.do(get); !errors.As(err, &trouble) || !strings.Contains(err.Error(), "the API server did not do it in 2s: broken") {
		t.Error(err)
	}
	s.http.Close()
	if _, err := s.do(get); !errors.As(err, &trouble) || !strings.Contains(err.Error(), "connection refused") {
		t.Error(err)
	}
}

// TestPatchOnce does not send a JSON patch twice that may have been carried out.
func TestPatchOnce(t *testing.T) {
	s := newServer(t)
	s.on("PATCH "+podURL, answer{cut: true}, answer{body: pod("")})
	_, err := s.do(instructions.Resource{Action: "patch", MergeStrategy: "json", Manifest: "[]", Flags: []string{"pod", "p"}})
	var trouble *Trouble
	if !errors.As(err, &trouble) || s.times("PATCH "+podURL) != 1 {
		t.Error(err)
	}
}

// TestStranger does not talk to a server that the cluster's authority does not
// vouch for, and does not wait for it to become another.
func TestStranger(t *testing.T) {
	s := newServer(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	authority := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	text, err := x509.CreateCertificate(rand.Reader, authority, authority, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	s.leave("ca.crt", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: text})))
	begun := time.Now()
	_, err = s.do(instructions.Resource{Action: "get", Flags: []string{"pod", "p"}})
	var trouble *Trouble
	if !errors.As(err, &trouble) || len(s.asked) > 0 || !strings.Contains(err.Error(), "the API server is not who it should be") || time.Since(begun) > time.Second {
		t.Error(err)
	}
}

func TestStop(t *testing.T) {
	s := newServer(t)
	s.on("GET "+podURL, answer{body: pod("Running")})
	s.on("WATCH "+podsURL, answer{wait: time.Minute})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	begun := time.Now()
	_, err := Do(ctx, &instructions.Resource{Action: "get", Flags: []string{"pod", "p"}, SuccessCondition: "status.phase == Done"}, s.options())
	if !errors.Is(err, context.Canceled) || time.Since(begun) > 5*time.Second {
		t.Error(fmt.Sprint(err, time.Since(begun)))
	}
}
