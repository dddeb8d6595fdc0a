//! Whether what applies a root follows the branch that merging moves: another branch, a tag, a commit or another repository
//! gets nothing of it. Comes after the objects of a root. Must never show effects that merging does not have.

use serde_json::Value;

use super::controller::RootController;
use super::origin::{Origin, Revision};
use super::settings_flux::{SOURCE_GROUP, Source};
use super::{Action, ApplyMethod, Deployed, Merged, ObjectPreview};
use crate::model::finding::Finding;
use crate::model::live::{Absence, Live, Reading, Reason, Trouble};
use crate::model::object::{Object, ObjectId};
use crate::model::path::RepoPath;
use crate::model::shell::operand;
use crate::model::url::without_user;

/// Whether merging reaches the controller.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Following {
    /// It does, or nothing says otherwise.
    Yes(Option<Finding>),
    /// Another revision is followed.
    Other(Finding),
    /// The change moves which revision is followed: what of it is applied when is not known.
    Turning(Finding),
    /// It may be another repository.
    Elsewhere(Finding),
}

/// Returns whether what applies a root follows what merging moves.
pub(super) fn following(controller: &RootController, root: &RepoPath, live: &Live, merged: &Merged) -> Following {
    let (origin, suspended) = match controller.method {
        ApplyMethod::Flux => match controller.flux.source.as_ref().map(|source| of_flux(source, live)) {
            Some(Ok((origin, suspended))) => (Some(origin), suspended),
            Some(Err(finding)) => return Following::Yes(Some(finding)),
            None => (None, None),
        },
        ApplyMethod::ArgoCd | ApplyMethod::ArgoCdSsa => (controller.argo.origin(root), None),
    };
    let Some(origin) = origin else { return Following::Yes(None) };
    let owner = controller.owner.as_deref().unwrap_or("the controller's object");
    if let Some(address) = origin.address.as_ref().filter(|address| is_other(address, &merged.addresses)) {
        let fact = format!(
            "`{owner}` applies `{}`, which is no remote of this repository: unless it is the same one, merging changes nothing there",
            without_user(address)
        );
        let hint = operand(&without_user(address)).map(|address| format!("git remote add deployed {address}"));
        let finding = Finding::warn("owner-of-other-repository", fact);
        return Following::Elsewhere(hint.into_iter().fold(finding, Finding::hint));
    }
    if let Some(after) = turned(controller, root, &origin.revision, merged) {
        let (before, after) = (origin.revision.words(), after.words());
        let fact = format!(
            "`{owner}` follows {before}, and {after} with this change: which of the two it applies when is not known"
        );
        return Following::Turning(Finding::warn("owner-follows-other", fact));
    }
    let Some(what) = origin.revision.other(merged) else { return Following::Yes(suspended) };
    let branch = merged.branch.as_ref().map_or_else(|| "a branch".to_owned(), |branch| format!("`{branch}`"));
    let fact = format!("`{owner}` follows {what}: merging into {branch} changes nothing there until it follows that");
    Following::Other(Finding::warn("owner-follows-other", fact))
}

impl Revision {
    /// Returns what is followed, where that is not what merging moves.
    fn other(&self, merged: &Merged) -> Option<String> {
        let is_other = match (self, &merged.branch) {
            (Self::Fixed(_), _) => true,
            (Self::Default, _) => merged.is_default == Some(false),
            (Self::Branch(name) | Self::Named(name), Some(branch)) => name != branch,
            (Self::Branch(_) | Self::Named(_), None) => false,
        };
        is_other.then(|| self.words())
    }
}

/// Returns what is followed once the change is applied, where that is not what is followed today.
fn turned(controller: &RootController, root: &RepoPath, today: &Revision, merged: &Merged) -> Option<Revision> {
    let after = match controller.method {
        ApplyMethod::Flux => {
            let id = controller.flux.source.as_ref().and_then(Source::id)?;
            let source = merged.sources.iter().find(|source| is_source(source, &id))?;
            Revision::of_flux(source.value.pointer("/spec/ref").unwrap_or(&Value::Null))
        }
        ApplyMethod::ArgoCd | ApplyMethod::ArgoCdSsa => controller.proposed.as_ref()?.origin(root)?.revision,
    };
    let is_same = merged.branch.is_some() && after.other(merged) == today.other(merged);
    (after != *today && !is_same).then_some(after)
}

/// Returns whether an object of Git is a source, whatever its version.
fn is_source(object: &Object, id: &ObjectId) -> bool {
    object.id.key() == id.key()
}

/// Returns the sources of Flux that differ between two sides of a root, as they are after it.
pub fn sources_changed(deployed: &Deployed) -> Vec<Object> {
    let sources = deployed.after.iter().filter(|object| object.id.group == SOURCE_GROUP);
    sources.filter(|object| !deployed.before.contains(object)).cloned().collect()
}

