//go:build linux || darwin

package testenv

const (
	// NodeName is what the node is called in the API.
	NodeName = "node"
	// NodeAddress is where Pods find the node, and all that listens there.
	NodeAddress = "10.244.0.1"
	// Containerd is the server that runs the containers of a node; it is the machine's.
	Containerd = "containerd"
)

const (
	serviceNetwork = "10.96.0.0/16"
	// serviceAddress is the first of the services: Pods reach the API server by it.
	serviceAddress = "10.96.0.1"
	// nodeFolder is where a node keeps everything: in memory, so that nothing is
	// left of it and no disk holds it up.
	nodeFolder    = "/run/weft-testenv"
	runtimeSocket = "/run/containerd/containerd.sock"
)
