package engine

import (
	"testing"
	"time"
)

// TestTables holds that every event has an answer in every state of a node.
func TestTables(t *testing.T) {
	for s := range stages {
		for state, c := range podTable[s] {
			if c.do == nil && c.why == "" {
				t.Errorf("stage %d, Pod state %d: nobody says what happens", s, state)
			}
		}
		for _, kind := range []EventKind{EventTimer, EventLock, EventCache, EventFetched} {
			if c, ok := eventTable[s][kind]; !ok || c.do == nil && c.why == "" {
				t.Errorf("stage %d, event %d: nobody says what happens", s, kind)
			}
		}
	}
}

func ended(name string, role Role, code int) Container {
	return Container{Name: name, Role: role, Ended: true, Code: code, Reason: "Error"}
}

// TestJudge goes through how a Pod's end becomes the phase of its node.
func TestJudge(t *testing.T) {
	ok := ended("main", RoleMain, 0)
	bad := ended("main", RoleMain, 1)
	said := bad
	said.Message = "no such file"
	killed := Container{Name: "main", Role: RoleMain, Ended: true, Code: 137, Reason: "OOMKilled"}
	waiting := Container{Name: "main", Role: RoleMain, Reason: "ErrImagePull", Message: "no such image"}
	for _, c := range []struct {
		name    string
		report  Report
		set     bool // of a containerSet
		phase   Phase
		message string
		class   Class
	}{
		{name: "all well", report: Report{Containers: []Container{ok}}, phase: Succeeded},
		{name: "main", report: Report{Containers: []Container{bad}}, phase: Failed, message: "main: Error (exit code 1)", class: ClassUser},
		{name: "main with a message", report: Report{Containers: []Container{said}}, phase: Failed, message: "main: Error (exit code 1): no such file", class: ClassUser},
		{name: "out of memory", report: Report{Containers: []Container{killed}}, phase: Failed, message: "main: OOMKilled (exit code 137)", class: ClassUser},
		{name: "code 64 of a Pod", report: Report{Containers: []Container{ended("main", RoleMain, 64)}}, phase: Failed, message: "main: Error (exit code 64)", class: ClassUser},
		{name: "code 64 of a member", set: true, report: Report{Containers: []Container{ended("two", RoleMain, 64)}}, phase: Error, message: "two: Error (exit code 64)", class: ClassUser},
		{name: "the Pod as a whole", report: Report{Message: "evicted", Containers: []Container{bad}}, phase: Failed, message: "evicted", class: ClassInfrastructure},
		{name: "image", report: Report{Containers: []Container{waiting}}, phase: Error, message: "Pod failed before main container starts due to ErrImagePull: no such image", class: ClassInfrastructure},
		{name: "user's init", report: Report{Containers: []Container{ended("prepare", RoleInit, 2), {Name: "main", Role: RoleMain, Reason: "PodInitializing"}}}, phase: Failed, message: "prepare: Error (exit code 2)", class: ClassUser},
		{name: "loading", report: Report{Containers: []Container{ended("weft-load", RoleWeft, 2), {Name: "main", Role: RoleMain, Reason: "PodInitializing"}}}, phase: Error, message: "weft-load: Error (exit code 2)", class: ClassInfrastructure},
		{name: "loading what is not there", report: Report{Containers: []Container{ended("weft-load", RoleWeft, 65), {Name: "main", Role: RoleMain, Reason: "PodInitializing"}}}, phase: Error, message: "weft-load: Error (exit code 65)", class: ClassUser},
		{name: "main before saving", report: Report{Containers: []Container{bad, ended("weft-save", RoleWeft, 2)}}, phase: Failed, message: "main: Error (exit code 1)", class: ClassUser},
		{name: "saving", report: Report{Containers: []Container{ok, ended("weft-save", RoleWeft, 2)}}, phase: Error, message: "weft-save: Error (exit code 2)", class: ClassInfrastructure},
		{name: "outputs", report: Report{Containers: []Container{ok}, OutputError: "no file /p"}, phase: Error, message: "no file /p", class: ClassInfrastructure},
		{name: "outputs that nobody left", report: Report{Containers: []Container{ok}, OutputError: "no file /p", OutputClass: ClassUser}, phase: Error, message: "no file /p", class: ClassUser},
		{name: "main before outputs", report: Report{Containers: []Container{bad}, OutputError: "no file /p"}, phase: Failed, message: "main: Error (exit code 1)", class: ClassUser},
		{name: "sidecar", report: Report{Containers: []Container{ok, ended("proxy", RoleSidecar, 3)}}, phase: Failed, message: "proxy: Error (exit code 3)", class: ClassUser},
		{name: "sidecar that was killed", report: Report{Containers: []Container{ok, ended("proxy", RoleSidecar, 137), ended("log", RoleSidecar, 143)}}, phase: Succeeded},
		{name: "nothing seen", report: Report{}, phase: Failed, message: "the Pod ended, and no end of its main container was seen", class: ClassInfrastructure},
		{name: "verdict", report: Report{Verdict: &Verdict{Phase: Failed, Message: "404"}, Message: "x"}, phase: Failed, message: "404", class: ClassUser},
		{name: "no verdict", report: Report{Verdict: &Verdict{}}, phase: Error, message: `the request ended as "", which is no end`, class: ClassInfrastructure},
	} {
		p := &plan{}
		if c.set {
			p.members = []member{{name: "one"}, {name: "two"}}
		}
		got := judge(&node{typ: PodNode, plan: p}, &c.report)
		if want := (outcome{c.phase, c.message, c.class}); got != want {
			t.Errorf("%s: %+v, want %+v", c.name, got, want)
		}
	}
}

