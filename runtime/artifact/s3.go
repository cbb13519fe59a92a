package artifact

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/encrypt"
)

// bucket is an object, or a folder of objects, in a store that speaks S3.
type bucket struct {
	Endpoint                 string
	Bucket                   string
	Key                      string
	Region                   string
	Insecure                 boolean
	UseSDKCreds              boolean
	RoleARN                  string
	AddressingStyle          string
	AccessKeySecret          *selector
	SecretKeySecret          *selector
	SessionTokenSecret       *selector
	CASecret                 *selector
	CreateBucketIfNotPresent *struct{ ObjectLocking boolean }
	EncryptionOptions        *struct {
		EnableEncryption            boolean
		KmsKeyID                    string
		KmsEncryptionContext        string
		ServerSideCustomerKeySecret *selector
	}

	client     *minio.Client
	encryption encrypt.ServerSide
}

// defaultEndpoint is Amazon's own.
const defaultEndpoint = "s3.amazonaws.com"

var addressing = map[string]minio.BucketLookupType{
	"": minio.BucketLookupAuto, "path": minio.BucketLookupPath, "virtual-hosted": minio.BucketLookupDNS,
}

func openS3(fields json.RawMessage, access Access) (store, error) {
	secrets := access.Secrets
	b := &bucket{}
	if err := json.Unmarshal(fields, b); err != nil {
		return nil, err
	}
	if b.Endpoint == "" {
		b.Endpoint = defaultEndpoint
	}
	if b.RoleARN != "" {
		return nil, errRole
	}
	creds, err := b.credentials(secrets)
	if err != nil {
		return nil, err
	}
	transport, err := b.transport(secrets)
	if err != nil {
		return nil, err
	}
	if b.encryption, err = b.encrypt(secrets); err != nil {
		return nil, err
	}
	b.client, err = minio.New(b.Endpoint, &minio.Options{
		Creds: creds, Secure: !bool(b.Insecure), Region: b.Region, BucketLookup: addressing[b.AddressingStyle], Transport: transport, MaxRetries: tries,
	})
	return b, err
}

func (b *bucket) credentials(secrets Secrets) (*credentials.Credentials, error) {
	if b.UseSDKCreds {
		return credentials.NewChainCredentials([]credentials.Provider{
			&credentials.EnvAWS{}, &credentials.FileAWSCredentials{}, &credentials.IAM{Client: http.DefaultClient},
		}), nil
	}
	var values [3]string
	for i, s := range []*selector{b.AccessKeySecret, b.SecretKeySecret, b.SessionTokenSecret} {
		value, err := s.word(secrets)
		if err != nil {
			return nil, err
		}
		values[i] = value
	}
	return credentials.NewStaticV4(values[0], values[1], values[2]), nil // without keys it is anonymous
}

