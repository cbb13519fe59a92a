package api

import corev1 "k8s.io/api/core/v1"

// Artifact is a file or folder that is kept in a store.
type Artifact struct {
	// Name of the artifact.
	Name string `json:"name"`
	// Place of the file or folder in the main container.
	Path string `json:"path,omitempty"`
	// Permissions of an input file, as a number; write 0644 in YAML, 420 in JSON.
	Mode *int32 `json:"mode,omitempty" crd:"min=0,max=511"`
	// Artifact to take: an output such as {{steps.a.outputs.artifacts.report}} or an input of this template.
	From string `json:"from,omitempty"`
	// Where the artifact is stored.
	ArtifactLocation `json:",inline"`
	// Also makes an output known as {{workflow.outputs.artifacts.GLOBALNAME}}.
	GlobalName string `json:"globalName,omitempty"`
	// How an output is packed; default is tar with gzip.
	Archive *ArchiveStrategy `json:"archive,omitempty"`
	// true accepts that the artifact is missing.
	Optional bool `json:"optional,omitempty"`
	// Part of a folder artifact to take.
	SubPath string `json:"subPath,omitempty"`
	// true applies mode to everything in a folder.
	RecurseMode bool `json:"recurseMode,omitempty"`
	// Expression that gives the artifact to take, such as tasks.a.outputs.artifacts.x.
	FromExpression string `json:"fromExpression,omitempty"`
	// When the artifact is deleted, instead of what the workflow says.
	ArtifactGC *ArtifactGC `json:"artifactGC,omitempty"`
	// Whether the artifact has been deleted; written by the controller.
	Deleted bool `json:"deleted,omitempty"`
}

// ArtifactLocation is where an artifact is stored: at most one of the stores.
type ArtifactLocation struct {
	// Whether logs of the main container are stored, too.
	ArchiveLogs *bool `json:"archiveLogs,omitempty"`
	// S3 or a server that speaks its protocol.
	S3 *S3Artifact `json:"s3,omitempty"`
	// A git repository; only for inputs.
	Git *GitArtifact `json:"git,omitempty"`
	// A web address.
	HTTP *HTTPArtifact `json:"http,omitempty"`
	// JFrog Artifactory.
	Artifactory *ArtifactoryArtifact `json:"artifactory,omitempty"`
	// Hadoop's file system.
	HDFS *HDFSArtifact `json:"hdfs,omitempty"`
	// Text written in the workflow itself; only for inputs.
	Raw *RawArtifact `json:"raw,omitempty"`
	// Alibaba Cloud OSS.
	OSS *OSSArtifact `json:"oss,omitempty"`
	// Google Cloud Storage.
	GCS *GCSArtifact `json:"gcs,omitempty"`
	// Azure Blob Storage.
	Azure *AzureArtifact `json:"azure,omitempty"`
	// An artifact plugin.
	Plugin *PluginArtifact `json:"plugin,omitempty"`
}

// ArchiveStrategy is how an artifact is packed.
type ArchiveStrategy struct {
	// As a tar file.
	Tar *TarStrategy `json:"tar,omitempty"`
	// {} stores the file as it is, and a folder file by file.
	None *NoneStrategy `json:"none,omitempty"`
	// {} packs as a zip file.
	Zip *ZipStrategy `json:"zip,omitempty"`
}

// TarStrategy packs as a tar file.
type TarStrategy struct {
	// gzip level from 0 (none) to 9 (smallest); -1 is the default level.
	CompressionLevel *int32 `json:"compressionLevel,omitempty"`
}

// NoneStrategy has no fields.
type NoneStrategy struct{}

// ZipStrategy has no fields.
type ZipStrategy struct{}

// S3Artifact is an object in S3.
type S3Artifact struct {
	S3Bucket `json:",inline"`
	// Key of the object; default for outputs comes from the artifact repository.
	Key string `json:"key,omitempty"`
}

