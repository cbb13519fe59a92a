package cli

import (
	"io"
	"strings"
	"testing"
)

func TestChangedWithoutGit(t *testing.T) {
	t.Setenv("PATH", "")
	var errs strings.Builder
	if code := Main([]string{"lint", "--changed"}, Streams{Out: io.Discard, Err: &errs}); code != Failure {
		t.Errorf("exit code %d, want %d", code, Failure)
	}
	if want := "there is no git on this machine"; !strings.Contains(errs.String(), want) {
		t.Errorf("%q lacks %q", errs.String(), want)
	}
}
