//! What is no cause: ends good and bad, headlines over the line that decides, and lines that look like trouble and are not.

use super::super::signature::Says::{Apart, Borrowed, Failed, GaveUp, Nothing, Proves, Succeeded};
use super::super::signature::{Proof, Signature};
use super::{CLIENT, CODE, OPERATOR, REPORTS};

/// The rows.
pub(super) const ROWS: &[Signature] = &[
    // `Upload completed` ends one upload, and sst_info is uploaded before the stream: it is no end of a run.
    Signature::of("succeeded", Succeeded, &["backup was finished successfully", "[info] backup finished"], CODE),
    // Written in `speech`, from what objects say.
    Signature::of("backup-succeeded", Succeeded, &["status.state: succeeded"], CODE),
    Signature::of("backup-fails", Failed, &["does not succeed, status.state:"], CODE),
    Signature::of("no-run", Failed, &["no backup object for the run due"], CODE),
    Signature::of("probe-fine", Succeeded, &["probe: every step was answered as it should be"], CLIENT).of_probe(),
    Signature::of("probe-answers", Proves(Proof::Reach), &["probe: the endpoint answers"], CLIENT).of_probe(),
    Signature::of("probe-rights", Proves(Proof::Rights), &["probe: every step was answered"], CLIENT).of_probe(),
    Signature::of("probe-wrote", Proves(Proof::Write), &["as it should be, the marker's too"], CLIENT).of_probe(),
    Signature::of("probe-errors", Failed, &["probe: the server answers with errors"], CLIENT).of_probe(),
    Signature::of("probe-borrowed", Borrowed, &["probe: keys of the environment"], CLIENT).of_probe(),
    Signature::of("probe-apart", Apart, &["probe: nothing depends on this storage"], CLIENT).of_probe(),
    // What a probe tells of places, certificates and itself: people chose the words.
    Signature::of(
        "probe-facts",
        Nothing,
        &[
            "probe: place ",
            "probe: keys ",
            "probe: certificate ",
            "probe: summary ",
            "probe: the marker ",
            "probe: version ",
        ],
        CLIENT,
    )
    .of_probe()
    .without(&["probe: keys of the environment"]),
    Signature::of("gave-up", GaveUp, &["failed to upload chunk", "xbcloud: upload failed."], OPERATOR),
    Signature::of("unsuccessful", Failed, &["backup was unsuccessful", "backup was finished unsuccess"], CODE),
    Signature::of(
        "xbcloud-probe",
        Failed,
        &["probe failed", "please check your credentials and endpoint settings"],
        OPERATOR,
    ),
    Signature::of(
        "headline",
        Failed,
        &[
            "unable to initialize new alias",
            "unable to initialize new config",
            "fatal error:",
            "error occurred (",
            "error: new collector",
            "error: collect binlog files",
            "failed to upload object",
            "error: http request failed",
            "xbcloud: operation failed",
        ],
        REPORTS,
    ),
    Signature::of(
        "server-error",
        Failed,
        &["internalerror", "encountered an internal error", "(500)", "http error code: 500"],
        REPORTS,
    ),
    Signature::of(
        "deadline",
        Failed,
        &["context deadline exceeded", "deadline seconds exceeded", "deadlineexceeded"],
        OPERATOR,
    ),
    Signature::of(
        "collector-gone",
        Failed,
        &[
            "no binlog collector pods",
            "exec binlog collector pod",
            "reconcile binlog collector",
            "backofflimitexceeded",
            "specified backoff limit",
            "crashloopbackoff",
            "back-off restarting failed container",
        ],
        CODE,
    ),
    Signature::of(
        "expected",
        Nothing,
        &[
            "backup is incomplete",
            "backup doesn't contain last file with prefix",
            "nosuchkey",
            "specified key does not exist",
        ],
        OPERATOR,
    ),
    // Names of tables and files may be any words.
    Signature::of(
        "file-names",
        Nothing,
        &[
            "successfully uploaded chunk",
            "successfully deleted chunk",
            "successfully wrote binlog file",
            "streaming ./",
            "] done:",
            "streaming <stdin>",
        ],
        OPERATOR,
    ),
    Signature::of("trace", Nothing, &["+ grep "], CLIENT),
    Signature::of(
        "first-consumer",
        Nothing,
        &["waitforfirstconsumer", "waiting for first consumer", "externalprovisioning"],
        CODE,
    )
    .without(&["failedscheduling", "provisioningfailed"]),
];
