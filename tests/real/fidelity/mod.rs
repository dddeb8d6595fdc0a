//! Fidelity: what `preview` says before a merge, held against what the real controller then did, object by object, over a
//! table of what people and other controllers do to a live cluster (`bases.yaml`, `scenarios.yaml`).
//!
//! One repository a controller, one folder a scenario: all are applied, edited, previewed, merged and compared at once.
//! CI takes some of the table; `LEEWARD_FIDELITY=all` takes all of it and prints a line for each.

#![expect(clippy::missing_docs_in_private_items, reason = "the names of tests are sentences")]

mod compare;
mod deploy;
mod edit;
mod scenario;
mod table;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::bed::Bed;
use crate::operator;
use compare::{Line, Objects};
use deploy::Deployment;
use scenario::{Scenario, scenarios};
pub(crate) use scenario::{is_whole, merge};

/// How Git is applied in one run of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// Flux.
    Flux,
    /// Argo CD, client-side.
    Argo,
    /// Argo CD, server-side.
    ArgoServer,
    /// Argo CD, client-side, healing by itself.
    ArgoHealing,
}

impl Way {
    /// Returns the name that the preview and the table use.
    pub(crate) fn engine(self) -> &'static str {
        match self {
            Self::Flux => "flux",
            Self::Argo | Self::ArgoHealing => "argocd",
            Self::ArgoServer => "argocd-ssa",
        }
    }

    /// Returns the name of the repository and of the namespaces.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Flux => "flux-table",
            Self::Argo => "argo-table",
            Self::ArgoServer => "argo-server-table",
            Self::ArgoHealing => "argo-heal-table",
        }
    }
}

pub(crate) fn flux_does_what_the_preview_says(bed: &Bed) {
    run(bed, Way::Flux);
}

pub(crate) fn argo_cd_does_what_the_preview_says(bed: &Bed) {
    run(bed, Way::Argo);
}

pub(crate) fn argo_cd_applying_on_the_server_does_what_the_preview_says(bed: &Bed) {
    run(bed, Way::ArgoServer);
}

pub(crate) fn argo_cd_that_heals_does_what_the_preview_says(bed: &Bed) {
    run(bed, Way::ArgoHealing);
}

/// Runs the table against one controller.
fn run(bed: &Bed, way: Way) {
    if !operator::defined(bed.kubernetes(), way.name()) {
        return;
    }
    let scenarios = scenarios(way);
    let deployment = Deployment::start(bed, way, &scenarios);
    for scenario in &scenarios {
        edit::all(bed, way, scenario);
    }
    deployment.calm_down();
    deployment.propose(&scenarios);
    let before = live(bed, &scenarios);
    let previews = preview(bed, &deployment, &[]);
    let verified = preview(bed, &deployment, &["--dry-run", "server"]);
    let witness = deployment.witness(&scenarios);
    let outcomes = deployment.merge();
    let after = live(bed, &scenarios);
    let lines: Vec<Line> = scenarios
        .iter()
        .flat_map(|scenario| compare::lines(scenario, &previews, &verified, (&before, &after)))
        .collect();
    table::print(way, &scenarios, &lines, &outcomes, &witness);
    table::judge(&lines);
}

/// Returns what the built program says of each root, by its path.
fn preview(bed: &Bed, deployment: &Deployment<'_>, more: &[&str]) -> BTreeMap<String, Value> {
    let mut leeward = bed.leeward(deployment.repository.folder());
    leeward.args(["preview", "--head", "change", "--format", "json", "--secrets", "keyed-digest"]).args(more);
    let output = leeward.output().unwrap();
    let (text, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(matches!(output.status.code(), Some(1 | 4)), "{}\n{text}\n{said}", output.status);
    assert!(!text.contains("canary") && !said.contains("canary"), "a secret is shown");
    let answer: Value = serde_json::from_str(&text).map_err(|error| format!("{error}: {text}{said}")).unwrap();
    let roots = answer["roots"].as_array().unwrap().iter();
    roots.map(|root| (root["path"].as_str().unwrap().to_owned(), root.clone())).collect()
}

/// Returns the objects of every scenario as the cluster has them.
fn live(bed: &Bed, scenarios: &[Scenario]) -> Objects {
    let kinds = "pxc,configmap,pvc,service,deployment,secret,role,cronjob,pdb";
    let list = bed.kubernetes().get(&[kinds, "--all-namespaces"]).unwrap();
    let mut objects = Objects::new();
    for item in list["items"].as_array().unwrap() {
        let text = |pointer: &str| item.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let namespace = text("/metadata/namespace");
        if scenarios.iter().any(|scenario| scenario.namespace == namespace) {
            objects.insert((namespace, text("/kind"), text("/metadata/name")), item.clone());
        }
    }
    objects
}