// TestGrow goes through the waits between attempts.
func TestGrow(t *testing.T) {
	for _, c := range []struct {
		base   time.Duration
		factor int
		times  int
		want   time.Duration
	}{
		{time.Second, 1, 5, time.Second},
		{time.Second, 2, 0, time.Second},
		{time.Second, 2, 3, 8 * time.Second},
		{time.Second, 0, 0, time.Second},
		{time.Second, 0, 2, 0},
		{time.Hour, 10, 100, 1<<61 - 1},
	} {
		if got := grow(c.base, c.factor, c.times); got != c.want {
			t.Errorf("grow(%v, %d, %d) = %v, want %v", c.base, c.factor, c.times, got, c.want)
		}
	}
}

// TestListOf goes through how the values of a loop become one.
func TestListOf(t *testing.T) {
	for _, c := range []struct {
		values []string
		want   string
	}{
		{[]string{"a", "b"}, `["a","b"]`},
		{[]string{"1", "true"}, `["1","true"]`},
		{[]string{`{"a": 1}`, `[2]`}, `[{"a":1},[2]]`},
		{[]string{`{"a": 1}`, `text`}, `["{\"a\": 1}","text"]`},
		{[]string{`{"a"`}, `["{\"a\""]`},
		{[]string{`<&>`}, `["<&>"]`},
	} {
		if got := listOf(c.values); got != c.want {
			t.Errorf("listOf(%q) = %s, want %s", c.values, got, c.want)
		}
	}
}

// TestResultsRead finds whose results a template reads.
func TestResultsRead(t *testing.T) {
	for text, want := range map[string]string{
		"{{steps.a.outputs.result}}":             "a",
		"{{=steps['a-b'].outputs.result}}":       "a-b",
		`tasks["c"].outputs.result == 1`:         "c",
		"{{steps.a.outputs.parameters.result}}":  "",
		"{{inputs.outputs.result}}":              "",
		"x.tasks.t.outputs.result and so on":     "t",
		"{{workflow.steps.outputs.result}}":      "",
		"outputs.result .outputs.result":         "",
		"{{steps.a.b.outputs.result}}":           "",
		"{{steps.one.outputs.resultsOfSomebody}": "one",
	} {
		i := lastNameIn(text)
		if i != want {
			t.Errorf("%s: %q, want %q", text, i, want)
		}
	}
}

func lastNameIn(text string) string {
	for name := range resultsIn(text) {
		return name
	}
	return ""
}
