package rules

// Examples of what is too long need long texts. Constants cost nothing when a
// process starts, as building them would.
const (
	text64    = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
	text256   = text64 + text64 + text64 + text64
	text1Ki   = text256 + text256 + text256 + text256
	text4Ki   = text1Ki + text1Ki + text1Ki + text1Ki
	text16Ki  = text4Ki + text4Ki + text4Ki + text4Ki
	text64Ki  = text16Ki + text16Ki + text16Ki + text16Ki
	text128Ki = text64Ki + text64Ki
)
