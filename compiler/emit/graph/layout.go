package graph

import (
	"cmp"
	"slices"
)

// The layout is the classic one of layers (Sugiyama, Tagawa and Toda): every
// node goes one layer below what it waits for; edges over several layers pass
// through points in between; layers are sorted by the middle of the neighbours
// to avoid crossings; then every layer moves as close below its neighbours as
// the widths allow. A nested graph is laid out first and is one large box.

// Distances, in pixels.
const (
	gapX    = 22
	gapY    = 40
	maxGapY = 160
	slope   = 12 // how flat an edge may be, sideways to down
	padding = 14
	sweeps  = 12
)

// A box is a node of the layout: a node of the graph, or a point where an edge
// passes a layer.
type box struct {
	node       *Node
	inner      *layout
	x, y, w, h float64 // x and y are the top left corner within the graph
	head       float64 // height of the title of a nested graph
	foot       float64 // where the layer ends
	layer      int
	up, down   []*box
}

func (b *box) middle() float64 { return b.x + b.w/2 }

// A route is an edge with the boxes that it passes, ends included.
type route struct {
	edge Edge
	path []*box
}

type layout struct {
	boxes  []*box // of nodes only
	routes []route
	layers [][]*box
	w, h   float64
}

func newLayout(g *Graph, measure func(n *Node) (w, h float64)) *layout {
	l := &layout{}
	for _, n := range g.Nodes {
		b := &box{node: n}
		b.w, b.h = measure(n)
		if n.Inner != nil && len(n.Inner.Nodes) > 0 {
			b.inner, b.head = newLayout(n.Inner, measure), b.h
			b.w = max(b.w, b.inner.w+2*padding)
			b.h += b.inner.h + padding
		}
		l.boxes = append(l.boxes, b)
	}
	l.rank(g)
	l.route(g)
	l.order()
	l.place()
	return l
}

// rank gives each box its layer. Graphs come without cycles; should one slip
// in, the edge that closes it is left out of account.
func (l *layout) rank(g *Graph) {
	into := make([][]int, len(l.boxes))
	for _, e := range g.Edges {
		into[e.To] = append(into[e.To], e.From)
	}
	state := make([]uint8, len(l.boxes)) // 1 while visited, 2 when done
	var visit func(i int) int
	visit = func(i int) int {
		if state[i] == 0 {
			state[i] = 1
			for _, from := range into[i] {
				if state[from] != 1 {
					l.boxes[i].layer = max(l.boxes[i].layer, visit(from)+1)
				}
			}
			state[i] = 2
		}
		return l.boxes[i].layer
	}
	for i := range l.boxes {
		visit(i)
	}
	l.wrap(g)
}

// wrap spreads boxes that no edge touches over rows, so that many of them do
// not make one endless line. Nested graphs get a row each.
func (l *layout) wrap(g *Graph) {
	perRow := 8
	if slices.ContainsFunc(l.boxes, func(b *box) bool { return b.inner != nil }) {
		perRow = 1
	}
	if len(g.Edges) == 0 {
		for i, b := range l.boxes {
			b.layer = i / perRow
		}
	}
}

// route fills the layers, with points for edges that are longer than one.
func (l *layout) route(g *Graph) {
	deepest := 0
	for _, b := range l.boxes {
		deepest = max(deepest, b.layer)
	}
	l.layers = make([][]*box, deepest+1)
	for _, b := range l.boxes {
		l.layers[b.layer] = append(l.layers[b.layer], b)
	}
	for _, e := range g.Edges {
		from, to := l.boxes[e.From], l.boxes[e.To]
		r := route{edge: e, path: []*box{from}}
		for layer := from.layer + 1; layer < to.layer; layer++ {
			p := &box{layer: layer}
			l.layers[layer] = append(l.layers[layer], p)
			r.path = append(r.path, p)
		}
		r.path = append(r.path, to)
		for i := 1; i < len(r.path); i++ {
			a, b := r.path[i-1], r.path[i]
			a.down, b.up = append(a.down, b), append(b.up, a)
		}
		l.routes = append(l.routes, r)
	}
}

// order sorts each layer by where the neighbours are, down and up again, and
// keeps the order in which the fewest edges cross.
func (l *layout) order() {
	place := map[*box]float64{}
	number := func(layer []*box) {
		for i, b := range layer {
			place[b] = float64(i)
		}
	}
	for _, layer := range l.layers {
		number(layer)
	}
	sort := func(layer []*box, neighbours func(*box) []*box) {
		sortTied(layer, neighbours, place)
		number(layer)
	}
	best, fewest := l.copyLayers(), l.crossings(place)
	for range sweeps {
		for _, layer := range l.layers[1:] {
			sort(layer, func(b *box) []*box { return b.up })
		}
		if n := l.crossings(place); n < fewest {
			best, fewest = l.copyLayers(), n
		}
		for i := len(l.layers) - 2; i >= 0; i-- {
			sort(l.layers[i], func(b *box) []*box { return b.down })
		}
		if n := l.crossings(place); n < fewest {
			best, fewest = l.copyLayers(), n
		}
		if fewest == 0 {
			break
		}
	}
	l.layers = best
}

