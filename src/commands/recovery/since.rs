//! What tells the backups that prove a change from those that do not: since when the base sends backups where it does now,
//! with the keys of now, and which change that is. Told by Git alone, so that both stay the same however often a controller
//! comes by, and from run to run.

use jiff::Timestamp;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::git::{Commit, Landing, Repository, Tree};
use crate::kustomize::files::{Entry, Files as _};
use crate::model::incident::Incident;
use crate::model::path::RepoPath;
use crate::model::yaml;

/// The files of an overlay that say what it does.
const FILES: [&str; 2] = ["incident.yaml", "backup-patch.yaml"];

/// What of `incident.yaml` says nothing of where backups go.
const UNMOVED: [&str; 3] = ["stage", "confirmed_backup", "cause"];

/// What of a patch is the switch of point-in-time recovery.
const SWITCH: &str = "/spec/backup/pitr/enabled";

/// What tells the backups that prove a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::commands) struct Bounds {
    /// Since when the base sends backups where it does now, by the clocks of those who committed: one that runs ahead is
    /// not cut short, else this would move from run to run.
    pub(in crate::commands) since: Option<Timestamp>,
    /// The digest of what the overlay says of where backups go.
    pub(in crate::commands) change: String,
}

/// Returns what tells the backups that prove an overlay as a base has it, and never one of before its incident was opened.
///
/// # Errors
/// Fails where git cannot be read.
pub(in crate::commands) fn bounds(
    repository: &Repository,
    base: &Commit,
    (folder, incident): (&RepoPath, &Incident),
) -> anyhow::Result<Bounds> {
    let tree = repository.tree(base)?;
    let mut since: Option<Timestamp> = incident.opened_at.parse().ok();
    for name in FILES {
        let file = folder.join(name)?;
        let Some(Entry::File { .. }) = tree.entry(file.as_str())? else { continue };
        let current = tree.read(file.as_str())?;
        let wanted = moved(&current);
        let holds = |bytes: &[u8]| bytes == &current[..] || wanted.is_some() && moved(bytes) == wanted;
        let Landing::Stands { commit, merge } = repository.landing(base, file.as_str(), &incident.id, &holds)? else {
            continue;
        };
        if let Some(by) = merge.or(commit) {
            since = since.max(Some(repository.made_at(&by)?));
        }
    }
    Ok(Bounds { since, change: change(&tree, folder)? })
}

/// Returns the digest of what an overlay of a tree says of where backups go.
///
/// # Errors
/// Fails where git cannot be read.
pub(in crate::commands) fn change(tree: &Tree<'_>, folder: &RepoPath) -> anyhow::Result<String> {
    let mut digest = Sha256::new();
    for name in FILES {
        let file = folder.join(name)?;
        let Some(Entry::File { .. }) = tree.entry(file.as_str())? else { continue };
        let bytes = tree.read(file.as_str())?;
        let said = moved(&bytes).map_or_else(|| bytes.to_vec(), |said| said.to_string().into_bytes());
        digest.update(format!("{name} {}\n", said.len()));
        digest.update(&said);
    }
    // Sixteen letters, which fit a label and are enough to tell the states of one overlay apart.
    let digest = digest.finalize();
    let first = digest.first_chunk().expect("a digest has 32 bytes");
    Ok(format!("{:016x}", u64::from_be_bytes(*first)))
}

/// Returns what a file of an overlay says of where backups go; turning point-in-time recovery on again (stage resume) moves
/// none of them, so a backup of the stage before proves that stage too. Nor does what anybody says of the cause.
fn moved(bytes: &[u8]) -> Option<Value> {
    let mut value = yaml::documents(std::str::from_utf8(bytes).ok()?).ok()?.pop()?;
    if let Some(fields) = value.as_object_mut() {
        for field in UNMOVED {
            fields.remove(field);
        }
    }
    if let Some(operations) = value.as_array_mut() {
        operations.retain(|operation| operation["path"] != SWITCH);
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_stage_moves_nothing_and_another_bucket_does() {
        let patch = |bucket: &str, more: &str| {
            let text = format!("- {{op: add, path: /spec/backup/storages/b, value: {{bucket: {bucket}}}}}\n{more}");
            moved(text.as_bytes()).unwrap()
        };
        let off = "- {op: test, path: /spec/backup/pitr/enabled, value: true}\n\
                   - {op: replace, path: /spec/backup/pitr/enabled, value: false}\n";
        assert_eq!(patch("dr", off), patch("dr", ""));
        assert_ne!(patch("dr", ""), patch("dr-2", ""));
        let file = |stage: &str, proof: &str, why: &str, to: &str| {
            let text = format!("stage: {stage}\nconfirmed_backup: {proof}\ncause: {{reason: {why}}}\nto: {to}\n");
            moved(text.as_bytes()).unwrap()
        };
        assert_eq!(file("protect", "null", "disks", "b"), file("resume", "x-1", "fire", "b"));
        assert_ne!(file("protect", "null", "disks", "b"), file("protect", "null", "disks", "c"));
        assert_eq!(moved(b"a: [\n"), None);
    }
}
