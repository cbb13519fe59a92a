package image

// Driver is the image of weft itself, of this version: what drives runs that
// their users do not wait for.
const Driver = "ghcr.io/weft-lang/weft:v0.1.0"
