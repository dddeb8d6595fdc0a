//! Subjects from YAML text: a cluster, changed by merge patches, and what is asked for it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::model::backup::Backup;
use crate::model::cluster::Cluster;
use crate::model::incident::{Action, Cause, Stage};
use crate::model::name::IncidentId;
use crate::model::object::Object;
use crate::model::path::RepoPath;
use crate::model::target::Target;
use crate::model::target_entry::TargetEntry;
use crate::model::version::{Rules, Version};
use crate::model::yaml;
use crate::plan::{BinlogPlace, ClusterPlan, NameInRoot, Proof, Request, Scope, Subject, plan};

/// A cluster with one storage that fails, one that does not, a schedule on each, and point-in-time recovery.
const CLUSTER: &str = "
apiVersion: pxc.percona.com/v1
kind: PerconaXtraDBCluster
metadata: {name: cluster1, namespace: pxc-a}
spec:
  crVersion: 1.20.0
  backup:
    storages:
      minio-a: {type: s3, s3: {bucket: pxc-a/cluster1, endpointUrl: 'https://a:9000', credentialsSecret: a-keys}}
      archive: {type: s3, s3: {bucket: archive, endpointUrl: 'https://c:9000', credentialsSecret: archive-keys}}
    schedule:
    - name: daily
      schedule: 0 0 * * *
      storageName: minio-a
      retention: {type: count, count: 7, deleteFromStorage: true}
    - name: monthly
      schedule: 30 5 1 * *
      storageName: archive
      retention: {type: count, count: 12, deleteFromStorage: true}
    pitr: {enabled: true, storageName: minio-a, timeoutSeconds: 3600}
";
/// Another S3 place.
const MINIO_B: &str = "{type: s3, endpoint: 'https://b:9000', bucket: dr, credentialsSecret: b-keys}";
/// Volumes.
const NAS: &str = "{type: filesystem, size: 10Gi, accessModes: [ReadWriteMany], quota: 1Ti}";

/// What is planned, and what for.
#[derive(Clone)]
pub(super) struct Case {
    /// What is asked for.
    pub(super) request: Request,
    /// The first cluster.
    pub(super) subject: Subject,
    /// Further clusters of the set.
    pub(super) set: Vec<Subject>,
    /// Clusters of the repository outside it.
    pub(super) others: Vec<Cluster>,
}

impl Case {
    /// Returns a failover of the cluster to another S3 place, which nothing stands against.
    pub(super) fn failover() -> Self {
        Self::of(Action::Failover, Some(target("minio-b", MINIO_B)))
    }

    /// Returns a failover to a storage that the cluster lists.
    pub(super) fn listed() -> Self {
        Self::of(Action::Failover, Some(Target::Listed("archive".to_owned())))
    }

    /// Returns a move to volumes.
    pub(super) fn buffer() -> Self {
        Self::of(Action::Buffer, Some(target("nas", NAS)))
    }

    /// Returns a rotation of keys, to a Secret of another name where one is given.
    pub(super) fn rotate(new_secret: Option<&str>) -> Self {
        let mut case = Self::of(Action::Rotate, None);
        case.request.new_secret = new_secret.map(str::to_owned);
        case
    }

    /// Returns stage resume of a failover whose stage protect is in the base, confirmed by a Backup.
    pub(super) fn resume() -> Self {
        Self::failover().merged().ask(|request| {
            request.stage = Stage::Resume;
            request.confirmed_backup = Some("manual-1".to_owned());
        })
    }

    /// Returns a plan of an action for the cluster.
    fn of(action: Action, target: Option<Target>) -> Self {
        let bare = cluster(CLUSTER);
        let subject = Subject {
            current: bare.clone(),
            bare,
            storage: "minio-a".to_owned(),
            target,
            rules: rules("1.20.0"),
            owners: Vec::new(),
            secrets: BTreeSet::new(),
            renamed_secrets: Vec::new(),
            foreign_secrets: Vec::new(),
            name: NameInRoot::Alone,
            binlogs: BinlogPlace::DeclaredEmpty,
            incident_in_base: None,
            history: Vec::new(),
            proof: Proof::Word,
        };
        let request = Request {
            action,
            stage: Stage::Protect,
            incident: IncidentId::parse("inc1").unwrap(),
            opened_at: "2026-11-22T10:00:00Z".to_owned(),
            cause: Cause::default(),
            scope: Scope::Endpoint,
            retention: None,
            confirmed_backup: None,
            new_secret: None,
        };
        Self { request, subject, set: Vec::new(), others: Vec::new() }
    }

