package validate

import (
	"fmt"
	"path"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/lang/diag"
)

// Settings say how one file is judged. The zero Settings are those of profile
// Recommended.
type Settings struct {
	Profile Profile
	// Severities replace those of the profile, by rule; 0 switches a rule off.
	Severities map[string]diag.Severity
	// External are the resources that live elsewhere: a reference to one of
	// them that leads nowhere is no error.
	External []External
	Target   Target
	// Argo and Kubernetes are the versions that the workflows are for, zero for
	// the newest that weft knows.
	Argo, Kubernetes Version
}

// Version is a release of a program, such as 1.34.
type Version struct{ Major, Minor int }

// ParseVersion is the inverse of String, and zero for what is no version.
func ParseVersion(text string) Version {
	var v Version
	if _, err := fmt.Sscanf(text, "%d.%d", &v.Major, &v.Minor); err != nil {
		return Version{}
	}
	return v
}

func (v Version) String() string { return fmt.Sprintf("%d.%d", v.Major, v.Minor) }

// Before reports whether v is older than w.
func (v Version) Before(w Version) bool {
	return v.Major < w.Major || v.Major == w.Major && v.Minor < w.Minor
}

// Target is what the workflows are written for.
type Target uint8

// The targets. Argo's decoder takes no tag where a number, boolean or quantity
// stands; weft, when it runs a workflow itself, fills it in first.
const (
	ForArgo Target = iota
	ForWeft
)

var targetNames = [...]string{ForArgo: "argo", ForWeft: "weft"}

func (t Target) String() string { return targetNames[t] }

// Targets are the names of the targets.
func Targets() []string { return targetNames[:] }

// External describes resources by globs. A Kind of 0 stands for both kinds of
// template, an empty Namespace for every one.
type External struct {
	Kind            ir.Kind
	Namespace, Name string
}

// Severity is that of the rule, 0 when it is off.
func (s *Settings) Severity(r *Rule) diag.Severity {
	if severity, ok := s.Severities[r.Name]; ok {
		return severity
	}
	return r.In(s.Profile)
}

// IsExternal reports whether a resource is known to live elsewhere.
func (s *Settings) IsExternal(kind ir.Kind, namespace, name string) bool {
	for _, e := range s.External {
		if (e.Kind == 0 || e.Kind == kind) && glob(e.Name, name) &&
			(e.Namespace == "" || kind == ir.ClusterWorkflowTemplate || glob(e.Namespace, namespace)) {
			return true
		}
	}
	return false
}

// glob matches a name of Kubernetes, in which there is no slash. Whoever makes
// Settings sees to it that the pattern is a valid one.
func glob(pattern, name string) bool {
	ok, _ := path.Match(pattern, name)
	return ok
}
