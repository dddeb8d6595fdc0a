//! Whether a diagnosis is about what this run recovers: one that was made for another cluster or another storage is no reason
//! for anything here. Says so, and refuses nothing: a person may know why one stands for the other.

use super::diagnosed::Diagnosed;
use super::scene::Scene;
use super::select::Choice;
use crate::model::cluster::ClusterId;
use crate::model::finding::Finding;
use crate::model::shell::quoted;
use crate::plan::endpoint_of;
use crate::report::masked;

/// Says that a diagnosis is about another cluster, storage or place than those of the run.
pub(super) fn finding(diagnosed: &Diagnosed, scene: &Scene, chosen: &[Choice]) -> Option<Finding> {
    let (subject, first) = (&diagnosed.report().subject, chosen.first()?);
    let hint = format!(
        "leeward diagnose --cluster {} --storage {} --format json",
        quoted(&scene.shown(&first.cluster)),
        quoted(&first.storage)
    );
    let foreign = |theirs: &str, own: &str| {
        let fact =
            format!("the diagnosis is about {}, not about {own}: it is no reason for this plan", masked(theirs, &[]));
        Finding::warn("diagnosis-foreign", fact).hint(&hint)
    };
    let is_own = |choice: &&Choice| {
        subject.clusters.is_empty() || subject.clusters.iter().any(|text| is_named(&choice.cluster, text))
    };
    let own: Vec<&Choice> = chosen.iter().filter(is_own).collect();
    if own.is_empty() {
        let theirs = format!("cluster `{}`", subject.clusters.join("`, `"));
        return Some(foreign(&theirs, &format!("`{}`", scene.shown(&first.cluster))));
    }
    let place = |choice: &Choice, storage: &str| {
        let cluster = scene.clusters.iter().find(|cluster| cluster.id == choice.cluster);
        cluster.and_then(|cluster| endpoint_of(cluster, storage))
    };
    if subject.storages.is_empty() {
        let named = diagnosed.report().leading.endpoint.as_ref()?;
        // A bucket can have a host of its own below that of its server.
        let is_at = |place: &String| named == place || named.ends_with(&format!(".{place}"));
        let places: Vec<String> = own.iter().filter_map(|choice| place(choice, &choice.storage)).collect();
        let is_other = !places.is_empty() && !places.iter().any(is_at);
        return is_other.then(|| foreign(&format!("`{named}`"), &format!("`{}`", places[0])));
    }
    let is_there = |choice: &Choice, storage: &String| {
        let places = (place(choice, storage), place(choice, &choice.storage));
        *storage == choice.storage || (places.0.is_some() && places.0 == places.1)
    };
    let is_same = |choice: &&Choice| subject.storages.iter().any(|storage| is_there(choice, storage));
    let theirs = || format!("storage `{}`", subject.storages.join("`, `"));
    (!own.iter().any(is_same)).then(|| foreign(&theirs(), &format!("`{}`", first.storage)))
}

/// Returns whether a text names a cluster; one of which Git does not say the namespace can be in any.
fn is_named(cluster: &ClusterId, text: &str) -> bool {
    let name = text.rsplit(['/', ':']).next().unwrap_or(text);
    cluster.is_named(text) || (cluster.namespace.is_none() && cluster.name == name)
}
