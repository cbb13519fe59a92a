package rules

import (
	"iter"

	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
	"github.com/weft-lang/weft/validate/trace"
)

// metrics yields every Prometheus metric of every template body.
func metrics(p *validate.Pass) iter.Seq2[*trace.Use, *tree.Node] {
	return func(yield func(*trace.Use, *tree.Node) bool) {
		for _, u := range p.Trace.Bodies {
			for _, m := range u.Template.Node.At("metrics", "prometheus").List() {
				if !m.IsNull() && !yield(u, m) {
					return
				}
			}
		}
	}
}

// isMetricName reports whether Prometheus takes name for a metric or a label.
func isMetricName(name string) bool {
	for i, r := range name {
		if r != '_' && !isAlphanumeric(r) || i == 0 && r >= '0' && r <= '9' {
			return false
		}
	}
	return name != ""
}

// dynamicName reports whether a name depends on values of the run, so that
// nothing can be said about it yet. The reference judges its stand-in.
func dynamicName(p *validate.Pass, name string) bool { return !p.Exact && trace.IsPlaceholder(name) }

const metricNameHelp = "use letters, digits and underscores, and do not begin with a digit"

// metricTypes are the kinds of metric and the fields below metrics.prometheus[] that hold them.
var metricTypes = [...]string{"gauge", "histogram", "counter"}
