package rules

import "github.com/weft-lang/weft/validate"

var argumentRules = []validate.Rule{
	inputNotSupplied,
}
