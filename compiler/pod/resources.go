package pod

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// measured are the resources that weft can say something about.
var measured = []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory}

// agentResources are small, and set because quotas may ask for them.
func agentResources() corev1.ResourceRequirements {
	list := func(cpu, memory string) corev1.ResourceList {
		return corev1.ResourceList{corev1.ResourceCPU: resource.MustParse(cpu), corev1.ResourceMemory: resource.MustParse(memory)}
	}
	return corev1.ResourceRequirements{Requests: list("10m", "32Mi"), Limits: list("500m", "256Mi")}
}

// asMain gives a container that ends before main begins what main gets, and no
// less memory than it needs. That costs nothing, since a Pod takes the most of the
// two and not the sum; and what a namespace demands of containers, of the least,
// the most and the ratio, is fulfilled where main does so.
func (b *builder) asMain(c *corev1.Container) {
	main := b.firstMain()
	for _, name := range measured {
		request, asked := main.Requests[name]
		limit, limited := main.Limits[name]
		if !asked && limited {
			request, asked = limit, true // as Kubernetes has it
		}
		if !asked {
			continue
		}
		least := name == corev1.ResourceMemory
		if own := c.Resources.Requests[name]; !least || own.Cmp(request) < 0 {
			c.Resources.Requests[name] = request
		}
		if own := c.Resources.Limits[name]; !limited {
			delete(c.Resources.Limits, name)
		} else if !least || own.Cmp(limit) < 0 {
			c.Resources.Limits[name] = limit
		}
	}
	if b.guaranteed {
		guarantee(c)
	}
}

// guarantee keeps the Pod's guarantee where the user's containers have it: it is
// lost when one container, of any kind, may take more than it asks for.
func guarantee(c *corev1.Container) { c.Resources.Requests = c.Resources.Limits.DeepCopy() }

// besideMain lets a container that runs while main does, in a Pod with a guarantee,
// take no more processors than main.
func (b *builder) besideMain(c *corev1.Container) {
	if !b.guaranteed {
		return
	}
	if limit := b.firstMain().Limits[corev1.ResourceCPU]; limit.Cmp(c.Resources.Limits[corev1.ResourceCPU]) < 0 {
		c.Resources.Limits[corev1.ResourceCPU] = limit
	}
	guarantee(c)
}

func (b *builder) firstMain() corev1.ResourceRequirements {
	for _, name := range b.mains {
		if c := b.containerOf(name); c != nil {
			return c.Resources
		}
	}
	return corev1.ResourceRequirements{}
}

// isGuaranteed reports whether containers ask for all that they may take.
func isGuaranteed(containers []corev1.Container) bool {
	return !slices.ContainsFunc(containers, func(c corev1.Container) bool {
		return slices.ContainsFunc(measured, func(name corev1.ResourceName) bool {
			limit, limited := c.Resources.Limits[name]
			request, asked := c.Resources.Requests[name]
			return !limited || asked && request.Cmp(limit) != 0
		})
	})
}
