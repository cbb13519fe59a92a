package testenv

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// podGroups is the cgroup of all containers, in each hierarchy.
const podGroups = "kubepods"

// stopNode ends the containers, which outlive containerd and kubelet, and removes
// what they have left, so that another node can start. All of it is done as far
// as it can be: in the end the namespaces go, and all with them.
func stopNode() {
	groups := podCgroups()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if left := containerProcesses(groups); len(left) > 0 {
			for _, pid := range left {
				_ = syscall.Kill(pid, syscall.SIGKILL)
			}
			continue
		}
		break
	}
	// Network namespaces are mounts, too, and the links of Pods end with them.
	_ = unmountBelow(dataFolder, "/run/containerd", "/run/netns")
	for _, dir := range groups {
		_ = removeTree(dir)
	}
	for _, dir := range []string{dataFolder, "/run/containerd", "/run/netns", "/var/lib/cni", "/var/log/pods", "/var/log/containers"} {
		_ = os.RemoveAll(dir)
	}
}

// podCgroups are the folders of podGroups.
func podCgroups() []string {
	hierarchies, err := findHierarchies()
	if err != nil {
		return nil
	}
	var dirs []string
	for _, h := range hierarchies {
		dirs = append(dirs, filepath.Join(h.mounted, podGroups))
	}
	return dirs
}

// containerProcesses are those in the cgroups of Pods, and those that look after
// them. No other node's are in this process namespace.
func containerProcesses(groups []string) []int {
	var found []int
	for _, group := range groups {
		_ = filepath.WalkDir(group, func(path string, _ os.DirEntry, err error) error {
			if err != nil || filepath.Base(path) != "cgroup.procs" {
				return nil // a cgroup may go while it is looked at
			}
			text, _ := os.ReadFile(path)
			for pid := range strings.FieldsSeq(string(text)) {
				if id, err := strconv.Atoi(pid); err == nil {
					found = append(found, id)
				}
			}
			return nil
		})
	}
	programs, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, exe := range programs {
		if program, _ := os.Readlink(exe); filepath.Base(program) == "containerd-shim-runc-v2" {
			if id, err := strconv.Atoi(filepath.Base(filepath.Dir(exe))); err == nil {
				found = append(found, id)
			}
		}
	}
	return found
}
