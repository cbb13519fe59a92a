package expr

import (
	"fmt"
	"strings"
	"testing"
)

func BenchmarkTags(b *testing.B) {
	text := strings.Repeat("echo {{inputs.parameters.message}} and {{=steps['a-b'].outputs.result}} to the log\n", 100)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		Tags(text)
	}
}

func BenchmarkDependsTokens(b *testing.B) {
	for _, n := range []int{100, 10_000} {
		var s strings.Builder
		for i := range n {
			fmt.Fprintf(&s, "task-%d.Succeeded && ", i)
		}
		text := s.String()
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				DependsTokens(text)
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	b.Run("expr", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			ParseExpr(`steps['flip-coin'].outputs.result == 'heads' ? steps.heads.outputs.result : steps.tails.outputs.result`)
		}
	})
	b.Run("check", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Check(`steps['flip-coin'].outputs.result == 'heads' ? workflow.name : inputs.parameters.message`, scope, String)
		}
	})
	b.Run("fold", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Fold(`workflow.name + '-' + workflow.parameters.x`, variables)
		}
	})
	b.Run("when", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			ParseWhen(`{{steps.flip-coin.outputs.result}} == heads && "{{inputs.parameters.message}}" != "a b"`)
		}
	})
	b.Run("depends", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			ParseDepends(`a && (b.Succeeded || !c-d.Failed)`)
		}
	})
}
