package weft

import (
	"sort"
	"sync"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
)

// grammar holds the parsers of the productions that recovery starts from.
type grammar struct {
	item  *participle.Parser[Item]
	stmt  *participle.Parser[Stmt]
	step  *participle.Parser[Step]
	block *participle.Parser[BlockItem]
}

// theGrammar is built on first use: a run that meets no .weft file does not pay for it.
var theGrammar = sync.OnceValue(func() *grammar {
	item := participle.MustBuild[Item](participle.Lexer(definition{}), participle.UseLookahead(1))
	return &grammar{
		item:  item,
		stmt:  production[Stmt](item),
		step:  production[Step](item),
		block: production[BlockItem](item),
	}
})

func production[T any](p *participle.Parser[Item]) *participle.Parser[T] {
	q, err := participle.ParserForProduction[T](p)
	if err != nil {
		panic(err) // the grammar lacks its own production
	}
	return q
}

// Parse reads a .weft file. It reports every mistake it can tell apart and
// returns what could be read; the File is never nil.
func Parse(f *source.File) (*File, *diag.List) {
	diags := &diag.List{}
	s := newScanner(f, diags)
	s.scan()
	p := &parser{
		grammar: theGrammar(), scanner: s, diags: diags,
		file: &File{Source: f, broken: map[string]bool{}},
	}
	if len(s.tokens) > 0 {
		for _, c := range split(s.tokens, 0, len(s.tokens)) {
			if item, ok := p.item(c); ok {
				p.file.Items = append(p.file.Items, item)
			}
		}
	}
	p.file.failed = diags.Len() > 0
	for _, it := range p.file.Items {
		placeAll(f, it)
	}
	attach(p.file, s.comments)
	return p.file, diags
}

// placeAll sets the spans of e and of everything below it from its tokens.
func placeAll(f *source.File, e element) {
	n := e.base()
	if len(n.Tokens) > 0 {
		last := n.Tokens[len(n.Tokens)-1]
		n.at = f.At(n.Tokens[0].Pos.Offset, min(last.Pos.Offset+len(last.Value), len(f.Text)))
	}
	children(e, func(c element) { placeAll(f, c) })
}

// chunk is a run of tokens between separators.
type chunk struct{ start, end int }

// split cuts the tokens [start, end) at the separators outside all brackets.
func split(tokens []lexer.Token, start, end int) (out []chunk) {
	depth := 0
	for i := start; i < end; i++ {
		switch t := &tokens[i]; {
		case t.Type == tokSep && depth == 0:
			out = append(out, chunk{start, i})
			start = i + 1
		case t.Type != tokPunct:
		case t.Value == "{" || t.Value == "(" || t.Value == "[":
			depth++
		case t.Value == "}" || t.Value == ")" || t.Value == "]":
			depth--
		}
	}
	if start < end {
		out = append(out, chunk{start, end})
	}
	return out
}

type parser struct {
	*grammar
	scanner *scanner
	diags   *diag.List
	file    *File
}

// peeking makes a lexer over tokens.
func peeking(tokens []lexer.Token) (*lexer.PeekingLexer, error) {
	end := 0
	if n := len(tokens); n > 0 {
		end = tokens[n-1].Pos.Offset + len(tokens[n-1].Value)
	}
	return lexer.Upgrade(&tokenStream{tokens: tokens, end: end})
}

// run parses tokens as one production.
func run[T any](q *participle.Parser[T], tokens []lexer.Token) (*T, error) {
	lex, err := peeking(tokens)
	if err != nil {
		return nil, err
	}
	return q.ParseFromLexer(lex)
}

// errorToken returns the index in tokens where the parse stopped.
func errorToken(tokens []lexer.Token, err error) int {
	perr, ok := err.(participle.Error)
	if !ok {
		return 0
	}
	off := perr.Position().Offset
	return sort.Search(len(tokens), func(i int) bool { return tokens[i].Pos.Offset >= off })
}
