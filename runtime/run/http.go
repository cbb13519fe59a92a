package run

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/weft-lang/weft/compiler/eval"
	"github.com/weft-lang/weft/lang/expr"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/runtime/engine"
)

const (
	requestTime = 30 * time.Second
	// maxBody bounds what is read of an answer: it becomes an output, which the
	// journal keeps.
	maxBody = 4 << 20
)

// Request is an http template with its holes filled.
type Request struct {
	Method, URL string
	Headers     []Header
	Body        []byte
	Timeout     time.Duration
	Insecure    bool   // any certificate is trusted
	Condition   string // "" wants a code from 200 to 299
}

// Header is a header of a request, with a value or where it comes from.
type Header struct {
	Name, Value       string
	Secret, SecretKey string
	Optional          bool // without that key there is no such header
}

// idempotent reports whether making the request twice is like making it once.
func (q *Request) idempotent() bool {
	switch q.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete:
		return true
	}
	return false
}

// prepare reads an http template.
func prepare(l *engine.Leaf) (*Request, error) {
	body, open := eval.Tree(l.Template.Body(), l.Scope)
	if len(open) > 0 {
		return nil, fmt.Errorf("%q names nothing that is known when the request is made", open[0].Tag.Key)
	}
	q := &Request{
		Method: body.Get("method").Text(), URL: body.Get("url").Text(), Condition: body.Get("successCondition").Text(),
		Body: []byte(body.Get("body").Text()), Timeout: requestTime, Insecure: body.Get("insecureSkipVerify").Text() == "true",
	}
	if q.Method == "" {
		q.Method = http.MethodGet
	}
	if n := body.At("bodyFrom", "bytes"); !n.IsNull() {
		data, err := base64.StdEncoding.DecodeString(n.Text())
		if err != nil {
			return nil, fmt.Errorf("bodyFrom.bytes is not base64: %w", err)
		}
		q.Body = data
	}
	if n := body.Get("timeoutSeconds"); !n.IsNull() {
		seconds, err := strconv.ParseInt(n.Text(), 10, 64)
		if err != nil || seconds <= 0 {
			return nil, fmt.Errorf("timeoutSeconds cannot be %q", n.Text())
		}
		q.Timeout = time.Duration(seconds) * time.Second
	}
	for _, n := range body.Get("headers").List() {
		q.Headers = append(q.Headers, header(n))
	}
	return q, nil
}

func header(n *tree.Node) Header {
	ref := n.At("valueFrom", "secretKeyRef")
	return Header{
		Name: n.Get("name").Text(), Value: n.Get("value").Text(),
		Secret: ref.Get("name").Text(), SecretKey: ref.Get("key").Text(), Optional: ref.Get("optional").Text() == "true",
	}
}

// request makes the request of a leaf. That it begins is journaled first, so
// that a driver that goes on later does not make it again.
func (r *Run) request(l *leaf) {
	q, err := prepare(l.Leaf)
	if err != nil {
		r.tell(l, engine.Report{State: engine.PodRefused, Class: engine.ClassUser, Message: err.Error()})
		return
	}
	l.doing = creating
	r.acknowledge(l)
	r.tell(l, engine.Report{State: engine.PodRunning})
	// What is handed to the loop now comes back after the commit.
	r.loop.Post(func() { r.send(l, q) })
}

func (r *Run) send(l *leaf, q *Request) {
	if l.stopped {
		r.unborn(l)
		return
	}
	stop := make(chan struct{})
	l.cancel = sync.OnceFunc(func() { close(stop) })
	r.work(func(ctx context.Context) func() {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		done := make(chan struct{})
		defer close(done)
		go func() {
			select {
			case <-stop:
				cancel()
			case <-done:
			}
		}()
		report := r.opts.Requests.Do(ctx, q)
		return func() {
			if r.known(l) {
				r.tell(l, report)
			}
		}
	})
}

// repeat goes on with a request that an earlier driver was making.
func (r *Run) repeat(l *leaf) {
	q, err := prepare(l.Leaf)
	if err == nil && q.idempotent() {
		r.send(l, q)
		return
	}
	r.tell(l, engine.Report{
		State: engine.PodLost, Class: engine.ClassInfrastructure,
		Message: "weft ended while the request was being made, and nobody knows whether it was carried out",
	})
}

// HTTP carries out http templates from this process.
type HTTP struct {
	// Values holds the Secrets that headers name; nil holds none.
	Values Values
}

