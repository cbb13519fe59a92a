//go:build unix

package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/weft-lang/weft/compiler/pod/instructions"
)

// In plain mode a volume is a link at its mount path, and what main alone has of one
// lies there itself. What had to be made for that, and what containers leave at the
// paths of outputs, is removed at the end of the Pod.

// linkMounts puts the links in place.
func (s *supervisor) linkMounts() error {
	l := s.launch
	for _, c := range slices.Concat(l.Init, l.Mains) {
		for _, m := range c.Mounts {
			at := m.Path
			if isHome(at) {
				at = filepath.Join(l.Dir, homeDir, strings.TrimPrefix(at, "/weft"))
			}
			dirs, err := link(filepath.Join(l.dirOf(m.Volume), m.SubPath), at)
			s.made = append(s.made, dirs...)
			if err != nil {
				return fmt.Errorf("mount volume %q: %w", m.Volume, err)
			}
		}
	}
	if l.Store != "" {
		if _, err := link(l.Store, filepath.Join(l.Dir, homeDir, strings.TrimPrefix(instructions.StoreDir, "/weft"))); err != nil {
			return err
		}
	}
	for _, at := range l.Paths {
		dirs, err := makeDirs(filepath.Dir(at))
		s.made = append(s.made, dirs...)
		if err != nil {
			return fmt.Errorf("make room for %q: %w", at, err)
		}
	}
	return nil
}

// link makes a link, and returns the folders that it made for it.
func link(to, at string) (made []string, err error) {
	if was, err := os.Readlink(at); err == nil && was == to {
		return nil, nil // another container has the same
	}
	made, err = makeDirs(filepath.Dir(at))
	if err != nil {
		return made, err
	}
	return made, os.Symlink(to, at)
}

// moveMounts moves the part of a volume that one container alone has, as main has
// its input artifacts, to where it is mounted: find, tar and cp do not follow a link
// that they are given. What lies on another file system stays behind its link.
func (s *supervisor) moveMounts() error {
	l := s.launch
	var all []string // that is mounted
	var parts [][2]string
	for _, c := range slices.Concat(slices.DeleteFunc(slices.Clone(l.Init), func(c container) bool { return !c.Sidecar }), l.Mains) {
		for _, m := range c.Mounts {
			from := filepath.Join(l.dirOf(m.Volume), m.SubPath)
			if all = append(all, from); m.SubPath != "" && !isHome(m.Path) && inside(from, filepath.Join(l.Dir, volumesDir)) {
				parts = append(parts, [2]string{m.Path, from})
			}
		}
	}
	slices.SortFunc(parts, func(a, b [2]string) int { return strings.Compare(a[0], b[0]) }) // what is around before what is in it
	for _, p := range parts {
		at, from := p[0], p[1]
		others := 0
		for _, o := range all {
			if inside(o, from) || inside(from, o) {
				others++
			}
		}
		if others > 1 {
			continue
		}
		if err := moveOver(from, at); err != nil {
			return err
		}
	}
	return nil
}

// moveOver puts what a link leads to in its place, if it can.
func moveOver(from, link string) error {
	if _, err := os.Lstat(from); err != nil {
		return nil // an optional artifact that does not exist
	}
	if err := os.Remove(link); err != nil {
		return err
	}
	if os.Rename(from, link) == nil {
		return nil
	}
	return os.Symlink(from, link)
}

// makeDirs makes a folder and those around it, and returns those that are new.
func makeDirs(dir string) (made []string, err error) {
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(d); err == nil {
			break
		}
		made = append(made, d)
	}
	slices.Reverse(made)
	return made, os.MkdirAll(dir, 0o755)
}

// unlinkMounts takes away what the Pod has put on this machine outside its own
// folder.
func (s *supervisor) unlinkMounts() error {
	var errs []error
	for _, at := range s.launch.Paths {
		errs = append(errs, removeAll(at)) // of a link only the link
	}
	slices.Reverse(s.made)
	for _, dir := range s.made {
		// What others have put there meanwhile keeps it alive.
		if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) && !isNotEmpty(dir) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// sweep removes what a Pod has left whose supervisor could not. What cannot be
// removed, the next Pod that needs it will name.
func sweep(pod *live) {
	for _, at := range pod.about.Paths {
		removeAll(at) //nolint:errcheck
	}
	for _, dir := range podDirs {
		removeAll(filepath.Join(pod.dir, dir)) //nolint:errcheck
	}
	// The paths are free for others now: a later driver must not do this again.
	pod.about.Paths = nil
	writeJSON(filepath.Join(pod.dir, aboutFile), pod.about) //nolint:errcheck
}

func isNotEmpty(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && len(entries) > 0
}

// claimable says why one of the paths cannot be a Pod's: it belongs to somebody
// already, or nothing can be made there.
func claimable(paths []string) error {
	const why = "without namespaces, containers see the files of this machine"
	for _, at := range paths {
		if _, err := os.Lstat(at); err == nil {
			return refuse("%q is needed by the Pod and is there already: %s", at, why)
		}
		dir := filepath.Dir(at)
		for ; ; dir = filepath.Dir(dir) {
			if _, err := os.Stat(dir); err == nil {
				break
			}
		}
		if err := syscall.Access(dir, mayWrite); err != nil {
			return refuse("%q is needed by the Pod and cannot be made in %q: %s", at, dir, why)
		}
	}
	return nil
}

// mayWrite asks access for the right to write.
const mayWrite = 2
