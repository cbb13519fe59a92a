package weft

import (
	"github.com/alecthomas/participle/v2/lexer"

	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
)

// The grammar is written in the struct tags below, one production a type, in
// the order of docs/language.md. Keywords are contextual: each alternative
// that begins with one carries a (?= ...) guard for what must follow, and a
// word that does not fit is the key of an Entry.
//
// Alternatives take the first match, so guarded ones come before Entry, and
// one token of look-ahead is enough.
//
// Productions without tags are parsed by hand, with their grammar in the
// comment: values (value_parse.go), which are most of any file, and what chooses
// between statements (stmt_parse.go), where trying one alternative after the
// other costs most. That makes the whole three times as fast.

// Node is what all parts of a file share: where they stand, and the comments
// that belong to them.
type Node struct {
	Tokens []lexer.Token // filled by the parser; nil in a raised tree

	at    source.Span
	notes *notes
}

// Span is the place of the node: in the .weft file for a parsed tree, in the
// file it was raised from otherwise.
func (n *Node) Span() source.Span { return n.at }

func (n *Node) base() *Node { return n }

// notes are the comments of one node.
type notes struct {
	head  []tree.Comment // on the lines above
	trail []tree.Comment // behind it on the same line
	foot  []tree.Comment // below its last child, before its closing bracket
}

// File is a parsed .weft file.
type File struct {
	Source *source.File
	Items  []*Item

	broken map[string]bool // names that stand at the head of statements that could not be read
	damage damage          // what could not be read
	foot   []tree.Comment  // comments behind the last item
}

// Item is one thing at the top level of a file.
type Item struct {
	Node
	Import   *Import   `parser:"  @@"`
	Header   *Header   `parser:"| @@"`
	Manifest *Manifest `parser:"| @@"`
	Template *Template `parser:"| @@"`
	Param    *Param    `parser:"| @@"`
	Artifact *Artifact `parser:"| @@"`
	Hook     *Hook     `parser:"| @@"`
	Entry    *Entry    `parser:"| @@"`
}

// Import makes templates of another file or of a WorkflowTemplate callable.
type Import struct {
	Kind  string `parser:"(?= 'import' (Ident | String)) 'import' (@('workflowTemplate' | 'clusterWorkflowTemplate') (?= Ident | String))?"`
	Name  *Name  `parser:"@@"`
	Alias *Name  `parser:"('as' @@)?"`
}

// Header begins a document.
type Header struct {
	Kind string `parser:"@('workflow' | 'workflowTemplate' | 'clusterWorkflowTemplate' | 'cronWorkflow') (?= Ident | String | EOF)"`
	Name *Name  `parser:"@@?"`
}

// Manifest is any other Kubernetes object, verbatim.
type Manifest struct {
	Map *Map `parser:"(?= 'manifest' '{') 'manifest' @@"`
}

// Template declares one template. The kind "template" takes the fields of the
// API as they are; without a name it has none.
type Template struct {
	Kind string     `parser:"(?= Ident (Ident | String | Const)? ('(' | '{')) @('container' | 'script' | 'steps' | 'dag' | 'resource' | 'suspend' | 'http' | 'plugin' | 'data' | 'containerSet' | 'template')"`
	Name *Name      `parser:"@@?"`
	Sig  *Signature `parser:"@@?"`
	Body *Body      `parser:"@@"`
}

// Signature is the parameter list of a template.
type Signature struct {
	Node
	Params []*ParamSpec `parser:"'(' (@@ (',' @@)* ','?)? ')'"`
}

// Param declares a parameter as a statement.
type Param struct {
	Spec *ParamSpec `parser:"(?= 'param' (Ident | String | Const)) 'param' @@"`
}

// ParamSpec is a parameter: name, type, default and further fields.
type ParamSpec struct {
	Node
	Name    *Name  `parser:"@@"`
	Type    *Type  `parser:"(':' @@)?"`
	Default *Value `parser:"('=' @@)?"`
	Map     *Map   `parser:"@@?"`
}

// Type is the name of a type, or the literals of an enumeration.
type Type struct {
	Node
	Name string   `parser:"  @Ident"`
	Enum []*Value `parser:"| (?= String | Raw | Number | Quantity | Const) @@ ('|' (?= String | Raw | Number | Quantity | Const) @@)*"`
}

// Artifact declares an input artifact.
type Artifact struct {
	Spec *ArtSpec `parser:"(?= 'artifact' (Ident | String | Const)) 'artifact' @@"`
}

// ArtSpec is the declaration of an artifact or of an output: name, source,
// path and further fields.
type ArtSpec struct {
	Node
	Name *Name  `parser:"@@"`
	From *Value `parser:"('=' @@)?"`
	Path *Text  `parser:"@@?"`
	Map  *Map   `parser:"@@?"`
}

// Body is the block of a template.
type Body struct {
	Node
	Stmts []*Stmt `parser:"'{' (@@ (Sep @@)*)? '}'"`
}

// Stmt is one statement of a template:
// Param | Artifact | Output | Retry | Run | Parallel | Step | Entry.
type Stmt struct {
	Node
	Param    *Param
	Artifact *Artifact
	Output   *Output
	Retry    *Retry
	Run      *Run
	Parallel *Parallel
	Step     *Step
	Entry    *Entry
}

// Output declares an output parameter or artifact.
type Output struct {
	Kind string   `parser:"'output' @('param' | 'artifact')"`
	Spec *ArtSpec `parser:"@@"`
}

