package rules

import (
	"iter"
	"path"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

// A script is program text in a container: the source of a script template, or
// what is handed to sh -c.
type script struct {
	podContainer
	text   *tree.Node // the scalar that holds it
	runner string     // the program that reads it, without folder: bash, python3 ...; "" when unknown
}

type scriptsKey struct{}

// scripts yields every script whose text is in the file. They are looked for once.
func scripts(p *validate.Pass) iter.Seq[script] {
	return slices.Values(validate.Fact(p, scriptsKey{}, func() []script {
		var out []script
		for c := range podContainers(p) {
			if s, ok := scriptOf(c); ok {
				out = append(out, s)
			}
		}
		return out
	}))
}

func scriptOf(c podContainer) (script, bool) {
	if c.part == "script" {
		s := script{podContainer: c, text: c.node.Get("source"), runner: base(firstText(c.commandLine()))}
		if s.runner == "env" || s.runner == "" {
			s.runner = shebang(s.text.Text())
		}
		return s, s.text.Text() != ""
	}
	line := c.commandLine()
	i := shellText(line)
	if i < 0 || i >= len(line) || line[i].Text() == "" {
		return script{}, false
	}
	return script{podContainer: c, text: line[i], runner: base(line[0].Text())}, true
}

// commandLine is command and args, with what templateDefaults add.
func (c podContainer) commandLine() []*tree.Node {
	command, args := c.node.Get("command"), c.node.Get("args")
	if d := c.object.Spec.Defaults; d != nil && c.isMain() {
		if defaults := d.Node.Get(c.part); command.IsNull() {
			command = defaults.Get("command")
			if args.IsNull() {
				args = defaults.Get("args")
			}
		}
	}
	return append(append([]*tree.Node{}, command.List()...), args.List()...)
}

// program is the first word of the command, "" when it comes with the image.
func (c podContainer) program() (*tree.Node, string) {
	if list := c.node.Get("command").List(); len(list) > 0 {
		return list[0], base(list[0].Text())
	}
	return nil, ""
}

func firstText(nodes []*tree.Node) string {
	if len(nodes) == 0 {
		return ""
	}
	return nodes[0].Text()
}

// base is the name of a program without its folder.
func base(program string) string {
	if program == "" || strings.Contains(program, "{{") {
		return ""
	}
	return path.Base(program)
}

// shells are the programs that read the shell language, with its dialect.
var shells = map[string]syntax.LangVariant{
	"sh": syntax.LangPOSIX, "ash": syntax.LangPOSIX, "dash": syntax.LangPOSIX, "bash": syntax.LangBash, "ksh": syntax.LangMirBSDKorn,
}

// isShell reports whether program reads shell text, zsh included, which nothing here parses.
func isShell(program string) bool {
	_, ok := shells[program]
	return ok || program == "zsh"
}

// shellText is the place of the text in sh -c TEXT, len(line) when it is
// missing, -1 when line is no such call.
func shellText(line []*tree.Node) int {
	if len(line) == 0 || !isShell(base(line[0].Text())) {
		return -1
	}
	reads := false
	i := 1
	for ; i < len(line); i++ {
		option := line[i].Text()
		if len(option) < 2 || option[0] != '-' && option[0] != '+' || strings.ContainsAny(option, " \n{") {
			break
		}
		if strings.HasPrefix(option, "--") {
			continue
		}
		reads = reads || option[0] == '-' && strings.Contains(option, "c")
		if strings.HasSuffix(option, "o") || strings.HasSuffix(option, "O") {
			i++ // its argument
		}
	}
	if !reads {
		return -1
	}
	return min(i, len(line))
}

var shebangLine = pattern(`^#!\s*(\S+)(?:[ \t]+(?:-S[ \t]+)?(\S+))?`)

// shebang is the program that the first line of a script names, "" if it names none.
func shebang(text string) string {
	m := shebangLine().FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	if base(m[1]) == "env" {
		return base(m[2])
	}
	return base(m[1])
}

// A shellScript is a script in the shell language, parsed.
type shellScript struct {
	script
	file    *syntax.File // nil when it cannot be parsed
	err     error
	dialect syntax.LangVariant
}

type shellKey struct{}

// shellScripts are the shell scripts of the project. They are parsed once, on
// the first call.
func shellScripts(p *validate.Pass) []*shellScript {
	return validate.Fact(p, shellKey{}, func() []*shellScript {
		var out []*shellScript
		for s := range scripts(p) {
			dialect, ok := shells[s.runner]
			if !ok {
				continue
			}
			// sh may be bash, and a parser of bash takes most of what others take.
			file, err := parseShell(withoutTags(s.text.Text()), syntax.LangBash)
			out = append(out, &shellScript{script: s, file: file, err: err, dialect: dialect})
		}
		return out
	})
}

func parseShell(text string, dialect syntax.LangVariant) (*syntax.File, error) {
	return syntax.NewParser(syntax.Variant(dialect), syntax.KeepComments(true)).Parse(strings.NewReader(text), "")
}

// at is the place in the file of a part of the script.
func (s *shellScript) at(from, to syntax.Pos) source.Span {
	return s.text.Source(int(from.Offset()), int(to.Offset()))
}
