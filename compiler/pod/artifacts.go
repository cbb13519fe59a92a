package pod

import (
	"cmp"
	"compress/flate"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/weft-lang/weft/compiler/ir"
	"github.com/weft-lang/weft/compiler/pod/instructions"
	"github.com/weft-lang/weft/lang/tree"
	"github.com/weft-lang/weft/lang/yaml"
)

// A store is a kind of artifact location.
type store struct {
	name   string
	key    string // the field that says which artifact
	format string // the field of a repository that says how keys are made
	root   string // the field of a repository that keys begin with
}

// stores are all kinds; git and raw can only be read.
var stores = []store{
	{"s3", "key", "keyFormat", "keyPrefix"}, {"gcs", "key", "keyFormat", ""}, {"oss", "key", "keyFormat", ""}, {"azure", "blob", "blobNameFormat", ""},
	{"artifactory", "url", "keyFormat", "repoURL"}, {"hdfs", "path", "pathFormat", ""}, {"plugin", "key", "keyFormat", ""},
	{"http", "url", "", ""}, {"folder", "key", "keyFormat", ""}, {"git", "", "", ""}, {"raw", "", "", ""},
}

// place is what a location says about the store alone.
func (s store) place(fields *tree.Node) *tree.Node {
	return without(fields, s.key, s.format, s.root)
}

// locate finds the location below n.
func locate(n *tree.Node) (store, *tree.Node, bool) {
	for _, s := range stores {
		if l := n.Get(s.name); !l.IsNull() {
			return s, l, true
		}
	}
	return store{}, nil, false
}

// Located reports whether an artifact says where it is.
func Located(artifact *tree.Node) bool {
	_, _, ok := locate(artifact)
	return ok
}

// In is the location of a key in an artifact store, nil where the store has no
// keys.
func In(repository *tree.Node, key string) *tree.Node {
	s, fields, ok := locate(repository)
	if !ok || s.key == "" {
		return nil
	}
	at := *s.place(fields)
	at.Entries = slices.Clone(at.Entries)
	setEntry(&at, fields, s.key, &tree.Node{Kind: tree.String, Value: key, Span: fields.Span})
	return mapOf(s.name, &at)
}

// location is {kind: fields} as JSON.
func location(s store, fields *tree.Node) json.RawMessage {
	return raw(mapOf(s.name, fields))
}

func mapOf(key string, value *tree.Node) *tree.Node {
	k := &tree.Node{Kind: tree.String, Value: key, Span: value.Span}
	return &tree.Node{Kind: tree.Map, Span: value.Span, Entries: []tree.Entry{{Key: k, Value: value}}}
}

// raw is n as JSON, nothing for an absent n.
func raw(n *tree.Node) json.RawMessage {
	if n.IsNull() {
		return nil
	}
	return json.RawMessage(yaml.JSON(n))
}

// load makes the container that fetches the input artifacts, and mounts them in
// main and in what mirrors it.
func (b *builder) load(sidecars []corev1.Container) []corev1.Container {
	var mounts []corev1.VolumeMount
	var volumes []corev1.VolumeMount
	git := false
	secrets := secretSet{}
	for _, n := range b.template.At("inputs", "artifacts").List() {
		l, fields, ok := b.loading(n)
		if !ok {
			continue
		}
		at := path.Clean("/" + b.text(n.Get("path")))
		if m, ok := b.volumeAt(at); ok {
			l.Target = instructions.MainDir + at
			volumes = mirrored(volumes, []corev1.VolumeMount{m})
		} else {
			mounts = append(mounts, corev1.VolumeMount{Name: inputsVolume, MountPath: at, SubPath: l.Name})
		}
		b.tell.Load = append(b.tell.Load, l)
		git = git || isGit(l.Location)
		secrets.collect(fields)
	}
	if len(b.tell.Load) == 0 {
		return nil
	}
	b.mountInputs(sidecars, mounts)
	b.emptyDir(inputsVolume)
	c := b.agentContainer(loadName, instructions.CommandLoad)
	if git {
		b.withGit(&c)
	}
	b.runAsMain(c.SecurityContext, git)
	c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: inputsVolume, MountPath: instructions.InputsDir})
	c.VolumeMounts = append(c.VolumeMounts, volumes...)
	if len(volumes) > 0 {
		if user := b.userOf(c.SecurityContext); user != nil && *user == 0 {
			c.SecurityContext.Capabilities = nil // a volume may belong to another user
		}
	}
	if slices.ContainsFunc(volumes, func(m corev1.VolumeMount) bool { return m.SubPathExpr != "" }) {
		main := b.containerOf(mainName)
		c.Env, c.EnvFrom = main.Env, main.EnvFrom
	}
	c.VolumeMounts = append(c.VolumeMounts, b.mountSecrets(secrets)...)
	b.asMain(&c)
	b.heed(&c)
	return []corev1.Container{c}
}

