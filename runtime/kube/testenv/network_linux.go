package testenv

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
)

const (
	bridge     = "cni0"
	podNetwork = "10.244.0.0/16"
	resolvConf = nodeFolder + "/resolv.conf"
	// A bridge without an address of its own takes the lowest of what is attached
	// to it: another one when a Pod ends, and for most of a minute the packets of
	// the other Pods go to nobody.
	bridgeMAC = "0a:58:0a:f4:00:01"
)

// startNetwork makes the bridge that Pods are attached to. Nothing but it and
// loopback is there, so that no packet leaves. The address of the API server's
// service is one of the node's own: the server listens on it, and nobody has to
// translate addresses.
func startNetwork() error {
	cmd := exec.Command("ip", "-batch", "-")
	cmd.Stdin = bytes.NewBufferString(`link set lo up
link add ` + bridge + ` address ` + bridgeMAC + ` type bridge
addr add ` + NodeAddress + `/16 dev ` + bridge + `
addr add ` + serviceAddress + `/32 dev ` + bridge + `
link set ` + bridge + ` up
`)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("ip: %w: %s", err, out)
	}
	// Whoever looks for something outside is told at once that it is not there,
	// every time.
	return os.WriteFile("/proc/sys/net/ipv4/icmp_ratelimit", []byte("0"), 0o644)
}

// networkConfig attaches Pods to the bridge.
func networkConfig() string {
	return `{
  "cniVersion": "0.4.0",
  "name": "pods",
  "plugins": [{
    "type": "bridge", "bridge": "` + bridge + `", "isGateway": true, "ipMasq": false, "hairpinMode": true,
    "ipam": {"type": "host-local", "dataDir": "` + dataFolder + `/addresses", "ranges": [[{"subnet": "` + podNetwork + `"}]], "routes": [{"dst": "0.0.0.0/0"}]}
  }]
}
`
}
