// Package rules is the catalogue: one file a rule, each a value with its
// manual inside. Nothing registers itself; All is the list.
package rules

import (
	"slices"
	"strings"

	"github.com/weft-lang/weft/validate"
)

// All returns every rule, sorted by name.
func All() []validate.Rule {
	all := slices.Concat(
		workflowRules,
		templateRules,
		argumentRules,
		interfaceRules,
		callRules,
		groupRules,
		leafRules,
		cronRules,
		tagRules,
		documentRules,
		configRules,
		structureRules,
		podRules,
		scriptRules,
		securityRules,
		namingRules,
		controlRules,
		lifecycleRules,
		expressionRules,
		dataflowRules,
	)
	all = append(all, languageRules()...)
	order := make([]*validate.Rule, len(all)) // rules are large to move about
	for i := range all {
		order[i] = &all[i]
	}
	slices.SortFunc(order, func(a, b *validate.Rule) int { return strings.Compare(a.Name, b.Name) })
	sorted := make([]validate.Rule, len(all))
	for i, r := range order {
		sorted[i] = *r
	}
	return sorted
}

// Find returns the rule of that name.
func Find(name string) (validate.Rule, bool) {
	for _, r := range All() {
		if r.Name == name {
			return r, true
		}
	}
	return validate.Rule{}, false
}
