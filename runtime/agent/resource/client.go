package resource

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Where the API server is and who the Pod is, as Kubernetes tells every Pod.
const (
	accountDir = "/var/run/secrets/kubernetes.io/serviceaccount"
	hostEnv    = "KUBERNETES_SERVICE_HOST"
	portEnv    = "KUBERNETES_SERVICE_PORT"
)

// Bounds of one request and of its repetition.
const (
	answerWithin = time.Minute
	maxAnswer    = 64 << 20
	firstPause   = 250 * time.Millisecond
	lastPause    = 10 * time.Second
)

// client talks to the API server as the Pod's service account.
type client struct {
	http      *http.Client
	base      string // https://host:port
	account   string // folder of the service account
	namespace string // of the Pod
	patience  time.Duration
	say       func(format string, args ...any)
}

func newClient(o Options) (*client, error) {
	c := &client{account: cmp.Or(o.Account, accountDir), patience: cmp.Or(o.Patience, 2*time.Minute), say: o.say}
	host := o.Env(hostEnv)
	if host == "" {
		return nil, errors.New("a resource template needs a cluster, and this is no Pod of one")
	}
	c.base = "https://" + net.JoinHostPort(host, cmp.Or(o.Env(portEnv), "443"))
	if _, err := c.token(); err != nil {
		return nil, err
	}
	namespace, err := os.ReadFile(filepath.Join(c.account, "namespace"))
	if err != nil {
		return nil, fmt.Errorf("the namespace of the Pod is not known: %w", err)
	}
	c.namespace = strings.TrimSpace(string(namespace))
	pem, err := os.ReadFile(filepath.Join(c.account, "ca.crt"))
	if err != nil {
		return nil, fmt.Errorf("the certificate of the API server is not known: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("the certificate of the API server cannot be read")
	}
	c.http = &http.Client{Transport: &http.Transport{
		TLSClientConfig:       &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: answerWithin,
	}}
	return c, nil
}

// token is read for every request: the kubelet replaces it before it expires.
func (c *client) token() (string, error) {
	text, err := os.ReadFile(filepath.Join(c.account, "token"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", errors.New("the Pod has no token for the API server: remove automountServiceAccountToken: false")
	}
	if err != nil {
		return "", fmt.Errorf("read the token for the API server: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}

// request is what is asked of the API server.
type request struct {
	method, path string
	query        url.Values
	body         []byte
	contentType  string
	accept       string
	// once says that the request must not be sent again when the API server may
	// have carried it out.
	once bool
}

// A refusal is the API server's own no.
type refusal struct {
	code    int
	reason  string
	message string
	passes  bool          // it says: later
	wait    time.Duration // and when
	maybe   bool          // an earlier try of the same request may have been carried out
}

func (e *refusal) Error() string { return e.message }

// refused reports whether the API server said no with a code.
func refused(err error, code int) bool {
	var r *refusal
	return errors.As(err, &r) && r.code == code
}

// A Trouble is an error for which neither the workflow nor its user is to blame.
type Trouble struct{ err error }

func (e *Trouble) Error() string { return e.err.Error() }
func (e *Trouble) Unwrap() error { return e.err }

// do sends a request until it is answered: what passes is tried again.
func (c *client) do(ctx context.Context, q request) (object, error) {
	maybe := false
	until := time.Now().Add(c.patience)
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		o, err := c.try(ctx, q)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err == nil {
			return o, nil
		}
		wait := pause/2 + rand.N(pause/2)
		var r *refusal
		var untrusted *tls.CertificateVerificationError
		switch {
		case errors.As(err, &r):
			if !r.passes {
				r.maybe = maybe
				return nil, err
			}
			wait = max(wait, r.wait)
			maybe = maybe || r.code >= http.StatusInternalServerError
		case errors.As(err, &untrusted):
			return nil, &Trouble{fmt.Errorf("the API server is not who it should be: %w", err)}
		default:
			maybe = maybe || !unsent(err)
		}
		switch {
		case q.once && maybe:
			return nil, &Trouble{fmt.Errorf("nobody knows whether the API server has carried out %s %s: %w", q.method, q.path, err)}
		case time.Now().Add(wait).After(until):
			return nil, &Trouble{fmt.Errorf("the API server did not do it in %s: %w", c.patience, err)}
		}
		c.say("%v; tried again", err)
		if err := sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

// unsent reports whether a request certainly did not reach the API server.
func unsent(err error) bool {
	var e *net.OpError
	return errors.As(err, &e) && e.Op == "dial"
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// try sends a request once.
func (c *client) try(ctx context.Context, q request) (object, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*answerWithin)
	defer cancel()
	answer, err := c.send(ctx, q)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("read the answer of the API server: %w", err)
	}
	v, err := decode(text)
	if err != nil {
		return nil, fmt.Errorf("the API server answers with what is no JSON: %w", err)
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("the API server answers with what is no object")
	}
	return m, nil
}

// send sends a request and takes an answer that is no success for an error.
func (c *client) send(ctx context.Context, q request) (*http.Response, error) {
	address := c.base + q.path
	if len(q.query) > 0 {
		address += "?" + q.query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, q.method, address, bytes.NewReader(q.body))
	if err != nil {
		return nil, err
	}
	token, err := c.token()
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Accept", cmp.Or(q.accept, "application/json"))
	r.Header.Set("User-Agent", "weft-agent")
	if q.body != nil {
		r.Header.Set("Content-Type", cmp.Or(q.contentType, "application/json"))
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, bare(err)
	}
	if answer.StatusCode/100 == 2 {
		return answer, nil
	}
	defer answer.Body.Close()
	return nil, explain(answer)
}

// bare is an error of http.Client without the address, which the user did not
// write and which may be long.
func bare(err error) error {
	if e := (*url.Error)(nil); errors.As(err, &e) {
		return e.Err
	}
	return err
}

// ways are the ways out of refusals.
var ways = map[int]string{
	http.StatusForbidden:    "; give the service account this right, or name another with serviceAccountName",
	http.StatusUnauthorized: ": the API server does not take the token of the service account",
}

// explain is what the API server says when it says no.
func explain(answer *http.Response) error {
	text, _ := io.ReadAll(io.LimitReader(answer.Body, 1<<20)) // a part will do
	var status struct{ Reason, Message string }
	r := refusal{code: answer.StatusCode}
	if json.Unmarshal(text, &status) == nil && status.Message != "" {
		r.reason, r.message = status.Reason, status.Message
	} else {
		r.message = fmt.Sprintf("the API server answers %s: %.200s", answer.Status, strings.TrimSpace(string(text)))
	}
	if r.code == http.StatusTooManyRequests || r.code >= http.StatusInternalServerError {
		seconds, _ := strconv.Atoi(answer.Header.Get("Retry-After")) // absent is 0
		r.passes, r.wait = true, min(time.Duration(seconds)*time.Second, time.Minute)
	}
	r.message += ways[r.code]
	return &r
}
