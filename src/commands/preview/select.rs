//! Which of the changed roots are previewed: those of the clusters that flags name, with the roots that they exchange
//! objects with. Comes before anything is read. Must never take one side of a move alone.

use std::collections::BTreeSet;

use super::changed::Changed;
use crate::failure::{Failure, refused};
use crate::model::cluster::ClusterId;
use crate::model::finding::Finding;
use crate::model::object::Object;

/// Keeps the roots of the clusters that flags name and those that they exchange objects with, which tell what becomes of
/// them, and says which others change.
///
/// # Errors
/// Refuses a name that fits no cluster of a changed root.
pub(super) fn named(changed: &mut Vec<Changed>, names: &[String]) -> Result<Vec<Finding>, Failure> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let clusters: Vec<ClusterId> = changed.iter().flat_map(clusters).collect();
    for name in names {
        if !clusters.iter().any(|cluster| cluster.is_named(name)) {
            return Err(unknown(name, &clusters));
        }
    }
    let is_chosen: Vec<bool> = changed.iter().map(|one| clusters_of(one, names)).collect();
    let is_kept = with_exchanging(changed, is_chosen.clone());
    let paths = |is_meant: &dyn Fn(usize) -> bool| -> Vec<String> {
        let meant = changed.iter().enumerate().filter(|(index, _)| is_meant(*index));
        meant.map(|(_, one)| format!("`{}`", one.deployed.path)).collect()
    };
    let (beside, left) = (paths(&|index| is_kept[index] && !is_chosen[index]), paths(&|index| !is_kept[index]));
    let mut kept = is_kept.into_iter();
    changed.retain(|_| kept.next().expect("one answer a root"));
    let beside_fact = || format!("roots that objects move from or to, previewed too: {}", beside.join(", "));
    let left_fact = || format!("roots that change too and are not previewed: {}", left.join(", "));
    let beside = (!beside.is_empty()).then(|| Finding::note("roots-beside", beside_fact()));
    let left = (!left.is_empty()).then(|| Finding::note("roots-not-chosen", left_fact()));
    Ok(beside.into_iter().chain(left).collect())
}

/// Adds the roots that an object leaves or comes to in exchange with one that is kept already: on its own, each side shows
/// a plain deletion, or a change that hides one.
fn with_exchanging(changed: &[Changed], mut is_kept: Vec<bool>) -> Vec<bool> {
    let exchanges: Vec<[BTreeSet<Key<'_>>; 2]> = changed.iter().map(exchanged).collect();
    let exchange = |[left, came]: &[BTreeSet<Key<'_>>; 2], [gone, new]: &[BTreeSet<Key<'_>>; 2]| {
        !left.is_disjoint(new) || !came.is_disjoint(gone)
    };
    let mut fresh: Vec<usize> = (0..changed.len()).filter(|index| is_kept[*index]).collect();
    while let Some(one) = fresh.pop() {
        for other in 0..changed.len() {
            if !is_kept[other] && exchange(&exchanges[one], &exchanges[other]) {
                is_kept[other] = true;
                fresh.push(other);
            }
        }
    }
    is_kept
}

/// Group, kind and name of an object: in which namespace its controller puts it is not known yet.
type Key<'a> = (&'a str, &'a str, &'a str);

/// Returns what leaves a root, and what comes to it.
fn exchanged(changed: &Changed) -> [BTreeSet<Key<'_>>; 2] {
    let (before, after) = (keys(&changed.deployed.before), keys(&changed.deployed.after));
    [before.difference(&after).copied().collect(), after.difference(&before).copied().collect()]
}

/// Returns what tells objects apart.
fn keys(objects: &[Object]) -> BTreeSet<Key<'_>> {
    objects.iter().map(|object| &object.id).map(|id| (&*id.group, &*id.kind, &*id.name)).collect()
}

/// Refuses a name that fits no cluster.
fn unknown(name: &str, clusters: &[ClusterId]) -> Failure {
    let shown: BTreeSet<String> = clusters.iter().map(|cluster| format!("`{}`", cluster.short())).collect();
    let shown = shown.into_iter().collect::<Vec<_>>().join(", ");
    let fact = if shown.is_empty() {
        "no root with a cluster changes".to_owned()
    } else {
        format!("no cluster `{}` in a root that changes, only {shown}", name.escape_debug())
    };
    refused(fact).hint("--cluster [ROOT:][NAMESPACE/]NAME")
}

/// Returns whether a root has a cluster of one of some names.
fn clusters_of(changed: &Changed, names: &[String]) -> bool {
    clusters(changed).any(|cluster| names.iter().any(|name| cluster.is_named(name)))
}

/// Returns the clusters of a root, before and after.
fn clusters(changed: &Changed) -> impl Iterator<Item = ClusterId> {
    let objects = changed.deployed.before.iter().chain(&changed.deployed.after);
    objects.filter(|object| object.is_cluster()).map(|object| ClusterId {
        root: changed.deployed.path.clone(),
        namespace: object.id.namespace.clone(),
        name: object.id.name.clone(),
    })
}
