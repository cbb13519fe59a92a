package rules

import "github.com/weft-lang/weft/validate"

var workflowRules = []validate.Rule{
	nameTooLong,
	duplicateResource,
	entrypointRequired,
	workflowTemplateRefWithTemplates,
	templateNameRequired,
	templateNameInvalid,
	templateNameDuplicate,
	executorPluginIncomplete,
	hookExpressionRequired,
	podgcStrategyUnknown,
	labelSelectorInvalid,
}
