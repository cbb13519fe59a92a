package local

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// rootBuilder builds the root of a container below base.
type rootBuilder struct {
	base, root string
	layers     int
}

func (b *rootBuilder) build(imageRoot string) error {
	if err := os.MkdirAll(b.root, 0o755); err != nil {
		return err
	}
	lower := imageRoot
	if lower == "" {
		lower = "/"
	}
	switch err := b.layer(lower, b.root); {
	case err == nil && imageRoot == "":
		b.layerMounts()
	case err != nil && imageRoot == "":
		if err := b.layerFolders(); err != nil {
			return fmt.Errorf("lay a root over this machine's: %w", err)
		}
	case err != nil:
		return fmt.Errorf("lay a root over %q: %w", lower, err)
	}
	for _, step := range []func() error{b.proc, b.dev, b.sys, b.temporary, func() error { return b.network(imageRoot) }} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// layer mounts lower at a place, with an upper layer that takes what is written.
// Where the file system of the run cannot be an upper layer, memory is.
func (b *rootBuilder) layer(lower, at string) error {
	dir := filepath.Join(b.base, "layer"+strconv.Itoa(b.layers))
	b.layers++
	err := overlay(lower, dir, at)
	if err == nil {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	if mounted := unix.Mount("tmpfs", dir, "tmpfs", 0, "mode=755"); mounted != nil {
		return err
	}
	return overlay(lower, dir, at)
}

func overlay(lower, dir, at string) error {
	upper, work := filepath.Join(dir, "upper"), filepath.Join(dir, "work")
	for _, d := range []string{upper, work} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return err
		}
	}
	escape := strings.NewReplacer(`\`, `\\`, ":", `\:`, ",", `\,`).Replace
	options := fmt.Sprintf("lowerdir=%s,upperdir=%s,workdir=%s", escape(lower), escape(upper), escape(work))
	if os.Getuid() != 0 || inUserNamespace() {
		options += ",userxattr"
	}
	return unix.Mount("overlay", at, "overlay", 0, options)
}

// inUserNamespace reports whether root here is nobody special outside.
func inUserNamespace() bool {
	text, err := os.ReadFile("/proc/self/uid_map")
	fields := strings.Fields(string(text))
	return err == nil && len(fields) == 3 && fields[2] == "1"
}

// onDisk are the kinds of file systems that people keep their files in.
var onDisk = map[string]bool{
	"ext2": true, "ext3": true, "ext4": true, "xfs": true, "btrfs": true, "zfs": true, "f2fs": true, "bcachefs": true, "overlay": true,
	"nfs": true, "nfs4": true, "cifs": true, "fuse": true, "fuseblk": true, "virtiofs": true, "9p": true, "vfat": true, "exfat": true, "ntfs3": true,
}

// ownPlaces are built for each container anew.
var ownPlaces = []string{"/proc", "/sys", "/dev", "/tmp", "/run"}

// layerMounts shows the other disks of the machine, too: a layer sees only the
// file system that it is laid over.
func (b *rootBuilder) layerMounts() {
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return
	}
	unescape := strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)
	for line := range strings.Lines(string(text)) {
		before, after, ok := strings.Cut(line, " - ")
		fields, kind := strings.Fields(before), strings.Fields(after)
		if !ok || len(fields) < 5 || len(kind) == 0 || !onDisk[kind[0]] {
			continue
		}
		at := unescape.Replace(fields[4])
		if at == "/" || inside(at, b.base) || isOwnPlace(at) {
			continue
		}
		if info, err := os.Stat(b.root + at); err != nil || !info.IsDir() {
			continue
		}
		if b.layer(at, b.root+at) != nil {
			// Better to see what is there and not be able to change it.
			bindAt(at, b.root+at, true) //nolint:errcheck // then the folder is empty
		}
	}
}

// layerFolders lays a layer over each folder of the machine's root instead of
// over the root itself, which the kernel lets nobody but root do: other file
// systems are mounted in it.
func (b *rootBuilder) layerFolders() error {
	entries, err := os.ReadDir("/")
	if err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", b.root, "tmpfs", 0, "mode=755"); err != nil {
		return err
	}
	layers := 0
	for _, e := range entries {
		from, at := "/"+e.Name(), filepath.Join(b.root, e.Name())
		if link, err := os.Readlink(from); err == nil {
			if err := os.Symlink(link, at); err != nil {
				return err
			}
			continue
		}
		if !e.IsDir() || isOwnPlace(from) {
			continue
		}
		if err := os.Mkdir(at, 0o755); err != nil {
			return err
		}
		if b.layer(from, at) == nil {
			layers++
			continue
		}
		bindAt(from, at, true) //nolint:errcheck // then the folder is empty
	}
	if layers == 0 {
		return errors.New("this kernel allows no layers without root")
	}
	return nil
}

func isOwnPlace(at string) bool {
	for _, p := range ownPlaces {
		if inside(at, p) {
			return true
		}
	}
	return false
}

// place makes a folder of the root.
func (b *rootBuilder) place(at string) (string, error) {
	dir := filepath.Join(b.root, at)
	if info, err := os.Lstat(dir); err == nil && !info.IsDir() {
		return "", fmt.Errorf("%q is no folder", at)
	}
	return dir, os.MkdirAll(dir, 0o755)
}

func (b *rootBuilder) proc() error {
	dir, err := b.place("/proc")
	if err != nil {
		return err
	}
	return unix.Mount("proc", dir, "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "")
}

func (b *rootBuilder) sys() error {
	dir, err := b.place("/sys")
	if err != nil {
		return err
	}
	if unix.Mount("/sys", dir, "", unix.MS_BIND|unix.MS_REC, "") == nil {
		unix.Mount("", dir, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY|lockedFlags(dir), "") //nolint:errcheck // readable is enough
	}
	return nil
}

// devices are what every container has.
var devices = []string{"null", "zero", "full", "random", "urandom", "tty"}

func (b *rootBuilder) dev() error {
	dir, err := b.place("/dev")
	if err != nil {
		return err
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_NOSUID, "mode=755"); err != nil {
		return err
	}
	for _, name := range devices {
		if err := bindAt("/dev/"+name, filepath.Join(dir, name), false); err != nil {
			return fmt.Errorf("device %q: %w", name, err)
		}
	}
	shm, pts := filepath.Join(dir, "shm"), filepath.Join(dir, "pts")
	err = errors.Join(
		os.Symlink("/proc/self/fd", filepath.Join(dir, "fd")),
		os.Symlink("/proc/self/fd/0", filepath.Join(dir, "stdin")),
		os.Symlink("/proc/self/fd/1", filepath.Join(dir, "stdout")),
		os.Symlink("/proc/self/fd/2", filepath.Join(dir, "stderr")),
		os.Symlink("pts/ptmx", filepath.Join(dir, "ptmx")),
		os.Mkdir(shm, 0o777), os.Mkdir(pts, 0o755),
	)
	if err != nil {
		return err
	}
	unix.Mount("devpts", pts, "devpts", unix.MS_NOSUID|unix.MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620") //nolint:errcheck // few need a terminal
	return unix.Mount("tmpfs", shm, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=1777")
}

// temporary gives the container a /tmp and a /run of its own.
func (b *rootBuilder) temporary() error {
	for at, mode := range map[string]os.FileMode{"/tmp": 0o777 | os.ModeSticky, "/run": 0o755} {
		dir, err := b.place(at)
		if err != nil {
			return err
		}
		own := filepath.Join(b.base, filepath.Base(at))
		if err := os.MkdirAll(own, 0o755); err != nil {
			return err
		}
		if err := os.Chmod(own, mode); err != nil {
			return err
		}
		if err := unix.Mount(own, dir, "", unix.MS_BIND, ""); err != nil {
			return err
		}
	}
	return nil
}

// network lets the container look up names as the machine does.
func (b *rootBuilder) network(imageRoot string) error {
	const names = "/etc/resolv.conf"
	if imageRoot != "" {
		for _, file := range []string{names, "/etc/hosts"} {
			if _, err := os.Stat(file); err == nil {
				bindAt(file, b.root+file, true) //nolint:errcheck // an image without /etc looks nothing up
			}
		}
		return nil
	}
	// Often a link into /run, which is the container's own.
	target, err := filepath.EvalSymlinks(names)
	if err != nil || !inside(target, "/run") {
		return nil
	}
	return bindAt(target, b.root+target, true)
}

// tryNamespaces finds out whether a container can be built here at all. It runs
// in a process with namespaces of its own.
func tryNamespaces(args []string) error {
	if len(args) != 1 {
		return errors.New("try takes a folder")
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return err
	}
	b := rootBuilder{base: args[0], root: filepath.Join(args[0], "root")}
	if err := b.build(""); err != nil {
		return err
	}
	if err := os.MkdirAll(b.root+oldRoot, 0o700); err != nil {
		return err
	}
	return unix.PivotRoot(b.root, b.root+oldRoot)
}
