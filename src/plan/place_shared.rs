//! Guard `place-shared`: backups of one second on one place overwrite each other (operator.md 12.2), and binlogs of two
//! clusters on one place mix. Looks across every cluster of the set and the others that the repository has.

use super::{ClusterPlan, cron};
use crate::model::backup::Backup;
use crate::model::cluster::Cluster;
use crate::model::finding::{Finding, Level};

/// Something that writes to a place.
struct Writer<'a> {
    /// Index in the set; `None` for a cluster outside it.
    plan: Option<usize>,
    /// Which cluster, as an index over all.
    cluster: usize,
    /// For people.
    name: String,
    /// The cron of a schedule; `None` for binlogs.
    cron: Option<&'a str>,
    /// The place.
    place: String,
}

/// Returns what the clusters of the set, after their change, share with each other or with others.
pub(super) fn across(plans: &[ClusterPlan], others: &[Cluster]) -> Vec<(usize, Finding)> {
    let after = writers(plans, others, |plan| (&plan.desired, planned_binlogs(plan)));
    let before = writers(plans, others, |plan| (&plan.cluster.backup, plan.cluster.backup.pitr_on()));
    let mut findings = Vec::new();
    for (index, a) in after.iter().enumerate() {
        for b in &after[index + 1..] {
            let Some(plan) = a.plan.or(b.plan).filter(|_| collide(a, b)) else { continue };
            let was_so =
                pairs_at(&before, &a.place, a.cluster, b.cluster) >= pairs_at(&after, &a.place, a.cluster, b.cluster);
            findings.push((plan, finding(a, b, if was_so { Level::Warn } else { Level::Refuse })));
        }
    }
    findings
}

/// Returns how many pairs of two clusters collide at a place.
fn pairs_at(writers: &[Writer], place: &str, a: usize, b: usize) -> usize {
    let at: Vec<&Writer> = writers.iter().filter(|writer| writer.place == place).collect();
    let pair = |x: &Writer, y: &Writer| (x.cluster.min(y.cluster), x.cluster.max(y.cluster)) == (a.min(b), a.max(b));
    let of = |(index, x): (usize, &&Writer)| at[index + 1..].iter().filter(|y| pair(x, y) && collide(x, y)).count();
    at.iter().enumerate().map(of).sum()
}

/// Returns whether two writers can destroy each other's data.
fn collide(a: &Writer, b: &Writer) -> bool {
    a.place == b.place
        && match (a.cron, b.cron) {
            _ if a.cluster != b.cluster => a.cron.is_some() == b.cron.is_some(),
            (Some(a), Some(b)) => cron::can_meet(a, b),
            _ => false,
        }
}

/// Returns the finding for two writers on one place.
fn finding(a: &Writer, b: &Writer, level: Level) -> Finding {
    let how = if a.cluster == b.cluster { "whose crons can meet" } else { "of two clusters" };
    let fact =
        format!("{} and {}, {how}, write to one place `{}`: they can overwrite each other", a.name, b.name, a.place);
    Finding {
        id: "place-shared",
        level,
        fact,
        hint: Some("--to a target of leeward.yaml, which gets a prefix per cluster".to_owned()),
    }
}

/// Returns everything that writes, in every cluster.
fn writers<'a>(
    plans: &'a [ClusterPlan],
    others: &'a [Cluster],
    of: impl Fn(&'a ClusterPlan) -> State<'a>,
) -> Vec<Writer<'a>> {
    let planned = plans.iter().enumerate().map(|(index, plan)| (Some(index), &plan.cluster, of(plan)));
    let rest = others.iter().map(|cluster| (None, cluster, (&cluster.backup, cluster.backup.pitr_on())));
    let all = planned.chain(rest).enumerate();
    all.flat_map(|(number, (plan, cluster, state))| of_cluster(number, plan, cluster, state)).collect()
}

/// A backup block and the storage its binlogs go to.
type State<'a> = (&'a Backup, Option<&'a str>);

/// Returns where binlogs go after the last stage, also while PITR is still off.
fn planned_binlogs(plan: &ClusterPlan) -> Option<&str> {
    let planned = plan.incident.as_ref().map(|incident| incident.to.binlogs.as_str()).filter(|name| !name.is_empty());
    planned.or_else(|| plan.desired.pitr_on())
}

/// Returns everything that writes in one cluster.
fn of_cluster<'a>(number: usize, plan: Option<usize>, cluster: &Cluster, state: State<'a>) -> Vec<Writer<'a>> {
    let (backup, binlogs) = state;
    let place = |storage: &str| backup.storages.get(storage)?.place();
    let writer = |name: String, cron, place| Writer { plan, cluster: number, name, cron, place };
    let schedules = backup.schedules.iter().filter_map(|schedule| {
        let name = format!("schedule `{}` of {}", schedule.name, cluster.id.short());
        Some(writer(name, Some(schedule.cron.as_str()), place(&schedule.storage)?))
    });
    let name = format!("binlogs of {}", cluster.id.short());
    let binlogs = binlogs.and_then(place).map(|place| writer(name, None, place));
    schedules.chain(binlogs).collect()
}
