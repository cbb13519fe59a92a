package artifact

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
)

// web is a file behind an address: GET reads it, PUT writes it.
type web struct {
	url      string
	header   http.Header
	user     string
	password string
	client   *http.Client
	noList
}

func newWeb(url string, transport http.RoundTripper) *web {
	return &web{url: url, header: http.Header{}, client: &http.Client{Transport: transport, CheckRedirect: sameMethod}}
}

// sameMethod goes where a server sends a request, but for one that would read
// there instead of writing: then nothing is kept, and the answer looks well.
func sameMethod(request *http.Request, via []*http.Request) error {
	switch {
	case request.Method != via[0].Method:
		return http.ErrUseLastResponse
	case len(via) >= maxRedirects:
		return fmt.Errorf("stopped after %d redirects", len(via))
	}
	return nil
}

const maxRedirects = 10

func openHTTP(fields json.RawMessage, access Access) (store, error) {
	secrets := access.Secrets
	var f struct {
		URL     string
		Headers []struct{ Name, Value string }
		Auth    *struct {
			BasicAuth  *struct{ UsernameSecret, PasswordSecret *selector }
			ClientCert *struct{ ClientCertSecret, ClientKeySecret *selector }
			OAuth2     json.RawMessage
		}
	}
	if err := json.Unmarshal(fields, &f); err != nil {
		return nil, err
	}
	w := newWeb(f.URL, http.DefaultTransport)
	for _, h := range f.Headers {
		w.header.Add(h.Name, h.Value)
	}
	if f.Auth == nil {
		return w, nil
	}
	if len(f.Auth.OAuth2) > 0 {
		return nil, errOAuth
	}
	if b := f.Auth.BasicAuth; b != nil {
		if err := w.authenticate(b.UsernameSecret, b.PasswordSecret, secrets); err != nil {
			return nil, err
		}
	}
	if c := f.Auth.ClientCert; c != nil {
		return w, w.certify(c.ClientCertSecret, c.ClientKeySecret, secrets)
	}
	return w, nil
}

func openArtifactory(fields json.RawMessage, access Access) (store, error) {
	secrets := access.Secrets
	var f struct {
		URL                            string
		UsernameSecret, PasswordSecret *selector
	}
	if err := json.Unmarshal(fields, &f); err != nil {
		return nil, err
	}
	w := newWeb(f.URL, http.DefaultTransport)
	return w, w.authenticate(f.UsernameSecret, f.PasswordSecret, secrets)
}

func (w *web) authenticate(user, password *selector, secrets Secrets) (err error) {
	if w.user, err = user.word(secrets); err != nil {
		return err
	}
	w.password, err = password.word(secrets)
	return err
}

func (w *web) certify(cert, key *selector, secrets Secrets) error {
	c, err := cert.value(secrets)
	if err != nil {
		return err
	}
	k, err := key.value(secrets)
	if err != nil {
		return err
	}
	pair, err := tls.X509KeyPair([]byte(c), []byte(k))
	if err != nil {
		return err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{Certificates: []tls.Certificate{pair}}
	w.client.Transport = transport
	return nil
}

func (w *web) get(ctx context.Context, path string) error {
	return retry(ctx, func() error {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url, nil)
		if err != nil {
			return err
		}
		response, err := w.do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		out, err := os.Create(path)
		if err != nil {
			return err
		}
		_, err = io.Copy(out, response.Body)
		if err != nil {
			err = &transientError{err}
		}
		return errors.Join(err, out.Close())
	})
}

func (w *web) put(ctx context.Context, from packed) error {
	info, err := fs.Stat(from.fsys, from.name)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return errors.New("a folder cannot be saved as one file; give the artifact an archive")
	}
	return retry(ctx, func() error {
		request, err := http.NewRequestWithContext(ctx, http.MethodPut, w.url, nil)
		if err != nil {
			return err
		}
		if info.Size() > 0 { // else a body would have a length that nobody knows
			request.ContentLength = info.Size()
			// A server may send it elsewhere when a part has been read.
			request.GetBody = func() (io.ReadCloser, error) {
				in, _, err := from.open(".")
				return in, err
			}
			if request.Body, err = request.GetBody(); err != nil {
				return err
			}
		}
		response, err := w.do(request)
		if err != nil {
			return err
		}
		return response.Body.Close()
	})
}

// do sends a request as who we are, and takes an answer that is no success for an
// error.
func (w *web) do(request *http.Request) (*http.Response, error) {
	request.Header = w.header.Clone()
	if w.user != "" || w.password != "" {
		request.SetBasicAuth(w.user, w.password)
	}
	// What tells who asks may stand before the host or behind the path.
	page := request.URL.Scheme + "://" + request.URL.Host + request.URL.EscapedPath()
	response, err := w.client.Do(request)
	var failed *url.Error
	if errors.As(err, &failed) {
		return nil, &transientError{fmt.Errorf("%s: %w", page, failed.Err)}
	}
	switch code := response.StatusCode; {
	case code/100 == 2:
		return response, nil
	case code == http.StatusNotFound || code == http.StatusGone:
		err = fmt.Errorf("%s: %w", page, ErrNotFound)
	default:
		err = fmt.Errorf("%s: the server answered %q", page, response.Status)
		if code >= 500 || code == http.StatusTooManyRequests || code == http.StatusRequestTimeout {
			err = &transientError{err}
		} else {
			err = &refusedError{err}
		}
	}
	return nil, errors.Join(err, response.Body.Close())
}
