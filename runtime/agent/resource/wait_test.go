package resource

import (
	"strings"
	"testing"
	"time"

	"github.com/weft-lang/weft/compiler/pod/instructions"
	"github.com/weft-lang/weft/runtime/record"
)

// TestWait holds how waiting goes on and ends.
func TestWait(t *testing.T) {
	const other = `{"metadata": {"name": "p", "uid": "u2"}, "status": {"phase": "Done"}}`
	forbidden := answer{code: 403, body: refusing("Forbidden", "no watching")}
	expired := answer{body: event("ERROR", refusing("Expired", "too old"))}
	for name, test := range map[string]struct {
		gets    []answer
		watches []answer
		want    string // "" is well
		asks    int    // GET
	}{
		"at once":            {[]answer{{body: pod("Done")}}, nil, "", 1},
		"failed at once":     {[]answer{{body: pod("Failed")}}, nil, `pod/p: the failure condition "status.phase in (Failed, Error)" is true: status.phase is "Failed"`, 1},
		"seen":               {[]answer{{body: pod("Running")}}, []answer{{body: event("MODIFIED", pod("Late")) + event("BOOKMARK", pod("")) + event("MODIFIED", pod("Done"))}}, "", 1},
		"seen to fail":       {[]answer{{body: pod("Running")}}, []answer{{body: event("MODIFIED", pod("Error"))}}, `status.phase is "Error"`, 1},
		"deleted":            {[]answer{{body: pod("Running")}}, []answer{{body: event("DELETED", pod("Late"))}}, `pod/p was deleted before the success condition "status.phase == Done" held: status.phase is "Late"`, 1},
		"deleted when done":  {[]answer{{body: pod("Running")}}, []answer{{body: event("DELETED", pod("Done"))}}, "", 1},
		"another of a name":  {[]answer{{body: pod("Running")}}, []answer{{body: event("ADDED", other)}}, "was deleted", 1},
		"watch breaks off":   {[]answer{{body: pod("Running")}, {body: pod("Done")}}, []answer{{cut: true}}, "", 2},
		"watch ends":         {[]answer{{body: pod("Running")}, {body: pod("Late")}}, []answer{{}, {body: event("MODIFIED", pod("Done"))}}, "", 2},
		"watch is too old":   {[]answer{{body: pod("Running")}, {body: pod("Done")}}, []answer{expired}, "", 2},
		"no watching":        {[]answer{{body: pod("Running")}, {body: pod("Late")}, {body: pod("Done")}}, []answer{forbidden}, "", 3},
		"gone when asked":    {[]answer{{body: pod("Running")}, {code: 404, body: refusing("NotFound", "gone")}}, []answer{forbidden}, "was deleted", 2},
		"another when asked": {[]answer{{body: pod("Running")}, {body: other}}, []answer{forbidden}, "was deleted", 2},
		"refused when asked": {[]answer{{body: pod("Running")}, {code: 403, body: refusing("Forbidden", "pods is forbidden")}}, []answer{forbidden}, "pods is forbidden; give the service account this right", 2},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.on("GET "+podURL, test.gets...)
			s.on("WATCH "+podsURL, test.watches...)
			_, err := s.do(instructions.Resource{
				Action: "get", Flags: []string{"pod", "p"}, SuccessCondition: "status.phase == Done", FailureCondition: "status.phase in (Failed, Error)",
			})
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %s", err, test.want)
			}
			if n := s.times("GET " + podURL); n != test.asks {
				t.Errorf("asked %d times", n)
			}
			if len(test.watches) > 0 {
				if q := s.last("WATCH " + podsURL).query; q.Get("resourceVersion") != "7" || q.Get("fieldSelector") != "metadata.name=p" {
					t.Error(q)
				}
			}
		})
	}
}

// TestWaitForAll holds that one object which fails ends the wait for the others.
func TestWaitForAll(t *testing.T) {
	s := newServer(t)
	item := func(name, phase string) string {
		return strings.NewReplacer(`"p"`, `"`+name+`"`, `"u1"`, `"`+name+`"`).Replace(pod(phase))
	}
	s.on("GET "+podsURL, answer{body: `{"apiVersion": "v1", "kind": "PodList", "items": [` + item("a", "Running") + "," + item("b", "Failed") + "]}"})
	s.on("WATCH "+podsURL, answer{wait: 1 << 40})
	_, err := s.do(instructions.Resource{
		Action: "get", Flags: []string{"pods", "-l", "x=y"}, SuccessCondition: "status.phase == Done", FailureCondition: "status.phase == Failed",
	})
	if err == nil || !strings.Contains(err.Error(), "pod/b: the failure condition") {
		t.Error(err)
	}
}

