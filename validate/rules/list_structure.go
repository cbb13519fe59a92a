package rules

import "github.com/weft-lang/weft/validate"

// structureRules are reported by the structural walk.
var structureRules = []validate.Rule{
	unknownField,
	unknownStepField,
	unknownFieldUnderSteps,
	wrongType,
	typedFieldTemplate,
	quantityInvalid,
	pluginKeyCount,
	crdOnlyConstraint,
	nonScalarParameterValue,
	nullListEntry,
	foreignKindMetadataClash,
}
