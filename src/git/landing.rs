//! What became of a change in a base: by which commit it came, and by which it went again, told by what one file holds
//! along the base's own line of commits. Merged, squashed and rebased changes look alike there.
//! Must never take the end of a shallow clone for the commit that brought something.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Context as _;
use git2::{ErrorCode, Oid};
use jiff::Timestamp;

use super::delta::{differing, shown};
use super::fault::fault;
use super::history::is_ours;
use super::open::Repository;
use super::revision::Commit;
use super::tree::{LINK, SUBMODULE};

/// How many commits of the base's own line are looked at.
const FAR: usize = 20_000;
/// How many of them are compared with the one before.
const NEAR: usize = 2_000;

/// What became of a change in a base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Landing {
    /// The base has it.
    Stands {
        /// The commit that made the change; `None` where the history is cut off before it.
        commit: Option<Commit>,
        /// The merge that brought it, where it is a commit of its own.
        merge: Option<Commit>,
    },
    /// The base had it, and this commit took it out.
    TakenOut(Commit),
    /// The base never had it, as far as its history is here.
    Never,
}

/// A file that a commit of the base's line took out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// The commit.
    pub commit: Commit,
    /// Where the file was.
    pub path: String,
    /// What it held.
    pub bytes: Vec<u8>,
}

/// A commit of the base's line, and whether it has the change.
struct Step {
    /// The commit.
    id: Oid,
    /// Whether it has the change.
    holds: bool,
}

impl Repository {
    /// Returns what became of a change in a base: `holds` says whether the bytes of `file` have it; `incident` is whose
    /// trailer tells leeward's commit in a merge.
    ///
    /// # Errors
    /// Fails when a commit or the file cannot be read.
    pub fn landing(
        &self,
        base: &Commit,
        file: &str,
        incident: &str,
        holds: &dyn Fn(&[u8]) -> bool,
    ) -> anyhow::Result<Landing> {
        let mut known = HashMap::new();
        let first = self.step(base.oid()?, file, holds, &mut known)?;
        let (stands, mut last) = (first.holds, first.id);
        for _ in 0..FAR {
            let Some(parent) = self.first_parent(last)? else { return self.at_start(stands, last) };
            let step = self.step(parent, file, holds, &mut known)?;
            if step.holds != stands {
                return self.turned(stands, (step.id, last), incident);
            }
            last = step.id;
        }
        Ok(if stands { Landing::Stands { commit: None, merge: None } } else { Landing::Never })
    }

    /// Returns whether a commit has the trailer by which leeward marks its own for an incident.
    ///
    /// # Errors
    /// Fails when the commit cannot be read.
    pub fn is_leewards(&self, commit: &Commit, incident: &str) -> anyhow::Result<bool> {
        let raw = self.commit_of(commit.oid()?)?;
        Ok(is_ours(&String::from_utf8_lossy(raw.message_bytes()), incident))
    }

    /// Returns the paths in which a commit differs from its first parent.
    ///
    /// # Errors
    /// Fails when a commit cannot be read.
    pub fn changed_by(&self, commit: &Commit) -> anyhow::Result<Vec<String>> {
        let raw = self.commit_of(commit.oid()?)?;
        let before = self.first_parent(raw.id())?.map(|id| self.commit_of(id)).transpose()?;
        let delta = differing(&self.raw, before.map(|before| before.tree_id()), Some(raw.tree_id()))?;
        Ok(delta.keys().map(|path| shown(path)).collect())
    }

    /// Returns what became of a change that the history, as far as it is here, has from its start or not at all.
    fn at_start(&self, stands: bool, first: Oid) -> anyhow::Result<Landing> {
        if !stands {
            return Ok(Landing::Never);
        }
        let commit = if self.is_shallow() { None } else { Some(Commit::of(&self.commit_of(first)?)) };
        Ok(Landing::Stands { commit, merge: None })
    }

