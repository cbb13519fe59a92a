package artifact

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// gitRepository is read with the git program.
type gitRepository struct {
	Repo                  string
	Revision              string
	Branch                string
	Depth                 number
	Fetch                 []string
	SingleBranch          boolean
	DisableSubmodules     boolean
	InsecureIgnoreHostKey boolean
	InsecureSkipTLS       boolean
	UsernameSecret        *selector
	PasswordSecret        *selector
	SSHPrivateKeySecret   *selector

	user, password, key string
	scratch             string
	noPut
	noList
}

func openGit(fields json.RawMessage, access Access) (store, error) {
	secrets := access.Secrets
	g := &gitRepository{scratch: access.Scratch}
	if err := json.Unmarshal(fields, g); err != nil {
		return nil, err
	}
	for _, word := range append([]string{g.Repo, g.Revision, g.Branch}, g.Fetch...) {
		if strings.HasPrefix(word, "-") {
			return nil, fmt.Errorf("%q is an option, no repository or revision", word)
		}
	}
	for _, s := range []struct {
		from *selector
		to   *string
	}{{g.UsernameSecret, &g.user}, {g.PasswordSecret, &g.password}, {g.SSHPrivateKeySecret, &g.key}} {
		value, err := s.from.word(secrets)
		if err != nil {
			return nil, err
		}
		*s.to = value
	}
	return g, nil
}

func (g *gitRepository) get(ctx context.Context, path string) error {
	if _, err := exec.LookPath("git"); err != nil {
		return errors.New("the program git is needed to fetch this artifact, and is not there")
	}
	folder, err := os.MkdirTemp(cmp.Or(g.scratch, filepath.Dir(path)), ".weft-git-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	env, err := g.environment(folder)
	if err != nil {
		return err
	}
	git := func(args ...string) error {
		c := exec.CommandContext(ctx, "git", args...)
		c.Dir, c.Env = path, env
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(string(out)))
		}
		return nil
	}
	if err := os.Mkdir(path, 0o777); err != nil {
		return err
	}
	for _, args := range [][]string{{"init", "--quiet"}, {"remote", "add", "origin", g.Repo}} {
		if err := git(args...); err != nil {
			return err
		}
	}
	if err := g.checkOut(git); err != nil {
		return err
	}
	if g.DisableSubmodules {
		return nil
	}
	return git("submodule", "update", "--quiet", "--init", "--recursive", "--force")
}

// checkOut fetches no more than it has to: the one revision, if the server
// gives it out by name.
func (g *gitRepository) checkOut(git func(...string) error) error {
	fetch := []string{"fetch", "--quiet", "--force"}
	if g.Depth > 0 {
		fetch = append(fetch, "--depth", strconv.FormatInt(int64(g.Depth), 10))
	}
	for _, spec := range g.Fetch {
		if err := git(append(fetch, "origin", spec)...); err != nil {
			return err
		}
	}
	want := g.Revision
	if want == "" {
		want = g.Branch
	}
	if want == "" {
		want = "HEAD"
	}
	if !g.SingleBranch && g.Depth <= 0 {
		// The history and the other branches are part of what is asked for.
		if err := git(append(fetch, "--tags", "origin", "+refs/heads/*:refs/remotes/origin/*")...); err != nil {
			return err
		}
	}
	err := git(append(fetch, "origin", want)...)
	if err == nil {
		return git("checkout", "--quiet", "--force", "FETCH_HEAD")
	}
	// An abbreviated commit is no name that a server knows.
	if fetched := git("fetch", "--quiet", "--force", "--tags", "origin", "+refs/heads/*:refs/remotes/origin/*"); fetched != nil {
		return fetched
	}
	if git("checkout", "--quiet", "--force", want) != nil {
		return err
	}
	return nil
}

// keyFile is the variable that tells where the key for ssh is.
const keyFile = "WEFT_GIT_KEY"

// environment holds what git must not ask a person for. Passwords travel in it,
// not in arguments, which every process can see. The folder is for a key, and goes
// when the artifact is there: an image need not have a /tmp.
func (g *gitRepository) environment(folder string) ([]string, error) {
	protocols := "git:http:https:ssh"
	scheme, _, remote := strings.Cut(g.Repo, ":")
	if local := !remote || scheme == "file" || strings.Contains(scheme, "/"); local {
		protocols += ":file" // what others write into .gitmodules reads nothing here
	}
	env := append(os.Environ(), "GIT_TERMINAL_PROMPT=0", "GIT_ALLOW_PROTOCOL="+protocols, "LC_ALL=C")
	var config []string
	if server, err := url.Parse(g.Repo); err == nil && server.Host != "" && (g.user != "" || g.password != "") {
		token := base64.StdEncoding.EncodeToString([]byte(g.user + ":" + g.password))
		// For this server alone: submodules may be on others.
		config = append(config, "http."+server.Scheme+"://"+server.Host+"/.extraHeader", "Authorization: Basic "+token)
	}
	if g.InsecureSkipTLS {
		config = append(config, "http.sslVerify", "false")
	}
	for i := 0; i < len(config); i += 2 {
		env = append(env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", i/2, config[i]), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", i/2, config[i+1]))
	}
	env = append(env, fmt.Sprintf("GIT_CONFIG_COUNT=%d", len(config)/2))

	ssh := "ssh -o BatchMode=yes"
	if g.InsecureIgnoreHostKey {
		ssh += " -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
	}
	if g.key != "" {
		file := filepath.Join(folder, "key")
		if err := os.WriteFile(file, []byte(g.key+"\n"), 0o600); err != nil {
			return nil, err
		}
		env = append(env, keyFile+"="+file)
		ssh += ` -o IdentitiesOnly=yes -i "$` + keyFile + `"` // a shell reads it, whatever the folder is called
	}
	return append(env, "GIT_SSH_COMMAND="+ssh), nil
}
