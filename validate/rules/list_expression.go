package rules

import "github.com/weft-lang/weft/validate"

var expressionRules = []validate.Rule{
	expressionSyntax,
	expressionUnknownIdentifier,
	expressionDefaultAlwaysUsed,
	expressionHyphen,
	expressionTypeMismatch,
	expressionNeverEqual,
	expressionScope,
	expressionNilResult,
	whenSyntax,
	whenNotBoolean,
	whenOnList,
	whenOutsideEnum,
	whenQuotedVsNumber,
	whenConstant,
	whenAfterSuccess,
	whenLiteral,
	whenUnquotedSubstitution,
	impossibleStatus,
	dependsSyntax,
	taskNameBreaksExpression,
	dependsUnsatisfiable,
	dependsTautology,
	dependsUnreachableResult,
	resourceConditionSyntax,
	realtimeGaugeNotVariable,
	metricVariableUnknown,
	cronWhenSyntax,
}