// TestDryRun has nothing to wait for.
func TestDryRun(t *testing.T) {
	s := newServer(t)
	s.on("POST "+mapsURL, answer{body: configMap})
	_, err := s.do(instructions.Resource{Action: "create", Manifest: configMap, Flags: []string{"--dry-run=server"}, SuccessCondition: "a == b"})
	if err != nil || s.said() != "configmap/settings created (dry run)\n" {
		t.Errorf("%v %q", err, s.said())
	}
}

func TestDelete(t *testing.T) {
	deleted := answer{body: `{"kind": "Status", "status": "Success", "details": {"name": "p", "uid": "u1"}}`}
	gone := answer{code: 404, body: refusing("NotFound", "gone")}
	for name, test := range map[string]struct {
		flags   []string
		deletes answer
		gets    []answer
		watches []answer
		want    string // "" is well
	}{
		"waits":               {nil, deleted, []answer{{body: pod("Running")}}, []answer{{body: event("DELETED", pod(""))}}, ""},
		"gone at once":        {nil, deleted, []answer{gone}, nil, ""},
		"another of the name": {nil, deleted, []answer{{body: strings.Replace(pod(""), "u1", "u2", 1)}}, nil, ""},
		"may not look":        {nil, deleted, []answer{{code: 403, body: refusing("Forbidden", "no")}}, nil, ""},
		"does not wait":       {[]string{"--wait=false"}, deleted, []answer{{body: pod("Running")}}, nil, ""},
		"waits not for ever":  {[]string{"--timeout=50ms"}, deleted, []answer{{body: pod("Running")}}, []answer{{wait: 1 << 40}}, "what was deleted is still there after 50ms"},
		"not there":           {nil, gone, nil, nil, ""},
		"must be there":       {[]string{"--ignore-not-found=false"}, gone, nil, nil, "delete pod/p: gone"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.on("DELETE "+podURL, test.deletes)
			s.on("GET "+podURL, test.gets...)
			s.on("WATCH "+podsURL, test.watches...)
			_, err := s.do(instructions.Resource{Action: "delete", Flags: append([]string{"pod", "p"}, test.flags...)})
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %s", err, test.want)
			}
		})
	}
}

// TestDeleteSelected deletes what a selector finds, in whichever namespace.
func TestDeleteSelected(t *testing.T) {
	s := newServer(t)
	s.on("GET /api/v1/pods", answer{body: `{"apiVersion": "v1", "items": [{"metadata": {"name": "a", "namespace": "x"}}, {"metadata": {"name": "b", "namespace": "y"}}]}`})
	for _, path := range []string{"x/pods/a", "y/pods/b"} {
		s.on("DELETE /api/v1/namespaces/"+path, answer{body: "{}"})
	}
	if _, err := s.do(instructions.Resource{Action: "delete", Flags: []string{"pods", "--selector", "a=b", "-A"}}); err != nil {
		t.Fatal(err)
	}
	if q := s.last("GET /api/v1/pods").query; q.Get("labelSelector") != "a=b" || s.said() != "pod/a deleted\npod/b deleted\n" {
		t.Errorf("%v %q", q, s.said())
	}
}

func TestReplace(t *testing.T) {
	conflict := answer{code: 409, body: refusing("Conflict", "changed meanwhile")}
	current := answer{body: `{"metadata": {"name": "settings", "uid": "u", "resourceVersion": "5"}}`}
	s := newServer(t)
	s.on("GET "+mapURL, current)
	s.on("PUT "+mapURL, conflict, answer{body: configMap})
	if _, err := s.do(instructions.Resource{Action: "replace", Manifest: configMap}); err != nil || s.times("PUT "+mapURL) != 2 {
		t.Error(err)
	}
	if a := s.last("PUT " + mapURL); parse(t, a.body).version() != "5" {
		t.Errorf("%+v", a)
	}
	// A version of the user's own is not to be overruled.
	s.on("PUT "+mapURL, conflict)
	own := strings.Replace(configMap, `"name"`, `"resourceVersion": "3", "name"`, 1)
	if _, err := s.do(instructions.Resource{Action: "replace", Manifest: own}); !refused(err, 409) || s.times("PUT "+mapURL) != 3 {
		t.Error(err)
	}
	s.on("DELETE "+mapURL, answer{code: 404, body: refusing("NotFound", "gone")})
	s.on("POST "+mapsURL, answer{body: configMap})
	if _, err := s.do(instructions.Resource{Action: "replace", Manifest: configMap, Flags: []string{"--force"}}); err != nil || s.times("POST "+mapsURL) != 1 {
		t.Error(err)
	}
}

