//! Guard `buffer-capacity` across a set: each cluster may fit the quota of a buffer alone, and all of them together not.

use std::collections::BTreeMap;

use super::ClusterPlan;
use super::guard::volume::{quota, size, volumes};
use super::request::Subject;
use crate::model::finding::Finding;
use crate::model::quantity::Quantity;

/// What several clusters take of one buffer.
struct Sum<'a> {
    /// Bytes.
    bytes: u128,
    /// The clusters, as indices of the set.
    clusters: Vec<usize>,
    /// What they may take together.
    quota: &'a Quantity,
}

/// Returns the refusals of clusters that fit a quota alone and not together.
pub(super) fn across(plans: &[ClusterPlan], subjects: &[Subject]) -> Vec<(usize, Finding)> {
    let mut sums: BTreeMap<(&str, u128), Sum> = BTreeMap::new();
    for (index, (plan, subject)) in plans.iter().zip(subjects).enumerate().filter(|(_, (plan, _))| !plan.is_refused()) {
        let (Some(quota), Some(target), Some(bytes)) = (quota(subject), &subject.target, bytes(plan)) else { continue };
        let sum = sums.entry((target.name(), quota.bytes())).or_insert(Sum { bytes: 0, clusters: Vec::new(), quota });
        sum.bytes = sum.bytes.saturating_add(bytes);
        sum.clusters.push(index);
    }
    let over = sums.into_iter().filter(|(_, sum)| sum.clusters.len() > 1 && sum.bytes > sum.quota.bytes());
    over.flat_map(|((target, _), sum)| {
        let (gib, count) = (sum.bytes.div_ceil(1 << 30), sum.clusters.len());
        let fact =
            format!("`{target}` takes up to {gib} GiB for {count} clusters: more than the quota of {}", sum.quota);
        let finding = Finding::refuse("buffer-capacity", fact).hint("--retention 1");
        sum.clusters.into_iter().map(move |index| (index, finding.clone()))
    })
    .collect()
}

/// Returns what the buffer of one cluster takes.
fn bytes(plan: &ClusterPlan) -> Option<u128> {
    let storage = plan.desired.storages.get(plan.incident.as_ref()?.to.storages.first()?)?;
    Some(size(storage)?.bytes().saturating_mul(volumes(&plan.desired, storage)?))
}
