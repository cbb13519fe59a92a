package engine_test

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/lint"
)

// load reads and checks a project, in profile argo unless another one is given, and
// returns its first workflow.
func load(t testing.TB, files map[string]string, profile ...validate.Profile) (*ir.Checked, *ir.Object) {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	profile = append(profile, validate.Argo)
	result := lint.Run(fsys, []string{"."}, lint.Options{Profile: &profile[0]})
	for _, d := range result.Findings.Sorted() {
		if d.Severity == diag.Error {
			t.Errorf("%s: %s [%s]", d.Span, d.Message, d.Rule)
		}
	}
	if result.Checked == nil {
		t.Fatal("the project has errors")
	}
	for _, o := range result.Checked.Project().Objects {
		if o.Kind == ir.Workflow {
			return result.Checked, o
		}
	}
	t.Fatal("there is no workflow")
	return nil, nil
}

var epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// due is an event that will come.
type due struct {
	at    time.Time
	seq   int
	event engine.Event
}

type dues []due

func (d dues) Len() int { return len(d) }
func (d dues) Less(i, j int) bool {
	return d[i].at.Before(d[j].at) || d[i].at.Equal(d[j].at) && d[i].seq < d[j].seq
}
func (d dues) Swap(i, j int) { d[i], d[j] = d[j], d[i] }
func (d *dues) Push(x any)   { *d = append(*d, x.(due)) }
func (d *dues) Pop() any {
	last := (*d)[len(*d)-1]
	*d = (*d)[:len(*d)-1]
	return last
}

// player drives an engine by a script, on a clock of its own.
type player struct {
	t         testing.TB
	e         *engine.Engine
	script    []line
	outcome   func(*engine.Leaf) map[string]string // instead of the script
	queue     dues
	seq       int
	now       time.Time
	timers    map[string]time.Time
	events    []engine.Event // all that were taken
	log       []string
	caches    map[string]*engine.Outputs
	held      map[engine.Lock]engine.NodeID
	wanting   []engine.Acquire
	until     time.Time  // nothing later happens; zero is no bound
	check     bool       // recount after every event
	wild      *rand.Rand // reports come twice and late
	lockError string     // there are no locks: why
	ended     *engine.RunFinished
	stopped   engine.SignalKind // stop or terminate, once it was taken
}

// line says what becomes of the leaves whose path fits: the last line that fits
// counts.
type line struct {
	pattern string
	words   map[string]string
}

func newPlayer(t testing.TB, e *engine.Engine, script string) *player {
	p := &player{t: t, e: e, now: epoch, timers: map[string]time.Time{}, caches: map[string]*engine.Outputs{}, held: map[engine.Lock]engine.NodeID{}}
	for text := range strings.Lines(script) {
		fields := strings.Fields(text)
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		l := line{pattern: fields[0], words: map[string]string{}}
		for _, word := range fields[1:] {
			key, value, _ := strings.Cut(word, "=")
			if unquoted, err := strconv.Unquote(value); err == nil {
				value = unquoted
			}
			l.words[key] = strings.ReplaceAll(value, "~", " ")
		}
		if l.pattern == "at" {
			p.signal(l.words)
			continue
		}
		p.script = append(p.script, l)
	}
	return p
}

// signal schedules a line such as: at after=10s stop.
func (p *player) signal(words map[string]string) {
	after, err := time.ParseDuration(words["after"])
	if err != nil {
		p.t.Fatal(err)
	}
	s := &engine.Signal{Message: words["message"]}
	for _, kind := range []engine.SignalKind{"stop", "terminate", "suspend", "resume", "set", "retry"} {
		if _, ok := words[string(kind)]; ok {
			s.Kind = kind
		}
	}
	if phase, ok := words["phase"]; ok {
		if err := s.Phase.UnmarshalText([]byte(phase)); err != nil {
			p.t.Fatal(err)
		}
	}
	for key, value := range words {
		if name, ok := strings.CutPrefix(key, "p."); ok {
			s.Parameters = append(s.Parameters, engine.Value{Name: name, Value: value})
		}
	}
	p.push(epoch.Add(after), engine.Event{Kind: engine.EventSignal, Signal: s})
}

