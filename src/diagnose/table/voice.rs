//! Who speaks in a line: the same words of the network, of a full disk or of a certificate mean another thing when the
//! database, the API server or the S3 server says them.

/// Texts by which the database and its replication speak, or are spoken to.
pub(super) const DATABASE: &[&str] = &[
    ":3306",
    ":33060",
    ":33062",
    ":4444",
    ":4567",
    ":4568",
    "gcomm",
    "garbd",
    "gu_",
    "tcp://",
    "asio",
    "wsrep",
    "socat[",
    "ssl_accept",
    "-pxc-unready",
    "-pxc-0",
    "-pxc-1",
    "-pxc-2",
    "-pxc-3",
    "-pxc-4",
    "@tcp(",
    "access denied for user",
    "[my-0",
    "[my-1",
    "mysqlbinlog",
    "mysqld",
    "mysql server",
    "to mysql",
];
/// Texts by which the Kubernetes API, kubelet and webhooks speak.
pub(super) const KUBERNETES: &[&str] = &[
    "/api/v1",
    "/apis/",
    "kubernetes.default",
    "webhook",
    "leader election",
    "leaderelection",
    ":10250",
    ":6443",
    "is forbidden: user",
];
/// Both of them: what is not the storage.
pub(super) const NOT_STORAGE: &[&str] = &joined::<{ DATABASE.len() + KUBERNETES.len() }>(DATABASE, KUBERNETES);
/// Texts by which an S3 server speaks through a client.
pub(super) const SERVER: &[&str] = &[
    "internalerror",
    "internal error",
    "s3 error message",
    "when calling the",
    "error message:",
    "<error>",
    "upload object",
    "putobject",
    "http error code",
    "<code>",
    "<message>",
    "storagefull",
    "uploadpart",
    "put object",
    "reached max retries",
];

/// Returns the texts of two lists, for rows that look for both; `N` is how many there are.
pub(super) const fn joined<const N: usize>(one: &[&'static str], other: &[&'static str]) -> [&'static str; N] {
    let (mut all, mut at) = ([""; N], 0);
    while at < N {
        all[at] = if at < one.len() { one[at] } else { other[at - one.len()] };
        at += 1;
    }
    all
}
