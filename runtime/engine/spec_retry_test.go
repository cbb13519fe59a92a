package engine_test

import (
	"fmt"
	"strings"
	"testing"
)

// leafBody is a container that the rows about retries try again.
const leafBody = "container: {image: i, command: [x]}"

// again is the entrypoint of most of them.
func again(strategy string) string { return "retryStrategy: {" + strategy + "}, " + leafBody }

// TestSpecRetryPolicies goes through every policy and every way in which an
// attempt can end (5.2.6).
func TestSpecRetryPolicies(t *testing.T) {
	ends := []struct{ name, script, phase string }{
		{"Failed", "exit=1", "Failed"},
		{"Error", "lost", "Error"},
		{"a transient Failed", "exit=1 message=dial:~i/o~timeout", "Failed"},
		{"a transient Error", "refused=too~many~requests", "Error"},
		{"Succeeded", "exit=0", "Succeeded"},
	}
	var rows []specRow
	for _, policy := range []struct {
		name, strategy string
		retries        [5]bool
	}{
		{"the default", "limit: 1", [5]bool{true, false, true, false, false}},
		{"the default with an expression", `limit: 1, expression: "true"`, [5]bool{true, true, true, true, false}},
		{"OnFailure", "limit: 1, retryPolicy: OnFailure", [5]bool{true, false, true, false, false}},
		{"OnFailure with an expression", `limit: 1, retryPolicy: OnFailure, expression: "true"`, [5]bool{true, false, true, false, false}},
		{"OnError", "limit: 1, retryPolicy: OnError", [5]bool{false, true, false, true, false}},
		{"Always", "limit: 1, retryPolicy: Always", [5]bool{true, true, true, true, false}},
		{"OnTransientError", "limit: 1, retryPolicy: OnTransientError", [5]bool{false, false, true, true, false}},
	} {
		for i, end := range ends {
			verb, want := "retries", "wf(1) | Succeeded\nwf | Retry | Succeeded"
			if !policy.retries[i] {
				verb, want = "leaves", "wf(1) | none\nwf | Retry | "+end.phase
			}
			rows = append(rows, specRow{
				name: fmt.Sprintf("5.2.6 %s %s %s", policy.name, verb, end.name),
				main: again(policy.strategy), script: "wf(0) " + end.script, want: want,
			})
		}
	}
	runSpec(t, rows)
}

// TestSpecRetryTypes tries every type of template again.
func TestSpecRetryTypes(t *testing.T) {
	var rows []specRow
	for _, body := range []struct{ name, fields, script string }{
		{"container", leafBody, "wf(0) exit=1"},
		{"script", "script: {image: i, command: [sh], source: x}", "wf(0) exit=1"},
		{"containerSet", "containerSet: {containers: [{name: main, image: i, command: [x]}]}", "wf(0) exit=1"},
		{"resource", "resource: {action: create, manifest: \"{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}\"}", "wf(0) exit=1"},
		{"http", "http: {url: \"http://h\"}", "wf(0) exit=1"},
		{"steps", "steps: [[{name: s, template: leaf}]]", "wf(0)* exit=1"},
		{"dag", "dag: {tasks: [{name: s, template: leaf}]}", "wf(0)* exit=1"},
		{"suspend", "suspend: {}", "at after=5s set phase=Failed\nat after=6s resume"},
	} {
		rows = append(rows, specRow{
			name: "5.2 a " + body.name + " template is tried again", main: "retryStrategy: {limit: 1}, " + body.fields,
			script: body.script, want: "wf | Retry | Succeeded | not daemoned\nwf(0) | Failed | retried\nwf(1) | Succeeded | retried\nwf(2) | none",
		})
	}
	runSpec(t, rows)
}

