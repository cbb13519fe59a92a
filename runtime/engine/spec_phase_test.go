package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/validate"
)

// TestSpecPredicates goes through the predicates over phases (1.1).
func TestSpecPredicates(t *testing.T) {
	for _, c := range []struct {
		phase                     engine.Phase
		name                      string
		completed, bad, fulfilled bool
	}{
		{engine.NoPhase, "", false, false, false},
		{engine.Pending, "Pending", false, false, false},
		{engine.Running, "Running", false, false, false},
		{engine.Succeeded, "Succeeded", true, false, true},
		{engine.Skipped, "Skipped", false, false, true},
		{engine.Failed, "Failed", true, true, true},
		{engine.Error, "Error", true, true, true},
		{engine.Omitted, "Omitted", false, false, true},
	} {
		if p := c.phase; p.String() != c.name || p.Completed() != c.completed || p.Bad() != c.bad || p.Fulfilled() != c.fulfilled {
			t.Errorf("1.1 %s: %t, %t, %t", p, p.Completed(), p.Bad(), p.Fulfilled())
		}
	}
}

// container is a container that has ended.
func container(name string, role engine.Role, code int) engine.Container {
	c := engine.Container{Name: name, Role: role, Ended: true, Code: code}
	if code != 0 {
		c.Reason = "Error"
	}
	return c
}

// podEnded is the report of the end of a Pod, with a record.
func podEnded(containers ...engine.Container) engine.Report {
	return engine.Report{State: engine.PodEnded, Containers: containers, Outputs: &engine.Outputs{}}
}

// without takes the record from a report.
func without(r engine.Report) engine.Report {
	r.Outputs = nil
	return r
}

// saying gives the Pod of a report a message of its own.
func saying(message string, r engine.Report) engine.Report {
	r.Message = message
	return r
}

// Names for the bodies that the rows about Pods share.
const (
	setBody     = "containerSet: {containers: [{name: one, image: i, command: [x]}, {name: two, image: i, command: [x]}]}"
	daemonBody  = "daemon: true, " + leafBody
	outputsBody = "outputs: {parameters: [{name: p, valueFrom: {path: /p}}]}, " + leafBody
)

