package rules

import lazy "github.com/weft-lang/weft/lang/pattern"

// pattern is a regular expression that is compiled when it is first needed: few
// files hold every kind of text that rules judge.
var pattern = lazy.New
