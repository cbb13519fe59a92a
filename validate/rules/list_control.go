package rules

import "github.com/weft-lang/weft/validate"

// controlRules are about retries, deadlines, locks, recursion and limits.
var controlRules = []validate.Rule{
	retryUnlimited,
	retryLimitNotInt,
	retryBackoffNoDuration,
	retryBackoffInvalid,
	retryBackoffFutile,
	retryOnSuspend,
	retryAntiAffinitySingleNode,
	durationInvalid,
	deadlineZeroOrNegative,
	parallelismZero,
	continueOnIneffective,
	failFastIneffective,
	daemonIneffective,
	daemonWithoutProbe,
	dagTargetDropsTasks,
	suspendForever,
	unguardedRecursion,
	templateRefCycle,
	mutexSelfDeadlock,
	synchronizationIncomplete,
	memoizeIncomplete,
	unboundedFanOut,
	noRetryStrategy,
	missingDeadline,
	suspendPastDeadline,
	timeoutBeyondDeadline,
	artifactKeyCollision,
	argumentTooLong,
	annotationsTooLarge,
	objectTooLarge,
}
