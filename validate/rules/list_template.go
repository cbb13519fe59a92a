package rules

import "github.com/weft-lang/weft/validate"

var templateRules = []validate.Rule{}
