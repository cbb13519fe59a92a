//go:build linux || darwin

package testenv

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"time"
)

// The files that servers prove themselves with.
const (
	certificateFile = "server.crt"
	keyFile         = "server.key"
	tokenFile       = "tokens.csv"
)

// writeSecrets makes one key for everything, a certificate that signs itself,
// and the token of an administrator. They live as long as the cluster.
func (c *Cluster) writeSecrets() error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "testenv"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1), net.ParseIP(NodeAddress), net.ParseIP(serviceAddress)},
		DNSNames:              []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"},
		BasicConstraintsValid: true, IsCA: true,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	for name, text := range map[string][]byte{
		certificateFile: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}),
		keyFile:         pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}),
		tokenFile:       []byte(c.token + `,admin,admin,"system:masters"` + "\n"),
	} {
		if err := os.WriteFile(c.file(name), text, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// client trusts the certificate that writeSecrets made.
func (c *Cluster) client() *http.Client {
	text, _ := os.ReadFile(c.file(certificateFile)) // without it no server will be trusted
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(text)
	return &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
}

// kubeconfig leads to the API server at an address. It holds the certificate, so
// that it serves where the folder of the cluster is not seen.
func (c *Cluster) kubeconfig(address string) []byte {
	certificate, _ := os.ReadFile(c.file(certificateFile)) // without it no server will be trusted

	var b bytes.Buffer
	fmt.Fprintf(&b, `apiVersion: v1
kind: Config
current-context: testenv
contexts: [{name: testenv, context: {cluster: testenv, user: admin}}]
clusters: [{name: testenv, cluster: {server: "https://%s", certificate-authority-data: %s}}]
users: [{name: admin, user: {token: %q}}]
`, address, base64.StdEncoding.EncodeToString(certificate), c.token)
	return b.Bytes()
}
