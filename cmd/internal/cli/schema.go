package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/weft-lang/weft/schemas"
	"github.com/weft-lang/weft/validate/config"
	"github.com/weft-lang/weft/validate/rules"
)

const schemaHelp = `Prints the JSON Schema (draft-07) of a kind of document, for editors and other
tools; config is that of weft.yaml. Without KIND it lists the kinds there are.

--crd prints what a cluster needs to keep manifests of a kind, or of every kind:
its CustomResourceDefinition, which knows the fields. A cluster where Argo
Workflows is installed has such definitions already.`

// schemaConfig is the name of the schema of weft.yaml.
const schemaConfig = "config"

const schemaExamples = `  weft schema
  weft schema Workflow > workflow.schema.json
  weft schema --crd | kubectl apply --server-side -f -`

func newSchema(s Streams) *cobra.Command {
	var crd bool
	cmd := &cobra.Command{
		Use:       "schema [KIND]",
		Short:     "Print the JSON Schema of a kind",
		Long:      schemaHelp,
		Example:   schemaExamples,
		Args:      cobra.MaximumNArgs(1),
		ValidArgs: append(schemas.Kinds(), schemaConfig),
		RunE: func(_ *cobra.Command, args []string) error {
			if crd {
				return printCRDs(s, args)
			}
			if len(args) == 0 {
				return write(s, strings.Join(append(schemas.Kinds(), schemaConfig), "\n")+"\n")
			}
			kind, ok := knownKind(args[0])
			if !ok {
				return usage("unknown kind %q: it is one of %s", args[0], strings.Join(append(schemas.Kinds(), schemaConfig), ", "))
			}
			if kind == schemaConfig {
				return write(s, config.Schema(rules.All()))
			}
			text, _ := schemas.JSON(kind)
			return write(s, string(text))
		},
	}
	cmd.Flags().BoolVar(&crd, "crd", false, "print the CustomResourceDefinition of the kind, or of all kinds")
	return cmd
}

// printCRDs prints the CustomResourceDefinitions of the kinds named, or of all.
func printCRDs(s Streams, kinds []string) error {
	if len(kinds) == 0 {
		kinds = schemas.Kinds()
	}
	var b strings.Builder
	for _, name := range kinds {
		kind, ok := knownKind(name)
		text, isObject := schemas.CRD(kind)
		if !ok || !isObject {
			return usage("there is no CustomResourceDefinition of %q: the kinds are %s", name, strings.Join(schemas.Kinds(), ", "))
		}
		b.WriteString("---\n")
		b.Write(text)
	}
	return write(s, b.String())
}

// knownKind is name as it is spelt where kinds are listed: nobody need
// remember what is upper case.
func knownKind(name string) (string, bool) {
	for _, k := range append(schemas.Kinds(), schemaConfig) {
		if strings.EqualFold(k, name) {
			return k, true
		}
	}
	return "", false
}

// write prints the result of a command.
func write(s Streams, text string) error {
	if _, err := fmt.Fprint(s.Out, text); err != nil {
		return failure("cannot write: %w", err)
	}
	return nil
}
