//! Names and connections: the endpoint has no address, or nothing answers there.

use super::super::cause::Cause::{DnsFailure, EndpointUnreachable};
use super::super::confidence::Confidence::{Certain, Likely};
use super::super::signature::Says::{BucketHost, Cause};
use super::super::signature::Signature;
use super::voice::NOT_STORAGE;
use super::{CLIENT, OPERATOR, REPORTS};

/// Words of Go and of sockets for a way that ends nowhere.
const BROKEN: &[&str] = &[
    "connection refused",
    "i/o timeout",
    "no route to host",
    "network is unreachable",
    "host is unreachable",
    "host is down",
    "connection timed out",
    "connection reset by peer",
    "tls handshake timeout",
    "client.timeout exceeded",
    "timeout awaiting response headers",
    "operation timed out",
];
/// What a line of a client that speaks HTTP has.
const HTTP: &[&str] = &["dial tcp", "://", "read tcp", "write tcp", "errno ", "urllib3", "httpconnection", "curl"];
/// A name is being looked up.
const LOOKUP: &[&str] = &["lookup "];

/// The rows.
pub(super) const ROWS: &[Signature] = &[
    // The aws CLI says the same where the name has no address, so this alone is not certain.
    Signature::of(
        "aws-connect",
        Cause(EndpointUnreachable, Likely),
        &["could not connect to the endpoint url"],
        OPERATOR,
    ),
    Signature::of("aws-timeout", Cause(EndpointUnreachable, Certain), &["connect timeout on endpoint url"], OPERATOR),
    Signature::of(
        "aws-read-timeout",
        Cause(EndpointUnreachable, Likely),
        &[
            "read timeout on endpoint url",
            "connection was closed before we received a valid response",
            "connection aborted",
            "remotedisconnected",
        ],
        OPERATOR,
    )
    .without(NOT_STORAGE),
    Signature::of(
        "curl-connect",
        Cause(EndpointUnreachable, Certain),
        &["couldn't connect to server", "could not connect to server"],
        OPERATOR,
    )
    .without(NOT_STORAGE),
    Signature::of(
        "curl-broken",
        Cause(EndpointUnreachable, Likely),
        &[
            "timeout was reached",
            "failed to connect to",
            "server returned nothing",
            "empty reply from server",
            "failure when receiving data",
            "failed sending data to the peer",
            "recv failure",
            "send failure",
        ],
        OPERATOR,
    )
    .with(&["xbcloud", "http request failed", "operation failed", "curl"])
    .without(NOT_STORAGE),
    Signature::of("network-broken", Cause(EndpointUnreachable, Certain), BROKEN, OPERATOR).with(HTTP).without(&[
        ":3306",
        ":33060",
        ":33062",
        ":4444",
        ":4567",
        ":4568",
        "gcomm",
        "garbd",
        "tcp://",
        "wsrep",
        "@tcp(",
        "-pxc-unready",
        "-pxc-0",
        "-pxc-1",
        "-pxc-2",
        "/api/v1",
        "/apis/",
        "webhook",
        "lookup ",
    ]),
    Signature::of("storage-deadline", Cause(EndpointUnreachable, Likely), &["context deadline exceeded"], REPORTS)
        .with(&["http://", "https://", "bucket", "object", "last set content", "binlog cache", "storage manager"])
        .without(NOT_STORAGE),
    Signature::of(
        "closed-early",
        Cause(EndpointUnreachable, Likely),
        &["\": eof", "unexpected eof", "eof occurred in violation of protocol", "broken pipe"],
        CLIENT,
    )
    .with(&["http://", "https://", "ssl"])
    .without(NOT_STORAGE),
    Signature::of(
        "gateway",
        Cause(EndpointUnreachable, Likely),
        &[
            "bad gateway",
            "gateway time-out",
            "gateway timeout",
            "http error code: 502",
            "http error code: 504",
            "(502)",
            "(504)",
            "service temporarily unavailable",
            "no available server",
            "no healthy upstream",
            "upstream connect error",
        ],
        CLIENT,
    )
    .without(NOT_STORAGE),
    Signature::of("no-such-host", Cause(DnsFailure, Certain), &["no such host", "server misbehaving"], OPERATOR)
        .without(NOT_STORAGE),
    Signature::of(
        "dns-server",
        Cause(DnsFailure, Certain),
        &[
            ":53: i/o timeout",
            ":53: connection refused",
            ":53: connect: connection refused",
            ":53: read: connection refused",
        ],
        REPORTS,
    )
    .with(LOOKUP)
    .without(NOT_STORAGE),
    Signature::of(
        "resolver",
        Cause(DnsFailure, Certain),
        &[
            "name or service not known",
            "temporary failure in name resolution",
            "nodename nor servname provided",
            "nameresolutionerror",
            "no address associated with hostname",
            "could not resolve host",
            "failed to resolve",
            "gaierror",
            "nxdomain",
        ],
        CLIENT,
    )
    .without(NOT_STORAGE),
    Signature::of("bucket-host", BucketHost, &["couldn't resolve host name"], OPERATOR),
];
