package load

import (
	"io/fs"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// An ignoreRule is one line of a .gitignore file.
type ignoreRule struct {
	pattern string // of doublestar, absolute in the sense of finder.abs
	negated bool
	folders bool // matches folders only
}

// An ignoreList is the rules that apply in one folder, weakest first.
type ignoreList []ignoreRule

// match reports whether git would leave name out. The last rule that matches
// decides.
func (l ignoreList) match(name string, isDir bool) bool {
	for i := len(l) - 1; i >= 0; i-- {
		r := l[i]
		if (isDir || !r.folders) && doublestar.MatchUnvalidated(r.pattern, name) {
			return !r.negated
		}
	}
	return false
}

// ignoresAbove returns the rules of the .gitignore files above folder dir, up
// to the root of the repository it lies in. Outside a repository there are none.
func (f *finder) ignoresAbove(dir string) ignoreList {
	var rules ignoreList
	for at := f.abs(dir); ; {
		if _, err := fs.Stat(f.fsys, path.Join(at, ".git")); err == nil {
			return rules
		}
		parent := path.Dir(at)
		if parent == at {
			return nil
		}
		rules = append(f.readIgnore(parent), rules...)
		at = parent
	}
}

// readIgnore returns the rules of the .gitignore file in folder dir, if any.
func (f *finder) readIgnore(dir string) ignoreList {
	text, err := fs.ReadFile(f.fsys, path.Join(dir, ".gitignore"))
	if err != nil {
		return nil
	}
	var rules ignoreList
	for line := range strings.Lines(string(text)) {
		if r, ok := parseIgnore(line, dir); ok {
			rules = append(rules, r)
		}
	}
	return rules
}

// parseIgnore reads one line of the .gitignore file of folder dir.
func parseIgnore(line, dir string) (ignoreRule, bool) {
	line = strings.TrimRight(line, "\r\n")
	for strings.HasSuffix(line, " ") && !strings.HasSuffix(line, `\ `) {
		line = line[:len(line)-1]
	}
	if line == "" || line[0] == '#' {
		return ignoreRule{}, false
	}
	var r ignoreRule
	if line[0] == '!' {
		r.negated, line = true, line[1:]
	}
	if strings.HasSuffix(line, "/") {
		r.folders, line = true, strings.TrimSuffix(line, "/")
	}
	if line == "" {
		return ignoreRule{}, false
	}
	// Without a slash inside, a pattern is for every level.
	if !strings.Contains(line, "/") {
		line = "**/" + line
	}
	if strings.HasSuffix(line, "/**") { // what is in the folder, not the folder
		line += "/*"
	}
	line = strings.NewReplacer("{", `\{`, "}", `\}`).Replace(strings.TrimPrefix(line, "/"))
	r.pattern = path.Join(escapeGlob(dir), "x")
	r.pattern = strings.TrimSuffix(r.pattern, "x") + line
	return r, doublestar.ValidatePattern(r.pattern)
}

// escapeGlob makes name a pattern that matches only itself.
func escapeGlob(name string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`, "{", `\{`, "}", `\}`).Replace(name)
}
