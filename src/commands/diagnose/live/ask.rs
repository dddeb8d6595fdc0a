//! The questions about objects: one round for all that is known to be needed, a second for what the first one shows to be.
//! Must never ask for more than `get` and `list`.

use super::subject;
use crate::cluster::{Cluster, How, Listed, Listing, Wanted};
use crate::diagnose::{BACKUPS, Observed, Role, Snapshot, Unseen};
use crate::model::live::{Absence, Reading, Reason, Trouble};
use crate::model::object::{ObjectId, PXC_GROUP, PXC_KIND};

/// The labels of the operator's pods, by its manifests and by its chart.
const OPERATOR: &str =
    "app.kubernetes.io/component=operator,app.kubernetes.io/name in (percona-xtradb-cluster-operator,pxc-operator)";

/// Reads the objects of a cluster.
///
/// # Errors
/// Refuses a cluster that is not there.
pub(super) fn objects(cluster: &Cluster, mut snapshot: Snapshot) -> anyhow::Result<Snapshot> {
    let (namespace, name) = (snapshot.namespace.clone(), snapshot.name.clone());
    let id = ObjectId {
        group: PXC_GROUP.to_owned(),
        version: "v1".to_owned(),
        kind: PXC_KIND.to_owned(),
        namespace: Some(namespace.clone()),
        name: name.clone(),
    };
    let first = first(&namespace, &name);
    let listings: Vec<Listing> = first.iter().map(|(_, listing)| listing.clone()).collect();
    let (read, lists) = cluster.read_and_list(&[wanted(&id)], &listings);
    match read.get(&id) {
        Some(Reading::Found(object)) => snapshot.cluster = Some(object.clone()),
        Some(Reading::Absent(Absence::Kind)) => {
            let fact = format!("{} serves no {PXC_KIND}", cluster.describe());
            return Err(crate::failure::refused(fact).hint("--context NAME").into());
        }
        Some(Reading::Absent(_)) => return Err(subject::absent(cluster, &namespace, &name).into()),
        Some(Reading::Unread(trouble)) => snapshot.unseen.push(unseen("the cluster itself", trouble.clone())),
        None => {}
    }
    for ((what, _), list) in first.iter().zip(lists) {
        keep(&mut snapshot, *what, list);
    }
    more(cluster, &mut snapshot);
    Ok(snapshot)
}

/// What a list is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    /// Backups.
    Backups,
    /// Jobs of backups.
    Jobs,
    /// Pods.
    Pods(Role),
    /// Warnings.
    Events,
    /// Claims of volumes.
    Claims,
}

impl What {
    /// Returns what reports call it.
    fn word(self) -> &'static str {
        match self {
            Self::Backups => BACKUPS,
            Self::Jobs => "Jobs of backups",
            Self::Pods(role) => role.pods(),
            Self::Events => "events",
            Self::Claims => "claims of volumes",
        }
    }
}

/// Returns the lists of the first round. Labels differ between versions of `crVersion`, which nobody knows yet.
fn first(namespace: &str, name: &str) -> Vec<(What, Listing)> {
    let list = |group: &str, kind: &str, selector: Option<String>| Listing {
        group: group.to_owned(),
        version: "v1".to_owned(),
        kind: kind.to_owned(),
        namespace: Some(namespace.to_owned()),
        selector,
        fields: None,
    };
    let of_backups = || [format!("percona.com/cluster={name}"), format!("type=xtrabackup,cluster={name}")];
    let collector = format!("app.kubernetes.io/component=pitr,app.kubernetes.io/instance={name}");
    let mut all = vec![
        (What::Backups, list(PXC_GROUP, "PerconaXtraDBClusterBackup", None)),
        (What::Pods(Role::Collector), list("", "Pod", Some(collector))),
        (What::Pods(Role::Operator), list("", "Pod", Some(OPERATOR.to_owned()))),
        (What::Events, Listing { fields: Some("type!=Normal".to_owned()), ..list("", "Event", None) }),
    ];
    all.extend(of_backups().map(|selector| (What::Jobs, list("batch", "Job", Some(selector)))));
    all.extend(of_backups().map(|selector| (What::Pods(Role::Backup), list("", "Pod", Some(selector)))));
    all
}

