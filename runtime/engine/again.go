package engine

// retry runs again what failed.
func (e *Engine) retry(*Signal) {}
