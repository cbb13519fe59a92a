package schema_test

import (
	"testing"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/yaml"
	"github.com/weft-lang/weft/validate/fix"
	"github.com/weft-lang/weft/validate/schema"
)

// TestMigration applies the fixes of fields that are gone; what comes out has
// nothing left to complain about.
func TestMigration(t *testing.T) {
	const workflow = "kind: Workflow\nspec:\n  entrypoint: main\n"
	const cron = "kind: CronWorkflow\nspec:\n  workflowSpec: {entrypoint: main}\n"
	for _, c := range []struct{ name, before, after string }{
		{"mutex in a block", workflow + "  synchronization:\n    mutex:\n      name: a\n      namespace: b\n", workflow + "  synchronization:\n    mutexes:\n      - name: a\n        namespace: b\n"},
		{"mutex in flow style", workflow + "  synchronization: {mutex: {name: a}}\n", workflow + "  synchronization: {mutexes: [{name: a}]}\n"},
		{"semaphore", workflow + "  synchronization:\n    semaphore:\n      configMapKeyRef:\n        name: a\n        key: b\n", workflow + "  synchronization:\n    semaphores:\n      - configMapKeyRef:\n          name: a\n          key: b\n"},
		{"quoted schedule", cron + "  schedule: '0 3 * * *'\n", cron + "  schedules: ['0 3 * * *']\n"},
		{"plain schedule with commas", cron + "  schedule: 0 1,2 * * *\n", cron + "  schedules: [\"0 1,2 * * *\"]\n"},
		{"stop condition", cron + "  schedules: [\"@daily\"]\n  stopStrategy: {condition: failed > 1}\n", cron + "  schedules: [\"@daily\"]\n  stopStrategy: {expression: failed > 1}\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var fixes []diag.Fix
			for _, f := range unknownFields(t, c.before) {
				fixes = append(fixes, f.Fixes...)
			}
			got, _ := fix.Apply(c.before, fixes)
			if got != c.after {
				t.Errorf("got:\n%s\nwant:\n%s", got, c.after)
			}
			if left := unknownFields(t, got); len(left) > 0 {
				t.Errorf("still unknown: %v", left)
			}
		})
	}
}

func unknownFields(t *testing.T, text string) (found []schema.Finding) {
	t.Helper()
	docs, faults := yaml.Parse(source.NewFile("in.yaml", text))
	if faults.Len() > 0 {
		t.Fatalf("broken input: %v", faults.Sorted())
	}
	check(docs[0].Root, schema.Options{}, func(f schema.Finding) {
		if f.Rule == schema.UnknownField {
			found = append(found, f)
		}
	})
	return found
}
