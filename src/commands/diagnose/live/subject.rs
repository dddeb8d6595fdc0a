//! Which cluster is meant: `[ROOT:][NAMESPACE/]NAME`, or the only one there is. Must never guess between two.

use anyhow::Context as _;
use serde_json::Value;

use crate::cluster::{Cluster, Listing};
use crate::failure::{Failure, outside, refused};
use crate::model::live::Trouble;
use crate::model::object::{PXC_GROUP, PXC_KIND};

/// What a person types instead.
const HINT: &str = "--cluster NAMESPACE/NAME";

/// Returns namespace and name of the cluster that is meant.
///
/// # Errors
/// Refuses more than one, and a name that several or none have; fails where the clusters cannot be listed.
pub(super) fn find(cluster: &Cluster, named: &[String]) -> anyhow::Result<(String, String)> {
    let wanted = match named {
        [] => None,
        [one] => Some(one.rsplit_once(':').map_or(one.as_str(), |(_, rest)| rest)),
        _ => return Err(refused("one cluster is diagnosed at a time").hint(HINT).into()),
    };
    if let Some((namespace, name)) = wanted.and_then(|wanted| wanted.split_once('/')) {
        return Ok((namespace.to_owned(), name.to_owned()));
    }
    let all = candidates(cluster).map_err(unlisted).context("failed to find the cluster")?;
    let fitting: Vec<_> = all.iter().filter(|(_, name)| wanted.is_none_or(|wanted| name == wanted)).collect();
    match fitting.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(refused(format!("no cluster {}is there{}", wanted_word(wanted), listed(&all))).hint(HINT).into()),
        several => {
            let several: Vec<_> = several.iter().map(|one| (*one).clone()).collect();
            Err(refused(format!("several clusters can be meant{}", listed(&several))).hint(HINT).into())
        }
    }
}

/// Returns that a cluster is not there, with those that are, where they can be listed.
pub(super) fn absent(cluster: &Cluster, namespace: &str, name: &str) -> Failure {
    let all = candidates(cluster).unwrap_or_default();
    refused(format!("there is no {PXC_KIND} `{namespace}/{name}`{}", listed(&all))).hint(HINT)
}

/// Returns namespace and name of every cluster.
fn candidates(cluster: &Cluster) -> Result<Vec<(String, String)>, Trouble> {
    let listing = Listing {
        group: PXC_GROUP.to_owned(),
        version: "v1".to_owned(),
        kind: PXC_KIND.to_owned(),
        ..Listing::default()
    };
    let text = |object: &Value, field: &str| object["metadata"][field].as_str().unwrap_or_default().to_owned();
    let found = cluster.list(&listing)?;
    Ok(found.iter().map(|object| (text(object, "namespace"), text(object, "name"))).collect())
}

/// Returns that nobody can tell which clusters there are.
fn unlisted(trouble: Trouble) -> Failure {
    outside(trouble.fact).hint(HINT)
}

/// Returns a name as the middle of a sentence.
fn wanted_word(wanted: Option<&str>) -> String {
    wanted.map(|wanted| format!("`{wanted}` ")).unwrap_or_default()
}

/// Returns clusters as the end of a sentence.
fn listed(all: &[(String, String)]) -> String {
    let all: Vec<String> = all.iter().map(|(namespace, name)| format!("`{namespace}/{name}`")).collect();
    if all.is_empty() { String::new() } else { format!("; there are {}", all.join(", ")) }
}
