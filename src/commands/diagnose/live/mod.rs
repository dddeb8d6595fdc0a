//! Evidence from the cluster: its objects in one or two rounds of questions, then the logs that can tell why backups fail.
//! Reads alone. Must never take what could not be read for what is not there: each such thing is said.

mod ask;
mod logs;
mod subject;

use std::time::Duration;

use jiff::Timestamp;

use super::bundle::Saver;
use crate::cli::{DiagnoseArgs, SubjectArgs};
use crate::cluster::{Access, Cluster};
use crate::diagnose::{Log, Observed, Snapshot};

/// What the cluster gave.
pub(super) struct Live {
    /// Its objects.
    pub(super) snapshot: Snapshot,
    /// Its logs, the oldest first.
    pub(super) logs: Vec<Log>,
}

/// Returns whether the cluster is to be asked: where a flag names it, or nothing else gives evidence.
pub(super) fn is_asked(args: &DiagnoseArgs) -> bool {
    let given = &args.evidence;
    let files = !given.log.is_empty() || !given.evidence.is_empty() || given.probe.is_some();
    let named = args.live.context.is_some() || args.live.kubeconfig.is_some();
    named || !files && !args.subject.cluster.is_empty()
}

/// Asks the cluster.
///
/// # Errors
/// Refuses a cluster that is not there; fails where no API server can be asked, or evidence cannot be saved.
pub(super) fn gather(
    args: &DiagnoseArgs,
    subject: &SubjectArgs,
    now: Timestamp,
    saver: Option<&mut Saver>,
) -> anyhow::Result<Live> {
    let cluster = Cluster::connect(&access(args))?;
    let (namespace, name) = subject::find(&cluster, &subject.cluster)?;
    let start = Snapshot { at: now, server: cluster.describe(), namespace, name, ..Snapshot::default() };
    let mut snapshot = ask::objects(&cluster, start)?;
    snapshot.mask();
    let observed = Observed::read(&snapshot);
    let (logs, unseen) = logs::read(&cluster, &observed, saver)?;
    snapshot.unseen.extend(unseen);
    snapshot.mask();
    Ok(Live { snapshot, logs })
}

/// Returns how the API server is reached; one question may take less than all of them, so that one that hangs costs no other.
fn access(args: &DiagnoseArgs) -> Access {
    let deadline = Duration::from_secs(args.evidence.timeout);
    Access {
        kubeconfig: args.live.kubeconfig.clone(),
        context: args.live.context.clone(),
        deadline,
        request_timeout: (deadline * 2 / 5).max(Duration::from_secs(1)),
        ..Access::default()
    }
}