// S3Bucket is a bucket in S3 and how to reach it.
type S3Bucket struct {
	// Host name, and port if any, of the server.
	Endpoint string `json:"endpoint,omitempty"`
	// Name of the bucket.
	Bucket string `json:"bucket,omitempty"`
	// Region of the bucket.
	Region string `json:"region,omitempty"`
	// true uses plain HTTP.
	Insecure *bool `json:"insecure,omitempty"`
	// Secret with the access key.
	AccessKeySecret *corev1.SecretKeySelector `json:"accessKeySecret,omitempty"`
	// Secret with the secret key.
	SecretKeySecret *corev1.SecretKeySelector `json:"secretKeySecret,omitempty"`
	// Secret with the token of temporary credentials.
	SessionTokenSecret *corev1.SecretKeySelector `json:"sessionTokenSecret,omitempty"`
	// ARN of the role to take on.
	RoleARN string `json:"roleARN,omitempty"`
	// true finds credentials as the AWS SDK does, such as from the service account.
	UseSDKCreds bool `json:"useSDKCreds,omitempty"`
	// Makes the bucket when it is missing.
	CreateBucketIfNotPresent *CreateS3BucketOptions `json:"createBucketIfNotPresent,omitempty"`
	// Encryption on the server.
	EncryptionOptions *S3EncryptionOptions `json:"encryptionOptions,omitempty"`
	// Secret with the certificates to trust.
	CASecret *corev1.SecretKeySelector `json:"caSecret,omitempty"`
	// How the bucket stands in addresses: path, virtual-hosted, or found out (default).
	AddressingStyle string `json:"addressingStyle,omitempty" values:"|path|virtual-hosted" checked:"crd"`
}

// CreateS3BucketOptions is settings of a bucket to make.
type CreateS3BucketOptions struct {
	// true allows objects to be locked against change.
	ObjectLocking bool `json:"objectLocking,omitempty"`
}

// S3EncryptionOptions is encryption on the server.
type S3EncryptionOptions struct {
	// Id of the key in KMS.
	KmsKeyID string `json:"kmsKeyId,omitempty"`
	// Encryption context of KMS, a JSON object as text.
	KmsEncryptionContext string `json:"kmsEncryptionContext,omitempty"`
	// true encrypts; with kmsKeyId by KMS, else by keys of S3.
	EnableEncryption bool `json:"enableEncryption,omitempty"`
	// Secret with a key of your own, instead of KMS.
	ServerSideCustomerKeySecret *corev1.SecretKeySelector `json:"serverSideCustomerKeySecret,omitempty"`
}

// GitArtifact is a git repository at a revision.
type GitArtifact struct {
	// Address of the repository.
	Repo string `json:"repo"`
	// Commit, tag or branch to check out.
	Revision string `json:"revision,omitempty"`
	// How many commits to fetch; default all.
	Depth *uint64 `json:"depth,omitempty"`
	// Refspecs to fetch, too.
	Fetch []string `json:"fetch,omitempty"`
	// Secret with the user name.
	UsernameSecret *corev1.SecretKeySelector `json:"usernameSecret,omitempty"`
	// Secret with the password or token.
	PasswordSecret *corev1.SecretKeySelector `json:"passwordSecret,omitempty"`
	// Secret with the SSH key.
	SSHPrivateKeySecret *corev1.SecretKeySelector `json:"sshPrivateKeySecret,omitempty"`
	// true trusts any SSH host.
	InsecureIgnoreHostKey bool `json:"insecureIgnoreHostKey,omitempty"`
	// true leaves submodules out.
	DisableSubmodules bool `json:"disableSubmodules,omitempty"`
	// true fetches only the branch.
	SingleBranch bool `json:"singleBranch,omitempty"`
	// The branch for singleBranch.
	Branch string `json:"branch,omitempty"`
	// true trusts any certificate.
	InsecureSkipTLS bool `json:"insecureSkipTLS,omitempty"`
}

// HTTPArtifact is a file behind a web address.
type HTTPArtifact struct {
	// Address: read with GET, written with PUT.
	URL string `json:"url"`
	// Headers of the requests.
	Headers []Header `json:"headers,omitempty"`
	// Credentials.
	Auth *HTTPAuth `json:"auth,omitempty"`
	// true keeps an upload in a file first, for servers that need its length.
	SaveStreamViaFile bool `json:"saveStreamViaFile,omitempty"`
}

