//go:build apiserver

package kube

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/record"
	"github.com/weft-lang/weft/runtime/run"
)

// A logServer answers for the kubelet when logs are asked for, and lets everything
// else pass.
type logServer struct {
	next http.RoundTripper
	log  func(tail bool) (text string, code int)
}

func (s logServer) RoundTrip(q *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(q.URL.Path, "/log") {
		return s.next.RoundTrip(q)
	}
	text, code := s.log(q.URL.Query().Get("tailLines") != "")
	if code != http.StatusOK {
		return status(q, code, http.StatusText(code), text), nil
	}
	answer := &http.Response{
		StatusCode: code, Status: http.StatusText(code), Request: q, ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"text/plain"}}, Body: io.NopCloser(strings.NewReader(text)),
	}
	if before, _, broken := strings.Cut(text, "<breaks off>"); broken {
		answer.Body = &cut{answer.Body, len(before)}
	}
	return answer, nil
}

// A record that is in the log is found there, wherever it is and however often it
// takes; one that is not there any more is an Error, and never a step without
// outputs.
func TestAPIServerRecordInLog(t *testing.T) {
	value := strings.Repeat("0123456789abcdef", 2000) + strings.Repeat("x", 30)
	message, lines, err := record.Encode(record.Record{Container: "main", Parameters: []record.Value{{Name: "o", Value: value}}}, 60)
	if err != nil || len(lines) == 0 {
		t.Fatal(err, len(lines))
	}
	whole := "hello\n" + strings.Join(lines, "\n") + "\n"
	for name, tt := range map[string]struct {
		log  func(try int, tail bool) (string, int)
		good bool
	}{
		"at the end": {func(_ int, tail bool) (string, int) {
			if !tail {
				return "", http.StatusOK
			}
			return whole, http.StatusOK
		}, true},
		"before what others wrote": {func(_ int, tail bool) (string, int) {
			if tail {
				return "somebody writes on\n", http.StatusOK
			}
			return whole + "somebody writes on\n", http.StatusOK
		}, true},
		"at the second try": {func(try int, _ bool) (string, int) {
			if try == 1 {
				return "the kubelet is away", http.StatusServiceUnavailable
			}
			return whole, http.StatusOK
		}, true},
		"after it broke off": {func(try int, _ bool) (string, int) {
			if try < 3 {
				return whole[:len(whole)/2] + "<breaks off>" + whole, http.StatusOK
			}
			return whole, http.StatusOK
		}, true},
		"rotated away": {func(int, bool) (string, int) { return whole[len(whole)-20:], http.StatusOK }, false},
		"cut":          {func(int, bool) (string, int) { return whole[:len(whole)-20], http.StatusOK }, false},
		"another record": {func(int, bool) (string, int) {
			return strings.ReplaceAll(whole, "weft1-record ", "weft1-record 0"), http.StatusOK
		}, false},
		"removed": {func(int, bool) (string, int) {
			return "unable to retrieve container logs for containerd://x", http.StatusOK
		}, false},
		"Pod deleted":     {func(int, bool) (string, int) { return "pods not found", http.StatusNotFound }, false},
		"may not be read": {func(int, bool) (string, int) { return "forbidden", http.StatusForbidden }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tries := 0
			c, kubelet := newPlaceWith(t, func(*corev1.Pod) play { return play{message: message} }, func(next http.RoundTripper) http.RoundTripper {
				return logServer{next, func(tail bool) (string, int) {
					tries++
					return tt.log(tries, tail)
				}}
			})
			e, result := newJourney(t, c, `
  entrypoint: leaf
  templates:
  - name: leaf
    container: {image: "i:1", command: [x]}
    outputs: {parameters: [{name: o, valueFrom: {path: /o}}]}`).drive(t, run.Options{})
			v := e.View(0)
			kubelet.once(t)
			if !tt.good {
				if result.Phase != engine.Error || v.Class != engine.ClassInfrastructure || !strings.Contains(v.Message, "record lost") {
					t.Errorf("%v: %s %q", result, v.Class, v.Message)
				}
				return
			}
			got := slices.IndexFunc(v.Outputs.Parameters, func(p engine.Value) bool { return p.Name == "o" && p.Value == value })
			if result.Phase != engine.Succeeded || got < 0 {
				t.Errorf("%v: %q", result, v.Message)
			}
		})
	}
}