func (p *player) push(at time.Time, ev engine.Event) {
	p.seq++
	ev.At = at
	heap.Push(&p.queue, due{at, p.seq, ev})
}

// fits matches a pattern in which * is any text.
func fits(pattern, path string) bool {
	parts := strings.Split(pattern, "*")
	if !strings.HasPrefix(path, parts[0]) {
		return false
	}
	path = path[len(parts[0]):]
	for i, part := range parts[1:] {
		if i == len(parts)-2 {
			return strings.HasSuffix(path, part)
		}
		at := strings.Index(path, part)
		if at < 0 {
			return false
		}
		path = path[at+len(part):]
	}
	return len(parts) > 1 || path == ""
}

// play runs until nothing more will happen.
func (p *player) play() {
	p.push(p.now, engine.Event{Kind: engine.EventStart})
	for steps := 0; len(p.queue) > 0; steps++ {
		if steps > 1_000_000 {
			p.t.Fatal("the run does not end")
		}
		d := heap.Pop(&p.queue).(due)
		if d.event.Kind == engine.EventTimer {
			key := fmt.Sprint(d.event.Node, d.event.Timer)
			if at, set := p.timers[key]; !set || !at.Equal(d.at) {
				continue
			}
			delete(p.timers, key)
		}
		if p.now = d.at; !p.until.IsZero() && p.now.After(p.until) {
			return
		}
		p.events = append(p.events, d.event)
		over := p.e.Done()
		actions := p.e.Step(d.event)
		p.noteStop(d.event, over)
		for _, a := range actions {
			p.act(a)
		}
		if p.check {
			if err := p.e.Check(); err != nil {
				p.t.Fatalf("after %+v: %v\n%s", d.event, err, tree(p.e))
			}
		}
		if p.wild != nil && d.event.Kind == engine.EventReport && p.wild.IntN(4) == 0 {
			p.push(p.now.Add(time.Duration(p.wild.IntN(20))*time.Second), d.event)
		}
	}
}

// noteStop notes that nothing more may begin, and that a retry of what was over
// undoes that.
func (p *player) noteStop(ev engine.Event, over bool) {
	switch s := ev.Signal; {
	case s == nil || len(s.Nodes) > 0:
	case !over && (s.Kind == engine.SignalTerminate || s.Kind == engine.SignalStop && p.stopped == ""):
		p.stopped = s.Kind
	case over && !p.e.Done():
		p.stopped = ""
	}
}

func (p *player) act(a engine.Action) {
	switch a := a.(type) {
	case engine.StartLeaf:
		p.start(a.Leaf)
	case engine.StopLeaf:
		p.log = append(p.log, "stop "+p.e.View(a.Node).Path)
	case engine.SetTimer:
		key := fmt.Sprint(a.Node, a.Timer)
		if delete(p.timers, key); !a.At.IsZero() {
			p.timers[key] = a.At
			p.push(a.At, engine.Event{Kind: engine.EventTimer, Node: a.Node, Timer: a.Timer})
		}
	case engine.Acquire:
		p.wanting = append(p.wanting, a)
		p.grant()
	case engine.Release:
		for l, holder := range p.held {
			if holder == a.Node {
				delete(p.held, l)
			}
		}
		for i, w := range p.wanting {
			if w.Node == a.Node {
				p.wanting = append(p.wanting[:i:i], p.wanting[i+1:]...)
				break
			}
		}
		p.grant()
	case engine.CacheGet:
		p.push(p.now, engine.Event{Kind: engine.EventCache, Node: a.Node, Cache: &engine.CacheAnswer{Hit: p.caches[a.Key]}})
	case engine.CachePut:
		p.caches[a.Key] = &a.Outputs
	case engine.Fetch:
		f := &engine.Fetched{}
		if v, ok := p.words("configmap")[a.ConfigMap+"/"+a.Key]; ok {
			f.Value = &v
		}
		p.push(p.now, engine.Event{Kind: engine.EventFetched, Node: a.Node, Fetched: f})
	case engine.RunFinished:
		p.ended = &a
	}
}

