//! What a probe from here says of its own questions: what was answered, and by whom. Its words are those of `s3`.

use super::super::cause::Cause::{ClockSkew, EndpointUnreachable, S3Dialect};
use super::super::confidence::Confidence::{Likely, Possible};
use super::super::signature::Says::{Cause, Failed, Noted};
use super::super::signature::Signature;
use super::{CLIENT, S3};

/// The rows.
pub(super) const ROWS: &[Signature] = &[
    // A balancer whose servers are gone takes connections and closes them.
    Signature::of(
        "probe-hung-up",
        Cause(EndpointUnreachable, Likely),
        &["connection closed before message completed", "end of file before message length reached"],
        CLIENT,
    )
    .with(&["://"]),
    // Whether that is the storage's address nobody can tell from an answer of something else.
    Signature::of(
        "probe-no-http",
        Cause(EndpointUnreachable, Possible),
        &["invalid http version parsed", "invalid http header parsed", "message head is too large"],
        CLIENT,
    )
    .with(&["://"]),
    Signature::of("probe-no-s3", Cause(EndpointUnreachable, Possible), &["nothing in the answers is of s3"], S3)
        .of_probe(),
    Signature::of("probe-unanswered", Failed, &["probe: not every question was answered"], CLIENT).of_probe(),
    Signature::of("probe-other-bytes", Cause(S3Dialect, Likely), &["(otherbytes)"], CLIENT),
    Signature::of("probe-clock", Cause(ClockSkew, Likely), &["by its date header the server's clock is"], S3),
    Signature::of("probe-note", Noted, &["probe: to be known: "], CLIENT).of_probe(),
];
