package ir

// Checked is a Project in which validate found no error. It is the only thing
// that builders of Pods and the runtime accept, so they have no path for
// malformed input.
type Checked struct{ project *Project }

// Project is the project that was checked.
func (c *Checked) Project() *Project { return c.project }

// Seal makes a Checked. Only validate.Check may call it; the wall test holds that.
func Seal(p *Project) *Checked { return &Checked{project: p} }
