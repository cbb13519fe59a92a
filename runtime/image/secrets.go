package image

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
)

// A Secret is one entry of a pull secret: credentials for the registries, or parts
// of them, that a pattern fits.
type Secret struct {
	pattern     string // host[:port][/path], the host with wildcards for its labels
	credentials authn.AuthConfig
}

// Keys of the data of pull secrets, as Kubernetes has them.
const (
	keyDocker    = ".dockerconfigjson"
	keyOldDocker = ".dockercfg"
)

// ReadSecret reads the data of a pull secret.
func ReadSecret(data map[string][]byte) ([]Secret, error) {
	var entries map[string]authn.AuthConfig
	var err error
	if text, ok := data[keyDocker]; ok {
		var file struct{ Auths map[string]authn.AuthConfig }
		err = json.Unmarshal(text, &file)
		entries = file.Auths
	} else if text, ok := data[keyOldDocker]; ok {
		err = json.Unmarshal(text, &entries)
	} else {
		return nil, fmt.Errorf("it holds neither %s nor %s", keyDocker, keyOldDocker)
	}
	if err != nil {
		return nil, errors.New("it is not in the form of docker's settings") // the text itself is secret
	}
	var out []Secret
	for _, server := range slices.Sorted(maps.Keys(entries)) {
		out = append(out, Secret{place(server), entries[server]})
	}
	return out, nil
}

// place is what an entry is for. Docker writes them as addresses of its own API:
// https://index.docker.io/v1/.
func place(server string) string {
	if _, rest, ok := strings.Cut(server, "://"); ok {
		server = rest
	}
	host, at, _ := strings.Cut(strings.TrimSuffix(server, "/"), "/")
	if host == "docker.io" || host == "registry-1.docker.io" {
		host = name.DefaultRegistry
	}
	if at == "v1" || at == "v2" {
		at = ""
	}
	return strings.TrimSuffix(host+"/"+at, "/")
}

// fits reports whether the entry is for a repository or a registry.
func (s Secret) fits(target string) bool {
	host, at, _ := strings.Cut(s.pattern, "/")
	theirs, below, _ := strings.Cut(target, "/")
	labels, parts := strings.Split(host, "."), strings.Split(theirs, ".")
	if len(labels) != len(parts) || at != "" && below != at && !strings.HasPrefix(below, at+"/") {
		return false
	}
	for i := range labels {
		if ok, err := path.Match(labels[i], parts[i]); !ok || err != nil {
			return false
		}
	}
	return true
}

// pullSecrets is a keychain: the longest pattern that fits counts, as with the
// kubelet; of two alike the first.
type pullSecrets []Secret

// Resolve implements authn.Keychain.
func (all pullSecrets) Resolve(target authn.Resource) (authn.Authenticator, error) {
	var best *Secret
	for i, s := range all {
		if s.fits(target.String()) && (best == nil || len(s.pattern) > len(best.pattern)) {
			best = &all[i]
		}
	}
	if best == nil {
		return authn.Anonymous, nil
	}
	return authn.FromConfig(best.credentials), nil
}
