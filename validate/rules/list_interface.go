package rules

import "github.com/weft-lang/weft/validate"

var interfaceRules = []validate.Rule{
	ioNameRequired,
	ioNameInvalid,
	ioNameDuplicate,
	artifactPathMissing,
	artifactPathTraversal,
	artifactPathOnNonLeaf,
	inputArtifactFrom,
	globalNameInvalid,
	outputValueAndSource,
	outputWithoutSource,
	outputMultipleSources,
	outputSourceUnsuitable,
}
