package rules

import "github.com/weft-lang/weft/validate"

var securityRules = []validate.Rule{
	shellInjection,
	manifestInjection,
	podSpecPatchInjection,
	expressionInjection,
	privilegedContainer,
	addedCapability,
	runAsRoot,
	hostPath,
	hostNetwork,
	insecureTransport,
	defaultServiceAccount,
	serviceAccountToken,
	resourceTemplateNeedsRBAC,
	secretInPlainText,
	secretParameter,
}