/// Says that a source is suspended.
fn suspended(source: &Source) -> Finding {
    let fact = format!(
        "`{} {}/{}` is suspended: merging changes nothing until it is resumed",
        source.kind, source.namespace, source.name
    );
    let hint = operand(&source.name).zip(operand(&source.namespace));
    let hint = hint.map(|(name, namespace)| format!("flux resume source git {name} --namespace {namespace}"));
    hint.into_iter().fold(Finding::warn("suspended", fact), Finding::hint)
}

/// Returns what Flux makes a root from, and what is to say of it, or why that is not known.
fn of_flux(source: &Source, live: &Live) -> Result<(Origin, Option<Finding>), Finding> {
    let name = format!("{} {}/{}", source.kind, source.namespace, source.name);
    let Some(id) = source.id() else {
        let fact = format!("it is made from `{name}`: merging reaches it once something makes that from Git");
        return Err(Finding::note("source-not-git", fact));
    };
    let unread = |why: &str| format!("which revision is followed is not known: `{name}` was not read ({why})");
    match live.objects.get(&id) {
        Some(Reading::Found(found)) => {
            let origin = Origin {
                address: found.pointer("/spec/url").and_then(Value::as_str).map(str::to_owned),
                revision: Revision::of_flux(found.pointer("/spec/ref").unwrap_or(&Value::Null)),
            };
            let is_suspended = found.pointer("/spec/suspend") == Some(&Value::Bool(true));
            Ok((origin, is_suspended.then(|| suspended(source))))
        }
        Some(Reading::Absent(Absence::Kind)) => Err(Finding::note("source-not-read", unread("no such kind is served"))),
        Some(Reading::Absent(_)) => {
            let fact = format!("`{name}` is not in the cluster: nothing is applied without it");
            Err(Finding::warn("source-absent", fact))
        }
        Some(Reading::Unread(trouble)) => {
            let finding = if trouble.reason.is_failure() { Finding::warn } else { Finding::note };
            let finding = finding("source-not-read", unread(&trouble.fact));
            Err(trouble.hint.iter().fold(finding, Finding::hint))
        }
        None => Err(Finding::note("source-not-read", unread("nobody asked for it"))),
    }
}

/// Returns whether an address names another repository than all of these, as far as their paths tell: hosts have several
/// names, inside a cluster and outside.
fn is_other(address: &str, known: &[String]) -> bool {
    let known: Vec<String> = known.iter().filter_map(|address| repository(address)).collect();
    let Some(path) = repository(address).filter(|_| !known.is_empty()) else { return false };
    let ends = |long: &str, short: &str| long == short || long.ends_with(&format!("/{short}"));
    !known.iter().any(|other| ends(other, &path) || ends(&path, other))
}

/// Returns the path of a repository on its host: `org/name`; `None` for a folder of this machine.
fn repository(address: &str) -> Option<String> {
    let path = match address.split_once("://") {
        Some(("file", _)) => return None,
        Some((_, rest)) => rest.split_once('/')?.1,
        // `user@host:path`, as ssh writes it.
        None => address.split_once(':').filter(|(host, _)| !host.contains('/'))?.1,
    };
    let path = path.trim_matches('/').trim_end_matches(".git").trim_end_matches('/');
    // Azure DevOps writes one repository as `v3/org/project/name` and as `org/project/_git/name`.
    let path = path.strip_prefix("v3/").unwrap_or(path).split('/').filter(|part| *part != "_git");
    let path = path.collect::<Vec<_>>().join("/");
    (!path.is_empty()).then(|| path.to_lowercase())
}

/// Takes away what is said of effects that merging does not have, or may not have.
pub(super) fn settle(following: &Following, objects: &mut [ObjectPreview]) {
    for object in objects {
        let has_failed = object.trouble.as_ref().is_some_and(|trouble| trouble.reason.is_failure());
        let action = match following {
            Following::Yes(_) => continue,
            Following::Other(_) if has_failed => Action::CannotTell,
            Following::Other(_) => Action::Unchanged,
            Following::Turning(_) | Following::Elsewhere(_) => Action::CannotTell,
        };
        (object.action, object.basis) = (action, super::Basis::Nothing);
        object.effective.clear();
        object.findings.clear();
        if !matches!(following, Following::Elsewhere(_)) {
            // What differs from the base is what the other revision says, no work of somebody's hands.
            object.drift.clear();
            object.unsure.clear();
        }
        if has_failed {
            continue;
        }
        let why = match following {
            Following::Yes(_) | Following::Other(_) => None,
            Following::Turning(_) => Some("which revision is applied is not known"),
            Following::Elsewhere(_) => Some("whether this repository is what is applied is not known"),
        };
        object.trouble = why.map(|why| Trouble::new(Reason::Undecided, why));
    }
}

#[cfg(test)]
mod tests;
