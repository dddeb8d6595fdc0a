//! Evidence from the cluster: its objects in one or two rounds of questions, then the logs that can tell why backups fail.
//! Reads alone. Must never take what could not be read for what is not there: each such thing is said.

mod ask;
mod logs;
mod secrets;
mod subject;

use std::time::Duration;

use jiff::Timestamp;

use super::bundle::Saver;
use super::probe::Secrets;
use crate::cli::{DiagnoseArgs, SubjectArgs};
use crate::cluster::{Access, Cluster};
use crate::diagnose::{Log, Observed, Snapshot};

/// What the cluster gave.
pub(super) struct Live {
    /// Its objects.
    pub(super) snapshot: Snapshot,
    /// Its logs, the oldest first.
    pub(super) logs: Vec<Log>,
    /// The Secrets of its storages, where they may be read.
    pub(super) secrets: Secrets,
}

/// Returns whether the cluster is to be asked: where a flag names it, or nothing else gives evidence and a way leads there.
pub(super) fn is_asked(args: &DiagnoseArgs) -> bool {
    let given = &args.evidence;
    let files = !given.log.is_empty() || !given.evidence.is_empty() || args.probe.probe.is_some();
    let named = args.live.context.is_some() || args.live.kubeconfig.is_some();
    named || !files && !args.subject.cluster.is_empty() && access(args).is_there()
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
    let secrets = if args.live.read_secrets {
        let (secrets, unseen) = secrets::read(&cluster, &observed);
        snapshot.unseen.extend(unseen);
        secrets
    } else {
        Secrets::default()
    };
    snapshot.mask();
    Ok(Live { snapshot, logs, secrets })
}

/// Returns how the API server is reached; one question may take less than all of them, so that one that hangs costs no other.
fn access(args: &DiagnoseArgs) -> Access {
    let deadline = Duration::from_secs(args.probe.timeout);
    Access {
        kubeconfig: args.live.kubeconfig.clone(),
        context: args.live.context.clone(),
        deadline,
        request_timeout: (deadline * 2 / 5).max(Duration::from_secs(1)),
        ..Access::default()
    }
}
