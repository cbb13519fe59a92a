package testenv

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A hierarchy is one tree of cgroups: the only one of version 2, or one of
// several of version 1.
type hierarchy struct {
	kind    string // cgroup2 or cgroup
	options string // which hierarchy of version 1
	mounted string // where it is
	parent  string // folder in which cgroups are made
}

// A cgroup is the folder, in each hierarchy, that holds all that is isolated. Its
// processes are in a folder init below, since version 2 wants none in a cgroup
// that has others.
type cgroup struct {
	name        string
	hierarchies []hierarchy
}

const initGroup = "init"

// cgroupPrefix begins the names of cgroups of ours.
const cgroupPrefix = "weft-testenv-"

// newCgroup names a cgroup, and removes those of programs that were killed before
// they could.
func newCgroup() (*cgroup, error) {
	hierarchies, err := findHierarchies()
	if err != nil {
		return nil, err
	}
	if len(hierarchies) == 0 {
		return nil, errors.New("there are no cgroups mounted below /sys/fs/cgroup")
	}
	for _, h := range hierarchies {
		old, err := filepath.Glob(filepath.Join(h.parent, cgroupPrefix+"*"))
		if err != nil {
			return nil, err
		}
		for _, dir := range old {
			if _, err := os.Stat("/proc/" + strings.TrimPrefix(filepath.Base(dir), cgroupPrefix)); errors.Is(err, fs.ErrNotExist) {
				_ = removeTree(dir) // the next one may have more luck
			}
		}
	}
	return &cgroup{name: fmt.Sprint(cgroupPrefix, os.Getpid()), hierarchies: hierarchies}, nil
}

// remove removes the folders, when no process is left in them.
func (g *cgroup) remove() {
	for _, h := range g.hierarchies {
		dir := filepath.Join(h.parent, g.name)
		for deadline := time.Now().Add(2 * time.Second); removeTree(dir) != nil && time.Now().Before(deadline); {
			time.Sleep(20 * time.Millisecond) // the kernel lets go a little after the last process
		}
	}
}

// removeTree removes a cgroup with those below; their files are not removable.
func removeTree(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if e.IsDir() {
			err = errors.Join(err, removeTree(filepath.Join(dir, e.Name())))
		}
	}
	return errors.Join(err, syscall.Rmdir(dir))
}

// findHierarchies reads what is mounted below /sys/fs/cgroup.
func findHierarchies() ([]hierarchy, error) {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	groups, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return nil, err
	}
	return parseHierarchies(string(mounts), string(groups)), nil
}

// parseHierarchies takes the text of /proc/self/mountinfo and /proc/self/cgroup.
// In version 1 cgroups are made below the one of this process, whose limits then
// hold for all. In version 2 a cgroup with processes cannot hand controllers on,
// so that they are made at the top.
func parseHierarchies(mounts, groups string) []hierarchy {
	own := map[string]string{} // by controller
	for line := range strings.Lines(groups) {
		if parts := strings.SplitN(strings.TrimSpace(line), ":", 3); len(parts) == 3 {
			for controller := range strings.SplitSeq(parts[1], ",") {
				own[controller] = parts[2]
			}
		}
	}
	var found []hierarchy
	for line := range strings.Lines(mounts) {
		mount, filesystem, _ := strings.Cut(line, " - ")
		fields, kinds := strings.Fields(mount), strings.Fields(filesystem)
		if len(fields) < 5 || len(kinds) < 3 || !strings.HasPrefix(fields[4], "/sys/fs/cgroup") {
			continue
		}
		h := hierarchy{kind: kinds[0], mounted: fields[4]}
		switch h.kind {
		case "cgroup2":
			h.parent = h.mounted
		case "cgroup":
			names := slices.DeleteFunc(strings.Split(kinds[2], ","), func(option string) bool { return own[option] == "" })
			if len(names) == 0 {
				continue
			}
			h.options = strings.Join(names, ",")
			h.parent = filepath.Join(h.mounted, strings.TrimPrefix(own[names[0]], strings.TrimSuffix(fields[3], "/")))
		default:
			continue
		}
		found = append(found, h)
	}
	return found
}

// enterCgroup makes the named cgroup in every hierarchy, makes it the root of all
// cgroups that this thread sees, and moves this process into it.
func enterCgroup(name string) ([]hierarchy, error) {
	hierarchies, err := findHierarchies()
	if err != nil {
		return nil, err
	}
	for _, h := range hierarchies {
		dir := filepath.Join(h.parent, name)
		if err := h.enter(dir); err != nil {
			return nil, err
		}
		if h.mounted == "/sys/fs/cgroup" { // else they belong to version 1
			if err := hasControllers(dir); err != nil {
				return nil, err
			}
		}
	}
	if err := syscall.Unshare(syscall.CLONE_NEWCGROUP); err != nil {
		return nil, err
	}
	for _, h := range hierarchies {
		if err := h.enter(filepath.Join(h.parent, name, initGroup)); err != nil {
			return nil, err
		}
	}
	return hierarchies, nil
}

// enter makes one cgroup and moves this process into it.
func (h hierarchy) enter(dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	if h.kind == "cgroup" {
		for _, name := range []string{"cpuset.cpus", "cpuset.mems"} { // empty in a new one, which takes no process
			if text, err := os.ReadFile(filepath.Join(filepath.Dir(dir), name)); err == nil {
				if err := os.WriteFile(filepath.Join(dir, name), bytes.TrimSpace(text), 0o644); err != nil {
					return err
				}
			}
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte("0"), 0o644); err != nil {
		return err
	}
	if h.kind == "cgroup2" {
		handOn(filepath.Dir(dir)) // no process is left there
	}
	return nil
}

// controllers are those that a kubelet cannot do without.
var controllers = []string{"cpu", "cpuset", "memory", "pids"}

// hasControllers tells those who run in a container why theirs have none.
func hasControllers(dir string) error {
	text, err := os.ReadFile(filepath.Join(dir, "cgroup.controllers"))
	if err != nil {
		return err
	}
	have := strings.Fields(string(text))
	missing := slices.DeleteFunc(slices.Clone(controllers), func(c string) bool { return slices.Contains(have, c) })
	if len(missing) == 0 {
		return nil
	}
	top := filepath.Dir(dir)
	return fmt.Errorf("%[1]s does not hand on the controllers %[2]s: no cgroup does while processes are in it; in a container, move them: mkdir %[1]s/init && xargs -n1 <%[1]s/cgroup.procs >%[1]s/init/cgroup.procs",
		top, strings.Join(missing, ", "))
}

// handOn lets the cgroups below dir have the controllers that dir has, as far as
// the kernel allows it.
func handOn(dir string) {
	text, err := os.ReadFile(filepath.Join(dir, "cgroup.controllers"))
	if err != nil {
		return
	}
	for _, controller := range strings.Fields(string(text)) {
		_ = os.WriteFile(filepath.Join(dir, "cgroup.subtree_control"), []byte("+"+controller), 0o644)
	}
}
