package rules

import "github.com/weft-lang/weft/validate"

// groupRules are about steps, tasks and what they wait for.
var groupRules = []validate.Rule{
	stepNameRequired,
	stepNameDuplicate,
	stepNameInvalid,
	taskNameDigit,
	loopMultiple,
	sequenceCountAndEnd,
	activeDeadlineOnNonLeaf,
	dagNoTasks,
	dependencyUndefined,
	dependencyCycle,
	dependsAndDependencies,
	dependsAndContinueOn,
	dependsResultInvalid,
	dependsItemsWithoutLoop,
	dagTargetUndefined,
	missingDependency,
}
