package render

// TextWidth lets tests measure lines the way snippets do.
var TextWidth = textWidth
