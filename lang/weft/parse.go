package weft

import (
	"sort"
	"sync"

	"github.com/alecthomas/participle/v2"
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
)

// grammar holds the parsers of the productions that are entered by hand.
type grammar struct {
	item     *participle.Parser[Item]
	param    *participle.Parser[Param]
	artifact *participle.Parser[Artifact]
	output   *participle.Parser[Output]
	retry    *participle.Parser[Retry]
	run      *participle.Parser[Run]
	parallel *participle.Parser[Parallel]
	inline   *participle.Parser[Inline]
	loop     *participle.Parser[For]
	when     *participle.Parser[When]
	after    *participle.Parser[After]
	hook     *participle.Parser[Hook]
}

// productions names those that participle would not find below Item, because
// hand-written ones stand between.
type productions struct {
	Item     *Item     `parser:"  @@"`
	Param    *Param    `parser:"| @@"`
	Artifact *Artifact `parser:"| @@"`
	Output   *Output   `parser:"| @@"`
	Retry    *Retry    `parser:"| @@"`
	Run      *Run      `parser:"| @@"`
	Parallel *Parallel `parser:"| @@"`
	Inline   *Inline   `parser:"| @@"`
	For      *For      `parser:"| @@"`
	When     *When     `parser:"| @@"`
	After    *After    `parser:"| @@"`
	Hook     *Hook     `parser:"| @@"`
}

// theGrammar is built on first use: a run that meets no .weft file does not pay for it.
var theGrammar = sync.OnceValue(buildGrammar)

func buildGrammar() *grammar {
	all := participle.MustBuild[productions](participle.Lexer(definition{}), participle.UseLookahead(1))
	return &grammar{
		item: production[Item](all), param: production[Param](all), artifact: production[Artifact](all),
		output: production[Output](all), retry: production[Retry](all), run: production[Run](all),
		parallel: production[Parallel](all), inline: production[Inline](all), loop: production[For](all),
		when: production[When](all), after: production[After](all), hook: production[Hook](all),
	}
}

func production[T any](p *participle.Parser[productions]) *participle.Parser[T] {
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
	d, ok := notText(f)
	if !ok {
		d, ok = yamlFile(f)
	}
	if ok {
		diags.Add(d)
		whole := []source.Span{f.At(0, len(f.Text))}
		return &File{Source: f, broken: map[string]bool{}, damage: damage{places: whole, around: whole}}, diags
	}
	s := newScanner(f, diags)
	s.scan()
	if s.unclosed { // somewhere; indentation may tell where
		diags = &diag.List{}
		s = newScanner(f, diags)
		s.byIndent = true
		s.scan()
	}
	p := &parser{
		scanner: s, diags: diags,
		file: &File{Source: f, broken: map[string]bool{}},
	}
	if len(s.tokens) > 0 {
		p.items(split(s.tokens, 0, len(s.tokens)))
	}
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
	scanner *scanner
	diags   *diag.List
	file    *File

	paramsLost bool    // by the template at hand
	inside     []*Item // of braces around a document
}

// peeking makes a lexer over tokens.
func peeking(tokens []lexer.Token) (*lexer.PeekingLexer, error) {
	end := 0
	if n := len(tokens); n > 0 {
		end = tokens[n-1].Pos.Offset + len(tokens[n-1].Value)
	}
	return lexer.Upgrade(&tokenStream{tokens: tokens, end: end})
}

// whole parses tokens as one element, by hand or by participle.
func whole[T participle.Parseable](e T, tokens []lexer.Token) (T, error) {
	lex, err := peeking(tokens)
	if err != nil {
		return e, err
	}
	if err := required(lex, e.Parse(lex)); err != nil {
		return e, err
	}
	if !lex.Peek().EOF() {
		return e, unexpected(lex)
	}
	return e, nil
}

// wholeItem parses tokens as an item.
func wholeItem(tokens []lexer.Token) (*Item, error) {
	lex, err := peeking(tokens)
	if err != nil {
		return nil, err
	}
	return theGrammar().item.ParseFromLexer(lex)
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