// TestSpecPods goes through how what is seen of a Pod becomes the phase of its
// node (5.1), and what becomes of Pods that leave no record or no trace (5.3, and
// section 3.7 of the design). Phases of Pods that Kubernetes does not know have no
// report.
func TestSpecPods(t *testing.T) {
	ok, bad := container("main", engine.RoleMain, 0), container("main", engine.RoleMain, 1)
	running := engine.Report{State: engine.PodRunning}
	pending := func(why string) engine.Report { return engine.Report{State: engine.PodPending, Message: why} }
	lost := engine.Report{State: engine.PodLost}
	said := bad
	said.Message = "no such file"
	var rows []specRow
	add := func(name, body, want string, reports ...engine.Report) {
		rows = append(rows, specRow{name: name, main: body, want: want, reports: reports})
	}
	differs := func(row string) { rows[len(rows)-1].differs = row }

	add("5.1 Pending: a Pod that is not scheduled", leafBody, `wf | Pending | "Unschedulable: no room" | blocked=Unschedulable: no room`, pending("Unschedulable: no room"))
	add("5.1 Pending: a container that waits", leafBody, `wf | Pending | "ErrImagePull: no such image"`, pending("ErrImagePull: no such image"))
	add("5.1 Pending: nothing to say", leafBody, `wf | Pending | "" | blocked=its Pod has not started`, pending("Unschedulable: no room"), pending(""))
	add("5.1 Pending: the Pod is made", leafBody, `wf | Pending | ""`, engine.Report{State: engine.PodCreated})
	add("5.1 Running", leafBody, `wf | Running | "" | not daemoned | blocked=its Pod runs`, running)
	add("5.1 Running: the message of Pending is gone", leafBody, `wf | Running | ""`, pending("Unschedulable: no room"), running)
	waits := engine.Report{State: engine.PodRunning, Message: "ErrImagePull: no such image"}
	add("5.1 Running: another container waits", leafBody, `wf | Running | "ErrImagePull: no such image" | blocked=ErrImagePull: no such image`, running, waits)
	add("5.1 Running: another container waits no longer", leafBody, `wf | Running | "" | blocked=its Pod runs`, waits, running)
	add("5.1 Running: a daemon of which a container waits", daemonBody, `wf | Pending | "ErrImagePull: no such image"`, waits)
	add("5.1 Running: what leads back is late", leafBody, `wf | Running | ""`, running, pending("Unschedulable: no room"))
	add("5.1 Running: a daemon that is not ready", daemonBody, `wf | Pending | not daemoned | blocked=its Pod is not ready`, running)
	add("5.1 Succeeded", leafBody, `wf | Succeeded | ""`, running, podEnded(ok))
	add("5.1 Succeeded: the message of Pending is gone", leafBody, `wf | Succeeded | ""`, pending("Unschedulable: no room"), podEnded(ok))
	add("5.1 Succeeded: a daemon is Failed", daemonBody, `wf | Failed | "the daemon ended by itself"`, running, podEnded(ok))

	add("5.1 Failed: the message of the Pod", leafBody, `wf | Failed | "The node was low on resource: memory." | class=infrastructure`, saying("The node was low on resource: memory.", podEnded()))
	add("5.1 Failed: the message of the Pod before its containers", leafBody, `wf | Failed | "evicted"`, saying("evicted", podEnded(bad)))
	add("5.1 Failed: activeDeadlineSeconds", leafBody, `wf | Failed | "Pod was active on the node longer than the specified deadline"`,
		saying("Pod was active on the node longer than the specified deadline", podEnded(container("main", engine.RoleMain, 137))))
	add("5.1 Failed: main waits still", leafBody, `wf | Error | "Pod failed before main container starts due to ErrImagePull: no such image"`,
		podEnded(engine.Container{Name: "main", Role: engine.RoleMain, Reason: "ErrImagePull", Message: "no such image"}))
	add("5.1 Failed: main", leafBody, `wf | Failed | "main: Error (exit code 1)" | exit=1 | class=user`, podEnded(bad))
	add("5.1 Failed: main has a message", leafBody, `wf | Failed | "main: Error (exit code 1): no such file"`, podEnded(said))
	add("5.1 Failed: main took too much memory", leafBody, `wf | Failed | "main: OOMKilled (exit code 137)"`,
		podEnded(engine.Container{Name: "main", Role: engine.RoleMain, Ended: true, Code: 137, Reason: "OOMKilled"}))
	add("5.1 Failed: code 64 of main is Failed", leafBody, `wf | Failed | "main: Error (exit code 64)"`, podEnded(container("main", engine.RoleMain, 64)))
	add("5.1 Failed: what stages and loads", leafBody, `wf | Error | "weft-load: Error (exit code 1)" | class=infrastructure`, podEnded(container("weft-load", engine.RoleWeft, 1)))
	add("5.1 Failed: what saves", leafBody, `wf | Error | "weft-save: Error (exit code 1)"`, podEnded(ok, container("weft-save", engine.RoleWeft, 1)))
	add("5.1 Failed: main before what saves", leafBody, `wf | Failed | "main: Error (exit code 1)"`, podEnded(bad, container("weft-save", engine.RoleWeft, 1)))
	add("5.1 Failed: an init container of the user", leafBody, `wf | Failed | "prepare: Error (exit code 2)" | class=user`, podEnded(container("prepare", engine.RoleInit, 2)))
	add("5.1 Failed: the first init container counts", leafBody, `wf | Failed | "one: Error (exit code 2)"`,
		podEnded(container("one", engine.RoleInit, 2), container("two", engine.RoleInit, 3)))
	add("5.1 Failed: a sidecar", leafBody, `wf | Failed | "proxy: Error (exit code 3)"`, podEnded(ok, container("proxy", engine.RoleSidecar, 3)))
	add("5.1 Failed: a sidecar that was killed is well", leafBody, `wf | Succeeded`, podEnded(ok, container("proxy", engine.RoleSidecar, 137)))
	add("5.1 Failed: a sidecar that was asked to end is well", leafBody, `wf | Succeeded`, podEnded(ok, container("proxy", engine.RoleSidecar, 143)))
	add("5.1 Failed: main before a sidecar", leafBody, `wf | Failed | "main: Error (exit code 1)"`, podEnded(bad, container("proxy", engine.RoleSidecar, 3)))
	add("5.1 Failed: no containers", leafBody, `wf | Failed | "the Pod ended, and no end of its main container was seen" | class=infrastructure`, podEnded())
	add("5.1 Failed: outputs that could not be saved", leafBody, `wf | Error | "no file /p"`,
		engine.Report{State: engine.PodEnded, Containers: []engine.Container{ok}, OutputError: "no file /p"})
	add("5.1 a Pod that cannot be made", leafBody, `wf | Error | "forbidden" | class=infrastructure`, engine.Report{State: engine.PodRefused, Message: "forbidden"})
	add("5.1 a node that is done stays as it is", leafBody, `wf | Failed | "main: Error (exit code 1)"`, podEnded(bad), podEnded(ok))

	add("5.1 containerSet: a member", setBody, "wf | Failed\nwf.one | Container | Succeeded\nwf.two | Failed | \"two: Error (exit code 3)\"",
		running, podEnded(container("one", engine.RoleMain, 0), container("two", engine.RoleMain, 3)))
	add("5.1 containerSet: code 64 of a member is Error", setBody, "wf | Error\nwf.two | Error | \"two: Error (exit code 64)\"",
		running, podEnded(container("one", engine.RoleMain, 0), container("two", engine.RoleMain, 64)))
	add("5.1 containerSet: a member that could not be started is Error", setBody, "wf | Error | \"two: StartError (exit code 64)\"\nwf.two | Error | \"two: StartError (exit code 64)\"",
		running, podEnded(container("one", engine.RoleMain, 0), engine.Container{Name: "two", Role: engine.RoleMain, Ended: true, Code: 128, Reason: "StartError"}))
	add("5.1 containerSet: a member runs while another ended", setBody, "wf | Running\nwf.one | Succeeded\nwf.two | Running",
		engine.Report{State: engine.PodRunning, Containers: []engine.Container{container("one", engine.RoleMain, 0), {Name: "two", Role: engine.RoleMain, Running: true}}})
	add("5.1 containerSet: the Pod fails while a member runs", setBody, "wf | Failed\nwf.two | Failed | \"Pod Failed whilst container running\"",
		running, saying("evicted", podEnded(container("one", engine.RoleMain, 0))))
	add("5.3 containerSet: the Pod is gone", setBody, "wf | Error | \"pod deleted\"\nwf.one | Error | \"container deleted\"\nwf.two | Error | \"container deleted\"", running, lost)

	add("5.3 a Pod that ran is gone", leafBody, `wf | Error | "pod deleted" | class=infrastructure`, running, lost)
	add("5.3 a request of which nobody knows how it ended", `http: {url: "http://h"}`, `wf | HTTP | Error | "weft ended" | class=infrastructure`, running, engine.Report{State: engine.PodLost, Message: "weft ended"})
	add("5.3 what is known of a Pod that is gone", leafBody, `wf | Error | "pod deleted: Eviction API: evicting" | class=preempted`, running,
		engine.Report{State: engine.PodLost, Message: "Eviction API: evicting", Class: engine.ClassPreempted})
	add("5.3 a daemon is gone", daemonBody, `wf | Error | "pod deleted" | not daemoned`, running, lost)
	add("5.3 a Pod that waited is gone", leafBody, `wf | Error | "pod deleted" | class=infrastructure`, pending(""), lost)
	differs("a Pod that was made and is deleted before it runs")

	add("design 3.7 no record, none needed, code 0", leafBody, `wf | Succeeded`, without(podEnded(ok)))
	add("design 3.7 no record, none needed, code 1", leafBody, `wf | Failed | "main: Error (exit code 1)"`, without(podEnded(bad)))
	add("design 3.7 no record, outputs needed, code 0", outputsBody, `wf | Error | class=infrastructure | "output-lost: the Pod ended well, but there is no record of its outputs"`, without(podEnded(ok)))
	differs("a Pod that ended well without the record of its outputs")
	add("design 3.7 no record, outputs needed, code 1", outputsBody, `wf | Failed | "main: Error (exit code 1): no such file" | class=user`, without(podEnded(said)))
	add("design 3.7 no record, result needed, code 0", `steps: [[{name: s, template: leaf}], [{name: t, template: leafx, arguments: {parameters: [{name: x, value: "{{steps.s.outputs.result}}"}]}}]]`,
		"wf[0].s | Error | class=infrastructure\nwf[1].t | none", without(podEnded(ok)))
	add("design 3.7 a sidecar that runs on is not waited for", leafBody, `wf | Succeeded`, podEnded(ok, engine.Container{Name: "proxy", Role: engine.RoleSidecar, Running: true}))
	add("design 3.7 gone before its end was seen", outputsBody, `wf | Error | "pod deleted" | class=infrastructure`, running, lost)
	runSpec(t, rows)
}

