//go:build linux || darwin

// Package testenv starts a real Kubernetes control plane for tests: etcd,
// kube-apiserver and, when asked, kube-controller-manager, each a process of its
// own on loopback.
//
// The programs are compiled from their Go modules, which the module in servers
// pins, the first time somebody needs them, and kept in the user's cache folder.
// That takes minutes once, and nothing but Go. What is started dies with the
// program that started it, however that ends.
package testenv

import (
	"context"
	"crypto/rand"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// Options of a control plane. The zero Options are an API server alone, in which
// Pods stay as they were created and namespaces never empty.
type Options struct {
	// Dir holds keys, logs and data; it has to exist. "" is a folder that Stop
	// removes.
	Dir string
	// ControllerManager makes service accounts, and deletes what has lost its
	// owner or its namespace.
	ControllerManager bool
}

// A Cluster is a control plane that runs.
type Cluster struct {
	// Kubeconfig is a file that leads an administrator to the API server.
	Kubeconfig string

	options   Options
	programs  *Programs
	remove    bool   // the folder
	address   string // of the API server, host:port
	token     string
	processes []*process
}

// starting is how long a server may take until it answers.
const starting = 90 * time.Second

// Start runs a control plane and returns when it answers. Whoever starts one
// stops it.
func Start(ctx context.Context, programs *Programs, options Options) (*Cluster, error) {
	c := &Cluster{options: options, programs: programs, token: rand.Text()}
	if options.Dir == "" {
		dir, err := os.MkdirTemp("", "weft-testenv-")
		if err != nil {
			return nil, err
		}
		c.options.Dir, c.remove = dir, true
	}
	c.Kubeconfig = c.file("kubeconfig")
	if err := c.start(ctx); err != nil {
		c.Stop()
		return nil, err
	}
	return c, nil
}

// Stop ends the processes at once; what they stored is of no more use.
func (c *Cluster) Stop() {
	for _, p := range c.processes {
		p.kill()
	}
	if c.remove {
		_ = os.RemoveAll(c.options.Dir) // a folder for temporary files is cleaned anyway
	}
}

func (c *Cluster) start(ctx context.Context) error {
	etcd, err := c.startEtcd(ctx)
	if err != nil {
		return err
	}
	if err := c.startAPIServer(ctx, etcd); err != nil {
		return err
	}
	if c.options.ControllerManager {
		return c.startControllerManager(ctx)
	}
	return nil
}

// startEtcd returns the address that clients use.
func (c *Cluster) startEtcd(ctx context.Context) (string, error) {
	ports, err := freePorts(2)
	if err != nil {
		return "", err
	}
	clients, peers := "http://"+ports[0], "http://"+ports[1]
	return clients, c.run(ctx, "etcd", ready(http.DefaultClient, clients+"/health", ""),
		"--data-dir="+c.file("etcd"),
		"--listen-client-urls="+clients, "--advertise-client-urls="+clients, "--listen-peer-urls="+peers,
		"--unsafe-no-fsync", "--quota-backend-bytes=8589934592",
	)
}

func (c *Cluster) startAPIServer(ctx context.Context, etcd string) error {
	ports, err := freePorts(1)
	if err != nil {
		return err
	}
	c.address = ports[0]
	host, port, _ := net.SplitHostPort(c.address)
	if err := c.writeSecrets(); err != nil {
		return err
	}
	if err := os.WriteFile(c.Kubeconfig, c.kubeconfig(), 0o600); err != nil {
		return err
	}
	return c.run(ctx, "kube-apiserver", ready(c.client(), "https://"+c.address+"/readyz", c.token),
		"--etcd-servers="+etcd,
		"--bind-address="+host, "--advertise-address="+host, "--secure-port="+port,
		"--tls-cert-file="+c.file(certificateFile), "--tls-private-key-file="+c.file(keyFile),
		"--token-auth-file="+c.file(tokenFile), "--authorization-mode=RBAC",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file="+c.file(keyFile), "--service-account-signing-key-file="+c.file(keyFile),
		"--service-cluster-ip-range=10.96.0.0/16", "--allow-privileged=true", "--profiling=false",
		// Fast clients are what is measured, not held back.
		"--enable-priority-and-fairness=false", "--max-requests-inflight=3000", "--max-mutating-requests-inflight=1000",
	)
}

func (c *Cluster) startControllerManager(ctx context.Context) error {
	ports, err := freePorts(1)
	if err != nil {
		return err
	}
	host, port, _ := net.SplitHostPort(ports[0])
	return c.run(ctx, "kube-controller-manager", ready(c.client(), "https://"+ports[0]+"/healthz", ""),
		"--kubeconfig="+c.Kubeconfig, "--bind-address="+host, "--secure-port="+port,
		"--tls-cert-file="+c.file(certificateFile), "--tls-private-key-file="+c.file(keyFile),
		"--service-account-private-key-file="+c.file(keyFile), "--root-ca-file="+c.file(certificateFile),
		"--leader-elect=false", "--kube-api-qps=500", "--kube-api-burst=1000",
	)
}

// run starts a program and waits until answers says that it is there.
func (c *Cluster) run(ctx context.Context, name string, answers func(context.Context) bool, args ...string) error {
	program, err := c.programs.path(ctx, name)
	if err != nil {
		return err
	}
	p, err := startProcess(program, args, c.file(name+".log"))
	if err != nil {
		return err
	}
	c.processes = append([]*process{p}, c.processes...) // the last one started is the first one to go
	return p.await(ctx, name, answers)
}

// ready returns a question that is true when url answers well.
func ready(client *http.Client, url, token string) func(context.Context) bool {
	return func(ctx context.Context) bool {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return false
		}
		if token != "" {
			request.Header.Set("Authorization", "Bearer "+token)
		}
		answer, err := client.Do(request)
		if err != nil {
			return false
		}
		answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	}
}

func (c *Cluster) file(name string) string { return filepath.Join(c.options.Dir, name) }

// freePorts finds addresses on loopback that nobody listens on.
func freePorts(n int) ([]string, error) {
	var found []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close() // when all are found, so that they differ
		found = append(found, "127.0.0.1:"+strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
	}
	return found, nil
}