// TestSpecRetry goes through the rules by which a Retry node is judged, in their
// order. That a last attempt is Skipped or Omitted (5.2.3) cannot come about: an
// attempt has no condition of its own.
func TestSpecRetry(t *testing.T) {
	runSpec(t, []specRow{
		{name: "5.2 an empty strategy is unlimited", main: again(""), script: "* exit=1\nwf(20) exit=0", want: "wf | Succeeded\nwf(20) | Succeeded\nwf(21) | none"},
		{name: "5.2 the strategy of the workflow counts for every template", spec: "retryStrategy: {limit: 1}",
			main: "steps: [[{name: s, template: leaf}]]", script: "wf(0)[0].s(0) exit=1",
			want: "wf | Retry | Succeeded\nwf(0) | Steps | Succeeded\nwf(0)[0].s | Retry | Succeeded\nwf(0)[0].s(0) | Failed\nwf(0)[0].s(1) | Succeeded\nwf(1) | none"},
		{name: "5.2 the strategy of the template wins", spec: "retryStrategy: {limit: 5}", main: again("limit: 1"), script: "* exit=1",
			want: "wf | Failed\nwf(1) | Failed\nwf(2) | none"},
		{name: "5.2 the limit may be a text", main: again(`limit: "2"`), script: "* exit=1", want: "wf(2) | Failed\nwf(3) | none"},
		{name: "5.2 the limit may be a parameter", spec: "arguments: {parameters: [{name: times, value: 2}]}",
			main: again(`limit: "{{workflow.parameters.times}}"`), script: "* exit=1", want: "wf(2) | Failed\nwf(3) | none"},

		{name: "5.2.1 a Retry node that is done stays as it is", main: "dag: {tasks: [{name: a, template: r}, {name: b, template: leaf, depends: a.Failed}]}",
			more: "{name: r, " + again("limit: 0") + "}", script: "wf.a* exit=1", want: "wf.a | Failed\nwf.a(1) | none\nwf.b | Succeeded"},
		{name: "5.2.2 an attempt that runs goes on", main: again("limit: 3"), script: "* never", want: "wf | Running | blocked=wf(0)\nwf(0) | Running\nwf(1) | none\nrun | open"},
		{name: "5.2.2 a daemon that is ready makes its Retry node one", main: "dag: {tasks: [{name: d, template: r}, {name: b, template: leaf, depends: d.Daemoned}]}",
			more: "{name: r, daemon: true, " + again("limit: 3") + "}", script: "wf.d* ready=10.0.0.1\nwf.b never",
			want: "wf.d | Running | daemoned\nwf.d(0) | Running | daemoned\nwf.b | Running"},
		{name: "5.2.3 Succeeded ends the Retry node, with the outputs", main: again("limit: 3"), script: "wf(0) exit=1 result=a\nwf(1) result=b",
			want: "wf | Succeeded | \"\" | result=b\nwf(2) | none"},

		{name: "5.2.4 a stop ends it as its attempt ended", main: again("limit: 3"), script: "wf* never\nat after=5s stop",
			want: "wf | Failed | \"Stopped with strategy 'Stop'\"\nwf(0) | Failed | \"workflow shutdown with strategy: Stop\"\nwf(1) | none", differs: "`workflow shutdown with strategy: Stop`"},
		{name: "5.2.4 so does a terminate", main: again("limit: 3"), script: "wf* never\nat after=5s terminate",
			want: "wf | Failed | \"Stopped with strategy 'Terminate'\"\nwf(1) | none"},
		{name: "5.2.4 a stop during the wait keeps an Error", main: again("limit: 3, retryPolicy: Always, backoff: {duration: 1m}"), script: "wf* lost\nat after=5s stop",
			want: "wf | Error | \"Stopped with strategy 'Stop'\"\nwf(1) | none"},
		{name: "5.2.4 the deadline ends it", main: again("limit: 3"), spec: "activeDeadlineSeconds: 5", script: "wf* never",
			want: "wf | Failed | \"retry exceeded workflow deadline 2026-01-02T03:04:10Z\"\nwf(0) | \"Step exceeded its deadline\"\nwf(1) | none"},

		{name: "5.2.5 without a duration", main: again("limit: 3, backoff: {factor: 2}"), script: "* exit=1", want: "wf | Error | \"the backoff has no duration\"\nwf(1) | none"},
		{name: "5.2.5 the wait counts from the end of the attempt", main: again("limit: 1, backoff: {duration: 10s}"), script: "wf(0) exit=1",
			want: "wf(0) | ended=2s\nlog | 12s start wf(1)"},
		{name: "5.2.5 a number counts seconds", main: again(`limit: 1, backoff: {duration: "10"}`), script: "wf(0) exit=1", want: "log | 12s start wf(1)"},
		{name: "5.2.5 no factor is 1", main: again("limit: 2, backoff: {duration: 10s}"), script: "* exit=1", want: "log | 24s start wf(2)"},
		{name: "5.2.5 the wait grows", main: again("limit: 3, backoff: {duration: 10s, factor: 2}"), script: "* exit=1",
			want: "log | 12s start wf(1)\nlog | 34s start wf(2)\nlog | 1m16s start wf(3)"},
		{name: "5.2.5 the factor is cut to a whole number", main: again(`limit: 2, backoff: {duration: 10s, factor: "2.9"}`), script: "* exit=1", want: "log | 34s start wf(2)"},
		{name: "5.2.5 the wait is capped", main: again("limit: 2, backoff: {duration: 10s, factor: 10, cap: 15s}"), script: "* exit=1", want: "log | 12s start wf(1)\nlog | 29s start wf(2)"},
		{name: "5.2.5 a wait too long for a clock is capped, too", main: again("limit: 40, backoff: {duration: 1h, factor: 1000000, cap: 1s}"), script: "* exit=1\nwf(30) exit=0", want: "wf | Succeeded\nwf(30) | Succeeded"},
		{name: "5.2.5 the time is over", main: again("limit: 3, backoff: {duration: 1s, maxDuration: 5s}"), script: "* exit=1 took=9s", want: "wf | Failed | \"Max duration limit exceeded\"\nwf(1) | none"},
		{name: "5.2.5 the time would be over", main: again("limit: 3, backoff: {duration: 10s, maxDuration: 15s}"), script: "* exit=1",
			want: "wf | Failed | \"Backoff would exceed max duration limit\"\nwf(1) | Failed\nwf(2) | none"},
		{name: "5.2.5 the Pod may live as long as there is time", main: again("limit: 3, backoff: {duration: 10s, maxDuration: 30s}"), script: "wf(0) exit=1",
			want: "log | 0s start wf(0) 30s left\nlog | 12s start wf(1) 18s left"},
		{name: "5.2.5 waits without a limit", main: again("backoff: {duration: 10s}"), script: "wf(0) exit=1", want: "log | 12s start wf(1)", differs: "`backoff` without a `limit`"},
		{name: "5.2.5 no wait for an attempt that is not to be", main: again("limit: 1, backoff: {duration: 10s}"), script: "* exit=1", want: "wf(1) | ended=14s\nwf | ended=14s"},
		{name: "5.2.5 no wait for what the policy leaves", main: again("limit: 1, backoff: {duration: 10s}"), script: "* lost", want: "wf | ended=2s | Error", differs: "a failure that will not be retried, with `backoff`"},

		{name: "5.2.6 the message is the attempt's", main: again("limit: 1, retryPolicy: OnError"), script: "wf(0) exit=4 message=no", want: "wf | Failed | \"main: Error (exit code 4): no\""},
		{name: "5.2.7 limit 0 is one attempt", main: again("limit: 0"), script: "* exit=1", want: "wf | Failed | \"No more retries left\"\nwf(0) | Failed\nwf(1) | none"},
		{name: "5.2.7 limit 2 is three attempts", main: again("limit: 2"), script: "* exit=1", want: "wf | Failed | \"No more retries left\"\nwf(2) | Failed\nwf(3) | none"},
		{name: "5.2.7 stopped as the last attempt ended", main: again("limit: 1, retryPolicy: Always"), script: "wf(0) exit=1\nwf(1) lost", want: "wf | Error | \"No more retries left\""},
		{name: "5.2.7 the outputs of the last attempt, also when it failed", main: again("limit: 1"), script: "wf(0) exit=1 result=a\nwf(1) exit=7 result=b", want: "wf | Failed | result=b | exit=7"},
		{name: "5.2.8 an expression that is false", main: again(`limit: 9, expression: "asInt(retries) < 1"`), script: "* exit=1",
			want: "wf | Failed | \"retryStrategy.expression evaluated to false\"\nwf(1) | Failed\nwf(2) | none"},
		{name: "5.2.8 an expression that cannot be evaluated", main: again(`limit: 9, expression: "asInt(lastRetry.message) > 1"`), script: "* exit=1", want: "wf | Retry | Error\nwf(1) | none"},
		{name: "5.2.9 a new attempt", main: again("limit: 9"), script: "wf(0) exit=1\nwf(1) exit=1", want: "wf | Succeeded\nwf(2) | Succeeded\nwf(3) | none"},

		{name: "5.2 rule 4 before 5", main: again("limit: 1, backoff: {duration: 1s, maxDuration: 2s}"), script: "wf* never\nat after=9s stop", want: "wf | \"Stopped with strategy 'Stop'\""},
		{name: "5.2 rule 5 before 6", main: again("limit: 1, retryPolicy: OnError, backoff: {duration: 1s, maxDuration: 2s}"), script: "* exit=1 took=9s", want: "wf | \"Max duration limit exceeded\""},
		{name: "5.2 rule 5 before 7", main: again("limit: 0, backoff: {duration: 1m, maxDuration: 9s}"), script: "* exit=1", want: "wf | \"Backoff would exceed max duration limit\""},
		{name: "5.2 rule 6 before 7", main: again("limit: 0, retryPolicy: OnError"), script: "* exit=1", want: "wf | \"main: Error (exit code 1)\""},
		{name: "5.2 rule 7 before 8", main: again(`limit: 0, expression: "false"`), script: "* exit=1", want: "wf | \"No more retries left\""},
		{name: "5.2 rule 6 before 8", main: again(`limit: 0, retryPolicy: OnError, expression: "false"`), script: "* exit=1", want: "wf | \"main: Error (exit code 1)\""},

		{name: "5.2 hosts of failed attempts are kept away from", main: again("limit: 2, affinity: {nodeAntiAffinity: {}}"), script: "wf(0) exit=1 host=n1\nwf(1) exit=1 host=n2",
			want: "log | 2s start wf(1) not on [n1]\nlog | 4s start wf(2) not on [n1 n2]"},
		{name: "5.2 the attempts around are the nearest", main: "retryStrategy: {limit: 1, affinity: {nodeAntiAffinity: {}}}, steps: [[{name: s, template: leaf}]]",
			script: "wf(0)[0].s exit=1 host=n1", want: "log | 2s start wf(1)[0].s not on [n1]"},
	})
}

