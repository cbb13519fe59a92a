package rules

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/weft"
	"github.com/weft-lang/weft/validate"
)

// languageRules are what the .weft front end reports. Profile argo keeps them:
// a file that does not compile is no workflow for anybody.
func languageRules() []validate.Rule {
	var out []validate.Rule
	for _, r := range weft.Rules() {
		severity := diag.Error
		if r.Name == weft.RuleShadowedName {
			severity = diag.Warning
		}
		out = append(out, validate.Rule{
			Name: r.Name, Group: validate.Language, Severity: severity, Argo: severity,
			Summary: r.Summary, Why: languageWhy[r.Name],
			Bad: weftExample + r.Bad + languageExtra[r.Name], Good: weftExample + r.Good + languageExtra[r.Name],
		})
	}
	return out
}

// languageExtra are files that the examples of a rule refer to.
var languageExtra = map[string]string{
	weft.RuleImport: `-- shared.weft --
workflowTemplate shared
container say { image "busybox:1.36", command ["echo", "hi"] }
`,
}

const weftExample = "-- example.weft --\n"

var languageWhy = map[string]string{
	weft.RuleSyntax: `What cannot be read cannot be compiled. Weft reads on at the next statement, so the other findings of the file
are real too. docs/language.md holds the grammar.`,
	weft.RuleUnknownName: `A bare word is a reference: a parameter, a step, a loop variable or a template. One that leads nowhere is a slip of
the pen, or text that lacks its quotes.`,
	weft.RuleTypeMismatch: `Types are checked when the file is compiled, long before a Pod would stumble over the value.`,
	weft.RuleDuplicate:    `Only one of the two could take effect, and a reader could not tell which.`,
	weft.RuleArgument:     `Positional arguments are matched to the parameters that the called template declares; one too many reaches nobody.`,
	weft.RuleMatrix: `A matrix is expanded while compiling, so its dimensions must be written out, and every key that is used must
exist in each of its rows.`,
	weft.RuleDependency:   `Kubernetes workflows know two ways to write dependencies and refuse a mixture in one dag.`,
	weft.RuleImport:       `An import names a .weft file, or a WorkflowTemplate of the project. The path counts from the importing file.`,
	weft.RuleShadowedName: `Inside the template the built-in name can then only be reached through a {{tag}}; a reader may take one for the other.`,
}
