//! What the cluster gives a backup: volumes, places on nodes, Secrets, images, and objects that fit together.

use super::super::cause::Cause::{BufferFull, ClusterWiring, SecretMissing, VolumeUnschedulable};
use super::super::confidence::Confidence::{Certain, Likely, Possible};
use super::super::signature::Says::Cause;
use super::super::signature::Signature;
use super::voice::{KUBERNETES, NOT_STORAGE, SERVER, joined};
use super::{CLIENT, CODE, OPERATOR};

/// Texts by which the database speaks of its own disk.
const OWN_DISK: &[&str] = &["errcode: 28", "[my-0", "[my-1", "/var/lib/mysql", "mysqld", "innodb", "os errno 28"];
/// What says that it is not the volume of a backup that is full: the S3 server, or the database on its own disk.
const FULL_ELSEWHERE: &[&str] = &joined::<{ SERVER.len() + OWN_DISK.len() }>(SERVER, OWN_DISK);

/// The rows.
pub(super) const ROWS: &[Signature] = &[
    Signature::of(
        "no-space",
        Cause(BufferFull, Certain),
        &["no space left on device", "disk quota exceeded", "enospc"],
        OPERATOR,
    )
    .without(FULL_ELSEWHERE),
    Signature::of("setting", Cause(ClusterWiring, Certain), &["probe: setting "], CODE),
    Signature::of("socat-2", Cause(BufferFull, Likely), &["socat(2) failed"], OPERATOR),
    Signature::of("empty-backup", Cause(BufferFull, Possible), &["backup is empty"], OPERATOR),
    Signature::of(
        "ephemeral",
        Cause(BufferFull, Likely),
        &[
            "low on resource: ephemeral-storage",
            "exceeds the limit",
            "exceeded its local ephemeral storage",
            "usage of emptydir",
        ],
        CLIENT,
    )
    .with(&["ephemeral", "emptydir"]),
    Signature::of(
        "unschedulable",
        Cause(VolumeUnschedulable, Certain),
        &[
            "failedscheduling",
            "provisioningfailed",
            "unbound immediate persistentvolumeclaims",
            "no persistent volumes available",
            "available persistent volumes to bind",
            "volume node affinity conflict",
            "failedattachvolume",
            "multi-attach error",
            "failedbinding",
            "failed to provision volume",
            "nodes are available:",
            "storageclass.storage.k8s.io",
            "pod has unbound",
        ],
        OPERATOR,
    )
    .without(SERVER),
    Signature::of(
        "mount",
        Cause(VolumeUnschedulable, Likely),
        &["failedmount", "unable to attach or mount volumes", "mountvolume.setup failed"],
        CLIENT,
    )
    .without(&["secret \"", "secret \\\"", "configmap \"", "secrets \""]),
    Signature::of("resource-quota", Cause(VolumeUnschedulable, Certain), &["exceeded quota"], CLIENT)
        .with(&["is forbidden", "requested:"]),
    Signature::of("no-volume-claim", Cause(VolumeUnschedulable, Certain), &["persistentvolumeclaim \""], CLIENT)
        .with(&["not found", "pending", "is being deleted"]),
    Signature::of(
        "no-secret",
        Cause(SecretMissing, Certain),
        &["not found", "doesn't exist", "does not exist"],
        OPERATOR,
    )
    .with(&["secret \"", "secrets \"", "secret/", "secret '"])
    .without(&["webhook"]),
    Signature::of(
        "no-key",
        Cause(SecretMissing, Certain),
        &["couldn't find key", "non-existent secret key", "non-existent config key"],
        OPERATOR,
    )
    .without(&["configmap"]),
    Signature::of("container-config", Cause(SecretMissing, Likely), &["createcontainerconfigerror"], OPERATOR)
        .without(&["configmap", "couldn't find key", "not found"]),
    Signature::of(
        "storage-name",
        Cause(ClusterWiring, Certain),
        &["doesn't exist", "does not exist", "not found"],
        OPERATOR,
    )
    .with(&["storage ", "backupsource", "pxccluster", "serviceaccount \"", "configmap \""])
    // The collector starts each of its own errors so, whatever the storage answered.
    .without(&["bucket", "object", "key", "secret", "volume", "storageclass", "storage manager", "container"]),
    Signature::of(
        "options",
        Cause(ClusterWiring, Certain),
        &[
            "wrong pxc options",
            "validate cr:",
            "json: unknown field",
            "unknown field \"",
            "unsupported type filesystem",
            "unsupported storage type",
            "unknown storage type",
            "unknown storage_type",
            "volume.resources.storage can't be empty",
            "backup.image can't be empty",
            "pvc backups are not supported",
            "strict decoding error",
        ],
        OPERATOR,
    ),
    Signature::of(
        "webhook",
        Cause(ClusterWiring, Certain),
        &["failed calling webhook", "validationwebhook.pxc.percona.com"],
        OPERATOR,
    )
    .with(&["failed", "denied", "error", "refused"]),
    Signature::of(
        "image",
        Cause(ClusterWiring, Certain),
        &[
            "errimagepull",
            "imagepullbackoff",
            "failed to pull image",
            "invalidimagename",
            "exec format error",
            "errimageneverpull",
        ],
        CLIENT,
    ),
    Signature::of(
        "endpoint-form",
        Cause(ClusterWiring, Certain),
        &[
            "invalid endpoint",
            "fully qualified paths",
            "unsupported protocol scheme",
            "does not follow ip address or domain name standards",
            "invalid bucket name",
            "invalidbucketname",
            "parameter validation failed",
            "is not a valid bucket",
            "bucket name cannot be empty",
        ],
        CODE,
    ),
    Signature::of(
        "rights",
        Cause(ClusterWiring, Certain),
        &["is forbidden: user", "error looking up service account"],
        CLIENT,
    )
    .with(KUBERNETES)
    // Who may not look at pods is whoever typed `kubectl`.
    .without(&["error from server ("]),
    // The file of `s3.caBundle` is not where the script says it is, or no certificate is in it.
    Signature::of(
        "ca-file",
        Cause(ClusterWiring, Certain),
        &["could not find a suitable tls ca certificate bundle", "problem with the ssl ca cert"],
        CLIENT,
    ),
    Signature::of("pod-security", Cause(ClusterWiring, Certain), &["violates podsecurity"], CLIENT),
    // A server or a proxy before it that wants a certificate of its clients gets none from backups.
    Signature::of(
        "client-certificate",
        Cause(ClusterWiring, Likely),
        &["tls: certificate required", "certificate_required", "no required ssl certificate was sent"],
        CLIENT,
    )
    .without(NOT_STORAGE),
    // What a dead proxy keeps from a storage, another storage does not get either.
    Signature::of(
        "proxy",
        Cause(ClusterWiring, Likely),
        &[
            "failed to connect to proxy",
            "resolve proxy name",
            "resolve proxy:",
            "tunnel connection failed",
            "proxy authentication required",
            "proxyconnect tcp:",
            "proxyerror(",
        ],
        CLIENT,
    )
    .without(NOT_STORAGE),
    Signature::of("memory", Cause(ClusterWiring, Likely), &["oomkilled", "nil pointer dereference"], CODE),
];
