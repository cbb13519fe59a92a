package sim_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A generator writes random workflows that are valid, and whose phases and
// outputs do not hang on how long anything takes.
type generator struct {
	*rand.Rand
	templates []string
	names     int
	budget    int  // of calls, so that no workflow grows without end
	timed     bool // what happens hangs on time: deadlines, caches and the like
}

// callee is a template that was written.
type callee struct {
	name   string
	leaf   bool // takes parameter p
	result bool // has outputs.result
	output bool // has output parameter o
	daemon bool
}

// earlier is a call that others may refer to.
type earlier struct {
	callee
	name   string
	looped bool
}

// workflow is the YAML of a random workflow.
func workflow(seed uint64) string {
	return (&generator{Rand: rand.New(rand.NewPCG(seed, 1)), budget: 12}).workflow()
}

// timed is the YAML of a random workflow in which much hangs on time.
func timed(seed uint64) string {
	return (&generator{Rand: rand.New(rand.NewPCG(seed, 5)), budget: 12, timed: true}).workflow()
}

func (g *generator) workflow() string {
	main := g.group(2)
	spec := []string{"entrypoint: " + main.name}
	if g.timed && g.chance(40) {
		spec = append(spec, fmt.Sprintf("activeDeadlineSeconds: %d", 1+g.IntN(30)))
	}
	if g.IntN(4) == 0 {
		spec = append(spec, "onExit: "+g.any(1).name)
	}
	if g.IntN(5) == 0 {
		spec = append(spec, fmt.Sprintf("parallelism: %d", 1+g.IntN(3)))
	}
	if g.IntN(8) == 0 {
		spec = append(spec, "hooks: {running: {expression: workflow.status == \"Running\", template: "+g.leaf().name+"}}")
	}
	if g.IntN(8) == 0 {
		spec = append(spec, "synchronization: {mutexes: [{name: whole}]}")
	}
	return "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: wf}\nspec:\n  " +
		strings.Join(spec, "\n  ") + "\n  templates:\n" + strings.Join(g.templates, "")
}

func (g *generator) name(prefix string) string {
	g.names++
	return fmt.Sprintf("%s%d", prefix, g.names)
}

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func (g *generator) pick(of ...string) string { return of[g.IntN(len(of))] }

// write keeps a template of so many lines.
func (g *generator) write(name string, lines ...string) {
	g.templates = append(g.templates, "  - name: "+name+"\n    "+strings.Join(lines, "\n    ")+"\n")
}

func (g *generator) any(depth int) callee {
	if depth > 0 && g.budget > 3 && g.chance(40) {
		return g.group(depth - 1)
	}
	return g.leaf()
}

func (g *generator) leaf() callee {
	c := callee{name: g.name("leaf"), leaf: true}
	lines := []string{"inputs: {parameters: [{name: p, value: d}]}"}
	switch n := g.IntN(20); {
	case n < 8:
		c.result = true
		lines = append(lines, `script: {image: "i:1", command: [sh], source: "echo {{inputs.parameters.p}}"}`)
	case n < 14:
		c.result, c.output = true, true
		lines = append(lines, `container: {image: "i:1", command: [sh], args: ["{{inputs.parameters.p}}"]}`,
			"outputs: {parameters: [{name: o, valueFrom: {path: /tmp/o}}]}")
	case n < 16:
		lines = append(lines, `containerSet: {containers: [{name: a, image: "i:1", command: [x]}, {name: main, image: "i:1", command: [x], dependencies: [a]}]}`)
	case n < 18:
		lines = append(lines, fmt.Sprintf("suspend: {duration: %q}", g.pick("0", "3", "1m")))
	case n < 19:
		lines = append(lines, `http: {url: "http://example.com/{{inputs.parameters.p}}"}`)
		c.result = true
	default:
		c.daemon = true
		lines = append(lines, "daemon: true", `container: {image: "i:1", command: [serve]}`)
	}
	if !c.daemon {
		lines = append(lines, g.retries()...)
	}
	if g.chance(10) && !c.daemon {
		lines = append(lines, "synchronization: {mutexes: [{name: "+g.pick("m1", "m2")+"}]}")
	}
	if g.timed && !strings.HasPrefix(lines[1], "suspend") {
		lines = append(lines, g.clocks(&c)...)
	}
	g.write(c.name, lines...)
	return c
}

