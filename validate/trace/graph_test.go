package trace_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/weft-lang/weft/validate/trace"
)

// dagOf writes a dag in which task i depends on the tasks deps[i].
func dagOf(deps [][]int) string {
	var b strings.Builder
	b.WriteString("\n  - name: main\n    dag:\n      tasks:\n")
	for i, list := range deps {
		var names []string
		for _, d := range list {
			names = append(names, fmt.Sprintf("t%d", d))
		}
		fmt.Fprintf(&b, "      - {name: t%d, template: plain, dependencies: [%s]}\n", i, strings.Join(names, ", "))
	}
	return b.String()
}

func mainBody(tr *trace.Trace) *trace.Use {
	i := slices.IndexFunc(tr.Bodies, func(u *trace.Use) bool { return u.Template.Name.Text() == "main" })
	return tr.Bodies[i]
}

// TestGraph compares order and ancestors with what the definition says.
func TestGraph(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(r, "tasks")
		rank := rapid.Permutation(numbers(n)).Draw(r, "ranks")
		deps := make([][]int, n)
		for i := range n {
			for j := range n {
				if rank[j] < rank[i] && rapid.IntRange(0, 3).Draw(r, "edge") == 0 {
					deps[i] = append(deps[i], j)
				}
			}
		}
		u := mainBody(followed(t, workflow("", dagOf(deps)), false))
		if len(u.Graph.Cycles) > 0 || len(u.Graph.Order) != n {
			r.Fatalf("order %v, cycles %v", u.Graph.Order, u.Graph.Cycles)
		}
		for i, list := range deps {
			for _, d := range list {
				if slices.Index(u.Graph.Order, d) > slices.Index(u.Graph.Order, i) {
					r.Fatalf("t%d comes before its dependency t%d", i, d)
				}
			}
			for _, j := range rapid.Permutation(numbers(n)).Draw(r, "questions") {
				if got := u.Graph.IsAncestor(u.Template.Tasks[j], u.Template.Tasks[i]); got != waitsFor(deps, i, j) {
					r.Fatalf("t%d is an ancestor of t%d: %v", j, i, got)
				}
			}
		}
	})
}

func numbers(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func waitsFor(deps [][]int, i, j int) bool {
	return slices.ContainsFunc(deps[i], func(d int) bool { return d == j || waitsFor(deps, d, j) })
}

func TestCycles(t *testing.T) {
	for _, c := range []struct {
		deps  [][]int
		want  [][]int
		order []int
	}{
		{[][]int{{0}}, [][]int{{0}}, []int{0}},
		{[][]int{{1}, {2}, {0}}, [][]int{{0, 1, 2}}, []int{0, 1, 2}},
		{[][]int{{1}, {2}, {1}, {}, {3}}, [][]int{{1, 2}}, []int{3, 4, 0, 1, 2}},
		{[][]int{{1}, {0}, {3}, {2}, {0, 3}}, [][]int{{0, 1}, {2, 3}}, []int{0, 1, 2, 3, 4}},
	} {
		u := mainBody(followed(t, workflow("", dagOf(c.deps)), false))
		if g := u.Graph; fmt.Sprint(g.Cycles) != fmt.Sprint(c.want) || !slices.Equal(g.Order, c.order) {
			t.Errorf("%v: got cycles %v and order %v, want %v and %v", c.deps, g.Cycles, g.Order, c.want, c.order)
		}
	}
}