// TestSpecRetryVariables goes through what an expression, and the template of an
// attempt, know of the attempt before.
func TestSpecRetryVariables(t *testing.T) {
	var rows []specRow
	for _, v := range []struct{ name, end, expression string }{
		{"retries is that of the attempt", "exit=1", "retries == '0'"},
		{"retries is a text", "exit=1", "asInt(retries) + 1 == 1"},
		{"exitCode", "exit=7", "lastRetry.exitCode == '7'"},
		{"exitCode of a lost Pod", "lost", "asInt(lastRetry.exitCode) == -1"},
		{"status Failed", "exit=1", "lastRetry.status == 'Failed'"},
		{"status Error", "lost", "lastRetry.status == 'Error'"},
		{"duration in seconds", "exit=1 took=90s", "lastRetry.duration == '90'"},
		{"message", "exit=1 message=bad~luck", "lastRetry.message contains 'bad luck'"},
	} {
		rows = append(rows, specRow{
			name: "5.2 in an expression, " + v.name, main: again(`limit: 1, expression: "` + v.expression + `"`),
			script: "wf(0) " + v.end, want: "wf(1) | Succeeded",
		})
	}
	shown := "show=retries,lastRetry.exitCode,lastRetry.status,lastRetry.duration,lastRetry.message,node.name"
	rows = append(rows,
		specRow{name: "5.2 in an expression, whose failure it was", main: again(`limit: 1, expression: "lastRetry.class == 'infrastructure'"`), script: "wf(0) lost",
			want: "wf(1) | Succeeded", differs: "`lastRetry.class` in retry expressions"},
		specRow{name: "5.2 in the template of attempt 0", main: again("limit: 1"), script: "* " + shown,
			want: `log | 0s start wf(0) retries="0" lastRetry.exitCode="0" lastRetry.status="" lastRetry.duration="0" lastRetry.message="" node.name="wf(0)"`},
		specRow{name: "5.2 in the template of attempt 1", main: again("limit: 1"), script: "* exit=3 " + shown,
			want: `log | 2s start wf(1) retries="1" lastRetry.exitCode="3" lastRetry.status="Failed" lastRetry.duration="2" lastRetry.message="main: Error (exit code 3)" node.name="wf(1)"`},
	)
	runSpec(t, rows)
}

