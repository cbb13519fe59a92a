package rules

import "github.com/weft-lang/weft/validate"

var documentRules = []validate.Rule{}
