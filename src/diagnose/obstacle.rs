//! What keeps backups from succeeding beside the storage, or makes what is read doubtful: a lease, a cluster that is not
//! ready, messages of long ago, pods that are gone. Each is a finding with the command or field that mends it.

use jiff::SignedDuration;

use super::cause::Cause;
use super::evidence::Role;
use super::history::{History, Overlong, has_collector_trouble, is_failing, is_halted, lacks_collector, overlong};
use super::observed::{BACKUPS, Observed};
use super::suspect::Suspect;
use crate::model::finding::Finding;
use crate::model::observed::{BackupObject, BackupState, JobState, LeaseState};
use crate::model::shell::operand;

/// The row of the table by which no donor is found.
const NO_DONOR: &str = "no-donor";

/// Returns what is in the way.
pub(super) fn obstacles(observed: &Observed, history: &History<'_>, leading: &Suspect) -> Vec<Finding> {
    let lease = observed.lease.as_ref().and_then(|lease| held(observed, lease, (history, leading)));
    let all =
        [lease, collector(observed), not_ready(observed), unscheduled(observed), stale(observed), donors(leading)];
    let long = observed.backups.iter().filter_map(|backup| endless(observed, backup));
    let gone = history.failing.iter().filter_map(|backup| without_pods(observed, backup));
    all.into_iter().flatten().chain(long).chain(gone.take(1)).collect()
}