// TestSpecGroups goes through the phases of step groups and Steps nodes (2.4).
func TestSpecGroups(t *testing.T) {
	two := func(a, b string) string {
		return fmt.Sprintf("steps: [[{name: a, template: leaf%s}, {name: b, template: leaf%s}], [{name: z, template: leaf}]]", a, b)
	}
	const named = `steps: [[{name: p, template: leafp}], [{name: a, template: "{{steps.p.outputs.parameters.p}}"}], [{name: z, template: leaf}]]`
	const goes, stops = "\nwf[1].z | Succeeded\nwf | Steps | Succeeded", "\nwf[1] | none\nwf[1].z | none"
	rows := []specRow{
		{name: "2.4 all Succeeded", main: two("", ""), want: "wf[0] | StepGroup | Succeeded" + goes},
		{name: "2.4 a group that fails", main: two("", ""), script: "wf[0].b exit=1",
			want: "wf[0] | StepGroup | Failed | \"child 'wf[0].b' failed\"\nwf | Steps | Failed | \"child 'wf[0].b' failed\"" + stops, differs: "node IDs: in messages (`child '...' failed`), in `{{steps.X.id}}`, as `podName` in `workflow.failures`"},
		{name: "2.4 the first child that failed is named", main: two("", ""), script: "wf[0].a exit=1 took=9s\nwf[0].b exit=1", want: "wf[0] | \"child 'wf[0].a' failed\"" + stops},
		{name: "2.4 a group with an Error is Failed", main: two("", ""), script: "wf[0].b lost", want: "wf[0] | Failed | \"child 'wf[0].b' failed\"\nwf | Failed" + stops},
		{name: "2.4 siblings run to their end", main: two("", ""), script: "wf[0].a exit=1\nwf[0].b took=60s", want: "wf[0].b | Succeeded | ended=1m0s\nwf[0] | Failed | ended=1m0s" + stops},
		{name: "2.4 a skipped child is fine", main: two(`, when: "a == b"`, ""), want: "wf[0].a | Skipped | Skipped\nwf[0] | Succeeded" + goes},
		{name: "2.4 all children skipped", main: two(`, when: "a == b"`, `, when: "false"`), want: "wf[0] | Succeeded | children=2\nwf[0].b | \"when 'false' evaluated false\"" + goes},
		{name: "2.4 an empty loop is a skipped child", main: two(", withItems: []", ""), want: "wf[0].a | Skipped | Skipped | \"Skipped, empty params\"" + goes},
		{name: "2.4 a condition that cannot be evaluated", main: two(`, when: "{{=1}}"`, ""),
			want:    "wf[0].a | Skipped | Error\nwf[0] | StepGroup | Error\nwf | Steps | Failed\nrun | Failed" + stops,
			differs: "an error in a step group of the entrypoint's own template"},
		{name: "2.4 a condition of a loop that cannot be evaluated", main: two(`, withItems: [1, 2], when: "a =="`, ""),
			want: "wf[0].a(0:1) | Skipped | Error\nwf[0].b | none\nwf[0] | StepGroup | Error\nwf | Failed" + stops},
		{name: "2.4 a template that wants more than it is given", main: named, profile: []validate.Profile{validate.Recommended}, script: "wf[0].p p.p=leafx",
			want: "wf[1].a | Skipped | Error | \"inputs.parameters.x was not supplied\"\nwf[1] | Error | \"step group deemed errored due to child wf[1].a error: inputs.parameters.x was not supplied\"\nwf | Failed\nwf[2] | none"},
		{name: "2.4 a template that is not there", main: named, profile: []validate.Profile{validate.Recommended}, script: "wf[0].p p.p=none",
			want: "wf[1].a | Skipped | Error | \"there is no template \\\"none\\\"\"\nwf[1] | Error\nwf[2] | none"},
		{name: "2.4 references that cannot be resolved", main: "steps: [[{name: a, template: leafp}], [{name: b, template: leafx, arguments: {parameters: [{name: x, value: \"{{steps.a.outputs.parameters.p}}\"}]}}]]",
			want: "wf[1] | StepGroup | Error\nwf[1].b | none\nwf | Failed", differs: "a reference to an output that a step which ended did not leave"},
		{name: "2.4 a loop: an item that failed", main: two(", withItems: [1, 2]", ""), script: "wf[0].a(1* exit=1", want: "wf[0] | Failed | \"child 'wf[0].a(1:2)' failed\"" + stops},
		{name: "2.4 a loop: continueOn counts for each item", main: two(", withItems: [1, 2], continueOn: {failed: true}", ""), script: "wf[0].a* exit=1", want: "wf[0] | Succeeded" + goes},
		{name: "2.4 a loop: its status is that of its group", main: `steps: [[{name: a, template: leaf, withItems: [1, 2], continueOn: {failed: true}}], [{name: b, template: leafx, arguments: {parameters: [{name: x, value: "{{steps.a.status}}"}]}}]]`,
			script: "wf[0].a* exit=1", want: "wf[1].b | x<Succeeded"},
		{name: "2.4 failFast of the template", main: "failFast: true, parallelism: 1, " + two("", ""), script: "wf[0].a exit=1",
			want: "wf[0].b | none\nwf[0] | Failed | \"template has failed or errored children and failFast enabled\"\nwf | Failed | \"template has failed or errored children and failFast enabled\""},
		{name: "2.4 an exit handler that fails changes nothing", main: two(", hooks: {exit: {template: leaf}}", ""), script: "wf[0].a.onExit exit=1", want: "wf[0].a.onExit | Failed | hooked\nwf[0] | Succeeded" + goes},
		{name: "2.4 a group waits for exit handlers", main: two(", hooks: {exit: {template: leaf}}", ""), script: "wf[0].a.onExit took=60s", want: "wf[0] | ended=1m2s" + goes},
		{name: "2.4 no exit handler of what is Skipped", main: two(`, when: "a == b", hooks: {exit: {template: leaf}}`, ""), want: "wf[0].a.onExit | none" + goes},
		{name: "2.4 a hook whose expression is at fault", main: two(`, hooks: {h: {template: leaf, expression: "steps.a.status + 1"}}`, ""), want: "wf[0] | StepGroup | Error\nwf | Failed" + stops},
		{name: "5.5 a timeout while Pending fails the group", main: "steps: [[{name: a, template: late}]]", more: "{name: late, timeout: 5s, " + leafBody + "}", script: "wf[0].a pending",
			want: "wf[0].a | Failed | \"timeout\"\nwf[0] | StepGroup | Failed\nwf | Failed"},
	}
	for _, end := range []struct{ name, script string }{{"Failed", "exit=1"}, {"Error", "lost"}} {
		for _, c := range []struct {
			name, fields string
			covers       bool
		}{
			{"no continueOn", "", false},
			{"continueOn failed", ", continueOn: {failed: true}", end.name == "Failed"},
			{"continueOn error", ", continueOn: {error: true}", end.name == "Error"},
			{"continueOn both", ", continueOn: {failed: true, error: true}", true},
		} {
			want := "wf[0] | Succeeded" + goes
			if !c.covers {
				want = "wf[0] | Failed" + stops
			}
			rows = append(rows, specRow{name: "2.4 " + c.name + " and a child in " + end.name, main: two(c.fields, ""), script: "wf[0].a " + end.script, want: want})
		}
	}
	runSpec(t, rows)
}

