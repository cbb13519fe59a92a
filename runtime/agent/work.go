package agent

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/weft-lang/weft/runtime/agent/resource"
	"github.com/weft-lang/weft/runtime/artifact"
	"github.com/weft-lang/weft/runtime/record"
)

// mainName is the container of a template whose work the agent does.
const mainName = "main"

// data lists the paths of an artifact. What the template makes of them are
// expressions, which are evaluated by whoever reads the record: their evaluator
// would be a third of the agent.
func (a *agent) data(ctx context.Context, _ []string) int {
	paths, err := a.list(ctx)
	if err != nil {
		a.say(err)
		a.tellAll(record.Record{Container: mainName, Message: err.Error()})
		return codeFailed
	}
	fmt.Fprintf(a.stdout, "%d paths\n", len(paths))
	a.tellAll(record.Record{
		Container: mainName, Listing: &record.Listing{Paths: paths, Transformations: a.tell.Data.Transformations},
	})
	return 0
}

func (a *agent) list(ctx context.Context) ([]string, error) {
	if a.tell.Data == nil {
		return nil, errors.New("there are no instructions for a data template")
	}
	at, err := artifact.Open(a.tell.Data.Location, a.access())
	if err != nil {
		return nil, err
	}
	return at.List(ctx)
}

// resource does the work of a resource template. What the user can mend is a
// message and a code; what the user cannot is an error of the record, and so one
// of the step.
func (a *agent) resource(ctx context.Context, _ []string) int {
	if a.tell.Resource == nil {
		return a.failed(errors.New("there are no instructions for a resource template"))
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stopped := a.cancelOnSignal(ctx, cancel)
	values, err := resource.Do(ctx, a.tell.Resource, resource.Options{Node: a.tell.Node, Env: os.Getenv, Log: a.stdout})
	var trouble *resource.Trouble
	switch {
	case err != nil && ctx.Err() != nil:
		a.leave([]byte("stopped before it was done"))
		return stopped()
	case errors.As(err, &trouble):
		a.say(err)
		a.tellAll(record.Record{Container: mainName, Error: err.Error()})
		return 0
	case err != nil:
		return a.failed(err)
	case len(values) > 0:
		a.tellAll(record.Record{Container: mainName, Parameters: values})
	}
	return 0
}

// cancelOnSignal cancels when a signal comes that ends a process. The function
// that it returns tells the exit code then.
func (a *agent) cancelOnSignal(ctx context.Context, cancel func()) (code func() int) {
	signals, stop := a.signals()
	got := make(chan int, 1)
	go func() {
		defer stop()
		for {
			select {
			case <-ctx.Done():
				return
			case s := <-signals:
				if code, ends := endingCode(s); ends {
					got <- code
					cancel()
					return
				}
			}
		}
	}()
	return func() int {
		select {
		case code := <-got:
			return code
		default:
			return codeFailed
		}
	}
}
