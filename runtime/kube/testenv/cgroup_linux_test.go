package testenv

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestParseHierarchies(t *testing.T) {
	for _, tc := range []struct {
		name, mounts, groups string
		want                 []hierarchy
	}{
		{
			name:   "version 2",
			mounts: "30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n31 24 0:5 / /dev rw - devtmpfs dev rw\n",
			groups: "0::/user.slice/user-0.slice/session-1.scope\n",
			want:   []hierarchy{{"cgroup2", "", "/sys/fs/cgroup", "/sys/fs/cgroup"}},
		},
		{
			name: "version 1, with one of version 2 that has no controllers",
			mounts: `31 30 0:27 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
32 31 0:28 / /sys/fs/cgroup/unified rw shared:6 - cgroup2 cgroup2 rw
33 31 0:29 / /sys/fs/cgroup/systemd rw shared:7 - cgroup cgroup rw,xattr,name=systemd
34 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw shared:8 - cgroup cgroup rw,cpu,cpuacct
`,
			groups: "4:cpu,cpuacct:/session\n1:name=systemd:/\n0::/other\n",
			want: []hierarchy{
				{"cgroup2", "", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/unified"},
				{"cgroup", "name=systemd", "/sys/fs/cgroup/systemd", "/sys/fs/cgroup/systemd"},
				{"cgroup", "cpu,cpuacct", "/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup/cpu,cpuacct/session"},
			},
		},
		{
			name:   "version 1, seen from a container",
			mounts: "34 31 0:30 /box /sys/fs/cgroup/memory rw shared:8 - cgroup cgroup rw,memory\n",
			groups: "4:memory:/box/init\n",
			want:   []hierarchy{{"cgroup", "memory", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory/init"}},
		},
		{name: "nothing", mounts: "31 24 0:5 / /dev rw - devtmpfs dev rw\nodd\n", groups: "odd\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := parseHierarchies(tc.mounts, tc.groups); !slices.Equal(got, tc.want) {
				t.Errorf("got %+v\nwant %+v", got, tc.want)
			}
		})
	}
}

func TestHasControllers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "group")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"cpuset cpu io memory hugetlb pids\n": "",
		"cpu pids\n":                          "does not hand on the controllers cpuset, memory: ",
	} {
		if err := os.WriteFile(filepath.Join(dir, "cgroup.controllers"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		err := hasControllers(dir)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("with the controllers %q it says %v", text, err)
		}
	}
}