// sortTied sorts the boxes of a layer that have neighbours by the mean of their
// places. Those that have none stay where they are.
func sortTied(layer []*box, neighbours func(*box) []*box, place map[*box]float64) {
	at := make(map[*box]float64, len(layer))
	var tied []*box
	for _, b := range layer {
		if near := neighbours(b); len(near) > 0 {
			at[b] = mean(near, func(n *box) float64 { return place[n] }, 0)
			tied = append(tied, b)
		}
	}
	slices.SortStableFunc(tied, func(a, b *box) int { return cmp.Compare(at[a], at[b]) })
	for i, b := range layer {
		if _, ok := at[b]; ok {
			layer[i], tied = tied[0], tied[1:]
		}
	}
}

func (l *layout) copyLayers() [][]*box {
	out := make([][]*box, len(l.layers))
	for i, layer := range l.layers {
		out[i] = slices.Clone(layer)
	}
	return out
}

// crossings counts the pairs of edges that cross between neighbouring layers:
// the inversions among their lower ends, taken in the order of the upper ones.
func (l *layout) crossings(place map[*box]float64) int {
	count := 0
	for i := 1; i < len(l.layers); i++ {
		seen := make([]int, len(l.layers[i])+1) // a tree of sums (Fenwick)
		total := 0
		for _, b := range l.layers[i-1] {
			ends := make([]int, len(b.down))
			for k, d := range b.down {
				ends[k] = int(place[d]) + 1
			}
			for _, e := range ends {
				count += total
				for k := e; k > 0; k -= k & -k {
					count -= seen[k]
				}
			}
			for _, e := range ends {
				total++
				for k := e; k < len(seen); k += k & -k {
					seen[k]++
				}
			}
		}
	}
	return count
}

func mean(boxes []*box, value func(*box) float64, none float64) float64 {
	if len(boxes) == 0 {
		return none
	}
	sum := 0.0
	for _, b := range boxes {
		sum += value(b)
	}
	return sum / float64(len(boxes))
}

// place gives boxes their coordinates.
func (l *layout) place() {
	for _, layer := range l.layers {
		x := 0.0
		for _, b := range layer {
			b.x = x
			x += b.w + gapX
		}
	}
	middle := func(b *box) float64 { return b.middle() }
	for range sweeps {
		for _, layer := range l.layers {
			pull(layer, func(b *box) float64 { return mean(b.up, middle, b.middle()) })
		}
		for _, layer := range slices.Backward(l.layers) {
			pull(layer, func(b *box) float64 { return mean(b.down, middle, b.middle()) })
		}
	}
	for _, layer := range l.layers {
		pull(layer, func(b *box) float64 { return mean(slices.Concat(b.up, b.down), middle, b.middle()) })
	}
	left := 0.0
	for i, layer := range l.layers {
		for j, b := range layer {
			if i == 0 && j == 0 || b.x < left {
				left = b.x
			}
		}
	}
	for _, layer := range l.layers {
		for _, b := range layer {
			b.x -= left
			l.w = max(l.w, b.x+b.w)
		}
	}
	l.stack()
}

// stack puts the layers below each other.
func (l *layout) stack() {
	y := 0.0
	for i, layer := range l.layers {
		if i > 0 {
			y += gap(layer)
		}
		height := 0.0
		for _, b := range layer {
			height = max(height, b.h)
		}
		for _, b := range layer {
			if b.node == nil {
				b.h = height
			}
			b.y, b.foot = y, y+height
		}
		y += height
	}
	l.h = y
}

// gap is the room above a layer. It grows with how far to the side edges go on
// their way through it: flat ones cannot be told apart.
func gap(layer []*box) float64 {
	farthest := 0.0
	for _, b := range layer {
		for _, u := range b.up {
			farthest = max(farthest, b.middle()-u.middle(), u.middle()-b.middle())
		}
	}
	return gapY + min(farthest/slope, maxGapY-gapY)
}

// pull moves the boxes of a layer so that the squares of their distances from
// where they want to be are least, in the order they are in and with room in
// between. That is isotonic regression: whoever is in each other's way moves as
// one block, to the mean of its members' wishes.
func pull(layer []*box, wish func(*box) float64) {
	type block struct {
		sum   float64
		count int
	}
	offsets := make([]float64, len(layer))
	var blocks []block
	room := 0.0
	for i, b := range layer {
		offsets[i] = room
		room += b.w + gapX
		blocks = append(blocks, block{wish(b) - b.w/2 - offsets[i], 1})
		for n := len(blocks); n > 1; n = len(blocks) {
			a, z := blocks[n-2], blocks[n-1]
			if a.sum/float64(a.count) <= z.sum/float64(z.count) {
				break
			}
			blocks = append(blocks[:n-2], block{a.sum + z.sum, a.count + z.count})
		}
	}
	i := 0
	for _, bl := range blocks {
		for range bl.count {
			layer[i].x = bl.sum/float64(bl.count) + offsets[i]
			i++
		}
	}
}
