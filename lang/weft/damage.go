package weft

import (
	"slices"

	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// damage is what of a file could not be read: places that were given up, and the
// items around them.
type damage struct{ places, around, doubts []source.Span }

// touches reports whether span has something in common with a place.
func (d *damage) touches(span source.Span) bool {
	return slices.ContainsFunc(d.places, func(p source.Span) bool {
		return p.File == span.File && p.Start < span.End && span.Start < p.End
	})
}

// add adds the damage of another file.
func (d *damage) add(other damage) {
	d.places = append(d.places[:len(d.places):len(d.places)], other.places...)
	d.around = append(d.around[:len(d.around):len(d.around)], other.around...)
}

func (d *damage) tree() *tree.Damage {
	return tree.NewDamage(slices.Concat(d.places, d.doubts), d.around)
}

// doubt notes that it is not known what stands at span, since what it refers to
// could not be read.
func (l *lowerer) doubt(span source.Span) {
	if l.damage != nil {
		l.damage.doubts = append(l.damage.doubts, span)
	}
}