// clocks are fields of a leaf that hang on time.
func (g *generator) clocks(c *callee) (lines []string) {
	if g.chance(30) {
		lines = append(lines, "timeout: "+g.pick("1s", "3s", "20s"))
	}
	if g.chance(20) && !c.daemon {
		lines = append(lines, fmt.Sprintf("memoize: {key: %q, cache: {configMap: {name: cache}}}", "k-"+g.pick("1", "2", "{{inputs.parameters.p}}")))
	}
	return lines
}

func (g *generator) retries() []string {
	if !g.chance(30) {
		return nil
	}
	parts := []string{fmt.Sprintf("limit: %q", g.pick("0", "1", "3"))}
	if g.chance(70) {
		parts = append(parts, "retryPolicy: "+g.pick("Always", "OnFailure", "OnError"))
	}
	if g.chance(40) {
		parts = append(parts, fmt.Sprintf("backoff: {duration: %q, factor: \"2\"}", g.pick("1", "10s")))
	}
	if g.chance(15) {
		parts = append(parts, `expression: "asInt(lastRetry.exitCode) != 2"`)
	}
	return []string{"retryStrategy: {" + strings.Join(parts, ", ") + "}"}
}

func (g *generator) group(depth int) callee {
	c := callee{name: g.name("group")}
	lines := []string{}
	if g.chance(20) {
		lines = append(lines, fmt.Sprintf("parallelism: %d", 1+g.IntN(2)))
	}
	if g.chance(15) {
		lines = append(lines, g.retries()...)
	}
	if g.timed && g.chance(30) {
		lines = append(lines, "failFast: true")
	}
	if g.chance(50) {
		lines = append(lines, g.steps(depth, &c)...)
	} else {
		lines = append(lines, g.dag(depth, &c)...)
	}
	g.write(c.name, lines...)
	return c
}

func (g *generator) steps(depth int, c *callee) []string {
	lines := []string{"steps:"}
	var before []earlier
	for range 1 + g.IntN(3) {
		var now []earlier
		for i := range 1 + g.IntN(3) {
			g.budget--
			to := g.any(depth)
			e := earlier{callee: to, name: g.name("s")}
			lead := "  - "
			if i == 0 {
				lead = "- - "
			}
			lines = append(lines, lead+"{"+strings.Join(g.call(&e, "steps", before), ", ")+"}")
			now = append(now, e)
		}
		before = append(before, now...)
	}
	return append(lines, g.outputs(c, "steps", before)...)
}

func (g *generator) dag(depth int, c *callee) []string {
	lines := []string{"dag:"}
	if g.chance(20) {
		lines = append(lines, "  failFast: false")
	}
	lines = append(lines, "  tasks:")
	var before []earlier
	depends := g.chance(50)
	for range 1 + g.IntN(5) {
		g.budget--
		to := g.any(depth)
		e := earlier{callee: to, name: g.name("t")}
		on, ready := g.dependencies(before, depends)
		fields := g.call(&e, "tasks", ready)
		if depends {
			fields = dropPrefix(fields, "continueOn")
		}
		if on != "" {
			fields = append(fields, on)
		}
		lines = append(lines, "  - {"+strings.Join(fields, ", ")+"}")
		before = append(before, e)
	}
	return append(lines, g.outputs(c, "tasks", before)...)
}

func dropPrefix(fields []string, prefix string) []string {
	var kept []string
	for _, f := range fields {
		if !strings.HasPrefix(f, prefix) {
			kept = append(kept, f)
		}
	}
	return kept
}

