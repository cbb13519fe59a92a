package local

import (
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// environment is an ordered set of variables.
type environment struct {
	names  []string
	values map[string]string
}

func (e *environment) set(name, value string) {
	if _, ok := e.values[name]; !ok {
		e.names = append(e.names, name)
	}
	e.values[name] = value
}

// list is the environment over a base that it may override.
func (e *environment) list(base []string) []string {
	var out []string
	for _, b := range base {
		name, _, _ := strings.Cut(b, "=")
		if _, ok := e.values[name]; !ok {
			out = append(out, b)
		}
	}
	for _, name := range e.names {
		out = append(out, name+"="+e.values[name])
	}
	return out
}

var variable = regexp.MustCompile(`\$\$|\$\([A-Za-z_.-][A-Za-z0-9_.-]*\)`)

// expand replaces $(NAME) as Kubernetes does: $$ stands for $, and a name that
// nobody knows stays.
func (e *environment) expand(s string) string {
	return variable.ReplaceAllStringFunc(s, func(match string) string {
		if match == "$$" {
			return "$"
		}
		if value, ok := e.values[match[2:len(match)-1]]; ok {
			return value
		}
		return match
	})
}

// passed are the variables of this machine that containers get: what an image
// would set, and how to reach the network. Others may hold secrets.
var passed = []string{
	"PATH", "HOME", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR",
	"http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",
}

func (r *resolver) baseEnv() []string {
	out := []string{"HOSTNAME=" + r.pod.Name}
	for _, name := range passed {
		if value, ok := os.LookupEnv(name); ok {
			out = append(out, name+"="+value)
		}
	}
	return append(out, r.opts.Env...)
}

// env looks up the variables of a container.
func (r *resolver) env(c *corev1.Container) (*environment, error) {
	e := &environment{values: map[string]string{}}
	for _, from := range c.EnvFrom {
		data, err := r.envFrom(&from)
		if err != nil {
			return nil, err
		}
		for _, key := range slices.Sorted(maps.Keys(data)) {
			e.set(from.Prefix+key, string(data[key]))
		}
	}
	for _, v := range c.Env {
		value, ok := e.expand(v.Value), true
		if v.ValueFrom != nil {
			var err error
			if value, ok, err = r.valueFrom(v.ValueFrom, c); err != nil {
				return nil, err
			}
		}
		if ok {
			e.set(v.Name, value)
		}
	}
	return e, nil
}

func (r *resolver) envFrom(from *corev1.EnvFromSource) (map[string][]byte, error) {
	switch {
	case from.ConfigMapRef != nil:
		return r.object("ConfigMap", r.maps, from.ConfigMapRef.Name, isTrue(from.ConfigMapRef.Optional))
	case from.SecretRef != nil:
		return r.object("Secret", r.opts.Secrets, from.SecretRef.Name, isTrue(from.SecretRef.Optional))
	}
	return nil, nil
}

func isTrue(b *bool) bool { return b != nil && *b }

// object finds a ConfigMap or a Secret. One that is optional may be missing.
func (r *resolver) object(kind string, all map[string]map[string][]byte, name string, optional bool) (map[string][]byte, error) {
	data, ok := all[name]
	if !ok && !optional {
		return nil, refuse("%s %q is not there: put its manifest among the files of the project", kind, name)
	}
	return data, nil
}

func (r *resolver) valueFrom(from *corev1.EnvVarSource, c *corev1.Container) (value string, ok bool, err error) {
	key := func(kind string, all map[string]map[string][]byte, name, key string, optional *bool) (string, bool, error) {
		data, err := r.object(kind, all, name, isTrue(optional))
		if err != nil {
			return "", false, err
		}
		value, ok := data[key]
		if !ok && !isTrue(optional) {
			return "", false, refuse("%s %q has no key %q", kind, name, key)
		}
		return string(value), ok, nil
	}
	switch {
	case from.ConfigMapKeyRef != nil:
		k := from.ConfigMapKeyRef
		return key("ConfigMap", r.maps, k.Name, k.Key, k.Optional)
	case from.SecretKeyRef != nil:
		k := from.SecretKeyRef
		return key("Secret", r.opts.Secrets, k.Name, k.Key, k.Optional)
	case from.FieldRef != nil:
		value, err := r.field(from.FieldRef.FieldPath)
		return value, err == nil, err
	case from.ResourceFieldRef != nil:
		value, err := r.resource(from.ResourceFieldRef, c)
		return value, err == nil, err
	}
	return "", false, nil
}

var mapField = regexp.MustCompile(`^metadata\.(labels|annotations)\['(.+)'\]$`)

// field is a field of the Pod itself.
func (r *resolver) field(fieldPath string) (string, error) {
	p := r.pod
	if m := mapField.FindStringSubmatch(fieldPath); m != nil {
		if m[1] == "labels" {
			return p.Labels[m[2]], nil
		}
		return p.Annotations[m[2]], nil
	}
	host, _ := os.Hostname()
	fields := map[string]func() string{
		"metadata.name":           func() string { return p.Name },
		"metadata.namespace":      func() string { return p.Namespace },
		"metadata.uid":            func() string { return string(p.UID) },
		"metadata.labels":         func() string { return lines(p.Labels) },
		"metadata.annotations":    func() string { return lines(p.Annotations) },
		"spec.nodeName":           func() string { return host },
		"spec.serviceAccountName": func() string { return p.Spec.ServiceAccountName },
		"status.hostIP":           func() string { return p.Status.HostIP },
		"status.hostIPs":          func() string { return p.Status.HostIP },
		"status.podIP":            func() string { return p.Status.PodIP },
		"status.podIPs":           func() string { return p.Status.PodIP },
	}
	value, ok := fields[fieldPath]
	if !ok {
		return "", refuse("a Pod has no field %q for its containers", fieldPath)
	}
	return value(), nil
}

// lines is a map as Kubernetes writes it into a file.
func lines(m map[string]string) string {
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(m)) {
		fmt.Fprintf(&b, "%s=%q\n", key, m[key])
	}
	return b.String()
}

