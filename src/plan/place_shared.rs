//! Guard `place-shared`: backups of one second on one place overwrite each other (operator.md 12.2), and binlogs of two
//! clusters on one place mix. Looks across every cluster of the set and the others that the repository has.

use super::ClusterPlan;
use crate::model::backup::Backup;
use crate::model::cluster::Cluster;
use crate::model::cron;
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
            let (Some(plan), Some(clash)) = (a.plan.or(b.plan), clash(a, b)) else { continue };
            let was_so = pairs_like(&before, clash, a, b) >= pairs_like(&after, clash, a, b);
            // Backups and binlogs of one cluster in one place are what many bases have: only a new mix is refused.
            if was_so && clash == Clash::Mix {
                continue;
            }
            findings.push((plan, finding(a, b, if was_so { Level::Warn } else { Level::Refuse })));
        }
    }
    findings
}

/// How two writers on one place harm each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Clash {
    /// They can overwrite each other's data.
    Overwrite,
    /// Backups and binlogs of one cluster lie in each other's lists.
    Mix,
}

/// Returns how many pairs of the clusters of two writers clash in one way at their place.
fn pairs_like(writers: &[Writer], how: Clash, a: &Writer, b: &Writer) -> usize {
    let at: Vec<&Writer> = writers.iter().filter(|writer| writer.place == a.place).collect();
    let both = |x: usize, y: usize| (x.min(y), x.max(y));
    let is_like =
        |x: &Writer, y: &Writer| both(x.cluster, y.cluster) == both(a.cluster, b.cluster) && clash(x, y) == Some(how);
    let of = |(index, x): (usize, &&Writer)| at[index + 1..].iter().filter(|y| is_like(x, y)).count();
    at.iter().enumerate().map(of).sum()
}

/// Returns how two writers harm each other, if they do.
fn clash(a: &Writer, b: &Writer) -> Option<Clash> {
    let is_one_kind = a.cron.is_some() == b.cron.is_some();
    match (a.cron, b.cron) {
        _ if a.place != b.place => None,
        _ if a.cluster != b.cluster => is_one_kind.then_some(Clash::Overwrite),
        (Some(a), Some(b)) => cron::can_meet(a, b).then_some(Clash::Overwrite),
        _ => (!is_one_kind).then_some(Clash::Mix),
    }
}

/// Returns the finding for two writers on one place.
fn finding(a: &Writer, b: &Writer, level: Level) -> Finding {
    let how = match clash(a, b) {
        _ if a.cluster != b.cluster => "of two clusters",
        Some(Clash::Mix) => "backups and binlogs",
        _ => "whose crons can meet",
    };
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