// withGit gives the program git to a container of the agent, which does not have
// it in its own image.
func (b *builder) withGit(c *corev1.Container) {
	c.Image, c.Command[0] = cmp.Or(b.in.Options.GitImage, DefaultGitImage), instructions.AgentPath
	c.Resources.Limits[corev1.ResourceMemory] = resource.MustParse("1Gi") // it unpacks whole histories
	c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: agentVolume, MountPath: instructions.AgentDir, ReadOnly: true})
	b.staged = true
}

func isGit(location json.RawMessage) bool {
	var l struct{ Git json.RawMessage }
	return json.Unmarshal(location, &l) == nil && l.Git != nil
}

// loading describes one input artifact, and returns the fields of its location.
// What comes from nowhere is reported, unless it is optional.
func (b *builder) loading(n *tree.Node) (l instructions.Load, fields *tree.Node, ok bool) {
	name, optional := n.Get("name").Text(), decode[bool](b.decoder, b.fill(n.Get("optional")))
	given := n
	if a := b.in.Artifacts[name]; a != nil {
		given = a
	}
	s, fields, ok := locate(b.fill(given))
	if ok && optional && s.name == "http" && fields.Get(s.key).Text() == "" {
		ok = false // it is nowhere, and nobody minds
	}
	if !ok {
		if !optional {
			b.fault(RuleNotSupplied, n, fmt.Sprintf("input artifact %q is not supplied", name), "pass it as an argument, give it a location, or make it optional")
		}
		return l, nil, false
	}
	if base, baseFields, ok := b.base(); ok {
		s, fields = complete(s, fields, base, baseFields)
	}
	if !findable(s, fields) {
		b.storeless(n, fmt.Sprintf("input artifact %q has a %s and no store to find it in", name, s.key))
		return l, nil, false
	}
	b.reachable(given, s, fields)
	return instructions.Load{
		Name: name, Target: path.Join(instructions.InputsDir, name), Location: location(s, fields), Archive: raw(b.archive(given)), Optional: optional,
		Mode: decode[*int32](b.decoder, b.fill(n.Get("mode"))), RecurseMode: decode[bool](b.decoder, b.fill(n.Get("recurseMode"))),
	}, fields, true
}

// runAsMain gives what is loaded to the user who works with it: where nobody says
// who that is, to root, as nearly every image has it. git, for one, refuses to
// work in a folder of somebody else. The image that has git is root's.
func (b *builder) runAsMain(s *corev1.SecurityContext, git bool) {
	if c := b.containerOf(mainName); c != nil && c.SecurityContext != nil {
		s.RunAsUser, s.RunAsGroup, s.RunAsNonRoot = c.SecurityContext.RunAsUser, c.SecurityContext.RunAsGroup, c.SecurityContext.RunAsNonRoot
	}
	user, nonRoot := s.RunAsUser, s.RunAsNonRoot
	if p := b.pod.Spec.SecurityContext; p != nil {
		user, nonRoot = cmp.Or(user, p.RunAsUser), cmp.Or(nonRoot, p.RunAsNonRoot)
	}
	switch {
	case user != nil:
	case nonRoot == nil || !*nonRoot:
		s.RunAsUser = new(int64)
	case git:
		agent := int64(agentUser)
		s.RunAsUser = &agent
	}
}

