package local

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

func (r *resolver) probes(out *container, c *corev1.Container) (err error) {
	if out.Startup, err = r.probe(c.StartupProbe, c); err != nil {
		return err
	}
	if out.Readiness, err = r.probe(c.ReadinessProbe, c); err != nil {
		return err
	}
	out.Liveness, err = r.probe(c.LivenessProbe, c)
	return err
}

func (r *resolver) probe(p *corev1.Probe, c *corev1.Container) (*probe, error) {
	if p == nil {
		return nil, nil
	}
	seconds := func(n, otherwise int32) time.Duration { return time.Duration(max(n, otherwise)) * time.Second }
	out := &probe{
		Host: r.ip, Delay: seconds(p.InitialDelaySeconds, 0), Period: time.Duration(or(p.PeriodSeconds, 10)) * time.Second,
		Timeout: seconds(p.TimeoutSeconds, 1), Successes: int(max(p.SuccessThreshold, 1)), Failures: int(or(p.FailureThreshold, 3)),
	}
	port := func(p intstr.IntOrString) (err error) { out.Port, err = portOf(p, c); return err }
	host := func(h string) {
		if h != "" {
			out.Host = h
		}
	}
	switch {
	case p.Exec != nil:
		out.Exec = p.Exec.Command
	case p.TCPSocket != nil:
		host(p.TCPSocket.Host)
		return out, port(p.TCPSocket.Port)
	case p.HTTPGet != nil:
		g := p.HTTPGet
		host(g.Host)
		out.HTTPPath, out.TLS = "/"+strings.TrimPrefix(g.Path, "/"), g.Scheme == corev1.URISchemeHTTPS
		for _, h := range g.HTTPHeaders {
			out.Headers = append(out.Headers, [2]string{h.Name, h.Value})
		}
		return out, port(g.Port)
	default:
		return nil, refuse("container %q is probed in a way that is not known on this machine: use exec, tcpSocket or httpGet", c.Name)
	}
	return out, nil
}

func or(n, otherwise int32) int32 {
	if n == 0 {
		return otherwise
	}
	return n
}

func portOf(p intstr.IntOrString, c *corev1.Container) (int, error) {
	if p.Type == intstr.Int {
		return int(p.IntVal), nil
	}
	for _, port := range c.Ports {
		if port.Name == p.StrVal {
			return int(port.ContainerPort), nil
		}
	}
	if n, err := strconv.Atoi(p.StrVal); err == nil {
		return n, nil
	}
	return 0, refuse("container %q has no port %q", c.Name, p.StrVal)
}

// ask probes once over the network.
func (p *probe) ask() error {
	address := net.JoinHostPort(p.Host, strconv.Itoa(p.Port))
	if p.HTTPPath == "" {
		conn, err := net.DialTimeout("tcp", address, p.Timeout)
		if err != nil {
			return err
		}
		return conn.Close()
	}
	scheme := "http"
	if p.TLS {
		scheme = "https"
	}
	request, err := http.NewRequest(http.MethodGet, scheme+"://"+address+p.HTTPPath, nil)
	if err != nil {
		return err
	}
	for _, h := range p.Headers {
		if strings.EqualFold(h[0], "Host") {
			request.Host = h[1]
		}
		request.Header.Add(h[0], h[1])
	}
	client := http.Client{
		Timeout: p.Timeout,
		// As a kubelet does: a probe asks whether somebody answers, not who.
		Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode < 200 || response.StatusCode >= 400 {
		return fmt.Errorf("the answer is %q", response.Status)
	}
	return nil
}
