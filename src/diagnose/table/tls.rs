//! Certificates, and who speaks TLS at all.

use super::super::cause::Cause::{ClockSkew, S3Dialect, TlsExpired, TlsNameMismatch, TlsPlainHttp, TlsUnknownCa};
use super::super::confidence::Confidence::{Certain, Likely, Possible};
use super::super::signature::Says::Cause;
use super::super::signature::Signature;
use super::voice::NOT_STORAGE;
use super::{CLIENT, OPERATOR, REPORTS};

/// What says more of a certificate than that it was refused.
const SAID_MORE: &[&str] = &[
    "expired",
    "not yet valid",
    "mismatch",
    "is valid for",
    "is not valid for",
    "doesn't match",
    "does not match",
    "ip sans",
    "no alternative certificate",
    "wrong_version_number",
    "wrong version number",
    "handshake_failure",
    "handshake failure",
    "unrecognized",
    "eof occurred",
    "unknown authority",
    "issuer",
    "self signed",
    "self-signed",
    "first certificate",
    "legacy common name",
    "unknown_protocol",
    "record layer",
    ":3306",
    ":33062",
    ":4444",
    ":4567",
    "gcomm",
    "garbd",
    "gu_",
    "asio",
    "wsrep",
    "socat[",
    "ssl_accept",
    "webhook",
    "/api/v1",
    "/apis/",
];

/// The rows.
pub(super) const ROWS: &[Signature] = &[
    Signature::of(
        "unknown-ca",
        Cause(TlsUnknownCa, Certain),
        &[
            "signed by unknown authority",
            "unable to get local issuer certificate",
            "unable to get issuer certificate",
            "self signed certificate",
            "self-signed certificate",
            "unable to verify the first certificate",
            "certificate is not trusted",
            "unknownissuer",
            "causedasendentity",
        ],
        OPERATOR,
    )
    .without(NOT_STORAGE),
    Signature::of(
        "refused-certificate",
        Cause(TlsUnknownCa, Likely),
        &[
            "certificate_verify_failed",
            "certificate verify failed",
            "ssl peer certificate or ssh remote key was not ok",
            "ssl validation failed",
            "peer certificate cannot be authenticated",
            "failed to verify certificate",
            "ssl certificate problem",
        ],
        OPERATOR,
    )
    .without(SAID_MORE),
    Signature::of(
        "expired",
        Cause(TlsExpired, Certain),
        &["certificate has expired", "certificate expired", "certificate_expired", "invalid peer certificate: expired"],
        OPERATOR,
    )
    .without(&[
        " is before ",
        "webhook",
        "garbd",
        "socat[",
        "gu_",
        "asio",
        ":4567",
        ":4444",
        ":3306",
        "/api/v1",
        "/apis/",
    ]),
    Signature::of(
        "not-yet-valid",
        Cause(ClockSkew, Likely),
        &[" is before ", "certificate is not yet valid", "certificate not valid yet", "notvalidyet"],
        REPORTS,
    )
    .with(&["certificate"])
    .without(NOT_STORAGE),
    Signature::of(
        "other-name",
        Cause(TlsNameMismatch, Certain),
        &[
            "certificate is valid for",
            "ip sans",
            "hostname mismatch",
            "ip address mismatch",
            "certificate is not valid for",
            "doesn't match",
            "no alternative certificate subject name",
            "not valid for name",
            "notvalidforname",
            "legacy common name field",
            "does not match target host",
            "not valid for any names",
        ],
        OPERATOR,
    )
    .with(&["certificate", "hostname", "ssl"])
    .without(NOT_STORAGE),
    // A server that knows no certificate for the asked name ends the handshake: R2 and proxies do for bucket.host.
    Signature::of(
        "unrecognised-name",
        Cause(TlsNameMismatch, Likely),
        &["handshake_failure", "handshake failure", "unrecognized name", "unrecognized_name"],
        REPORTS,
    )
    .without(NOT_STORAGE),
    Signature::of(
        "tls-version",
        Cause(S3Dialect, Possible),
        &["protocol version not supported", "alert_protocol_version", "unsupported protocol"],
        CLIENT,
    )
    .with(&["tls", "ssl"])
    .without(NOT_STORAGE),
    Signature::of(
        "plain-http",
        Cause(TlsPlainHttp, Certain),
        &[
            "server gave http response to https client",
            "wrong_version_number",
            "wrong version number",
            "does not look like a tls handshake",
            "sent an http request to an https server",
            "plain http request was sent to https port",
            "unknown_protocol",
            "record layer failure",
            "received corrupt message",
            "speaking plain http to an ssl-enabled server port",
            "packet length too long",
        ],
        OPERATOR,
    )
    .without(NOT_STORAGE),
    Signature::of("ssl-connect", Cause(TlsPlainHttp, Possible), &["ssl connect error"], REPORTS).without(NOT_STORAGE),
];
