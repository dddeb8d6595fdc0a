//! A run's repository and its controller: deploys Git before, proposes and merges Git after.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Way;
use super::scenario::{Scenario, is_whole, merge};
use crate::argo::{Mode, Sync};
use crate::bed::Bed;
use crate::flux::Applied;
use crate::gitea::{Repository, Tree};

/// What follows the repository of a run.
pub(crate) struct Deployment<'a> {
    /// The repository, `main` checked out until the proposal.
    pub(crate) repository: Repository<'a>,
    bed: &'a Bed,
    way: Way,
}

impl<'a> Deployment<'a> {
    /// Deploys Git before.
    pub(crate) fn start(bed: &'a Bed, way: Way, scenarios: &[Scenario]) -> Self {
        let spaces = scenarios.iter().map(|scenario| {
            json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": scenario.namespace}}).to_string()
        });
        bed.kubernetes().apply(&spaces.collect::<Vec<_>>().join("\n---\n")).unwrap();
        let repository = bed.gitea().repository(way.name()).unwrap();
        let deployment = Self { repository, bed, way };
        let mut files: Tree = scenarios.iter().flat_map(|scenario| tree(scenario, &scenario.before)).collect();
        let owners: Vec<Value> = scenarios.iter().map(|scenario| deployment.owner(scenario)).collect();
        files.extend(
            owners
                .iter()
                .zip(scenarios)
                .map(|(owner, scenario)| (format!("owners/{}.json", scenario.folder), owner.to_string())),
        );
        let first = deployment.repository.push(&files, "before").unwrap();
        match way {
            Way::Flux => bed.flux().follow_as(&deployment.repository, &owners).unwrap(),
            _ => bed.argo().follow_as(&owners).unwrap(),
        }
        let applied = deployment.settle(&first);
        let refused: Vec<_> = applied.iter().filter(|(_, outcome)| outcome.is_err()).collect();
        assert!(refused.is_empty(), "Git before is refused: {refused:?}");
        deployment
    }

    /// Returns the controller's object for a scenario.
    fn owner(&self, scenario: &Scenario) -> Value {
        let folder = scenario.folder.as_str();
        let mut owner = match self.way {
            Way::Flux => crate::flux::kustomization(&self.repository, folder),
            Way::Argo => crate::argo::application(&self.repository, folder, (Mode::ClientSide, Sync::Automated)),
            Way::ArgoServer => crate::argo::application(&self.repository, folder, (Mode::ServerSide, Sync::Automated)),
            Way::ArgoHealing => {
                crate::argo::application(&self.repository, folder, (Mode::ClientSide, Sync::SelfHealed))
            }
        };
        let options = owner.pointer("/spec/syncPolicy/syncOptions").cloned().unwrap_or_default();
        if scenario.spec.is_object() {
            merge(&mut owner["spec"], &scenario.spec);
        }
        let list = owner.pointer_mut("/spec/syncPolicy/syncOptions").and_then(Value::as_array_mut);
        if let Some(list) = list {
            list.extend(options.as_array().into_iter().flatten().cloned());
            list.dedup();
        }
        owner
    }

    /// Brings the controller to a revision and waits until it is through.
    fn settle(&self, revision: &str) -> Applied {
        match self.way {
            Way::Flux => self.bed.flux().settle(&self.repository, revision).unwrap(),
            _ => self.bed.argo().sync(&self.repository, revision).unwrap(),
        }
    }

    /// Waits until a controller that heals has done so.
    pub(crate) fn calm_down(&self) {
        if self.way == Way::ArgoHealing {
            self.bed.argo().healed(&self.repository).unwrap();
        }
    }

    /// Pushes Git after as a branch.
    pub(crate) fn propose(&self, scenarios: &[Scenario]) {
        self.repository.git(&["fetch", "-q", "origin"]).unwrap();
        self.repository.git(&["remote", "set-head", "origin", "main"]).unwrap();
        self.repository.git(&["checkout", "-q", "-b", "change"]).unwrap();
        for scenario in scenarios {
            for name in scenario.before.keys().filter(|name| !scenario.after.contains_key(*name)) {
                self.repository.git(&["rm", "-q", &format!("{}/{name}.json", scenario.folder)]).unwrap();
            }
        }
        let files: Tree = scenarios.iter().flat_map(|scenario| tree(scenario, &scenario.after)).collect();
        self.repository.push(&files, "after").unwrap();
    }

    /// Returns whether the controller's own difference shows something for each scenario; only asked in a long run.
    pub(crate) fn witness(&self, scenarios: &[Scenario]) -> BTreeMap<String, bool> {
        if self.way == Way::Flux || !is_whole() {
            return BTreeMap::new();
        }
        let says = |scenario: &Scenario| {
            let shown = self.bed.argo().diff(&self.repository, &scenario.folder, self.repository.folder());
            shown.ok().map(|text| (scenario.folder.clone(), !text.trim().is_empty()))
        };
        scenarios.iter().filter_map(says).collect()
    }

    /// Merges the proposal and waits until the controller is through with it.
    pub(crate) fn merge(&self) -> Applied {
        self.repository.merge("change", "after").unwrap();
        self.repository.git(&["fetch", "-q", "origin"]).unwrap();
        let merged = self.repository.git(&["rev-parse", "origin/main"]).unwrap();
        self.settle(&merged)
    }
}

/// Returns the files of a scenario's folder.
fn tree(scenario: &Scenario, objects: &BTreeMap<String, Value>) -> Tree {
    let folder = &scenario.folder;
    let mut files: Tree =
        objects.iter().map(|(name, object)| (format!("{folder}/{name}.json"), object.to_string())).collect();
    let resources: Vec<String> = objects.keys().map(|name| format!("{name}.json")).collect();
    files.insert(format!("{folder}/kustomization.yaml"), json!({"resources": resources}).to_string());
    files
}