    /// Returns what a commit did that has the change where its parent has not, or the other way round.
    fn turned(&self, stands: bool, (parent, id): (Oid, Oid), incident: &str) -> anyhow::Result<Landing> {
        let commit = self.commit_of(id)?;
        if !stands {
            return Ok(Landing::TakenOut(Commit::of(&commit)));
        }
        if commit.parent_count() < 2 {
            return Ok(Landing::Stands { commit: Some(Commit::of(&commit)), merge: None });
        }
        let ours = self.history(parent, id, incident)?.ours.first().copied();
        let ours = ours.map(|id| Ok::<_, anyhow::Error>(Commit::of(&self.commit_of(id)?))).transpose()?;
        Ok(Landing::Stands { commit: ours, merge: Some(Commit::of(&commit)) })
    }

    /// Returns the files of a name that commits of the base's line took out, the newest first, as far back as a moment.
    ///
    /// # Errors
    /// Fails when a commit or a file cannot be read.
    pub fn removed(&self, base: &Commit, name: &str, since: Timestamp) -> anyhow::Result<Vec<Removed>> {
        let (mut found, mut last) = (Vec::new(), base.oid()?);
        for _ in 0..NEAR {
            let (commit, parent) = (self.commit_of(last)?, self.first_parent(last)?);
            let Some(parent) = parent.filter(|_| commit.time().seconds() >= since.as_second()) else { break };
            let before = self.commit_of(parent)?.tree_id();
            for (path, sides) in differing(&self.raw, Some(before), Some(commit.tree_id()))? {
                let path = shown(&path);
                let (Some(was), None) = (sides.before, sides.after) else { continue };
                if !path.ends_with(&format!("/{name}")) || [LINK, SUBMODULE].contains(&was.mode) {
                    continue;
                }
                let read = self.raw.find_blob(was.id).map_err(fault);
                let bytes =
                    read.with_context(|| format!("failed to read `{path}` of commit `{parent}`"))?.content().to_vec();
                found.push(Removed { commit: Commit::of(&commit), path, bytes });
            }
            last = parent;
        }
        Ok(found)
    }

    /// Returns whether a commit has the change; the same bytes are read once.
    fn step(
        &self,
        id: Oid,
        file: &str,
        holds: &dyn Fn(&[u8]) -> bool,
        known: &mut HashMap<Oid, bool>,
    ) -> anyhow::Result<Step> {
        let context = || format!("failed to read `{file}` of commit `{id}`");
        let tree = self.commit_of(id)?.tree().map_err(fault).with_context(context)?;
        let blob = match tree.get_path(Path::new(file)) {
            Ok(entry) => entry.id(),
            Err(error) if error.code() == ErrorCode::NotFound => return Ok(Step { id, holds: false }),
            Err(error) => return Err(fault(error)).with_context(context),
        };
        if let Some(holds) = known.get(&blob) {
            return Ok(Step { id, holds: *holds });
        }
        let found = self.raw.find_blob(blob).map_err(fault).with_context(context)?;
        let holds = holds(found.content());
        known.insert(blob, holds);
        Ok(Step { id, holds })
    }

    /// Returns the first parent of a commit; `None` at the start of the history that is here.
    fn first_parent(&self, id: Oid) -> anyhow::Result<Option<Oid>> {
        let commit = self.commit_of(id)?;
        let parent = commit.parent_ids().next();
        // At the end of a shallow clone a parent is named and not here.
        Ok(parent.filter(|parent| self.raw.find_commit(*parent).is_ok()))
    }

    /// Returns the newest commit of leeward for an incident in the history of a base.
    ///
    /// # Errors
    /// Fails when the history cannot be read.
    pub fn newest_ours(&self, base: &Commit, incident: &str) -> anyhow::Result<Option<Commit>> {
        let walk = || -> Result<Option<Commit>, git2::Error> {
            let mut walk = self.raw.revwalk()?;
            walk.push(Oid::from_str(&base.id)?)?;
            for id in walk.take(FAR) {
                let commit = self.raw.find_commit(id?)?;
                if is_ours(&String::from_utf8_lossy(commit.message_bytes()), incident) {
                    return Ok(Some(Commit::of(&commit)));
                }
            }
            Ok(None)
        };
        walk().map_err(fault).with_context(|| format!("failed to follow the history of commit `{}`", base.id))
    }

    /// Returns the commit of an id as somebody else wrote it, `None` where it is not here.
    pub fn commit_by_id(&self, id: &str) -> Option<Commit> {
        let commit = self.raw.find_commit(Oid::from_str(id).ok()?).ok()?;
        Some(Commit::of(&commit))
    }
}