// TestSpecRetryWaits looks at a Retry node between two attempts.
func TestSpecRetryWaits(t *testing.T) {
	r := specRow{main: again("limit: 1, backoff: {duration: 10s}"), script: "* exit=1"}
	p := newPlayer(t, newEngine(t, map[string]string{"workflow.yaml": r.workflow()}), r.script)
	p.until = epoch.Add(5e9)
	p.play()
	have := facts(p, "wf")
	for _, fact := range []string{"Running", `"Backoff for 10s"`, "blocked=Backoff for 10s"} {
		if !have[fact] {
			t.Errorf("between two attempts the Retry node is not %s:\n%s", fact, tree(p.e))
		}
	}
	if strings.Contains(tree(p.e), "wf(1)") {
		t.Error("the next attempt does not wait")
	}
}

// TestSpecAbsentLocks asks for locks that nobody knows: the first one ends its step
// group, and what asked together with it is as if it had never begun (2.4, 6.6). A
// retry begins it all.
func TestSpecAbsentLocks(t *testing.T) {
	row := specRow{
		main: "steps: [[{name: a, template: lock, withItems: [1, 2]}, {name: b, template: lock}, {name: c, template: leaf}], [{name: d, template: leaf}]]",
		more: "{name: lock, synchronization: {semaphores: [{configMapKeyRef: {name: m, key: k}}]}, " + leafBody + "}",
	}
	p := newPlayer(t, newEngine(t, map[string]string{"workflow.yaml": row.workflow()}), "")
	p.check, p.lockError = true, "there is no such lock"
	p.play()
	check := func(want map[string]string) {
		t.Helper()
		for path, fact := range want {
			if !facts(p, path)[fact] {
				t.Errorf("%s is not %s", path, fact)
			}
		}
		if t.Failed() {
			t.Logf("\n%s\n%s", strings.Join(p.log, "\n"), tree(p.e))
		}
	}
	check(map[string]string{
		"wf[0].a(0:1)": `"there is no such lock"`, "wf[0].a(1:2)": "none", "wf[0].b": "none", "wf[0].c": "Succeeded", "wf[0]": "Error", "wf[1]": "none", "run": "Failed",
	})
	p.lockError = ""
	p.signal(map[string]string{"after": "1m", "retry": ""})
	p.play()
	check(map[string]string{
		"wf[0].a(0:1)": "Succeeded", "wf[0].a(1:2)": "Succeeded", "wf[0].b": "Succeeded", "wf[0].c": "Succeeded", "wf[1].d": "Succeeded", "run": "Succeeded",
	})
	if n := p.e.Impossible(); n > 1 { // the second start
		t.Errorf("%d events should not have come", n)
	}
}