// TestSpecRuns goes through the phase and message of the run (1.8). A root that is
// Skipped or Omitted cannot come about: an entrypoint has no condition.
func TestSpecRuns(t *testing.T) {
	const bye = "{name: bye, " + leafBody + "}"
	runSpec(t, []specRow{
		{name: "1.8 the root Succeeded", main: leafBody, want: "run | Succeeded | \"\""},
		{name: "1.8 the root Failed", main: leafBody, script: "wf exit=1", want: "run | Failed | \"main: Error (exit code 1)\""},
		{name: "1.8 the root in Error", main: leafBody, script: "wf lost", want: "run | Error | \"pod deleted\""},
		{name: "1.8 Succeeded and the exit handler Failed", main: leafBody, spec: "onExit: bye", more: bye, script: "wf.onExit exit=2", want: "wf | Succeeded\nrun | Failed | \"main: Error (exit code 2)\""},
		{name: "1.8 Succeeded and the exit handler in Error", main: leafBody, spec: "onExit: bye", more: bye, script: "wf.onExit lost", want: "run | Error | \"pod deleted\""},
		{name: "1.8 Failed whatever the exit handler does", main: leafBody, spec: "onExit: bye", more: bye, script: "wf exit=1", want: "wf.onExit | Succeeded\nrun | Failed | \"main: Error (exit code 1)\""},
		{name: "1.8 Failed before what the exit handler says", main: leafBody, spec: "onExit: bye", more: bye, script: "wf exit=1\nwf.onExit lost", want: "wf.onExit | Error\nrun | Failed | \"main: Error (exit code 1)\""},
		{name: "1.8 stopped", main: leafBody, script: "wf never\nat after=5s stop", want: "wf | Failed\nrun | Failed | \"Stopped with strategy 'Stop'\""},
		{name: "1.8 terminated", main: leafBody, spec: "onExit: bye", more: bye, script: "wf never\nat after=5s terminate", want: "wf.onExit | none\nrun | Failed | \"Stopped with strategy 'Terminate'\""},
		{name: "1.8 stopped, and the exit handler Succeeded", main: leafBody, spec: "onExit: bye", more: bye, script: "wf never\nat after=5s stop", want: "wf.onExit | Succeeded\nrun | Failed | \"Stopped with strategy 'Stop'\""},
		{name: "1.8 a daemon ends before the run does", main: "dag: {tasks: [{name: d, template: daemon}, {name: a, template: leaf, depends: d}]}", script: "wf.d ready=10.0.0.1",
			want: "wf.d | Succeeded | not daemoned\nlog | stop wf.d\nrun | Succeeded"},
	})
}