// resource is a request or limit of a container. Where there is none it is what
// this machine has, as on a node.
func (r *resolver) resource(ref *corev1.ResourceFieldSelector, c *corev1.Container) (string, error) {
	if ref.ContainerName != "" {
		for _, list := range [][]corev1.Container{r.pod.Spec.Containers, r.pod.Spec.InitContainers} {
			for i := range list {
				if list[i].Name == ref.ContainerName {
					c = &list[i]
				}
			}
		}
	}
	kind, name, _ := strings.Cut(ref.Resource, ".")
	list := c.Resources.Requests
	if kind == "limits" {
		list = c.Resources.Limits
	}
	quantity, ok := list[corev1.ResourceName(name)]
	if !ok {
		if name == "cpu" && kind == "limits" {
			return strconv.Itoa(runtime.NumCPU()), nil
		}
		return "0", nil
	}
	divisor := int64(1000)
	if !ref.Divisor.IsZero() {
		divisor = ref.Divisor.MilliValue()
	}
	value := quantity.MilliValue()
	return strconv.FormatInt((value+divisor-1)/divisor, 10), nil
}

// uuid shapes 16 bytes like the UIDs of Kubernetes.
func uuid(b []byte) types.UID {
	h := hex.EncodeToString(b)
	return types.UID(strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-"))
}

// volume finds what a volume holds.
func (r *resolver) volume(v *corev1.Volume) (volume, error) {
	out := volume{Name: v.Name}
	s := &v.VolumeSource
	var err error
	switch {
	case s.EmptyDir != nil, s.Ephemeral != nil:
	case s.HostPath != nil:
		if !r.opts.HostPaths {
			return out, refuse("volume %q is the path %q of this machine, which Pods may not touch: allow it with --host-paths", v.Name, s.HostPath.Path)
		}
		out.Source = s.HostPath.Path
	case s.PersistentVolumeClaim != nil:
		if name := s.PersistentVolumeClaim.ClaimName; !filepath.IsLocal(name) {
			return out, refuse("%q is no name of a claim", name)
		}
		out.Source = filepath.Join(r.claims, s.PersistentVolumeClaim.ClaimName)
	case s.ConfigMap != nil:
		out.Files, err = r.files("ConfigMap", r.maps, s.ConfigMap.Name, s.ConfigMap.Items, s.ConfigMap.DefaultMode, s.ConfigMap.Optional)
	case s.Secret != nil:
		out.Files, err = r.files("Secret", r.opts.Secrets, s.Secret.SecretName, s.Secret.Items, s.Secret.DefaultMode, s.Secret.Optional)
	case s.DownwardAPI != nil:
		out.Files, err = r.downward(s.DownwardAPI.Items, s.DownwardAPI.DefaultMode)
	case s.Projected != nil:
		out.Files, err = r.projected(s.Projected)
	default:
		err = refuse("volume %q is of a kind that only a cluster has", v.Name)
	}
	return out, err
}

func (r *resolver) projected(p *corev1.ProjectedVolumeSource) (files []file, err error) {
	for _, s := range p.Sources {
		var more []file
		switch {
		case s.ConfigMap != nil:
			more, err = r.files("ConfigMap", r.maps, s.ConfigMap.Name, s.ConfigMap.Items, p.DefaultMode, s.ConfigMap.Optional)
		case s.Secret != nil:
			more, err = r.files("Secret", r.opts.Secrets, s.Secret.Name, s.Secret.Items, p.DefaultMode, s.Secret.Optional)
		case s.DownwardAPI != nil:
			more, err = r.downward(s.DownwardAPI.Items, p.DefaultMode)
		default:
			err = refuse("a projected volume asks for a token, which only a cluster gives")
		}
		if err != nil {
			return nil, err
		}
		files = append(files, more...)
	}
	return files, nil
}

const defaultFileMode = 0o644

func modeOf(modes ...*int32) uint32 {
	for _, m := range modes {
		if m != nil {
			return uint32(*m)
		}
	}
	return defaultFileMode
}

func (r *resolver) files(kind string, all map[string]map[string][]byte, name string, items []corev1.KeyToPath, mode *int32, optional *bool) ([]file, error) {
	data, err := r.object(kind, all, name, isTrue(optional))
	if err != nil {
		return nil, err
	}
	var out []file
	if len(items) == 0 {
		for _, key := range slices.Sorted(maps.Keys(data)) {
			out = append(out, file{key, data[key], modeOf(mode)})
		}
		return out, nil
	}
	for _, item := range items {
		value, ok := data[item.Key]
		if !ok && !isTrue(optional) {
			return nil, refuse("%s %q has no key %q", kind, name, item.Key)
		}
		if ok {
			out = append(out, file{item.Path, value, modeOf(item.Mode, mode)})
		}
	}
	return out, nil
}

func (r *resolver) downward(items []corev1.DownwardAPIVolumeFile, mode *int32) (files []file, err error) {
	for _, item := range items {
		var value string
		switch {
		case item.FieldRef != nil:
			value, err = r.field(item.FieldRef.FieldPath)
		case item.ResourceFieldRef != nil:
			value, err = r.resource(item.ResourceFieldRef, &corev1.Container{})
		}
		if err != nil {
			return nil, err
		}
		files = append(files, file{item.Path, []byte(value), modeOf(item.Mode, mode)})
	}
	return files, nil
}
