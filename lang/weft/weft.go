// Package weft is the .weft language: lexer, grammar, syntax tree, formatter,
// lowering to the document tree and raising from it.
//
// It is a front end beside lang/yaml and knows Kubernetes kinds only through
// the field tables that the schemas package generates (fields_gen.go). A file
// goes
//
//	source ─ Parse ─► File ─ Lower ─► []*tree.Document
//	                   │  ▲
//	          Format ◄─┘  └─ Convert ── []*tree.Document
//
// Every sugar has a raw form and lowers by a local rewrite, so Convert is total:
// it writes the sugar when lowering that gives back exactly the node at hand,
// and the raw form otherwise.
package weft

// The rules that this package reports under.
const (
	RuleSyntax       = "weft-syntax"
	RuleUnknownName  = "weft-unknown-name"
	RuleTypeMismatch = "weft-type-mismatch"
	RuleDuplicate    = "weft-duplicate"
	RuleArgument     = "weft-argument"
	RuleMatrix       = "weft-matrix"
	RuleDependency   = "weft-dependency"
	RuleImport       = "weft-import"
	RuleShadowedName = "weft-shadowed-name"
)

// A RuleInfo describes one rule for the catalogue.
type RuleInfo struct{ Name, Summary, Bad, Good string }

// Rules lists what this package can report, sorted by name. Bad and Good are
// complete .weft files: the first makes the finding, the second does not.
func Rules() []RuleInfo {
	return []RuleInfo{
		{
			RuleArgument, "more arguments than the called template has parameters, or one given twice",
			"workflow a\nsteps main {\n  say(\"a\", \"b\")\n}\ncontainer say(text) { image \"busybox:1.36\", args [text] }\n",
			"workflow a\nsteps main {\n  say(\"a\")\n}\ncontainer say(text) { image \"busybox:1.36\", args [text] }\n",
		},
		{
			RuleDependency, "dependencies that cannot be written together in one dag",
			"workflow a\ndag main {\n  a = say()\n  b = say() after a.Failed { continueOn.failed true }\n}\ncontainer say { image \"busybox:1.36\" }\n",
			"workflow a\ndag main {\n  a = say()\n  b = say() after (a.Succeeded || a.Failed)\n}\ncontainer say { image \"busybox:1.36\" }\n",
		},
		{
			RuleDuplicate, "something is declared or set twice",
			"workflow a\ncontainer main { image \"busybox:1.36\", image \"alpine:3.20\" }\n",
			"workflow a\ncontainer main { image \"busybox:1.36\" }\n",
		},
		{
			RuleImport, "an import that cannot be read or used",
			"workflow a\nimport \"missing.weft\" as lib\nsteps main {\n  lib.say()\n}\n",
			"workflow a\nimport workflowTemplate shared as lib\nsteps main {\n  lib.say()\n}\n",
		},
		{
			RuleMatrix, "a matrix that cannot be expanded while compiling",
			"workflow a\nsteps main {\n  say(text: \"${m.os}\") for m in matrix { arch [\"arm64\"] }\n}\ncontainer say(text) { image \"busybox:1.36\", args [text] }\n",
			"workflow a\nsteps main {\n  say(text: \"${m.arch}\") for m in matrix { arch [\"arm64\"] }\n}\ncontainer say(text) { image \"busybox:1.36\", args [text] }\n",
		},
		{
			RuleShadowedName, "a step, loop variable or parameter hides what it is named like",
			"workflow a\nsteps main {\n  workflow = say()\n}\ncontainer say { image \"busybox:1.36\" }\n",
			"workflow a\nsteps main {\n  greet = say()\n}\ncontainer say { image \"busybox:1.36\" }\n",
		},
		{
			RuleSyntax, "the text is not .weft",
			"workflow a\ncontainer main { image = \"busybox:1.36\" }\n",
			"workflow a\ncontainer main { image \"busybox:1.36\" }\n",
		},
		{
			RuleTypeMismatch, "a value does not fit the declared type",
			"workflow a\nparam count: int = \"many\"\ncontainer main { image \"busybox:1.36\", args [count] }\n",
			"workflow a\nparam count: int = 3\ncontainer main { image \"busybox:1.36\", args [count] }\n",
		},
		{
			RuleUnknownName, "a bare name that refers to nothing",
			"workflow a\ncontainer main(text = \"hi\") { image \"busybox:1.36\", args [txt] }\n",
			"workflow a\ncontainer main(text = \"hi\") { image \"busybox:1.36\", args [text] }\n",
		},
	}
}
