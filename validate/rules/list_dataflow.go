package rules

import "github.com/weft-lang/weft/validate"

var dataflowRules = []validate.Rule{}
