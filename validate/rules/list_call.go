package rules

import "github.com/weft-lang/weft/validate"

var callRules = []validate.Rule{
	undefinedTemplate,
	resourceNotFound,
	templateNotInResource,
	noTemplate,
	templateAndRef,
	refIncomplete,
	clusterToNamespacedRef,
}
