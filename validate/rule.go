// Package validate judges a bound project. A check of any kind is a Rule: a
// value with its manual inside and no state. Check runs the rules and, when no
// error is found, seals the project for the builders and the runtime.
package validate

import (
	"fmt"

	"github.com/weft-lang/weft/lang/diag"
)

// A Rule is one check. Rules keep no state, so runs are re-entrant.
type Rule struct {
	Name     string // kebab-case: one name, never renamed
	Group    Group
	Severity diag.Severity // outside profile argo
	Profile  Profile       // the mildest profile that runs it; zero is Recommended
	// Argo is the severity in profile argo, which gives the reference's verdict
	// and nothing else. Zero: the reference has no such check.
	Argo diag.Severity

	Summary string // what it finds, one clause
	Why     string // what happens when it stays, and the way out
	Bad     string // a document, or a txtar archive of several, that it finds fault with
	Good    string // the same, mended

	// Check reports through the pass, while other rules do the same. It is nil
	// when a front end or the structural walk reports under the rule's name.
	Check func(*Pass)
	// Waits says that Check spends its time waiting for a program outside. Such
	// rules start first, and take no turn from the others.
	Waits bool
}

// Group sorts rules for the reader of the catalogue.
type Group uint8

// The groups.
const (
	Documents Group = iota + 1
	Structure
	Names
	References
	Arguments
	DataFlow
	Expressions
	Control
	Pods
	Cron
	Metrics
	Scripts
	Security
	Robustness
	DeadWeight
	Migration
	Project
	Language
)

var groupNames = [...]string{
	Documents: "documents", Structure: "structure", Names: "names", References: "references", Arguments: "arguments",
	DataFlow: "data flow", Expressions: "expressions", Control: "control flow", Pods: "pods", Cron: "cron", Metrics: "metrics",
	Scripts: "scripts", Security: "security", Robustness: "robustness", DeadWeight: "dead weight", Migration: "migration", Project: "project", Language: "language",
}

func (g Group) String() string { return groupNames[g] }

// Profile is a selection of rules.
type Profile uint8

// The profiles. Recommended is the zero value; StrictProfile and
// SecurityProfile hold more rules than it, Argo holds those of the reference.
const (
	Recommended Profile = iota
	Strict
	SecurityProfile
	Argo
)

var profileNames = [...]string{Recommended: "recommended", Strict: "strict", SecurityProfile: "security", Argo: "argo"}

func (p Profile) String() string { return profileNames[p] }

// Profiles are the names that ParseProfile takes.
func Profiles() []string { return profileNames[:] }

// ParseProfile is the inverse of String; "" is Recommended.
func ParseProfile(name string) (Profile, error) {
	if name == "" {
		return Recommended, nil
	}
	for p, n := range profileNames {
		if n == name {
			return Profile(p), nil
		}
	}
	return 0, fmt.Errorf("unknown profile %q, choose one of %v", name, profileNames)
}

// In is the severity of the rule in a profile, 0 when it is off there.
func (r *Rule) In(p Profile) diag.Severity {
	switch {
	case p == Argo:
		return r.Argo
	case r.Profile == Recommended || r.Profile == p:
		return r.Severity
	}
	return 0
}
