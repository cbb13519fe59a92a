package images

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Tools are the packages of Debian that workflows commonly call.
var Tools = []string{"dash", "bash", "coreutils", "grep", "sed", "mawk", "findutils", "tar", "gzip", "hostname", "procps",
	"python3", "curl", "jq", "git", "cowsay"}

// left out of packages, for size: what no program reads.
var documentation = []string{"/usr/share/doc/", "/usr/share/man/", "/usr/share/info/", "/usr/share/locale/", "/usr/share/lintian/"}

const packageDatabase = "/var/lib/dpkg"

// Debian is an image of packages that are installed on this machine, with those
// that they depend on.
func Debian(packages ...string) (v1.Image, error) {
	text, err := os.ReadFile(packageDatabase + "/status")
	if err != nil {
		return nil, fmt.Errorf("images are made of installed packages of Debian, and this machine is no Debian: %w", err)
	}
	files, err := installedFiles(parseStatus(string(text)), packages)
	if err != nil {
		return nil, err
	}
	var l layer
	l.common()
	for _, dir := range []string{"/bin", "/sbin", "/lib", "/lib32", "/lib64"} {
		if _, err := os.Readlink(dir); err == nil { // everything is in /usr
			l.add(dir, dir)
		}
	}
	for _, file := range files {
		l.add(file, file)
	}
	if slices.Contains(packages, "python3") {
		l.link("/usr/bin/python", "python3") // images of Python have both names
	}
	return l.image(v1.Config{Cmd: []string{"bash"}, Env: []string{searchPath}})
}

// An installed package, as the database has it.
type installed struct {
	lists   string   // where its files are listed
	depends []string // each an alternative of others, joined by |
}

// parseStatus reads the database of packages, by name and by what they provide.
func parseStatus(text string) map[string]installed {
	packages, provided := map[string]installed{}, map[string]installed{}
	for stanza := range strings.SplitSeq(text, "\n\n") {
		field := map[string]string{}
		for line := range strings.Lines(stanza) {
			if name, value, ok := strings.Cut(line, ":"); ok && !strings.HasPrefix(line, " ") {
				field[name] = strings.TrimSpace(value)
			}
		}
		name := field["Package"]
		if name == "" || field["Status"] != "install ok installed" {
			continue
		}
		p := installed{lists: name}
		if field["Multi-Arch"] == "same" {
			p.lists += ":" + field["Architecture"]
		}
		for _, list := range []string{field["Pre-Depends"], field["Depends"]} {
			if list != "" {
				p.depends = append(p.depends, strings.Split(list, ",")...)
			}
		}
		packages[name] = p
		for name := range strings.SplitSeq(field["Provides"], ",") {
			provided[bareName(name)] = p
		}
	}
	for name, p := range provided {
		if _, ok := packages[name]; !ok {
			packages[name] = p
		}
	}
	return packages
}

// bareName drops the version and the architecture that a dependency may name.
func bareName(dependency string) string {
	name, _, _ := strings.Cut(strings.TrimSpace(dependency), " ")
	name, _, _ = strings.Cut(name, ":")
	return name
}

// installedFiles lists the files of packages and of all that they depend on,
// folders before what is in them, links where the machine has chosen between
// programs included.
func installedFiles(packages map[string]installed, names []string) ([]string, error) {
	var missing []string
	for _, name := range names {
		if _, ok := packages[name]; !ok {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return nil, fmt.Errorf("packages are not installed: apt-get install %s", strings.Join(missing, " "))
	}
	files := map[string]bool{}
	seen := map[string]bool{}
	for queue := slices.Clone(names); len(queue) > 0; queue = queue[1:] {
		p := packages[queue[0]]
		if seen[p.lists] {
			continue
		}
		seen[p.lists] = true
		list, err := os.ReadFile(filepath.Join(packageDatabase, "info", p.lists+".list"))
		if err != nil {
			return nil, err
		}
		for file := range strings.Lines(string(list)) {
			if file = strings.TrimSpace(file); !slices.ContainsFunc(documentation, func(dir string) bool { return strings.HasPrefix(file, dir) }) {
				addFile(files, file)
			}
		}
		for _, dependency := range p.depends {
			for alternative := range strings.SplitSeq(dependency, "|") {
				if name := bareName(alternative); packages[name].lists != "" {
					queue = append(queue, name)
					break
				}
			}
		}
	}
	if err := addChosen(files); err != nil {
		return nil, err
	}
	sorted := make([]string, 0, len(files))
	for file := range files {
		sorted = append(sorted, file)
	}
	slices.Sort(sorted)
	return sorted, nil
}

// addFile adds a file under the name that it really has: some packages still name
// files in /bin, which is a link.
func addFile(files map[string]bool, file string) {
	dir, err := filepath.EvalSymlinks(filepath.Dir(file))
	if err != nil {
		return // it was removed after it had been installed
	}
	file = filepath.Join(dir, filepath.Base(file))
	if _, err := os.Lstat(file); err == nil && file != "/" {
		files[file] = true
	}
}

// addChosen adds links such as awk, which lead through a folder of choices.
func addChosen(files map[string]bool) error {
	const choices = "/etc/alternatives"
	for _, dir := range []string{"/usr/bin", "/usr/sbin"} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			link := filepath.Join(dir, e.Name())
			choice, err := os.Readlink(link)
			if err != nil || filepath.Dir(choice) != choices {
				continue
			}
			if target, err := filepath.EvalSymlinks(choice); err == nil && files[target] {
				files[link], files[choice] = true, true
			}
		}
	}
	return nil
}
