//! Everything the plan has to know of each chosen cluster.

use std::collections::BTreeSet;

use anyhow::Context as _;

use super::bare::Bare;
use super::incident::Found;
use super::scene::Scene;
use super::select::Choice;
use crate::cli::{RecoveryArgs, TargetArgs};
use crate::failure::{Failure, usage};
use crate::model::cluster::Cluster;
use crate::model::config::ClusterEntry;
use crate::model::incident::{Action, Incident, Stage};
use crate::model::object::Object;
use crate::model::target::{SecretKey, Target};
use crate::model::target_entry::{CaEntry, TargetEntry, TargetType};
use crate::model::version::{Rules, Version};
use crate::plan::{BinlogPlace, NameInRoot, Proof, Subject};
use crate::render::proof::produced_secrets;

/// Returns the subjects of the plan, in the order of the choice.
pub(super) fn subjects(
    scene: &Scene,
    bare: &Bare,
    chosen: &[Choice],
    found: &Found,
    args: &RecoveryArgs,
) -> anyhow::Result<Vec<Subject>> {
    let subject = |choice: &Choice| {
        let subject = subject(scene, bare, choice, found, args);
        subject.with_context(|| format!("failed to plan for `{}`", choice.cluster.short()))
    };
    chosen.iter().map(subject).collect()
}

/// Returns one subject.
fn subject(scene: &Scene, bare: &Bare, choice: &Choice, found: &Found, args: &RecoveryArgs) -> anyhow::Result<Subject> {
    let of = |clusters: &[Cluster]| clusters.iter().find(|cluster| cluster.id == choice.cluster).cloned();
    let current = of(&scene.clusters).context("the cluster is gone from the base")?;
    let bare = of(&bare.clusters).context("the cluster is gone without the overlay")?;
    let (root, built) =
        scene.roots.iter().find(|(root, _)| root.path == choice.cluster.root).context("its root is gone")?;
    let objects: Vec<Object> = built.objects.iter().map(|built| built.object.clone()).collect();
    let entry = entry(scene, &current);
    let incidents = || scene.incidents.iter().filter(|standing| standing.incident.cluster.names(&choice.cluster));
    let is_this = |incident: &&Incident| incident.id == found.id.as_str();
    let secrets = produced_secrets(&objects, current.id.namespace.as_deref());
    let target = target(scene, entry, found, args)?;
    let has_name = |cluster: &&Cluster| {
        cluster.id.root == current.id.root
            && cluster.id.name == current.id.name
            && cluster.id.namespace != current.id.namespace
    };
    let name =
        if scene.clusters.iter().any(|cluster| has_name(&cluster)) { NameInRoot::Shared } else { NameInRoot::Alone };
    let renamed_secrets = renamed(&secrets, target.as_ref());
    Ok(Subject {
        storage: choice.storage.clone(),
        rules: rules(&current, entry, args)?,
        owners: root.owners().cloned().collect(),
        renamed_secrets,
        foreign_secrets: foreign(&objects, current.id.namespace.as_deref()),
        secrets,
        name,
        binlogs: match entry.and_then(|entry| entry.binlogs_empty) {
            Some(true) => BinlogPlace::DeclaredEmpty,
            _ => BinlogPlace::Unknown,
        },
        incident_in_base: incidents().map(|standing| &standing.incident).find(is_this).cloned(),
        history: incidents()
            .map(|standing| &standing.incident)
            .filter(|incident| !is_this(incident))
            .cloned()
            .collect(),
        proof: Proof::Word,
        target,
        bare,
        current,
    })
}

/// Returns what leeward.yaml says of a cluster, under its longest name first.
fn entry<'a>(scene: &'a Scene, cluster: &Cluster) -> Option<&'a ClusterEntry> {
    let id = &cluster.id;
    let names = [id.to_string(), format!("{}:{}", id.root, id.name), id.short(), id.name.clone()];
    scene.config.cluster(&names)
}

/// Returns the versions' rules: a flag, else leeward.yaml, and the CR.
fn rules(cluster: &Cluster, entry: Option<&ClusterEntry>, args: &RecoveryArgs) -> anyhow::Result<Rules> {
    let operator = args.selection.operator_version.as_ref().or_else(|| entry?.operator_version.as_ref());
    let parse = |text: &String| Version::parse(text);
    Ok(Rules::new(operator.map(parse).transpose()?, cluster.cr_version.as_ref().map(parse).transpose()?)?)
}

