package weft

// element is any node of the syntax tree that has a place.
type element interface{ base() *Node }

// children yields the elements directly below e in source order. It is the
// one place that knows them all.
func children(e element, yield func(element)) {
	w := walker(yield)
	switch n := e.(type) {
	case *Item:
		w.item(n)
	case *Signature:
		each(w, n.Params)
	case *ParamSpec:
		w.name(n.Name)
		opt(w, n.Type)
		opt(w, n.Default)
		opt(w, n.Map)
	case *Type:
		each(w, n.Enum)
	case *ArtSpec:
		w.name(n.Name)
		opt(w, n.From)
		opt(w, n.Path)
		opt(w, n.Map)
	case *Body:
		each(w, n.Stmts)
	case *Stmt:
		w.stmt(n)
	case *Parallel:
		each(w, n.Steps)
	case *Step:
		w.step(n)
	case *Inline:
		opt(w, n.Sig)
		opt(w, n.Body)
	case *Call:
		w.names(n.Callee)
		each(w, n.Args)
	case *Arg:
		w.name(n.Name)
		opt(w, n.Value)
	case *Modifier:
		w.modifier(n)
	case *Cond:
		w.cond(n)
	case *Deps:
		w.deps(n)
	case *BlockItem:
		w.hook(n.Hook)
		opt(w, n.Entry)
	case *Entry:
		w.names(n.Key.Parts)
		opt(w, n.Value)
	case *Map:
		each(w, n.Entries)
	case *List:
		each(w, n.Items)
	case *Value:
		opt(w, n.Map)
		opt(w, n.List)
		if n.Ref != nil {
			w.names(n.Ref.Parts)
		}
	case *Text, *Name:
	default:
		panic("weft: unknown element")
	}
}

type walker func(element)

func each[T element](w walker, list []T) {
	for _, n := range list {
		w(n)
	}
}

func opt[T interface {
	comparable
	element
}](w walker, n T) {
	var none T
	if n != none {
		w(n)
	}
}

func (w walker) name(n *Name)     { opt(w, n) }
func (w walker) names(ns []*Name) { each(w, ns) }

func (w walker) item(n *Item) {
	switch {
	case n.Import != nil:
		w.name(n.Import.Name)
		w.name(n.Import.Alias)
	case n.Header != nil:
		w.name(n.Header.Name)
	case n.Manifest != nil:
		w(n.Manifest.Map)
	case n.Template != nil:
		w.name(n.Template.Name)
		opt(w, n.Template.Sig)
		opt(w, n.Template.Body)
	case n.Param != nil:
		w(n.Param.Spec)
	case n.Artifact != nil:
		w(n.Artifact.Spec)
	case n.Hook != nil:
		w.hook(n.Hook)
	case n.Entry != nil:
		w(n.Entry)
	}
}

func (w walker) stmt(n *Stmt) {
	switch {
	case n.Param != nil:
		w(n.Param.Spec)
	case n.Artifact != nil:
		w(n.Artifact.Spec)
	case n.Output != nil:
		w(n.Output.Spec)
	case n.Retry != nil:
		w(n.Retry.Limit)
		opt(w, n.Retry.Map)
	case n.Run != nil:
		w(n.Run.Text)
	case n.Parallel != nil:
		w(n.Parallel)
	case n.Step != nil:
		w(n.Step)
	case n.Entry != nil:
		w(n.Entry)
	}
}

func (w walker) step(n *Step) {
	w.name(n.Name)
	opt(w, n.Inline)
	opt(w, n.Raw)
	opt(w, n.Call)
	opt(w, n.Bare)
	each(w, n.Modifiers)
}

func (w walker) modifier(n *Modifier) {
	switch {
	case n.For != nil:
		w.name(n.For.Var)
		opt(w, n.For.Matrix)
		each(w, n.For.Sequence)
		opt(w, n.For.Value)
	case n.When != nil:
		w(n.When.Cond)
	case n.After != nil:
		w(n.After.Deps)
	case n.Block != nil:
		each(w, n.Block.Items)
	}
}

func (w walker) cond(n *Cond) {
	for _, and := range n.Or {
		for _, not := range and.And {
			for _, o := range []*Operand{not.Left, not.Right} {
				if o != nil {
					opt(w, o.Group)
					opt(w, o.Value)
				}
			}
		}
	}
}

func (w walker) deps(n *Deps) {
	for _, and := range n.Or {
		for _, not := range and.And {
			opt(w, not.Group)
			w.name(not.Task)
			w.name(not.Status)
		}
	}
}

func (w walker) hook(n *Hook) {
	if n != nil {
		w.name(n.Event)
		w(n.Call)
		opt(w, n.When)
	}
}