// Do makes a request and judges the answer.
func (h *HTTP) Do(ctx context.Context, q *Request) engine.Report {
	begun := time.Now()
	ctx, cancel := context.WithTimeout(ctx, q.Timeout)
	defer cancel()
	verdict, result := h.do(ctx, q)
	report := engine.Report{State: engine.PodEnded, Verdict: &verdict, Started: begun, Finished: time.Now()}
	if result != nil {
		report.Outputs = &engine.Outputs{Result: result}
	}
	return report
}

func (h *HTTP) do(ctx context.Context, q *Request) (engine.Verdict, *string) {
	fail := func(err error) (engine.Verdict, *string) {
		return engine.Verdict{Phase: engine.Error, Message: err.Error()}, nil
	}
	req, err := h.build(ctx, q)
	if err != nil {
		return fail(err)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableKeepAlives = true
	if q.Insecure {
		transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
	}
	client := &http.Client{Transport: transport, CheckRedirect: q.redirected}
	answer, err := client.Do(req)
	if errors.Is(err, context.DeadlineExceeded) {
		return fail(fmt.Errorf("%s %s: no answer within %s", q.Method, q.URL, q.Timeout))
	}
	if err != nil {
		return fail(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxBody+1))
	if err != nil {
		return fail(fmt.Errorf("read the answer: %w", err))
	}
	if len(body) > maxBody {
		return fail(fmt.Errorf("the answer is longer than %d bytes", maxBody))
	}
	text := string(body)
	if q.Condition == "" {
		if answer.StatusCode < 200 || answer.StatusCode > 299 {
			return engine.Verdict{Phase: engine.Failed, Message: fmt.Sprintf("received non-2xx response code: %d", answer.StatusCode)}, &text
		}
		return engine.Verdict{Phase: engine.Succeeded}, &text
	}
	good, err := holds(q, req.Header, answer, text)
	switch {
	case err != nil:
		return fail(err)
	case !good:
		return engine.Verdict{Phase: engine.Failed, Message: fmt.Sprintf("successCondition '%s' evaluated false", q.Condition)}, &text
	}
	return engine.Verdict{Phase: engine.Succeeded}, &text
}

// maxRedirects is how often an answer may lead on, as for http.Client.
const maxRedirects = 10

// redirected takes the values of Secrets from a request that goes on to another
// host: they were meant for the first one.
func (q *Request) redirected(next *http.Request, via []*http.Request) error {
	if len(via) >= maxRedirects {
		return fmt.Errorf("stopped after %d redirects", maxRedirects)
	}
	if next.URL.Host == via[0].URL.Host && (next.URL.Scheme == via[0].URL.Scheme || next.URL.Scheme == "https") {
		return nil
	}
	for _, header := range q.Headers {
		if header.Secret != "" {
			next.Header.Del(header.Name)
		}
	}
	return nil
}

func (h *HTTP) build(ctx context.Context, q *Request) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, q.Method, q.URL, bytes.NewReader(q.Body))
	if err != nil {
		return nil, err
	}
	for _, header := range q.Headers {
		value := header.Value
		if header.Secret != "" {
			kept, err := h.secret(ctx, header)
			if err != nil {
				return nil, err
			}
			if kept == nil {
				continue
			}
			value = *kept
		}
		req.Header.Add(header.Name, value)
		if http.CanonicalHeaderKey(header.Name) == "Host" {
			req.Host = value
		}
	}
	return req, nil
}

// secret is the value of a header that is in a Secret, nil for one that is optional
// and not there.
func (h *HTTP) secret(ctx context.Context, of Header) (value *string, err error) {
	if h.Values != nil {
		if value, err = h.Values.Secret(ctx, of.Secret, of.SecretKey); err != nil {
			return nil, fmt.Errorf("header %q: %w", of.Name, err)
		}
	}
	if value == nil && !of.Optional {
		return nil, fmt.Errorf("header %q: there is no key %q in a Secret %q", of.Name, of.SecretKey, of.Secret)
	}
	return value, nil
}

// holds evaluates a successCondition.
func holds(q *Request, sent http.Header, answer *http.Response, body string) (bool, error) {
	condition, problem := expr.ParseExpr(q.Condition)
	if problem != nil {
		return false, fmt.Errorf("successCondition: %w", problem)
	}
	got, err := condition.Eval(condition.WithHelpers(map[string]any{
		"request": map[string]any{
			"method": q.Method, "url": q.URL, "body": string(q.Body), "bodyBytes": q.Body, "headers": map[string][]string(sent),
		},
		"response": map[string]any{
			"statusCode": answer.StatusCode, "body": body, "headers": map[string][]string(answer.Header),
		},
	}))
	if err != nil {
		return false, fmt.Errorf("successCondition: %w", err)
	}
	good, ok := got.(bool)
	if !ok {
		return false, fmt.Errorf("successCondition '%s' is not true or false", q.Condition)
	}
	return good, nil
}
