//! Guard `backup-name-shared` across clusters: two of one namespace whose names and storages start alike give their backups
//! one name, and the operator drops one run in silence (operator.md 12.5). Looks across the set and the other clusters.

use super::ClusterPlan;
use super::guard::schedule::name_part;
use crate::model::backup::{Backup, Schedule};
use crate::model::cluster::Cluster;
use crate::model::finding::{Finding, Level};

/// A cluster before and after.
struct State<'a> {
    /// Index in the set; `None` for a cluster outside it.
    plan: Option<usize>,
    /// Which.
    cluster: &'a Cluster,
    /// Its block after.
    after: &'a Backup,
}

/// Returns the pairs of clusters, one of the set at least, whose backups get one name.
pub(super) fn across(plans: &[ClusterPlan], others: &[Cluster]) -> Vec<(usize, Finding)> {
    let planned = plans.iter().enumerate();
    let planned =
        planned.map(|(index, plan)| State { plan: Some(index), cluster: &plan.cluster, after: &plan.desired });
    let rest = others.iter().map(|cluster| State { plan: None, cluster, after: &cluster.backup });
    let states: Vec<State> = planned.chain(rest).collect();
    let mut findings = Vec::new();
    for (index, a) in states.iter().enumerate() {
        for b in &states[index + 1..] {
            let Some(plan) = a.plan.or(b.plan).filter(|_| start_alike(a.cluster, b.cluster)) else { continue };
            let after = shared(a.after, b.after);
            let is_new = after.len() > shared(&a.cluster.backup, &b.cluster.backup).len();
            findings.extend(after.into_iter().map(|pair| (plan, finding(a, b, pair, is_new))));
        }
    }
    findings
}

/// Returns whether two clusters of one namespace have names that start alike. Two of one name are in two Kubernetes
/// clusters: in one they would be one object.
fn start_alike(a: &Cluster, b: &Cluster) -> bool {
    let (a, b) = (&a.id, &b.id);
    a.namespace == b.namespace && a.name != b.name && name_part(&a.name) == name_part(&b.name)
}

/// Returns the pairs of schedules with one cron and one start of the storage's name.
fn shared<'a>(a: &'a Backup, b: &'a Backup) -> Vec<(&'a Schedule, &'a Schedule)> {
    let pairs = a.schedules.iter().flat_map(|x| b.schedules.iter().map(move |y| (x, y)));
    pairs.filter(|(x, y)| x.cron == y.cron && name_part(&x.storage) == name_part(&y.storage)).collect()
}

/// Returns the finding: a refusal where it is new and one root deploys both, since two roots may be two Kubernetes clusters.
fn finding(a: &State, b: &State, (x, y): (&Schedule, &Schedule), is_new: bool) -> Finding {
    let is_one_root = a.cluster.id.root == b.cluster.id.root;
    let fact = format!(
        "schedule `{}` of {} and schedule `{}` of {} have one cron, clusters and storages that start alike (`{}`, `{}`): their backups get one name and one run is lost",
        x.name,
        a.cluster.id,
        y.name,
        b.cluster.id,
        name_part(&a.cluster.id.name),
        name_part(&x.storage),
    );
    Finding {
        id: "backup-name-shared",
        level: if is_new && is_one_root { Level::Refuse } else { Level::Warn },
        fact,
        hint: Some("--to a target with another name".to_owned()),
    }
}
