package image

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
)

// ErrDenied is that a registry wants to know who asks, and is not content. Some
// say so of images that they do not have, too.
var ErrDenied = errors.New("the registry does not let you in")

// plain is what went wrong with a registry in words for people: without the
// requests that led there, and without the registry's codes.
func plain(err error) error {
	var answer *transport.Error
	var query *url.Error
	var dial *net.OpError
	switch {
	case errors.As(err, &answer):
		return answered(answer)
	case errors.Is(err, context.DeadlineExceeded):
		return errors.New("the registry does not answer in time")
	case errors.As(err, &dial):
		return errors.New("the registry cannot be reached: " + cause(dial))
	case errors.As(err, &query):
		return errors.New("the registry cannot be asked: " + query.Err.Error())
	}
	return err
}

// answered is what a registry refused with.
func answered(e *transport.Error) error {
	var said []string
	for _, d := range e.Errors {
		if d.Message != "" {
			said = append(said, d.Message)
		}
	}
	err := fmt.Errorf("the registry answers %d %s", e.StatusCode, http.StatusText(e.StatusCode))
	switch e.StatusCode {
	case http.StatusNotFound:
		return errors.New("the registry has no such image")
	case http.StatusUnauthorized, http.StatusForbidden:
		err = ErrDenied
	case http.StatusTooManyRequests:
		err = errors.New("the registry has had too many requests")
	}
	if len(said) == 0 {
		return err
	}
	return fmt.Errorf("%w: %s", err, strings.Join(said, "; "))
}

// cause is the last reason in a chain of network errors.
func cause(e *net.OpError) string {
	var inner *net.OpError
	if errors.As(e.Err, &inner) {
		return cause(inner)
	}
	return e.Err.Error()
}
