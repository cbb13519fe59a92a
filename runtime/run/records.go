package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/weft-lang/weft/compiler/pod/instructions"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/record"
)

// Records puts together what the containers of a Pod that has ended say of its
// outputs.
type Records struct {
	// Saves are the artifacts that the Pod was told to save: a record says of each
	// that it was, and never where.
	Saves   []instructions.Save
	outputs engine.Outputs
	found   bool
	faults  []string
	lost    bool // the user's processes have done what they should
}

// Add reads the record in the termination message of a container, and leaves the
// message as the user's process wrote it. Tells says that the container has to
// leave a record; log opens what it wrote.
func (r *Records) Add(c *engine.Container, tells bool, log func() (io.ReadCloser, error)) {
	rec, err := record.Decode(c.Message, log)
	switch {
	case err == nil:
	case errors.Is(err, record.ErrNone):
		// A container that was ended from outside could not leave one.
		if c.Code == 0 && tells {
			r.faults, r.lost = append(r.faults, fmt.Sprintf("container %q left no record of its outputs", c.Name)), true
		}
		return
	default:
		c.Message = ""
		r.faults, r.lost = append(r.faults, fmt.Sprintf("container %q: %v", c.Name, err)), true
		return
	}
	c.Message = rec.Message
	if rec.Error != "" {
		r.faults, r.lost = append(r.faults, rec.Error), r.lost || rec.Unsaved
	}
	r.found = true
	if !tells {
		return // outputs are not for it to give
	}
	if rec.Listing != nil {
		r.transform(c, rec.Listing)
	}
	if rec.Result != nil {
		r.outputs.Result = rec.Result
	}
	for _, p := range rec.Parameters {
		r.outputs.Parameters = append(r.outputs.Parameters, engine.Value{Name: p.Name, Value: p.Value})
	}
	for _, s := range r.Saves {
		if s.By == c.Name && slices.Contains(rec.Artifacts, s.Name) {
			r.outputs.Artifacts = append(r.outputs.Artifacts, engine.Artifact{Name: s.Name, Location: s.Location})
		}
	}
}

// transform makes the result of a data template. Where that fails the container
// has failed: this is the half of its work that was left to do.
func (r *Records) transform(c *engine.Container, l *record.Listing) {
	result, err := transformed(l)
	if err != nil {
		c.Code, c.Message = 1, err.Error()
		return
	}
	r.outputs.Result = &result
}

func transformed(l *record.Listing) (string, error) {
	paths := make([]any, len(l.Paths))
	for i, path := range l.Paths {
		paths[i] = path
	}
	var value any = paths
	for _, text := range l.Transformations {
		e, fault := expr.ParseExpr(text)
		if fault != nil {
			return "", fmt.Errorf("transformation %q: %s", text, fault.Message)
		}
		var err error
		if value, err = e.Eval(e.WithHelpers(map[string]any{"data": value})); err != nil {
			return "", fmt.Errorf("transformation %q: %w", text, err)
		}
	}
	text, err := json.Marshal(value)
	return string(text), err
}

// Outputs are those of all containers, nil when there is no record, and why some
// are missing.
func (r *Records) Outputs() (*engine.Outputs, string) {
	if !r.found {
		return nil, strings.Join(r.faults, "; ")
	}
	return &r.outputs, strings.Join(r.faults, "; ")
}

// Class is whose fault it is that outputs are missing: the user's, whose process
// did not leave them, or that of a record or a store; "" when nothing is.
func (r *Records) Class() engine.Class {
	switch {
	case len(r.faults) == 0:
		return ""
	case r.lost:
		return engine.ClassInfrastructure
	}
	return engine.ClassUser
}