// TestSpecStops goes through shutdown, deadline and timeouts (5.4, 5.5).
func TestSpecStops(t *testing.T) {
	const bye = "{name: bye, " + leafBody + "}"
	const held = "dag: {tasks: [{name: a, template: lock}, {name: b, template: lock}]}"
	const lock = "{name: lock, synchronization: {mutexes: [{name: m}]}, " + leafBody + "}"
	for _, rows := range [][]specRow{{
		{name: "5.4 the deadline ends what runs", main: leafBody, spec: "activeDeadlineSeconds: 5", script: "wf never", want: "wf | Failed | \"Step exceeded its deadline\" | class=timeout | ended=5s\nlog | stop wf\nrun | Failed"},
		{name: "5.4 the deadline ends what waits for its Pod", main: leafBody, spec: "activeDeadlineSeconds: 5", script: "wf pending", want: "wf | Failed | \"Step exceeded its deadline\"\nlog | stop wf"},
		{name: "5.4 the deadline ends the members of a containerSet", main: setBody, spec: "activeDeadlineSeconds: 5", script: "wf never", want: "wf | Failed\nwf.one | Failed | \"Step exceeded its deadline\"\nwf.two | Failed"},
		{name: "5.4 the deadline ends suspend nodes", main: "suspend: {}", spec: "activeDeadlineSeconds: 5", want: "wf | Failed | \"Step exceeded its deadline\""},
		{name: "5.4 the exit handler runs past the deadline", main: leafBody, spec: "activeDeadlineSeconds: 5\nonExit: bye", more: bye, script: "wf never\nwf.onExit took=60s", want: "wf.onExit | Succeeded\nrun | Failed"},
		{name: "5.4 Stop ends what runs", main: leafBody, script: "wf never\nat after=5s stop", want: "wf | Failed | \"workflow shutdown with strategy: Stop\"\nlog | stop wf", differs: "`workflow shutdown with strategy: Stop`"},
		{name: "5.4 Stop ends what waits for its Pod", main: leafBody, script: "wf pending\nat after=5s stop", want: "wf | Failed | \"workflow shutdown with strategy: Stop\""},
		{name: "5.4 Stop ends suspend nodes", main: "suspend: {}", script: "at after=5s stop", want: "wf | Failed | \"Stopped with strategy 'Stop'\""},
		{name: "5.4 Stop ends what waits for a lock", main: held, more: lock, script: "* never\nat after=5s stop", want: "wf.a | \"workflow shutdown with strategy: Stop\"\nwf.b | Failed | \"Stopped with strategy 'Stop'\""},
		{name: "5.4 Stop lets exit handlers run on", main: leafBody, spec: "onExit: bye", more: bye, script: "wf.onExit took=60s\nat after=9s stop", want: "wf.onExit | Succeeded | ended=1m2s\nrun | Succeeded | \"\""},
		{name: "5.4 Terminate ends exit handlers, too", main: leafBody, spec: "onExit: bye", more: bye, script: "wf.onExit never\nat after=9s terminate", want: "wf | Succeeded\nwf.onExit | Failed | \"workflow shutdown with strategy: Terminate\"\nrun | Failed"},
		{name: "5.4 what was stopped stays as it is", main: leafBody, script: "wf took=9s\nat after=5s stop", want: "wf | Failed | ended=5s", differs: "a Pod that was stopped and reports its end later"},
	}, {
		{name: "5.5 timeout while Pending", main: "timeout: 5s, " + leafBody, script: "wf pending", want: "wf | Failed | \"timeout\" | ended=5s | class=timeout\nlog | stop wf"},
		{name: "5.5 timeout bounds the Pod", main: "timeout: 5s, " + leafBody, script: "wf podMessage=Pod~was~active~on~the~node~longer~than~the~specified~deadline took=7s",
			want: "log | 0s start wf 5s left\nwf | Failed | \"Pod was active on the node longer than the specified deadline\" | ended=7s"},
		{name: "5.5 timeout of a Pod that does not end", main: "timeout: 5s, " + leafBody, script: "wf never", want: "wf | Failed | \"timeout\" | ended=50s", differs: "`timeout` of a Pod that runs"},
		{name: "5.5 pendingTimeout while Pending", main: "pendingTimeout: 5s, " + leafBody, script: "wf pending", want: "wf | Failed | \"timeout\" | ended=5s"},
		{name: "5.5 timeout while it waits for a lock", main: "dag: {tasks: [{name: a, template: lock}, {name: b, template: late}]}",
			more:   lock + "\n{name: late, timeout: 5s, synchronization: {mutexes: [{name: m}]}, " + leafBody + "}",
			script: "* took=60s", want: "wf.b | Failed | \"timeout: Waiting for m lock\" | ended=5s | class=timeout\nwf.a | Succeeded"},
		{name: "5.5 pendingTimeout while it waits for a lock", main: "dag: {tasks: [{name: a, template: lock}, {name: b, template: late}]}",
			more:   lock + "\n{name: late, pendingTimeout: 5s, synchronization: {mutexes: [{name: m}]}, retryStrategy: {limit: 2}, " + leafBody + "}",
			script: "* took=60s", want: "wf.b | Failed | \"timeout: Waiting for m lock\" | ended=5s\nwf.b(0) | none"},
		{name: "5.5 the wait for a lock counts for the timeout", main: "dag: {tasks: [{name: a, template: lock}, {name: b, template: late}]}",
			more:   lock + "\n{name: late, timeout: 9s, synchronization: {mutexes: [{name: m}]}, " + leafBody + "}",
			script: "wf.a took=5s", want: "log | 5s start wf.b 4s left\nwf.b | Succeeded"},
		{name: "5.4 the deadline ends what waits for a lock", main: held, more: lock, spec: "activeDeadlineSeconds: 5", script: "* took=60s",
			want: "wf.b | Failed | \"Step exceeded its deadline\" | ended=5s\nrun | Failed"},
		{name: "5.5 pendingTimeout of what runs", main: "pendingTimeout: 5s, " + leafBody, script: "wf took=60s", want: "wf | Succeeded"},
		{name: "5.5 pendingTimeout of a daemon that is not ready", main: "pendingTimeout: 5s, " + daemonBody, script: "wf never", want: "wf | Failed | \"timeout\" | ended=5s\nlog | stop wf"},
		{name: "5.5 the clock of the Pod is the attempt's", main: "timeout: 5s, " + again("limit: 1"), script: "wf(0) took=4s exit=1\nwf(1) took=4s", want: "log | 4s start wf(1) 5s left\nwf | Succeeded"},
		{name: "5.5 the rest of the time of the run bounds a Pod", main: "steps: [[{name: a, template: leaf}], [{name: b, template: leaf}]]", spec: "activeDeadlineSeconds: 30", script: "wf[0].a took=9s", want: "log | 9s start wf[1].b 21s left"},
	}} {
		runSpec(t, rows)
	}
}

