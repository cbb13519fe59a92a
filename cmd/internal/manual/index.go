package manual

import (
	"fmt"
	"strings"

	"github.com/weft-lang/weft/validate"
)

// Index is the list of rules by group, as Markdown, with links to their pages.
func Index(rules []validate.Rule) string {
	var b strings.Builder
	fmt.Fprintf(&b, `# Rules

What `+"`weft lint`"+` looks for: %d rules. A rule is named in every finding that it
makes; `+"`weft explain RULE`"+` prints its page without a network.

Profile recommended is what runs when nothing is said; strict and security hold
more; argo gives the verdict of Argo's own linter and nothing else.
`, len(rules))
	b.WriteString(Table(rules, "##", ".md"))
	return b.String()
}

// Table lists rules by group, each group under a heading, as Markdown. Names are
// links to NAME + suffix, or plain with an empty suffix.
func Table(rules []validate.Rule, heading, suffix string) string {
	var b strings.Builder
	for _, g := range Groups(rules) {
		fmt.Fprintf(&b, "\n%s %s\n\n| rule | finds | severity |\n|---|---|---|\n", heading, capital(g.Name))
		for _, r := range g.Rules {
			name := "`" + r.Name + "`"
			if suffix != "" {
				name = "[" + name + "](" + r.Name + suffix + ")"
			}
			fmt.Fprintf(&b, "| %s | %s | %s |\n", name, strings.ReplaceAll(r.Summary, "|", `\|`), Severities(r))
		}
	}
	return b.String()
}

// A Group is the rules of one group.
type Group struct {
	Name  string
	Rules []validate.Rule
}

// Groups sorts rules into their groups, which come in the order of their
// constants. Within a group rules keep their order.
func Groups(rules []validate.Rule) []Group {
	var groups []Group
	for g := validate.Documents; g <= validate.Language; g++ {
		group := Group{Name: g.String()}
		for _, r := range rules {
			if r.Group == g {
				group.Rules = append(group.Rules, r)
			}
		}
		if len(group.Rules) > 0 {
			groups = append(groups, group)
		}
	}
	return groups
}
