package rules

import "github.com/weft-lang/weft/validate"

// documentRules are reported by lang/yaml.
var documentRules = []validate.Rule{
	yamlSyntax,
	yamlDuplicateKey,
	yamlMergeOverride,
	yamlNotJSON,
	yamlEncoding,
	yamlLimits,
	separatorInsideBlockScalar,
	yamlTrailingContent,
}