// TestSpecAfterStops goes through what follows on what was stopped: steps and tasks
// come after each other as ever, but none of their leaves begins.
func TestSpecAfterStops(t *testing.T) {
	const tolerant = "steps: [[{name: a, template: leaf, continueOn: {failed: true}}], [{name: b, template: leaf}], [{name: c, template: leaf}]]"
	const tasks = `dag: {tasks: [{name: a, template: leaf}, {name: b, template: leaf, depends: a}, {name: c, template: leaf, depends: a.Failed}, {name: d, template: late, depends: c.Failed}]}`
	const late = "{name: late, " + tolerant + "}"
	const handled = "steps: [[{name: x, template: leaf, hooks: {exit: {template: leafx}}}]]"
	const stopped = "\"workflow shutdown with strategy: Stop\""
	runSpec(t, []specRow{
		{name: "5.4 Stop: steps go on behind what continueOn covers", main: tolerant, script: "* never\nat after=5s stop",
			want: "wf[0] | Succeeded\nwf[1].b | Pod | Failed | " + stopped + "\nwf[1] | Failed\nwf[2] | none\nwf | Failed | \"child 'wf[1].b' failed\"\nrun | Failed | \"Stopped with strategy 'Stop'\""},
		{name: "5.4 Stop: tasks follow on failures", main: tasks, more: late, script: "* never\nat after=5s stop",
			want: "wf.b | Omitted\nwf.c | Pod | Failed | " + stopped + "\nwf.d[0].a | Failed | " + stopped + "\nwf.d[1].b | Failed\nwf.d | Failed\nwf | Failed | ended=5s"},
		{name: "5.4 Stop: what parallelism holds back fails, too", main: "parallelism: 1, steps: [[{name: a, template: leaf, withItems: [1, 2, 3]}]]", script: "* never\nat after=5s stop",
			want: "wf[0].a(2:3) | Failed | " + stopped + " | ended=5s\nwf | Failed"},
		{name: "5.4 Stop: a Retry node of what never began", main: "steps: [[{name: a, template: leaf, continueOn: {failed: true}}], [{name: b, template: again}]]", more: "{name: again, " + again("limit: 3") + "}",
			script: "* never\nat after=5s stop", want: "wf[1].b(0) | Failed | " + stopped + "\nwf[1].b(1) | none\nwf[1].b | Retry | Failed | \"Stopped with strategy 'Stop'\""},
		{name: "5.4 Stop: what wants a lock does not ask for it", main: "steps: [[{name: a, template: leaf, continueOn: {failed: true}}], [{name: b, template: lock}]]", more: "{name: lock, synchronization: {mutexes: [{name: m}]}, " + leafBody + "}",
			script: "* never\nat after=5s stop", want: "wf[1].b | Pod | Failed | " + stopped + " | ended=5s"},
		{name: "5.4 Stop: exit handlers in what wants a lock", main: "dag: {tasks: [{name: a, template: leaf}, {name: b, template: lock, depends: a.Failed}]}", more: "{name: lock, synchronization: {mutexes: [{name: m}]}, " + handled + "}",
			script: "* never\nat after=5s stop", want: "wf.b | Steps | Failed | children=0 | ended=5s | \"Stopped with strategy 'Stop'\"\nrun | Failed"},
		{name: "5.4 Stop: exit handlers in what lacks an input", main: "dag: {tasks: [{name: a, template: leaf}, {name: b, template: fetch, depends: a.Failed}]}",
			more:   "{name: fetch, inputs: {parameters: [{name: x, valueFrom: {configMapKeyRef: {name: c, key: k}}}]}, " + strings.Replace(handled, "exit: {", `exit: {arguments: {parameters: [{name: x, value: "{{inputs.parameters.x}}"}]}, `, 1) + "}",
			script: "* never\nat after=5s stop", want: "wf.b | Steps | Failed | children=0 | ended=5s | \"Stopped with strategy 'Stop'\"\nrun | Failed"},
		{name: "5.4 Stop: a suspend node", main: "steps: [[{name: a, template: leaf, continueOn: {failed: true}}], [{name: b, template: wait}]]", more: "{name: wait, suspend: {}}",
			script: "* never\nat after=5s stop", want: "wf[1].b | Suspend | Failed | \"Stopped with strategy 'Stop'\""},
		{name: "5.4 Stop: a hook that is no exit handler", main: `dag: {tasks: [{name: a, template: leaf, hooks: {h: {template: leaf, expression: "tasks.a.status == 'Failed'"}}}]}`, script: "* never\nat after=5s stop",
			want: "wf.a.hooks.h | Failed | " + stopped + " | hooked"},
		{name: "5.4 Stop: a dag fails whatever it tolerates", main: "dag: {tasks: [{name: a, template: leaf, continueOn: {failed: true}}]}", script: "* never\nat after=5s stop", want: "wf | Failed | \"\""},
		{name: "5.4 Terminate: exit handlers of tasks", main: "dag: {tasks: [{name: a, template: leaf, hooks: {exit: {template: leaf}}}]}", script: "* never\nat after=5s terminate",
			want: "wf.a.onExit | Failed | \"workflow shutdown with strategy: Terminate\" | hooked\nwf | Failed"},
		{name: "5.4 the deadline: tasks follow on failures", main: tasks, more: late, spec: "activeDeadlineSeconds: 5", script: "* never",
			want: "wf.b | Omitted\nwf.c | Pod | Failed | \"Step exceeded its deadline\"\nwf.d[1].b | Failed | \"Step exceeded its deadline\"\nwf | Failed | \"\" | ended=5s\nrun | Failed | \"\""},
		{name: "5.4 the deadline: a dag that tolerates it", main: "dag: {tasks: [{name: a, template: leaf, continueOn: {failed: true}}]}", spec: "activeDeadlineSeconds: 5", script: "* never", want: "wf | Succeeded\nrun | Succeeded"},
		{name: "5.4 the deadline: during the wait of a Retry node", main: again("limit: 3, backoff: {duration: 1m}"), spec: "activeDeadlineSeconds: 5", script: "wf* exit=1",
			want: "wf | Failed | \"retry exceeded workflow deadline 2026-01-02T03:04:10Z\"\nwf(1) | none"},
		{name: "1.6 spec.shutdown: Stop", main: "steps: [[{name: a, template: leaf}]]", spec: "shutdown: Stop\nonExit: leaf", want: "wf[0].a | Failed | " + stopped + "\nwf.onExit | Succeeded\nrun | Failed | \"Stopped with strategy 'Stop'\""},
		{name: "1.6 spec.shutdown: Terminate", main: leafBody, spec: "shutdown: Terminate\nonExit: leaf", want: "wf | Failed | \"workflow shutdown with strategy: Terminate\"\nwf.onExit | none\nrun | Failed | \"Stopped with strategy 'Terminate'\""},
	})
}

