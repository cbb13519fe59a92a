//go:build unix

package local_test

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/weft-lang/weft/compiler/pod"
	"github.com/weft-lang/weft/runtime/engine"
	"github.com/weft-lang/weft/runtime/local"
	"github.com/weft-lang/weft/runtime/run"
)

// supervisorOf is the process of a Pod's supervisor.
func (m *machine) supervisorOf(name string) int {
	m.t.Helper()
	text, err := os.ReadFile(filepath.Join(m.opts.Dir, "pods", name, "supervisor.pid"))
	if err != nil {
		m.t.Fatal(err)
	}
	pid, err := strconv.Atoi(string(text))
	if err != nil {
		m.t.Fatal(err)
	}
	return pid
}

// awaitLog waits until main has written something.
func (m *machine) awaitLog(name, text string) {
	m.t.Helper()
	for deadline := time.Now().Add(patience); !strings.Contains(m.log(name, "main"), text); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			m.t.Fatalf("%q is not in the log: %s", text, m.log(name, "main"))
		}
	}
}

// another is a second driver over the same folder.
func (m *machine) another() *machine {
	opts := m.opts
	opts.Mode = m.backend.Mode()
	return newMachine(m.t, opts)
}

// A set of containers is told of one by one.
func TestMembers(t *testing.T) {
	modes(t, func(t *testing.T, mode local.Mode) {
		m := newMachine(t, local.Options{Mode: mode})
		p := m.pod(`containerSet: {containers: [{name: short, image: a, command: ["true"]}, {name: long, image: a, command: [sleep, "5"]}]}`, call{})
		m.create(p)
		r := m.await(p.Name, engine.PodRunning)
		for !container(r, "short").Ended || !container(r, "long").Running {
			if r = m.await(p.Name, engine.PodRunning); r.State == engine.PodEnded {
				t.Fatalf("the end of short is told with that of the Pod: %+v", r)
			}
		}
		if err := m.backend.Stop(t.Context(), p.PodRef); err != nil {
			t.Fatal(err)
		}
		m.await(p.Name, engine.PodEnded)
	})
}

func TestStop(t *testing.T) {
	modes(t, func(t *testing.T, mode local.Mode) {
		m := newMachine(t, local.Options{Mode: mode})
		p := m.pod(`container: {image: a, command: [sh, -c, "trap 'echo bye; exit 7' TERM; echo ready; while :; do sleep 0.02; done"]}`, call{})
		m.create(p)
		m.await(p.Name, engine.PodRunning)
		m.awaitLog(p.Name, "ready")
		if err := m.backend.Stop(t.Context(), p.PodRef); err != nil {
			t.Fatal(err)
		}
		m.check("stopped", m.await(p.Name, engine.PodEnded), "main: ended 7 Error")
		if err := m.backend.Stop(t.Context(), p.PodRef); err != nil {
			t.Error("stopping again:", err)
		}
		if err := m.backend.Stop(t.Context(), run.PodRef{Name: "nobody"}); err != nil {
			t.Error("stopping nobody:", err)
		}
	})
}

func TestStopByForce(t *testing.T) {
	modes(t, func(t *testing.T, mode local.Mode) {
		m := newMachine(t, local.Options{Mode: mode})
		p := m.pod(`
podSpecPatch: "terminationGracePeriodSeconds: 1"
container: {image: a, command: [sh, -c, "trap '' TERM; (trap '' TERM; while :; do sleep 1; done) & echo ready; while :; do sleep 1; done"]}
`, call{})
		m.create(p)
		m.await(p.Name, engine.PodRunning)
		m.awaitLog(p.Name, "ready")
		if err := m.backend.Stop(t.Context(), p.PodRef); err != nil {
			t.Fatal(err)
		}
		m.check("killed", m.await(p.Name, engine.PodEnded), "main: ended 137 Error")
	})
}