func TestOutputs(t *testing.T) {
	const object = `{"metadata": {"name": "p", "managedFields": [{"manager": "x"}]}, "status": {"phase": "Run", "n": 3, "big": 9007199254740993, "f": 1.5,
		"list": [{"type": "A", "ok": true}, {"type": "B", "ok": false}], "empty": ""}}`
	none := "none"
	for _, test := range []struct {
		jsonPath, jq string
		fallback     *string
		want         string
	}{
		{"{.status.phase}", "", nil, "Run"},
		{"{.status.n}/{.status.f}{'\\n'}", "", nil, "3/1.5\n"},
		{"{.status.big}", "", nil, "9007199254740993"},
		{`{.status.list[?(@.type=="B")].ok}`, "", nil, "false"},
		{"{range .status.list[*]}{.type},{end}", "", nil, "A,B,"},
		{"{.status.list}", "", nil, `[{"ok":true,"type":"A"},{"ok":false,"type":"B"}]`},
		{"{.status.missing}", "", nil, ""},
		{"{.status.missing}", "", &none, "none"},
		{"{.status.empty}", "", &none, ""},
		{"plain", "", nil, "plain"},
		{"", ".status.phase", nil, "Run"},
		{"", ".status.list[] | .type, .ok", nil, "A\ntrue\nB\nfalse"},
		{"", ".status.big + 0, .status.n > 2, .status.f", nil, "9007199254740993\ntrue\n1.5"},
		{"", ".status.list[0]", nil, `{"ok":true,"type":"A"}`},
		{"", ".metadata", nil, `{"name":"p"}`},
		{"", "empty", &none, "none"},
		{"", "empty", nil, ""},
		{"", `error("no")`, &none, "none"},
		{"", ".missing", nil, "null"},
	} {
		s := newServer(t)
		s.on("GET "+podURL, answer{body: object})
		values, err := s.do(instructions.Resource{
			Action: "get", Flags: []string{"pod", "p"}, Parameters: []instructions.Parameter{{Name: "x", JSONPath: test.jsonPath, JQ: test.jq, Default: test.fallback}},
		})
		if err != nil || len(values) != 1 || values[0] != (record.Value{Name: "x", Value: test.want}) {
			t.Errorf("%s%s: %q %v, want %q", test.jsonPath, test.jq, values, err, test.want)
		}
	}
}

func TestFaultyOutputs(t *testing.T) {
	for _, test := range []struct{ jsonPath, jq, want string }{
		{"", ".metadata.name + 1", `output parameter "x": the jqFilter ".metadata.name + 1": cannot add`},
		{"", "repeat(1)", "gives more than 1048576 bytes"},
		{"", `halt_error`, "the jqFilter"},
		{`{.metadata.name[0]}`, "", `output parameter "x": the jsonPath "{.metadata.name[0]}": `},
	} {
		s := newServer(t)
		s.on("GET "+podURL, answer{body: pod("")})
		_, err := s.do(instructions.Resource{
			Action: "get", Flags: []string{"pod", "p"}, Parameters: []instructions.Parameter{{Name: "x", JSONPath: test.jsonPath, JQ: test.jq}},
		})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s%s: %v, want %s", test.jsonPath, test.jq, err, test.want)
		}
	}
}

// TestOutputsOfNothing holds what is left when there is no object.
func TestOutputsOfNothing(t *testing.T) {
	s, none := newServer(t), "none"
	values, err := s.do(instructions.Resource{
		Action: "get", Flags: []string{"pod", "p", "--ignore-not-found"}, SuccessCondition: "status.phase == Done",
		Parameters: []instructions.Parameter{{Name: "x", JSONPath: "{.a}"}, {Name: "y", JQ: ".a", Default: &none}},
	})
	if err != nil || len(values) != 2 || values[0].Value != "" || values[1].Value != "none" {
		t.Errorf("%v %v", values, err)
	}
}

// TestSeveral holds that outputs see several objects as a list.
func TestSeveral(t *testing.T) {
	s := newServer(t)
	s.on("POST "+mapsURL, answer{body: configMap}, answer{body: strings.Replace(configMap, "settings", "more", 1)})
	values, err := s.do(instructions.Resource{
		Action: "create", Manifest: `{"apiVersion": "v1", "kind": "List", "items": [` + configMap + `]}` + "\n---\n" + configMap,
		Parameters: []instructions.Parameter{{Name: "x", JSONPath: "{.kind} {.items[*].metadata.name}"}},
	})
	if err != nil || values[0].Value != "List settings more" {
		t.Errorf("%v %v", values, err)
	}
}

// TestWaitThroughOutage bears an outage that would end any other request.
func TestWaitThroughOutage(t *testing.T) {
	s := newServer(t)
	busy := answer{code: 503, body: "starting"}
	s.on("GET "+podURL, answer{body: pod("Running")}, busy, busy, answer{body: pod("Done")})
	s.on("WATCH "+podsURL, answer{cut: true})
	opts := s.options()
	opts.Patience = 200 * time.Millisecond
	_, err := Do(t.Context(), &instructions.Resource{Action: "get", Flags: []string{"pod", "p"}, SuccessCondition: "status.phase == Done"}, opts)
	if err != nil {
		t.Error(err)
	}
}
