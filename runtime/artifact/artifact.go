// Package artifact fetches artifacts from where they are kept and puts them
// there: folders, S3, web servers, git, and text inside a manifest.
//
// A location is JSON with one key, the kind of the store, as templates write it.
// What is fetched lands beside its target and is moved there when it is
// complete. Archives are unpacked through os.Root: nothing in an archive decides
// where it is written.
package artifact

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ErrNotFound means that the store can be reached and has no such artifact.
var ErrNotFound = errors.New("not found")

// A refusedError is an answer that will be the same at the next try.
type refusedError struct{ error }

func (e *refusedError) Unwrap() error { return e.error }

// Refused reports whether a store has answered, and does not have what was asked
// for or does not let us: that is for the user to mend, and no trouble that passes.
func Refused(err error) bool {
	var refused *refusedError
	return errors.Is(err, ErrNotFound) || errors.As(err, &refused)
}

// A MissingKeyError says that there is no such Secret, or no such key in it.
type MissingKeyError struct{ Secret, Key string }

func (e *MissingKeyError) Error() string {
	return fmt.Sprintf("secret %q has no key %q", e.Secret, e.Key)
}

// Secrets gives the value of a key of a secret, or a *MissingKeyError.
type Secrets func(name, key string) (string, error)

// Access is what locations leave to the machine on which they are opened.
type Access struct {
	Secrets Secrets
	Folder  string // of locations that name a folder without saying which
	// Scratch is a folder for what nobody else may find if this process is killed:
	// keys, for as long as it takes to load. "" is that of the artifact itself.
	Scratch string
}

// A store keeps one artifact: it is opened for one location.
type store interface {
	// get writes the artifact to a path where nothing is yet.
	get(ctx context.Context, path string) error
	// put keeps a file or folder.
	put(ctx context.Context, from packed) error
	// list names what is below the key, whole keys, in order.
	list(ctx context.Context) ([]string, error)
}

// kinds open a store for the fields of a location.
var kinds = map[string]func(fields json.RawMessage, access Access) (store, error){
	"artifactory": openArtifactory, "folder": openFolder, "git": openGit, "http": openHTTP, "raw": openRaw, "s3": openS3,
}

// A Location is where one artifact is, or shall be.
type Location struct {
	kind  string
	store store
}

// Open reads a location.
func Open(location json.RawMessage, access Access) (*Location, error) {
	kind, fields, err := read(location)
	if err != nil {
		return nil, err
	}
	s, err := kinds[kind](fields, access)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", kind, err)
	}
	return &Location{kind, s}, nil
}

// What Open refuses whatever the secrets are.
var (
	errRole  = errors.New("roleARN is not supported; give the service account the rights, or use keys")
	errOAuth = errors.New("oauth2 is not supported; fetch a token in a step of its own")
)

// Supported says why a location can never be opened, by anybody; nil when it
// may be.
func Supported(location json.RawMessage) error {
	kind, fields, err := read(location)
	if err != nil {
		return err
	}
	var f struct {
		Endpoint, RoleARN string
		Auth              struct{ OAuth2 json.RawMessage }
	}
	var form any = &struct{}{}
	switch kind {
	case "s3":
		form = &bucket{}
	case "git":
		form = &gitRepository{}
	}
	if err := cmp.Or(json.Unmarshal(fields, &f), json.Unmarshal(fields, form)); err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	switch {
	case kind == "s3" && f.RoleARN != "":
		return errRole
	case kind == "s3" && strings.Contains(f.Endpoint, "/"):
		return fmt.Errorf("the endpoint of an S3 store is a host, with a port perhaps, and not %q; insecure: true is what makes it http", f.Endpoint)
	case kind == "http" && len(f.Auth.OAuth2) > 0:
		return errOAuth
	}
	return nil
}

// An unknownKindError is about a kind of store that there is no code for.
type unknownKindError struct{ kind string }

func (e *unknownKindError) Error() string {
	return fmt.Sprintf("artifacts in %q are not supported, only in %s", e.kind, strings.Join(slices.Sorted(maps.Keys(kinds)), ", "))
}

// Help is the way out.
func (e *unknownKindError) Help() string {
	return "most stores can be asked as s3, too, with an endpoint and keys of theirs"
}

