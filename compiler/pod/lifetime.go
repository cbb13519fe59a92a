package pod

import (
	"fmt"
	"strconv"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/tree"
)

// The strategies of podGC: when Pods of a run are deleted that are not needed any
// more. Without one they stay as long as the run.
const (
	OnPodCompletion      = "OnPodCompletion"
	OnPodSuccess         = "OnPodSuccess"
	OnWorkflowCompletion = "OnWorkflowCompletion"
	OnWorkflowSuccess    = "OnWorkflowSuccess"
)

// gcDelay is how long a Pod stays where podGC says nothing about it: long enough
// for whoever follows its log.
const gcDelay = 5 * time.Second

// GC is podGC of a workflow.
type GC struct {
	Strategy string
	Selector *metav1.LabelSelector // only these Pods; nil is all
	Delay    time.Duration
}

// GC is podGC of the run's workflow.
func (r Run) GC() (GC, error) {
	n := r.field("podGC")
	c := GC{Strategy: n.Get("strategy").Text(), Delay: gcDelay}
	if c.Strategy == "" {
		return GC{}, nil
	}
	if text := n.Get("deleteDelayDuration").Text(); text != "" {
		delay, err := durationOf(text)
		if err != nil {
			return GC{}, fmt.Errorf("podGC.deleteDelayDuration: %w", err)
		}
		c.Delay = delay
	}
	if s := n.Get("labelSelector"); !s.IsNull() {
		b := &builder{in: Input{Run: r}}
		selector := decode[metav1.LabelSelector](b.newDecoder(), s)
		for _, d := range b.found.Sorted() {
			if d.Severity == diag.Error {
				return GC{}, fmt.Errorf("podGC.labelSelector: %s", d.Message)
			}
		}
		c.Selector = &selector
	}
	return c, nil
}

// durationOf reads seconds, or a duration such as 2m30s.
func durationOf(text string) (time.Duration, error) {
	if seconds, err := strconv.ParseInt(text, 10, 32); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("it cannot be %q: write seconds, or a duration such as 2m30s", text)
	}
	return d, nil
}

// TTL is ttlStrategy of a workflow: how many seconds a run is kept that has ended.
// What is nil is not said.
type TTL struct{ Completion, Success, Failure *int64 }

// TTL is ttlStrategy of the run's workflow.
func (r Run) TTL() TTL {
	n := r.field("ttlStrategy")
	return TTL{
		Completion: seconds(n.Get("secondsAfterCompletion")),
		Success:    seconds(n.Get("secondsAfterSuccess")), Failure: seconds(n.Get("secondsAfterFailure")),
	}
}

func seconds(n *tree.Node) *int64 {
	s, err := strconv.ParseInt(n.Text(), 10, 64)
	if err != nil || s < 0 {
		return nil
	}
	return &s
}