// TestDriverDies lets one driver start a Pod and another see its end.
func TestDriverDies(t *testing.T) {
	modes(t, func(t *testing.T, mode local.Mode) {
		m := newMachine(t, local.Options{Mode: mode})
		slow := m.pod(`container: {image: a, command: [sh, -c, "sleep 0.5; echo done"]}`, call{result: true})
		quick := m.pod(`container: {image: a, command: [echo, quick]}`, call{result: true})
		m.create(slow)
		m.create(quick)
		m.await(quick.Name, engine.PodEnded)
		m.await(slow.Name, engine.PodRunning)

		next := m.another()
		gone := run.PodRef{Node: 99, Name: "gone"}
		if err := next.backend.Adopt(t.Context(), []run.PodRef{slow.PodRef, quick.PodRef, gone}); err != nil {
			t.Fatal(err)
		}
		m.check("slow", next.await(slow.Name, engine.PodEnded), "main: ended 0\nresult: \"done\"")
		m.check("quick", next.await(quick.Name, engine.PodEnded), "main: ended 0\nresult: \"quick\"")
		if r := next.await("gone", engine.PodLost); r.State != engine.PodLost || r.Class != engine.ClassInfrastructure {
			t.Errorf("%+v", r)
		}
		// Creating what is there already adopts it.
		last := m.another()
		last.create(slow)
		m.check("created again", last.await(slow.Name, engine.PodEnded), "main: ended 0\nresult: \"done\"")
	})
}

// TestAdoptedStop stops a Pod that an earlier driver has started.
func TestAdoptedStop(t *testing.T) {
	modes(t, func(t *testing.T, mode local.Mode) {
		m := newMachine(t, local.Options{Mode: mode})
		p := m.pod(`container: {image: a, command: [sleep, "100"]}`, call{})
		m.create(p)
		m.await(p.Name, engine.PodRunning)
		next := m.another()
		if err := next.backend.Adopt(t.Context(), []run.PodRef{p.PodRef}); err != nil {
			t.Fatal(err)
		}
		if err := next.backend.Stop(t.Context(), p.PodRef); err != nil {
			t.Fatal(err)
		}
		m.check("stopped", next.await(p.Name, engine.PodEnded), "main: ended 143 Error")
	})
}