// grant gives locks to those who wait, first come first served.
func (p *player) grant() {
	for i := 0; i < len(p.wanting); i++ {
		w := p.wanting[i]
		free := true
		for _, l := range w.Locks {
			_, taken := p.held[l]
			free = free && !taken
		}
		answer := &engine.LockAnswer{Held: free}
		if p.lockError != "" {
			free, answer.Error = true, p.lockError
		}
		if free {
			for _, l := range w.Locks {
				p.held[l] = w.Node
			}
			p.wanting = append(p.wanting[:i:i], p.wanting[i+1:]...)
			i--
		} else {
			answer.Waiting = "Waiting for " + w.Locks[0].Mutex + w.Locks[0].Key + " lock"
		}
		p.push(p.now, engine.Event{Kind: engine.EventLock, Node: w.Node, Lock: answer})
	}
}

// words are those of the last line that fits one of the paths.
func (p *player) words(paths ...string) map[string]string {
	for _, l := range slices.Backward(p.script) {
		if slices.ContainsFunc(paths, func(path string) bool { return fits(l.pattern, path) }) {
			return l.words
		}
	}
	return nil
}

// start plays the Pod of a leaf.
func (p *player) start(l *engine.Leaf) {
	if p.stopped == engine.SignalTerminate || p.stopped == engine.SignalStop && !l.OnExit {
		p.t.Errorf("%s begins after a %s", l.Path, p.stopped)
	}
	words := p.words(l.Path, l.Path+"#"+strconv.Itoa(l.Generation))
	if p.outcome != nil {
		words = p.outcome(l)
	}
	p.logLeaf(l, words)
	took := 2 * time.Second
	if d, ok := words["took"]; ok {
		var err error
		if took, err = time.ParseDuration(d); err != nil {
			p.t.Fatal(err)
		}
	}
	report := func(after time.Duration, r engine.Report) {
		p.push(p.now.Add(after), engine.Event{Kind: engine.EventReport, Node: l.Node, Generation: l.Generation, Report: &r})
	}
	if why, ok := words["refused"]; ok {
		report(time.Second, engine.Report{State: engine.PodRefused, Message: why})
		return
	}
	if _, ok := words["pending"]; ok {
		return
	}
	if !has(words, "unseen") {
		report(time.Second, engine.Report{State: engine.PodRunning, Host: words["host"]})
	}
	switch {
	case has(words, "never"):
	case has(words, "ready"):
		report(time.Second, engine.Report{State: engine.PodReady, IP: words["ready"]})
		if has(words, "took") {
			report(took, p.end(l, words))
		}
	case has(words, "lost"):
		report(took, engine.Report{State: engine.PodLost})
	default:
		report(took, p.end(l, words))
	}
}

// end is the last report of a leaf.
func (p *player) end(l *engine.Leaf, words map[string]string) engine.Report {
	r := engine.Report{State: engine.PodEnded, Message: words["podMessage"], OutputError: words["outputError"], Outputs: &engine.Outputs{}}
	if has(words, "norecord") {
		r.Outputs = nil
	}
	code, _ := strconv.Atoi(words["exit"])
	if l.Template.Type() == ir.HTTP {
		r.Verdict = &engine.Verdict{Phase: engine.Succeeded}
		if code != 0 {
			r.Verdict = &engine.Verdict{Phase: engine.Failed, Message: words["message"]}
		}
	} else {
		names := []string{"main"}
		if l.Template.Type() == ir.ContainerSet {
			names = nil
			for _, c := range l.Template.Body().Get("containers").List() {
				names = append(names, c.Get("name").Text())
			}
		}
		for _, name := range names {
			c := engine.Container{Name: name, Role: engine.RoleMain, Ended: true, Code: code, Message: words["message"]}
			if own, ok := words["exit."+name]; ok {
				c.Code, _ = strconv.Atoi(own)
			}
			if c.Code != 0 {
				c.Reason = "Error"
			}
			r.Containers = append(r.Containers, c)
		}
	}
	if r.Outputs == nil {
		return r
	}
	if v, ok := words["result"]; ok {
		r.Outputs.Result = &v
	}
	for key, value := range words {
		if name, ok := strings.CutPrefix(key, "p."); ok {
			r.Outputs.Parameters = append(r.Outputs.Parameters, engine.Value{Name: name, Value: value})
		}
		if name, ok := strings.CutPrefix(key, "a."); ok {
			r.Outputs.Artifacts = append(r.Outputs.Artifacts, engine.Artifact{Name: name, Location: []byte(`{"s3":{"key":"` + value + `"}}`)})
		}
	}
	return r
}

