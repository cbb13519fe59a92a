package render

import (
	"io"
	"net/url"
	"path"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
)

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	homepage    = "https://github.com/weft-lang/weft"
	// sarifFingerprint is raised when fingerprints are made in another way.
	sarifFingerprint = "weftFinding/v1"
)

var sarifLevels = [...]string{diag.Info: "note", diag.Warning: "warning", diag.Error: "error"}

// The part of SARIF 2.1.0 that we write; the names are those of the standard.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version,omitempty"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID                   string         `json:"id"`
		ShortDescription     *sarifText     `json:"shortDescription,omitempty"`
		FullDescription      *sarifText     `json:"fullDescription,omitempty"`
		Help                 *sarifText     `json:"help,omitempty"`
		HelpURI              string         `json:"helpUri,omitempty"`
		DefaultConfiguration *sarifDefault  `json:"defaultConfiguration,omitempty"`
		Properties           *sarifRuleTags `json:"properties,omitempty"`
	}
	sarifDefault struct {
		Level string `json:"level"`
	}
	sarifRuleTags struct {
		Tags []string `json:"tags"`
	}
	sarifText struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown,omitempty"`
	}
	sarifResult struct {
		RuleID              string            `json:"ruleId"`
		RuleIndex           int               `json:"ruleIndex"`
		Level               string            `json:"level"`
		Message             sarifText         `json:"message"`
		Locations           []sarifLocation   `json:"locations,omitempty"`
		RelatedLocations    []sarifLocation   `json:"relatedLocations,omitempty"`
		Fixes               []sarifFix        `json:"fixes,omitempty"`
		PartialFingerprints map[string]string `json:"partialFingerprints"`
	}
	sarifLocation struct {
		ID               int            `json:"id,omitempty"`
		PhysicalLocation sarifPlace     `json:"physicalLocation"`
		LogicalLocations []sarifLogical `json:"logicalLocations,omitempty"`
		Message          *sarifText     `json:"message,omitempty"`
	}
	sarifLogical struct {
		FullyQualifiedName string `json:"fullyQualifiedName"`
	}
	sarifPlace struct {
		ArtifactLocation sarifArtifact `json:"artifactLocation"`
		Region           sarifRegion   `json:"region"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	// A sarifRegion ends before the character at its end.
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
	sarifFix struct {
		Description     sarifText     `json:"description"`
		ArtifactChanges []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		ArtifactLocation sarifArtifact      `json:"artifactLocation"`
		Replacements     []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		DeletedRegion   sarifRegion `json:"deletedRegion"`
		InsertedContent sarifText   `json:"insertedContent"`
	}
)

// SARIF prints a SARIF 2.1.0 log with the manuals of the rules that found
// something. Columns count code points, as everywhere in weft.
func SARIF(w io.Writer, r Report, _ Options) error {
	driver := sarifDriver{Name: "weft", Version: r.Version, InformationURI: homepage, Rules: []sarifRule{}}
	results := make([]sarifResult, 0, len(r.Diagnostics))
	index := map[string]int{}
	fingerprints := diag.Fingerprints(r.Diagnostics)
	for i, d := range r.Diagnostics {
		if _, ok := index[d.Rule]; !ok {
			index[d.Rule] = len(driver.Rules)
			driver.Rules = append(driver.Rules, toSARIFRule(d.Rule, r.manual(d.Rule)))
		}
		result := toSARIF(d)
		result.RuleIndex = index[d.Rule]
		result.PartialFingerprints = map[string]string{sarifFingerprint: fingerprints[i]}
		results = append(results, result)
	}
	enc := newEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(sarifLog{
		Schema: sarifSchema, Version: "2.1.0",
		Runs: []sarifRun{{Tool: sarifTool{driver}, ColumnKind: "unicodeCodePoints", Results: results}},
	})
}

func toSARIFRule(name string, m Manual) sarifRule {
	r := sarifRule{ID: name}
	if m.Summary == "" {
		return r
	}
	r.ShortDescription = &sarifText{Text: m.Summary}
	r.FullDescription = &sarifText{Text: m.Why}
	r.Help = &sarifText{Text: m.Why, Markdown: m.Markdown}
	r.HelpURI = m.URL
	r.DefaultConfiguration = &sarifDefault{Level: sarifLevels[m.Severity]}
	r.Properties = &sarifRuleTags{Tags: []string{m.Group}}
	return r
}

func toSARIF(d diag.Diagnostic) sarifResult {
	result := sarifResult{RuleID: d.Rule, Level: sarifLevels[d.Severity], Message: sarifText{Text: withHelp(d)}}
	if !d.Span.IsZero() {
		l := sarifLocation{PhysicalLocation: toSARIFPlace(d.Span)}
		if d.Path != "" {
			l.LogicalLocations = []sarifLogical{{d.Path}}
		}
		result.Locations = []sarifLocation{l}
	}
	for _, related := range d.Related {
		if !related.Span.IsZero() {
			result.RelatedLocations = append(result.RelatedLocations, sarifLocation{
				ID: len(result.RelatedLocations) + 1, PhysicalLocation: toSARIFPlace(related.Span), Message: &sarifText{Text: related.Message},
			})
		}
	}
	for _, f := range d.Fixes {
		if changes := toSARIFChanges(f.Edits); len(changes) > 0 {
			result.Fixes = append(result.Fixes, sarifFix{Description: sarifText{Text: f.Title}, ArtifactChanges: changes})
		}
	}
	return result
}

// toSARIFChanges gathers edits by file.
func toSARIFChanges(edits []diag.Edit) []sarifChange {
	var changes []sarifChange
	index := map[*source.File]int{}
	for _, e := range edits {
		if e.Span.IsZero() {
			continue
		}
		place := toSARIFPlace(e.Span)
		i, ok := index[e.Span.File]
		if !ok {
			i = len(changes)
			index[e.Span.File] = i
			changes = append(changes, sarifChange{ArtifactLocation: place.ArtifactLocation})
		}
		changes[i].Replacements = append(changes[i].Replacements, sarifReplacement{place.Region, sarifText{Text: e.New}})
	}
	return changes
}

func toSARIFPlace(s source.Span) sarifPlace {
	start, end := s.File.Position(s.Start), s.File.Position(s.End)
	return sarifPlace{
		ArtifactLocation: sarifArtifact{URI: fileURI(s.File.Name)},
		Region:           sarifRegion{StartLine: start.Line, StartColumn: start.Column, EndLine: end.Line, EndColumn: end.Column},
	}
}

// fileURI is a name as a URI reference, relative where the name is.
func fileURI(name string) string {
	u := url.URL{Path: name}
	if path.IsAbs(name) {
		u.Scheme = "file"
	}
	return u.String()
}