/// Keeps what a list holds, or says that it could not be seen.
fn keep(snapshot: &mut Snapshot, what: What, list: Listed) {
    let kept = match what {
        What::Backups => &mut snapshot.backups,
        What::Jobs => &mut snapshot.jobs,
        What::Pods(Role::Backup) => &mut snapshot.pods,
        What::Pods(Role::Collector) => &mut snapshot.collectors,
        What::Pods(Role::Operator) => &mut snapshot.operators,
        What::Events => &mut snapshot.events,
        What::Claims => &mut snapshot.claims,
    };
    match list {
        Ok(objects) => kept.extend(objects),
        Err(trouble) => {
            let unseen = unseen(what.word(), trouble);
            if !snapshot.unseen.contains(&unseen) {
                snapshot.unseen.push(unseen);
            }
        }
    }
}

/// Reads what the first round shows to be needed: the lease where backups wait for each other, claims where a volume is
/// waited for, the operator where it lives elsewhere.
fn more(cluster: &Cluster, snapshot: &mut Snapshot) {
    let observed = Observed::read(snapshot);
    let namespace = Some(snapshot.namespace.clone());
    let core = |kind: &str| Listing { version: "v1".to_owned(), kind: kind.to_owned(), ..Listing::default() };
    let mut lists = Vec::new();
    if waits_for_volumes(&observed) {
        lists.push((What::Claims, Listing { namespace: namespace.clone(), ..core("PersistentVolumeClaim") }));
    }
    let is_dark = |unseen: &Unseen| unseen.what == Role::Operator.pods() && unseen.trouble.reason != Reason::Forbidden;
    if snapshot.operators.is_empty() && !snapshot.unseen.iter().any(is_dark) {
        snapshot.unseen.retain(|unseen| unseen.what != Role::Operator.pods());
        lists.push((What::Pods(Role::Operator), Listing { selector: Some(OPERATOR.to_owned()), ..core("Pod") }));
    }
    let lease = lease(&observed);
    let listings: Vec<Listing> = lists.iter().map(|(_, listing)| listing.clone()).collect();
    let wanted: Vec<Wanted> = lease.iter().map(wanted).collect();
    let (read, found) = cluster.read_and_list(&wanted, &listings);
    for ((what, _), list) in lists.iter().zip(found) {
        keep(snapshot, *what, list);
    }
    match lease.and_then(|id| read.get(&id).cloned()) {
        Some(Reading::Found(object)) => snapshot.lease = Some(object),
        Some(Reading::Unread(trouble)) => snapshot.unseen.push(unseen("the lock of backups", trouble)),
        Some(Reading::Absent(_)) | None => {}
    }
    if snapshot.operators.is_empty() && !snapshot.unseen.iter().any(|unseen| unseen.what == Role::Operator.pods()) {
        let trouble = Trouble::new(Reason::Absent, "no pod of the whole cluster has its labels");
        snapshot.unseen.push(unseen(Role::Operator.pods(), trouble.hint("leeward diagnose --log FILE")));
    }
}

/// Returns whether a backup may wait for a volume.
fn waits_for_volumes(observed: &Observed) -> bool {
    let has_volumes = observed
        .block
        .as_ref()
        .is_some_and(|block| block.storages.values().any(|storage| storage.kind() == "filesystem"));
    has_volumes || observed.pods.iter().chain(&observed.collectors).any(|pod| !pod.unscheduled.is_empty())
}

/// Returns the lease for which backups wait, where they do (operator.md 12.7).
fn lease(observed: &Observed) -> Option<ObjectId> {
    let waits = observed.block.as_ref().is_some_and(|block| !block.allows_parallel());
    waits.then(|| ObjectId {
        group: "coordination.k8s.io".to_owned(),
        version: "v1".to_owned(),
        kind: "Lease".to_owned(),
        namespace: Some(observed.namespace.clone()),
        name: format!("pxc-{}-backup-lock", observed.name),
    })
}

/// Returns what asks for an object.
fn wanted(id: &ObjectId) -> Wanted {
    Wanted { id: id.clone(), default_namespace: None, how: How::Whole }
}

/// Returns that something could not be seen.
fn unseen(what: &str, trouble: Trouble) -> Unseen {
    Unseen { what: what.to_owned(), trouble }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_list_asks_for_secrets_or_for_other_namespaces() {
        for (_, listing) in first("pxc", "db") {
            assert!(listing.kind != "Secret" && listing.namespace.as_deref() == Some("pxc"), "{listing:?}");
        }
    }
}
