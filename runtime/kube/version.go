package kube

import (
	"context"
	"encoding/json"
	"fmt"

	"k8s.io/apimachinery/pkg/util/version"
	served "k8s.io/apimachinery/pkg/version"
)

// oldest is the first Kubernetes that ends sidecars by itself: containers of Pods
// that are to outlive others are init containers with a restart policy since then.
var oldest = version.MajorMinor(1, 29)

// Serves fails when the cluster is too old for the Pods of runs. One that does not
// tell its version is not too old.
func (c *Cluster) Serves(ctx context.Context) error {
	ctx, cancel := patient(ctx)
	defer cancel()
	answer, err := c.core.Get().AbsPath("/version").Do(ctx).Raw()
	if refusalOf(err) != nil {
		return nil
	}
	if err != nil {
		return fmt.Errorf("ask for the version of Kubernetes: %w", err)
	}
	return tooOld(answer)
}

// tooOld reads what the API server says of itself.
func tooOld(answer []byte) error {
	var info served.Info
	if json.Unmarshal(answer, &info) != nil {
		return nil
	}
	v, err := version.ParseGeneric(info.GitVersion)
	if err != nil || v.Major() == 0 || v.AtLeast(oldest) {
		return nil
	}
	return fmt.Errorf("the cluster runs Kubernetes %s; runs take %s or later, for their sidecars", info.GitVersion, oldest)
}
