package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/local"
)

type logsOptions struct {
	folderFlags
	follow, timestamps bool
	container          string
	tail               int
}

func newLogs(s Streams) *cobra.Command {
	var o logsOptions
	cmd := &cobra.Command{
		Use:   "logs RUN [STEP]",
		Short: "Print what the steps of a run wrote",
		Long: `Prints what the containers of a run wrote, in the order of writing, each line
behind the name of its step. STEP is a name or a path, as weft get shows them;
with one step the names are left out. RUN may be @latest.`,
		Example: "  weft logs ci-x7k2p\n  weft logs @latest test --tail 20\n  weft logs -f ci-x7k2p",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 2 {
				return usage("name one step: %q is too much", args[2])
			}
			return oneRun(cmd, args[:min(len(args), 1)])
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := o.openKept(cmd.Context(), s, args[0])
			if err != nil {
				return err
			}
			return d.printLogs(o, args[1:])
		},
	}
	o.register(cmd.Flags())
	flags := cmd.Flags()
	flags.BoolVarP(&o.follow, "follow", "f", false, "go on until the run has ended")
	flags.BoolVar(&o.timestamps, "timestamps", false, "begin lines with their time")
	flags.StringVarP(&o.container, "container", "c", "", "only the containers named `NAME`; otherwise all but weft's own")
	flags.IntVar(&o.tail, "tail", -1, "of each container only the last `N` lines")
	return cmd
}

// A logSource is the log of one container, as far as it was read.
type logSource struct {
	step   string
	path   string
	read   int64
	rest   string // of a line that is being written
	joined string // parts of a long line
}

// A logLine is a line with where it comes from.
type logLine struct {
	local.Line
	step string
}

func (d *driving) printLogs(o logsOptions, steps []string) error {
	if d.cluster != nil {
		return d.cluster.printLogs(d, o, steps)
	}
	sources := map[string]*logSource{}
	from := map[string]bool{} // what lines are printed behind
	for first := true; ; first = false {
		ended := !d.run.Driven() // before reading: what is written later is read by the next round
		e, err := d.replayed()
		if err != nil {
			return err
		}
		ended = ended || e.Run().Phase.Completed()
		wanted, err := wantedPaths(e, steps)
		if err != nil {
			return err
		}
		began, err := d.findLogs(e, o, wanted, sources)
		if err != nil {
			return err
		}
		for _, source := range sources {
			from[source.step] = true
		}
		lines, err := readLogs(sources, o.tail, ended)
		if err != nil {
			return failure("cannot read a log: %w", err)
		}
		o.tail = -1
		if err := printLines(d.streams.Out, lines, o.timestamps, prefixed(steps, from)); err != nil {
			return failure("cannot write: %w", err)
		}
		if first && len(lines) == 0 {
			d.say(d.nothingWritten(e, o, wanted, began))
		}
		if !o.follow || ended {
			return nil
		}
		time.Sleep(300 * time.Millisecond)
	}
}

// prefixed reports whether lines are printed behind what they are from: not where one
// step is named, and no other has written below it.
func prefixed(steps []string, from map[string]bool) bool { return len(steps) == 0 || len(from) > 1 }

// wantedPaths are the nodes that a step of the command line names, none for all.
func wantedPaths(e *engine.Engine, steps []string) (map[string]bool, error) {
	wanted := map[string]bool{}
	if len(steps) == 0 {
		return wanted, nil
	}
	paths, err := nodePaths(e, steps[0])
	for _, p := range paths {
		wanted[p] = true
	}
	return wanted, err
}

// shows reports whether the log of a container is wanted.
func (o *logsOptions) shows(container string) bool {
	if o.container != "" {
		return container == o.container
	}
	return !strings.HasPrefix(container, "weft-")
}

// findLogs adds the logs that are new. It returns the containers that began, by
// the path of their node.
func (d *driving) findLogs(e *engine.Engine, o logsOptions, wanted map[string]bool, sources map[string]*logSource) (began map[string][]string, err error) {
	pods, err := local.Pods(d.run.Path())
	if err != nil {
		return nil, failure("cannot list Pods: %w", err)
	}
	began = map[string][]string{}
	for id := range e.Len() {
		v := e.View(engine.NodeID(id))
		if v.Type != engine.PodNode || len(wanted) > 0 && !within(v.Path, wanted) {
			continue
		}
		for _, name := range d.podsOf(v, pods) {
			containers, err := local.Containers(d.run.Path(), name)
			if err != nil {
				return nil, failure("cannot list logs: %w", err)
			}
			began[v.Path] = append(began[v.Path], containers...)
			for _, c := range containers {
				path := local.LogFile(d.run.Path(), name, c)
				if o.shows(c) && sources[path] == nil {
					sources[path] = &logSource{step: stepOf(v.Path, d.header.Name, c), path: path}
				}
			}
		}
	}
	return began, nil
}

// stepOf is what the lines of a container are printed behind.
func stepOf(path, run, container string) string {
	step := shortPath(path, run)
	if container != "main" {
		step += " " + container
	}
	return step
}