// Header is one header of a request.
type Header struct {
	// Name of the header.
	Name string `json:"name"`
	// Value of the header.
	Value string `json:"value"`
}

// HTTPAuth is credentials for HTTP.
type HTTPAuth struct {
	// A certificate of the client.
	ClientCert *ClientCertAuth `json:"clientCert,omitempty"`
	// A token from an OAuth 2 server.
	OAuth2 *OAuth2Auth `json:"oauth2,omitempty"`
	// User name and password.
	BasicAuth *BasicAuth `json:"basicAuth,omitempty"`
}

// ClientCertAuth is a certificate of the client.
type ClientCertAuth struct {
	// Secret with the certificate.
	ClientCertSecret *corev1.SecretKeySelector `json:"clientCertSecret,omitempty"`
	// Secret with its private key.
	ClientKeySecret *corev1.SecretKeySelector `json:"clientKeySecret,omitempty"`
}

// OAuth2Auth is how to get a token from an OAuth 2 server.
type OAuth2Auth struct {
	// Secret with the client's id.
	ClientIDSecret *corev1.SecretKeySelector `json:"clientIDSecret,omitempty"`
	// Secret with the client's secret.
	ClientSecretSecret *corev1.SecretKeySelector `json:"clientSecretSecret,omitempty"`
	// Secret with the address that gives tokens.
	TokenURLSecret *corev1.SecretKeySelector `json:"tokenURLSecret,omitempty"`
	// Scopes to ask for.
	Scopes []string `json:"scopes,omitempty"`
	// Further parameters of the request for a token.
	EndpointParams []OAuth2EndpointParam `json:"endpointParams,omitempty"`
}

// OAuth2EndpointParam is one parameter of a request for a token.
type OAuth2EndpointParam struct {
	// Name of the parameter.
	Key string `json:"key"`
	// Value of the parameter.
	Value string `json:"value,omitempty"`
}

// BasicAuth is a user name and a password.
type BasicAuth struct {
	// Secret with the user name.
	UsernameSecret *corev1.SecretKeySelector `json:"usernameSecret,omitempty"`
	// Secret with the password.
	PasswordSecret *corev1.SecretKeySelector `json:"passwordSecret,omitempty"`
}

// ArtifactoryArtifact is a file in Artifactory.
type ArtifactoryArtifact struct {
	// Address of the file.
	URL             string `json:"url"`
	ArtifactoryAuth `json:",inline"`
}

// ArtifactoryAuth is credentials for Artifactory.
type ArtifactoryAuth struct {
	// Secret with the user name.
	UsernameSecret *corev1.SecretKeySelector `json:"usernameSecret,omitempty"`
	// Secret with the password.
	PasswordSecret *corev1.SecretKeySelector `json:"passwordSecret,omitempty"`
}

// HDFSArtifact is a file in HDFS.
type HDFSArtifact struct {
	HDFSConfig `json:",inline"`
	// Path of the file.
	Path string `json:"path"`
	// true overwrites the file.
	Force bool `json:"force,omitempty"`
}

// HDFSConfig is how to reach HDFS.
type HDFSConfig struct {
	HDFSKrbConfig `json:",inline"`
	// Addresses of the name nodes.
	Addresses []string `json:"addresses,omitempty"`
	// User to act as; not used with Kerberos.
	HDFSUser string `json:"hdfsUser,omitempty"`
	// Protection of the data on its way: authentication, integrity or privacy.
	DataTransferProtection string `json:"dataTransferProtection,omitempty"`
}

