//! What became of an incident in the base since it landed: by which commit it came, and who changed its overlay since. Told
//! by Git alone. Must never take what leeward wrote for a hand's work because a forge squashed it.

use crate::git::{Base, Commit, Landing, Repository};
use crate::kustomize::files::Files as _;
use crate::model::incident::Incident;
use crate::model::path::RepoPath;

/// The history of the base.
#[derive(Clone, Copy)]
pub(super) struct History<'a> {
    /// The repository.
    pub(super) repository: &'a Repository,
    /// The base.
    pub(super) base: &'a Base,
}

impl History<'_> {
    /// Says by which commit an incident came, where the history says it.
    pub(super) fn landed(&self, folder: &RepoPath, incident: &Incident) -> anyhow::Result<String> {
        let holds = |bytes: &[u8]| Incident::of_bytes(bytes).is_some_and(|found| found.stage >= incident.stage);
        let file = folder.join("incident.yaml")?;
        let landing = self.repository.landing(&self.base.commit, file.as_str(), &incident.id, &holds)?;
        let Landing::Stands { commit, merge } = landing else { return Ok(String::new()) };
        let said = commit.as_ref().map(|commit| format!(" since {}", commit.short()));
        let merge = merge.map(|merge| format!(", merged by {}", merge.short()));
        Ok(said.into_iter().chain(merge).collect())
    }

    /// Returns the commit by which the base has an incident, at whatever stage.
    pub(super) fn landing(&self, folder: &RepoPath, incident: &Incident) -> anyhow::Result<Option<Commit>> {
        let file = folder.join("incident.yaml")?;
        let landing = self.repository.landing(&self.base.commit, file.as_str(), &incident.id, &|_| true)?;
        Ok(match landing {
            Landing::Stands { commit, merge } => merge.or(commit),
            Landing::TakenOut(_) | Landing::Never => None,
        })
    }

    /// Says which commit took an incident out of the base, where it was there.
    pub(super) fn taken_out_by(&self, folder: &RepoPath, incident: &Incident) -> anyhow::Result<String> {
        let file = folder.join("incident.yaml")?;
        let landing = self.repository.landing(&self.base.commit, file.as_str(), &incident.id, &|_| true)?;
        Ok(match landing {
            Landing::TakenOut(by) => format!(", where {} `{}` took it out", by.short(), by.summary),
            Landing::Stands { .. } | Landing::Never => String::new(),
        })
    }

    /// Says who changed a file of an overlay by hand: a commit without leeward's trailer, in which what is recorded and what
    /// takes effect did not change together, as they do wherever a proposal lands, squashed or not.
    pub(super) fn edited(&self, folder: &RepoPath, incident: &Incident) -> anyhow::Result<Option<String>> {
        let id = incident.id.as_str();
        let tree = self.repository.tree(&self.base.commit)?;
        let files = [folder.join("backup-patch.yaml")?, folder.join("incident.yaml")?];
        for file in &files {
            let Ok(current) = tree.read(file.as_str()) else {
                return Ok(Some(format!("`{file}` is gone")));
            };
            let holds = |bytes: &[u8]| bytes == &current[..];
            let landing = self.repository.landing(&self.base.commit, file.as_str(), id, &holds)?;
            let Landing::Stands { commit, merge } = landing else { continue };
            let Some(by) = merge.or(commit) else { continue };
            if self.is_render(&by, &files, id)? || self.was_written(folder, incident, &files, (file, &current))? {
                continue;
            }
            return Ok(Some(format!("`{file}` by {} `{}`", by.short(), by.summary)));
        }
        Ok(None)
    }

    /// Returns whether a commit brought what leeward wrote: it has its trailer, or changed all of an overlay's files.
    fn is_render(&self, commit: &Commit, files: &[RepoPath], id: &str) -> anyhow::Result<bool> {
        let changed = self.repository.changed_by(commit)?;
        let is_whole = files.iter().all(|file| changed.iter().any(|path| path == file.as_str()));
        Ok(is_whole || self.repository.is_leewards(commit, id)?)
    }

    /// Returns whether a file holds what leeward wrote last, as it does again once an edit was taken back.
    fn was_written(
        &self,
        folder: &RepoPath,
        incident: &Incident,
        files: &[RepoPath],
        (file, current): (&RepoPath, &[u8]),
    ) -> anyhow::Result<bool> {
        let holds = |bytes: &[u8]| Incident::of_bytes(bytes).is_some_and(|found| found.stage >= incident.stage);
        let path = folder.join("incident.yaml")?;
        let landed = match self.repository.landing(&self.base.commit, path.as_str(), &incident.id, &holds)? {
            Landing::Stands { commit, merge } => merge.or(commit),
            Landing::TakenOut(_) | Landing::Never => None,
        };
        let ours = self.repository.newest_ours(&self.base.commit, &incident.id)?;
        for commit in ours.into_iter().chain(landed) {
            let bytes = self.repository.tree(&commit)?.read(file.as_str());
            if bytes.is_ok_and(|bytes| bytes[..] == *current) && self.is_render(&commit, files, &incident.id)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