func (b *bucket) transport(secrets Secrets) (http.RoundTripper, error) {
	pem, err := b.CASecret.value(secrets)
	if err != nil || pem == "" {
		return nil, err
	}
	transport, err := minio.DefaultTransport(!bool(b.Insecure))
	if err != nil {
		return nil, err
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM([]byte(pem)) {
		return nil, errors.New("caSecret holds no certificate")
	}
	transport.TLSClientConfig = &tls.Config{RootCAs: pool}
	return transport, nil
}

func (b *bucket) encrypt(secrets Secrets) (encrypt.ServerSide, error) {
	o := b.EncryptionOptions
	switch {
	case o == nil || !bool(o.EnableEncryption):
		return nil, nil
	case o.ServerSideCustomerKeySecret != nil:
		key, err := o.ServerSideCustomerKeySecret.value(secrets)
		if err != nil {
			return nil, err
		}
		return encrypt.NewSSEC([]byte(key))
	case o.KmsKeyID == "":
		return encrypt.NewSSE(), nil
	case o.KmsEncryptionContext == "":
		return encrypt.NewSSEKMS(o.KmsKeyID, nil)
	}
	var values map[string]string
	if err := json.Unmarshal([]byte(o.KmsEncryptionContext), &values); err != nil {
		return nil, fmt.Errorf("kmsEncryptionContext: %w", err)
	}
	return encrypt.NewSSEKMS(o.KmsKeyID, values)
}

// get fetches one object; if there is none of this name, all below it.
func (b *bucket) get(ctx context.Context, to string) error {
	return retry(ctx, func() error { return errors.Join(os.RemoveAll(to), b.fetchAll(ctx, to)) })
}

func (b *bucket) fetchAll(ctx context.Context, to string) error {
	if !strings.HasSuffix(b.Key, "/") { // else it is a folder, whatever is kept under its own name
		if err := b.fetch(ctx, b.Key, to); !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	found := false
	prefix := strings.TrimSuffix(b.Key, "/") + "/"
	for object := range b.objects(ctx, prefix) {
		if object.Err != nil {
			return b.explain(object.Err)
		}
		found = true
		below := filepath.FromSlash(strings.TrimPrefix(object.Key, prefix))
		if below == "" {
			continue // the folder itself
		}
		if !filepath.IsLocal(below) {
			return fmt.Errorf("the key %q leads out of its folder", object.Key)
		}
		at := filepath.Join(to, below)
		fetch := func() error { return b.fetch(ctx, object.Key, at) }
		if strings.HasSuffix(object.Key, "/") {
			fetch = func() error { return os.MkdirAll(at, 0o777) }
		}
		if err := fetch(); err != nil {
			return err
		}
	}
	if file := strings.TrimSuffix(b.Key, "/"); !found && file != b.Key {
		return b.fetch(ctx, file, to) // under such a key a file is saved without the slash
	}
	if !found {
		return fmt.Errorf("key %q in bucket %q: %w", b.Key, b.Bucket, ErrNotFound)
	}
	return os.MkdirAll(to, 0o777)
}

func (b *bucket) fetch(ctx context.Context, key, to string) error {
	opts := minio.GetObjectOptions{}
	if b.encryption != nil && b.encryption.Type() == encrypt.SSEC {
		opts.ServerSideEncryption = b.encryption
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	if err := b.client.FGetObject(ctx, b.Bucket, key, to, opts); err != nil {
		return b.explain(err)
	}
	return os.Chmod(to, 0o644) // minio-go lets nobody else read it
}

func (b *bucket) objects(ctx context.Context, prefix string) <-chan minio.ObjectInfo {
	return b.client.ListObjects(ctx, b.Bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true})
}

func (b *bucket) put(ctx context.Context, from packed) error {
	return retry(ctx, func() error { return b.storeAll(ctx, from) })
}

func (b *bucket) storeAll(ctx context.Context, from packed) error {
	if err := b.create(ctx); err != nil {
		return err
	}
	return from.walk(func(below string, d fs.DirEntry) error {
		key := strings.TrimSuffix(b.Key, "/")
		if below != "." {
			key += "/" + below
		}
		if d.IsDir() {
			inside, err := fs.ReadDir(from.fsys, path.Join(from.name, below))
			if err != nil || len(inside) > 0 {
				return err
			}
			return b.store(ctx, key+"/", strings.NewReader(""), 0) // all that is there of an empty folder
		}
		in, size, err := from.open(below)
		if err != nil {
			return err
		}
		defer in.Close()
		return b.store(ctx, key, in, size)
	})
}

func (b *bucket) store(ctx context.Context, key string, content io.Reader, size int64) error {
	_, err := b.client.PutObject(ctx, b.Bucket, key, content, size, minio.PutObjectOptions{
		ServerSideEncryption: b.encryption, ContentType: mime.TypeByExtension(path.Ext(key)),
	})
	return b.explain(err)
}

func (b *bucket) create(ctx context.Context) error {
	if b.CreateBucketIfNotPresent == nil {
		return nil
	}
	exists, err := b.client.BucketExists(ctx, b.Bucket)
	if err != nil || exists {
		return b.explain(err)
	}
	opts := minio.MakeBucketOptions{Region: b.Region, ObjectLocking: bool(b.CreateBucketIfNotPresent.ObjectLocking)}
	return b.explain(b.client.MakeBucket(ctx, b.Bucket, opts))
}

func (b *bucket) list(ctx context.Context) ([]string, error) {
	var keys []string
	below := strings.TrimSuffix(b.Key, "/") + "/"
	for object := range b.objects(ctx, b.Key) {
		if object.Err != nil {
			return nil, b.explain(object.Err)
		}
		if b.Key == "" || object.Key == b.Key || strings.HasPrefix(object.Key, below) { // and nothing whose name begins alike
			keys = append(keys, object.Key)
		}
	}
	return keys, nil
}

// refusals are what a store says that does not do what it is asked to.
var refusals = map[string]string{
	"AccessDenied":          "does not let the owner of these keys do that",
	"InvalidAccessKeyId":    "does not know the access key",
	"SignatureDoesNotMatch": "does not take the secret key as that of the access key",
}

// explain tells what is missing from what went wrong.
func (b *bucket) explain(err error) error {
	if err == nil {
		return nil
	}
	code := minio.ToErrorResponse(err).Code
	switch {
	case code == "NoSuchKey":
		return fmt.Errorf("key %q in bucket %q: %w", b.Key, b.Bucket, ErrNotFound)
	case code == "NoSuchBucket":
		return &refusedError{fmt.Errorf("there is no bucket %q", b.Bucket)}
	case refusals[code] != "":
		return &refusedError{fmt.Errorf("bucket %q: %s %s", b.Bucket, b.Endpoint, refusals[code])}
	}
	var network *net.OpError
	if errors.As(err, &network) && network.Op == "dial" {
		err = &transientError{err} // minio does not try that again
	}
	return fmt.Errorf("bucket %q: %w", b.Bucket, err)
}
