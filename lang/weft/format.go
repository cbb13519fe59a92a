package weft

import (
	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
)

// Format rewrites a file in canonical style. It changes white space, commas,
// colons, comment marks and redundant names, and nothing that Lower could see.
// With syntax errors in the file there is no result, only the findings.
func Format(f *source.File) ([]byte, *diag.List) {
	file, diags := Parse(f)
	if diags.Len() > 0 {
		return nil, diags
	}
	return Print(file), diags
}
