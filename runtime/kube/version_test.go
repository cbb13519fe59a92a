package kube

import "testing"

func TestTooOld(t *testing.T) {
	for answer, want := range map[string]string{
		`{"major":"1","minor":"29","gitVersion":"v1.29.0"}`:           "",
		`{"major":"1","minor":"34+","gitVersion":"v1.34.4-gke.1200"}`: "",
		`{"gitVersion":"v2.0.0"}`:                                     "",
		`{"gitVersion":"v1.28.15-eks-4"}`:                             "the cluster runs Kubernetes v1.28.15-eks-4; runs take 1.29 or later, for their sidecars",
		`{"gitVersion":"v0.0.0-master+$Format:%H$"}`:                  "",
		`{}`:            "",
		`<html>go away`: "",
	} {
		got := ""
		if err := tooOld([]byte(answer)); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", answer, got, want)
		}
	}
}