// dependencies chooses some of the tasks before, and says which of them can be
// referred to.
func (g *generator) dependencies(before []earlier, depends bool) (field string, ready []earlier) {
	for _, e := range before {
		if g.chance(40) {
			ready = append(ready, e)
		}
	}
	if len(ready) == 0 {
		return "", nil
	}
	var terms []string
	for _, e := range ready {
		if !depends {
			terms = append(terms, e.name)
			continue
		}
		suffix := g.pick("", "", ".Succeeded", ".Failed", ".Errored", ".Skipped", ".Omitted")
		if e.looped && g.chance(30) {
			suffix = g.pick(".AnySucceeded", ".AllFailed")
		}
		if e.daemon {
			suffix = ""
		}
		term := e.name + suffix
		if g.chance(15) && !e.daemon {
			term = "!" + term
		}
		terms = append(terms, term)
	}
	if !depends {
		return "dependencies: [" + strings.Join(terms, ", ") + "]", ready
	}
	text := terms[0]
	for _, t := range terms[1:] {
		text = "(" + text + ") " + g.pick("&&", "||") + " " + t
	}
	return fmt.Sprintf("depends: %q", text), ready
}

// call is one step or task.
func (g *generator) call(e *earlier, scope string, before []earlier) []string {
	fields := []string{"name: " + e.name, "template: " + e.callee.name}
	item := ""
	if g.chance(25) && !e.daemon {
		e.looped = true
		item = "{{item}}"
		fields = append(fields, g.loop(scope, before))
	}
	if e.leaf && g.chance(60) {
		value := g.pick("x", "y", item, g.reference(scope, before))
		fields = append(fields, fmt.Sprintf("arguments: {parameters: [{name: p, value: %q}]}", value))
	}
	if g.chance(25) {
		condition := g.pick("1 == 1", "1 == 2")
		if ref := g.reference(scope, before); ref != "" && g.chance(50) {
			condition = "'" + strings.ReplaceAll(ref, "outputs.result", "status") + "' " + g.pick("==", "!=") + " Succeeded"
		}
		if item != "" && g.chance(50) {
			condition = "'{{item}}' != b"
		}
		fields = append(fields, fmt.Sprintf("when: %q", condition))
	}
	if g.chance(25) {
		fields = append(fields, "continueOn: {"+g.pick("failed", "error")+": true}")
	}
	if g.chance(10) {
		fields = append(fields, "onExit: "+g.leafOnce().name)
	}
	if g.chance(8) {
		fields = append(fields, fmt.Sprintf("hooks: {h: {expression: %q, template: %s}}",
			scope+"['"+e.name+"'].status == \""+g.pick("Succeeded", "Failed")+"\"", g.leafOnce().name))
	}
	return fields
}

// leafOnce is a leaf for hooks: no daemon.
func (g *generator) leafOnce() callee {
	for {
		if c := g.leaf(); !c.daemon {
			return c
		}
	}
}

func (g *generator) loop(scope string, before []earlier) string {
	for _, e := range before {
		if e.looped && e.result && g.chance(50) {
			return fmt.Sprintf("withParam: \"{{%s.%s.outputs.result}}\"", scope, e.name)
		}
	}
	switch g.IntN(5) {
	case 0:
		return `withSequence: {count: "3"}`
	case 1:
		return `withParam: "[]"`
	case 2:
		return `withParam: '["a", {"k": 1}, 2]'`
	default:
		return "withItems: [a, b, c]"
	}
}

// reference is a tag with the result of an earlier call.
func (g *generator) reference(scope string, before []earlier) string {
	for _, i := range g.Perm(len(before)) {
		if e := before[i]; e.result && !e.looped {
			return "{{" + scope + "." + e.name + ".outputs.result}}"
		}
	}
	return ""
}

// outputs lets a group hand on a parameter.
func (g *generator) outputs(c *callee, scope string, before []earlier) []string {
	for _, e := range before {
		if e.output && !e.looped && g.chance(60) {
			c.output = true
			return []string{fmt.Sprintf(
				"outputs: {parameters: [{name: o, valueFrom: {parameter: \"{{%s.%s.outputs.parameters.o}}\", default: none}}]}", scope, e.name)}
		}
	}
	return nil
}
