package rules

import "github.com/weft-lang/weft/validate"

var templateRules = []validate.Rule{
	templateTypeMissing,
	templateTypeMultiple,
	podResourcesUnsupported,
	initContainerNameRequired,
	retryPolicyInvalid,
	resourceClaimsNonPod,
	timeoutUnsupported,
	timeoutBareInteger,
	artifactLocationInvalid,
	metricNameInvalid,
	metricLabelInvalid,
	metricHelpRequired,
	metricValueRequired,
	metricRealtimeResources,
	nullMetric,
}