// TestSupervisorDies takes the containers with it.
func TestSupervisorDies(t *testing.T) {
	modes(t, func(t *testing.T, mode local.Mode) {
		m := newMachine(t, local.Options{Mode: mode})
		p := m.pod(`container: {image: a, command: [sh, -c, "while :; do date +%N > /tmp/weft-test-beat/now; sleep 0.02; done"], volumeMounts: [{name: b, mountPath: /tmp/weft-test-beat}]}
volumes: [{name: b, persistentVolumeClaim: {claimName: beat}}]`, call{})
		m.create(p)
		m.await(p.Name, engine.PodRunning)
		if err := syscall.Kill(m.supervisorOf(p.Name), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		if r := m.await(p.Name, engine.PodLost); r.State != engine.PodLost {
			t.Errorf("%+v", r)
		}
		if _, err := os.Lstat("/tmp/weft-test-beat"); err == nil {
			t.Error("a link was left on this machine")
		}
		if runtime.GOOS != "linux" {
			return // elsewhere nobody ends a process with its parent
		}
		beat := filepath.Join(m.opts.Dir, "claims", "beat", "now")
		for range 100 {
			before, _ := os.ReadFile(beat)
			time.Sleep(100 * time.Millisecond)
			if after, _ := os.ReadFile(beat); string(after) == string(before) {
				return
			}
		}
		t.Error("the container runs on")
	})
}

const server = `
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"hello")
    def log_message(self, *args): pass
http.server.HTTPServer(("0.0.0.0", int(sys.argv[1])), Handler).serve_forever()
`

// freePort is a port that nobody listens on just now.
func freePort(t *testing.T) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func TestDaemon(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("there is no python3 to be a server")
	}
	modes(t, func(t *testing.T, mode local.Mode) {
		m := newMachine(t, local.Options{Mode: mode})
		file := filepath.Join(t.TempDir(), "server.py")
		if err := os.WriteFile(file, []byte(server), 0o644); err != nil {
			t.Fatal(err)
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		port := freePort(t)
		p := m.pod(fmt.Sprintf(`
daemon: true
container:
  image: a
  command: [python3, -c, %q, "%d"]
  readinessProbe: {httpGet: {path: /, port: %d}, periodSeconds: 1}
`, source, port, port), call{})
		m.create(p)
		r := m.await(p.Name, engine.PodReady)
		if r.State != engine.PodReady || r.IP == "" {
			t.Fatalf("%+v", r)
		}
		m.check("client", m.run(fmt.Sprintf(`
container: {image: a, command: [python3, -c, "import urllib.request as u; print(u.urlopen('http://{{ip}}:%d/').read().decode())"]}
`, port), call{result: true, values: map[string]string{"ip": r.IP}}), "main: ended 0\nresult: \"hello\"")
		if err := m.backend.Stop(t.Context(), p.PodRef); err != nil {
			t.Fatal(err)
		}
		m.await(p.Name, engine.PodEnded)
	})
}

func TestProbes(t *testing.T) {
	modes(t, func(t *testing.T, mode local.Mode) {
		m := newMachine(t, local.Options{Mode: mode})
		p := m.pod(`
daemon: true
volumes: [{name: up, emptyDir: {}}]
container:
  image: a
  command: [sh, -c, "sleep 0.3; touch /tmp/weft-test-up/yes; exec sleep 100"]
  volumeMounts: [{name: up, mountPath: /tmp/weft-test-up}]
  readinessProbe: {exec: {command: [test, -e, /tmp/weft-test-up/yes]}, periodSeconds: 1}
`, call{})
		m.create(p)
		if r := m.await(p.Name, engine.PodRunning); r.State != engine.PodRunning {
			t.Errorf("%+v", r)
		}
		if r := m.await(p.Name, engine.PodReady); r.State != engine.PodReady {
			t.Errorf("%+v", r)
		}
		if err := m.backend.Stop(t.Context(), p.PodRef); err != nil {
			t.Fatal(err)
		}
		m.check("stopped", m.await(p.Name, engine.PodEnded), "main: ended 143 Error")
	})
}

func TestObjects(t *testing.T) {
	modes(t, func(t *testing.T, mode local.Mode) {
		m := newMachine(t, local.Options{
			Mode:       mode,
			ConfigMaps: map[string]map[string][]byte{"settings": {"COLOR": []byte("red"), "file.txt": []byte("text\n")}},
			Secrets:    map[string]map[string][]byte{"login": {"password": []byte("s3cret")}},
			Images:     map[string]pod.Entrypoint{"known": {Command: []string{"echo", "from the image"}}},
			HostPaths:  true,
		})
		host := t.TempDir()
		template := `
container:
  image: a
  command: [sh, -c, "echo $P_COLOR $PASSWORD $LIMIT; cat /tmp/weft-test-c/x /tmp/weft-test-e/password; echo '' >> /tmp/weft-test-h/made; echo $HOME_ALONE"]
  resources: {limits: {memory: 64Mi}}
  envFrom: [{prefix: P_, configMapRef: {name: settings}}]
  env:
  - {name: PASSWORD, valueFrom: {secretKeyRef: {name: login, key: password}}}
  - {name: LIMIT, valueFrom: {resourceFieldRef: {resource: limits.memory, divisor: 1Mi}}}
  - {name: GONE, valueFrom: {secretKeyRef: {name: login, key: gone, optional: true}}}
  volumeMounts:
  - {name: c, mountPath: /tmp/weft-test-c}
  - {name: e, mountPath: /tmp/weft-test-e, readOnly: true}
  - {name: h, mountPath: /tmp/weft-test-h}
volumes:
- {name: c, configMap: {name: settings, items: [{key: file.txt, path: x}]}}
- {name: e, secret: {secretName: login}}
- {name: h, hostPath: {path: ` + host + `}}
`
		p := m.pod(template, call{result: true})
		m.create(p)
		m.check("objects", m.await(p.Name, engine.PodEnded), `main: ended 0
			result: "red s3cret 64\ntext\ns3cret"`)
		if _, err := os.Stat(filepath.Join(host, "made")); err != nil {
			t.Error(err)
		}
		holdsSecret(t, filepath.Join(m.opts.Dir, "pods", p.Name))
		m.check("image", m.run(`container: {image: known, args: [x]}`, call{}), "main: ended 0")

		for template, want := range map[string]string{
			`container: {image: nobody}`: `what image "nobody" runs is not known on this machine, and container "main" has no command: write the command, or use --image nobody=COMMAND`,
			"container: {image: a, command: [x], envFrom: [{secretRef: {name: none}}]}":              `Secret "none" is not there: put its manifest among the files of the project`,
			"resource: {action: get, manifest: '{}'}":                                                `resource templates work on a cluster, and Pods run on this machine; use weft run --cluster`,
			"volumes: [{name: net, nfs: {server: a, path: /}}]\ncontainer: {image: a, command: [x]}": `volume "net" is of a kind that only a cluster has`,
		} {
			var refusal *run.Refusal
			if err := m.backend.Create(t.Context(), m.pod(template, call{})); !errors.As(err, &refusal) || refusal.Message != want {
				t.Errorf("%s: %v", template, err)
			}
		}
	})
}

// holdsSecret fails if a secret is left in the folder of a Pod outside its logs.
func holdsSecret(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.Contains(path, "logs") {
			return err
		}
		text, err := os.ReadFile(path)
		if strings.Contains(string(text), "s3cret") {
			t.Errorf("%s holds the secret", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// TestClaims shows that a claim lives as long as the run.
func TestClaims(t *testing.T) {
	modes(t, func(t *testing.T, mode local.Mode) {
		m := newMachine(t, local.Options{Mode: mode})
		const volumes = "volumes: [{name: w, persistentVolumeClaim: {claimName: work}}]\n"
		m.run(volumes+`container: {image: a, command: [sh, -c, "echo kept > /tmp/weft-test-k/f"], volumeMounts: [{name: w, mountPath: /tmp/weft-test-k}]}`, call{})
		m.check("second", m.run(volumes+`container: {image: a, command: [cat, /tmp/weft-test-k/sub/f], volumeMounts: [{name: w, mountPath: /tmp/weft-test-k/sub}]}`, call{result: true}),
			"main: ended 0\nresult: \"kept\"")
		for _, path := range []string{"/tmp/weft-test-k"} {
			if _, err := os.Lstat(path); err == nil {
				t.Errorf("%s was left on this machine", path)
			}
		}
	})
}

// TestPlainTurns runs Pods that want the same path, all at once.
func TestPlainTurns(t *testing.T) {
	m := newMachine(t, local.Options{Mode: local.Plain})
	const template = `
container: {image: a, command: [sh, -c, "test ! -e /tmp/weft-test-turn && echo x > /tmp/weft-test-turn && sleep 0.05"]}
outputs: {parameters: [{name: p, valueFrom: {path: /tmp/weft-test-turn}}]}
`
	var pods []*run.Pod
	failed := make(chan error, 5)
	for range 5 {
		p := m.pod(template, call{})
		pods = append(pods, p)
		go func() { failed <- m.backend.Create(t.Context(), p) }()
	}
	for range pods {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	for _, p := range pods {
		m.check("turn", m.await(p.Name, engine.PodEnded), "main: ended 0\np=\"x\"")
	}
	if err := os.WriteFile("/tmp/weft-test-turn", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	defer os.Remove("/tmp/weft-test-turn")
	var refusal *run.Refusal
	if err := m.backend.Create(t.Context(), m.pod(template, call{})); !errors.As(err, &refusal) || !strings.Contains(err.Error(), "/tmp/weft-test-turn") {
		t.Error(err)
	}
}

// TestPorts runs Pods that listen on the same port one after another, and
// refuses to wait for a daemon.
func TestPorts(t *testing.T) {
	m := newMachine(t, local.Options{Mode: local.Plain})
	const body = `container: {image: a, command: [sleep, %q], ports: [{containerPort: 1234}]}`
	first, second := m.pod(fmt.Sprintf(body, "0.2"), call{}), m.pod(fmt.Sprintf(body, "0"), call{})
	m.create(first)
	m.create(second)
	r, s := m.await(first.Name, engine.PodEnded), m.await(second.Name, engine.PodEnded)
	if s.Started.Before(r.Finished) {
		t.Error("both had the port")
	}
	daemon := m.pod("daemon: true\n"+fmt.Sprintf(body, "100"), call{})
	m.create(daemon)
	var refusal *run.Refusal
	if err := m.backend.Create(t.Context(), m.pod(fmt.Sprintf(body, "0"), call{})); !errors.As(err, &refusal) || !strings.Contains(err.Error(), "port 1234 is in use by the daemon") {
		t.Error(err)
	}
	if err := m.backend.Stop(t.Context(), daemon.PodRef); err != nil {
		t.Fatal(err)
	}
	m.await(daemon.Name, engine.PodEnded)
}

// TestSlots bounds how many Pods run at once, and lets one that waits be stopped.
func TestSlots(t *testing.T) {
	m := newMachine(t, local.Options{Mode: local.Plain, Parallel: 1})
	first := m.pod(`container: {image: a, command: [sleep, "100"]}`, call{})
	second := m.pod(`container: {image: a, command: ["true"]}`, call{})
	m.create(first)
	m.await(first.Name, engine.PodRunning)
	ended := make(chan error)
	go func() { ended <- m.backend.Create(t.Context(), second) }()
	select {
	case err := <-ended:
		t.Fatal("it did not wait:", err)
	case <-time.After(100 * time.Millisecond):
	}
	if err := m.backend.Stop(t.Context(), second.PodRef); err != nil {
		t.Fatal(err)
	}
	var refusal *run.Refusal
	if err := <-ended; !errors.As(err, &refusal) {
		t.Error(err)
	}
	if err := m.backend.Stop(t.Context(), first.PodRef); err != nil {
		t.Fatal(err)
	}
	m.await(first.Name, engine.PodEnded)
	third := m.pod(`container: {image: a, command: ["true"]}`, call{})
	m.create(third)
	m.check("third", m.await(third.Name, engine.PodEnded), "main: ended 0")
}

// TestPrivate shows that containers with namespaces change nothing outside.
func TestPrivate(t *testing.T) {
	m := newMachine(t, local.Options{Mode: local.Namespaces})
	here := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(here, []byte("before"), 0o666); err != nil {
		t.Fatal(err)
	}
	m.check("private", m.run(`
container:
  image: a
  command: [sh, -c, "ls /tmp; mkdir -p /opt/weft-test; echo x > /opt/weft-test/y; rm -rf /etc/hosts; echo m > /dev/termination-log; exit 4"]
`, call{}), `main: ended 4 Error "m\n"`)
	for path, want := range map[string]bool{"/opt/weft-test": false, "/etc/hosts": true, here: true, "/dev/termination-log": false} {
		if _, err := os.Stat(path); (err == nil) != want {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestImageRoot(t *testing.T) {
	busybox, err := exec.LookPath("busybox")
	if err != nil {
		t.Skip("there is no busybox to make an image of")
	}
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(busybox)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "bin", "sh"), program, 0o755); err != nil {
		t.Fatal(err)
	}
	m := newMachine(t, local.Options{Mode: local.Namespaces, ImageRoots: map[string]string{"small": root}})
	m.check("image root", m.run(`container: {image: small, command: [/bin/sh, -c, "echo /*"]}`, call{result: true}),
		"main: ended 0\nresult: \"/bin /dev /etc /proc /run /sys /tmp /weft /weft-agent\"")
}

// TestUser runs a container as somebody else, who can still do his work.
func TestUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can become somebody else")
	}
	m := newMachine(t, local.Options{Mode: local.Namespaces})
	m.check("user", m.run(`
securityContext: {runAsUser: 1234, runAsGroup: 5678}
volumes: [{name: v, emptyDir: {}}]
initContainers: [{name: root, image: a, command: [sh, -c, "id -u > /mnt/v/root"], securityContext: {runAsUser: 0}, volumeMounts: [{name: v, mountPath: /mnt/v}]}]
script:
  image: a
  command: [sh]
  volumeMounts: [{name: v, mountPath: /mnt/v}]
  source: |
    id -u > /mnt/v/me; id -g >> /mnt/v/me
    cat /mnt/v/root /mnt/v/me
    echo p > /tmp/p; echo m > /dev/termination-log
outputs: {parameters: [{name: p, valueFrom: {path: /tmp/p}}]}
`, call{result: true}), `root: ended 0
		main: ended 0 "m\n"
		result: "0\n1234\n5678"
		p="p"`)
}
