package testenv

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/weft-lang/weft/runtime/kube/testenv/images"
)

// pauseImage holds the namespaces of a Pod.
const pauseImage = "weft.test/pause:1"

// dataFolder holds what containers are made of.
const dataFolder = nodeFolder + "/data"

// prepareNode starts what needs no API server.
func (c *Cluster) prepareNode(ctx context.Context) error {
	for file, text := range map[string]string{
		c.file("cni/bridge.conflist"): networkConfig(),
		c.file("containerd.toml"):     c.containerdConfig(),
		c.file("kubelet.yaml"):        c.kubeletConfig(),
		resolvConf:                    "nameserver " + NodeAddress + "\n", // says no at once
	} {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return err
		}
	}
	containerd, err := exec.LookPath(Containerd)
	if err != nil {
		return err
	}
	if err := c.runProgram(ctx, Containerd, containerd, runtimeAnswers, "--config="+c.file("containerd.toml")); err != nil {
		return err
	}
	pause, err := images.Program(ctx, "/pause", filepath.Join(c.programs.module, "..", "pause"))
	if err != nil {
		return err
	}
	return c.AddImage(ctx, pause, pauseImage)
}

func runtimeAnswers(ctx context.Context) bool {
	return exec.CommandContext(ctx, "ctr", "--address="+runtimeSocket, "version").Run() == nil
}

func (c *Cluster) containerdConfig() string {
	return `version = 2
root = "` + dataFolder + `/containerd"
state = "/run/containerd"
[grpc]
  address = "` + runtimeSocket + `"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "` + pauseImage + `"
  disable_apparmor = true # profiles would be loaded into the machine's kernel
  restrict_oom_score_adj = true # some machines do not let root lower it
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "` + pluginFolder() + `"
    conf_dir = "` + c.file("cni") + `"
`
}

// kubeletConfig is that of a kubelet which is fast and never evicts: how full the
// machine is says nothing about a test.
func (c *Cluster) kubeletConfig() string {
	return `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: 0.0.0.0
tlsCertFile: "` + c.file(certificateFile) + `"
tlsPrivateKeyFile: "` + c.file(keyFile) + `"
authentication: {anonymous: {enabled: true}, webhook: {enabled: false}}
authorization: {mode: AlwaysAllow}
containerRuntimeEndpoint: unix://` + runtimeSocket + `
resolvConf: ` + resolvConf + `
clusterDNS: [` + NodeAddress + `]
clusterDomain: cluster.local
cgroupDriver: cgroupfs
enforceNodeAllocatable: []
makeIPTablesUtilChains: false
volumePluginDir: "` + dataFolder + `/volume-plugins"
failSwapOn: false
evictionHard:
  memory.available: "0%"
  nodefs.available: "0%"
  nodefs.inodesFree: "0%"
  imagefs.available: "0%"
  imagefs.inodesFree: "0%"
  pid.available: "0%"
imageGCHighThresholdPercent: 100
maxPods: 400
kubeAPIQPS: 500
kubeAPIBurst: 1000
eventRecordQPS: 0
registryPullQPS: 0
serializeImagePulls: false
syncFrequency: 10s
nodeStatusUpdateFrequency: 5s
`
}

// startNode starts what makes a node of the machine, and returns when it takes
// Pods.
func (c *Cluster) startNode(ctx context.Context) error {
	if err := c.run(ctx, Scheduler, ready(c.client(), "https://127.0.0.1:10259/healthz", ""),
		"--kubeconfig="+c.Kubeconfig, "--leader-elect=false", "--bind-address=127.0.0.1", "--secure-port=10259",
		"--tls-cert-file="+c.file(certificateFile), "--tls-private-key-file="+c.file(keyFile),
		"--kube-api-qps=500", "--kube-api-burst=1000",
	); err != nil {
		return err
	}
	if err := c.createVolumes(ctx); err != nil {
		return err
	}
	return c.run(ctx, Kubelet, c.nodeReady,
		"--kubeconfig="+c.Kubeconfig, "--config="+c.file("kubelet.yaml"), "--root-dir="+dataFolder+"/kubelet",
		"--hostname-override="+NodeName, "--node-ip="+NodeAddress,
	)
}

// volumes is how many claims can be bound in the life of a cluster.
const volumes = 64

// createVolumes makes what claims are bound to: nobody here makes a volume when
// it is claimed.
func (c *Cluster) createVolumes(ctx context.Context) error {
	for i := range volumes {
		name := fmt.Sprint("volume-", i)
		dir := filepath.Join(dataFolder, "volumes", name)
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return err
		}
		if err := os.Chmod(dir, 0o777); err != nil { // whoever a container runs as
			return err
		}
		if err := c.create(ctx, "/api/v1/persistentvolumes", map[string]any{
			"metadata": map[string]any{"name": name},
			"spec": map[string]any{
				"accessModes": []string{"ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany"},
				"capacity":    map[string]string{"storage": "1Ti"},
				"hostPath":    map[string]string{"path": dir},
			},
		}); err != nil {
			return err
		}
	}
	return nil
}

// nodeReady says whether a Pod that is created now would run.
func (c *Cluster) nodeReady(ctx context.Context) bool {
	var node struct {
		Spec   struct{ Taints []json.RawMessage }
		Status struct {
			Conditions []struct{ Type, Status string }
		}
	}
	if c.get(ctx, "/api/v1/nodes/"+NodeName, &node) != nil || len(node.Spec.Taints) > 0 {
		return false
	}
	if c.get(ctx, "/api/v1/namespaces/default/serviceaccounts/default", &struct{}{}) != nil ||
		c.get(ctx, "/api/v1/namespaces/default/configmaps/kube-root-ca.crt", &struct{}{}) != nil {
		return false
	}
	for _, condition := range node.Status.Conditions {
		if condition.Type == "Ready" {
			return condition.Status == "True"
		}
	}
	return false
}

// KillContainer kills the first process of a container of a Pod, with SIGKILL, as
// the kernel does when memory runs out.
func (c *Cluster) KillContainer(ctx context.Context, podUID, container string) error {
	ids, err := ctr(ctx, nil, "containers", "list", "--quiet",
		fmt.Sprintf(`labels."io.kubernetes.pod.uid"==%q,labels."io.kubernetes.container.name"==%q`, podUID, container))
	if err != nil {
		return err
	}
	if ids == "" {
		return fmt.Errorf("no container %[2]q of Pod %[1]s on this node", podUID, container)
	}
	for id := range strings.FieldsSeq(ids) { // those that were restarted remain for a while
		_, kill := ctr(ctx, nil, "tasks", "kill", "--signal=SIGKILL", id)
		err = errors.Join(err, kill)
	}
	return err
}
