//! The state of the S3 server: full, without quorum, starting, busy, or not S3 enough.

use super::super::cause::Cause::{QuorumLost, QuotaExceeded, S3Dialect, ServerStarting, StorageFull, Throttled};
use super::super::confidence::Confidence::{Certain, Likely, Possible};
use super::super::signature::Says::Cause;
use super::super::signature::Signature;
use super::voice::SERVER;
use super::{CLIENT, OPERATOR, REPORTS, S3};

/// The rows.
pub(super) const ROWS: &[Signature] = &[
    Signature::of(
        "storage-full",
        Cause(StorageFull, Certain),
        &[
            "storagefull",
            "minimum free drive threshold",
            "minimum free disk threshold",
            "drive path full",
            "disk path full",
            "insufficient storage",
            "insufficientstorage",
            "(507)",
            "http error code: 507",
            "no free volumes",
            "no writable volumes",
            "not enough free space in the storage",
        ],
        S3,
    ),
    // A full MinIO often answers 500 with the words of its disk: who says it tells it from a full local volume.
    Signature::of(
        "server-no-space",
        Cause(StorageFull, Certain),
        &["no space left on device", "disk quota exceeded"],
        REPORTS,
    )
    .with(SERVER),
    Signature::of("quota", Cause(QuotaExceeded, Certain), &["quotaexceeded", "bucket quota", "quota exceeded"], S3)
        .without(&["disk quota", "exceeded quota:", "is forbidden", "webhook"]),
    Signature::of(
        "quorum",
        Cause(QuorumLost, Certain),
        &[
            "slowdownread",
            "slowdownwrite",
            "is unreadable",
            "is unwritable",
            "requested is unreadable",
            "requested is unwritable",
            "read quorum",
            "write quorum",
            "insufficientreadquorum",
            "insufficientwritequorum",
            "insufficient number of drives",
            "insufficient number of disks",
            "reduced below read quorum",
        ],
        S3,
    ),
    Signature::of(
        "starting",
        Cause(ServerStarting, Certain),
        &[
            "servernotinitialized",
            "server not initialized",
            "iamnotinitialized",
            "iam sub-system not initialized",
            "bucketmetadatanotinitialized",
            "bucket metadata not initialized",
            "not initialized yet, please try again",
            "sub-systems to be initialized",
        ],
        S3,
    ),
    Signature::of("slow-down", Cause(Throttled, Certain), &["slowdown", "slow down", "reduce your request rate"], S3)
        .without(&["slowdownread", "slowdownwrite", "unreadable", "unwritable", "innodb", "flow control"]),
    Signature::of(
        "busy",
        Cause(Throttled, Likely),
        &[
            "serviceunavailable",
            "service unavailable",
            "(503)",
            "http error code: 503",
            "toomanyrequests",
            "too many requests",
            "(429)",
            "http error code: 429",
            "requestlimitexceeded",
            "serverbusy",
            "server is busy",
            "throttling",
            "trying to lock a resource",
            "(requesttimeout)",
            "your socket connection to the server was not read from",
        ],
        S3,
    )
    .without(&[
        "service temporarily unavailable",
        "not initialized",
        "slowdownread",
        "slowdownwrite",
        "unreadable",
        "unwritable",
        "no available server",
        "no healthy upstream",
        "webhook",
        "/api/v1",
        "/apis/",
        "wsrep",
        "flow control",
    ]),
    Signature::of(
        "dialect",
        Cause(S3Dialect, Certain),
        &[
            "failed to parse list bucket result",
            "istruncated is not found",
            "missingcontentlength",
            "must provide the content-length",
            "invaliddigest",
            "content-md5 you specified",
            "x-amz-content-sha256 must be",
            "xamzcontentsha256mismatch",
            "contentsha256mismatch",
            "aws-chunked",
            "chunked encoding",
            "chunked transfer",
            "(notimplemented)",
            "code>notimplemented",
            "functionality that is not implemented",
            "functionality not implemented",
            "streaming-unsigned-payload-trailer",
            "malformedxml",
            "missing required header for this request",
            "unsupported header",
            "signature version",
            "authorization mechanism you have provided is not supported",
        ],
        REPORTS,
    ),
    Signature::of(
        "method",
        Cause(S3Dialect, Likely),
        &["methodnotallowed", "method is not allowed against this resource"],
        S3,
    ),
    Signature::of(
        "unparsed",
        Cause(S3Dialect, Possible),
        &["failed to parse xml response", "invalid xml received", "unable to parse response"],
        OPERATOR,
    )
    .without(&["http request to an https server", "gateway", "unavailable"]),
    Signature::of(
        "server-log",
        Cause(ServerStarting, Likely),
        &["waiting for a minimum of", "waiting for all other servers to be online"],
        CLIENT,
    ),
];
