package weft

import (
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// damage is what of a file could not be read: places that were given up, and the
// items around them.
type damage struct{ places, around []source.Span }

// add adds the damage of another file.
func (d *damage) add(other damage) {
	d.places = append(d.places[:len(d.places):len(d.places)], other.places...)
	d.around = append(d.around[:len(d.around):len(d.around)], other.around...)
}

func (d *damage) tree() *tree.Damage { return tree.NewDamage(d.places, d.around) }

// doubt notes that it is not known what stands at span, since what it refers to
// could not be read.
func (l *lowerer) doubt(span source.Span) {
	if l.damage != nil {
		l.damage.add(damage{places: []source.Span{span}})
	}
}
