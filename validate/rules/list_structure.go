package rules

import "github.com/weft-lang/weft/validate"

var structureRules = []validate.Rule{}
