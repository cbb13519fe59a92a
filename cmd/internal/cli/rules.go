package cli

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weft-lang/weft/cmd/internal/manual"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/rules"
)

const rulesHelp = `Lists what "weft lint" looks for. "weft explain RULE" tells more about one rule.`

const rulesExamples = `  weft rules
  weft rules --profile strict
  weft rules --format json`

// rulesFormats are the values of --format, the default first.
var rulesFormats = []struct {
	name  string
	write func([]validate.Rule) (string, error)
}{
	{"text", rulesText},
	{"json", rulesJSON},
	{"markdown", func(all []validate.Rule) (string, error) { return manual.Index(all), nil }},
}

func rulesFormatNames() []string {
	var names []string
	for _, f := range rulesFormats {
		names = append(names, f.name)
	}
	return names
}

func newRules(s Streams) *cobra.Command {
	var format, profile string
	cmd := &cobra.Command{
		Use:     "rules",
		Short:   "List the rules",
		Long:    rulesHelp,
		Example: rulesExamples,
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return listRules(s, format, profile) },
	}
	cmd.Flags().StringVar(&format, "format", rulesFormats[0].name, "print rules as `FORMAT`: "+strings.Join(rulesFormatNames(), ", "))
	cmd.Flags().StringVar(&profile, "profile", "", "only the rules of `PROFILE`: "+strings.Join(validate.Profiles(), ", "))
	complete(cmd, "format", rulesFormatNames())
	complete(cmd, "profile", validate.Profiles())
	return cmd
}

func listRules(s Streams, format, profile string) error {
	i := slices.Index(rulesFormatNames(), format)
	if i < 0 {
		return unknownValue("format", format, rulesFormatNames())
	}
	p, err := validate.ParseProfile(profile)
	if err != nil {
		return unknownValue("profile", profile, validate.Profiles())
	}
	all := rules.All()
	if profile != "" {
		all = slices.DeleteFunc(all, func(r validate.Rule) bool { return r.In(p) == 0 })
	}
	text, err := rulesFormats[i].write(all)
	if err != nil {
		return failure("cannot list the rules: %w", err)
	}
	return write(s, text)
}

func rulesText(all []validate.Rule) (string, error) {
	width := 0
	for _, r := range all {
		width = max(width, len(r.Name))
	}
	var b strings.Builder
	for i, g := range manual.Groups(all) {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s\n", g.Name)
		for _, r := range g.Rules {
			fmt.Fprintf(&b, "  %-*s  %-7s  %s\n", width, r.Name, r.Severity, r.Summary)
		}
	}
	return b.String(), nil
}

// A ruleJSON is a rule for machines. Severities are by profile; a profile that
// does not have the rule is left out.
type ruleJSON struct {
	Name       string            `json:"name"`
	Group      string            `json:"group"`
	Severities map[string]string `json:"severities"`
	Summary    string            `json:"summary"`
	Why        string            `json:"why"`
	URL        string            `json:"url"`
}

func rulesJSON(all []validate.Rule) (string, error) {
	out := []ruleJSON{}
	for _, r := range all {
		severities := map[string]string{}
		for i, name := range validate.Profiles() {
			if s := r.In(validate.Profile(i)); s != 0 {
				severities[name] = s.String()
			}
		}
		out = append(out, ruleJSON{r.Name, r.Group.String(), severities, r.Summary, r.Why, manual.URL(r.Name)})
	}
	text, err := json.MarshalIndent(out, "", "  ")
	return string(text) + "\n", err
}
