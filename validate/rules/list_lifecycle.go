package rules

import "github.com/weft-lang/weft/validate"

var lifecycleRules = []validate.Rule{}