// nothingWritten says why there is nothing to print: of the steps that are wanted
// none has begun, or none has a Pod, or has written anything. began are the
// containers that did begin, by the path of their node.
func (d *driving) nothingWritten(e *engine.Engine, o logsOptions, wanted map[string]bool, began map[string][]string) string {
	var waiting, ended, names []string
	why := "" // of the first that says so
	for id := range engine.NodeID(e.Len()) {
		v := e.View(id)
		if v.Type != engine.PodNode || len(wanted) > 0 && !within(v.Path, wanted) {
			continue
		}
		own := slices.DeleteFunc(slices.Clone(began[v.Path]), func(c string) bool { return strings.HasPrefix(c, "weft-") && c != o.container })
		switch names = append(names, own...); {
		case v.Phase.Fulfilled():
			ended = append(ended, v.Path)
		case len(own) > 0:
			continue
		default:
			waiting = append(waiting, v.Path)
		}
		if why == "" && v.Message != "" {
			why = ": " + v.Message
		}
	}
	slices.Sort(names)
	switch names = slices.Compact(names); {
	case o.container != "" && len(names) > 0 && !slices.Contains(names, o.container):
		return fmt.Sprintf("no container named %q has begun; there are %s", o.container, strings.Join(names, ", "))
	case len(waiting) > 0 && len(names) == 0:
		return "not begun: " + someOf(waiting) + why + "; " + d.command("doctor") + " tells more"
	case len(names) > 0 && len(ended) == 0:
		return "nothing was written yet"
	case len(ended) > 0:
		return "nothing was written by " + someOf(ended) + why
	}
	return "nothing was written: there was no Pod"
}

// someOf names the first few.
func someOf(names []string) string {
	const most = 3
	text := strings.Join(names[:min(len(names), most)], ", ")
	if more := len(names) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// shortPath is the path of a step without the run and its own step group.
func shortPath(path, run string) string {
	rest := strings.TrimPrefix(path, run)
	if group, step, ok := strings.Cut(rest, "]."); ok && strings.HasPrefix(group, "[") {
		return step
	}
	if rest == "" {
		return path
	}
	return strings.TrimPrefix(rest, ".")
}

// within reports whether a path is one of those wanted, or below one.
func within(path string, wanted map[string]bool) bool {
	for p := range wanted {
		if path == p || strings.HasPrefix(path, p) && strings.ContainsRune(".[(", rune(path[len(p)])) {
			return true
		}
	}
	return false
}

// podsOf are the Pods of a node, the first start first.
func (d *driving) podsOf(v engine.View, names []string) []string {
	var out []string
	for g := range v.Generation + 1 {
		in := pod.Input{Run: pod.Run{Name: d.header.Name, UID: d.header.UID}, Node: pod.Node{Path: v.Path, Generation: g}}
		for _, name := range names {
			if in.Names(name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// readLogs reads what was written since, by time. tail is how many lines of each
// count, -1 all; ended says that nothing more comes.
func readLogs(sources map[string]*logSource, tail int, ended bool) ([]logLine, error) {
	var all []logLine
	for _, s := range sources {
		lines, err := s.more(ended)
		if err != nil {
			return nil, err
		}
		if tail >= 0 && len(lines) > tail {
			lines = lines[len(lines)-tail:]
		}
		all = append(all, lines...)
	}
	sortLines(all)
	return all, nil
}

// sortLines puts lines in the order of writing.
func sortLines(all []logLine) {
	slices.SortStableFunc(all, func(a, b logLine) int {
		if c := a.Time.Compare(b.Time); c != 0 {
			return c
		}
		return strings.Compare(a.step, b.step)
	})
}

// more reads the lines that are complete.
func (s *logSource) more(ended bool) ([]logLine, error) {
	f, err := os.Open(s.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if _, err := f.Seek(s.read, io.SeekStart); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	s.read += int64(len(data))
	s.rest += string(data)
	var lines []logLine
	for {
		text, rest, ok := strings.Cut(s.rest, "\n")
		if !ok {
			break
		}
		s.rest = rest
		line, ok := local.ParseLine(text)
		if !ok {
			continue
		}
		s.joined += line.Text
		if line.Partial {
			continue
		}
		line.Text, s.joined = s.joined, ""
		lines = append(lines, logLine{line, s.step})
	}
	if ended && s.joined != "" {
		lines = append(lines, logLine{local.Line{Text: s.joined}, s.step})
		s.joined = ""
	}
	return lines, nil
}

func printLines(w io.Writer, lines []logLine, timestamps, prefix bool) error {
	out := bufio.NewWriter(w)
	for _, l := range lines {
		if timestamps {
			fmt.Fprintf(out, "%s ", l.Time.Format(time.RFC3339Nano))
		}
		if prefix {
			fmt.Fprintf(out, "%s: ", l.step)
		}
		fmt.Fprintln(out, l.Text)
	}
	return out.Flush()
}