// volumeAt is the mount of main in which a path lies, as whoever loads sees it.
func (b *builder) volumeAt(at string) (found corev1.VolumeMount, ok bool) {
	deepest := ""
	for _, m := range b.mounts(mainName) {
		dir := path.Clean("/" + m.MountPath)
		if (at == dir || strings.HasPrefix(at, strings.TrimSuffix(dir, "/")+"/")) && len(dir) > len(deepest) {
			// Nothing of how main sees it but where it is: that may take rights.
			found = corev1.VolumeMount{Name: m.Name, MountPath: instructions.MainDir + dir, SubPath: m.SubPath, SubPathExpr: m.SubPathExpr}
			deepest, ok = dir, true
		}
	}
	return found, ok
}

// mountInputs shows the artifacts to main and to the containers that mirror it.
func (b *builder) mountInputs(sidecars []corev1.Container, mounts []corev1.VolumeMount) {
	for _, list := range [][]corev1.Container{b.pod.Spec.Containers, b.pod.Spec.InitContainers, sidecars} {
		for i := range list {
			if list[i].Name == mainName || b.mirrors[list[i].Name] {
				list[i].VolumeMounts = mirrored(list[i].VolumeMounts, mounts)
			}
		}
	}
}

// save describes the output artifacts, and makes the container that uploads
// them where that takes credentials.
func (b *builder) save() []corev1.Container {
	secrets := secretSet{}
	for _, n := range b.template.At("outputs", "artifacts").List() {
		name := n.Get("name").Text()
		if t := b.in.Template.Type(); t == ir.Resource || t == ir.Data {
			b.fault(RuleNoPod, n, fmt.Sprintf("output artifact %q cannot come from a %s template", name, t.Key()), "output parameters can")
			continue
		}
		at, archive := b.text(n.Get("path")), b.archive(n)
		s := instructions.Save{Name: name, Container: mainName, Path: at, Archive: raw(archive), Optional: decode[bool](b.decoder, b.fill(n.Get("optional")))}
		b.saveTo(s, n, fileName(name, at, archive), secrets)
	}
	if n := b.archivesLogs(); n != nil {
		for _, c := range b.mains {
			b.saveTo(instructions.Save{Name: c + "-logs", Container: c, Log: true}, n, c+".log", secrets)
		}
	}
	if len(secrets) == 0 {
		return nil
	}
	c := b.agentContainer(saveName, instructions.CommandSave)
	c.VolumeMounts = append(c.VolumeMounts, b.exchange())
	c.VolumeMounts = append(c.VolumeMounts, b.mountSecrets(secrets)...)
	b.besideMain(&c)
	b.heed(&c)
	return []corev1.Container{c}
}

func (b *builder) saveTo(s instructions.Save, n *tree.Node, file string, secrets secretSet) {
	kind, fields, ok := b.destination(n, file)
	if !ok {
		what := fmt.Sprintf("output artifact %q", s.Name)
		if s.Log {
			what = fmt.Sprintf("the log of container %q is to be kept, and", s.Container)
		}
		b.storeless(n, what+" has nowhere to go")
		return
	}
	b.reachable(n, kind, fields)
	s.Location, s.By = location(kind, fields), s.Container
	if secrets.collect(fields) {
		s.By = saveName
	}
	b.tell.Save = append(b.tell.Save, s)
}

// storeless reports what no store is known for.
func (b *builder) storeless(n *tree.Node, message string) {
	b.fault(RuleNoStore, n, message, "give it a whole location, or name a store for all: cluster.artifacts in weft.yaml, or a ConfigMap "+DefaultRepositories+" in the namespace")
}

