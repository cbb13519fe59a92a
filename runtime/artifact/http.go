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
	w := &web{url: f.URL, header: http.Header{}, client: http.DefaultClient}
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
	w := &web{url: f.URL, header: http.Header{}, client: http.DefaultClient}
	return w, w.authenticate(f.UsernameSecret, f.PasswordSecret, secrets)
}

func (w *web) authenticate(user, password *selector, secrets Secrets) (err error) {
	if w.user, err = user.value(secrets); err != nil {
		return err
	}
	w.password, err = password.value(secrets)
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
	w.client = &http.Client{Transport: transport}
	return nil
}

func (w *web) get(ctx context.Context, path string) error {
	return retry(ctx, func() error {
		response, err := w.request(ctx, http.MethodGet, nil, 0)
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
		in, size, err := from.open(".")
		if err != nil {
			return err
		}
		defer in.Close()
		response, err := w.request(ctx, http.MethodPut, in, size)
		if err != nil {
			return err
		}
		return response.Body.Close()
	})
}

func (w *web) request(ctx context.Context, method string, body io.Reader, size int64) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, w.url, body)
	if err != nil {
		return nil, err
	}
	request.Header = w.header.Clone()
	request.ContentLength = size
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
		}
	}
	return nil, errors.Join(err, response.Body.Close())
}
