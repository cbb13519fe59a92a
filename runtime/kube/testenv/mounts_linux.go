package testenv

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// overlaid are folders of the machine in which programs write whatever they are
// told; a node sees what is there and writes elsewhere.
var overlaid = []string{"/var/lib", "/var/log"}

// settings are those of the kernel that a kubelet wants, and sets otherwise. They
// are the whole machine's, so that it finds files with such values instead.
var settings = map[string]string{
	"vm/overcommit_memory":      "1",
	"vm/panic_on_oom":           "0",
	"kernel/panic":              "10",
	"kernel/panic_on_oops":      "1",
	"kernel/keys/root_maxkeys":  "1000000",
	"kernel/keys/root_maxbytes": "25000000",
}

// mountAll changes what the mount namespace of this process shows.
func mountAll(hierarchies []hierarchy) error {
	// First of all: nothing of the following is seen outside.
	if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	// Nobody will see what is below these, and it is not for us to keep what others
	// have mounted.
	if err := unmountBelow(append([]string{"/run"}, overlaid...)...); err != nil {
		return err
	}
	if err := mount("proc", "proc", "/proc", ""); err != nil {
		return err
	}
	if err := mount("tmpfs", "tmpfs", "/run", "mode=755"); err != nil {
		return err
	}
	for _, h := range hierarchies {
		if err := syscall.Unmount(h.mounted, syscall.MNT_DETACH); err != nil {
			return fmt.Errorf("unmount %s: %w", h.mounted, err)
		}
		if err := mount(h.kind, h.kind, h.mounted, h.options); err != nil {
			return err
		}
	}
	for _, dir := range overlaid {
		if err := overlay(dir); err != nil {
			return err
		}
	}
	if err := coverSettings(); err != nil {
		return err
	}
	// Pods may ask for mounts that they share with the node.
	return syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_SHARED, "")
}

// unmountBelow unmounts what is mounted below folders.
func unmountBelow(folders ...string) error {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return err
	}
	lines := strings.Split(string(text), "\n")
	for _, line := range slices.Backward(lines) { // the last mounted first
		fields := strings.Fields(line)
		if len(fields) < 5 || !slices.ContainsFunc(folders, func(dir string) bool { return strings.HasPrefix(fields[4], dir+"/") }) {
			continue
		}
		// One that went with another, or has an odd name, is no harm.
		_ = syscall.Unmount(fields[4], syscall.MNT_DETACH)
	}
	return nil
}

func mount(kind, source, target, options string) error {
	if err := syscall.Mount(source, target, kind, 0, options); err != nil {
		return fmt.Errorf("mount %s at %s: %w", kind, target, err)
	}
	return nil
}

// overlay lays a layer in memory over a folder.
func overlay(dir string) error {
	layer := filepath.Join(nodeFolder, "overlay", strings.ReplaceAll(dir, "/", "-"))
	upper, work := layer+"/upper", layer+"/work"
	for _, d := range []string{upper, work} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return err
		}
	}
	return mount("overlay", "overlay", dir, "lowerdir="+dir+",upperdir="+upper+",workdir="+work)
}

// coverSettings puts a file of this node's own over each setting.
func coverSettings() error {
	for name, value := range settings {
		file := filepath.Join(nodeFolder, "settings", name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(value+"\n"), 0o644); err != nil {
			return err
		}
		if err := syscall.Mount(file, "/proc/sys/"+name, "", syscall.MS_BIND, ""); err != nil {
			return fmt.Errorf("cover /proc/sys/%s: %w", name, err)
		}
	}
	return nil
}
