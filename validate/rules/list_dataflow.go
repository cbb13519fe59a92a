package rules

import "github.com/weft-lang/weft/validate"

var dataflowRules = []validate.Rule{
	sameGroupReference,
	dagReferenceWithoutDependency,
	skippableProducerUnhandled,
	aggregateOfSkippable,
	failedProducerResult,
	outputValueOnStepsOrDag,
	outputValueOnSuspend,
	suspendSuppliedWithoutDefault,
	withParamNotList,
	withParamKeyUnknown,
	withItemsHeterogeneous,
	withSequenceInvalid,
	foreignTagInLoop,
}