// Retry sets the retry strategy: its limit, then further fields.
type Retry struct {
	Limit *Value `parser:"'retry' @@"`
	Map   *Map   `parser:"@@?"`
}

// Run is the shell, or another interpreter, and its text.
type Run struct {
	Shell string `parser:"'run' @Ident?"`
	Text  *Text  `parser:"@@"`
}

// Parallel groups steps that run at the same time.
type Parallel struct {
	Node
	Steps []*Step `parser:"'parallel' '{' (@@ (Sep @@)*)? '}'"`
}

// Step is one step or task, a call, an inline template, or a raw map:
// ( Name "=" ( Inline | Map | Call ) | Call ) { Modifier }.
type Step struct {
	Node
	Name      *Name
	Inline    *Inline
	Raw       *Map
	Call      *Call // with a name
	Bare      *Call // without one
	Modifiers []*Modifier
}

// Inline is a template written inside a step.
type Inline struct {
	Node
	Kind string     `parser:"@('container' | 'script' | 'steps' | 'dag' | 'resource' | 'suspend' | 'http' | 'plugin' | 'data' | 'containerSet' | 'template')"`
	Sig  *Signature `parser:"@@?"`
	Body *Body      `parser:"@@"`
}

// Call names a template and its arguments:
// Name {"." Name} "(" [Arg {"," Arg} [","]] ")".
type Call struct {
	Node
	Callee []*Name
	Args   []*Arg
}

// Arg is one argument, by name or by place: [Name ":"] Value.
type Arg struct {
	Node
	Name  *Name
	Value *Value
}

// Modifier is what may follow a call: For | When | After | Block.
type Modifier struct {
	Node
	For   *For
	When  *When
	After *After
	Block *Block
}

// For repeats a step over a matrix, a sequence, a list or a value.
type For struct {
	Var      *Name  `parser:"'for' @@ 'in'"`
	Matrix   *Map   `parser:"( (?= 'matrix' '{') 'matrix' @@"`
	Sequence []*Arg `parser:"| (?= 'sequence' '(') 'sequence' '(' (@@ (',' @@)* ','?)? ')'"`
	Value    *Value `parser:"| @@ )"`
}

// When makes a step conditional.
type When struct {
	Cond *Cond `parser:"'when' @@"`
}

// Cond is a condition: alternatives of conjunctions.
type Cond struct {
	Node
	Or []*CondAnd `parser:"@@ ('||' @@)*"`
}

// CondAnd is a conjunction of comparisons.
type CondAnd struct {
	And []*CondNot `parser:"@@ ('&&' @@)*"`
}

// CondNot is a comparison or a single operand, perhaps negated.
type CondNot struct {
	Not   bool     `parser:"@'!'?"`
	Left  *Operand `parser:"@@"`
	Op    string   `parser:"( @('==' | '!=' | '=~' | '!~' | '<' | '<=' | '>' | '>=')"`
	Right *Operand `parser:"  @@ )?"`
}

// Operand is one side of a comparison.
type Operand struct {
	Group *Cond  `parser:"  '(' @@ ')'"`
	Value *Value `parser:"| (?! '{' | '[') @@"`
}

// After says which tasks must have ended, and how.
type After struct {
	Deps *Deps `parser:"'after' @@"`
}

// Deps is a dependency expression: alternatives of conjunctions.
type Deps struct {
	Node
	Or []*DepsAnd `parser:"@@ ('||' @@)*"`
}

// DepsAnd is a conjunction of tasks.
type DepsAnd struct {
	And []*DepsNot `parser:"@@ ('&&' @@)*"`
}

// DepsNot is a task, perhaps with the way it ended, or a group.
type DepsNot struct {
	Not    bool  `parser:"@'!'?"`
	Group  *Deps `parser:"( '(' @@ ')'"`
	Task   *Name `parser:"| @@"`
	Status *Name `parser:"  ('.' @@)? )"`
}

// Block holds hooks and raw fields of a step: "{" [BlockItem {Sep BlockItem}] "}".
type Block struct{ Items []*BlockItem }

// BlockItem is one hook or field: Hook | Entry.
type BlockItem struct {
	Node
	Hook  *Hook
	Entry *Entry
}

// Hook calls a template when something happens.
type Hook struct {
	Event *Name `parser:"(?= 'on' (Ident | String | Const) (Ident | String | Const)) 'on' @@"`
	Call  *Call `parser:"@@"`
	When  *Text `parser:"('when' @@)?"`
}

// Entry is a key and its value, one line of YAML: Key [":"] Value.
type Entry struct {
	Node
	Key   *Key
	Value *Value
	// Colon is set when a colon follows a key that without it could begin a
	// statement: workflow: a is an entry, workflow a a header.
	Colon bool
}

// Key is a key or a dotted path of keys: Name {"." Name}.
type Key struct{ Parts []*Name }

// Map is a block of entries: "{" [Entry {Sep Entry}] "}".
type Map struct {
	Node
	Entries []*Entry
}

// List is a list of values: "[" [Value {"," Value} [","]] "]".
type List struct {
	Node
	Items []*Value
}

// Value is anything that can stand behind a key: Literal | Map | List | Ref.
type Value struct {
	Node
	Literal string // as written
	Map     *Map
	List    *List
	Ref     *Ref
}

// Ref is a bare name, a reference: Ident {"." Name}.
type Ref struct{ Parts []*Name }

// Text is a literal of text, quotes included.
type Text struct {
	Node
	Literal string `parser:"@(String | Raw | Heredoc)"`
}

// Name is a name as it is written, quotes included.
type Name struct {
	Node
	Literal string
}
