//! From when on a backup proves a change: since the base sends backups where it does now, with the keys of now. Told by Git
//! alone, so that it stays the same however often a controller comes by.

use jiff::Timestamp;
use serde_json::Value;

use crate::git::{Commit, Landing, Repository};
use crate::kustomize::files::{Entry, Files as _};
use crate::model::incident::Incident;
use crate::model::path::RepoPath;
use crate::model::yaml;

/// The files of an overlay that say what it does.
const FILES: [&str; 2] = ["incident.yaml", "backup-patch.yaml"];

/// What of a patch is the switch of point-in-time recovery.
const SWITCH: &str = "/spec/backup/pitr/enabled";

/// Returns since when a base sends backups where an overlay says, and never from before its incident was opened.
///
/// # Errors
/// Fails where git cannot be read.
pub(in crate::commands) fn proves_since(
    repository: &Repository,
    base: &Commit,
    (folder, incident): (&RepoPath, &Incident),
    now: Timestamp,
) -> anyhow::Result<Option<Timestamp>> {
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
            // Whoever merged with a clock that runs ahead must not make every backup look older.
            since = since.max(Some(repository.made_at(&by)?.min(now)));
        }
    }
    Ok(since)
}

/// Returns what a file of an overlay says of where backups go; turning point-in-time recovery on again (stage resume) moves
/// none of them, so a backup of the stage before proves that stage too.
fn moved(bytes: &[u8]) -> Option<Value> {
    let mut value = yaml::documents(std::str::from_utf8(bytes).ok()?).ok()?.pop()?;
    if let Some(fields) = value.as_object_mut() {
        fields.remove("stage");
        fields.remove("confirmed_backup");
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
        let file = |stage: &str, proof: &str, to: &str| {
            moved(format!("stage: {stage}\nconfirmed_backup: {proof}\nto: {to}\n").as_bytes()).unwrap()
        };
        assert_eq!(file("protect", "null", "b"), file("resume", "x-1", "b"));
        assert_ne!(file("protect", "null", "b"), file("protect", "null", "c"));
        assert_eq!(moved(b"a: [\n"), None);
    }
}