// TestSpecGlobals goes through names that reach the whole run, and outputs that
// people supply.
func TestSpecGlobals(t *testing.T) {
	const memo = `{name: memo, retryStrategy: {limit: 1}, memoize: {key: k, cache: {configMap: {name: c}}}, outputs: {parameters: [{name: p, globalName: g, valueFrom: {path: /p}}]}, container: {image: i, command: [x]}}`
	const ask = `{name: ask, inputs: {parameters: [{name: a, default: "no"}, {name: b, value: given}]}, outputs: {parameters: [{name: a, valueFrom: {supplied: {}}}, {name: b, valueFrom: {supplied: {}}}]}, suspend: {duration: 5s}}`
	const use = `{name: use, template: leafx, arguments: {parameters: [{name: x, value: "%s"}]}}`
	runSpec(t, []specRow{
		{name: "4.6 globals of what came from a cache", more: memo + "\n" + strings.NewReplacer("name: memo", "name: set", "memoize: {key: k, cache: {configMap: {name: c}}}, ", "").Replace(memo), script: "wf[0].a* p.p=1\nwf[1].b* p.p=2",
			main: `steps: [[{name: a, template: memo}], [{name: b, template: set}], [{name: c, template: memo}], [` + fmt.Sprintf(use, "{{workflow.outputs.parameters.g}}") + `]]`, want: "wf[2].c | Retry | children=1\nwf[3].use | x<1"},
		{name: "2.1 the name of the step that calls", more: `{name: own, inputs: {parameters: [{name: x, value: "{{workflow.name}}"}]}, steps: [[{name: use, template: leafx, arguments: {parameters: [{name: x, value: "<{{steps.name}}>"}]}}]]}`,
			main: `steps: [[{name: a, template: own}, {name: use, template: leafx, arguments: {parameters: [{name: x, value: "<{{steps.name}}>"}]}}]]`, want: "wf[0].a[0].use | x<<a>\nwf[0].use | x<<>"},
		{name: "3.8 suspend: a default that an input gives", more: ask, main: `steps: [[{name: a, template: ask, arguments: {parameters: [{name: b, value: mine}]}}], [` + fmt.Sprintf(use, "{{steps.a.outputs.parameters.a}} {{steps.a.outputs.parameters.b}}") + `]]`,
			want: "wf[0].a | Succeeded | ended=5s\nwf[1].use | x<no mine"},
		{name: "3.8 suspend: a default from values to choose from", more: ask, main: `steps: [[{name: a, template: ask, arguments: {parameters: [{name: b, value: '{"enum": ["x", "z"]}'}]}}], [` + fmt.Sprintf(use, "{{steps.a.outputs.parameters.b}}") + `]]`,
			want: "wf[1].use | x<x"},
		{name: "1.7 workflowMetadata may take parameters", spec: `arguments: {parameters: [{name: p, value: one}]}
workflowMetadata: {labels: {a: "is-{{workflow.parameters.p}}"}, labelsFrom: {b: {expression: "workflow.parameters.p + '!'"}}}`,
			main: `steps: [[` + fmt.Sprintf(use, "{{workflow.labels.a}} {{workflow.labels.b}}") + `]]`, want: "wf[0].use | x<is-one one!"},
	})
}

// TestScheduledTime holds that a cron workflow which is run by hand is due now, if
// nobody says when.
func TestScheduledTime(t *testing.T) {
	const spec = "{entrypoint: main, templates: [{name: main, container: {image: i, command: [x], args: [\"{{workflow.scheduledTime}}\"]}}]}"
	checked, _ := load(t, map[string]string{
		"wf.yaml":   "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: wf}\nspec: {entrypoint: main, templates: [{name: main, container: {image: i, command: [x]}}]}\n",
		"cron.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: CronWorkflow\nmetadata: {name: cron}\nspec: {schedules: [\"0 0 * * *\"], workflowSpec: " + spec + "}\n",
	})
	cron := checked.Project().Objects[slices.IndexFunc(checked.Project().Objects, func(o *ir.Object) bool { return o.Kind == ir.CronWorkflow })]
	for want, annotations := range map[string]map[string]string{
		epoch.Format(time.RFC3339): nil,
		"2020-02-02T02:02:02Z":     {"workflows.argoproj.io/scheduled-time": "2020-02-02T02:02:02Z"},
	} {
		e, err := engine.New(checked, engine.Config{Object: cron, Name: "cron", Namespace: "ns", UID: "uid", Created: epoch, Annotations: annotations})
		if err != nil {
			t.Fatal(err)
		}
		p := newPlayer(t, e, "* show=workflow.scheduledTime")
		p.play()
		if line := fmt.Sprintf("0s start cron workflow.scheduledTime=%q", want); !slices.Contains(p.log, line) {
			t.Errorf("want %s in %q", line, p.log)
		}
	}
}

