package rules

import "github.com/weft-lang/weft/validate"

// lifecycleRules are about schedules, metrics, and what happens when a workflow has ended.
var lifecycleRules = []validate.Rule{
	cronImpossibleDate,
	cronZoneTwice,
	cronEveryNonsense,
	cronDstGap,
	cronStopStrategy,
	cronHistoryNegative,
	metricType,
	metricIncomplete,
	metricConflict,
	ttlNegative,
	volumeClaimGcStrategy,
	shutdownValue,
	displayNameInvalid,
}