    /// Returns the case with its stage protect merged into the base.
    pub(super) fn merged(mut self) -> Self {
        let plan = self.plan();
        let incident = plan.incident.unwrap_or_else(|| panic!("stage protect is refused: {:?}", plan.findings));
        self.subject.current.backup = plan.desired;
        self.subject.incident_in_base = Some(incident);
        self
    }

    /// Returns the case with the backup block merged with a patch, with and without the overlay.
    pub(super) fn base(mut self, patch: &str) -> Self {
        for cluster in [&mut self.subject.bare, &mut self.subject.current] {
            cluster.backup = merged(&cluster.backup, patch);
        }
        self
    }

    /// Returns the case with the backup block merged with a patch where the overlay is in effect.
    pub(super) fn overlay(mut self, patch: &str) -> Self {
        self.subject.current.backup = merged(&self.subject.current.backup, patch);
        self
    }

    /// Returns the case with another target.
    pub(super) fn target(mut self, name: &str, entry: &str) -> Self {
        self.subject.target = Some(target(name, entry));
        self
    }

    /// Returns the case planned by the rules of an operator.
    pub(super) fn operator(mut self, version: &str) -> Self {
        self.subject.rules = rules(version);
        self
    }

    /// Returns the case with something else asked for.
    pub(super) fn ask(mut self, change: impl FnOnce(&mut Request)) -> Self {
        change(&mut self.request);
        self
    }

    /// Returns the case with something else known of the cluster.
    pub(super) fn know(mut self, change: impl FnOnce(&mut Subject)) -> Self {
        change(&mut self.subject);
        self
    }

    /// Returns the first cluster under another name, its backup block merged with a patch.
    pub(super) fn twin(&self, name: &str, patch: &str) -> Cluster {
        let mut twin = self.subject.bare.clone();
        name.clone_into(&mut twin.id.name);
        twin.backup = merged(&twin.backup, patch);
        twin
    }

    /// Returns the case with such a twin outside the set.
    pub(super) fn beside(mut self, name: &str, patch: &str) -> Self {
        self.others.push(self.twin(name, patch));
        self
    }

    /// Returns the plan of the first cluster.
    pub(super) fn plan(&self) -> ClusterPlan {
        let subjects: Vec<Subject> = std::iter::once(&self.subject).chain(&self.set).cloned().collect();
        plan(&self.request, &subjects, &self.others).clusters.remove(0)
    }

    /// Returns the findings of an id, a line each: level, fact, hint.
    pub(super) fn findings(&self, id: &str) -> String {
        let findings = self.plan().findings.into_iter().filter(|finding| finding.id == id);
        let line = findings.map(|found| {
            let hint = found.hint.map(|hint| format!("\n  hint: {hint}")).unwrap_or_default();
            format!("{}: {}{hint}", found.level.word(), found.fact)
        });
        line.collect::<Vec<_>>().join("\n")
    }

    /// Asserts what the guard of an id says.
    #[track_caller]
    pub(super) fn says(&self, id: &str, text: &str) {
        assert_eq!(self.findings(id), text, "{:#?}", self.plan().findings);
    }
}

/// Reads a cluster.
fn cluster(text: &str) -> Cluster {
    let object = Object::new(yaml::documents(text).unwrap().remove(0));
    Cluster::read(&RepoPath::parse("prod").unwrap(), &object, None).unwrap().unwrap()
}

/// Reads a target.
fn target(name: &str, entry: &str) -> Target {
    yaml::parse::<TargetEntry>(entry).unwrap().target(name).unwrap()
}

/// Returns the rules of an operator that is given, and of the same crVersion.
pub(super) fn rules(version: &str) -> Rules {
    let version = Version::parse(version).unwrap();
    Rules::new(Some(version), Some(version)).unwrap()
}

/// Returns a backup block merged with a patch in YAML.
fn merged(backup: &Backup, patch: &str) -> Backup {
    let mut value = backup.value.clone();
    merge(&mut value, yaml::documents(patch).unwrap().remove(0));
    Backup::read(&value).unwrap()
}

/// Merges a value into another as RFC 7396 says: null takes away, lists are replaced.
fn merge(value: &mut Value, patch: Value) {
    let Value::Object(fields) = patch else {
        *value = patch;
        return;
    };
    if !value.is_object() {
        *value = Value::Object(serde_json::Map::default());
    }
    for (name, patch) in fields {
        match patch {
            Value::Null => drop(value.as_object_mut().unwrap().remove(&name)),
            patch => merge(&mut value[name], patch),
        }
    }
}
