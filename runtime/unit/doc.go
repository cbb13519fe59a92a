// Package unit runs unit tests of workflows, which are written in YAML: what
// Pods do is mocked, time is virtual, and what comes of it is compared with what
// the test expects. Mistakes in a test file and tests that fail are findings with
// a place in that file.
package unit
