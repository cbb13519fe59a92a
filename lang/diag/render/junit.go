package render

import (
	"encoding/xml"
	"fmt"
	"io"

	"github.com/weft-lang/weft/lang/diag"
)

type junitReport struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	File    string        `xml:"file,attr,omitempty"`
	Line    int           `xml:"line,attr,omitempty"`
	Failure *junitFailure `xml:"failure"`
	Output  string        `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// JUnit prints a JUnit report: a test suite for every file, a test for every
// finding, and one that passes for a file without findings. An info passes, too.
func JUnit(w io.Writer, r Report, _ Options) error {
	report := junitReport{Name: "weft"}
	index := map[string]int{}
	suite := func(name string) *junitSuite {
		i, ok := index[name]
		if !ok {
			i = len(report.Suites)
			index[name] = i
			report.Suites = append(report.Suites, junitSuite{Name: name})
		}
		return &report.Suites[i]
	}
	for _, name := range r.Files {
		suite(name)
	}
	for _, d := range r.Diagnostics {
		c := toJUnit(d)
		s := suite(c.Class)
		s.Cases = append(s.Cases, c)
		if c.Failure != nil {
			s.Failures++
		}
	}
	for i := range report.Suites {
		s := &report.Suites[i]
		if len(s.Cases) == 0 {
			s.Cases = []junitCase{{Name: "no problems", Class: s.Name, File: s.Name}}
		}
		s.Tests = len(s.Cases)
		report.Tests += s.Tests
		report.Failures += s.Failures
	}
	return writeXML(w, report)
}

func toJUnit(d diag.Diagnostic) junitCase {
	c := junitCase{Name: d.Rule, Class: "weft"}
	text := withHelp(d)
	if f := d.Span.File; f != nil {
		at := f.Position(d.Span.Start)
		c = junitCase{Name: fmt.Sprintf("%s at %s", d.Rule, at), Class: f.Name, File: f.Name, Line: at.Line}
		text = d.Span.String() + ": " + text
	}
	if d.Severity == diag.Info {
		c.Output = text
	} else {
		c.Failure = &junitFailure{Message: d.Message, Type: d.Severity.String(), Text: text}
	}
	return c
}

func writeXML(w io.Writer, v any) error {
	text, err := xml.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, text)
	return err
}