// reachable reports a store that whoever runs the Pod cannot reach, where it is
// written.
func (b *builder) reachable(n *tree.Node, s store, fields *tree.Node) {
	if b.in.Options.Reachable == nil {
		return
	}
	err := b.in.Options.Reachable(location(s, fields))
	if err == nil {
		return
	}
	at := n
	if own, written, ok := locate(n); ok && findable(own, written) {
		at = written
	} else if _, shared, ok := b.base(); ok {
		at = shared
	}
	help := ""
	var way interface{ Help() string }
	if errors.As(err, &way) {
		help = way.Help()
	}
	b.fault(RuleStore, at, err.Error(), help)
}

// saves reports whether a container leaves artifacts, which it packs in the
// exchange.
func (b *builder) saves(container string) bool {
	return slices.ContainsFunc(b.tell.Save, func(s instructions.Save) bool { return s.Container == container })
}

// archive is how an artifact is packed, with what is wrong with it reported before
// there is something to pack.
func (b *builder) archive(n *tree.Node) *tree.Node {
	filled := b.fill(n.Get("archive"))
	said := decode[struct {
		None *struct{} `json:"none"`
		Zip  *struct{} `json:"zip"`
		Tar  *struct {
			CompressionLevel *int32 `json:"compressionLevel"`
		} `json:"tar"`
	}](b.decoder, filled)
	if said.Tar != nil && said.Tar.CompressionLevel != nil {
		if level := *said.Tar.CompressionLevel; level < flate.DefaultCompression || level > flate.BestCompression {
			b.fault(RuleValue, filled.At("tar", "compressionLevel"), fmt.Sprintf("there is no compression level %d", level), "write a number from 0 to 9, or -1 for the usual one")
		}
	}
	return filled
}

// archivesLogs is what says that the output of main containers is kept, nil when
// it is not: the store's word counts before the template's, and that before the
// workflow's.
func (b *builder) archivesLogs() *tree.Node {
	const key = "archiveLogs"
	if t := b.in.Template.Type(); t == ir.Resource || t == ir.Data {
		return nil
	}
	says := b.in.Options.Store.Get(key)
	if !decode[bool](b.decoder, says) {
		says = b.template.At("archiveLocation", key)
		if says.IsNull() {
			says = b.in.Run.field(key)
		}
	}
	if !decode[bool](b.decoder, b.fill(says)) {
		return nil
	}
	return says
}

// fileName is the last part of the key of an artifact that has none.
func fileName(name, at string, archive *tree.Node) string {
	switch {
	case archive.Has("none"):
		return path.Base(at)
	case archive.Has("zip"):
		return name + ".zip"
	}
	return name + ".tgz"
}

// destination is where an output artifact goes. What its own location leaves
// open comes from the template's archiveLocation, else from the store of the
// project.
func (b *builder) destination(n *tree.Node, file string) (store, *tree.Node, bool) {
	own, fields, has := locate(b.fill(n))
	base, baseFields, baseHas := b.base()
	if !has {
		own, fields, has = base, &tree.Node{Kind: tree.Map}, baseHas
	}
	if !has || own.key == "" {
		return store{}, nil, false
	}
	if baseHas {
		own, fields = complete(own, fields, base, baseFields)
	}
	key := fields.Get(own.key).Text()
	if key == "" && baseHas && base.name == own.name {
		// No path.Join: the key may be an address, with two slashes in it.
		key = strings.TrimSuffix(b.baseKey(base, baseFields), "/") + "/" + file
	}
	if key == "" {
		key = path.Join(b.in.Run.Name, b.in.PodName(), file)
	}
	out := *fields
	out.Entries = slices.Clone(fields.Entries)
	setEntry(&out, n, own.key, &tree.Node{Kind: tree.String, Value: key, Span: n.Span})
	return own, &out, findable(own, &out)
}

