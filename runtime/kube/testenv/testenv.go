//go:build linux || darwin

// Package testenv starts a real Kubernetes for tests: etcd, kube-apiserver and,
// when asked, kube-controller-manager, each a process of its own on loopback; or
// all of a cluster with one node, kubelet and containerd included, which runs
// Pods in namespaces of its own.
//
// The programs are compiled from their Go modules, which the module in servers
// pins, the first time somebody needs them, and kept in the user's cache folder.
// That takes minutes once, and nothing but Go. What is started dies with the
// program that started it, however that ends.
package testenv

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

// Options of a cluster. The zero Options are an API server alone, in which Pods
// stay as they were created and namespaces never empty.
type Options struct {
	// Dir holds keys and logs, and what is stored; it has to exist. "" is a folder
	// that Stop removes.
	Dir string
	// ControllerManager makes service accounts, and deletes what has lost its
	// owner or its namespace.
	ControllerManager bool
	// Node adds a machine that runs Pods, and the controller manager. It takes
	// namespaces of its own, see Isolated, and in these one node runs at a time.
	Node bool
}

// A Cluster is a control plane that runs, with a node or without.
type Cluster struct {
	// Kubeconfig is a file that leads an administrator to the API server.
	Kubeconfig string

	options  Options
	programs *Programs
	remove   bool   // the folder
	etcd     string // address of etcd that clients use
	address  string // of the API server, host:port
	token    string
	servers  []*server
}

// Start runs a cluster and returns when it answers and, with a node, when that
// takes Pods. Whoever starts one stops it.
func Start(ctx context.Context, programs *Programs, options Options) (*Cluster, error) {
	if options.Node && !isInside() { // Stop would remove what the machine's own containers are made of
		return nil, errors.New("a node runs in namespaces of its own only: call testenv.Isolated first of all")
	}
	c := &Cluster{options: options, programs: programs, token: rand.Text()}
	if options.Dir == "" {
		dir, err := os.MkdirTemp(scratch(options), "weft-testenv-")
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

// scratch is where a cluster keeps its files. Those of a node are gone with its
// namespaces, however these end.
func scratch(options Options) string {
	if options.Node && isInside() {
		return nodeFolder
	}
	return ""
}

// Stop ends the processes at once; what they stored is of no more use.
func (c *Cluster) Stop() {
	for _, s := range slices.Backward(c.servers) { // the last one started is the first one to go
		s.kill()
	}
	if c.options.Node {
		stopNode()
	}
	if c.remove {
		_ = os.RemoveAll(c.options.Dir) // a folder for temporary files is cleaned anyway
	}
}

func (c *Cluster) start(ctx context.Context) error {
	if c.options.Node {
		if err := c.prepareNode(ctx); err != nil {
			return err
		}
	}
	if err := c.startEtcd(ctx); err != nil {
		return err
	}
	if err := c.startAPIServer(ctx); err != nil {
		return err
	}
	if c.options.ControllerManager || c.options.Node {
		if err := c.startControllerManager(ctx); err != nil {
			return err
		}
	}
	if c.options.Node {
		return c.startNode(ctx)
	}
	return nil
}

func (c *Cluster) startEtcd(ctx context.Context) error {
	ports, err := freePorts(2)
	if err != nil {
		return err
	}
	peers := "http://" + ports[1]
	c.etcd = "http://" + ports[0]
	return c.run(ctx, Etcd, ready(http.DefaultClient, c.etcd+"/health", ""),
		"--data-dir="+c.file("etcd"),
		"--listen-client-urls="+c.etcd, "--advertise-client-urls="+c.etcd, "--listen-peer-urls="+peers,
		"--unsafe-no-fsync", "--quota-backend-bytes=8589934592",
	)
}

func (c *Cluster) startAPIServer(ctx context.Context) error {
	bind, address, err := c.chooseAddress()
	if err != nil {
		return err
	}
	c.address = address
	host, port, _ := net.SplitHostPort(address)
	if err := c.writeSecrets(); err != nil {
		return err
	}
	if err := os.WriteFile(c.Kubeconfig, c.kubeconfig(c.address), 0o600); err != nil {
		return err
	}
	return c.run(ctx, APIServer, ready(c.client(), "https://"+c.address+"/readyz", c.token),
		"--etcd-servers="+c.etcd,
		"--bind-address="+bind, "--advertise-address="+host, "--secure-port="+port,
		"--tls-cert-file="+c.file(certificateFile), "--tls-private-key-file="+c.file(keyFile),
		"--token-auth-file="+c.file(tokenFile), "--authorization-mode=RBAC",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file="+c.file(keyFile), "--service-account-signing-key-file="+c.file(keyFile),
		"--service-cluster-ip-range="+serviceNetwork, "--allow-privileged=true", "--profiling=false",
		"--kubelet-preferred-address-types=InternalIP",
		// Fast clients are what is measured, not held back.
		"--enable-priority-and-fairness=false", "--max-requests-inflight=3000", "--max-mutating-requests-inflight=1000",
	)
}

// chooseAddress says what the API server listens on and where it is found. Pods
// find it by the address of its service, whose port is that of the server.
func (c *Cluster) chooseAddress() (bind, address string, err error) {
	if c.options.Node {
		return "0.0.0.0", net.JoinHostPort(NodeAddress, "443"), nil
	}
	ports, err := freePorts(1)
	if err != nil {
		return "", "", err
	}
	return "127.0.0.1", ports[0], nil
}

func (c *Cluster) startControllerManager(ctx context.Context) error {
	ports, err := freePorts(1)
	if err != nil {
		return err
	}
	host, port, _ := net.SplitHostPort(ports[0])
	return c.run(ctx, ControllerManager, ready(c.client(), "https://"+ports[0]+"/healthz", ""),
		"--kubeconfig="+c.Kubeconfig, "--bind-address="+host, "--secure-port="+port,
		"--tls-cert-file="+c.file(certificateFile), "--tls-private-key-file="+c.file(keyFile),
		"--service-account-private-key-file="+c.file(keyFile), "--root-ca-file="+c.file(certificateFile),
		"--leader-elect=false", "--kube-api-qps=500", "--kube-api-burst=1000",
	)
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

// Open lets those in who connect to a listener: to the API server, and nothing
// else. It returns the kubeconfig that leads them there. It ends with the listener.
func (c *Cluster) Open(l net.Listener) []byte {
	go func() {
		for {
			guest, err := l.Accept()
			if err != nil {
				return
			}
			go c.pass(guest)
		}
	}()
	return c.kubeconfig(l.Addr().String())
}

// pass hands a connection on to the API server, both ways, until one end closes it.
func (c *Cluster) pass(guest net.Conn) {
	defer guest.Close()
	host, err := net.Dial("tcp", c.address)
	if err != nil {
		return // the guest sees that it is closed
	}
	defer host.Close()
	done := make(chan struct{}, 2)
	for _, pair := range [][2]net.Conn{{guest, host}, {host, guest}} {
		go func() {
			_, _ = io.Copy(pair[0], pair[1]) // ends with either end
			done <- struct{}{}
		}()
	}
	<-done
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
