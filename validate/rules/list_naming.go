package rules

import "github.com/weft-lang/weft/validate"

var namingRules = []validate.Rule{}
