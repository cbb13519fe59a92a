package rules

import "github.com/weft-lang/weft/validate"

var leafRules = []validate.Rule{}
