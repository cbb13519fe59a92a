package rules

import "github.com/weft-lang/weft/validate"

var leafRules = []validate.Rule{
	mountPathDuplicate,
	artifactPathCollision,
	imageEmpty,
	containerSetEmpty,
	containerSetNames,
	containerSetMainRequired,
	containerNameReserved,
	resourceActionInvalid,
	resourceManifestRequired,
	resourceManifestConflict,
	resourceManifestArtifactUndefined,
	resourceManifestInvalid,
	activeDeadlineInvalid,
	parallelismOnLeaf,
}
