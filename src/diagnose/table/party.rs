//! Who else is spoken of in the same logs: parties that are no storage, and what it means for backups that one of them does
//! not answer. Data alone; a dead one of them must never look like a dead storage.

use super::super::cause::Cause::{self, ClusterWiring, DatabaseSide, SecretMissing};

/// A party that is no storage.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) struct Party {
    /// What notes call it.
    pub(in super::super) name: &'static str,
    /// A line that has one of these speaks of it, whatever host it names.
    pub(in super::super) words: &'static [&'static str],
    /// Hosts that are nobody else's.
    pub(in super::super) hosts: &'static [&'static str],
    /// How the first part of a name ends that no URL names, since this party is not spoken to by HTTP.
    pub(in super::super) endings: &'static [&'static str],
    /// What keeps backups from succeeding where the party is at fault; `None`: it is not needed for one.
    pub(in super::super) means: Option<Cause>,
    /// Where it is known from.
    pub(in super::super) source: &'static str,
}

impl Party {
    /// Returns a party that is known by words.
    const fn of(
        name: &'static str,
        means: Option<Cause>,
        words: &'static [&'static str],
        source: &'static str,
    ) -> Self {
        Self { name, words, hosts: &[], endings: &[], means, source }
    }

    /// Returns the party with its hosts.
    const fn at(self, hosts: &'static [&'static str]) -> Self {
        Self { hosts, ..self }
    }

    /// Returns the party with the ends of its names.
    const fn called(self, endings: &'static [&'static str]) -> Self {
        Self { endings, ..self }
    }
}

/// The parties; of two that a line speaks of the first counts.
pub(in super::super) const PARTIES: &[Party] = &[
    Party::of(
        "the proxy of the pod",
        Some(ClusterWiring),
        &[
            "proxyconnect",
            "proxy url",
            "resolve proxy",
            "proxyerror",
            "connect to proxy",
            "tunnel connection failed",
            "proxy authentication required",
            "proxy connect aborted",
            "from proxy after connect",
        ],
        "net/http, botocore, urllib3 and curl: errors of a proxy",
    ),
    Party::of(
        "the keyring of the database",
        Some(DatabaseSide),
        &[
            "keyring_vault",
            "component_keyring",
            "keyring_kms",
            "keyring_kmip",
            "hashicorp vault",
            "from vault",
            "to vault",
        ],
        "Percona Server: plugins and components of the keyring",
    ),
    Party::of(
        "the identity service of the node",
        Some(SecretMissing),
        &["ec2 imds", "ec2imds", "ec2metadata", "imds role", "instance metadata"],
        "the AWS SDKs: credentials where no Secret is named (operator.md 8)",
    )
    .at(&["169.254.169.254", "169.254.170.2", "169.254.170.23", "metadata.google.internal"]),
    Party::of(
        "the version service of the operator",
        None,
        &["failed to ensure version", "failed to check version", "version service", "versions/v1"],
        "the operator: upgradeOptions.versionServiceEndpoint",
    )
    .at(&["check.percona.com", "check-dev.percona.com"]),
    Party::of("telemetry", None, &["telemetry"], "the operator and the database: telemetry"),
    Party::of(
        "monitoring",
        None,
        &[
            "pmm-agent",
            "pmm-server",
            "pmm-admin",
            "pmm-client",
            "component=client",
            "component=connection",
            "monitoring-service",
        ],
        "the PMM client: log lines of its agent",
    ),
    Party::of(
        "kubectl and its API server",
        None,
        &[
            "unable to connect to the server:",
            "error from server (",
            "error from server:",
            "the connection to the server ",
            "logged in to the server",
            "getting credentials: exec",
            "current server api group list",
        ],
        "kubectl: its own errors",
    ),
    Party::of(
        "the Kubernetes API",
        None,
        &["/api/v1", "/apis/", "leader election", "leaderelection", ":10250", ":6443"],
        "client-go: paths and ports of the API",
    )
    .at(&["kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"]),
    // The scripts of backups take no role; with a web identity the pod does, and that is no other party.
    Party::of(
        "the account of who typed a command",
        None,
        &[
            "calling the assumerole operation",
            "calling the getcalleridentity operation",
            "calling the getsessiontoken operation",
        ],
        "the aws CLI: operations of STS that no script of a backup calls",
    ),
    Party::of(
        "the database",
        Some(DatabaseSide),
        &["get pxc ip", "get first pxc host", "peer-list"],
        "the operator: the collector asks the database first (operator.md 9)",
    )
    .called(&[
        "-pxc",
        "-pxc-unready",
        "-pxc-0",
        "-pxc-1",
        "-pxc-2",
        "-haproxy",
        "-haproxy-replicas",
        "-proxysql",
        "-proxysql-unready",
    ]),
];
