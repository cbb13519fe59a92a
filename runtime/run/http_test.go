package run_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/run"
)

type secrets map[string]string

func (s secrets) ConfigMap(context.Context, string, string) (*string, error) { return nil, nil }

func (s secrets) Secret(_ context.Context, name, key string) (*string, error) {
	if v, ok := s[name+"/"+key]; ok {
		return &v, nil
	}
	return nil, nil
}

func server(t *testing.T) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		switch r.URL.Path {
		case "/teapot":
			w.WriteHeader(http.StatusTeapot)
		case "/slow":
			<-r.Context().Done()
			return
		case "/long":
			w.Write(make([]byte, 5<<20))
			return
		}
		w.Header().Set("X-Seen", r.Header.Get("Token"))
		io.WriteString(w, r.Method+" "+string(body)+" "+r.Header.Get("Token"))
	}))
	t.Cleanup(s.Close)
	return s
}

func TestHTTP(t *testing.T) {
	s := server(t)
	h := &run.HTTP{Values: secrets{"s/k": "hidden"}}
	for _, c := range []struct {
		name    string
		request run.Request
		phase   engine.Phase
		message string
		result  string
	}{
		{"good", run.Request{Method: "GET", URL: s.URL}, engine.Succeeded, "", "GET  "},
		{"body and secret header", run.Request{
			Method: "POST", URL: s.URL, Body: []byte("data"), Headers: []run.Header{{Name: "token", Secret: "s", SecretKey: "k"}},
		}, engine.Succeeded, "", "POST data hidden"},
		{"no such secret", run.Request{
			Method: "POST", URL: s.URL, Headers: []run.Header{{Name: "token", Secret: "s", SecretKey: "x"}},
		}, engine.Error, `header "token": there is no key "x" in a Secret "s"`, ""},
		{"optional key", run.Request{
			Method: "POST", URL: s.URL, Body: []byte("data"), Headers: []run.Header{{Name: "token", Secret: "s", SecretKey: "x", Optional: true}},
		}, engine.Succeeded, "", "POST data "},
		{"bad code", run.Request{Method: "GET", URL: s.URL + "/teapot"}, engine.Failed, "received non-2xx response code: 418", "GET  "},
		{"bad code that is good", run.Request{
			Method: "GET", URL: s.URL + "/teapot", Condition: "response.statusCode == 418 && request.method == 'GET'",
		}, engine.Succeeded, "", "GET  "},
		{"condition on the body", run.Request{
			Method: "GET", URL: s.URL, Condition: "response.body contains 'nothing'",
		}, engine.Failed, "successCondition 'response.body contains 'nothing'' evaluated false", "GET  "},
		{"condition on a header", run.Request{
			Method: "GET", URL: s.URL, Headers: []run.Header{{Name: "Token", Value: "v"}}, Condition: "response.headers['X-Seen'][0] == 'v'",
		}, engine.Succeeded, "", "GET  v"},
		{"condition that is no condition", run.Request{Method: "GET", URL: s.URL, Condition: "response.statusCode"}, engine.Error, "is not true or false", ""},
		{"condition that fails", run.Request{Method: "GET", URL: s.URL, Condition: "nowhere.x"}, engine.Error, "successCondition: ", ""},
		{"no answer in time", run.Request{Method: "GET", URL: s.URL + "/slow", Timeout: 50 * time.Millisecond}, engine.Error, "no answer within 50ms", ""},
		{"endless answer", run.Request{Method: "GET", URL: s.URL + "/long"}, engine.Error, "longer than", ""},
		{"no server", run.Request{Method: "GET", URL: "http://127.0.0.1:1"}, engine.Error, "connection refused", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.request.Timeout == 0 {
				c.request.Timeout = 10 * time.Second
			}
			report := h.Do(t.Context(), &c.request)
			if report.State != engine.PodEnded || report.Verdict.Phase != c.phase || !strings.Contains(report.Verdict.Message, c.message) {
				t.Errorf("%+v", report.Verdict)
			}
			got := ""
			if report.Outputs != nil {
				got = *report.Outputs.Result
			}
			if got != c.result {
				t.Errorf("result %q", got)
			}
		})
	}
}

// Values of Secrets do not follow an answer to another host.
func TestHTTPRedirect(t *testing.T) {
	other := server(t)
	first := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to := other.URL
		if r.URL.Path == "/near" {
			to = "/there"
		}
		if r.URL.Path == "/there" {
			io.WriteString(w, r.Header.Get("Token")+" "+r.Header.Get("Plain"))
			return
		}
		http.Redirect(w, r, to, http.StatusTemporaryRedirect)
	}))
	t.Cleanup(first.Close)
	h := &run.HTTP{Values: secrets{"s/k": "hidden"}}
	for path, want := range map[string]string{"/near": "hidden shown", "/far": "GET  "} {
		r := h.Do(t.Context(), &run.Request{
			Method: "GET", URL: first.URL + path, Timeout: time.Minute,
			Headers: []run.Header{{Name: "token", Secret: "s", SecretKey: "k"}, {Name: "plain", Value: "shown"}},
		})
		if r.Outputs == nil || *r.Outputs.Result != want {
			t.Errorf("%s: %+v", path, r)
		}
	}
}

func TestHTTPTemplate(t *testing.T) {
	s := server(t)
	spec := `
  entrypoint: ask
  arguments: {parameters: [{name: address, value: "` + s.URL + `"}]}
  templates:
  - name: ask
    http:
      url: "{{workflow.parameters.address}}"
      method: PUT
      body: "hello"
      timeoutSeconds: 5
      headers: [{name: Token, value: "t"}]`
	r, result := drive(t, spec, run.Options{Backend: newBackend(), Requests: &run.HTTP{}})
	if result.Phase != engine.Succeeded {
		t.Fatal(result)
	}
	v := r.Engine().View(0)
	if v.Type != engine.HTTPNode || v.Outputs == nil || v.Outputs.Result == nil || *v.Outputs.Result != "PUT hello t" {
		t.Errorf("%+v", v)
	}
}

// A request that was under way when the driver ended is made again only if that
// does no harm.
func TestRequestUnderWay(t *testing.T) {
	s := server(t)
	for method, phase := range map[string]engine.Phase{"GET": engine.Succeeded, "POST": engine.Error} {
		spec := `
  entrypoint: ask
  templates:
  - name: ask
    http: {url: "` + s.URL + `", method: ` + method + `}`
		history := func(yield func(engine.Event, error) bool) {
			at := time.Now()
			_ = yield(engine.Event{Kind: engine.EventStart, At: at, Node: engine.NoNode}, nil) &&
				yield(engine.Event{Kind: engine.EventReport, At: at, Report: &engine.Report{State: engine.PodCreated}}, nil)
		}
		b := newBackend()
		_, result := drive(t, spec, run.Options{Backend: b, Requests: &run.HTTP{}, History: history})
		if result.Phase != phase {
			t.Errorf("%s: %v", method, result)
		}
		if len(b.adopted) != 0 {
			t.Errorf("%s: the backend was told of %v", method, b.adopted)
		}
	}
}
