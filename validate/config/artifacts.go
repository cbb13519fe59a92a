package config

import (
	"fmt"

	"github.com/weft-lang/weft/lang/tree"
)

// artifacts reads the artifact store of runs in a cluster. It is written as the
// stores of namespaces are, and read again where Pods are built; here it is only
// looked through.
func (r *reader) artifacts(n *tree.Node) {
	stores := 0
	in := func(where string, known fields) func(*tree.Node) {
		return func(n *tree.Node) {
			stores++
			r.fields(n, where, known)
		}
	}
	r.fields(n, "artifacts", fields{
		"archiveLogs": r.flag("archiveLogs"),
		"s3": in("an S3 store", fields{
			"endpoint": r.anyText("endpoint"), "bucket": r.anyText("bucket"), "region": r.anyText("region"),
			"keyFormat": r.anyText("keyFormat"), "keyPrefix": r.anyText("keyPrefix"), "addressingStyle": r.anyText("addressingStyle"),
			"insecure": r.flag("insecure"), "useSDKCreds": r.flag("useSDKCreds"),
			"accessKeySecret": r.secretKey, "secretKeySecret": r.secretKey, "sessionTokenSecret": r.secretKey, "caSecret": r.secretKey,
			"createBucketIfNotPresent": func(n *tree.Node) {
				r.fields(n, "createBucketIfNotPresent", fields{"objectLocking": r.flag("objectLocking")})
			},
			"encryptionOptions": func(n *tree.Node) {
				r.fields(n, "encryptionOptions", fields{
					"enableEncryption": r.flag("enableEncryption"), "kmsKeyId": r.anyText("kmsKeyId"),
					"kmsEncryptionContext": r.anyText("kmsEncryptionContext"), "serverSideCustomerKeySecret": r.secretKey,
				})
			},
		}),
		"artifactory": in("an Artifactory store", fields{
			"repoURL": r.anyText("repoURL"), "keyFormat": r.anyText("keyFormat"),
			"usernameSecret": r.secretKey, "passwordSecret": r.secretKey,
		}),
	})
	if n.Kind == tree.Map && stores != 1 {
		r.report(n, fmt.Sprintf("artifacts names %d stores, and one is needed", stores), "write s3: or artifactory: below it")
	}
	r.config.Cluster.Artifacts = n
}

func (r *reader) anyText(where string) func(*tree.Node) {
	return func(n *tree.Node) { r.text(n, where) }
}

func (r *reader) flag(where string) func(*tree.Node) {
	return func(n *tree.Node) {
		if n.Kind != tree.Bool {
			r.report(n, fmt.Sprintf("%s must be true or false, not a %s", where, n.Kind), "")
		}
	}
}

// secretKey reads which key of which Secret is meant.
func (r *reader) secretKey(n *tree.Node) {
	r.fields(n, "a key of a Secret", fields{"name": r.anyText("name"), "key": r.anyText("key")})
	if n.Kind == tree.Map && (!n.Has("name") || !n.Has("key")) {
		r.report(n, "this does not say which key of which Secret", "write {name: SECRET, key: KEY}")
	}
}