/// Returns the target: inline, else of leeward.yaml, else a storage that the cluster lists.
fn target(
    scene: &Scene,
    entry: Option<&ClusterEntry>,
    found: &Found,
    args: &RecoveryArgs,
) -> anyhow::Result<Option<Target>> {
    if found.action == Action::Rotate || found.stage == Stage::Resume {
        return Ok(None);
    }
    let name = args.target.to.as_deref();
    if let Some(inline) = inline(&args.target)? {
        return Ok(Some(inline.target(name.unwrap_or("secondary")).map_err(as_flag)?));
    }
    if args.target.credentials_secret.is_some() {
        return Err(usage("`--credentials-secret` is for an inline target or a rotation")
            .hint("--action rotate")
            .into());
    }
    let Some(name) = name else { return Err(usage("no target is named").hint("--to TARGET").into()) };
    let written = entry.and_then(|entry| entry.targets.get(name)).or_else(|| scene.config.targets.get(name));
    let target =
        written.map(|entry| entry.target(name)).transpose()?.unwrap_or_else(|| Target::Listed(name.to_owned()));
    match (&target, found.action) {
        (Target::S3(_), Action::Buffer) | (Target::Filesystem(_), Action::Failover) => {
            Err(usage(format!("target `{name}` is not one for a {}", found.action.word()))
                .hint("leave out --action")
                .into())
        }
        _ => Ok(Some(target)),
    }
}

/// Returns a failure whose hint is the flag for the field of leeward.yaml that it names.
fn as_flag(failure: Failure) -> Failure {
    let flags = [
        ("endpoint", "--endpoint"),
        ("bucket", "--bucket"),
        ("prefix", "--prefix"),
        ("region", "--region"),
        ("credentialsSecret", "--credentials-secret"),
        ("storageClass", "--storage-class"),
        ("size", "--size"),
    ];
    let flag = failure.hint.as_deref().and_then(|hint| hint.split_once(": ")).and_then(|(field, value)| {
        let (_, flag) = flags.iter().find(|(name, _)| *name == field)?;
        Some(format!("{flag} {value}"))
    });
    match flag {
        Some(flag) => failure.hint(flag),
        None => failure,
    }
}

/// Returns the target that flags describe, in the form of leeward.yaml.
fn inline(args: &TargetArgs) -> anyhow::Result<Option<TargetEntry>> {
    let ca = args.ca_secret.as_deref().map(SecretKey::parse).transpose()?;
    let empty = TargetEntry::default();
    Ok(match (&args.endpoint, &args.size) {
        (Some(_), _) => Some(TargetEntry {
            endpoint: args.endpoint.clone(),
            bucket: args.bucket.clone(),
            prefix: args.prefix.clone(),
            region: args.region.clone(),
            credentials_secret: args.credentials_secret.clone(),
            ca: ca.map(|ca| CaEntry { secret: ca.secret, key: ca.key }),
            ..empty
        }),
        (None, Some(_)) => Some(TargetEntry {
            r#type: TargetType::Filesystem,
            size: args.size.clone(),
            storage_class: args.storage_class.clone(),
            ..empty
        }),
        (None, None) => None,
    })
}

/// Returns the Secrets that the build produces in namespaces other than the cluster's.
fn foreign(objects: &[Object], here: Option<&str>) -> Vec<(String, String)> {
    let Some(here) = here else { return Vec::new() };
    let elsewhere = objects.iter().filter(|object| object.id.namespace.as_deref().is_some_and(|there| there != here));
    let produced = |object: &Object| {
        let there = object.id.namespace.clone().unwrap_or_default();
        produced_secrets(std::slice::from_ref(object), Some(&there)).into_iter().map(move |name| (name, there.clone()))
    };
    elsewhere.flat_map(produced).collect()
}

/// Returns the target's Secrets that the build produces under another name only: a prefix or suffix renamed them, and the
/// CR's references are not among those that kustomize follows (operator.md 8).
fn renamed(produced: &BTreeSet<String>, target: Option<&Target>) -> Vec<(String, String)> {
    let Some(Target::S3(target)) = target else { return Vec::new() };
    let names = [Some(&target.credentials_secret), target.ca.as_ref().map(|ca| &ca.secret)];
    let built = |name: &String| {
        let alike = |built: &&String| {
            built.len() > name.len() && (built.starts_with(&format!("{name}-")) || built.ends_with(&format!("-{name}")))
        };
        produced.iter().find(alike).filter(|_| !produced.contains(name)).map(|built| (name.clone(), built.clone()))
    };
    names.into_iter().flatten().filter_map(built).collect()
}