// HDFSKrbConfig is Kerberos credentials for HDFS.
type HDFSKrbConfig struct {
	// Secret with the credential cache.
	KrbCCacheSecret *corev1.SecretKeySelector `json:"krbCCacheSecret,omitempty"`
	// Secret with the keytab.
	KrbKeytabSecret *corev1.SecretKeySelector `json:"krbKeytabSecret,omitempty"`
	// User of the keytab.
	KrbUsername string `json:"krbUsername,omitempty"`
	// Realm of the keytab.
	KrbRealm string `json:"krbRealm,omitempty"`
	// Key of a ConfigMap with krb5.conf.
	KrbConfigConfigMap *corev1.ConfigMapKeySelector `json:"krbConfigConfigMap,omitempty"`
	// Principal of the name node's service.
	KrbServicePrincipalName string `json:"krbServicePrincipalName,omitempty"`
}

// RawArtifact is text written in the workflow itself.
type RawArtifact struct {
	// The text.
	Data string `json:"data" crd:"required"`
}

// OSSArtifact is an object in OSS.
type OSSArtifact struct {
	OSSBucket `json:",inline"`
	// Key of the object.
	Key string `json:"key"`
}

// OSSBucket is a bucket in OSS and how to reach it.
type OSSBucket struct {
	// Address of the server.
	Endpoint string `json:"endpoint,omitempty"`
	// Name of the bucket.
	Bucket string `json:"bucket,omitempty"`
	// Secret with the access key.
	AccessKeySecret *corev1.SecretKeySelector `json:"accessKeySecret,omitempty"`
	// Secret with the secret key.
	SecretKeySecret *corev1.SecretKeySelector `json:"secretKeySecret,omitempty"`
	// true makes the bucket when it is missing.
	CreateBucketIfNotPresent bool `json:"createBucketIfNotPresent,omitempty"`
	// Token of temporary credentials.
	SecurityToken string `json:"securityToken,omitempty"`
	// When objects age.
	LifecycleRule *OSSLifecycleRule `json:"lifecycleRule,omitempty"`
	// true finds credentials as the SDK does.
	UseSDKCreds bool `json:"useSDKCreds,omitempty"`
}

// OSSLifecycleRule says when objects of OSS age.
type OSSLifecycleRule struct {
	// Days after which objects move to cheaper storage.
	MarkInfrequentAccessAfterDays int32 `json:"markInfrequentAccessAfterDays,omitempty"`
	// Days after which objects are deleted.
	MarkDeletionAfterDays int32 `json:"markDeletionAfterDays,omitempty"`
}

// GCSArtifact is an object in Google Cloud Storage.
type GCSArtifact struct {
	GCSBucket `json:",inline"`
	// Key of the object.
	Key string `json:"key"`
}

// GCSBucket is a bucket in Google Cloud Storage and how to reach it.
type GCSBucket struct {
	// Name of the bucket.
	Bucket string `json:"bucket,omitempty"`
	// Secret with the key of a service account; default is the identity of the Pod.
	ServiceAccountKeySecret *corev1.SecretKeySelector `json:"serviceAccountKeySecret,omitempty"`
}

// AzureArtifact is a blob in Azure.
type AzureArtifact struct {
	AzureBlobContainer `json:",inline"`
	// Name of the blob.
	Blob string `json:"blob"`
}

// AzureBlobContainer is a blob container in Azure and how to reach it.
type AzureBlobContainer struct {
	// Address of the storage account, such as https://ACCOUNT.blob.core.windows.net.
	Endpoint string `json:"endpoint"`
	// Name of the container.
	Container string `json:"container"`
	// Secret with the key of the account.
	AccountKeySecret *corev1.SecretKeySelector `json:"accountKeySecret,omitempty"`
	// true finds credentials as the SDK does.
	UseSDKCreds bool `json:"useSDKCreds,omitempty"`
}

// PluginArtifact is an artifact that a plugin stores.
type PluginArtifact struct {
	// Name of the plugin.
	Name string `json:"name,omitempty"`
	// Settings for the plugin, as text.
	Configuration string `json:"configuration,omitempty"`
	// Seconds to wait for the plugin to answer.
	ConnectionTimeoutSeconds int32 `json:"connectionTimeoutSeconds,omitempty"`
	// Key of the artifact.
	Key string `json:"key"`
}