func has(words map[string]string, key string) bool {
	_, ok := words[key]
	return ok
}

// logLeaf notes what a leaf was given, where the script asks for it.
func (p *player) logLeaf(l *engine.Leaf, words map[string]string) {
	at := p.now.Sub(epoch)
	text := fmt.Sprintf("%s start %s", at, l.Path)
	if l.Generation > 0 {
		text += fmt.Sprintf("#%d", l.Generation)
	}
	for _, name := range strings.Split(words["show"], ",") {
		if name == "" {
			continue
		}
		v, ok := l.Scope.Value(name)
		if !ok {
			v = "?"
		}
		text += fmt.Sprintf(" %s=%q", name, v)
	}
	for name, a := range l.Artifacts {
		text += fmt.Sprintf(" artifact %s=%s", name, a.At("s3", "key").Text()+a.At("raw", "data").Text())
	}
	if len(l.FailedHosts) > 0 {
		text += fmt.Sprintf(" not on %v", l.FailedHosts)
	}
	if l.SecondsLeft > 0 {
		text += fmt.Sprintf(" %ds left", l.SecondsLeft)
	}
	p.log = append(p.log, text)
}

// tree prints the nodes in the style of the specification.
func tree(e *engine.Engine) string {
	var b strings.Builder
	for id := range engine.NodeID(e.Len()) {
		v := e.View(id)
		if v.Phase == engine.NoPhase {
			continue
		}
		var children []string
		for _, c := range v.Children {
			children = append(children, e.View(c).Path)
		}
		fmt.Fprintf(&b, "%s | %s | %s %s | %s", v.Path, v.DisplayName, v.Type, v.Phase, strings.Join(children, "; "))
		if v.Message != "" {
			fmt.Fprintf(&b, " | %q", v.Message)
		}
		var notes []string
		if v.Hooked {
			notes = append(notes, "hooked")
		}
		if v.Retried {
			notes = append(notes, "retried")
		}
		if v.Daemoned {
			notes = append(notes, "daemoned")
		}
		for _, in := range v.Inputs {
			notes = append(notes, in.Name+"<"+in.Value)
		}
		notes = append(notes, outputs(v.Outputs)...)
		if len(notes) > 0 {
			b.WriteString(" | " + strings.Join(notes, " "))
		}
		b.WriteString("\n")
	}
	run := e.Run()
	fmt.Fprintf(&b, "%s %s %q", run.Phase, run.Progress, run.Message)
	if notes := outputs(&run.Outputs); len(notes) > 0 {
		b.WriteString(" | " + strings.Join(notes, " "))
	}
	return strings.ReplaceAll(b.String(), " | \n", "\n") + "\n"
}

func outputs(o *engine.Outputs) []string {
	if o == nil {
		return nil
	}
	var notes []string
	if o.Result != nil {
		notes = append(notes, "result="+*o.Result)
	}
	for _, p := range o.Parameters {
		notes = append(notes, p.Name+"="+p.Value)
	}
	for _, a := range o.Artifacts {
		notes = append(notes, a.Name+"="+string(a.Location))
	}
	if o.ExitCode != nil && *o.ExitCode != 0 {
		notes = append(notes, fmt.Sprintf("exit=%d", *o.ExitCode))
	}
	return notes
}
