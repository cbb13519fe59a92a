package cli

import (
	"encoding/xml"
	"fmt"
	"strings"

	"github.com/weft-lang/weft/lang/diag"
	"github.com/weft-lang/weft/lang/source"
)

// The parts of a JUnit report that tell of tests: a suite for each file.
type (
	junitTests struct {
		XMLName  xml.Name        `xml:"testsuites"`
		Name     string          `xml:"name,attr"`
		Tests    int             `xml:"tests,attr"`
		Failures int             `xml:"failures,attr"`
		Suites   []*junitTestSet `xml:"testsuite"`
	}
	junitTestSet struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Cases    []junitTest `xml:"testcase"`
	}
	junitTest struct {
		Name    string           `xml:"name,attr"`
		Class   string           `xml:"classname,attr"`
		File    string           `xml:"file,attr"`
		Line    int              `xml:"line,attr"`
		Time    string           `xml:"time,attr"`
		Failure *junitTestFailed `xml:"failure"`
	}
	junitTestFailed struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// testReport is a JUnit report of tests. A file that could not be read is a case
// that failed, so that its tests are not taken for tests that are not there.
func testReport(runs []testRun) string {
	report := junitTests{Name: "weft test"}
	var set *junitTestSet
	for _, r := range runs {
		if set == nil || set.Name != r.file {
			set = &junitTestSet{Name: r.file}
			report.Suites = append(report.Suites, set)
		}
		c := junitTest{Name: r.file, Class: r.file, File: r.file, Time: fmt.Sprintf("%.3f", r.took.Seconds())}
		at := source.Span{}
		switch {
		case r.test != nil:
			c.Name, at = r.test.Name, r.test.At.Place()
		case len(r.findings) > 0:
			at = r.findings[0].Span
		}
		if at.File != nil {
			c.Line = at.File.Position(at.Start).Line
		}
		report.Tests++
		set.Tests++
		if !r.passed {
			report.Failures++
			set.Failures++
			c.Failure = failureOf(r.findings)
		}
		set.Cases = append(set.Cases, c)
	}
	text, err := xml.MarshalIndent(report, "", "  ")
	if err != nil {
		panic(fmt.Sprintf("a JUnit report cannot be written: %v", err)) // it is made of texts and numbers
	}
	return xml.Header + string(text) + "\n"
}

func failureOf(found []diag.Diagnostic) *junitTestFailed {
	var f junitTestFailed
	var lines []string
	for _, d := range found {
		if d.Severity != diag.Error {
			continue
		}
		if f.Message == "" {
			f.Message = d.Message
		}
		line := fmt.Sprintf("%s: %s", d.Span, d.Message)
		if d.Help != "" {
			line += " (" + d.Help + ")"
		}
		lines = append(lines, line)
	}
	f.Text = strings.Join(lines, "\n")
	return &f
}