func read(location json.RawMessage) (kind string, fields json.RawMessage, err error) {
	var byKind map[string]json.RawMessage
	if err := json.Unmarshal(location, &byKind); err != nil {
		return "", nil, fmt.Errorf("read artifact location: %w", err)
	}
	if len(byKind) != 1 {
		return "", nil, fmt.Errorf("an artifact location names one kind of store, not %d", len(byKind))
	}
	for kind, fields = range byKind {
		if kinds[kind] == nil {
			return "", nil, &unknownKindError{kind}
		}
	}
	return kind, fields, nil
}

// LoadOptions say what becomes of an artifact on its way in.
type LoadOptions struct {
	Archive     Archive
	Mode        *int32 // permissions of the artifact
	RecurseMode bool   // and of all that is in it
	Limits      Limits
}

// Load fetches the artifact to target. What was there before is replaced.
func (l *Location) Load(ctx context.Context, target string, opts LoadOptions) error {
	if err := os.MkdirAll(filepath.Dir(target), 0o777); err != nil {
		return err
	}
	// Beside the target, so that moving it there is one step.
	work, err := os.MkdirTemp(filepath.Dir(target), ".weft-load-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	got := filepath.Join(work, "got")
	if err := l.store.get(ctx, got); err != nil {
		return l.explain(err)
	}
	got, err = unpack(got, filepath.Join(work, "unpacked"), opts.Archive, opts.Limits)
	if err != nil {
		return fmt.Errorf("unpack: %w", err)
	}
	if err := os.RemoveAll(target); err != nil {
		return err
	}
	if err := os.Rename(got, target); err != nil {
		return err
	}
	return setMode(target, opts)
}

// Put keeps what Pack has made at the name in a folder, and nothing that a link
// leads to outside of that folder.
func (l *Location) Put(ctx context.Context, folder, name string) error {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	return l.explain(l.store.put(ctx, packed{root.FS(), filepath.ToSlash(name)}))
}

// List names the keys below the location, in order.
func (l *Location) List(ctx context.Context) ([]string, error) {
	keys, err := l.store.list(ctx)
	return keys, l.explain(err)
}

func (l *Location) explain(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", l.kind, err)
}

func setMode(target string, opts LoadOptions) error {
	if opts.Mode == nil {
		return nil
	}
	mode := fs.FileMode(*opts.Mode).Perm()
	if !opts.RecurseMode {
		return os.Chmod(target, mode)
	}
	var all []string
	err := filepath.WalkDir(target, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type()&fs.ModeSymlink == 0 {
			all = append(all, path)
		}
		return err
	})
	if err != nil {
		return err
	}
	slices.Reverse(all) // a folder last: its new mode may lock us out
	for _, path := range all {
		if err := os.Chmod(path, mode); err != nil {
			return err
		}
	}
	return nil
}

// selector names a key of a secret.
type selector struct {
	Name     string  `json:"name"`
	Key      string  `json:"key"`
	Optional boolean `json:"optional"`
}

// value is "" for a selector that is not there, and for a key that need not be.
func (s *selector) value(secrets Secrets) (string, error) {
	if s == nil {
		return "", nil
	}
	if secrets == nil {
		return "", fmt.Errorf("no secrets are known, and key %q of secret %q is needed", s.Key, s.Name)
	}
	value, err := secrets(s.Name, s.Key)
	var missing *MissingKeyError
	if bool(s.Optional) && errors.As(err, &missing) {
		return "", nil
	}
	return value, err
}

// word is value without the white space around it: many a file ends with a line
// break.
func (s *selector) word(secrets Secrets) (string, error) {
	value, err := s.value(secrets)
	return strings.TrimSpace(value), err
}

// noPut is for stores that are only read, noList for those without keys.
type (
	noPut  struct{}
	noList struct{}
)

func (noPut) put(context.Context, packed) error { return errors.New("artifacts cannot be saved there") }
func (noList) list(context.Context) ([]string, error) {
	return nil, errors.New("what is there cannot be listed")
}

// raw is text in the manifest itself.
type raw struct {
	Data string `json:"data"`
	noPut
	noList
}

func openRaw(fields json.RawMessage, _ Access) (store, error) {
	r := &raw{}
	return r, json.Unmarshal(fields, r)
}

func (r *raw) get(_ context.Context, path string) error {
	return os.WriteFile(path, []byte(r.Data), 0o666)
}
