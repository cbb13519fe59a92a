//go:build apiserver && linux

package testenv

import (
	"net/http"
	"os"
	"testing"
)

// TestS3Server holds that the server answers, wants to know who asks, and is
// gone after Stop.
func TestS3Server(t *testing.T) {
	s, err := StartS3(t.Context(), S3Options{Log: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.Get("http://" + s.Endpoint + "/")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusForbidden {
		t.Errorf("it tells strangers %q", answer.Status)
	}
	s.Stop()
	if listens(s.Endpoint) {
		t.Error("it still listens")
	}
	if _, err := os.Stat(s.dir); !os.IsNotExist(err) {
		t.Errorf("its folder is still there: %v", err)
	}
}