// base is the location that others lean on: the template's archiveLocation, what
// that leaves open being as in the store of the project.
func (b *builder) base() (store, *tree.Node, bool) {
	s, fields, ok := locate(b.fill(b.in.Options.Store))
	own, ownFields, has := locate(b.fill(b.template.Get("archiveLocation")))
	switch {
	case !has:
		return s, fields, ok
	case ok:
		own, ownFields = complete(own, ownFields, s, fields)
	}
	return own, ownFields, true
}

// complete adds to a location what the base knows of the store. A location that
// is nothing but a key is one in the base, whatever kind of store that is; one
// that says on which server it is has nothing to do with the base, whose
// credentials are not for others to see.
func complete(own store, fields *tree.Node, base store, baseFields *tree.Node) (store, *tree.Node) {
	key := fields.Get(own.key)
	if base.name != own.name && base.key != "" && !findable(own, fields) && key.Text() != "" {
		own, fields = base, mapOf(base.key, key)
	}
	if base.name != own.name || fields.Has("endpoint") && fields.Has("bucket") {
		return own, fields
	}
	return own, merge(base.place(baseFields), fields, nil)
}

// findable reports whether a location says in which store its key is.
func findable(s store, fields *tree.Node) bool {
	return !repository[s.name] || len(s.place(fields).Entries) > 0
}

// repository are the stores that need more than a key to be found.
var repository = map[string]bool{"s3": true, "gcs": true, "oss": true, "azure": true, "hdfs": true}

// baseKey is the folder of the keys in a location that others share.
func (b *builder) baseKey(s store, fields *tree.Node) string {
	if key := fields.Get(s.key).Text(); key != "" {
		return key
	}
	format, root := fields.Get(s.format).Text(), fields.Get(s.root).Text()
	if format == "" {
		format = path.Join(b.in.Run.Name, b.in.PodName())
	} else if s.name == "s3" {
		root = "" // S3 has one or the other
	}
	if root == "" {
		return format
	}
	return strings.TrimSuffix(root, "/") + "/" + format
}

// secretSet are the secrets that locations read, by name, and whether they have
// to be there.
type secretSet map[string]bool

// collect adds the secrets below a location, and tells whether there are any.
func (s secretSet) collect(fields *tree.Node) bool {
	found := false
	for n := range fields.All() {
		for _, e := range n.Entries {
			if name := e.Value.Get("name").Text(); name != "" && strings.HasSuffix(e.Key.Value, "Secret") && e.Value.Has("key") {
				s[name], found = s[name] || e.Value.Get("optional").Text() != "true", true
			}
		}
	}
	return found
}

// mountSecrets adds a volume for each secret that has none yet.
func (b *builder) mountSecrets(secrets secretSet) []corev1.VolumeMount {
	const prefix = "weft-secret-"
	var mounts []corev1.VolumeMount
	for _, secret := range slices.Sorted(maps.Keys(secrets)) {
		var volume *corev1.Volume
		others := 0
		for i := range b.pod.Spec.Volumes {
			if v := &b.pod.Spec.Volumes[i]; strings.HasPrefix(v.Name, prefix) && v.Secret != nil {
				others++
				if v.Secret.SecretName == secret {
					volume = v
				}
			}
		}
		if volume == nil {
			yes := true
			b.pod.Spec.Volumes = append(b.pod.Spec.Volumes, corev1.Volume{
				Name:         prefix + strconv.Itoa(others),
				VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: secret, Optional: &yes}},
			})
			volume = &b.pod.Spec.Volumes[len(b.pod.Spec.Volumes)-1]
		}
		if required := secrets[secret]; required {
			volume.Secret.Optional = nil
		}
		mounts = append(mounts, corev1.VolumeMount{Name: volume.Name, MountPath: path.Join(instructions.SecretsDir, secret), ReadOnly: true})
	}
	return mounts
}