// TestSpecBlocked goes through what an unfinished node says that it waits for.
func TestSpecBlocked(t *testing.T) {
	const never = "* never"
	runSpec(t, []specRow{
		{name: "blocked: its Pod is not there", main: leafBody, script: "wf pending", want: "wf | blocked=its Pod has not started"},
		{name: "blocked: its Pod runs", main: leafBody, script: never, want: "wf | blocked=its Pod runs"},
		{name: "blocked: somebody", main: "suspend: {}", want: "wf | blocked=somebody to resume it"},
		{name: "blocked: a lock", main: "dag: {tasks: [{name: a, template: lock}, {name: b, template: lock}]}", more: "{name: lock, synchronization: {mutexes: [{name: m}]}, " + leafBody + "}", script: never,
			want: "wf | blocked=a, b\nwf.b | Pending | blocked=Waiting for m lock"},
		{name: "blocked: its children", main: "dag: {tasks: [{name: a, template: leaf, withItems: [1, 2, 3, 4, 5]}]}", script: never, want: "wf | blocked=a\nwf.a | blocked=a(0:1), a(1:2), a(2:3) and 2 more"},
		{name: "blocked: parallelism", main: "parallelism: 1, dag: {tasks: [{name: a, template: leaf}, {name: b, template: leaf}]}", script: never, want: "wf | blocked=a; 1 call is held back by parallelism"},
		{name: "blocked: a step group and its steps", main: "steps: [[{name: a, template: leaf}]]", script: never, want: "wf | blocked=[0]\nwf[0] | blocked=a"},
		{name: "blocked: the run is suspended", main: "steps: [[{name: a, template: leaf}], [{name: b, template: leaf}]]", script: "wf[0].a took=9s\nat after=5s suspend", want: "wf | blocked=the run is suspended\nwf[1].b | none"},
		{name: "blocked: a hook", main: "dag: {tasks: [{name: a, template: leaf, hooks: {exit: {template: leaf}}}]}", script: "wf.a.onExit never", want: "wf.a | Succeeded | blocked=1 of its hooks"},
		{name: "blocked: nothing", main: leafBody, want: "wf | Succeeded | blocked="},
	})
}

// TestSpecKilledMember kills a container of a set before it could say that it is
// there: those that wait for it never hear of its end.
func TestSpecKilledMember(t *testing.T) {
	row := specRow{main: "containerSet: {containers: [{name: one, image: i, command: [x]}, {name: two, image: i, command: [x], dependencies: [one]}, {name: three, image: i, command: [x]}]}"}
	up := func(name string) engine.Container {
		return engine.Container{Name: name, Role: engine.RoleMain, Running: true}
	}
	killed := container("one", engine.RoleMain, 137)
	for _, c := range []struct {
		name    string
		reports []engine.Report
		timer   bool
		want    string
	}{
		{"nobody waits", []engine.Report{{State: engine.PodRunning, Containers: []engine.Container{killed, container("two", engine.RoleMain, 64), up("three")}}}, false, "wf | Running"},
		{"it is waited for", []engine.Report{{State: engine.PodRunning, Containers: []engine.Container{killed, up("two"), up("three")}}}, true,
			"wf | Failed | \"one: Error (exit code 137)\" | class=user\nwf.one | Failed\nwf.two | Failed | \"it waits for a container that has failed\"\nwf.three | Failed"},
		{"it is noticed", []engine.Report{
			{State: engine.PodRunning, Containers: []engine.Container{killed, up("two"), up("three")}},
			podEnded(killed, container("two", engine.RoleMain, 64), container("three", engine.RoleMain, 0)),
		}, false, "wf | Failed | \"one: Error (exit code 137)\"\nwf.two | Error\nwf.three | Succeeded"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPlayer(t, newEngine(t, map[string]string{"workflow.yaml": row.workflow()}), "")
			p.e.Step(engine.Event{Kind: engine.EventStart, At: p.now})
			var timer *engine.SetTimer
			stopped := false
			step := func(ev engine.Event) {
				for _, a := range p.e.Step(ev) {
					switch a := a.(type) {
					case engine.SetTimer:
						if timer = &a; a.At.IsZero() {
							timer = nil
						}
					case engine.StopLeaf:
						stopped = true
					}
				}
			}
			for _, r := range c.reports {
				p.now = p.now.Add(time.Second)
				step(engine.Event{Kind: engine.EventReport, At: p.now, Report: &r})
			}
			if (timer != nil) != c.timer {
				t.Fatalf("timer: %v", timer)
			}
			if timer != nil {
				step(engine.Event{Kind: engine.EventTimer, At: timer.At, Timer: timer.Timer})
				if !stopped {
					t.Error("the Pod is not stopped")
				}
			}
			for l := range strings.Lines(c.want) {
				path, rest, _ := strings.Cut(strings.TrimSpace(l), " | ")
				for fact := range strings.SplitSeq(rest, " | ") {
					if have := facts(p, path); !have[fact] {
						t.Errorf("%s is not %s: %v", path, fact, have)
					}
				}
			}
			if err := p.e.Check(); err != nil || p.e.Impossible() > 0 {
				t.Error(err, p.e.Impossible())
			}
		})
	}
}
