package sim

import (
	"math/rand/v2"
	"time"
)

// Faults are what goes wrong, as chances between 0 and 1 each time that it
// could. The zero Faults let all go well.
type Faults struct {
	Seed uint64

	Delay       time.Duration // the most that anything may come late; reports overtake each other
	Duplicate   float64       // a report comes again
	CutWatch    float64       // reports get lost for a while, then all states are told again
	CreateError float64       // a call fails, with or without its effect
	Busy        float64       // a Pod has to wait for a quota
	Lost        float64       // a Pod vanishes
	Batch       float64       // one more thing happens before the driver looks
}

func (f *Faults) hits(r *rand.Rand, chance float64) bool { return chance > 0 && r.Float64() < chance }

// again reports whether more happens before the driver looks.
func (f *Faults) again(r *rand.Rand) bool { return f.hits(r, f.Batch) }

// jitter is how much later something is.
func (w *World) jitter() time.Duration {
	if w.faults.Delay == 0 {
		return 0
	}
	return time.Duration(w.rand.Int64N(int64(w.faults.Delay)))
}

// latency is how long a call takes on its way, or its answer.
func (w *World) latency() time.Duration { return w.jitter() / 8 }
