package outcome

import (
	"encoding/json"
	"slices"
	"testing"
)

// A run of two steps, the second with all that is never the same twice.
const ended = `{
  "name": "demo-x1", "phase": "Failed", "message": "child 'demo-x1.b' failed", "finished": "2026-01-02T03:04:05Z",
  "nodes": [
    {"path": "demo-x1", "type": "DAG", "phase": "Failed", "template": "main", "children": ["demo-x1.b", "demo-x1.a"]},
    {"path": "demo-x1.a", "type": "Pod", "phase": "Succeeded", "boundary": "demo-x1", "host": "node1", "daemoned": true,
     "outputs": {"exitCode": 0, "result": "", "artifacts": [{"name": "log", "location": {"file": "x"}}]}},
    {"path": "demo-x1.b", "type": "Pod", "phase": "Failed", "message": "no answer from 10.244.0.7 at 2026-01-02T03:04:05Z",
     "inputs": [{"name": "host", "value": "10.244.0.7"}],
     "outputs": {"exitCode": 2, "parameters": [{"name": "who", "value": "demo-x1"}]}}
  ]
}`

func parse(t *testing.T, text string) *Run {
	t.Helper()
	r, err := Parse([]byte(text), func(location json.RawMessage) string { return "contents of " + string(location) })
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestParse(t *testing.T) {
	want := &Run{Nodes: map[string]Facts{
		"":   {Phase: "Failed", Message: "child 'WF.b' failed"},
		"WF": {Type: "DAG", Phase: "Failed", Template: "main", Children: "WF.a WF.b"},
		"WF.a": {Type: "Pod", Phase: "Succeeded", Boundary: "WF", Daemoned: "true", ExitCode: "0", Result: "",
			Artifact + "log": `contents of {"file": "x"}`},
		"WF.b": {Type: "Pod", Phase: "Failed", Message: "no answer from IP at TIME", Input + "host": "IP", ExitCode: "2", Output + "who": "WF"},
	}}
	if all := Differences(parse(t, ended), want, nil); len(all) > 0 {
		t.Errorf("%q", all)
	}
	if _, err := Parse([]byte("error: no such file"), NoContents); err == nil {
		t.Error("a message is no result")
	}
}

func TestDifferences(t *testing.T) {
	got := parse(t, ended)
	want := &Run{Nodes: map[string]Facts{
		"":     {Phase: "Succeeded", Message: "child 'WF.b' failed"},
		"WF":   {Type: "DAG", Phase: "Failed", Template: "other", Children: "WF.a WF.b"},
		"WF.b": got.Nodes["WF.b"],
		"WF.c": {Type: "Pod", Phase: "Omitted"},
	}}
	all := Differences(got, want, func(name string) bool { return name == Template })
	wanted := []string{
		`the run has phase "Failed", want "Succeeded": child 'WF.b' failed`,
		`extra node WF.a Pod Succeeded`,
		`no node WF.c Pod Omitted`,
	}
	if !slices.Equal(all, wanted) {
		t.Errorf("got  %q\nwant %q", all, wanted)
	}
	all = Differences(got, &Run{Nodes: map[string]Facts{
		"": got.Nodes[""], "WF": got.Nodes["WF"], "WF.b": got.Nodes["WF.b"],
		"WF.a": {Type: "Pod", Phase: "Succeeded", Boundary: "WF", Daemoned: "true", ExitCode: "0", Artifact + "log": "others"},
	}}, nil)
	wanted = []string{
		`WF.a has artifact log "contents of {\"file\": \"x\"}", want "others"`,
		`WF.a has result "", want none`,
	}
	if !slices.Equal(all, wanted) {
		t.Errorf("got  %q\nwant %q", all, wanted)
	}
}

func TestRecording(t *testing.T) {
	recorded := Recording{Phase: "Failed", Nodes: map[string]recordedNode{
		"WF":   {Type: "DAG", Phase: "Failed"},
		"WF.a": {Type: "Pod", Phase: "Succeeded", ExitCode: "0"},
		"WF.b": {Type: "Pod", Phase: "Failed", ExitCode: "2", Parameters: map[string]*string{"who": new("WF"), "never": nil}},
	}}
	got := parse(t, ended)
	if all := recorded.Differences(got, false); len(all) > 0 {
		t.Errorf("%q", all)
	}
	got.Nodes["WF.b"][Output+"who"] = "else"
	got.Nodes["WF.a"][Result] = "7"
	wanted := []string{`WF.a has result "7", want none`, `WF.b has output who "else", want "WF"`}
	if all := recorded.Differences(got, false); !slices.Equal(all, wanted) {
		t.Errorf("got  %q\nwant %q", all, wanted)
	}
	if all := recorded.Differences(got, true); len(all) > 0 {
		t.Errorf("outputs of a random workflow are compared: %q", all)
	}
	delete(recorded.Nodes, "WF.a")
	if all := recorded.Differences(got, true); len(all) != 1 {
		t.Errorf("an extra node is not seen: %q", all)
	}
}
