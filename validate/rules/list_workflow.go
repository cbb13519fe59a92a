package rules

import "github.com/weft-lang/weft/validate"

var workflowRules = []validate.Rule{}