/// Says that a Backup holds the lease for which others wait (operator.md 12.7, 12.8).
fn held(observed: &Observed, lease: &LeaseState, (history, leading): (&History<'_>, &Suspect)) -> Option<Finding> {
    let holder = observed.backups.iter().find(|backup| lease.is_held_by(backup));
    let Some(backup) = holder else {
        let is_held = !lease.holder.is_empty() && !observed.cannot_see(BACKUPS);
        let fact = format!(
            "lease `{}` is held by `{}`, which is no Backup of this cluster any more: no other backup starts",
            lease.meta.name, lease.holder
        );
        return is_held.then(|| hinted(Finding::warn("lease-leaked", fact), lease.freed(&observed.namespace)));
    };
    let fact = format!(
        "Backup `{}` on `{}`, {}, holds the lock of the cluster's backups (`allowParallel: false`): no other one starts before it ends",
        backup.meta.name, backup.storage, backup.state
    );
    let is_of_failure = leading.cause != Cause::Healthy && observed.place(&backup.storage) == history.place;
    if !is_of_failure && !is_failing(observed, backup) {
        // One that gets on is nothing to be mended, and must not be ended.
        return (!backup.state.is_over()).then(|| Finding::note("lease-held", fact));
    }
    let finding = Finding::warn("lease-held", fact);
    let job = observed.jobs.iter().find(|job| job.backup == backup.meta.name);
    let hint = match job {
        // One whose pod runs may still get on: only a person can tell that it has to be ended.
        // A Job that ended keeps its Backup running while the cluster is not ready: that has to be mended first.
        Some(job) if job.failure.is_none() && !job.is_complete && is_halted(observed, backup) => {
            JobState::ended(&job.meta.name, &observed.namespace)
        }
        _ => None,
    };
    (!backup.state.is_over()).then(|| hinted(finding, hint))
}

/// Says that the collector of binlogs stops every backup (operator.md 9).
fn collector(observed: &Observed) -> Option<Finding> {
    let is_on = observed.block.as_ref().is_none_or(|block| block.pitr_on().is_some());
    let restarts: u32 =
        observed.collectors.iter().flat_map(|pod| &pod.containers).map(|container| container.restarts).sum();
    let fact = format!(
        "the collector of binlogs does not run ({restarts} restarts): the cluster becomes `error`, and then no backup starts, on whatever storage"
    );
    let down = || Finding::warn("collector-down", fact).hint("spec.backup.pitr.enabled: false");
    let gone = || {
        let fact = "point-in-time recovery is on and the collector of binlogs has no pod: a storage that does not answer makes the cluster `error` so, and the database may too";
        Finding::warn("collector-gone", fact).hint("leeward diagnose --probe URL")
    };
    match (is_on && has_collector_trouble(observed), lacks_collector(observed)) {
        (true, _) => Some(down()),
        (false, true) => Some(gone()),
        (false, false) => None,
    }
}

/// Says that a Backup runs far longer than any before: nobody knows whether it still gets on.
fn endless(observed: &Observed, backup: &BackupObject) -> Option<Finding> {
    let Overlong { ran, longest } = overlong(observed, backup)?;
    let before = longest.map_or("none before it succeeded".to_owned(), |longest| {
        format!("the longest that succeeded took {}", spanned(longest))
    });
    let (name, storage, state, ran) = (&backup.meta.name, &backup.storage, &backup.state, spanned(ran));
    let fact =
        format!("Backup `{name}` on `{storage}` has been {state} for {ran}, and {before}: how it ends is not known");
    let label = format!("percona.com/backup-name={}", backup.meta.name);
    let hint = operand(&observed.namespace).zip(operand(&label));
    let hint =
        hint.map(|(namespace, label)| format!("kubectl logs -n {namespace} -l {label} --all-containers --tail=20"));
    Some(hinted(Finding::warn("backup-endless", fact), hint))
}

/// Returns a span as people say it.
fn spanned(span: SignedDuration) -> String {
    let minutes = span.as_mins();
    if minutes < 120 { format!("{minutes} min") } else { format!("{} h", minutes / 60) }
}

/// Says that nothing makes the next backup.
fn unscheduled(observed: &Observed) -> Option<Finding> {
    let has_none = observed.block.as_ref().is_some_and(|block| block.schedules.is_empty());
    let fact = "the cluster has no schedule: a next backup is made only where somebody asks for it";
    has_none.then(|| Finding::warn("no-schedule", fact).hint("spec.backup.schedule"))
}

/// Says that no scheduled backup is made at all while the cluster is not ready (operator.md 12.14).
fn not_ready(observed: &Observed) -> Option<Finding> {
    let cluster = observed.cluster.as_ref()?;
    if cluster.is_paused {
        return Some(Finding::warn("paused", "the cluster is paused: no backup is made").hint("spec.pause: false"));
    }
    let is_told = !cluster.is_ready() && !cluster.backs_up_unhealthy && !cluster.state.is_empty();
    let fact = format!("the cluster is `{}`, not `ready`: no scheduled run makes a Backup", cluster.state);
    is_told.then(|| Finding::warn("not-ready", fact))
}

/// Says that the messages of the cluster may speak of an earlier trouble (operator.md 12.26).
fn stale(observed: &Observed) -> Option<Finding> {
    let cluster = observed.cluster.as_ref().filter(|cluster| !cluster.messages.is_empty())?;
    let fact = if cluster.state == "error" {
        "the cluster's messages were written when it became `error`: they may speak of an earlier trouble"
    } else {
        "the cluster's messages are of an earlier trouble: it is no longer `error`, and they were not looked at"
    };
    Some(Finding::note("messages-stale", fact))
}

/// Says that the database may lack donors because uploads hang (operator.md 12.29).
fn donors(leading: &Suspect) -> Option<Finding> {
    let is_told = leading.cites.iter().any(|cite| cite.signature == NO_DONOR);
    let fact =
        "`Cannot find node for backup` can be a consequence: uploads that hang on a dead storage hold the donors";
    is_told.then(|| Finding::note("donors-held", fact).hint("leeward diagnose --probe URL"))
}

/// Says that the pods of a Backup that fails are gone, and their logs with them.
fn without_pods(observed: &Observed, backup: &BackupObject) -> Option<Finding> {
    let is_blind = observed.cannot_see(Role::Backup.pods());
    let has_pods = observed.pods_of(&backup.meta.name).next().is_some();
    let had = backup.state == BackupState::Failed && backup.error.is_empty();
    let fact = format!("the pods of Backup `{}` are gone, and their logs with them", backup.meta.name);
    let hint = operand(&observed.namespace)
        .map(|namespace| format!("kubectl get pods -n {namespace} -l percona.com/backup-type=xtrabackup"));
    (had && !has_pods && !is_blind).then(|| hinted(Finding::note("pods-gone", fact), hint))
}

/// Returns a finding with its hint, where there is one.
fn hinted(finding: Finding, hint: Option<String>) -> Finding {
    match hint {
        Some(hint) => finding.hint(hint),
        None => finding,
    }
}
