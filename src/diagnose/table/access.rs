//! Keys, tokens, clocks and policies.

use super::super::cause::Cause::{
    AccessDenied, AccessKeyUnknown, ClockSkew, SecretKeyWrong, SecretMissing, TokenExpired,
};
use super::super::confidence::Confidence::{Certain, Likely, Possible};
use super::super::signature::Says::Cause;
use super::super::signature::Signature;
use super::{CLIENT, OPERATOR, REPORTS, S3};

/// The rows.
pub(super) const ROWS: &[Signature] = &[
    Signature::of(
        "unknown-key",
        Cause(AccessKeyUnknown, Certain),
        &[
            "invalidaccesskeyid",
            "access key id you provided does not exist",
            "your account is disabled",
            "account has been disabled",
            "invalidclienttokenid",
            "no such access key",
            "access key not found",
            "access key does not exist",
            // Garage and Ceph RGW answer so.
            "forbidden: no such key",
            "usersuspended",
        ],
        S3,
    ),
    Signature::of(
        "unauthorized",
        Cause(AccessKeyUnknown, Possible),
        &["(401)", "http error code: 401", "status code: 401"],
        CLIENT,
    ),
    Signature::of(
        "wrong-secret",
        Cause(SecretKeyWrong, Certain),
        &[
            "signaturedoesnotmatch",
            "request signature we calculated does not match",
            "signature mismatch",
            "invalid signature",
            // Azure: the account key that signed is not its own.
            "(authenticationfailed)",
            "code>authenticationfailed",
            "error code: authenticationfailed",
            "authenticationfailed server failed to authenticate",
            "authenticationfailed: server failed to authenticate",
        ],
        S3,
    )
    .without(&["signature expired", "not yet current", "webhook"]),
    Signature::of("secret-length", Cause(SecretKeyWrong, Likely), &["invalid secret key"], CLIENT),
    Signature::of(
        "denied",
        Cause(AccessDenied, Certain),
        &[
            "accessdenied",
            "access denied",
            "is not authorized to perform",
            "allaccessdisabled",
            "insufficient permissions",
            "accessforbidden",
        ],
        S3,
    )
    .without(&[
        "access denied for user",
        "forbidden: no such key",
        "forbidden: invalid signature",
        ":3306",
        ":33062",
        "failed to create bucket",
        "request has expired",
        "request is not valid yet",
        "invalidtokenid",
        "token included in the request",
        "/api/v1",
        "/apis/",
        "webhook",
        "is forbidden: user",
        "wsrep",
    ]),
    // A HEAD has no body: policy, key and secret look the same.
    Signature::of(
        "forbidden",
        Cause(AccessDenied, Possible),
        &["(403)", "http error code: 403", "status code: 403", "403 forbidden", "(forbidden)"],
        REPORTS,
    ),
    Signature::of(
        "expired-token",
        Cause(TokenExpired, Certain),
        &[
            "expiredtoken",
            "provided token has expired",
            "token included in the request is expired",
            "token has expired",
        ],
        OPERATOR,
    ),
    Signature::of(
        "invalid-token",
        Cause(TokenExpired, Likely),
        &["invalidtoken", "token included in the request is invalid"],
        S3,
    )
    .without(&["invalidclienttokenid", "webhook", "/api/v1", "/apis/"]),
    Signature::of(
        "skewed",
        Cause(ClockSkew, Certain),
        &[
            "requesttimetooskewed",
            "difference between the request time and the",
            "requestinthefuture",
            "signature expired",
            "signature not yet current",
            "request has expired",
            "request is not valid yet",
        ],
        S3,
    ),
    Signature::of(
        "no-credentials",
        Cause(SecretMissing, Certain),
        &[
            "unable to locate credentials",
            "nocredentialserror",
            "partial credentials found",
            "nocredentialproviders",
            "non-empty access key",
            "no valid providers in chain",
            "static credentials are empty",
        ],
        OPERATOR,
    ),
    Signature::of(
        "empty-variable",
        Cause(SecretMissing, Certain),
        &["access_key_id", "secret_access_key", "azure_access_key"],
        CLIENT,
    )
    .with(&["is not set", "should not be empty", "unbound variable", "required environment variable"]),
];
