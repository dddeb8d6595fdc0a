//! The overlay of one cluster: the files of its folder and the item that activates them.
//! Pure: a cluster as the rung sees it in, bytes out; which rung proves is decided by who can build.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use super::edit::{Item, PatchTarget};
use super::{patch, template};
use crate::model::cluster::Cluster;
use crate::model::incident::Incident;
use crate::model::object::ObjectId;
use crate::model::path::RepoPath;
use crate::plan::Change;

/// The files that an overlay may have; nothing else in its folder is leeward's.
pub const FILES: [&str; 3] = ["backup-patch.yaml", "incident.yaml", "kustomization.yaml"];

/// How the overlay takes effect (design.md "Activation").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Rung {
    /// A line in the root's `components`.
    Component,
    /// The patch appended to the root's own `patches`, after the patches that would override a component.
    Append,
}

impl Rung {
    /// Returns the word of `--activation` and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Component => "component",
            Self::Append => "append",
        }
    }
}

/// The overlay of one cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlay {
    /// Its files.
    pub files: BTreeMap<RepoPath, Vec<u8>>,
    /// What goes into the root's kustomization.
    pub item: Item,
}

/// Where an overlay lies and for whom it is.
pub struct Site<'a> {
    /// The folder of the root.
    pub root: &'a RepoPath,
    /// The folder of the overlay.
    pub folder: &'a RepoPath,
    /// The cluster's name for people.
    pub shown: &'a str,
}

/// Returns the overlay for a cluster as the rung sees it.
///
/// # Errors
/// Fails where a change has no subject in the cluster as seen, or a text cannot be written.
pub fn render(
    site: &Site,
    incident: &Incident,
    changes: &[Change],
    seen: &Cluster,
    rung: Rung,
) -> anyhow::Result<Overlay> {
    let target = target(&seen.carrier.object);
    let patch = patch::patch(incident, changes, seen, site.shown)?;
    let kept = template::render("incident.yaml.j2", &json!({"i": incident}))?;
    let mut files =
        BTreeMap::from([(site.folder.join("backup-patch.yaml")?, patch), (site.folder.join("incident.yaml")?, kept)]);
    let relative = site.folder.below(site.root).unwrap_or_default().to_owned();
    let item = match rung {
        Rung::Component => {
            let kustomization = kustomization(site, incident, &target)?;
            files.insert(site.folder.join("kustomization.yaml")?, kustomization);
            Item::Component { path: relative }
        }
        Rung::Append => Item::Patch { path: format!("{relative}/backup-patch.yaml"), target },
    };
    Ok(Overlay { files, item })
}

/// Returns the Component's kustomization.
fn kustomization(site: &Site, incident: &Incident, target: &PatchTarget) -> anyhow::Result<Vec<u8>> {
    let target = json!({
        "group": target.group,
        "version": target.version,
        "kind": target.kind,
        "name": target.name,
        "namespace": target.namespace,
    });
    let context = json!({
        "id": incident.id, "stage": incident.stage, "cluster": site.shown, "patch": "backup-patch.yaml", "target": target,
    });
    template::render("overlay-kustomization.yaml.j2", &context)
}

/// Returns what selects the carrier; kustomize anchors the name and takes it for a regular expression.
fn target(object: &ObjectId) -> PatchTarget {
    let escaped = |text: &str| text.replace('.', "\\.");
    PatchTarget {
        group: object.group.clone(),
        version: object.version.clone(),
        kind: object.kind.clone(),
        name: escaped(&object.name),
        namespace: object.namespace.as_deref().map(escaped),
    }
}

/// Returns a kustomization that lists files of its folder.
///
/// # Errors
/// Fails where a text cannot be written.
pub fn created_kustomization(resources: &[String]) -> anyhow::Result<Vec<u8>> {
    template::render("created-kustomization.yaml.j2", &json!({"resources": resources}))
}
