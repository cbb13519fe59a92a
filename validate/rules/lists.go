package rules

import "github.com/weft-lang/weft/validate"

// The lists follow the parts of a workflow, outermost first.
var (
	tagRules = []validate.Rule{unresolvedReference}
)
