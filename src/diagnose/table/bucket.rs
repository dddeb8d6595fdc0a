//! Buckets and regions.

use super::super::cause::Cause::{BucketMissing, RegionMismatch};
use super::super::confidence::Confidence::{Certain, Likely};
use super::super::signature::Says::Cause;
use super::super::signature::Signature;
use super::{CLIENT, OPERATOR, REPORTS, S3};

/// The rows.
pub(super) const ROWS: &[Signature] = &[
    Signature::of(
        "no-such-bucket",
        Cause(BucketMissing, Certain),
        &[
            "nosuchbucket",
            "specified bucket does not exist",
            "bucket not found",
            // A bucket of Azure.
            "containernotfound",
            "specified container does not exist",
        ],
        S3,
    ),
    Signature::of("bucket-gone", Cause(BucketMissing, Certain), &[" does not exist", " doesn't exist"], OPERATOR)
        .with(&["bucket "])
        .without(&["object", "specified key", "nosuchkey", "user ", "access key"]),
    Signature::of("head-bucket", Cause(BucketMissing, Certain), &["(404)"], CLIENT)
        .with(&["headbucket", "listobjects"]),
    // xbcloud makes the bucket only where it found none.
    Signature::of("create-bucket", Cause(BucketMissing, Certain), &["failed to create bucket"], OPERATOR),
    Signature::of(
        "other-region",
        Cause(RegionMismatch, Certain),
        &[
            "; expecting '",
            "is wrong; expecting",
            "bucketregionerror",
            "incorrect region",
            "permanentredirect",
            "must be addressed using the specified endpoint",
            "illegallocationconstraint",
            "unexpected scope",
            "region is invalid",
            "invalid region",
            "wrong region",
            "moved permanently",
        ],
        REPORTS,
    )
    .without(&["non-empty access key", "webhook"]),
    Signature::of(
        "malformed-authorization",
        Cause(RegionMismatch, Likely),
        &["authorizationheadermalformed", "authorization header is malformed", "must specify a region"],
        S3,
    )
    .without(&["non-empty access key"]),
];
