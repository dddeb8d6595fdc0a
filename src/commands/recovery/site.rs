//! A root whose clusters are activated, and the proof of what its build came to.

use std::collections::BTreeSet;

use serde_json::Value;

use super::bare::Bare;
use super::scene::Scene;
use crate::build::{Builder, Built};
use crate::cli::Activation;
use crate::model::backup::Storage;
use crate::model::object::Object;
use crate::model::path::RepoPath;
use crate::plan::{ClusterPlan, Plan};
use crate::render::proof::{Claim, Mismatch, prove};

/// A root whose clusters are activated.
pub(super) struct RootSite<'a> {
    /// The base.
    pub scene: &'a Scene<'a>,
    /// Who builds.
    pub builder: &'a Builder,
    /// The base without the incident.
    pub bare: &'a Bare,
    /// The plan of the whole set.
    pub plan: &'a Plan,
    /// The root.
    pub root: &'a RepoPath,
    /// The rung that a flag asks for.
    pub activation: Activation,
}

/// Proves the build of the result for the clusters done so far.
pub(super) fn proved(done: &[&ClusterPlan], base: &Built, built: &Built) -> Result<(), Box<Mismatch>> {
    let objects = |built: &Built| -> Vec<Object> { built.objects.iter().map(|built| built.object.clone()).collect() };
    let declared: BTreeSet<String> = done.iter().flat_map(|plan| declared(plan)).collect();
    let (before, after) = (objects(base), objects(built));
    prove(&Claim { plans: done, before: &before, after: &after, declared: &declared })
}

/// Returns the Secrets that a plan's own entries name: naming one in a target or a flag declares it.
fn declared(plan: &ClusterPlan) -> Vec<String> {
    let homes = plan.incident.iter().flat_map(|incident| incident.to.storages.iter().chain([&incident.to.binlogs]));
    let storages = homes.filter_map(|name| plan.desired.storages.get(name));
    let ca = |storage: &Storage| storage.value.pointer("/s3/caBundle/name").and_then(Value::as_str).map(str::to_owned);
    storages
        .flat_map(|storage| storage.credentials_secret().map(str::to_owned).into_iter().chain(ca(storage)))
        .collect()
}
