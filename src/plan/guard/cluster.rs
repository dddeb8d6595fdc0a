//! Guards on the running cluster: what Git says of it, and what only the cluster could tell.

use super::Context;
use crate::model::cluster::Cluster;
use crate::model::finding::Finding;
use crate::model::incident::{Action, Stage};
use crate::model::shell::quoted;

/// Returns what is known, and what is not, of the running cluster.
pub(super) fn check(context: &Context) -> Vec<Finding> {
    let bare = &context.subject.bare;
    let failed = context.desired.affected.storages.join("`, `");
    let mut findings = Vec::new();
    if bare.is_paused {
        findings.push(
            Finding::warn("cluster-paused", "`spec.pause` is true: no backup runs until the cluster does")
                .hint("pause: false"),
        );
    }
    if !bare.backup.allows_parallel() && context.request.action != Action::Rotate {
        let fact = format!("`allowParallel: false`: an unfinished Backup on `{failed}` holds every later one");
        findings.push(Finding::warn("backup-lease", fact).hint(lease_hint(bare)));
    }
    if context.request.action == Action::Rotate && context.request.stage == Stage::Protect {
        findings.extend(secret_content(context));
    }
    let fact = format!(
        "unfinished and terminating Backups on `{failed}`, restores and a paused cluster: not checked, no cluster given"
    );
    findings.push(Finding::note("not-checked", fact));
    findings
}

/// The commands that show the holder of the lease and end its Job, never the Backup (operator.md 12.7, 12.9).
fn lease_hint(bare: &Cluster) -> String {
    let namespace = quoted(bare.id.namespace.as_deref().unwrap_or("NAMESPACE"));
    format!(
        "kubectl -n {namespace} get pxc-backup; kubectl -n {namespace} patch job xb-BACKUP --type merge -p '{{\"spec\":{{\"activeDeadlineSeconds\":1}}}}'"
    )
}

/// Says that Git moves a name, not the keys: which Secrets have to stay is what the base names with and without this
/// incident, since Backups of both name them.
fn secret_content(context: &Context) -> Vec<Finding> {
    let subject = context.subject;
    let named = |cluster: &Cluster| {
        let storage = cluster.backup.storages.get(&subject.storage)?;
        storage.credentials_secret().map(str::to_owned)
    };
    let mut old: Vec<String> = [&subject.current, &subject.bare].into_iter().filter_map(named).collect();
    old.dedup();
    let bare = named(&subject.bare).unwrap_or_default();
    match context.request.new_secret.as_deref().filter(|name| *name != bare) {
        Some(new) => {
            let fact = |old: &String| {
                format!("Secret `{old}` has to stay, with working keys, while any Backup names it (new: `{new}`)")
            };
            let leaving = old.iter().filter(|old| *old != new);
            leaving.map(|old| Finding::warn("old-secret", fact(old))).collect()
        }
        None => vec![Finding::warn(
            "secret-content",
            format!(
                "Secret `{bare}` must hold the new keys before this is merged, and the old keys must still work until then"
            ),
        )],
    }
}
