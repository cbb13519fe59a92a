package rules

import "github.com/weft-lang/weft/validate"

var podRules = []validate.Rule{
	volumeMountUndeclared,
	volumeMountOfCaller,
	volumeMountIncomplete,
	mountPathInvalid,
	volumeInvalid,
	volumeDuplicate,
	volumeUnused,
	envInvalid,
	envDuplicate,
	envNameOdd,
	portInvalid,
	resourcesInvalid,
	resourceUnitOdd,
	resourcesMissing,
	imageInvalid,
	imageUnpinned,
	imageMissingSecondary,
	containerNameConflict,
	containerNameIgnored,
	enumCore,
}
