// Package config reads weft.yaml, the settings of a project. It is read like
// any other document, so what is wrong in it is a finding with a place, and what
// is right in it counts all the same.
package config

import (
	"fmt"
	"maps"
	"path"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/validate"
)

// FileName is what the file is called, in whatever folder it is.
const FileName = "weft.yaml"

// Rule is the rule that mistakes are reported under.
const Rule = "config-invalid"

// Config is one weft.yaml. Globs in it are relative to the folder it is in.
type Config struct {
	File *source.File // nil when there is none

	Stubs   []Path           // files, folders and globs with stubs
	Schemas Schemas          // users' own JSON Schemas
	Images  map[string]Image // what images run by themselves
	Cluster Cluster          // what runs in a cluster take

	settings  validate.Settings
	ignored   []string // globs
	overrides []override
	combined  map[string]*validate.Settings // by which overrides apply
}

// Path is a path that stands in the file. Parse leaves it relative to the folder
// of the file; a Finder makes it relative to where names start from.
type Path struct {
	Name string
	Node *tree.Node
}

// locate changes every path in the file.
func (c *Config) locate(place func(string) string) {
	for i := range c.Stubs {
		c.Stubs[i].Name = place(c.Stubs[i].Name)
	}
	for _, paths := range []map[string]Path{c.Schemas.Parameters, c.Schemas.Plugins} {
		for name, p := range paths {
			paths[name] = Path{place(p.Name), p.Node}
		}
	}
}

// Image is what an image runs by itself. Arguments of a container take the place
// of Cmd and follow Entrypoint.
type Image struct{ Entrypoint, Cmd []string }

// Cluster is what runs in a cluster take from elsewhere than usual; "" is the
// usual.
type Cluster struct {
	AgentImage, DriverImage, GitImage string

	Artifacts *tree.Node // the store of artifacts that name none
}

// Schemas are JSON Schemas by the names of what they are for.
type Schemas struct {
	Parameters, Plugins map[string]Path
}

// override is settings for some paths.
type override struct {
	paths      []string
	profile    *validate.Profile
	severities map[string]diag.Severity
}

// Settings are those for a file, named from the folder of the Config. Equal
// settings are one value.
func (c *Config) Settings(name string) *validate.Settings {
	var which []int
	for i, o := range c.overrides {
		if matches(o.paths, name) {
			which = append(which, i)
		}
	}
	key := fmt.Sprint(which)
	if s := c.combined[key]; s != nil {
		return s
	}
	s := c.settings
	s.Severities = maps.Clone(c.settings.Severities)
	if s.Severities == nil {
		s.Severities = map[string]diag.Severity{}
	}
	for _, i := range which {
		if p := c.overrides[i].profile; p != nil {
			s.Profile = *p
		}
		maps.Copy(s.Severities, c.overrides[i].severities)
	}
	if c.combined == nil {
		c.combined = map[string]*validate.Settings{}
	}
	c.combined[key] = &s
	return &s
}

// SetProfile replaces every profile that the file names.
func (c *Config) SetProfile(p validate.Profile) {
	c.settings.Profile = p
	for i := range c.overrides {
		c.overrides[i].profile = nil
	}
	c.combined = nil
}

// SetTarget replaces the target that the file names.
func (c *Config) SetTarget(t validate.Target) {
	c.settings.Target = t
	c.combined = nil
}

// Ignores reports whether a file met in a folder is to be left out.
func (c *Config) Ignores(name string) bool { return matches(c.ignored, name) }

// matches reports whether one of the globs means a file or a folder above it.
func matches(globs []string, name string) bool {
	for _, g := range globs {
		for part := name; part != "." && part != "/"; part = path.Dir(part) {
			if doublestar.MatchUnvalidated(g, part) {
				return true
			}
		}
	}
	return false
}
